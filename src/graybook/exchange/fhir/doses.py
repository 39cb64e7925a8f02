"""Doses to volumes as a resource states them come in; in Gy where unit and number are beyond doubt, else as they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graybook.exchange.course_facts import VolumeDose
from graybook.exchange.fhir.document import Resource
from graybook.exchange.fhir.elements import Element, number, text, whole
from graybook.exchange.fhir.profiles import DOSE, METRIC, OSIRIS, UCUM, UNIFORM
from graybook.exchange.metric import stated_metric
from graybook.tables.fhir import fhir_codes

__all__ = ["StatedDose", "doses_of", "gy_of", "unit_contradicts"]

_DOSES = (DOSE, f"{OSIRIS}doseToVolume", f"{OSIRIS}dose-to-volume")
_TOTALS = ("totalDoseDelivered", "totalDose")
_FRACTIONS = ("fractionsDelivered", "numberOfFractions")
_DIGITS = 9
_WORDS = {
    "cGy": 0.01,
    "Gy": 1.0,
    "mGy": 0.001,
    "kGy": 1000.0,
    "rad": 0.01,
    "centigray": 0.01,
    "gray": 1.0,
    "milligray": 0.001,
}
"""Gy of one unit, by the words that people are shown: only to see whether they contradict the code beside them."""


@dataclass(frozen=True, kw_only=True)
class StatedDose:
    """Dose to one volume.

    Parameters
    ----------
    element
        The extension that states it.
    volume
        The Reference to its volume; None without one.
    total
        The element of the total dose; None without one.
    gy
        [Gy] None where it is not stated, or in no known unit.
    as_found
        The dose as written, where ``gy`` is None.
    each
        Dose per fraction as written, where one is stated.
    """

    element: Element
    volume: Element | None
    total: Element | None
    gy: float | None
    as_found: str
    each: str
    fractions: int | None
    uniform: bool | None

    def fact(self, volume: str) -> VolumeDose:
        """The same under the key of its volume."""
        units = [
            stated_metric(text(quantity.child("unit")), value)
            for quantity in self.metrics()
            if text(quantity.child("code")) in ("", "Gy")
            and (value := number(quantity.child("value"))) is not None
        ]
        return VolumeDose(
            volume=volume,
            dose_gy=self.gy,
            fractions=self.fractions,
            uniform=self.uniform,
            as_found=self.as_found,
            metrics=tuple(one for one in units if one is not None),
        )

    def metrics(self) -> Iterator[Element]:
        """The quantities of its radiobiologic metrics."""
        for one in self.element.extensions(METRIC):
            yield from one.children("valueQuantity")


def gy_of(quantity: Element) -> float | None:
    """A Quantity in Gy: its system must be UCUM and its code a dose; the text of ``unit`` alone is no unit. [Gy]

    None too for a bound (``comparator``), and where ``unit`` names another unit than the code.
    """
    value = number(quantity.child("value"))
    if value is None or value < 0.0 or text(quantity.child("system")) != UCUM:
        return None
    if quantity.child("comparator") is not None or unit_contradicts(quantity):
        return None
    factor = _factor(quantity)
    return None if factor is None else round(value * factor, _DIGITS)


def unit_contradicts(quantity: Element) -> bool:
    """Whether the text of ``unit`` names another unit of dose than the code does."""
    words, factor = text(quantity.child("unit")), _factor(quantity)
    named = _WORDS.get(words, _WORDS.get(words.casefold()))
    return factor is not None and named is not None and named != factor


def _factor(quantity: Element) -> float | None:
    """Gy of one unit of the code; None for what is no dose."""
    code = text(quantity.child("code"))
    return next((float(one.means) for one in fhir_codes("dose_unit") if one.code == code), None)


def doses_of(resource: Resource) -> tuple[StatedDose, ...]:
    """Doses to volumes that a resource states, in its order."""
    return tuple(_stated(one) for address in _DOSES for one in resource.element.extensions(address))


def _stated(element: Element) -> StatedDose:
    total = next((found for name in _TOTALS for found in element.extensions(name)), None)
    quantity = total.child("valueQuantity") if total is not None else None
    each = next((_written(found) for found in element.extensions("fractionDose")), "")
    gy = gy_of(quantity) if quantity is not None else None
    return StatedDose(
        element=element,
        volume=next(
            (ref for one in element.extensions("volume") for ref in one.children("valueReference")), None
        ),
        total=total,
        gy=gy,
        as_found=_written(total) if total is not None and gy is None else "",
        each=each,
        fractions=next(
            (whole(one.child("valueUnsignedInt")) for name in _FRACTIONS for one in element.extensions(name)),
            None,
        ),
        uniform=next((_boolean(one) for one in element.extensions(UNIFORM)), None),
    )


def _boolean(extension: Element) -> bool | None:
    found = extension.child("valueBoolean")
    return found.value if found is not None and isinstance(found.value, bool) else None


def _written(extension: Element) -> str:
    """A dose as it stands: text, or number and unit; empty where a word or number only stands for a missing one."""
    if words := text(extension.child("valueString")):
        return words
    quantity = extension.child("valueQuantity")
    value = number(quantity.child("value")) if quantity is not None else None
    if quantity is None or value is None:
        return ""
    unit, code = text(quantity.child("unit")), text(quantity.child("code"))
    if unit_contradicts(quantity):
        unit = f"{unit} (code {code})"
    return f"{text(quantity.child('comparator'))} {value:g} {unit or code}".strip()
