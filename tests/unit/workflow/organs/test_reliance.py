"""How far an alignment is to be trusted at an organ."""

from __future__ import annotations

import math

import numpy as np
import pytest

from graybook.dvh.sampling import StructureSamples
from graybook.geometry import Affine, Grid, GridField
from graybook.record import Alignment
from graybook.record.alignment import Quality, Use, Verdict
from graybook.workflow.organs.reliance import Reliance, reliance, worst_use

GRID = Grid(frame="now", shape=(2, 2, 11), origin_mm=[0, 0, 0], spacing_mm=[1, 1, 1], axes=np.eye(3))


def samples(x_mm: list[float]) -> StructureSamples:
    """An organ of equal parts along x."""
    return StructureSamples(
        frame="now",
        points_mm=np.array([[x, 0.5, 0.5] for x in x_mm]),
        volumes_cm3=np.ones(len(x_mm)),
        extreme_points_mm=np.zeros((0, 3)),
    )


def alignment(quality: Quality | None, error_mm: float | None = None) -> Alignment:
    """From now to then."""
    return Alignment(
        transform=Affine(from_frame="now", to_frame="then", matrix=np.eye(4)),
        source=("1.2",),
        error_mm=error_mm,
        quality=quality,
    )


def error_map(*, hole: bool = False) -> GridField:
    """As many millimetres as x; without support from x = 8 on where there is a hole."""
    values = np.broadcast_to(np.arange(11.0), (2, 2, 11)).copy()
    if hole:
        values[..., 8:] = math.inf
    return GridField(grid=GRID, values=values)


ORGAN = samples([0.5 * k for k in range(1, 20)])
"""At 0.5 to 9.5 mm: 95 % of its nineteen parts lie up to the last but one, at 9."""


def of(quality: Quality | None, error_mm: float | None = None, organ: StructureSamples = ORGAN) -> Reliance:
    """At the cord."""
    return reliance(alignment(quality, error_mm), ["SpinalCord"], organ)


@pytest.mark.rule(10)
def test_nothing_measured_or_stated_is_assumed() -> None:
    """Without images, 3 mm by convention; a stated error instead of it."""
    assert of(None) == Reliance(use=None, shift_mm=3.0, assumed=True)
    assert of(None, 2.0) == Reliance(use=None, shift_mm=2.0, assumed=False)


def test_the_verdicts_envelope_counts() -> None:
    """5 mm by the verdict, whatever the map says elsewhere; a larger stated error is kept."""
    verdict = Verdict(structure="SpinalCord", use=Use.ENVELOPE, envelope_mm=5.0)
    quality = Quality(verdicts=(verdict,), error_mm=error_map())
    assert of(quality) == Reliance(use=Use.ENVELOPE, shift_mm=5.0, assumed=False)
    assert of(quality, 7.0).shift_mm == 7.0
    assert of(quality, 1.0).shift_mm == 5.0


def test_the_map_gives_the_organs_error() -> None:
    """A plain 3D sum takes what 95 % of the organ keep within."""
    quality = Quality(verdicts=(Verdict(structure="SpinalCord", use=Use.SUM),), error_mm=error_map())
    found = of(quality)
    assert found.use is Use.SUM
    assert found.shift_mm == pytest.approx(9.5)
    assert not found.assumed


def test_no_support_gives_no_shift() -> None:
    """Too much of the organ where nothing supports an error, or where it has no place at all: none can be stated."""
    quality = Quality(
        verdicts=(Verdict(structure="SpinalCord", use=Use.POINTS),), error_mm=error_map(hole=True)
    )
    assert of(quality) == Reliance(use=Use.POINTS, shift_mm=None, assumed=False)
    lost = samples([1.0, math.nan])
    assert of(Quality(error_mm=error_map()), organ=lost) == Reliance(
        use=Use.POINTS, shift_mm=None, assumed=False
    )


def test_a_structure_without_verdict_was_not_measured() -> None:
    """Its use is "not measured", never "3D sum"."""
    assert of(Quality()) == Reliance(use=Use.UNMEASURED, shift_mm=3.0, assumed=True)


@pytest.mark.rule(14)
@pytest.mark.parametrize(("error_mm", "use"), [(4.0, Use.SUM), (9.0, Use.ENVELOPE), (16.0, Use.POINTS)])
def test_a_propagated_structure_is_judged_by_the_estimate(error_mm: float, use: Use) -> None:
    """Not drawn on the reference, so without a verdict: the limits of the estimated error, 5 and 15 mm, hold."""
    flat = GridField(grid=GRID, values=np.full(GRID.shape, error_mm))
    assert of(Quality(error_mm=flat)) == Reliance(use=use, shift_mm=error_mm, assumed=False)


def test_the_worst_of_all_courses_counts() -> None:
    """Point sum before not measured before envelope before sum; none where no alignment was measured."""
    uses = {
        name: Reliance(use=use, shift_mm=1.0, assumed=False)
        for name, use in {"a": Use.SUM, "b": Use.ENVELOPE, "c": None}.items()
    }
    assert worst_use(uses) is Use.ENVELOPE
    assert worst_use({"c": uses["c"]}) is None
    assert worst_use({**uses, "d": Reliance(use=Use.POINTS, shift_mm=None, assumed=False)}) is Use.POINTS
