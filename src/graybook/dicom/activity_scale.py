"""Activity scale: units and mappings of a PET or NM image come in; what a value is in Bq/ml or counts, or a question, goes out.

A Real World Value Mapping applies to stored values, everything else to rescaled ones (PS3.3 C.7.6.16.2.11); what goes out here
always applies to rescaled values, as ``voxels()`` gives them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isclose

from graybook.dicom.attributes import Attributes
from graybook.dicom.nuclide_codes import code_of
from graybook.dicom.parsing import reason
from graybook.dicom.private_elements import private_number
from graybook.record.assessment import Finding, Severity

__all__ = ["Scale", "activity_scale"]

PHILIPS = (0x7053, "Philips PET Private Group", 0x09)
"""Activity concentration per rescaled value of images in counts. [Bq/ml]"""
CONCENTRATIONS = {
    **dict.fromkeys(("BQML", "Bq/ml", "Bq/mL", "Bq/cm3", "Bq/cc"), 1.0),
    **dict.fromkeys(("KBQML", "kBq/ml", "kBq/mL", "kBq/cm3", "kBq/cc"), 1.0e3),
    **dict.fromkeys(("MBQML", "MBq/ml", "MBq/mL", "MBq/cm3", "MBq/cc"), 1.0e6),
}
"""Units of activity concentration, case and all, as DICOM or UCUM writes them. [Bq/ml]"""
UPTAKE = frozenset(
    {"GML", "CM2ML", "{SUVbw}g/ml", "{SUVlbm}g/ml", "{SUVbsa}cm2/ml", "g/ml", "g/mL", "cm2/ml"}
)
PROPORTIONAL = frozenset({"PROPCNTS", "PROPCPS", "{propcounts}", "{propcounts}/s"})
COUNTS = frozenset({"CNTS", "{counts}", "{count}", "[count]", "{cnts}"})
LEAST_SLOPE, MOST_SLOPE = 1e-9, 1e9
"""A stored value that means less, or more, is none of activity: it would come out as zero, or as no number. [Bq/ml]"""
AGREE = 1e-3
"""Two statements of one scale agree when they differ by no more than this share."""
SAME = 1e-6

Line = tuple[float, float]
"""Slope and intercept."""


@dataclass(frozen=True, kw_only=True)
class Scale:
    """What the values of one file mean; ``bq_per_ml`` is slope and intercept on what ``voxels()`` gives.

    Values that are counts have no question of their own: whoever uses them needs a calibration, and asks for it. ``unnamed`` is
    what a mapping without a usable unit makes of them, for whoever can say its unit.
    """

    units: str = ""
    bq_per_ml: Line | None = None
    source: str = ""
    counts_per_value: float | None = None
    unnamed: Line | None = None
    question: Finding | None = None


@dataclass(frozen=True, kw_only=True)
class _Mapping:
    """One Real World Value Mapping; ``line`` is None when it is a table, or has no usable slope."""

    units: str
    line: Line | None


def activity_scale(attributes: Attributes, scales: Sequence[Line], modality: str) -> Scale:
    """The scale of a file whose frames have the rescalings ``scales``.

    Parameters
    ----------
    attributes
        Of the file.
    scales
        Rescale Slope and Intercept of each frame, as applied.
    modality
        PT or NM.
    """
    units = attributes.text("Units") or _rescale_type(attributes)
    mapped = _mapped(attributes, scales, units)
    if mapped is not None:
        return mapped
    per_unit = CONCENTRATIONS.get(units)
    if per_unit is not None:
        return _direct(attributes, units, per_unit)
    if units in COUNTS:
        return _counts(attributes, units)
    if not units:
        unnamed = _unnamed(attributes, scales)
        if unnamed is not None:
            return unnamed
        if modality == "NM":
            return Scale(counts_per_value=1.0)
    code = "activity_units_unknown"
    if units in UPTAKE:
        code = "activity_in_suv"
    elif units in PROPORTIONAL:
        code = "activity_proportional"
    elif not units:
        code = "activity_without_units"
    return Scale(units=units, question=_asked(attributes, code, units=units))


def _asked(attributes: Attributes, code: str, **params: str | float | None) -> Finding:
    return reason(code, attributes.notes.path, Severity.ERROR, **params)


def _rescale_type(attributes: Attributes) -> str:
    """Rescale Type, where it is one of activity: some write it there."""
    text = attributes.text("RescaleType")
    return text if text in CONCENTRATIONS else ""


def _direct(attributes: Attributes, units: str, per_unit: float) -> Scale:
    """Values in a unit of activity concentration; without a positive slope they would be a guess, or zero."""
    for slope in _stated_slopes(attributes):
        if slope is None or not LEAST_SLOPE <= slope * per_unit <= MOST_SLOPE:
            return Scale(
                units=units,
                question=_asked(attributes, "activity_scale_missing", value="-" if slope is None else slope),
            )
    source = "Units" if attributes.text("Units") else "Rescale Type"
    return Scale(units=units, bq_per_ml=(per_unit, 0.0), source=source)


def _stated_slopes(attributes: Attributes) -> list[float | None]:
    """Rescale Slope of each frame as the file states it."""
    shared = list(attributes.below("SharedFunctionalGroupsSequence", "PixelValueTransformationSequence"))
    groups = attributes.items("PerFrameFunctionalGroupsSequence")
    if not groups:
        return [attributes.number("RescaleSlope")]
    each = [list(group.items("PixelValueTransformationSequence")) or shared for group in groups]
    return [items[0].number("RescaleSlope") if items else None for items in each]


def _counts(attributes: Attributes, units: str) -> Scale:
    factor = private_number(attributes, *PHILIPS)
    if factor is not None and LEAST_SLOPE <= factor <= MOST_SLOPE:
        return Scale(units=units, bq_per_ml=(factor, 0.0), source="Philips (7053,1009)", counts_per_value=1.0)
    return Scale(units=units, counts_per_value=1.0)


def _mapped(attributes: Attributes, scales: Sequence[Line], units: str) -> Scale | None:
    """The scale by Real World Value Mapping; None when none is in a unit of activity concentration."""
    each = _mappings(attributes, len(scales))
    concentrations = [[one for one in frame if one.units in CONCENTRATIONS] for frame in each]
    if not any(concentrations):
        others = {one.units for frame in each for one in frame} & UPTAKE
        if others and not units:
            named = ", ".join(sorted(others))
            return Scale(units=named, question=_asked(attributes, "activity_in_suv", units=named))
        return None
    named = ", ".join(sorted({one.units for frame in concentrations for one in frame}))
    lines = [_once(frame, scale) for frame, scale in zip(concentrations, scales, strict=True)]
    if any(frame and any(one.line is None for one in frame) for frame in concentrations):
        return Scale(units=named, question=_asked(attributes, "activity_mapping_unusable", units=named))
    if any(line is None or not _agree(line, lines[0], SAME) for line in lines):
        return Scale(units=named, question=_asked(attributes, "activity_mappings_differ", units=named))
    line = lines[0]
    stated = CONCENTRATIONS.get(units)
    if line is not None and stated is not None and not _agree(line, (stated, 0.0), AGREE):
        question = _asked(
            attributes, "activity_scales_contradict", units=units, stated=stated, mapped=round(line[0], 9)
        )
        return Scale(units=units, question=question)
    return Scale(units=named, bq_per_ml=line, source="Real World Value Mapping")


def _unnamed(attributes: Attributes, scales: Sequence[Line]) -> Scale | None:
    """The scale of a file that has mappings, none of them in a unit of activity; None where there is no mapping.

    Whatever such a mapping gives, it is not known to be counts: only a unit of counts, or a person, says so.
    """
    each = _mappings(attributes, len(scales))
    if not any(each):
        return None
    units = {one.units for frame in each for one in frame}
    named = ", ".join(sorted(units - {""}))
    lines = [_once(frame, scale) for frame, scale in zip(each, scales, strict=True)]
    line = lines[0]
    if line is None or len(units) > 1 or any(not _agree(one, line, SAME) for one in lines):
        return Scale(
            units=named, question=_asked(attributes, "activity_mapping_unusable", units=named or "-")
        )
    if units <= COUNTS and not line[1]:
        return Scale(units=named, counts_per_value=line[0])
    question = _asked(attributes, "activity_mapping_without_units", units=named or "-", slope=line[0])
    return Scale(units=named, unnamed=line, question=question)


def _mappings(attributes: Attributes, frames: int) -> list[list[_Mapping]]:
    """The mappings of each frame: its own, else the shared ones, else those of the file."""
    keyword = "RealWorldValueMappingSequence"
    shared = [_mapping(item) for item in attributes.below("SharedFunctionalGroupsSequence", keyword)]
    shared = shared or [_mapping(item) for item in attributes.items(keyword)]
    groups = attributes.items("PerFrameFunctionalGroupsSequence")
    if len(groups) != frames:
        return [shared] * frames
    return [[_mapping(item) for item in group.items(keyword)] or shared for group in groups]


def _mapping(item: Attributes) -> _Mapping:
    code = code_of(item, "MeasurementUnitsCodeSequence")
    slope, intercept = item.number("RealWorldValueSlope"), item.number("RealWorldValueIntercept")
    units = "" if code is None else code.value
    per_value = (slope or 0.0) * CONCENTRATIONS.get(units, 1.0)
    usable = LEAST_SLOPE <= per_value <= MOST_SLOPE and "RealWorldValueLUTData" not in item
    return _Mapping(units=units, line=(slope, intercept or 0.0) if usable and slope is not None else None)


def _once(mappings: Sequence[_Mapping], scale: Line) -> Line | None:
    """What the mappings of one frame make of rescaled values, in Bq/ml where it is activity; None unless they say one thing."""
    rescale_slope, rescale_intercept = scale
    lines = []
    for one in mappings:
        if one.line is None or not rescale_slope:
            return None
        per_unit = CONCENTRATIONS.get(one.units, 1.0)
        slope, intercept = per_unit * one.line[0], per_unit * one.line[1]
        lines.append((slope / rescale_slope, intercept - slope * rescale_intercept / rescale_slope))
    return lines[0] if lines and all(_agree(line, lines[0], SAME) for line in lines) else None


def _agree(one: Line | None, other: Line | None, share: float) -> bool:
    if one is None or other is None:
        return False
    same_slope = isclose(one[0], other[0], rel_tol=share)
    return same_slope and abs(one[1] - other[1]) <= share * max(abs(one[0]), abs(other[0]))
