"""Contour stacks: planes of any one orientation; what is not flat or not parallel is named."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.errors import InputError
from graybook.geometry import ContourStack
from graybook.geometry.arrays import FloatArray
from phantoms import rotation, sphere

BALL = sphere((0.0, 0.0, 0.0), 20.0, n_points=60).contours(4.0)


def turned(matrix: FloatArray) -> tuple[FloatArray, ...]:
    return tuple(polygon @ matrix[:3, :3].T for polygon in BALL)


@pytest.mark.parametrize(
    ("axis", "degrees", "normal"),
    [
        ((1, 0, 0), 0, (0, 0, 1)),
        ((1, 0, 0), -90, (0, 1, 0)),
        ((0, 1, 0), 90, (1, 0, 0)),
        ((1, 2, 0.5), 37, None),
        ((1, 0, 0), 2, None),
    ],
)
@pytest.mark.parametrize("digits", [9, 3, 1])
def test_planes_in_their_own_frame(
    axis: tuple[float, ...], degrees: float, normal: object, digits: int
) -> None:
    """A ball cut along any direction has its planes 4 mm apart and discs of its radii, also when written in tenths of a mm."""
    matrix = rotation(axis, degrees)
    stack = ContourStack(frame="1", polygons=tuple(np.round(p, digits) for p in turned(matrix)))
    true = np.array(normal) if normal is not None else matrix[:3, 2]
    assert abs(stack.normal @ true) == pytest.approx(1.0, abs=1e-5)
    planes = stack.planes()
    heights = [w for w, _ in planes]
    np.testing.assert_allclose(np.sort(np.abs(heights)), np.sort(np.abs([p[0, 2] for p in BALL])), atol=0.06)
    for w, (polygon,) in planes:
        radius = np.hypot(*polygon.T).mean()
        assert radius == pytest.approx(np.sqrt(400 - w**2), abs=0.15)
    np.testing.assert_allclose(stack.in_frame(stack.in_stack(BALL[3])), BALL[3], atol=1e-9)
    assert np.linalg.det(stack.axes) == pytest.approx(1.0)


def test_axial_planes_are_untouched() -> None:
    """Axial contours keep x, y and z to the last bit."""
    stack = ContourStack(frame="1", polygons=BALL)
    assert stack.is_axial
    for (z, (polygon,)), given in zip(stack.planes(), BALL, strict=True):
        assert z == given[0, 2]
        np.testing.assert_array_equal(polygon, given[:, :2])


def test_planes_that_cross_are_refused() -> None:
    """Two orientations in one structure: the contour and the angle are named."""
    with pytest.raises(InputError, match="not parallel") as error:
        ContourStack(frame="1", polygons=(*BALL, turned(rotation((1, 0, 0), 30))[4]))
    assert "30.0 degrees" in str(error.value.value)


def test_a_bent_contour_is_refused() -> None:
    """A contour whose points leave its plane by 2 mm is not flat."""
    bent = BALL[4].copy()
    bent[::2, 2] += 2.0
    with pytest.raises(InputError, match="not flat"):
        ContourStack(frame="1", polygons=(*BALL[:4], bent))


def test_contours_without_area_are_refused() -> None:
    """Points on an oblique line leave their plane open."""
    line = np.outer(np.arange(4.0), [1.0, 1.0, 1.0])
    with pytest.raises(InputError, match="no area"):
        ContourStack(frame="1", polygons=(line,))
