"""Rigid registration: known transforms come back, the same every time, and what is asked for is honoured."""

from __future__ import annotations

from collections.abc import Iterator

import numba
import numpy as np
import pytest
from scipy.ndimage import binary_dilation

from graybook.errors import Cancelled, FrameMismatch, InputError
from graybook.geometry import Grid
from graybook.geometry.arrays import BoolArray
from graybook.geometry.transform import Affine
from graybook.progress import Progress
from graybook.registration.registered import Registered
from graybook.registration.rigid import rigid
from graybook.registration.rigid_levels import is_ct, picture
from graybook.registration.volume import Volume
from phantoms.bodies import Scene, ct_of, pose

SPACING = (6.0, 6.0, 6.0)
FIXED = Scene(to_body=pose("today", turn_deg=(0, 0, 0), shift_mm=(0, 0, 0)), low_mm=-160, high_mm=140)
MOVING = Scene(
    to_body=pose("before", turn_deg=(6, -4, 8), shift_mm=(20, -15, 90)),
    low_mm=-90,
    high_mm=210,
    arms_up=True,
    couch_mm=135,
)
TRUTH = FIXED.to_body.then(MOVING.to_body.inverse())
CHEST = np.array([[0.0, 40.0, 20.0], [-60.0, 20.0, 0.0], [40.0, -60.0, 60.0]])


@pytest.fixture(scope="module")
def pair() -> tuple[Volume, Volume]:
    return ct_of(1, FIXED, spacing_mm=SPACING), ct_of(1, MOVING, spacing_mm=SPACING)


@pytest.fixture(scope="module")
def found(pair: tuple[Volume, Volume]) -> Registered:
    return rigid(*pair)


@pytest.fixture
def one_thread() -> Iterator[None]:
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    yield
    numba.set_num_threads(before)


def _error_mm(found: Registered, truth: Affine) -> float:
    there = found.transform.apply(CHEST, frame="today")
    return float(np.linalg.norm(there - truth.apply(CHEST, frame="today"), axis=1).max())


def test_points_of_today_are_carried_to_the_earlier_image(found: Registered) -> None:
    """Another pose, field of view, couch, and arms: found within a sixth of a voxel, in the stated direction."""
    assert (found.transform.from_frame, found.transform.to_frame) == ("today", "before")
    assert found.transform.is_rigid
    assert _error_mm(found, TRUTH) < 1.0
    assert found.similarity > 0.8


def test_the_other_way_round_is_the_inverse(pair: tuple[Volume, Volume]) -> None:
    """The earlier image registered to today's carries points back to within a sixth of a voxel."""
    back = rigid(pair[1], pair[0]).transform
    there = TRUTH.apply(CHEST, frame="today")
    assert np.abs(back.apply(there, frame="before") - CHEST).max() < 1.0


@pytest.mark.usefixtures("one_thread")
def test_one_core_finds_the_same_bits_as_several(pair: tuple[Volume, Volume], found: Registered) -> None:
    """The same input gives the same transform, whatever the number of threads."""
    again = rigid(*pair)
    assert isinstance(again.transform, Affine)
    assert isinstance(found.transform, Affine)
    assert again.transform.matrix.tobytes() == found.transform.matrix.tobytes()
    assert again.similarity == found.similarity


def test_another_person_is_less_alike(pair: tuple[Volume, Volume], found: Registered) -> None:
    """The same region of another body ends at well under the similarity of the same body."""
    other = rigid(pair[0], ct_of(2, MOVING, spacing_mm=SPACING))
    assert other.similarity < found.similarity - 0.2


def test_a_good_start_is_enough(pair: tuple[Volume, Volume]) -> None:
    """A start 12 mm and 8 degrees off ends where the whole search ends."""
    off = Affine(
        from_frame="today",
        to_frame="today",
        matrix=pose("", turn_deg=(0, 8, 0), shift_mm=(7, -7, 7)).matrix,
    )
    assert _error_mm(rigid(*pair, starts=[off.then(TRUTH)]), TRUTH) < 1.0


def test_what_is_masked_out_bears_on_nothing(pair: tuple[Volume, Volume]) -> None:
    """The lower half of the earlier image is another body's, and masked: the upper half alone decides."""
    fixed, moving = pair
    values, mask = moving.values.copy(), np.ones(moving.grid.shape, dtype=np.bool_)
    half = moving.grid.shape[0] // 2
    values[:half] = np.roll(ct_of(2, MOVING, spacing_mm=SPACING).values[:half], 3, axis=2)
    mask[:half] = False
    masked = Volume(grid=moving.grid, values=values, modality="CT", mask=mask)
    assert _error_mm(rigid(fixed, masked), TRUTH) < 1.5


def test_a_mask_of_lung_leaves_lung_to_compare(pair: tuple[Volume, Volume]) -> None:
    """Masks that leave lung only are no error: the lungs' outlines and what lies in them are compared."""
    masked = [
        Volume(grid=one.grid, values=one.values, modality="CT", mask=_lung(one, scene))
        for one, scene in zip(pair, (FIXED, MOVING), strict=True)
    ]
    assert picture(masked[0]).window.low == -1000.0
    found = rigid(*masked)
    assert _error_mm(found, TRUTH) < 3.0


def _lung(volume: Volume, scene: Scene) -> BoolArray:
    """Voxels of the chest that are lung, and 12 mm around."""
    at = scene.to_body.apply(volume.grid.centres(), frame=volume.grid.frame)
    chest = (np.abs(at - [0.0, 0.0, 20.0]) < [150.0, 80.0, 100.0]).all(axis=1).reshape(volume.grid.shape)
    lung = (volume.values > -950) & (volume.values < -500) & chest
    return np.asarray(binary_dilation(lung, iterations=2))


def test_weights_say_which_part_is_fitted(pair: tuple[Volume, Volume]) -> None:
    """The upper chest is moved by 12 mm against the lower: each is found by the weights on it."""
    fixed = pair[0]
    planes = fixed.grid.shape[0]
    values = fixed.values.copy()
    values[planes // 2 :] = np.roll(values[planes // 2 :], 2, axis=2)
    moving = Volume(
        grid=Grid(
            frame="before",
            shape=fixed.grid.shape,
            origin_mm=fixed.grid.origin_mm,
            spacing_mm=fixed.grid.spacing_mm,
            axes=fixed.grid.axes,
        ),
        values=values,
        modality="CT",
    )
    for part, shift_mm in ((slice(0, planes // 2 - 2), 0.0), (slice(planes // 2 + 2, planes), 12.0)):
        weights = np.zeros(fixed.grid.shape)
        weights[part] = 1.0
        there = rigid(fixed, moving, weights=weights).transform.apply(
            fixed.grid.points_at(np.array([[40.0, 27.0, (part.start + part.stop) / 2]])), frame="today"
        )
        here = fixed.grid.points_at(np.array([[40.0, 27.0, (part.start + part.stop) / 2]]))
        assert np.abs(there - here - [[shift_mm, 0.0, 0.0]]).max() < 1.0


def test_another_contrast_is_found_by_information(pair: tuple[Volume, Volume]) -> None:
    """Values folded as no line could (bone and air dark, fat bright): mutual information finds the place."""
    hu = pair[1].values
    folded = np.where(hu < -200, 0.0, np.where(hu < 0, 900.0, np.where(hu < 150, 400.0, 60.0)))
    mr = Volume(grid=pair[1].grid, values=folded.astype(np.float32), modality="MR")
    found = rigid(pair[0], mr)
    assert found.settings["measure"] == "mutual information"
    assert _error_mm(found, TRUTH) < 2.0
    assert 0.0 < found.similarity < 1.0


def test_uneven_planes_are_laid_out_evenly(pair: tuple[Volume, Volume]) -> None:
    """An image whose planes stand at uneven distances is compared where they stand."""
    moving = pair[1]
    keep = np.array([k for k in range(moving.grid.shape[0]) if k % 5 != 2])
    grid = Grid(
        frame="before",
        shape=(len(keep), *moving.grid.shape[1:]),
        origin_mm=moving.grid.origin_mm,
        spacing_mm=moving.grid.spacing_mm,
        axes=moving.grid.axes,
        planes_mm=keep * 6.0 - keep[0] * 6.0,
    )
    uneven = Volume(grid=grid, values=moving.values[keep], modality="CT")
    assert picture(uneven).volume.grid.planes_mm is None
    assert _error_mm(rigid(pair[0], uneven), TRUTH) < 1.5


def test_steps_are_told_and_a_stop_is_honoured(pair: tuple[Volume, Volume]) -> None:
    """The search and each level are told; a stop asked for at 4 mm ends the work there."""
    steps: list[str] = []

    def stop() -> bool:
        return any("4 mm" in step for step in steps)

    with pytest.raises(Cancelled):
        rigid(*pair, progress=Progress(tell=lambda step, _: steps.append(step), cancelled=stop))
    assert any("starts" in step for step in steps)
    assert any("8 mm" in step for step in steps)


def test_what_cannot_be_used_is_refused(pair: tuple[Volume, Volume]) -> None:
    """Weights of another shape or on no body, a start of another frame, a single slice, a mask over everything."""
    fixed, moving = pair
    with pytest.raises(InputError, match="Weights"):
        rigid(fixed, moving, weights=np.ones((2, 2, 2)))
    with pytest.raises(InputError, match="zero everywhere"):
        rigid(fixed, moving, weights=np.zeros(fixed.grid.shape))
    with pytest.raises(FrameMismatch, match="starts in another frame"):
        rigid(fixed, moving, starts=[Affine.identity("elsewhere")])
    slice_grid = Grid(
        frame="x",
        shape=(1, 8, 8),
        origin_mm=np.zeros(3),
        spacing_mm=np.ones(3),
        axes=np.eye(3),
    )
    with pytest.raises(InputError, match="two voxels"):
        rigid(Volume(grid=slice_grid, values=np.zeros((1, 8, 8), np.float32)), moving)
    hidden = Volume(
        grid=fixed.grid, values=fixed.values, modality="CT", mask=np.zeros(fixed.grid.shape, dtype=np.bool_)
    )
    with pytest.raises(InputError, match="no body"):
        rigid(hidden, moving)


def test_ct_is_known_by_modality_or_by_its_values(pair: tuple[Volume, Volume]) -> None:
    """An unnamed image with air near -1000 and tissue near 0 is CT; one without is not; a name decides."""
    fixed = pair[0]
    assert is_ct(Volume(grid=fixed.grid, values=fixed.values))
    assert not is_ct(Volume(grid=fixed.grid, values=fixed.values + 1000.0))
    assert not is_ct(Volume(grid=fixed.grid, values=fixed.values, modality="MR"))
