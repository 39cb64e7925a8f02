"""Known rigid transforms on bodies built for it, and the courses of the demo patient: how exactly they come back.

The bodies (``tests/phantoms/bodies.py``) are 300 mm long pieces of a body of 750 mm, each with a spine, ribs and organs of its own,
noise of 15 HU, arms beside the trunk or the head and a couch that moves with the image.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from graybook.geometry import Grid
from graybook.geometry.transform import Affine
from graybook.registration.registered import Registered
from graybook.registration.rigid import rigid
from graybook.registration.volume import Volume
from graybook.workflow.demo.anatomy import hounsfield_units
from graybook.workflow.demo.courses import COURSES, REFERENCE, SyntheticCourse
from phantoms.bodies import Scene, ct_of, pose

LENGTH_MM = 300.0
WITHIN_MM, WITHIN_DEG = 0.5, 0.3


def _case(number: int) -> tuple[Scene, Scene, Affine, float]:
    """Two scenes of one body: up to 15 degrees, 40 mm across, 180 mm along, and 180 mm of another field of view."""
    draw = np.random.default_rng([77, number])
    low = float(draw.uniform(-330, -60))
    other = float(np.clip(low + draw.uniform(-180, 180), -400, 20))
    axis = draw.normal(size=3)
    turn = axis / np.linalg.norm(axis) * draw.uniform(0, 15)
    shift = draw.uniform(-1, 1, 3) * [40, 40, 180]
    still = pose("fixed", turn_deg=(0, 0, 0), shift_mm=(0, 0, 0))
    moved = pose("moving", turn_deg=tuple(turn), shift_mm=tuple(shift))
    fixed = Scene(to_body=still, low_mm=low, high_mm=low + LENGTH_MM)
    moving = Scene(
        to_body=moved,
        low_mm=other,
        high_mm=other + LENGTH_MM,
        arms_up=bool(draw.random() < 0.7),
        couch_mm=float(draw.uniform(115, 140)),
    )
    return fixed, moving, still.then(moved.inverse()), (max(low, other) + min(low, other) + LENGTH_MM) / 2


def _missed(found: Registered, truth: Affine, height_mm: float) -> tuple[float, float]:
    """By how many mm, in the middle of what both images show, and degrees."""
    assert isinstance(found.transform, Affine)
    point = np.array([[0.0, 40.0, height_mm]])
    there = found.transform.apply(point, frame="fixed") - truth.apply(point, frame="fixed")
    turn = found.transform.matrix[:3, :3] @ truth.matrix[:3, :3].T
    return float(np.linalg.norm(there)), float(np.degrees(Rotation.from_matrix(turn).magnitude()))


@pytest.mark.parametrize("number", [5, 9, 11])
def test_a_known_transform_comes_back(number: int) -> None:
    """Half of the body missing, arms up instead of down, 130 to 200 mm in common: within 0.5 mm and 0.3 degrees."""
    fixed, moving, truth, height_mm = _case(number)
    found = rigid(ct_of(number, fixed), ct_of(number, moving))
    error_mm, error_deg = _missed(found, truth, height_mm)
    assert error_mm < WITHIN_MM
    assert error_deg < WITHIN_DEG
    assert found.similarity > 0.9


@pytest.mark.slow
def test_19_of_20_known_transforms_come_back() -> None:
    """Of 24 bodies at least 95 % are found within 0.5 mm and 0.3 degrees."""
    good = 0
    for number in range(24):
        fixed, moving, truth, height_mm = _case(number)
        error_mm, error_deg = _missed(rigid(ct_of(number, fixed), ct_of(number, moving)), truth, height_mm)
        good += error_mm < WITHIN_MM and error_deg < WITHIN_DEG
    assert good >= 0.95 * 24


def test_wrong_pairs_end_less_alike() -> None:
    """Another person, another region and an image upside down all end at less than 0.7, the right one above 0.9."""
    still = pose("fixed", turn_deg=(0, 0, 0), shift_mm=(0, 0, 0))
    moved = pose("moving", turn_deg=(3, -4, 2), shift_mm=(10, -20, 60))
    spacing = (5.0, 5.0, 5.0)
    fixed = ct_of(1, Scene(to_body=still, low_mm=-150, high_mm=150), spacing_mm=spacing)
    chest = Scene(to_body=moved, low_mm=-120, high_mm=180, arms_up=True)
    right = ct_of(1, chest, spacing_mm=spacing)
    wrong = [
        ct_of(2, chest, spacing_mm=spacing),
        ct_of(1, Scene(to_body=moved, low_mm=-420, high_mm=-190), spacing_mm=spacing),
        Volume(grid=right.grid, values=right.values[::-1], modality="CT"),
    ]
    assert rigid(fixed, right).similarity > 0.9
    assert max(rigid(fixed, one).similarity for one in wrong) < 0.7


def _course_ct(course: SyntheticCourse) -> Volume:
    """A course's CT of the demo patient, every second voxel in the planes."""
    whole = course.image_grid()
    grid = Grid(
        frame=whole.frame,
        shape=(whole.shape[0], whole.shape[1] // 2, whole.shape[2] // 2),
        origin_mm=whole.origin_mm,
        spacing_mm=whole.spacing_mm * [2, 2, 1],
        axes=whole.axes,
    )
    there = course.to_reference.apply(grid.centres(), frame=grid.frame).astype(np.float32)
    x, y, z = (there[:, k].reshape(grid.shape) for k in range(3))
    hu = hounsfield_units(x, y, z, masses=course.masses, seed=course.seed)
    return Volume(grid=grid, values=hu.astype(np.float32), modality="CT")


@pytest.mark.parametrize("number", [0, 1])
def test_frames_of_the_demo_are_found_from_its_images(number: int) -> None:
    """Along the whole cord, today's points land within 1 mm of where the demo's registration puts them."""
    course = COURSES[number]
    height = np.linspace(-100.0, 100.0, 21)
    cord = np.stack([0 * height, 78.0 + 0.0005 * height**2, height], axis=1)
    found = rigid(_course_ct(REFERENCE), _course_ct(course)).transform
    back = found.apply(cord, frame=REFERENCE.frame)
    error = course.to_reference.apply(back, frame=course.frame) - cord
    assert np.linalg.norm(error, axis=1).max() < 1.0
