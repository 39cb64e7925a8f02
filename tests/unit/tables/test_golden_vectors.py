"""The golden vectors: each schedule reads as written, and each figure is the closed form worked out anew."""

from __future__ import annotations

import hashlib
from importlib.resources import files

import pytest

from graybook.errors import InputError
from graybook.tables import golden_vectors as table
from graybook.tables.golden_vectors import GoldenVector, golden_vectors
from graybook.tables.hashes import table_hashes


def worked_out(vector: GoldenVector) -> float:
    """The figure by hand: n d (d + α/β) / (2 + α/β), or n d (1 + d / (α/β)), of sessions that hold what they hold."""
    ratio = vector.alpha_beta_gy or 0.0
    given = []
    for phase in vector.phases:
        few, many = phase.fractions_range or (phase.planned, phase.delivered)
        planned = few if vector.way == "high_end" else (many if phase.fractions_range else phase.planned)
        sessions = planned if phase.fractions_range else phase.delivered
        assert planned is not None
        assert sessions is not None
        given.append((phase.dose_gy / planned, sessions))
    if vector.way == "concurrent":
        (first, n1), (second, n2) = given
        shared = min(n1, n2)
        given = [(first + second, shared), (first if n1 > n2 else second, abs(n1 - n2))]
    if vector.way == "bed":
        return sum(n * d * (1.0 + d / ratio) for d, n in given)
    return sum(n * d * (d + ratio) / (2.0 + ratio) for d, n in given)


@pytest.mark.parametrize(
    "vector", [one for one in golden_vectors() if one.phases], ids=lambda one: f"{one.way} {one.subject}"
)
def test_figures_are_the_closed_form(vector: GoldenVector) -> None:
    """Every figure of a schedule is the linear-quadratic closed form, within half of its last digit."""
    assert vector.expected_gy == pytest.approx(worked_out(vector), abs=vector.tolerance_gy)


def test_every_way_is_there() -> None:
    """The table has a vector for every way phases can stand to each other, and none without its citation."""
    assert {one.way for one in golden_vectors()} == {*table.WAYS, *table.MODEL_WAYS}
    assert all(one.source_text and one.tier for one in golden_vectors())


@pytest.mark.parametrize(
    ("text", "planned", "delivered", "span"),
    [("60/30@12", 30, 12, None), ("50/5-25", None, None, (5, 25)), ("12.4/1", 1, 1, None)],
)
def test_schedules_are_read(text: str, planned: int, delivered: int, span: tuple[int, int] | None) -> None:
    """A schedule says dose, fractions, where it stopped, or the range its number lies in."""
    phase = table._phase(text)
    assert (phase.planned, phase.delivered, phase.fractions_range) == (planned, delivered, span)


def test_what_is_no_schedule_is_refused() -> None:
    """A row whose schedule cannot be read is refused, with the way to write it."""
    with pytest.raises(InputError, match="not a schedule"):
        table._phase("60 Gy in 30")


@pytest.mark.parametrize("text", ["", "dose_gy", "dose_gy=x", "dose_gy=2,4", "=2"])
def test_what_are_no_parameters_is_refused(text: str) -> None:
    """Parameters of a model are names and numbers; anything else is refused, with the way to write them."""
    with pytest.raises(InputError, match="not parameters"):
        table._parameters(text)


def test_hashes_are_those_of_the_files() -> None:
    """Every table of the edition has its SHA-256, the golden vectors among them."""
    found = table_hashes()
    assert "golden_vectors.csv" in found
    for name, digest in found.items():
        file = files("graybook.tables").joinpath("data", "2026-11", name)
        assert digest == hashlib.sha256(file.read_bytes()).hexdigest()
