"""Activity times: attributes of a PET or NM image come in; when it was taken, and what its decay correction refers to, go out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from graybook.dicom.attributes import Attributes
from graybook.dicom.moments import date_time_of, moment_of, parsed_date_time
from graybook.dicom.private_elements import private_text

__all__ = ["DECAY", "ActivityTimes", "activity_times"]

GE = (0x0009, "GEMS_PETD_01", 0x0D)
"""Scan start as a date-time, kept when a series is made anew."""
MS_PER_S = 1000.0
DECAY = "DECY"
NOT_CORRECTED = "NO"


@dataclass(frozen=True, kw_only=True)
class ActivityTimes:
    """The times of one file.

    ``stated`` is the moment its decay correction refers to, where it names one; ``corrections`` are those of Corrected Image;
    ``views`` are how many views of how many seconds the duration is computed from, where it is not stated as a whole.
    """

    acquired: datetime | None
    last_acquired: datetime | None
    series_began: datetime | None
    scan_began: datetime | None
    stated: datetime | None
    decay_correction: str
    corrections: tuple[str, ...]
    frame_duration_s: float | None
    views: tuple[int, float] | None
    frame_reference_s: float | None


def activity_times(attributes: Attributes, offset: tzinfo | None) -> ActivityTimes:
    """The times of a file, each with its date, in ``offset`` from UTC where that is known."""
    stated = date_time_of(attributes, "DecayCorrectionDateTime", offset)
    correction = attributes.code("DecayCorrection")
    corrections = tuple(one for one in attributes.code("CorrectedImage").split("\\") if one)
    if attributes.code("DecayCorrected") == "YES" and DECAY not in corrections:
        corrections = (*corrections, DECAY)
    if attributes.code("DecayCorrected") == NOT_CORRECTED and not correction:
        correction, stated = "NONE", None
    elif stated is not None and correction != "NONE":
        correction = "TIME"
    each = _frame_moments(attributes, offset)
    acquired = (
        moment_of(attributes, "AcquisitionDate", "AcquisitionTime", offset)
        or date_time_of(attributes, "AcquisitionDateTime", offset)
        or min(each, default=None)
    )
    whole_s, views = _whole_duration_s(attributes), _views(attributes)
    reference_ms = attributes.number("FrameReferenceTime")
    return ActivityTimes(
        acquired=acquired,
        last_acquired=max(each, default=acquired),
        series_began=moment_of(attributes, "SeriesDate", "SeriesTime", offset),
        scan_began=parsed_date_time(private_text(attributes, *GE), offset),
        stated=stated,
        decay_correction=correction,
        corrections=corrections,
        frame_duration_s=whole_s if views is None or whole_s is not None else views[0] * views[1],
        views=views if whole_s is None else None,
        frame_reference_s=None if reference_ms is None else reference_ms / MS_PER_S,
    )


def _frame_moments(attributes: Attributes, offset: tzinfo | None) -> list[datetime]:
    """When the frames of an enhanced object were taken; none when their clocks are not one."""
    items = attributes.below("PerFrameFunctionalGroupsSequence", "FrameContentSequence")
    found = [date_time_of(item, "FrameAcquisitionDateTime", offset) for item in items]
    moments = [one for one in found if one is not None]
    return moments if len({one.tzinfo is None for one in moments}) <= 1 else []


def _whole_duration_s(attributes: Attributes) -> float | None:
    """Length of the acquisition where the file states it as a whole. [s]

    A time beside a rotation that is no longer than one of its views is that view's, never the whole's: counts over it would be many
    times too fast.
    """
    whole_ms = attributes.number("ActualFrameDuration")
    rotations = attributes.items("RotationInformationSequence")
    longest_ms = max((one.number("ActualFrameDuration") or 0.0 for one in rotations), default=0.0)
    if whole_ms is not None and whole_ms > longest_ms:
        return whole_ms / MS_PER_S
    items = attributes.below("PerFrameFunctionalGroupsSequence", "FrameContentSequence")
    durations = {item.number("FrameAcquisitionDuration") for item in items}
    only = durations.pop() if len(durations) == 1 else None
    return only / MS_PER_S if only else None


def _views(attributes: Attributes) -> tuple[int, float] | None:
    """Views of the one rotation of a tomographic NM image, and the time of each.

    With several rotations, or several detectors whose views may or may not be counted apart, the length is not known.
    """
    rotations = attributes.items("RotationInformationSequence")
    if len(rotations) != 1 or (attributes.whole("NumberOfDetectors") or 1) != 1:
        return None
    view_ms = rotations[0].number("ActualFrameDuration")
    views = rotations[0].whole("NumberOfFramesInRotation")
    if view_ms is None or views is None or view_ms <= 0.0 or views <= 0:
        return None
    return views, view_ms / MS_PER_S
