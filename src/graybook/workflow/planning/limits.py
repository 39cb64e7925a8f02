"""Background limits: organs and a rulebook come in; the limits that a voxel can meet, with their figures, go out.

A limit on a maximum, or on the dose to a volume, is met where no voxel exceeds it. One on a mean or on a volume says nothing of a
voxel: it is listed, with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from graybook.accumulation.background import remaining_gy
from graybook.accumulation.upper_end import Ratio
from graybook.constraints.judging import rederived
from graybook.dvh.metrics import Kind
from graybook.radiobiology.isoeffective import isoeffective_gy
from graybook.report.background_result import FileLimit, NotVoxelwise
from graybook.tables.limit import DoseOf, Limit, Namespace, Scale
from graybook.text import Language, phrase
from graybook.units import DOSE_DECIMALS
from graybook.workflow.limits.asking import Asked
from graybook.workflow.limits.left_of import NotAsked, alpha_betas_of, left_of
from graybook.workflow.limits.new_course import new_course
from graybook.workflow.limits.prior import Prior
from graybook.workflow.limits.questions import limit_questions
from graybook.workflow.organs.assessing import AssessedOrgan
from graybook.workflow.organs.repair import repair_of
from graybook.workflow.organs.samples import Setting
from graybook.workflow.person.study import Study

__all__ = ["LimitFigure", "VoxelLimits", "ratios_of", "voxel_limits"]

AT_POINTS = (Kind.MAX, Kind.MEDIAN, Kind.DOSE_AT_VOLUME, Kind.DOSE_AT_PERCENT)
"""Metrics that are a dose at points of the structure."""

ORGANS = ("organ", "other")


@dataclass(frozen=True, kw_only=True)
class LimitFigure:
    """All limits that are one figure at one α/β: one file. [Gy]"""

    alpha_beta_gy: float
    limit_eqd2_gy: float
    limits: tuple[FileLimit, ...]


@dataclass(frozen=True, kw_only=True)
class VoxelLimits:
    """The figures, by α/β and height, and the limits that no voxel can meet."""

    figures: tuple[LimitFigure, ...] = ()
    others: tuple[NotVoxelwise, ...] = ()


@dataclass(kw_only=True)
class _Found:
    language: Language
    chosen: tuple[float, ...]
    figures: dict[tuple[float, float], list[FileLimit]] = field(default_factory=dict)
    others: list[NotVoxelwise] = field(default_factory=list)

    def leave_out(self, asked: Asked, code: str, **params: object) -> None:
        limit = asked.limit
        self.others.append(
            NotVoxelwise(
                id=limit.id,
                structure=_name(asked.organ),
                metric=limit.metric,
                limit=round(limit.value, DOSE_DECIMALS),
                unit=limit.unit,
                reason=phrase(code, self.language, **params),
            )
        )


def voxel_limits(
    study: Study, prior: Prior, *, fractions: int, language: Language, chosen: Sequence[float] = ()
) -> VoxelLimits:
    """
    The limits of the study's rulebook on the organs present.

    Parameters
    ----------
    study, prior
        With proposed courses, and without.
    fractions
        Of the new course.
    language
        Of the reasons.
    chosen
        α/β values asked for; all when empty. [Gy]
    """
    book = study.assumed.rulebook
    found = _Found(language=language, chosen=tuple(chosen))
    questions = limit_questions(
        prior.organs,
        book.limits,
        setting=prior.setting,
        courses=new_course(study.setting, prior.setting, fractions=fractions).courses,
    )
    for asked in questions:
        code = _not_voxelwise(asked)
        if code:
            found.leave_out(asked, code)
        else:
            _add(asked, found, fractions)
    figures = [
        LimitFigure(alpha_beta_gy=ratio, limit_eqd2_gy=figure, limits=tuple(rows))
        for (ratio, figure), rows in sorted(found.figures.items())
    ]
    return VoxelLimits(figures=tuple(figures), others=tuple(found.others))


def ratios_of(
    organs: Sequence[AssessedOrgan], setting: Setting, limits: VoxelLimits, chosen: Sequence[float] = ()
) -> tuple[Ratio, ...]:
    """Each α/β of the organs and of their limits, or those chosen, with the longest half-time of repair among its organs."""
    half_times: dict[float, list[float | None]] = {one: [] for one in chosen}
    named = {one.result.name: one for one in organs if one.result is not None}
    pairs = [
        (ratio, one)
        for one in named.values()
        if one.result is not None and one.result.kind in ORGANS and one.choice is not None
        for ratio in (one.choice.value_gy, one.choice.alternative_gy)
        if ratio is not None
    ]
    pairs += [
        (figure.alpha_beta_gy, named[row.structure])
        for figure in limits.figures
        for row in figure.limits
        if row.structure in named
    ]
    for ratio, organ in pairs:
        if not chosen or ratio in chosen:
            tg263 = None if organ.result is None else organ.result.tg263
            half_times.setdefault(ratio, []).append(repair_of(tg263, setting.repairs).half_time_h)
    for figure in limits.figures:  # of a pair that nobody drew
        half_times.setdefault(figure.alpha_beta_gy, [])
    return tuple(
        Ratio(alpha_beta_gy=one, half_time_h=_longest(half_times[one])) for one in sorted(half_times)
    )


def _longest(half_times: Sequence[float | None]) -> float | None:
    known = [one for one in half_times if one is not None]
    return max(known) if known and len(known) == len(half_times) else None


def _name(organ: AssessedOrgan) -> str:
    return "" if organ.result is None else organ.result.name


def _not_voxelwise(asked: Asked) -> str:
    """Why a limit says nothing of a voxel, as a code of the catalogue; empty when it does."""
    limit = asked.limit
    if limit.namespace is Namespace.OBSERVED or not limit.at_most:
        return "background_no_upper_limit"
    if limit.dose_of is not DoseOf.ALL:
        return "background_of_new_course"
    if limit.scale not in (Scale.EQD2, Scale.BED):
        return "background_scale"
    if asked.metric.kind not in AT_POINTS or limit.unit != "Gy":
        return "background_not_at_points"
    return ""


def _add(asked: Asked, found: _Found, fractions: int) -> None:
    ratios = alpha_betas_of(asked)
    kept = [one for one in ratios if not found.chosen or one in found.chosen]
    if not kept:
        listed = ", ".join(f"{one:g}" for one in ratios)
        found.leave_out(asked, "background_other_alpha_beta", alpha_beta=listed)
        return
    answers = left_of(asked, fractions, found.language)
    holds = {} if isinstance(answers, NotAsked) else {one.alpha_beta_gy: one.holds for one in answers}
    for ratio in kept:
        figure = _eqd2_gy(asked.limit, ratio)
        row = _row(asked, figure, ratio, fractions, holds=holds.get(ratio))
        found.figures.setdefault((ratio, figure), []).append(row)


def _eqd2_gy(limit: Limit, alpha_beta_gy: float) -> float:
    """A limit's figure as EQD2: derived anew from its schedule at another α/β, BED converted. [Gy]"""
    of_another = limit.alpha_beta_gy is not None and limit.alpha_beta_gy != alpha_beta_gy
    value = (rederived(limit, alpha_beta_gy) if of_another else limit).value
    bed_of_eqd2 = 1.0 + 2.0 / alpha_beta_gy
    return round(value / bed_of_eqd2 if limit.scale is Scale.BED else value, DOSE_DECIMALS)


def _row(
    asked: Asked, figure: float, alpha_beta_gy: float, fractions: int, *, holds: bool | None
) -> FileLimit:
    limit, result = asked.limit, asked.organ.result
    objective = isoeffective_gy(np.array(figure), fractions=fractions, alpha_beta_gy=alpha_beta_gy)
    least, spent = _in_organ(asked, figure, alpha_beta_gy, fractions)
    return FileLimit(
        id=limit.id,
        structure=_name(asked.organ),
        tg263=None if result is None else result.tg263,
        metric=limit.metric,
        limit=round(limit.value, DOSE_DECIMALS),
        scale=limit.scale.value,
        limit_eqd2_gy=figure,
        limit_isoeffective_gy=round(float(objective), DOSE_DECIMALS),
        organ_least_left_gy=least,
        organ_nothing_left_cm3=spent,
        conditions_hold=holds,
        source=limit.source_text,
        tier=limit.tier,
    )


def _in_organ(
    asked: Asked, figure: float, alpha_beta_gy: float, fractions: int
) -> tuple[float | None, float | None]:
    """The least that is left at any point of the organ [Gy], and the volume of it in which nothing is [cm³]."""
    doses, setting = asked.organ.doses, asked.asking.setting
    if doses is None or not doses.mapped or doses.samples.frame != setting.reference.frame:
        return None, None
    used = asked.asking.sums.total(doses, alpha_beta_gy, setting.order_unknown, {}).high
    left = remaining_gy(used, limit_eqd2_gy=figure, fractions=fractions, alpha_beta_gy=alpha_beta_gy)
    volumes = doses.samples.volumes_cm3
    spent = float(volumes[left[: len(volumes)] <= 0.0].sum())
    return round(float(left.min()), DOSE_DECIMALS), round(spent, 6)
