"""Pictures: pixels and outlines lie where the patient says, however image, dose and contours were cut."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from graybook.geometry import ContourStack, Grid, GridField
from graybook.geometry.arrays import FloatArray
from graybook.record import Course, EvidenceGrade, Image, Structure
from graybook.report.material import Plane
from graybook.workflow.person.pictures import AIR_HU, SHOWN, STEP_MM, planes_through
from phantoms import rotation, sphere

CENTRE = np.array([6.0, -4.0, 9.0])
RADIUS = 15.0
POINT = CENTRE + np.array([1.0, 2.0, -1.5])
ORIENTATIONS = {
    "axial": np.eye(3),
    "feet first": np.diag([-1.0, 1.0, -1.0]),
    "prone": np.diag([-1.0, -1.0, 1.0]),
    "decubitus": rotation((0, 0, 1), 90)[:3, :3],
    "coronal": np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]]),
    "sagittal": np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]]),
    "oblique": rotation((1, 2, 3), 40)[:3, :3],
}
HU_SLOPE = np.array([2.0, -3.0, 5.0])
DOSE_SLOPE = np.array([0.1, 0.2, -0.15])


def grid(axes: FloatArray, half: int, spacing: tuple[float, float, float]) -> Grid:
    origin = CENTRE - axes @ (half * np.array(spacing))
    n = 2 * half + 1
    return Grid(frame="1", shape=(n, n, n), origin_mm=origin, spacing_mm=np.array(spacing), axes=axes)


def pictures(axes: FloatArray, modality: str = "CT") -> tuple[Plane, ...]:
    on = grid(axes, 14, (2.0, 2.5, 3.0))
    values = (on.centres() @ HU_SLOPE).reshape(on.shape)
    image = Image(series_uid="s", modality=modality, grid=on, voxels=lambda: values)
    dosed = grid(axes, 12, (3.0, 3.0, 3.5))
    dose = GridField(grid=dosed, values=30 + (dosed.centres() @ DOSE_SLOPE).reshape(dosed.shape))
    ball = sphere((0, 0, 0), RADIUS).contours(2.0)
    stack = ContourStack(frame="1", polygons=tuple(polygon @ axes.T + CENTRE for polygon in ball))
    structure = Structure(name="Ball", tg263=None, kind="organ", frame="1", contours=lambda: stack)
    reference = a_course((image,))
    return planes_through(POINT, reference=reference, dose=dose, dose_grid=dosed, structures=(structure,))


def a_course(images: tuple[Image, ...]) -> Course:
    return Course(
        id="c",
        label="c",
        frame="1",
        start_date=date(2020, 1, 1),
        end_date=None,
        phases=(),
        images=images,
        evidence_grade=EvidenceGrade.A,
    )


def spots(plane: Plane) -> FloatArray:
    """The pixels' points. [mm]"""
    axes = {"axial": (0, 1, 2), "coronal": (0, 2, 1), "sagittal": (1, 2, 0)}[plane.name]
    across, down = np.meshgrid(plane.horizontal_mm, plane.vertical_mm)
    points = np.empty((*across.shape, 3))
    points[..., axes[0]], points[..., axes[1]], points[..., axes[2]] = across, down, plane.position_mm
    return points


@pytest.mark.parametrize("name", ORIENTATIONS)
def test_pixels_show_what_lies_there(name: str) -> None:
    """Image and dose linear in space are linear in every picture: each pixel near the centre shows the value of its place."""
    for plane in pictures(ORIENTATIONS[name]):
        points = spots(plane)
        near = np.linalg.norm(points - CENTRE, axis=-1) < 18.0
        assert near.sum() > 300
        assert plane.image is not None
        assert plane.dose_gy is not None
        np.testing.assert_allclose(plane.image[near], (points @ HU_SLOPE)[near], atol=1e-6)
        np.testing.assert_allclose(plane.dose_gy[near], 30 + (points @ DOSE_SLOPE)[near], atol=1e-9)


@pytest.mark.parametrize("name", ORIENTATIONS)
def test_outlines_lie_on_the_ball(name: str) -> None:
    """In every picture a ball's outline is a circle of the right centre and radius, to a pixel or half a slice."""
    axes = {"axial": (0, 1, 2), "coronal": (0, 2, 1), "sagittal": (1, 2, 0)}
    for plane in pictures(ORIENTATIONS[name]):
        across, down, normal = axes[plane.name]
        (contour,) = plane.contours
        (line,) = contour.polylines
        radius = np.sqrt(RADIUS**2 - (plane.position_mm - CENTRE[normal]) ** 2)
        distance = np.hypot(line[:, 0] - CENTRE[across], line[:, 1] - CENTRE[down])
        assert np.abs(distance - radius).max() < 2 * STEP_MM
        assert np.sqrt(np.mean(distance**2)) == pytest.approx(radius, abs=STEP_MM / 2)
        middle = 0.5 * (line.min(axis=0) + line.max(axis=0))
        np.testing.assert_allclose(middle, CENTRE[[across, down]], atol=STEP_MM)


def test_a_gap_in_a_structure_stays_open() -> None:
    """Two blocks of coronal contours 20 mm apart: the sagittal picture has two outlines, the coronal one none between them."""
    square = np.array([[-8.0, 0, -8], [8, 0, -8], [8, 0, 8], [-8, 0, 8]])
    places = (-16.0, -14.0, -12.0, 8.0, 10.0, 12.0)
    stack = ContourStack(frame="1", polygons=tuple(square + np.array([0.0, y, 0.0]) for y in places))
    structure = Structure(name="S", tg263=None, kind="organ", frame="1", contours=lambda: stack)
    on = Grid(frame="1", shape=(31, 31, 31), origin_mm=[-30] * 3, spacing_mm=[2.0] * 3, axes=np.eye(3))
    found = planes_through(
        np.zeros(3), reference=a_course(()), dose=None, dose_grid=on, structures=(structure,)
    )
    lines = {plane.name: [line for one in plane.contours for line in one.polylines] for plane in found}
    assert (len(lines["sagittal"]), len(lines["coronal"]), len(lines["axial"])) == (2, 0, 2)


def test_where_there_is_no_image_there_is_air() -> None:
    """Corners of a picture that an oblique image does not reach show air, not water."""
    plane = pictures(ORIENTATIONS["oblique"])[0]
    assert plane.image is not None
    assert plane.image[0, 0] == AIR_HU


def test_images_without_hounsfield_units_fill_the_window() -> None:
    """MR values are shown from their 1st to 99th percentile over the window of the picture."""
    plane = pictures(np.eye(3), "MR")[0]
    assert plane.image is not None
    near = np.linalg.norm(spots(plane) - CENTRE, axis=-1) < 18.0
    shown = plane.image[near]
    assert SHOWN[0] <= shown.min() < shown.max() <= SHOWN[1]
