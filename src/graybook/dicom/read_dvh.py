"""Read DVH: the DVH Sequence of an RTDOSE comes in; each ROI's statistics go out in Gy, whatever the file's habit was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graybook.dicom.attributes import Attributes
from graybook.dicom.facts import DvhFacts
from graybook.errors import InputError
from graybook.geometry.arrays import FloatArray
from graybook.record.assessment import Severity

__all__ = ["curve_statistics_gy", "dvh_statistics"]

AGREE_SHARE = 0.05
"""Stated and computed means agree within this share, or within :data:`AGREE_GY`."""
AGREE_GY = 0.1
MOST = 0.75
"""Share of the histograms that must agree before a reading of the statistics is believed."""
CENTIGRAY = 0.01
SNAP_SHARE = 1e-3
"""A fitted 100 % within this share of a whole number of centigray is that number: prescriptions are given so."""


@dataclass(frozen=True, kw_only=True)
class _Curve:
    mean_gy: float
    max_gy: float


@dataclass(frozen=True, kw_only=True)
class _Dvh:
    roi_number: int
    volume_cm3: float | None
    stated: tuple[float | None, float | None, float | None]
    curve: _Curve | None
    in_gray: bool


def dvh_statistics(attributes: Attributes) -> tuple[tuple[DvhFacts, ...], float | None]:
    """The statistics of every DVH, and how many Gy were 100 % where they were percent (else None).

    Some planning systems write DVHMinimumDose, DVHMeanDose and DVHMaximumDose in percent of the prescription while
    DoseUnits says GY; the bins of the curve are Gy. Statistics that disagree with their own curves, but agree with them
    after one factor shared by all, are converted with that factor.
    """
    dvhs = [dvh for dvh in (_dvh(item) for item in attributes.items("DVHSequence")) if dvh is not None]
    compared = [dvh for dvh in dvhs if dvh.in_gray and dvh.curve is not None and dvh.stated[1] is not None]
    factor, hundred = 1.0, None
    if not _mostly_agree(compared, 1.0):
        hundred = _hundred_percent_gy(compared)
        if hundred is not None and _mostly_agree(compared, hundred / 100):
            factor = hundred / 100
            attributes.notes.add("dvh_percent_for_gy", gy=hundred)
        else:
            hundred = None
    odd = [dvh for dvh in compared if not _agrees(dvh, factor)]
    if odd:
        attributes.notes.add("dvh_statistics_disagree", count=len(odd))
    percent = hundred is not None
    return tuple(_facts(dvh, None if dvh in odd else factor, percent=percent) for dvh in dvhs), hundred


def _facts(dvh: _Dvh, factor: float | None, *, percent: bool) -> DvhFacts:
    low, mean, high = (
        None if value is None or factor is None or not dvh.in_gray else value * factor for value in dvh.stated
    )
    return DvhFacts(
        roi_number=dvh.roi_number,
        volume_cm3=dvh.volume_cm3,
        min_gy=low,
        mean_gy=mean,
        max_gy=high,
        percent_trap=percent,
    )


def _agrees(dvh: _Dvh, factor: float) -> bool:
    if dvh.curve is None or dvh.stated[1] is None:
        return True
    tolerance = max(AGREE_GY, AGREE_SHARE * dvh.curve.mean_gy)
    return abs(dvh.stated[1] * factor - dvh.curve.mean_gy) <= tolerance


def _mostly_agree(dvhs: list[_Dvh], factor: float) -> bool:
    return sum(_agrees(dvh, factor) for dvh in dvhs) >= MOST * len(dvhs)


def _hundred_percent_gy(dvhs: list[_Dvh]) -> float | None:
    """Gy of 100 %: the slope of the curves' means over the stated ones, by least squares.

    The third that fits worst is left out. A constant beside the slope takes up the half bin by which conventions of DVH
    curves differ; with fewer than three values there is none.
    """
    stated = np.array([dvh.stated[1] for dvh in dvhs], dtype=np.float64)
    curve = np.array([dvh.curve.mean_gy if dvh.curve else 0.0 for dvh in dvhs])
    usable = (stated > 0) & (curve > 0)
    if not usable.any():
        return None
    stated, curve = stated[usable], curve[usable]
    slope = float(np.median(curve / stated))
    order = np.argsort(np.abs(curve - slope * stated), kind="stable")
    keep = order[: max(1, int(np.ceil(2 * len(order) / 3)))]
    terms = (
        [stated[keep], np.ones(len(keep))] if len(keep) >= 3 and np.ptp(stated[keep]) > 1 else [stated[keep]]
    )
    hundred = 100 * float(np.linalg.lstsq(np.stack(terms, axis=1), curve[keep], rcond=None)[0][0])
    snapped = round(round(hundred / CENTIGRAY) * CENTIGRAY, 2)
    return snapped if abs(snapped - hundred) <= SNAP_SHARE * hundred else hundred


def _dvh(item: Attributes) -> _Dvh | None:
    numbers = [roi.whole("ReferencedROINumber") for roi in item.items("DVHReferencedROISequence")]
    numbers = [number for number in numbers if number is not None]
    if len(numbers) != 1:
        item.notes.add("dvh_not_of_one_roi", Severity.INFO, count=len(numbers))
        return None
    volume, curve = _curve(item)
    return _Dvh(
        roi_number=numbers[0] or 0,
        volume_cm3=volume,
        stated=(item.number("DVHMinimumDose"), item.number("DVHMeanDose"), item.number("DVHMaximumDose")),
        curve=curve,
        in_gray=item.code("DoseUnits") in ("GY", ""),
    )


def _curve(item: Attributes) -> tuple[float | None, _Curve | None]:
    """Volume in cm³ and the statistics of the curve, where the item holds one."""
    try:
        data = item.array("DVHData")
    except InputError:
        item.notes.add("dvh_data_malformed", Severity.INFO)
        return None, None
    if len(data) < 2 or len(data) % 2:
        return None, None
    kind = item.code("DVHType")
    widths, volumes = data[0::2] * (item.number("DVHDoseScaling") or 1.0), data[1::2]
    total = volumes[0] if kind == "CUMULATIVE" else volumes.sum()
    in_cm3 = item.code("DVHVolumeUnits") == "CM3" and kind in ("CUMULATIVE", "DIFFERENTIAL")
    curve = curve_statistics_gy(widths, volumes, kind)
    return (float(total) if in_cm3 and total > 0 else None), curve


def curve_statistics_gy(widths_gy: FloatArray, volumes: FloatArray, kind: str) -> _Curve | None:
    """Mean and maximum of a DVH curve of bins (width, volume); None for a natural or empty one. [Gy]

    Examples
    --------
    >>> curve_statistics_gy(np.ones(4), np.array([8.0, 8.0, 4.0, 0.0]), "CUMULATIVE").mean_gy
    2.0
    """
    edges = np.concatenate([[0.0], np.cumsum(_as_widths(widths_gy))])
    if kind == "CUMULATIVE":
        parts = np.clip(volumes - np.append(volumes[1:], 0.0), 0.0, None)
        places = edges[:-1] + np.append(np.diff(edges)[:-1], 0.0) / 2
    elif kind == "DIFFERENTIAL":
        parts = np.clip(volumes, 0.0, None)
        places = (edges[:-1] + edges[1:]) / 2
    else:
        return None
    if parts.sum() <= 0:
        return None
    filled = np.flatnonzero(parts > 1e-9 * parts.sum())
    return _Curve(mean_gy=float(parts @ places / parts.sum()), max_gy=float(places[filled[-1]]))


def _as_widths(widths_gy: FloatArray) -> FloatArray:
    """Bin widths; doses that some systems write in their place (10, 20, 30 ...) are turned into widths."""
    steps = np.diff(widths_gy)
    rises = len(steps) > 2 and steps.min() > 0 and np.ptp(steps) < 1e-3 * steps.mean()
    return np.diff(widths_gy, prepend=0.0) if rises else widths_gy
