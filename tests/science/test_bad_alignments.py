"""Forty alignments that are wrong: none lets an affected structure into the 3D sum. Of right ones nine in ten structures may.

The transforms are given and not registered, so that each is wrong in a known way; ``validation`` runs the same kinds of cases
through the registrations. Images alone must tell: no contours are drawn on the moving side.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest

from graybook.geometry.arrays import FloatArray
from graybook.record.alignment import Use
from graybook.registration.quality import StructurePair, quality
from graybook.registration.volume import Volume
from phantoms import aligned
from phantoms.aligned import ORGANS, Anatomy, Motion

SPACING_MM = 4.0
ALL = tuple(ORGANS)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A pair of images, the transform given for it, and the structures where it is wrong."""

    kind: str
    person: int = 0
    other: int | None = None
    resected: bool = False
    error: Callable[[FloatArray], FloatArray] = np.zeros_like
    kept: tuple[tuple[int, int], ...] = ()
    affected: tuple[str, ...] = ALL
    strength: float = 1.0
    noise_hu: float = 12.0


def truth(strength: float) -> Motion:
    """The motion between the two images."""
    return lambda points: aligned.smooth(points, strength)


def turned(degrees_about: tuple[float, float, float]) -> Callable[[FloatArray], FloatArray]:
    """The error of turning about x, y and z. [degrees]"""
    matrix = np.eye(3)
    for axis, angle in enumerate(np.radians(degrees_about)):
        one, (a, b) = np.eye(3), ((axis + 1) % 3, (axis + 2) % 3)
        one[a, a] = one[b, b] = np.cos(angle)
        one[a, b], one[b, a] = -np.sin(angle), np.sin(angle)
        matrix = one @ matrix
    return lambda points: points @ matrix.T - points


def mirrored(points: FloatArray) -> FloatArray:
    """The error of planes in the wrong order."""
    return points * [0.0, 0.0, -2.0]


def pushed(
    organ: str, shift_mm: tuple[float, float, float], width_mm: float
) -> Callable[[FloatArray], FloatArray]:
    """The error of a push in the middle of an organ, fading out around it."""
    middle = np.array(ORGANS[organ][0])
    return lambda points: (
        np.exp(-((points - middle) ** 2).sum(axis=1) / (2 * width_mm**2))[:, None] * shift_mm
    )


def slid(x: float, y: float, z: float) -> Callable[[FloatArray], FloatArray]:
    """The error of a shift of everything. [mm]"""
    return lambda points: np.broadcast_to(np.array([x, y, z]), points.shape)


def rippled(seed: int, size_mm: float) -> Callable[[FloatArray], FloatArray]:
    """Smooth errors of about a size everywhere."""
    random = np.random.default_rng(seed)
    waves, ways = random.normal(size=(4, 3)) / 30.0, random.normal(size=(4, 3))
    phases = random.uniform(0, 6.28, 4)
    return lambda points: 0.5 * size_mm * np.cos(points @ waves.T + phases) @ ways


PERSONS = [Case(kind="wrong person", other=k) for k in range(1, 9)]
REGIONS = [
    Case(kind="other region", error=slid(0, 0, 26)),
    Case(kind="other region", error=slid(0, 0, -26)),
    Case(kind="other region", error=slid(0, 0, 52)),
    Case(kind="other region", error=slid(0, 0, -60), person=2),
    Case(kind="other region", error=slid(0, 0, 78), person=3),
    Case(kind="other region", error=slid(30, 20, 40), person=4),
]
RESECTIONS = [
    Case(kind="resection", person=k, resected=True, affected=("Lung_L",), strength=s)
    for k, s in [(0, 1.0), (0, 0.3), (2, 1.0), (3, 0.5), (5, 1.0), (6, 0.7)]
]
UPSIDE_DOWN = [
    Case(kind="upside down", error=turned((180, 0, 0))),
    Case(kind="upside down", error=turned((0, 180, 0))),
    Case(kind="upside down", error=turned((0, 0, 180)), person=2),
    Case(kind="upside down", error=mirrored),
    Case(kind="upside down", error=mirrored, person=3),
    Case(kind="upside down", error=turned((90, 0, 0)), person=4),
]
HALVES = [
    Case(
        kind="half the field", kept=((30, 60), (0, 99), (0, 99)), affected=("Liver", "Kidney_L", "SpinalCord")
    ),
    Case(
        kind="half the field", kept=((0, 28), (0, 99), (0, 99)), affected=("Lung_L", "Lung_R", "SpinalCord")
    ),
    Case(kind="half the field", kept=((0, 99), (0, 99), (31, 64)), affected=("Lung_R", "Liver")),
    Case(kind="half the field", kept=((0, 99), (0, 99), (0, 32)), affected=("Lung_L", "Kidney_L")),
    Case(kind="half the field", kept=((0, 99), (25, 52), (0, 99)), affected=("Heart",)),
    Case(kind="half the field", kept=((0, 99), (0, 32), (0, 99)), affected=("SpinalCord", "Kidney_L")),
]
LOCAL = [
    Case(kind="20 mm local error", error=pushed(organ, shift, width), affected=(organ,))
    for organ, shift, width in [
        ("Lung_L", (0.0, 0.0, 20.0), 25.0),
        ("Lung_R", (0.0, 14.1, -14.1), 32.0),
        ("Heart", (14.1, -14.1, 0.0), 28.0),
        ("Heart", (0.0, 0.0, 20.0), 32.0),
        ("Liver", (11.0, -12.4, 11.2), 32.0),
        ("Kidney_L", (0.0, 0.0, 20.0), 25.0),
        ("SpinalCord", (0.0, 14.1, 14.1), 25.0),
        ("SpinalCord", (20.0, 0.0, 0.0), 28.0),
    ]
]
BAD = [*PERSONS, *REGIONS, *RESECTIONS, *UPSIDE_DOWN, *HALVES, *LOCAL]
GOOD = [
    Case(kind="good"),
    Case(kind="good", noise_hu=25.0),
    *(Case(kind="good", person=k, error=rippled(k, 0.7), strength=0.15 * k) for k in range(2, 4)),
    Case(kind="good", error=slid(0.8, -0.6, 0.5)),
]


def cropped(image: Volume, kept: tuple[tuple[int, int], ...]) -> Volume:
    """The part of an image within ranges of voxels along z, y, x."""
    if not kept:
        return image
    z, y, x = (slice(low, min(high, n)) for (low, high), n in zip(kept, image.grid.shape, strict=True))
    values = image.values[z, y, x]
    corner = image.grid.points_at(np.array([[x.start, y.start, z.start]], dtype=np.float64))[0]
    shape = (values.shape[0], values.shape[1], values.shape[2])
    return Volume(grid=replace(image.grid, shape=shape, origin_mm=corner), values=values, modality="CT")


@cache
def today(person: int, resected: bool, strength: float, noise_hu: float) -> Volume:
    """The fixed image."""
    return aligned.fixed_image(
        Anatomy(seed=person, resected=resected), truth(strength), spacing_mm=SPACING_MM, noise_hu=noise_hu
    )


@cache
def drawn(person: int, strength: float) -> tuple[StructurePair, ...]:
    """The organs, drawn on the fixed image."""
    return aligned.pairs(Anatomy(seed=person), truth(strength), drawn_on_both=False)


def judged(case: Case) -> dict[str, Use]:
    """What the transform of a case may be used for at each structure."""
    before = Anatomy(seed=case.person if case.other is None else case.other)
    motion = truth(case.strength)
    moving = cropped(aligned.moving_image(before, spacing_mm=SPACING_MM, noise_hu=case.noise_hu), case.kept)
    fixed = today(case.person, case.resected, case.strength, case.noise_hu)
    given = aligned.transform(lambda points: motion(points) + case.error(points), SPACING_MM)
    pairs = drawn(case.person, case.strength)
    wanted = tuple(pair for pair in pairs if case.kind == "good" or pair.name in case.affected)
    found = quality(fixed, moving, given, structures=wanted)
    return {one.structure: one.use for one in found.verdicts}


@pytest.mark.parametrize("case", BAD, ids=[f"{case.kind} {k}" for k, case in enumerate(BAD)])
def test_no_affected_structure_is_let_into_the_sum(case: Case) -> None:
    """Wherever the alignment is wrong, the verdict is not a plain 3D sum."""
    uses = judged(case)
    assert set(uses) == set(case.affected)
    assert {name for name, use in uses.items() if use is Use.SUM} == set()


def test_there_are_forty() -> None:
    """Forty bad cases of six kinds."""
    assert len(BAD) == 40
    assert len({case.kind for case in BAD}) == 6


def test_right_alignments_are_let_into_the_sum() -> None:
    """Alignments right to a millimetre let nine structures in ten into the plain 3D sum."""
    uses = [use for case in GOOD for use in judged(case).values()]
    assert np.mean([use is Use.SUM for use in uses]) >= 0.9
