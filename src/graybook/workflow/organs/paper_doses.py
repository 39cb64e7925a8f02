"""Paper courses and the structures of files come in; what each paper course adds to an organ's point sum goes out (rule 9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graybook.accumulation.fractions_a_day import AT_ONCE, NEVER, FractionsADay
from graybook.radiobiology.incomplete_repair import eqd2_several_a_day_gy
from graybook.radiobiology.linear_quadratic import eqd2_gy
from graybook.record import Course, Levels, OrganDose, Region
from graybook.tables import organ_levels
from graybook.tables.structure_names import kind_of, root, side, tg263_name
from graybook.workflow.folder.doses import day_of

__all__ = ["PaperDose", "eqd2_of", "includes", "organs_of", "paper_dose"]


@dataclass(frozen=True, kw_only=True)
class PaperDose:
    """One paper course on one organ, physical. [Gy]

    Parameters
    ----------
    near_gy, near_01_gy, max_gy
        What stands for D0.03cc, D0.1cc and the maximum; None when nothing does.
    mean_gy
        Only when stated.
    fractions
        (most, fewest) fractions: the ends with less and more effect; None when the dose cannot be converted (rule 5).
    basis
        "stated", or "prescription".
    day
        How several fractions a day were given; None for one a day.
    """

    course: str
    near_gy: float | None
    near_01_gy: float | None
    max_gy: float | None
    mean_gy: float | None
    fractions: tuple[int, int] | None
    basis: str
    day: FractionsADay | None = None

    def incomplete_repair(self, end: int, half_time_h: float | None) -> float:
        """H_m at one end (0 less, 1 more effect) in tissue of a half-time of repair; from complete repair to none without one."""
        if self.day is None or self.fractions is None:
            return 0.0
        taken = (AT_ONCE, NEVER)[end] if half_time_h is None else half_time_h
        return self.day.incomplete_repair(self.fractions[end], taken)


def eqd2_of(dose_gy: float, fractions: int, alpha_beta_gy: float, incomplete_repair: float = 0.0) -> float:
    """EQD2 of one physical dose; ``incomplete_repair`` is H_m of fractions given several a day. [Gy]"""
    if not incomplete_repair:
        return float(eqd2_gy(np.array([dose_gy]), fractions=fractions, alpha_beta_gy=alpha_beta_gy)[0])
    fraction_gy = np.array([dose_gy / fractions])
    return float(
        eqd2_several_a_day_gy(
            fraction_gy, fractions=fractions, alpha_beta_gy=alpha_beta_gy, h_factor=incomplete_repair
        )[0]
    )


def includes(region: Region, name: str, tg263: str | None) -> bool:
    """Whether a region includes an organ: a person says so, its site is the organ, or the organ lies at its vertebrae."""
    if any(_one_organ(named, name, tg263) for named in region.organs):
        return True
    if tg263 is None:
        return False
    treated = _site_organ(region)
    if treated is not None and _plain(treated) == _plain(tg263):
        sides = {side(treated), side(tg263)} - {None}
        if len(sides) < 2:
            return True
    return region.levels is not None and _at_levels(region.levels, tg263)


def _one_organ(named: str, name: str, tg263: str | None) -> bool:
    label = tg263_name(named)
    return named.casefold() == name.casefold() or (label is not None and label == tg263)


def _site_organ(region: Region) -> str | None:
    words = (region.site, region.side if region.side in ("left", "right") else "")
    return tg263_name(" ".join(one for one in words if one)) or tg263_name(region.site)


def _plain(tg263: str) -> str:
    """The organ without side or plural: the pair is treated when one of it is."""
    return root(tg263).removesuffix("s")


def _at_levels(levels: Levels, tg263: str) -> bool:
    return any(
        row.organ == root(tg263) and Levels.parse(f"{row.first}-{row.last}").shared(levels) is not None
        for row in organ_levels.rows()
    )


def organs_of(course: Course) -> tuple[str, ...]:
    """The organs a paper course names or includes, as names."""
    if course.paper is None:
        return ()
    region = course.region
    named = [*(one.organ for one in course.paper.organ_doses), *region.organs]
    treated = _site_organ(region)
    if treated is not None and kind_of(treated, None) == "organ":
        named.append(treated)
    if region.levels is not None:
        named += [
            row.organ for row in organ_levels.rows() if row.listed and _at_levels(region.levels, row.organ)
        ]
    return tuple(dict.fromkeys(named))


def paper_dose(course: Course, name: str, tg263: str | None) -> PaperDose | None:
    """What the course gives the organ: what its report states, else its prescription when its region includes the organ."""
    if course.paper is None or not course.counts:
        return None
    stated = [one for one in course.paper.organ_doses if _one_organ(one.organ, name, tg263)]
    asked = max((one.dose_gy for phase in course.phases for one in phase.prescriptions), default=None)
    prescribed = asked if includes(course.region, name, tg263) else None
    most = _first(stated, "max")
    near = _either(_nearest(stated), prescribed)
    if near is None and _first(stated, "mean") is None:
        return None
    tops = [one for one in (near, prescribed) if one is not None]
    reaches = most is None and prescribed is None
    return PaperDose(
        course=course.id,
        near_gy=near,
        near_01_gy=_either(_first(stated, "D0.1cc"), near),
        max_gy=most if most is not None else (None if reaches else max(tops, default=None)),
        mean_gy=_first(stated, "mean"),
        fractions=_fractions(course),
        basis="stated" if near is None or _nearest(stated) is not None else "prescription",
        day=day_of(course.phases[0]),
    )


def _first(stated: Sequence[OrganDose], metric: str) -> float | None:
    return max((one.dose_gy for one in stated if one.metric == metric), default=None)


def _nearest(stated: Sequence[OrganDose]) -> float | None:
    """What stands for the near-maximum among the stated doses."""
    return _either(_first(stated, "D0.03cc"), _first(stated, "max"))


def _either(*values: float | None) -> float | None:
    return next((one for one in values if one is not None), None)


def _fractions(course: Course) -> tuple[int, int] | None:
    phase = course.phases[0]
    if phase.fractions_delivered:
        return phase.fractions_delivered, phase.fractions_delivered
    if phase.fractions_range is not None:
        return phase.fractions_range[1], phase.fractions_range[0]
    return None
