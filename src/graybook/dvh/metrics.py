"""Metrics: a text such as ``D0.03cc`` comes in; a value that can be evaluated on any samples goes out.

======================  ==========================================================================  ======
text                    meaning                                                                     unit
======================  ==========================================================================  ======
``D95%``                dose that the hottest 95 % of the volume receive at least                   Gy
``D0.03cc``             dose that the hottest 0.03 cm³ receive at least; undefined if smaller       Gy
``V20Gy[%]``            share of the volume that receives at least 20 Gy                            %
``V20Gy[cc]``           volume that receives at least 20 Gy                                         cm³
``CV700cc<21Gy``        critical volume: the volume that receives less than 21 Gy (700 is asked)    cm³
``mean min max median`` over the structure; min and max with its surface                            Gy
======================  ==========================================================================  ======
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

import numpy as np

from graybook.dvh.statistics import (
    dose_at_percent_gy,
    max_gy,
    mean_gy,
    median_gy,
    min_gy,
    near_maximum_gy,
    volume_above_cm3,
    volume_below_cm3,
)
from graybook.errors import UsageError
from graybook.geometry.arrays import FloatArray

__all__ = ["Kind", "Metric", "evaluate", "parse", "parse_list"]

REMEDY = "Write for example D95%, D0.03cc, V20Gy[%], V20Gy[cc], CV700cc<21Gy, mean, min, max or median."


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


UNITS = {Kind.PERCENT_ABOVE: "%", Kind.VOLUME_ABOVE: "cm³", Kind.CRITICAL_VOLUME: "cm³"}
NAMED = {kind.value: kind for kind in (Kind.MEAN, Kind.MIN, Kind.MAX, Kind.MEDIAN)}


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
    """

    text: str
    kind: Kind
    dose_gy: float | None = None
    percent: float | None = None
    volume_cm3: float | None = None

    @property
    def unit(self) -> str:
        """Unit of its value."""
        return UNITS.get(self.kind, "Gy")


def parse(text: str) -> Metric:
    """The metric of a text; a :class:`UsageError` points at the character it cannot follow.

    Examples
    --------
    >>> parse("D0.03cc").volume_cm3
    0.03
    >>> parse("V20Gy[%]").unit
    '%'
    """
    return _metric(_Reader(text, 0, len(text)))


def parse_list(text: str) -> tuple[Metric, ...]:
    """The metrics of a text that separates them by commas.

    Examples
    --------
    >>> [metric.text for metric in parse_list("D99%, mean")]
    ['D99%', 'mean']
    """
    found, start = [], 0
    for part in text.split(","):
        found.append(_metric(_Reader(text, start, start + len(part))))
        start += len(part) + 1
    return tuple(found)


def evaluate(
    metric: Metric, dose_gy: FloatArray, volumes_cm3: FloatArray, extreme_dose_gy: FloatArray | None = None
) -> float | None:
    """The metric of doses (n,) at samples with volumes (n,); None where it is undefined.

    ``extreme_dose_gy`` holds the doses at the surface points, for min and max. The value is in
    :attr:`Metric.unit`.
    """
    kind = metric.kind
    if kind is Kind.MIN:
        return min_gy(dose_gy, extreme_dose_gy)
    if kind is Kind.MAX:
        return max_gy(dose_gy, extreme_dose_gy)
    total = float(np.sum(volumes_cm3))
    if total <= 0.0:
        return None
    if kind is Kind.MEAN:
        return mean_gy(dose_gy, volumes_cm3)
    if kind is Kind.MEDIAN:
        return median_gy(dose_gy, volumes_cm3)
    if metric.percent is not None:
        return dose_at_percent_gy(dose_gy, volumes_cm3, metric.percent)
    if metric.dose_gy is None:
        return near_maximum_gy(dose_gy, volumes_cm3, metric.volume_cm3 or 0.0)
    if kind is Kind.CRITICAL_VOLUME:
        return volume_below_cm3(dose_gy, volumes_cm3, metric.dose_gy)
    above = volume_above_cm3(dose_gy, volumes_cm3, metric.dose_gy)
    return 100.0 * above / total if kind is Kind.PERCENT_ABOVE else above


class _Reader:
    """A place in a text that moves forward over what was expected, and points at what was not."""

    def __init__(self, text: str, start: int, end: int) -> None:
        own = text[start:end]
        self.text = text
        self.end = start + len(own.rstrip())
        self.at = min(start + len(own) - len(own.lstrip()), self.end)
        self.own = text[self.at : self.end]

    def take(self, pattern: str) -> str | None:
        """The text here if it matches, without regard to case; moves behind it."""
        match = re.compile(pattern, re.IGNORECASE).match(self.text, self.at, self.end)
        if match is None:
            return None
        self.at = match.end()
        return match.group()

    def need(self, pattern: str, expected: str) -> str:
        """The text here, which must match."""
        found = self.take(pattern)
        if found is None:
            raise self.error(f"expected {expected}", self.at)
        return found

    def number(self, expected: str) -> float:
        """The positive number here."""
        start = self.at
        value = float(self.need(r"[0-9]+(\.[0-9]+)?", expected))
        if not 0.0 < value < 1e9:
            raise self.error(f"expected {expected} above 0", start)
        return value

    def error(self, reason: str, at: int) -> UsageError:
        """The error that shows the text with a caret under character ``at``."""
        return UsageError(
            f"Metric not understood: {reason}.\n    {self.text}\n    {' ' * at}^\n", remedy=REMEDY
        )


def _metric(reader: _Reader) -> Metric:
    """The metric that fills the reader's part of the text."""
    text = reader.own
    name = reader.take("mean|median|min|max")
    if name is not None:
        metric = Metric(text=text, kind=NAMED[name.lower()])
    elif reader.take("CV"):
        volume = reader.number("a volume")
        reader.need("cc|cm3|cm³", "cc")
        reader.need("<", "<")
        dose = reader.number("a dose")
        reader.need("Gy", "Gy")
        metric = Metric(text=text, kind=Kind.CRITICAL_VOLUME, volume_cm3=volume, dose_gy=dose)
    elif reader.take("D"):
        metric = _dose_at(reader, text)
    elif reader.take("V"):
        dose = reader.number("a dose")
        reader.need("Gy", "Gy")
        unit = reader.need(r"\[%\]|\[(cc|cm3|cm³)\]", "[%] or [cc]")
        kind = Kind.PERCENT_ABOVE if "%" in unit else Kind.VOLUME_ABOVE
        metric = Metric(text=text, kind=kind, dose_gy=dose)
    else:
        raise reader.error("expected D, V, CV, mean, min, max or median", reader.at)
    if reader.at != reader.end:
        raise reader.error("expected the end", reader.at)
    return metric


def _dose_at(reader: _Reader, text: str) -> Metric:
    """The rest of a metric that began with D."""
    start = reader.at
    value = reader.number("a share or a volume")
    if reader.need("%|cc|cm3|cm³", "% or cc") != "%":
        return Metric(text=text, kind=Kind.DOSE_AT_VOLUME, volume_cm3=value)
    if value > 100.0:
        raise reader.error("expected a share up to 100 %", start)
    return Metric(text=text, kind=Kind.DOSE_AT_PERCENT, percent=value)
