"""Trials: pairs on which an alignment must not be trusted, and pairs on which it may; each by its name, made when asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from graybook.geometry.displacement import Displacement
from graybook.registration.volume import Volume
from validation.alignment import motions
from validation.alignment.anatomy import FLOOR_MM, PELVIS, THORAX, Thorax, pelvis, thorax
from validation.alignment.looks import ct
from validation.alignment.motions import Motion
from validation.alignment.phantoms import NOISE_HU, SMALL, Case, Recipe, Size, built
from validation.alignment.second import second

__all__ = ["BAD", "GOOD", "Trial", "local_error"]

Made = Callable[[Size], Case]
MISSED_MM = 5.0


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One pair, and for a local error the wrong transform that is given with it.

    Parameters
    ----------
    kind
        What is wrong with it; "good" when nothing is.
    make
        The case for a size; its ``affected`` structures must not get "3D sum".
    organ
        Where the transform given is wrong by 20 mm; empty: the transform is to be computed.
    """

    name: str
    kind: str
    make: Made
    organ: str = ""

    def case(self, size: Size = SMALL) -> Case:
        """The pair; with a wrong transform all structures are affected that it misses by more than 5 mm in the mean."""
        case = replace(self.make(size), name=self.name)
        if not self.organ:
            return case
        wrong = local_error(case, self.organ)
        missed = [name for name in case.organs if _miss_mm(case, wrong, name) > MISSED_MM]
        return replace(case, affected=tuple(dict.fromkeys([*case.affected, *missed])))

    def judged(self, case: Case) -> tuple[str, ...]:
        """Structures a verdict is asked of: the affected ones of a bad pair, those wholly in both images of a good one."""
        if self.kind != "good":
            return case.affected
        return tuple(name for name in case.organs if case.uncovered.get(name, 0.0) < 0.02)

    def given(self, case: Case) -> Displacement | None:
        """The wrong transform; None when it is to be computed."""
        return local_error(case, self.organ) if self.organ else None


def local_error(case: Case, organ: str, *, error_mm: float = 20.0, width_mm: float = 32.0) -> Displacement:
    """The true map, but wrong by ``error_mm`` in the middle of a structure; the error fades out around it and folds nothing."""
    points = case.points_in(organ)
    middle = points.mean(axis=0)
    way = np.array([0.55, -0.62, 0.56])
    way *= error_mm / np.sqrt(np.sum(way**2))
    grid = case.fixed.grid
    centres = grid.centres()
    away = np.sum((centres - middle) ** 2, axis=1) / (2.0 * width_mm**2)
    vectors = case.truth(centres) - centres + np.exp(-away)[:, None] * way
    return Displacement(
        to_frame=case.moving.grid.frame,
        grid=grid,
        vectors_mm=vectors.reshape(*grid.shape, 3).astype(np.float32),
        before=np.eye(4),
        after=np.eye(4),
    )


def _miss_mm(case: Case, transform: Displacement, organ: str) -> float:
    """Mean error of a transform in a structure. [mm]"""
    points = case.points_in(organ, most=500)
    if len(points) == 0:
        return 0.0
    off = transform.apply(points, frame=case.fixed.grid.frame) - case.truth(points)
    return float(np.nanmean(np.sqrt(np.sum(off**2, axis=1))))


def _first(recipe: Recipe, seed: int = 0) -> Made:
    return lambda size: built("", recipe, size, seed=seed)


def _nowhere(points: motions.FloatArray) -> motions.FloatArray:
    """No tissue of one image is in the other."""
    return np.full(np.shape(points), np.nan)


def _unrelated(fixed: Recipe, moving: Recipe, seed: int = 0) -> Made:
    """Two people, or two regions: the fixed image of one pair beside the moving image of another."""

    def make(size: Size) -> Case:
        one, other = built("", fixed, size, seed=seed), built("", moving, size, seed=seed + 50)
        organs = {}
        for name, organ in one.organs.items():
            there = other.organs.get(name)
            mask = there.moving_mask if there else np.zeros(other.moving.grid.shape, dtype=bool)
            organs[name] = replace(organ, moving_mask=mask, moving_grid=other.moving.grid)
        return replace(
            one,
            moving=other.moving,
            truth=_nowhere,
            organs=organs,
            affected=tuple(organs),
            uncovered=dict.fromkeys(organs, 1.0),
            landmarks_mm=one.landmarks_mm[:0],
        )

    return make


def _upside_down(make: Made) -> Made:
    """The moving image's planes in the wrong order: a mirrored patient, head for feet."""

    def turned(size: Size) -> Case:
        case = make(size)
        grid = case.moving.grid
        middle = grid.origin_mm + 0.5 * grid.spacing_mm * (np.array(grid.shape[::-1]) - 1.0)

        def truth(points: motions.FloatArray) -> motions.FloatArray:
            there = case.truth(points)
            there[:, 2] = 2.0 * middle[2] - there[:, 2]
            return there

        values = np.ascontiguousarray(case.moving.values[::-1])
        organs = {
            name: replace(organ, moving_mask=organ.moving_mask[::-1]) for name, organ in case.organs.items()
        }
        return replace(
            case,
            moving=Volume(grid=grid, values=values, modality=case.moving.modality),
            truth=truth,
            organs=organs,
            affected=tuple(organs),
        )

    return turned


def _thorax(strength: float, turn: Motion = motions.still, person: int = 0, **given: object) -> Recipe:
    motion = motions.moved(motions.breathing(strength), turn)
    return Recipe(now=lambda: thorax(Thorax(person=person, **given)), motion=motion)  # type: ignore[arg-type]


def _pelvis(strength: float, turn: Motion = motions.still, person: int = 0) -> Recipe:
    motion = motions.moved(motions.breathing(strength), turn)
    return Recipe(now=lambda: pelvis(person), motion=motion, structures=PELVIS)


def _half(recipe: Recipe, wide: tuple[float, float, float], off: tuple[float, float, float]) -> Recipe:
    return replace(recipe, moving_wide=wide, moving_off_mm=off)


def _resected(fissure_mm: float, person: int, strength: float) -> Recipe:
    return Recipe(
        now=lambda: thorax(Thorax(person=person, without_lobe=True)),
        before=lambda: thorax(Thorax(person=person, lobe_tumour=True)),
        motion=motions.moved(
            motions.lobe(FLOOR_MM, fissure_mm, 60.0), motions.rigid((0, 0, 0), (4 * strength, 0, 6))
        ),
        structures=THORAX,
        looks=(ct(NOISE_HU), ct(NOISE_HU)),
        affected=("Lung_R",),
    )


def _turn(k: int) -> Motion:
    """A small turn and shift, another one for each number."""
    rng = np.random.default_rng(600 + k)
    return motions.rigid(rng.uniform(-3, 3, 3).tolist(), rng.uniform(-12, 12, 3).tolist())


def _bad() -> list[Trial]:
    strangers: list[Made] = [_unrelated(_thorax(0.3), _thorax(0.6, _turn(k), person=k), k) for k in (1, 2, 3)]
    strangers += [_unrelated(_pelvis(0.3), _pelvis(0.5, _turn(k), person=k), k) for k in (1, 2)]
    strangers += [
        lambda _, r=r, k=k: second(r, seed=k, person=k + 30)
        for r, k in (("chest", 5), ("belly", 6), ("chest", 7))
    ]
    regions: list[Made] = [
        _unrelated(_thorax(0.2, person=k), _pelvis(0.4, _turn(k), person=k), k) for k in (0, 1, 2)
    ]
    regions += [_unrelated(_pelvis(0.2, person=k), _thorax(0.4, _turn(k), person=k), k) for k in (0, 1, 2)]
    taken: list[Made] = [_first(_resected(f, p, s), p) for f, p, s in ((-30, 0, 0), (-15, 1, 1), (-25, 2, 2))]
    taken += [
        lambda _, r=r, k=k, o=o: second(r, seed=k, without=o)
        for r, k, o in (("belly", 8, "Kidney_L"), ("chest", 9, "Lung_L"), ("belly", 10, "Spleen"))
    ]
    turned: list[Made] = [_upside_down(_first(_thorax(0.4, person=k), k)) for k in (0, 1)]
    turned += [_upside_down(_first(_pelvis(0.4, person=k), k)) for k in (0, 1)]
    turned += [_upside_down(lambda _, r=r: second(r, seed=11)) for r in ("chest", "belly")]
    low, high, left = (
        ((1.0, 1.0, 0.5), (0, 0, -67)),
        ((1.0, 1.0, 0.5), (0, 0, 67)),
        ((0.5, 1.0, 1.0), (80, 0, 0)),
    )
    halves: list[Made] = [
        _first(_half(_thorax(0.5, _turn(k)), *what), k) for k, what in enumerate((low, high, left))
    ]
    halves += [_first(_half(_pelvis(0.5, _turn(k)), *what), k) for k, what in enumerate((low, high, left))]
    halves += [_first(_half(_thorax(0.3, _turn(9), person=3), *low), 9)]
    trials = []
    groups = {
        "wrong person": strangers, "other region": regions, "resection": taken, "upside-down": turned,
        "half the field missing": halves,
    }  # fmt: skip
    for kind, makes in groups.items():
        trials += [Trial(name=f"{kind} {k + 1}", kind=kind, make=make) for k, make in enumerate(makes)]
    wrong: list[tuple[str, Made]] = [
        ("Liver", _first(_thorax(0.6, _turn(21)))),
        ("Heart", _first(_thorax(0.6, _turn(22), person=1))),
        ("Lung_L", _first(_thorax(0.8, _turn(23)))),
        ("Bladder", _first(_pelvis(0.6, _turn(24)))),
        ("Rectum", _first(_pelvis(0.6, _turn(25), person=1))),
        ("Kidney_R", lambda _: second("belly", seed=12)),
        ("Heart", lambda _: second("chest", seed=13)),
    ]
    for k, (organ, make) in enumerate(wrong):
        trials.append(
            Trial(name=f"20 mm local error {k + 1}", kind="20 mm local error", make=make, organ=organ)
        )
    return trials


def _good() -> list[Trial]:
    makes: list[Made] = [
        _first(_thorax(s, _turn(40 + k), person=k % 4), k)
        for k, s in enumerate((0.3, 0.5, 0.7, 0.9, 0.4, 0.6))
    ]
    makes += [
        _first(_pelvis(s, _turn(50 + k), person=k % 3), k) for k, s in enumerate((0.3, 0.5, 0.7, 0.4, 0.6))
    ]
    makes += [_first(replace(_thorax(0.4, _turn(60)), now=lambda: thorax(Thorax(fat_mm=8.0))))]
    makes += [
        lambda _, r=r, k=k: second(r, seed=20 + k, strength=0.5 + 0.1 * (k % 5))
        for k in range(9)
        for r in ("chest", "belly")
    ]
    return [Trial(name=f"good {k + 1}", kind="good", make=make) for k, make in enumerate(makes)]


BAD: tuple[Trial, ...] = tuple(_bad())
"""Forty pairs on which something is wrong."""

GOOD: tuple[Trial, ...] = tuple(_good())
"""Thirty pairs of one person, all there, moderately moved."""
