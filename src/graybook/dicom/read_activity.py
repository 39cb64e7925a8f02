"""Read activity: the attributes of a PET or NM image come in; what its voxels mean as activity, and of what, goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, tzinfo
from typing import NamedTuple

from graybook.dicom.activity_facts import ActivityFacts, Camera, EnergyWindow
from graybook.dicom.activity_reference import are_of_one_clock, reference_moment
from graybook.dicom.activity_scale import activity_scale
from graybook.dicom.activity_times import DECAY, ActivityTimes, activity_times
from graybook.dicom.attributes import Attributes
from graybook.dicom.moments import clock_of, date_time_of, offset_of
from graybook.dicom.nuclide_codes import code_of, nuclide_of, nuclide_of_text
from graybook.dicom.parsing import reason
from graybook.record.assessment import Finding, Severity
from graybook.tables.nuclides import known_nuclide

__all__ = ["ACTIVITY_MODALITIES", "activity", "administered_bq"]

ACTIVITY_MODALITIES = ("PT", "NM")
LEAST_BQ = 1.0e5
"""A total dose of more is in Bq, of less in MBq: nobody is given 100 GBq and more, nor less than 0.1 MBq. [Bq or MBq]"""
MOST_BQ = 1.0e12
BQ_PER_MBQ = 1.0e6
HALF_LIFE_SHARE = 0.05
"""A half-life that differs by more is that of another nuclide, or in another unit."""
SECONDS_PER_H = 3600.0
ENHANCED_PET = ("1.2.840.10008.5.1.4.1.1.130", "1.2.840.10008.5.1.4.1.1.128.1")
PARTIAL = ("DYNAMIC", "GATED", "REPROJECTION")
"""Series Types whose slices are no whole static image."""
DAY_FORMAT = "%Y-%m-%d %H:%M:%S%z"


class _Given(NamedTuple):
    """What a file says of the radiopharmaceutical."""

    nuclide: str = ""
    agent: str = ""
    half_life_s: float | None = None
    administered: datetime | None = None
    clock: time | None = None
    activity_bq: float | None = None
    questions: tuple[Finding, ...] = ()


def activity(attributes: Attributes, scales: Sequence[tuple[float, float]]) -> ActivityFacts | None:
    """What the voxels of one file mean; None for an image that is neither PET nor NM.

    Parameters
    ----------
    attributes
        Of the file.
    scales
        Rescale Slope and Intercept of each frame, as applied to its voxels.
    """
    modality = attributes.code("Modality")
    if modality not in ACTIVITY_MODALITIES:
        return None
    offset = offset_of(attributes)
    times = activity_times(attributes, offset)
    given = _given(attributes, offset, modality)
    scale = activity_scale(attributes, scales, modality)
    slope, intercept = scale.bq_per_ml or (None, 0.0)
    facts = ActivityFacts(
        units=scale.units,
        bq_per_ml_per_value=slope,
        scale_source=scale.source,
        scale_offset=intercept,
        counts_per_value=scale.counts_per_value,
        mapping_without_units=scale.unnamed,
        acquired=times.acquired,
        decay_correction=times.decay_correction,
        frame_duration_s=times.frame_duration_s,
        nuclide=given.nuclide,
        agent=given.agent,
        half_life_s=given.half_life_s,
        administered=given.administered,
        administered_clock=given.clock,
        administered_bq=given.activity_bq,
        camera=_camera(attributes),
        energy_windows=_windows(attributes),
        modality=modality,
        series_began=times.series_began,
        scan_began=times.scan_began,
        frame_reference_s=times.frame_reference_s,
        parts=_parts(attributes),
        questions=(*given.questions, *((scale.question,) if scale.question else ()), *_asked_of(attributes)),
    )
    return _with_reference(attributes, facts, times)


def _with_reference(attributes: Attributes, facts: ActivityFacts, times: ActivityTimes) -> ActivityFacts:
    path = attributes.notes.path
    reference, questions = reference_moment(path, [facts], times.stated)
    if not facts.frame_duration_s and facts.decay_correction in ("", "NONE"):
        attributes.notes.add("activity_duration_missing", Severity.INFO)
    if times.views is not None and facts.bq_per_ml_per_value is None and facts.counts_per_value:
        views, seconds = times.views
        attributes.notes.add(
            "activity_duration_of_views", views=views, seconds=seconds, minutes=views * seconds / 60.0
        )
    contradiction = _decay_contradiction(facts, times)
    if contradiction:
        reference, questions = None, (_asked(attributes, "activity_decay_correction", value=contradiction),)
    if facts.decay_correction == "NONE" and times.last_acquired != times.acquired:
        reference, questions = None, (_asked(attributes, "activity_frames_apart"),)
    further = (*_before_administration(attributes, facts), *_without_attenuation(attributes, facts, times))
    return replace(facts, reference=reference, questions=(*facts.questions, *questions, *further))


def _decay_contradiction(facts: ActivityFacts, times: ActivityTimes) -> str:
    """Where Decay Correction and Corrected Image contradict each other, what they say."""
    corrected, said = DECAY in times.corrections, facts.decay_correction
    if corrected and said in ("", "NONE"):
        return f"{said or '-'}; Corrected Image: DECY"
    if times.corrections and not corrected and said in ("START", "ADMIN"):
        return f"{said}; Corrected Image: {', '.join(times.corrections)}"
    return ""


def _without_attenuation(
    attributes: Attributes, facts: ActivityFacts, times: ActivityTimes
) -> tuple[Finding, ...]:
    """The question when an image in Bq/ml says which corrections it had, and attenuation is not among them."""
    if not times.corrections or "ATTN" in times.corrections or facts.bq_per_ml_per_value is None:
        return ()
    return (_asked(attributes, "activity_without_attenuation", value=", ".join(times.corrections)),)


def _asked(attributes: Attributes, code: str, **params: str | float | None) -> Finding:
    return reason(code, attributes.notes.path, Severity.ERROR, **params)


def _before_administration(attributes: Attributes, facts: ActivityFacts) -> tuple[Finding, ...]:
    """The question when the image was over before the administration began."""
    given, taken = facts.administered, facts.acquired
    if given is None or taken is None or not are_of_one_clock(given, taken):
        return ()
    if (given - taken).total_seconds() <= (facts.frame_duration_s or 0.0):
        return ()
    shown = {"acquired": taken.strftime(DAY_FORMAT), "administered": given.strftime(DAY_FORMAT)}
    return (_asked(attributes, "activity_before_administration", **shown),)


def _given(attributes: Attributes, offset: tzinfo | None, modality: str) -> _Given:
    """The one radiopharmaceutical of a file; several nuclides, or one that is not understood, are a question."""
    items = attributes.items("RadiopharmaceuticalInformationSequence")
    if not items:
        return _Given(questions=(_asked(attributes, "activity_nuclide", value=""),))
    first = items[0]
    agent = _agent(first)
    nuclides = {_nuclide(item) for item in items}
    questions: list[Finding] = []
    if len(nuclides) > 1 or "" in nuclides:
        found = sorted(nuclides - {""}) or [_nuclide_as_found(first) or agent]
        code = "activity_nuclides_several" if len(nuclides - {""}) > 1 else "activity_nuclide"
        questions.append(_asked(attributes, code, value=", ".join(found)))
    half_life_s = first.number("RadionuclideHalfLife")
    nuclide = nuclides.pop() if len(nuclides) == 1 else ""
    if half_life_s and not _is_of(nuclide, half_life_s):
        questions.append(_asked(attributes, "activity_half_life", nuclide=nuclide, value=half_life_s))
    known = {item.number("RadionuclideTotalDose") for item in items} if len(items) > 1 else set()
    return _Given(
        nuclide=nuclide,
        agent=agent,
        half_life_s=half_life_s if half_life_s and half_life_s > 0.0 else None,
        administered=date_time_of(first, "RadiopharmaceuticalStartDateTime", offset)
        if len(items) == 1
        else None,
        clock=clock_of(first, "RadiopharmaceuticalStartTime"),
        activity_bq=None if len(known) > 1 else _total_bq(attributes, first, modality),
        questions=tuple(questions),
    )


def _is_of(nuclide: str, half_life_s: float) -> bool:
    """Whether a stated half-life is that of the nuclide, where the decay data have it."""
    known = known_nuclide(nuclide)
    return known is None or abs(half_life_s / (SECONDS_PER_H * known.half_life_h) - 1.0) <= HALF_LIFE_SHARE


def _agent(item: Attributes) -> str:
    code = code_of(item, "RadiopharmaceuticalCodeSequence")
    return item.text("Radiopharmaceutical") or ("" if code is None else code.meaning)


def _nuclide(item: Attributes) -> str:
    """By its code; else by the name of the radiopharmaceutical, where that names one nuclide."""
    code = code_of(item, "RadionuclideCodeSequence")
    if code is not None and (code.value or code.meaning):
        return nuclide_of(code)
    return nuclide_of_text(_agent(item))


def _nuclide_as_found(item: Attributes) -> str:
    code = code_of(item, "RadionuclideCodeSequence")
    return "" if code is None else f"{code.meaning} ({code.value}, {code.scheme})"


def administered_bq(total: float) -> float:
    """Radionuclide Total Dose in Bq, whichever of Bq and MBq it was written in, by its magnitude. [Bq]

    Examples
    --------
    >>> administered_bq(7400.0) == administered_bq(7.4e9) == 7.4e9
    True
    """
    return total if total > LEAST_BQ else total * BQ_PER_MBQ


def _total_bq(attributes: Attributes, item: Attributes, modality: str) -> float | None:
    """The total dose; said when it cannot be in the unit that the standard gives to this kind of file. [Bq]"""
    total = item.number("RadionuclideTotalDose")
    if total is None:
        return None
    if not 0.0 < total < MOST_BQ:
        attributes.notes.add("activity_total_implausible", value=total)
        return None
    in_mbq = modality == "NM" or attributes.uid("SOPClassUID") in ENHANCED_PET
    if in_mbq != (total <= LEAST_BQ):
        attributes.notes.add("activity_total_unit", value=total, unit="MBq" if total <= LEAST_BQ else "Bq")
    return administered_bq(total)


def _camera(attributes: Attributes) -> Camera:
    return Camera(
        manufacturer=attributes.text("Manufacturer"),
        model=attributes.text("ManufacturerModelName"),
        station=attributes.text("StationName"),
        serial=attributes.text("DeviceSerialNumber"),
    )


def _windows(attributes: Attributes) -> tuple[EnergyWindow, ...]:
    found = []
    for window in attributes.items("EnergyWindowInformationSequence"):
        for ends in window.items("EnergyWindowRangeSequence"):
            lower, upper = ends.number("EnergyWindowLowerLimit"), ends.number("EnergyWindowUpperLimit")
            if lower is not None and upper is not None:
                name = window.text("EnergyWindowName")
                found.append(EnergyWindow(name=name, lower_kev=lower, upper_kev=upper))
    return tuple(found)


def _parts(attributes: Attributes) -> tuple[str, ...]:
    """What makes this file less than a static image: dynamic, gated, a reprojection."""
    kinds = attributes.code("SeriesType").split("\\")
    single = attributes.whole("NumberOfTimeSlices") == 1
    return tuple(kind for kind in kinds if kind in PARTIAL and not (kind == "DYNAMIC" and single))


def _asked_of(attributes: Attributes) -> tuple[Finding, ...]:
    parts = _parts(attributes)
    return (_asked(attributes, "activity_series_parts", value=", ".join(parts)),) if parts else ()
