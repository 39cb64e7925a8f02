"""The table of golden vectors comes in; schedules with the EQD2 or BED they must give, and α/β that must be found, go out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from graybook.errors import InputError
from graybook.tables._rows import number, optional_number, table_rows
from graybook.tables.sources import source_text

__all__ = ["MODEL_WAYS", "WAYS", "GivenPhase", "GoldenVector", "golden_vectors"]

_FILE = "golden_vectors.csv"
_COLUMNS = ("name", "way", "subject", "alpha_beta_gy", "expected_gy", "tolerance_gy", "note")

WAYS = ("bed", "eqd2", "sequential", "concurrent", "courses", "low_end", "high_end", "alpha_beta")
"""How the phases of a vector stand to each other, and which value of theirs is meant."""

MODEL_WAYS = ("incomplete_repair", "decaying_source", "uptake_washout", "mcnamara", "wedenberg")
"""One dose by a model of its own: its BED, or for protons the photon dose of the same effect."""

_PARAMETER = re.compile(r"(?P<name>[a-z]\w*)=(?P<value>\d+(\.\d+)?)")
_PHASE = re.compile(r"(?P<dose>[\d.]+)/(?P<planned>\d+)(-(?P<most>\d+)|@(?P<given>\d+))?")


@dataclass(frozen=True, kw_only=True)
class GivenPhase:
    """Sessions of one dose.

    Parameters
    ----------
    dose_gy
        Of all planned fractions. [Gy]
    planned, delivered
        Numbers of fractions; None when only a range is known.
    fractions_range
        Fewest and most fractions when the number is not known.
    """

    dose_gy: float
    planned: int | None
    delivered: int | None
    fractions_range: tuple[int, int] | None = None


@dataclass(frozen=True, kw_only=True)
class GoldenVector:
    """One figure that must come out.

    Parameters
    ----------
    name
        Where it comes from in a word: a publication, an example, a rule.
    way
        One of :data:`WAYS` or :data:`MODEL_WAYS`.
    subject
        The schedule as written (``25/25 + 25/5``; ``60/30@12`` stopped after 12; ``50/5-25`` in 5 to 25), the organ of an α/β, or
        the parameters of a model (``dose_gy=23 half_life_h=50``).
    phases
        A schedule, parsed; empty for an α/β or a model.
    alpha_beta_gy
        Of the tissue; None for an α/β. [Gy]
    parameters
        Those of a model by name; empty for a schedule or an α/β.
    expected_gy, tolerance_gy
        The figure, and half of its last digit where it was rounded. [Gy]
    source_text, tier
        Citation, and how it was read.
    """

    name: str
    way: str
    subject: str
    phases: tuple[GivenPhase, ...]
    alpha_beta_gy: float | None
    parameters: dict[str, float]
    expected_gy: float
    tolerance_gy: float
    note: str
    source_text: str
    tier: str


@cache
def golden_vectors() -> tuple[GoldenVector, ...]:
    """All vectors of the edition, in the order of the table.

    Examples
    --------
    >>> golden_vectors()[0].subject, golden_vectors()[0].expected_gy
    ('14/1', 56.0)
    """
    return tuple(_vector(row) for row in table_rows(_FILE, _COLUMNS))


def _vector(row: dict[str, str]) -> GoldenVector:
    ways = (*WAYS, *MODEL_WAYS)
    if row["way"] not in ways:
        raise InputError(
            f"Table {_FILE}: unknown way", value=row["way"], remedy=f"Use one of {', '.join(ways)}."
        )
    alpha_beta = optional_number(row, "alpha_beta_gy", _FILE)
    if (alpha_beta is None) != (row["way"] == "alpha_beta"):
        raise InputError(f"Table {_FILE}: α/β missing or idle", value=row, remedy="Complete the row.")
    by_model = row["way"] in MODEL_WAYS
    scheduled = not by_model and row["way"] != "alpha_beta"
    return GoldenVector(
        name=row["name"],
        way=row["way"],
        subject=row["subject"],
        phases=tuple(map(_phase, row["subject"].split(" + "))) if scheduled else (),
        alpha_beta_gy=alpha_beta,
        parameters=_parameters(row["subject"]) if by_model else {},
        expected_gy=number(row, "expected_gy", _FILE),
        tolerance_gy=number(row, "tolerance_gy", _FILE),
        note=row["note"],
        source_text=source_text(row["source"]),
        tier=row["tier"],
    )


def _phase(text: str) -> GivenPhase:
    found = _PHASE.fullmatch(text)
    if found is None:
        raise InputError(
            f"Table {_FILE}: not a schedule", value=text, remedy="Write dose/fractions, as in 60/30@12."
        )
    dose, planned = float(found["dose"]), int(found["planned"])
    if found["most"]:
        return GivenPhase(
            dose_gy=dose, planned=None, delivered=None, fractions_range=(planned, int(found["most"]))
        )
    return GivenPhase(dose_gy=dose, planned=planned, delivered=int(found["given"] or planned))


def _parameters(text: str) -> dict[str, float]:
    found = [_PARAMETER.fullmatch(item) for item in text.split()]
    if not found or None in found:
        raise InputError(
            f"Table {_FILE}: not parameters of a model",
            value=text,
            remedy="Write name=number, as in dose_gy=23 half_life_h=50.",
        )
    return {one["name"]: float(one["value"]) for one in found if one is not None}
