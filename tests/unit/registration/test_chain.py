"""Chains of registrations between frames."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from graybook.geometry import Affine, Displacement, Grid
from graybook.record.alignment import Approval
from graybook.registration import Link, chains_between, spread_at_source_mm, spread_mm


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


def bend(from_frame: str, to_frame: str, size_mm: float, source: str = "", **changed: Any) -> Link:
    """A link that moves points along x by up to size_mm, most at the origin; not at all 20 mm away."""
    grid = Grid(
        frame=from_frame, shape=(21, 21, 21), origin_mm=[-20.0] * 3, spacing_mm=[2.0] * 3, axes=np.eye(3)
    )
    apart = np.linalg.norm(grid.centres(), axis=1)
    vectors = np.zeros((*grid.shape, 3))
    vectors[..., 0] = (size_mm * np.clip(1 - (apart / 20) ** 2, 0, None) ** 2).reshape(grid.shape)
    field = Displacement.from_vectors(vectors, grid, to_frame=to_frame)
    return Link(transform=field, source=source or f"{from_frame}{to_frame}", **changed)


def stated(day: int, approved: bool = True, *structures: str) -> Approval:
    """What A. Physicist said on a day of 2026."""
    return Approval(who="A. Physicist", when=date(2026, 1, day), approved=approved, structures=structures)


def test_deformations_are_links() -> None:
    """A deformation is followed as written; backwards its inverse brings the summit back."""
    assert carried_x([bend("A", "B", 5.0)], "A", "B") == pytest.approx(5.0, abs=1e-5)
    alignment = chains_between([bend("A", "B", 5.0)], from_frame="B", to_frame="A").single
    assert alignment is not None
    summit = alignment.transform.apply(np.array([[5.0, 0.0, 0.0]]), frame="B")
    np.testing.assert_allclose(summit, 0.0, atol=0.05)


@pytest.mark.rule(8)
def test_an_inverted_deformation_states_its_error() -> None:
    """What the computed inverse misses by is added to the stated error, and never stands in for one."""
    forth = chains_between([bend("A", "B", 5.0, error_mm=2.0)], from_frame="A", to_frame="B").single
    back = chains_between([bend("A", "B", 5.0, error_mm=2.0)], from_frame="B", to_frame="A").single
    unknown = chains_between([bend("A", "B", 5.0)], from_frame="B", to_frame="A").single
    assert forth is not None
    assert back is not None
    assert unknown is not None
    missed_mm = back.transform.inversion_error_mm
    assert forth.error_mm == 2.0
    assert 0.0 < missed_mm < 0.2
    assert back.error_mm == pytest.approx(2.0 + missed_mm)
    assert unknown.error_mm is None


def test_no_inverse_is_computed_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deformation followed as it was written, or not at all, is never inverted."""
    monkeypatch.setattr(Displacement, "inverse", lambda _: pytest.fail("inverted"))
    links = [bend("A", "B", 5.0), shift("B", "C", 2.0), bend("C", "D", 1.0)]
    assert carried_x(links, "A", "C") == pytest.approx(7.0, abs=1e-5)


def test_chains_of_rigid_and_deformable_links() -> None:
    """A shift into the field's frame, the field, a shift on: the origin lands where the three add up to."""
    links = [shift("B", "A", -4.0), bend("B", "C", 6.0), shift("C", "D", 10.0)]
    expected = 4.0 + 6.0 * (1 - (4.0 / 20) ** 2) ** 2 + 10.0
    assert carried_x(links, "A", "D") == pytest.approx(expected, abs=1e-4)


def test_one_deformation_written_twice_is_one() -> None:
    """The same vectors under two UIDs; other vectors, or the other direction, are another registration."""
    twice = [bend("A", "B", 5.0, "one"), bend("A", "B", 5.0, "two")]
    assert chains_between(twice, from_frame="A", to_frame="B").single is not None
    for other in (bend("A", "B", 5.1, "two"), bend("B", "A", -5.0, "two"), shift("A", "B", 5.0, "two")):
        assert chains_between([twice[0], other], from_frame="A", to_frame="B").single is None


@pytest.mark.rule(8)
def test_the_approved_one_is_used() -> None:
    """Of several registrations the one that is approved, and only that one, is used; the others are told."""
    approved = replace(bend("A", "B", 5.0, "one"), approvals=(stated(1),))
    other = shift("A", "B", 9.0, "two")
    chains = chains_between([approved, other], from_frame="A", to_frame="B")
    assert chains.single is not None
    assert chains.single.source == ("one",)
    assert [one.source for one in chains.rivals] == [("two",)]
    both = [approved, replace(other, approvals=(stated(2),))]
    assert chains_between(both, from_frame="A", to_frame="B").single is None


@pytest.mark.rule(8)
def test_approvals_are_revocable() -> None:
    """The last event holds; one for some structures does not speak for the others, nor for the whole."""
    withdrawn = replace(shift("A", "B", 5.0), approvals=(stated(2, False), stated(1)))
    alignment = chains_between([withdrawn], from_frame="A", to_frame="B").single
    assert alignment is not None
    assert not alignment.is_approved()
    cord = replace(shift("A", "B", 5.0), approvals=(stated(1, True, "SpinalCord"),))
    alignment = chains_between([cord], from_frame="A", to_frame="B").single
    assert alignment is not None
    assert alignment.is_approved("SpinalCord")
    assert not alignment.is_approved("Heart")
    assert not alignment.is_approved()
    rest = replace(shift("A", "B", 5.0), approvals=(stated(1), stated(2, False, "Bowel")))
    alignment = chains_between([rest], from_frame="A", to_frame="B").single
    assert alignment is not None
    assert (alignment.is_approved(), alignment.is_approved("Bowel")) == (True, False)


def test_a_chain_is_approved_link_by_link() -> None:
    """A later approval of one link does not outweigh what was withdrawn of the other."""
    first = replace(shift("A", "B", 5.0), approvals=(stated(1), stated(2, False)))
    second = replace(shift("B", "C", 5.0), approvals=(stated(3),))
    alignment = chains_between([first, second], from_frame="A", to_frame="C").single
    assert alignment is not None
    assert not alignment.is_approved()
    mended = replace(first, approvals=(*first.approvals, stated(4)))
    alignment = chains_between([mended, second], from_frame="A", to_frame="C").single
    assert alignment is not None
    assert alignment.is_approved()


def test_spread_of_deformations() -> None:
    """Two fields apart by 3 mm at the origin; where one is not defined its nearest vector serves."""
    chains = chains_between(
        [bend("A", "B", 5.0, "one"), bend("A", "B", 8.0, "two")], from_frame="A", to_frame="B"
    )
    assert spread_mm(chains.alignments, np.zeros(3)) == pytest.approx(3.0, abs=1e-4)
    assert spread_mm(chains.alignments, np.array([0.0, 0.0, 90.0])) == pytest.approx(0.0, abs=1e-4)


def test_spread_at_the_source() -> None:
    """Which points come to one place: 5 and 9 mm of shift lie 4 mm apart; where one field ends, nobody knows."""
    chains = chains_between(
        [shift("A", "B", 5.0, "one"), shift("A", "B", 9.0, "two")], from_frame="A", to_frame="B"
    )
    assert spread_at_source_mm(chains.alignments, np.zeros(3)) == pytest.approx(4.0)
    mixed = chains_between(
        [bend("A", "B", 5.0, "one"), shift("B", "A", -9.0, "two")], from_frame="A", to_frame="B"
    )
    # the bend carries x = 0 to 5, the shift x = -4
    assert spread_at_source_mm(mixed.alignments, np.array([5.0, 0.0, 0.0])) == pytest.approx(4.0, abs=0.01)
    assert spread_at_source_mm(mixed.alignments, np.array([0.0, 0.0, 90.0])) is None
