"""Chains of registrations between frames."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.geometry import Affine
from graybook.registration import Link, chains_between, spread_mm


def shift(
    from_frame: str, to_frame: str, x_mm: float, source: str = "", error_mm: float | None = None
) -> Link:
    """A link that moves points by x_mm."""
    matrix = np.eye(4)
    matrix[0, 3] = x_mm
    name = source or f"{from_frame}{to_frame}"
    return Link(
        transform=Affine(from_frame=from_frame, to_frame=to_frame, matrix=matrix),
        source=name,
        error_mm=error_mm,
    )


def carried_x(links: list[Link], start: str, end: str) -> float:
    """Where the origin of ``start`` lies in ``end``, along x."""
    alignment = chains_between(links, from_frame=start, to_frame=end).single
    assert alignment is not None
    return float(alignment.transform.apply(np.zeros((1, 3)), frame=start)[0, 0])


def test_a_link_serves_both_ways() -> None:
    """The exact inverse of a rigid registration is as right as itself."""
    assert carried_x([shift("A", "B", 5.0)], "A", "B") == 5.0
    assert carried_x([shift("A", "B", 5.0)], "B", "A") == -5.0


def test_chain_of_two() -> None:
    """A to B by 5 mm, C to B by 2 mm: the origin of A lies at 3 mm in C."""
    assert carried_x([shift("A", "B", 5.0), shift("C", "B", 2.0)], "A", "C") == pytest.approx(3.0)


def test_errors_of_a_chain_add_in_quadrature() -> None:
    """3 mm and 4 mm make 5 mm; one unknown makes all unknown."""
    known = [shift("A", "B", 5.0, error_mm=3.0), shift("B", "C", 2.0, error_mm=4.0)]
    alignment = chains_between(known, from_frame="A", to_frame="C").single
    assert alignment is not None
    assert alignment.error_mm == pytest.approx(5.0)
    half = chains_between([known[0], shift("B", "C", 2.0)], from_frame="A", to_frame="C").single
    assert half is not None
    assert half.error_mm is None


@pytest.mark.rule(8)
def test_several_registrations_are_never_picked() -> None:
    """Two that differ: both come out, none is the single one, and their spread is told."""
    chains = chains_between(
        [shift("A", "B", 5.0, "one"), shift("B", "A", -9.0, "two")], from_frame="A", to_frame="B"
    )
    assert chains.single is None
    assert len(chains.alignments) == 2
    assert spread_mm(chains.alignments, np.zeros(3)) == pytest.approx(4.0)


def test_one_registration_written_twice_is_one() -> None:
    """The same matrix under two UIDs, one of them inverted."""
    chains = chains_between(
        [shift("A", "B", 5.0, "one"), shift("B", "A", -5.0, "two")], from_frame="A", to_frame="B"
    )
    assert chains.single is not None


def test_the_shortest_chain_is_taken() -> None:
    """A direct registration stands before a detour."""
    links = [shift("A", "B", 5.0), shift("A", "C", 1.0), shift("C", "B", 1.0)]
    assert carried_x(links, "A", "B") == 5.0


@pytest.mark.rule(8)
def test_no_way_is_no_alignment() -> None:
    """Frames that nothing joins."""
    assert chains_between([shift("A", "B", 1.0)], from_frame="A", to_frame="D").alignments == ()


def test_same_frame_needs_no_registration() -> None:
    """Identity, and it says so."""
    alignment = chains_between([], from_frame="A", to_frame="A").single
    assert alignment is not None
    assert alignment.source == ("same frame",)
