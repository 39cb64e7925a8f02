"""Uncertainty: a study and its limits come in; bands of every organ, the chance of not meeting each limit, and why, go out.

Random terms are drawn: where a course's dose lies, its calculation, its delivery. What is not known is spanned, both ends, and
never drawn: so a chance is a range.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from graybook.accumulation.uncertainty import CORRELATION_MM, RandomTerms, Simulated, simulated
from graybook.progress import Progress, silent
from graybook.report.constraint_result import ConstraintResult
from graybook.report.material import DvhBand
from graybook.report.uncertainty_result import BandResult, LimitUncertainty, TornadoBar, UncertaintyResult
from graybook.text import Language
from graybook.units import DOSE_DECIMALS
from graybook.workflow.limits.scenarios import courses_named
from graybook.workflow.person.study import Study
from graybook.workflow.uncertain.groups import UncertainGroup, uncertain_groups
from graybook.workflow.uncertain.limits import Drawn, UncertainLimit, band_of
from graybook.workflow.uncertain.organs import random_terms
from graybook.workflow.uncertain.tornado import tornados
from graybook.workflow.uncertain.words import UncertaintyWords

__all__ = ["Uncertain", "uncertainty_of"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Uncertain:
    """What was computed: the part of the result, and the bands of the DVHs."""

    result: UncertaintyResult
    bands: tuple[DvhBand, ...]


def uncertainty_of(
    study: Study,
    constraints: Sequence[ConstraintResult],
    *,
    language: Language,
    progress: Progress = silent,
) -> Uncertain:
    """
    Bands and chances under the headline's assumptions.

    Parameters
    ----------
    study
        The courses on today's anatomy, with the rulebook.
    constraints
        What its limits say of them.
    language
        Of the sentences.
    progress
        Told of every step.

    Raises
    ------
    graybook.errors.UsageError
        The settings name a course that is not there.
    """
    headline = study.assumed.headline
    settings = headline.uncertainty
    stated = dict.fromkeys(one.course for one in settings.spreads if one.course)
    courses_named(tuple(stated), [one.course for one in study.setting.courses])
    terms = RandomTerms(
        samples=settings.samples, seed=settings.seed, correlation_mm=settings.correlation_mm or CORRELATION_MM
    )
    words = UncertaintyWords.of(study.setting, language)
    scaling = random_terms(study.setting, settings)
    sizes = tuple(scaling.values())
    asked = uncertain_groups(study.assessed, study.setting, study.assumed.rulebook.limits, headline, scaling)
    found = simulated([one.structure for one in asked.groups], terms, progress=progress)
    bars = tornados(asked.groups, found, sizes, terms, words, progress)
    said = {(one.id, one.structure): one for one in constraints}
    limits, undefined = _limits(asked.groups, found, bars, said)
    banded = [(one, drawn) for one, drawn in zip(asked.groups, found, strict=True) if one.banded]
    result = UncertaintyResult(
        samples=terms.samples,
        seed=terms.seed,
        correlation_mm=terms.correlation_mm,
        terms=[
            *(words.term_result(move, one.organ.name) for one, _ in banded for move in one.organ.moves),
            *(words.term_result(one) for one in sizes),
        ],
        ignorance=_ignorance(asked.groups, words),
        bands=[band for pair in banded for band in _bands(*pair)],
        limits=limits,
        not_computed=[
            *(words.why(one) for one in asked.structures),
            *words.limits([*asked.limits, *((one.asked, "uncertainty_undefined") for one in undefined)]),
        ],
    )
    return Uncertain(result=result, bands=tuple(_dvh_band(*pair) for pair in banded))


def _ignorance(groups: Sequence[UncertainGroup], words: UncertaintyWords) -> list[str]:
    """What was spanned, each sentence once."""
    lines = (line for one in groups for line in words.unknown(one.organ.name, one.unknowns))
    return list(dict.fromkeys(lines))


def _limits(
    groups: Sequence[UncertainGroup],
    found: Sequence[Simulated],
    bars: Sequence[Sequence[list[TornadoBar]]],
    said: Mapping[tuple[str, str], ConstraintResult],
) -> tuple[list[LimitUncertainty], list[UncertainLimit]]:
    """Each limit that has a band, and those whose metric is undefined."""
    limits, undefined = [], []
    for group, simulation, tornado in zip(groups, found, bars, strict=True):
        for limit, own in zip(group.limits, tornado, strict=True):
            drawn = limit.drawn(simulation)
            if drawn is None:
                undefined.append(limit)
                continue
            key = (limit.asked.limit.id, group.organ.name)
            limits.append(_limit(limit, simulation, drawn, own, said.get(key)))
    return limits, undefined


def _limit(
    limit: UncertainLimit,
    simulation: Simulated,
    drawn: Drawn,
    tornado: list[TornadoBar],
    said: ConstraintResult | None,
) -> LimitUncertainty:
    judged = limit.judged(simulation)
    result = limit.asked.organ.result
    holds = said is not None and all(one.holds is True for one in said.conditions)
    low, middle, high = _rounded(drawn.band)
    lowest, highest = _rounded(drawn.envelope)
    return LimitUncertainty(
        id=judged.limit.id,
        structure="" if result is None else result.name,
        metric=judged.limit.metric,
        unit=judged.limit.unit,
        limit=_rounded([judged.limit.value])[0],
        nominal=_rounded([drawn.nominal])[0],
        p5=low,
        p50=middle,
        p95=high,
        lowest=lowest,
        highest=highest,
        chance=round(drawn.chance, 6),
        chance_low=round(drawn.chances[0], 6),
        chance_high=round(drawn.chances[1], 6),
        alpha_beta_gy=judged.assumption.alpha_beta_gy,
        figure_kept=limit.figure_kept,
        conditions_hold=holds,
        reason="" if holds or said is None else said.reason,
        tornado=tornado,
        source=judged.limit.source_text,
    )


def _bands(group: UncertainGroup, drawn: Simulated) -> Iterator[BandResult]:
    """The bands of every metric that is defined; recovery is never in them."""
    for place, metric in enumerate(group.metrics):
        values = drawn.values[: group.unknowns.of_doses, :, place]
        if not np.isfinite(values).all():
            continue
        bands = [band_of(one) for one in values]
        low, middle, high = _rounded(bands[0])
        lowest, highest = _rounded((min(one[0] for one in bands), max(one[2] for one in bands)))
        yield BandResult(
            structure=group.organ.name,
            alpha_beta_gy=group.unknowns.alpha_betas_gy[0],
            metric=metric.text,
            unit=metric.unit,
            nominal=_rounded([float(drawn.nominal[0, place])])[0],
            p5=low,
            p50=middle,
            p95=high,
            lowest=lowest,
            highest=highest,
        )


def _dvh_band(group: UncertainGroup, drawn: Simulated) -> DvhBand:
    of_doses = drawn.dvh_percent[: group.unknowns.of_doses]
    low, middle, high = of_doses[0]
    return DvhBand(
        structure=group.organ.name,
        alpha_beta_gy=group.unknowns.alpha_betas_gy[0],
        dose_gy=drawn.dvh_dose_gy,
        p5=low,
        p50=middle,
        p95=high,
        lowest=of_doses[:, 0].min(axis=0),
        highest=of_doses[:, 2].max(axis=0),
    )


def _rounded(values: Sequence[float]) -> list[float]:
    return [round(one, DOSE_DECIMALS) + 0.0 for one in values]
