"""Activity reference: times of the files of one series come in; the moment their activity is true at, or a question, goes out.

START of PET follows the vendor-neutral procedure of the QIBA FDG-PET profile for the SUV: Series Date and Time unless they are
later than the earliest acquisition (a series made anew); then GE's own scan start; then the time that Frame Reference Time and
the mean count rate of the frame give; all of them with dates. NM has no such convention: START is the start of the acquisition.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import exp, expm1, log

from graybook.dicom.activity_facts import ActivityFacts
from graybook.record.assessment import Finding, Param, Severity

__all__ = ["are_of_one_clock", "decay_share", "mean_rate_s", "reference_moment"]

ASKED_SHARE = 0.1
"""A choice between two moments that changes the activity by more is the person's."""
UNSAID_SHARE = 0.02
"""Where NM does not say whether its decay was corrected during the acquisition, this is passed over."""
FURTHEST_S = 3600.0
"""The same in time, where the half-life is not stated. [s]"""
LN2 = log(2.0)

Reference = tuple[datetime | None, tuple[Finding, ...]]


def mean_rate_s(duration_s: float, half_life_s: float | None) -> float:
    """From the start of a frame to the moment whose activity is the frame's mean; the middle where the half-life is unknown. [s]

    ln(x / (1 - e^-x)) / λ with x = λT.

    Examples
    --------
    >>> round(mean_rate_s(600.0, 1e9), 3), round(mean_rate_s(600.0, 600.0), 1)
    (300.0, 282.7)
    """
    if not half_life_s:
        return duration_s / 2.0
    rate = LN2 / half_life_s
    decayed = rate * duration_s
    if decayed < 1e-6:
        return duration_s / 2.0
    return log(decayed / -expm1(-decayed)) / rate


def decay_share(seconds: float, half_life_s: float) -> float:
    """Share of the activity that decays in a time of either direction."""
    return 1.0 - exp(-LN2 * abs(seconds) / half_life_s)


def are_of_one_clock(*moments: datetime | None) -> bool:
    """Whether moments can be compared: all with an offset from UTC, or all without."""
    return len({one.tzinfo is None for one in moments if one is not None}) <= 1


def reference_moment(path: str, files: Sequence[ActivityFacts], stated: datetime | None = None) -> Reference:
    """The moment the activity of these files of one series is true at.

    Parameters
    ----------
    path
        Of the first file, for what is asked.
    files
        Facts of all files of the series that are read together.
    stated
        The moment that the file itself names as that of its decay correction.
    """
    first = files[0]
    if stated is not None:
        return stated, ()
    if first.decay_correction == "ADMIN":
        return _administered(path, first)
    acquired = [one.acquired for one in files if one.acquired is not None]
    if not acquired or not are_of_one_clock(*acquired):
        tags = "Acquisition Date (0008,0022), Acquisition Time (0008,0032)"
        return None, (_asked("activity_date_missing", path, tags=tags),)
    earliest = min(acquired)
    if first.decay_correction == "START":
        return (
            _start_of_nm(path, first, acquired)
            if first.modality == "NM"
            else _start_of_pet(path, files, earliest)
        )
    if first.decay_correction == "NONE":
        begin = next(one for one in files if one.acquired == earliest)
        return earliest + _mean_rate(begin), ()
    if first.decay_correction or first.modality != "NM":
        return None, (_asked("activity_decay_correction", path, value=first.decay_correction),)
    return _unsaid(path, first, earliest)


def _asked(code: str, path: str, **params: Param) -> Finding:
    return Finding(code=code, severity=Severity.ERROR, subject=path, params={"file": path, **params})


def _administered(path: str, facts: ActivityFacts) -> Reference:
    if facts.administered is not None:
        return facts.administered, ()
    clock = "" if facts.administered_clock is None else facts.administered_clock.isoformat("seconds")
    return None, (_asked("activity_administration_day", path, value=clock),)


def _mean_rate(facts: ActivityFacts) -> timedelta:
    duration_s = facts.frame_duration_s or 0.0
    return timedelta(seconds=mean_rate_s(duration_s, facts.half_life_s))


def _start_of_nm(path: str, facts: ActivityFacts, acquired: Sequence[datetime]) -> Reference:
    """The earliest start: files of one series (bed positions) may each mean their own, where that matters little."""
    spread_s = (max(acquired) - min(acquired)).total_seconds()
    known = facts.half_life_s
    if (decay_share(spread_s, known) > UNSAID_SHARE) if known else (spread_s > FURTHEST_S):
        params = {"reference": max(acquired).isoformat(), "acquired": min(acquired).isoformat()}
        return None, (_asked("activity_reference_apart", path, **params),)
    return min(acquired), ()


def _start_of_pet(path: str, files: Sequence[ActivityFacts], earliest: datetime) -> Reference:
    first = files[0]
    if not are_of_one_clock(earliest, first.series_began, first.scan_began):
        return None, (_asked("activity_clocks_differ", path),)
    back = [moment for moment in map(_counted_back, files) if moment is not None]
    if first.series_began is not None and first.series_began <= earliest:
        return _unless_apart(path, first, first.series_began, (earliest, *back))
    if first.scan_began is not None:
        return _unless_apart(path, first, first.scan_began, (earliest, *back))
    if len(back) == len(files):
        return _unless_apart(path, first, min(back), (earliest,))
    return earliest, ()


def _counted_back(facts: ActivityFacts) -> datetime | None:
    """Start of the scan by Frame Reference Time; None when the file does not say enough."""
    frame_s, duration_s = facts.frame_reference_s, facts.frame_duration_s
    if facts.acquired is None or not frame_s or frame_s < 0.0 or not duration_s or not facts.half_life_s:
        return None
    return facts.acquired + _mean_rate(facts) - timedelta(seconds=frame_s)


def _unless_apart(path: str, facts: ActivityFacts, moment: datetime, others: Sequence[datetime]) -> Reference:
    """``moment``, unless none of the other ways to it (the earliest acquisition, Frame Reference Times) comes near."""
    apart_s = min(abs((moment - other).total_seconds()) for other in others)
    known = facts.half_life_s
    if (decay_share(apart_s, known) > ASKED_SHARE) if known else (apart_s > FURTHEST_S):
        params = {"reference": moment.isoformat(), "acquired": others[0].isoformat()}
        return None, (_asked("activity_reference_apart", path, **params),)
    return moment, ()


def _unsaid(path: str, facts: ActivityFacts, earliest: datetime) -> Reference:
    """NM that says nothing of decay correction: taken as the mean of the acquisition, where that can matter little."""
    duration_s, half_life_s = facts.frame_duration_s, facts.half_life_s
    if duration_s and half_life_s and decay_share(duration_s / 2.0, half_life_s) > UNSAID_SHARE:
        return None, (_asked("activity_decay_correction", path, value=""),)
    return earliest + _mean_rate(facts), ()
