"""Metrics: a text such as ``D0.03cc`` comes in; a value that can be evaluated on any samples goes out.

===========================  ==================================================================  ======
text                         meaning                                                             unit
===========================  ==================================================================  ======
``D95%``                     dose that the hottest 95 % of the volume receive at least           Gy
``D0.03cc``                  dose that the hottest 0.03 cm³ receive at least; none if smaller    Gy
``mean min max median``      over the structure; min and max with its surface                    Gy
``gEUD(a=8)``                generalised equivalent uniform dose, a of either sign               Gy
``D95%[%of60Gy]``            any of these doses as per cent of a prescription                    %
``V20Gy[%]``                 share of the volume that receives at least 20 Gy                    %
``V20Gy[cc]``                volume that receives at least 20 Gy                                 cm³
``V95%of60Gy[%]``            as V, for 95 % of a prescription of 60 Gy; also ``[cc]``            %, cm³
``CV700cc<21Gy``             critical volume: what receives less than 21 Gy (700 is asked)       cm³
``HI``                       homogeneity (ICRU 83), (D2% - D98%) / D50%                          none
``CI(60Gy)``                 Paddick's conformity to a prescription of 60 Gy                     none
``GI(60Gy)``                 gradient index: isodose of half the prescription over its own       none
``MGI(60Gy)``                modified: the same over the covered part of the structure           none
===========================  ==================================================================  ======

The last three ask for the volume of an isodose wherever it lies, hence for the whole field.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from graybook.dvh.indices import conformity_index, gradient_index, modified_gradient_index
from graybook.dvh.statistics import (
    dose_at_percent_gy,
    equivalent_uniform_gy,
    homogeneity,
    max_gy,
    mean_gy,
    median_gy,
    min_gy,
    near_maximum_gy,
    volume_above_cm3,
    volume_below_cm3,
)
from graybook.dvh.wording import Reader
from graybook.geometry.arrays import BoolArray, FloatArray

__all__ = [
    "IsodoseVolumes",
    "Kind",
    "Metric",
    "evaluate",
    "metric_error",
    "metric_errors",
    "parse",
    "parse_list",
]

IsodoseVolumes: TypeAlias = Callable[[float], float | None]
"""From a dose to the volume of the whole field at or above it, or None: :class:`graybook.dvh.isodose.FieldVolumes`."""


class Kind(enum.Enum):
    """What a metric measures."""

    DOSE_AT_PERCENT = "dose at a share of the volume"
    DOSE_AT_VOLUME = "dose at a volume"
    PERCENT_ABOVE = "share of the volume at or above a dose"
    VOLUME_ABOVE = "volume at or above a dose"
    CRITICAL_VOLUME = "volume below a dose"
    MEAN = "mean"
    MIN = "min"
    MAX = "max"
    MEDIAN = "median"
    EQUIVALENT_UNIFORM = "generalised equivalent uniform dose"
    HOMOGENEITY = "homogeneity index"
    CONFORMITY = "conformity index"
    GRADIENT = "gradient index"
    MODIFIED_GRADIENT = "modified gradient index"


UNITS = {Kind.PERCENT_ABOVE: "%", Kind.VOLUME_ABOVE: "cm³", Kind.CRITICAL_VOLUME: "cm³", Kind.HOMOGENEITY: ""}
NAMED = {kind.value: kind for kind in (Kind.MEAN, Kind.MIN, Kind.MAX, Kind.MEDIAN)}
OF_FIELD = {"ci": Kind.CONFORMITY, "gi": Kind.GRADIENT, "mgi": Kind.MODIFIED_GRADIENT}
WITHOUT_ERROR = (Kind.MIN, Kind.MAX, Kind.GRADIENT)


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric, parsed.

    Parameters
    ----------
    text
        As typed.
    kind
        What it measures.
    dose_gy
        Threshold of V and CV. [Gy]
    percent
        Share of the volume of D. [%]
    volume_cm3
        Volume of D; the volume asked for of CV. [cm³]
    exponent
        a of gEUD.
    prescription_gy
        The dose that a relative dose, a relative threshold or an index refers to. [Gy]
    """

    text: str
    kind: Kind
    dose_gy: float | None = None
    percent: float | None = None
    volume_cm3: float | None = None
    exponent: float | None = None
    prescription_gy: float | None = None

    @property
    def unit(self) -> str:
        """Unit of its value; empty for an index."""
        if self.needs_field:
            return ""
        return UNITS.get(self.kind, "Gy" if self.prescription_gy is None else "%")

    @property
    def needs_field(self) -> bool:
        """Whether it asks for volumes of the whole field beside the samples of the structure."""
        return self.kind in OF_FIELD.values()


def parse(text: str, end: int | None = None) -> Metric:
    """The metric of a text, or of its part up to ``end``; a :class:`UsageError` points at the character it cannot follow.

    Examples
    --------
    >>> parse("D0.03cc").volume_cm3
    0.03
    >>> parse("V20Gy[%]").unit
    '%'
    >>> parse("V95%of60Gy[cc]").dose_gy
    57.0
    """
    return _metric(Reader(text, 0, len(text) if end is None else end))


def parse_list(text: str) -> tuple[Metric, ...]:
    """The metrics of a text that separates them by commas.

    Examples
    --------
    >>> [metric.text for metric in parse_list("D99%, mean")]
    ['D99%', 'mean']
    """
    found, start = [], 0
    for part in text.split(","):
        found.append(_metric(Reader(text, start, start + len(part))))
        start += len(part) + 1
    return tuple(found)


def evaluate(
    metric: Metric,
    dose_gy: FloatArray,
    volumes_cm3: FloatArray,
    extreme_dose_gy: FloatArray | None = None,
    field_volumes: IsodoseVolumes | None = None,
) -> float | None:
    """The metric of doses (n,) at samples with volumes (n,); None where it is undefined.

    Undefined are: any metric without samples (but min and max of the surface), a dose to more cm³ than the structure has, an
    index whose denominator is nothing, and CI, GI and MGI without ``field_volumes`` or where that gives None (the isodose
    reaches the end of the grid, so that nobody knows its volume).

    Parameters
    ----------
    metric
        What is asked.
    dose_gy, volumes_cm3
        Doses and volumes of the structure's samples. [Gy, cm³]
    extreme_dose_gy
        Doses at the surface points, for min and max. [Gy]
    field_volumes
        Volumes of the field's isodoses, for CI, GI and MGI.
    """
    if metric.needs_field:
        return _index(metric, dose_gy, volumes_cm3, field_volumes)
    if metric.dose_gy is not None:
        return _volume(metric, metric.dose_gy, dose_gy, volumes_cm3)
    if metric.kind is Kind.HOMOGENEITY:
        return homogeneity(dose_gy, volumes_cm3)
    dose = _dose_gy(metric, dose_gy, volumes_cm3, extreme_dose_gy)
    if dose is None or metric.prescription_gy is None:
        return dose
    return 100.0 * dose / metric.prescription_gy


def metric_error(
    metric: Metric,
    dose_gy: FloatArray,
    volumes_cm3: FloatArray,
    second_half: BoolArray,
    extreme_dose_gy: FloatArray | None = None,
    field_volumes: IsodoseVolumes | None = None,
) -> float | None:
    """The sampling error of a metric: half the difference between two halves of the samples, in the metric's unit.

    Each half is scaled to the whole volume. Were the halves independent, half their difference would scatter as the whole
    does about the truth; interleaved samples are more even than that, so it is rather too large. It speaks of the samples
    alone, not of contours, dose grid or slice model. None for min and max (they are found on the surface, not sampled), for
    GI (no sample enters it), and where either half leaves the metric undefined.

    Parameters
    ----------
    metric, dose_gy, volumes_cm3, extreme_dose_gy, field_volumes
        As for :func:`evaluate`.
    second_half
        Which samples (n,) are of the second half.
    """
    return metric_errors((metric,), dose_gy, volumes_cm3, second_half, extreme_dose_gy, field_volumes)[0]


def metric_errors(
    metrics: Sequence[Metric],
    dose_gy: FloatArray,
    volumes_cm3: FloatArray,
    second_half: BoolArray,
    extreme_dose_gy: FloatArray | None = None,
    field_volumes: IsodoseVolumes | None = None,
) -> tuple[float | None, ...]:
    """:func:`metric_error` of several metrics; the samples are halved once."""
    if all(metric.kind in WITHOUT_ERROR for metric in metrics):
        return (None,) * len(metrics)
    total, halves = float(np.sum(volumes_cm3)), []
    for half in (np.flatnonzero(~second_half), np.flatnonzero(second_half)):
        volumes = volumes_cm3[half]
        part = float(np.sum(volumes))
        if part <= 0.0:
            return (None,) * len(metrics)
        halves.append((dose_gy[half], volumes * (total / part)))
    errors: list[float | None] = []
    for metric in metrics:
        if metric.kind in WITHOUT_ERROR:
            errors.append(None)
            continue
        first, second = (evaluate(metric, *half, extreme_dose_gy, field_volumes) for half in halves)
        errors.append(None if first is None or second is None else 0.5 * abs(first - second))
    return tuple(errors)


def _index(
    metric: Metric, dose_gy: FloatArray, volumes_cm3: FloatArray, field_volumes: IsodoseVolumes | None
) -> float | None:
    """CI, GI or MGI."""
    if field_volumes is None or metric.prescription_gy is None:
        return None
    isodose = field_volumes(metric.prescription_gy)
    if isodose is None:
        return None
    # samples of the rim stand for a little more than lies inside; no more than the isodose can be covered
    covered = min(volume_above_cm3(dose_gy, volumes_cm3, metric.prescription_gy), isodose)
    if metric.kind is Kind.CONFORMITY:
        return conformity_index(float(np.sum(volumes_cm3)), covered, isodose)
    half = field_volumes(0.5 * metric.prescription_gy)
    if half is None:
        return None
    if metric.kind is Kind.GRADIENT:
        return gradient_index(half, isodose)
    return modified_gradient_index(half, covered)


def _volume(
    metric: Metric, threshold_gy: float, dose_gy: FloatArray, volumes_cm3: FloatArray
) -> float | None:
    """V or CV."""
    total = float(np.sum(volumes_cm3))
    if total <= 0.0:
        return None
    if metric.kind is Kind.CRITICAL_VOLUME:
        return volume_below_cm3(dose_gy, volumes_cm3, threshold_gy)
    above = volume_above_cm3(dose_gy, volumes_cm3, threshold_gy)
    return 100.0 * above / total if metric.kind is Kind.PERCENT_ABOVE else above


def _dose_gy(
    metric: Metric, dose_gy: FloatArray, volumes_cm3: FloatArray, extreme_dose_gy: FloatArray | None
) -> float | None:
    """A dose. [Gy]"""
    kind = metric.kind
    if kind is Kind.MIN:
        return min_gy(dose_gy, extreme_dose_gy)
    if kind is Kind.MAX:
        return max_gy(dose_gy, extreme_dose_gy)
    if kind is Kind.MEAN:
        return mean_gy(dose_gy, volumes_cm3)
    if kind is Kind.MEDIAN:
        return median_gy(dose_gy, volumes_cm3)
    if metric.exponent is not None:
        return equivalent_uniform_gy(dose_gy, volumes_cm3, metric.exponent)
    if metric.percent is not None:
        return dose_at_percent_gy(dose_gy, volumes_cm3, metric.percent)
    return near_maximum_gy(dose_gy, volumes_cm3, metric.volume_cm3 or 0.0)


def _metric(reader: Reader) -> Metric:
    """The metric that fills the reader's part of the text."""
    text = reader.own
    index = reader.take("CI|GI|MGI")
    if index is not None:
        reader.need(r"\(", "( and the prescription, as in CI(60Gy)")
        prescribed = reader.dose("the prescription")
        reader.need(r"\)", ")")
        metric = Metric(text=text, kind=OF_FIELD[index.lower()], prescription_gy=prescribed)
    elif reader.take("HI"):
        metric = Metric(text=text, kind=Kind.HOMOGENEITY)
    elif reader.take("CV"):
        volume = reader.number("a volume")
        reader.need("cc|cm3|cm³", "cc")
        reader.need("<", "<")
        dose = reader.dose("a dose")
        metric = Metric(text=text, kind=Kind.CRITICAL_VOLUME, volume_cm3=volume, dose_gy=dose)
    elif reader.take("V"):
        metric = _volume_above(reader, text)
    else:
        metric = _dose(reader, text)
    reader.finish()
    return metric


def _volume_above(reader: Reader, text: str) -> Metric:
    """The rest of a metric that began with V."""
    threshold = reader.number("a dose")
    prescribed = None
    if reader.need("Gy|%", "Gy, or %of and the prescription") == "%":
        prescribed = reader.of_prescription()
        threshold = threshold * prescribed / 100.0
    unit = reader.need(r"\[%\]|\[(cc|cm3|cm³)\]", "[%] or [cc]")
    kind = Kind.PERCENT_ABOVE if "%" in unit else Kind.VOLUME_ABOVE
    return Metric(text=text, kind=kind, dose_gy=threshold, prescription_gy=prescribed)


def _dose(reader: Reader, text: str) -> Metric:
    """A dose: in Gy, or as per cent of the prescription that follows in brackets."""
    kind, percent, volume, exponent = Kind.DOSE_AT_VOLUME, None, None, None
    name = reader.take("mean|median|min|max")
    if name is not None:
        kind = NAMED[name.lower()]
    elif reader.take("gEUD"):
        kind = Kind.EQUIVALENT_UNIFORM
        reader.need(r"\(a=", "(a= and the exponent, as in gEUD(a=8)")
        exponent = reader.number("the exponent", signed=True)
        reader.need(r"\)", ")")
    else:
        reader.need("D", "D, V, CV, mean, min, max, median, gEUD, HI, CI, GI or MGI")
        start = reader.at
        volume = reader.number("a share or a volume")
        if reader.need("%|cc|cm3|cm³", "% or cc") == "%":
            kind, percent, volume = Kind.DOSE_AT_PERCENT, volume, None
            if percent > 100.0:
                raise reader.error("expected a share up to 100 %", start)
    prescribed = None
    if reader.take(r"\["):
        reader.need("%", "%of and the prescription, as in [%of60Gy]")
        prescribed = reader.of_prescription()
        reader.need(r"\]", "]")
    return Metric(
        text=text,
        kind=kind,
        percent=percent,
        volume_cm3=volume,
        exponent=exponent,
        prescription_gy=prescribed,
    )
