"""The engine of deformable registration, against closed forms, finite differences and phantoms whose true map is known."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from graybook.errors import Cancelled, InputError, UsageError
from graybook.geometry import Grid
from graybook.geometry.transform import Affine
from graybook.progress import Progress
from graybook.registration._kernels.folding import smallest_ratio
from graybook.registration._kernels.splines import weights
from graybook.registration.bending import bending
from graybook.registration.deformable import LEVELS, deformable
from graybook.registration.descent import lowest
from graybook.registration.guidance import Guide
from graybook.registration.likeness import LocalCorrelation
from graybook.registration.pyramid import coarser
from graybook.registration.spline_field import SplineField
from graybook.registration.volume import Volume
from validation.alignment import phantoms

ROUGH = LEVELS[:3]


def _identity(case: phantoms.Case) -> Affine:
    return Affine(from_frame=case.fixed.grid.frame, to_frame=case.moving.grid.frame, matrix=np.eye(4))


def _errors(case: phantoms.Case, transform: object, points: np.ndarray) -> np.ndarray:
    moved = transform.apply(points, frame=case.fixed.grid.frame)  # type: ignore[attr-defined]
    return np.linalg.norm(moved - case.truth(points), axis=1)


@pytest.fixture(scope="module")
def smooth() -> phantoms.Case:
    return phantoms.made("smooth thorax", phantoms.SMALL)


def test_spline_weights_reproduce_constants_and_lines():
    """Cubic B-splines sum to one everywhere and carry a line over exactly (de Boor)."""
    taps = weights(7)
    np.testing.assert_allclose(taps.sum(axis=1), 1.0, atol=1e-15)
    np.testing.assert_allclose(taps @ [-1.0, 0.0, 1.0, 2.0], np.arange(7) / 7, atol=1e-15)
    np.testing.assert_allclose(weights(7, derivative=1) @ [-1.0, 0.0, 1.0, 2.0], 1 / 7, atol=1e-15)


def test_expanding_and_gathering_are_adjoint():
    """<A c, v> equals <c, A^T v> for any control points and voxels."""
    rng = np.random.default_rng(1)
    field = SplineField(shape=(9, 11, 13), steps=(3, 4, 5))
    controls = rng.normal(size=(*field.controls, 3))
    rows = rng.normal(size=(9, 11, field.controls[2], 3))
    assert np.sum(field.rows(controls) * rows) == pytest.approx(
        np.sum(controls * field.back(rows)), rel=1e-12
    )


def test_fitting_gives_a_field_back():
    """Control points fitted to a field that splines can make give that field."""
    rng = np.random.default_rng(2)
    field = SplineField(shape=(25, 26, 27), steps=(5, 5, 6))
    made = field.displacements(rng.normal(size=(*field.controls, 3)))
    again = field.displacements(field.fitted(made))
    np.testing.assert_allclose(again[2:-2, 2:-2, 2:-2], made[2:-2, 2:-2, 2:-2], atol=0.02)


def test_bending_of_a_plane_is_nothing_and_of_a_parabola_known():
    """A linear field does not bend; u = x²/2 has the second derivative 1 everywhere, so a mean square of (g-2)/g."""
    z, y, x = np.meshgrid(np.arange(6.0), np.arange(7.0), np.arange(8.0), indexing="ij")
    linear = np.stack([x + 2 * y, y - z, z], axis=-1)
    assert bending(linear, (4.0, 4.0, 4.0))[0] == pytest.approx(0.0, abs=1e-20)
    parabola = np.stack([0.5 * (3.0 * x) ** 2, 0 * y, 0 * z], axis=-1)
    assert bending(parabola, (4.0, 4.0, 3.0))[0] == pytest.approx(6 / 8, rel=1e-12)


def test_slopes_of_bending_are_its_derivative():
    """Central differences of the price of bending equal its slopes."""
    rng = np.random.default_rng(3)
    at, way = rng.normal(size=(2, 5, 6, 7, 3))
    slopes = bending(at, (3.0, 4.0, 5.0))[1]
    step = (bending(at + 1e-4 * way, (3, 4, 5))[0] - bending(at - 1e-4 * way, (3, 4, 5))[0]) / 2e-4
    assert step == pytest.approx(np.sum(slopes * way), rel=1e-6)


@pytest.mark.parametrize("signed", [True, False])
def test_slopes_of_local_correlation_are_its_derivative(signed: bool):
    """Central differences of the unlikeness by the voxels equal its slopes."""
    rng = np.random.default_rng(4)
    fixed, moving, way = rng.normal(size=(3, 12, 13, 14)).astype(np.float32)
    moving = (0.6 * fixed + 0.4 * moving).astype(np.float32)
    support = rng.uniform(size=fixed.shape) > 0.1
    likeness = LocalCorrelation.of(fixed, support, radius=2, signed=signed)
    slopes = np.empty_like(moving)
    likeness.unlikeness(moving, slopes)
    spare, step = np.empty_like(moving), np.float32(0.02)
    up = likeness.unlikeness(moving + step * way, spare)
    down = likeness.unlikeness(moving - step * way, spare)
    assert (up - down) / 0.04 == pytest.approx(float(np.sum(slopes * way, dtype=np.float64)), rel=0.01)


def test_unlikeness_does_not_mind_brightness_and_contrast():
    """An image with other brightness and contrast is as like as the image itself; its negative only where signs do not count."""
    rng = np.random.default_rng(5)
    image = rng.normal(size=(14, 14, 14)).astype(np.float32)
    spare = np.empty_like(image)
    for signed in (True, False):
        likeness = LocalCorrelation.of(image, np.ones(image.shape, np.bool_), radius=2, signed=signed)
        own = likeness.unlikeness(image, spare)
        assert own == pytest.approx(0.0, abs=1e-3)
        assert likeness.unlikeness(np.float32(3.0) * image + np.float32(7.0), spare) == pytest.approx(
            own, abs=2e-3
        )
        turned = likeness.unlikeness(-image, spare)
        assert turned == pytest.approx(2.0 if signed else own, abs=2e-3)


def test_smallest_ratio_in_closed_form():
    """A stretch of 0.5 per mm along x gives 1.5, a squeeze beyond -1 folds, and a single flipped node is seen."""
    x = np.arange(6.0)[None, None, :] * np.ones((4, 5, 1))
    stretch = np.stack([0.5 * x, 0 * x, 0 * x], axis=-1).astype(np.float32)
    assert smallest_ratio(stretch, np.eye(3), np.eye(3)) == pytest.approx(1.5)
    assert smallest_ratio(-3 * stretch, np.eye(3), np.eye(3)) == pytest.approx(-0.5)
    flipped = np.zeros((4, 5, 6, 3), np.float32)
    flipped[2, 2, 2, 0] = 1.5
    assert smallest_ratio(flipped, np.eye(3), np.eye(3)) == pytest.approx(-0.5)


def test_descent_finds_the_bottom_of_a_valley():
    """Rosenbrock's valley has its bottom at (1, 1)."""

    def valley(p: np.ndarray) -> tuple[float, np.ndarray]:
        x, y = p
        return float((1 - x) ** 2 + 100 * (y - x * x) ** 2), np.array(
            [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)]
        )

    found, value = lowest(valley, np.array([-1.2, 1.0]), iterations=300, tolerance=1e-16, first_step=0.5)
    np.testing.assert_allclose(found, 1.0, atol=1e-4)
    assert value < 1e-8


def test_coarser_keeps_a_ramp_and_the_length():
    """A ramp stays a ramp between the edges, and the first and last centres stay where they are."""
    grid = Grid(
        frame="f",
        shape=(20, 21, 30),
        origin_mm=np.zeros(3),
        spacing_mm=np.array([1.0, 1.0, 2.0]),
        axes=np.eye(3),
    )
    ramp = np.broadcast_to(np.arange(30.0, dtype=np.float32), grid.shape)
    coarse = coarser(Volume(grid=grid, values=ramp), 3.0)
    assert coarse.grid.spacing_mm[0] * (coarse.grid.shape[2] - 1) == pytest.approx(29.0)
    inner = coarse.values[:, :, 2:-2]
    truth = coarse.grid.spacing_mm[0] * np.arange(coarse.grid.shape[2])[2:-2]
    np.testing.assert_allclose(inner, np.broadcast_to(truth, inner.shape), atol=0.05)


def test_a_smooth_deformation_is_found(smooth: phantoms.Case):
    """On the smooth thorax the error falls below a fifth of what it was, and nothing folds."""
    found = deformable(smooth.fixed, smooth.moving, start=_identity(smooth), levels=ROUGH)
    points = smooth.landmarks_mm
    before = np.linalg.norm(smooth.truth(points) - points, axis=1)
    after = _errors(smooth, found.transform, points)
    assert after.mean() < 0.2 * before.mean()
    ratios = found.transform.volume_ratios(smooth.fixed.grid.centres()[::5])
    assert np.nanmin(ratios) > 0.2
    assert 0.8 < found.similarity <= 1.0


def test_an_inverted_contrast_does_not_matter(smooth: phantoms.Case):
    """The negative of one image, as another modality, gives the same field within half a millimetre on average."""
    moving = Volume(grid=smooth.moving.grid, values=-smooth.moving.values, modality="MR")
    found = deformable(smooth.fixed, moving, start=_identity(smooth), levels=ROUGH)
    plain = deformable(smooth.fixed, smooth.moving, start=_identity(smooth), levels=ROUGH)
    apart = _errors(smooth, found.transform, smooth.landmarks_mm).mean()
    assert apart < _errors(smooth, plain.transform, smooth.landmarks_mm).mean() + 0.5


def test_guides_draw_borders_together():
    """A bladder without contrast to what surrounds it is only found by its delineations."""
    case = phantoms.made("filled bladder", phantoms.SMALL)
    bladder = case.organs["Bladder"]
    flat = [
        Volume(grid=one.grid, values=np.where(one.values > -300, 0, -1000), modality="CT")
        for one in (case.fixed, case.moving)
    ]
    guide = Guide(name="Bladder", fixed=bladder.fixed_mask, moving=bladder.moving_mask)
    points = case.points_in("Bladder")
    alone = deformable(*flat, start=_identity(case), levels=LEVELS[:2])
    guided = deformable(*flat, start=_identity(case), guidance=[guide], levels=LEVELS[:2])
    assert (
        _errors(case, guided.transform, points).mean() < 0.6 * _errors(case, alone.transform, points).mean()
    )


def test_a_guide_without_voxels_is_refused():
    """A structure that is empty on one side cannot guide."""
    one = np.zeros((2, 2, 2), np.bool_)
    with pytest.raises(InputError, match="moving"):
        Guide(name="Bladder", fixed=~one, moving=one)


def test_a_stop_is_honoured(smooth: phantoms.Case):
    """A cancelled registration ends at its next step."""
    progress = Progress(cancelled=lambda: True)
    with pytest.raises(Cancelled):
        deformable(smooth.fixed, smooth.moving, start=_identity(smooth), progress=progress)


def test_progress_rises_to_the_end(smooth: phantoms.Case):
    """What is told of the work done never falls and ends near the whole."""
    told: list[float] = []
    progress = Progress(tell=lambda _, done: told.append(done))
    deformable(smooth.fixed, smooth.moving, start=_identity(smooth), levels=LEVELS[:2], progress=progress)
    assert told == sorted(told)
    assert told[-1] > 0.5


def test_a_deformation_starts_from_an_affine_alignment(smooth: phantoms.Case):
    """A start that is itself deformable is refused with the remedy."""
    start = deformable(smooth.fixed, smooth.moving, start=_identity(smooth), levels=LEVELS[:1]).transform
    with pytest.raises(UsageError, match="rigid or affine"):
        deformable(smooth.fixed, smooth.moving, start=start)


PROGRAM = """
import hashlib, numba, sys
import numpy as np
sys.path.insert(0, sys.argv[2])
numba.set_num_threads(int(sys.argv[1]))
from graybook.geometry.transform import Affine
from graybook.registration.deformable import LEVELS, deformable
from validation.alignment import phantoms
case = phantoms.made("smooth thorax", phantoms.SMALL)
start = Affine(from_frame=case.fixed.grid.frame, to_frame=case.moving.grid.frame, matrix=np.eye(4))
found = deformable(case.fixed, case.moving, start=start, levels=LEVELS[:2])
print(hashlib.sha256(found.transform.vectors_mm.tobytes()).hexdigest())
"""


def test_the_same_input_gives_the_same_field_on_one_and_two_threads(request: pytest.FixtureRequest):
    """Bit for bit."""
    root = str(request.config.rootpath)
    digests = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM, threads, root], capture_output=True, text=True, check=True
        ).stdout
        for threads in ("1", "2")
    }
    assert len(digests) == 1
