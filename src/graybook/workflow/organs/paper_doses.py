"""Paper courses and the structures of files come in; what each paper course adds to an organ's point sum goes out (rule 9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from graybook.accumulation.fractions_a_day import AT_ONCE, NEVER, FractionsADay
from graybook.radiobiology.incomplete_repair import eqd2_several_a_day_gy
from graybook.radiobiology.linear_quadratic import eqd2_gy, eqd2_of_fractions_gy
from graybook.record import Course, Levels, OrganDose, Phase, Region
from graybook.tables import organ_levels
from graybook.tables.structure_names import kind_of, root, side, tg263_name
from graybook.workflow.folder.doses import day_of

__all__ = ["PaperDose", "PaperPart", "eqd2_of", "includes", "organs_of", "paper_dose"]


@dataclass(frozen=True, kw_only=True)
class PaperPart:
    """What one phase on paper gives one organ, or what is stated of a whole course; physical. [Gy]

    Parameters
    ----------
    near_gy, near_01_gy, max_gy
        What stands for D0.03cc, D0.1cc and the maximum; None when nothing does.
    fractions
        (most, fewest) fractions: the ends with less and more effect; None when the dose cannot be converted (rule 5).
    day
        How several fractions a day were given; None for one a day.
    days
        First and last session, where both are known: phases that share days may have been given in the same sessions.
    phase
        Id of the phase; empty for what is stated of a whole course.
    """

    near_gy: float | None
    near_01_gy: float | None
    max_gy: float | None
    fractions: tuple[int, int] | None
    day: FractionsADay | None = None
    days: tuple[date, date] | None = None
    phase: str = ""

    def eqd2(self, name: str, end: int, alpha_beta_gy: float, half_time_h: float | None) -> float | None:
        """EQD2 of one of the three at one end (0 less, 1 more effect); None where it is not known. [Gy]"""
        dose_gy = getattr(self, name)
        if dose_gy is None or self.fractions is None:
            return None
        return eqd2_of(dose_gy, self.fractions[end], alpha_beta_gy, self.incomplete_repair(end, half_time_h))

    def incomplete_repair(self, end: int, half_time_h: float | None) -> float:
        """H_m at one end (0 less, 1 more effect) in tissue of a half-time of repair; from complete repair to none without one."""
        if self.day is None or self.fractions is None:
            return 0.0
        taken = (AT_ONCE, NEVER)[end] if half_time_h is None else half_time_h
        return self.day.incomplete_repair(self.fractions[end], taken)

    def shares_days_with(self, other: PaperPart) -> bool:
        """Whether sessions of both may have been the same."""
        if self.days is None or other.days is None:
            return False
        return self.days[0] <= other.days[1] and other.days[0] <= self.days[1]


@dataclass(frozen=True, kw_only=True)
class PaperDose:
    """One paper course on one organ: converted phase by phase, then added.

    Parameters
    ----------
    parts
        The phases that reach the organ; one part where the report states the dose of the whole course.
    mean_gy
        Only when stated; physical. [Gy]
    basis
        "stated", or "prescription".
    whole
        False when a phase that counts is in none of the parts: given elsewhere, or nobody says where.
    """

    course: str
    parts: tuple[PaperPart, ...]
    mean_gy: float | None
    basis: str
    whole: bool = True

    def physical_gy(self, name: str) -> float | None:
        """The physical dose over all phases, as courses are named by; never converted as a whole. [Gy]"""
        return _sum([getattr(one, name) for one in self.parts])

    def eqd2(self, name: str, end: int, alpha_beta_gy: float, half_time_h: float | None) -> float | None:
        """EQD2 over all phases at one end (0 less, 1 more effect); at the upper one sessions on shared days are the same. [Gy]"""
        apart = _sum([one.eqd2(name, end, alpha_beta_gy, half_time_h) for one in self.parts])
        together = self._at_once(name, alpha_beta_gy) if end else None
        return apart if apart is None or together is None else max(apart, together)

    @property
    def convertible(self) -> bool:
        """Whether the number of fractions is known, or bracketed, in every phase that reaches the organ (rule 5)."""
        return all(one.fractions is not None for one in self.parts)

    @property
    def fractions(self) -> int | None:
        """How many, where there is one phase and its number is known."""
        between = self.parts[0].fractions if len(self.parts) == 1 else None
        return between[0] if between and between[0] == between[1] else None

    @property
    def by_phase(self) -> tuple[tuple[str, float, int], ...]:
        """Id, physical dose and fractions of each of several phases, for the check by hand; none where one is not known. [Gy]"""
        if len(self.parts) < 2 or any(
            one.max_gy is None or one.fractions is None or one.fractions[0] != one.fractions[1]
            for one in self.parts
        ):
            return ()
        return tuple(
            (one.phase, one.max_gy, one.fractions[0]) for one in self.parts if one.max_gy and one.fractions
        )

    @property
    def several_a_day(self) -> bool:
        """Whether a phase gave several fractions a day."""
        return any(one.day is not None for one in self.parts)

    @property
    def highest_fraction_gy(self) -> float:
        """The highest physical dose that a session may have given. [Gy]"""
        known = [one.near_gy / one.fractions[1] for one in self.parts if one.near_gy and one.fractions]
        return max(known, default=0.0)

    @property
    def same_days(self) -> bool:
        """Whether two phases on the organ share days, so that their sessions may have been the same."""
        return any(
            one.shares_days_with(other)
            for place, one in enumerate(self.parts)
            for other in self.parts[:place]
        )

    def _at_once(self, name: str, alpha_beta_gy: float) -> float | None:
        """EQD2 if the phases began in the same session: each session's doses added, then converted (rule 2). [Gy]"""
        values = [(getattr(one, name), one.fractions) for one in self.parts]
        known = [(dose_gy, between[1]) for dose_gy, between in values if dose_gy is not None and between]
        if not self.same_days or self.several_a_day or len(known) < len(values):
            return None
        sessions = np.array(
            [
                sum(dose_gy / n for dose_gy, n in known if session < n)
                for session in range(max(n for _, n in known))
            ]
        )
        return float(eqd2_of_fractions_gy(sessions, fractions=1, alpha_beta_gy=alpha_beta_gy).sum())


def _sum(values: Sequence[float | None]) -> float | None:
    known = [one for one in values if one is not None]
    return float(np.sum(known)) if known and len(known) == len(values) else None


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
    named = [one.organ for one in course.paper.organ_doses]
    for region in _regions(course):
        named += _organs_in(region)
    return tuple(dict.fromkeys(named))


def _regions(course: Course) -> tuple[Region, ...]:
    """Where a course was given, and where its doses were where that is stated of them."""
    asked = [one.region for phase in course.phases for one in phase.prescriptions]
    apart = tuple(one for one in asked if one is not None)
    return apart if asked and len(apart) == len(asked) else (course.region, *apart)


def _organs_in(region: Region) -> list[str]:
    named = [*region.organs]
    treated = _site_organ(region)
    if treated is not None and kind_of(treated, None) == "organ":
        named.append(treated)
    if region.levels is not None:
        named += [
            row.organ for row in organ_levels.rows() if row.listed and _at_levels(region.levels, row.organ)
        ]
    return named


def paper_dose(course: Course, name: str, tg263: str | None) -> PaperDose | None:
    """What the course gives the organ: what its report states, else its prescription when its region includes the organ."""
    if course.paper is None or not course.counts:
        return None
    stated = [one for one in course.paper.organ_doses if _one_organ(one.organ, name, tg263)]
    parts = _prescribed(course, name, tg263)
    whole = len(parts) == sum(one.status.counts for one in course.phases)
    near, mean_gy = _nearest(stated), _first(stated, "mean")
    if near is None and not parts and mean_gy is None:
        return None
    if near is not None or not parts or _first(stated, "D0.1cc") is not None:
        parts = (_stated(course, stated, parts),)
        whole = whole or near is not None
    basis = "prescription" if near is None and parts[0].near_gy is not None else "stated"
    return PaperDose(course=course.id, parts=parts, mean_gy=mean_gy, basis=basis, whole=whole)


def _prescribed(course: Course, name: str, tg263: str | None) -> tuple[PaperPart, ...]:
    """The prescription of each phase given to a region that includes the organ: the highest, where it has several targets."""
    parts = []
    for phase in course.phases:
        inside = [
            one.dose_gy for one in phase.prescriptions if includes(one.region or course.region, name, tg263)
        ]
        if inside and phase.status.counts:
            parts.append(_part(phase, max(inside)))
    return tuple(parts)


def _part(phase: Phase, dose_gy: float) -> PaperPart:
    first, last = phase.start_date, phase.end_date
    return PaperPart(
        near_gy=dose_gy,
        near_01_gy=dose_gy,
        max_gy=dose_gy,
        fractions=_fractions(phase),
        day=day_of(phase),
        days=(first, last) if first is not None and last is not None else None,
        phase=phase.id,
    )


def _stated(course: Course, stated: Sequence[OrganDose], prescribed: Sequence[PaperPart]) -> PaperPart:
    """What the report states of the organ over the whole course.

    In how many fractions each phase gave it is not said: the least effect is that of all sessions alike, the most that of the
    phase with the fewest.
    """
    top = _sum([one.max_gy for one in prescribed])
    near, most = _either(_nearest(stated), top), _first(stated, "max")
    tops = [one for one in (near, top) if one is not None]
    phases = [one for one in course.phases if one.status.counts]
    known = [between for one in phases if (between := _fractions(one)) is not None]
    between = (sum(one[0] for one in known), min(one[1] for one in known)) if known else None
    return PaperPart(
        near_gy=near,
        near_01_gy=_either(_first(stated, "D0.1cc"), near),
        max_gy=most if most is not None else (None if top is None else max(tops)),
        fractions=between if len(known) == len(phases) else None,
        day=next((day for one in phases if (day := day_of(one)) is not None), None),
    )


def _first(stated: Sequence[OrganDose], metric: str) -> float | None:
    return max((one.dose_gy for one in stated if one.metric == metric), default=None)


def _nearest(stated: Sequence[OrganDose]) -> float | None:
    """What stands for the near-maximum among the stated doses."""
    return _either(_first(stated, "D0.03cc"), _first(stated, "max"))


def _either(*values: float | None) -> float | None:
    return next((one for one in values if one is not None), None)


def _fractions(phase: Phase) -> tuple[int, int] | None:
    if phase.fractions_delivered:
        return phase.fractions_delivered, phase.fractions_delivered
    if phase.fractions_range is not None:
        return phase.fractions_range[1], phase.fractions_range[0]
    return None
