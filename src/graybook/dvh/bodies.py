"""Bodies: sizes and a dose come in; contours on any planes and the whole DVH in closed form go out: truth to be held against.

The bodies of Nelms et al. 2015 (Med Phys 42:4435, doi 10.1118/1.4923175): sphere, cylinder and cone, upright or lying, in a
dose that rises along one axis; at any size, place and gradient. With u the coordinate over the radius, the shares beyond it are

- sphere (2 - 3u + u³)/4; cylinder along its axis (1 - u)/2, across it 1/2 - (asin u + u √(1-u²))/π;
- cone along its axis 1 - ((u+1)/2)³, across it 1/2 - 2u√(1-u²)/π - asin(u)/π + u³ arcsech|u|/π.

Doses that fall with the distance from a point: Stanley et al. 2021 (doi 10.1002/mp.14645) and the Gaussian of Walker and
Byrne 2025 (doi 10.1016/j.meddos.2024.06.002).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from graybook.errors import UsageError
from graybook.geometry import ContourStack, Grid, GridField
from graybook.geometry.arrays import FloatArray
from graybook.units import CM3_PER_MM3

__all__ = [
    "Body",
    "Cone",
    "Cylinder",
    "Dose",
    "GaussianDose",
    "LinearDose",
    "Sphere",
    "SteepDose",
    "contours",
    "curve_cm3",
    "metrics",
    "on_grid",
]

Point = tuple[float, float, float]
"""x, y, z. [mm]"""

STEP_MM = 0.2
"""Longest distance between neighbouring points of a contour. [mm]"""

LEAST_POINTS = 180
"""Fewest points of a circle: its polygon is then within 0.03 % of its area."""

TOUCH_MM = 0.05
"""Half the width of a contour where a plane only touches the body: Nelms draws tiny polygons there. [mm]"""

SLACK_MM = 1e-6
"""A plane this close to the end of a body touches it. [mm]"""


class Body(Protocol):
    """A solid whose volume beyond any coordinate along an axis (0 x, 1 y, 2 z) is known."""

    @property
    def centre_mm(self) -> Point:
        """The middle of its box. [mm]"""
        ...

    @property
    def centroid_mm(self) -> Point:
        """Its centre of mass. [mm]"""
        ...

    def span_mm(self, axis: int) -> tuple[float, float]:
        """Its lowest and highest coordinate. [mm]"""
        ...

    def volume_beyond_mm3(self, coordinate_mm: FloatArray, axis: int) -> FloatArray:
        """The volume beyond coordinates (n,). [mm³]"""
        ...

    def outline(self, z_mm: float) -> FloatArray:
        """The closed contour (n, 2) in which the plane cuts it. [mm]"""
        ...

    def contoured(self, planes_mm: FloatArray) -> Body:
        """The body that contours on these planes stand for: flat ends across the planes lie half a slice beyond the last plane."""
        ...


@dataclass(frozen=True, kw_only=True)
class Sphere:
    """A ball.

    Examples
    --------
    >>> ball = Sphere(radius_mm=12.0)
    >>> ball.volume_beyond_mm3(np.array([-12.0, 0.0]), 2)
    array([7238.2, 3619.1])
    """

    radius_mm: float
    centre_mm: Point = (0.0, 0.0, 0.0)

    @property
    def centroid_mm(self) -> Point:
        """Its centre. [mm]"""
        return self.centre_mm

    def span_mm(self, axis: int) -> tuple[float, float]:
        """Its lowest and highest coordinate. [mm]"""
        return self.centre_mm[axis] - self.radius_mm, self.centre_mm[axis] + self.radius_mm

    def volume_beyond_mm3(self, coordinate_mm: FloatArray, axis: int) -> FloatArray:
        """The volume of the caps beyond coordinates (n,). [mm³]"""
        u = np.clip((np.asarray(coordinate_mm) - self.centre_mm[axis]) / self.radius_mm, -1.0, 1.0)
        return np.asarray(4.0 / 3.0 * np.pi * self.radius_mm**3 * (2.0 - 3.0 * u + u**3) / 4.0)

    def outline(self, z_mm: float) -> FloatArray:
        """The circle in a plane. [mm]"""
        return _circle(self.centre_mm, _half_chord(self.radius_mm, z_mm - self.centre_mm[2]))

    def contoured(self, planes_mm: FloatArray) -> Sphere:
        """Itself: it has no flat end."""
        return self


@dataclass(frozen=True, kw_only=True)
class Cylinder:
    """A cylinder whose axis runs along z (2, upright) or y (1, lying).

    Examples
    --------
    >>> lying = Cylinder(radius_mm=12.0, length_mm=24.0, along=1)
    >>> lying.volume_beyond_mm3(np.array([0.0, 12.0]), 2).round().tolist()
    [5429.0, 0.0]
    """

    radius_mm: float
    length_mm: float
    along: int = 2
    centre_mm: Point = (0.0, 0.0, 0.0)

    def __post_init__(self) -> None:
        _checked_axis(self.along)

    @property
    def centroid_mm(self) -> Point:
        """Its centre. [mm]"""
        return self.centre_mm

    def span_mm(self, axis: int) -> tuple[float, float]:
        """Its lowest and highest coordinate. [mm]"""
        half = 0.5 * self.length_mm if axis == self.along else self.radius_mm
        return self.centre_mm[axis] - half, self.centre_mm[axis] + half

    def volume_beyond_mm3(self, coordinate_mm: FloatArray, axis: int) -> FloatArray:
        """The volume beyond coordinates (n,). [mm³]"""
        area = np.pi * self.radius_mm**2
        if axis == self.along:
            beyond = np.clip(self.span_mm(axis)[1] - np.asarray(coordinate_mm), 0.0, self.length_mm)
            return np.asarray(area * beyond)
        u = (np.asarray(coordinate_mm) - self.centre_mm[axis]) / self.radius_mm
        return area * self.length_mm * _disc_share(u)

    def outline(self, z_mm: float) -> FloatArray:
        """The circle, or the rectangle of the lying cylinder, in a plane. [mm]"""
        if self.along == 2:
            return _circle(self.centre_mm, self.radius_mm)
        w, (low, high) = _half_chord(self.radius_mm, z_mm - self.centre_mm[2]), self.span_mm(1)
        x = self.centre_mm[0]
        return _closed([(x - w, low), (x + w, low), (x + w, high), (x - w, high)])

    def contoured(self, planes_mm: FloatArray) -> Cylinder:
        """With its flat ends, when upright, half a slice beyond the last planes."""
        if self.along != 2:
            return self
        cut, half = _cutting(self, planes_mm)
        low, high = float(cut[0]) - half, float(cut[-1]) + half
        x, y, _ = self.centre_mm
        return replace(self, length_mm=high - low, centre_mm=(x, y, 0.5 * (low + high)))


@dataclass(frozen=True, kw_only=True)
class Cone:
    """A cone whose axis runs along z (2, upright) or y (1, lying), apex at the low end; a collar may continue its base.

    Examples
    --------
    >>> Cone(radius_mm=12.0, height_mm=24.0, along=1).volume_beyond_mm3(np.array([-12.0, 0.0]), 2)
    array([3619.1, 1809.6])
    """

    radius_mm: float
    height_mm: float
    along: int = 2
    centre_mm: Point = (0.0, 0.0, 0.0)
    collar_mm: float = 0.0

    def __post_init__(self) -> None:
        _checked_axis(self.along)

    @property
    def apex_mm(self) -> float:
        """Coordinate of the apex along the axis. [mm]"""
        return self.centre_mm[self.along] - 0.5 * self.height_mm

    @property
    def centroid_mm(self) -> Point:
        """Its centre of mass, with the collar. [mm]"""
        cone, collar = self.height_mm / 3.0, self.collar_mm
        depth = (cone * 0.75 * self.height_mm + collar * (self.height_mm + 0.5 * collar)) / (cone + collar)
        return _moved(self.centre_mm, self.along, self.apex_mm + depth)

    def span_mm(self, axis: int) -> tuple[float, float]:
        """Its lowest and highest coordinate. [mm]"""
        if axis == self.along:
            return self.apex_mm, self.apex_mm + self.height_mm + self.collar_mm
        return self.centre_mm[axis] - self.radius_mm, self.centre_mm[axis] + self.radius_mm

    def volume_beyond_mm3(self, coordinate_mm: FloatArray, axis: int) -> FloatArray:
        """The volume beyond coordinates (n,). [mm³]"""
        area, coordinate = np.pi * self.radius_mm**2, np.asarray(coordinate_mm)
        cone, collar = area * self.height_mm / 3.0, area * self.collar_mm
        if axis == self.along:
            depth = np.clip((coordinate - self.apex_mm) / self.height_mm, 0.0, 1.0)
            beyond = np.clip(self.span_mm(axis)[1] - coordinate, 0.0, self.collar_mm)
            return np.asarray(cone * (1.0 - depth**3) + area * beyond)
        u = (coordinate - self.centre_mm[axis]) / self.radius_mm
        return cone * _cone_share(u) + collar * _disc_share(u)

    def outline(self, z_mm: float) -> FloatArray:
        """The circle, or the hyperbola and chord of the lying cone, in a plane. [mm]"""
        if self.along == 2:
            radius = self.radius_mm * np.clip((z_mm - self.apex_mm) / self.height_mm, 0.0, 1.0)
            return _circle(self.centre_mm, max(float(radius), TOUCH_MM))
        z, slope, (_, base) = z_mm - self.centre_mm[2], self.height_mm / self.radius_mm, self.span_mm(1)
        w = _half_chord(self.radius_mm, z)
        count = 2 * int(np.ceil(w * np.hypot(1.0, slope) / STEP_MM)) + 3
        x = np.linspace(w, -w, count)
        y = self.apex_mm + slope * np.hypot(x, z)
        y[1:-1] = np.minimum(y[1:-1], base - 0.2 * TOUCH_MM)
        y[0] = y[-1] = base
        sides = np.column_stack([self.centre_mm[0] + x, y])
        chord = np.linspace(sides[-1], sides[0], int(np.ceil(2.0 * w / STEP_MM)) + 1)[1:-1]
        return np.concatenate([sides, chord])

    def contoured(self, planes_mm: FloatArray) -> Cone:
        """With its base, when upright, half a slice beyond the last plane: a collar added, or the cone cut shorter."""
        if self.along != 2:
            return self
        cut, half = _cutting(self, planes_mm)
        end, apex = float(cut[-1]) + half, self.apex_mm
        height = min(end - apex, self.height_mm)
        return Cone(
            radius_mm=self.radius_mm * height / self.height_mm,
            height_mm=height,
            centre_mm=_moved(self.centre_mm, 2, apex + 0.5 * height),
            collar_mm=max(end - apex - height, 0.0),
        )


class Dose(Protocol):
    """A dose known at every point."""

    def at(self, points_mm: FloatArray) -> FloatArray:
        """Dose at points (n, 3). [Gy]"""
        ...


@dataclass(frozen=True, kw_only=True)
class LinearDose:
    """A dose that rises along one axis: 16 Gy in the middle and 1 Gy/mm in Nelms 2015.

    Examples
    --------
    >>> LinearDose(axis=2).at(np.array([[5.0, 7.0, -12.0]]))
    array([4.])
    """

    axis: int
    per_mm_gy: float = 1.0
    middle_gy: float = 16.0
    middle_mm: Point = (0.0, 0.0, 0.0)

    def at(self, points_mm: FloatArray) -> FloatArray:
        """Dose at points (n, 3). [Gy]"""
        return self.along(np.asarray(points_mm)[:, self.axis])

    def along(self, coordinate_mm: FloatArray) -> FloatArray:
        """Dose at coordinates (n,) along the axis. [Gy]"""
        return np.asarray(
            self.middle_gy + self.per_mm_gy * (np.asarray(coordinate_mm) - self.middle_mm[self.axis])
        )

    def reached_at_mm(self, dose_gy: FloatArray) -> FloatArray:
        """Coordinates at which doses (n,) are reached. [mm]"""
        return np.asarray(self.middle_mm[self.axis] + (np.asarray(dose_gy) - self.middle_gy) / self.per_mm_gy)


@dataclass(frozen=True, kw_only=True)
class GaussianDose:
    """The dose of Walker and Byrne 2025: 10 Gy exp(-r²/2R²); on the surface of the sphere of radius R it is 6.065 Gy.

    Examples
    --------
    >>> dose = GaussianDose(radius_mm=5.0)
    >>> round(float((dose.reached_at_mm(0.5 * dose.surface_gy) / 5.0) ** 3), 2)
    3.69
    """

    radius_mm: float
    peak_gy: float = 10.0
    centre_mm: Point = (0.0, 0.0, 0.0)

    @property
    def surface_gy(self) -> float:
        """Dose on the sphere. [Gy]"""
        return self.peak_gy * float(np.exp(-0.5))

    def at(self, points_mm: FloatArray) -> FloatArray:
        """Dose at points (n, 3). [Gy]"""
        squared = np.sum((np.asarray(points_mm) - np.array(self.centre_mm)) ** 2, axis=1)
        return np.asarray(self.peak_gy * np.exp(-0.5 * squared / self.radius_mm**2))

    def reached_at_mm(self, dose_gy: float) -> float:
        """Distance from the centre within which the dose is reached. [mm]"""
        return self.radius_mm * float(np.sqrt(2.0 * np.log(self.peak_gy / dose_gy)))


@dataclass(frozen=True, kw_only=True)
class SteepDose:
    """The dose of Stanley 2021 about a sphere: 20 Gy on the surface, a plateau within, an exponential fall without.

    D/D_top = 1 - s₁ exp(-s₂(R - r)) within and s₃ + (1 - s₁ - s₃) exp(-s₄(r - R)) without.

    Examples
    --------
    >>> dose = SteepDose(radius_mm=1.5)
    >>> round((dose.reached_at_mm(0.5 * dose.surface_gy) / 1.5) ** 3, 3)
    1.972
    """

    radius_mm: float
    surface_gy: float = 20.0
    centre_mm: Point = (0.0, 0.0, 0.0)
    shape: tuple[float, float, float, float] = (0.249, 7.019, 0.029, 1.927)

    def at(self, points_mm: FloatArray) -> FloatArray:
        """Dose at points (n, 3). [Gy]"""
        s1, s2, s3, s4 = self.shape
        out = np.linalg.norm(np.asarray(points_mm) - np.array(self.centre_mm), axis=1) - self.radius_mm
        within = 1.0 - s1 * np.exp(s2 * np.minimum(out, 0.0))
        without = s3 + (1.0 - s1 - s3) * np.exp(-s4 * np.maximum(out, 0.0))
        return np.asarray(np.where(out <= 0.0, within, without) * self.surface_gy / (1.0 - s1))

    def reached_at_mm(self, dose_gy: float) -> float:
        """Distance from the centre within which a dose up to the surface's is reached. [mm]"""
        s1, _, s3, s4 = self.shape
        share = dose_gy / self.surface_gy * (1.0 - s1)
        return self.radius_mm - float(np.log((share - s3) / (1.0 - s1 - s3))) / s4


def contours(body: Body, planes_mm: FloatArray, *, frame: str = "1.2.3") -> ContourStack:
    """The body's contours on the planes that cut or touch it.

    Examples
    --------
    >>> stack = contours(Sphere(radius_mm=5.0), np.arange(-9.0, 10.0, 3.0))
    >>> [polygon[0].tolist() for polygon in stack.polygons]
    [[4.0, 0.0, -3.0], [5.0, 0.0, 0.0], [4.0, 0.0, 3.0]]
    """
    cut, _ = _cutting(body, planes_mm)
    outlines = [(float(z), body.outline(float(z))) for z in cut]
    polygons = (np.column_stack([xy, np.full(len(xy), z)]) for z, xy in outlines)
    return ContourStack(frame=frame, polygons=tuple(polygons))


def curve_cm3(body: Body, dose: LinearDose, dose_gy: FloatArray) -> FloatArray:
    """The cumulative DVH in closed form: the volume that receives at least each of the doses (n,). [cm³]"""
    reached = dose.reached_at_mm(dose_gy)
    beyond = body.volume_beyond_mm3(reached, dose.axis)
    if dose.per_mm_gy < 0.0:
        beyond = body.volume_beyond_mm3(np.array(-np.inf), dose.axis) - beyond
    return beyond * CM3_PER_MM3


def metrics(body: Body, dose: LinearDose) -> dict[str, float]:
    """The nine metrics of Nelms 2015 in closed form: V in cm³, doses in Gy (D0.03cc only of a body that large).

    Examples
    --------
    >>> found = metrics(Sphere(radius_mm=12.0), LinearDose(axis=1))
    >>> [round(found[name], 4) for name in ("V", "Dmin", "Dmean", "D99", "D95", "D0.03cc")]
    [7.2382, 4.0, 16.0, 5.4137, 7.2484, 27.0965]
    """
    ends = dose.along(np.array(body.span_mm(dose.axis)))
    low, high = float(ends.min()), float(ends.max())
    total = float(curve_cm3(body, dose, np.array(low)))
    mean = float(dose.along(np.array(body.centroid_mm[dose.axis])))
    found = {"V": total, "Dmin": low, "Dmax": high, "Dmean": mean}
    for percent in (99, 95, 5, 1):
        found[f"D{percent}"] = _dose_of(body, dose, percent / 100 * total, low, high)
    if total >= 0.03:
        found["D0.03cc"] = _dose_of(body, dose, 0.03, low, high)
    return found


def on_grid(dose: Dose, grid: Grid) -> GridField:
    """The dose as a planning system would store it: its values at the grid's voxel centres."""
    return GridField(grid=grid, values=dose.at(grid.centres()).reshape(grid.shape))


def _dose_of(body: Body, dose: LinearDose, volume_cm3: float, low: float, high: float) -> float:
    """The dose that just this volume receives, by halving. [Gy]"""
    for _ in range(60):
        middle = 0.5 * (low + high)
        if float(curve_cm3(body, dose, np.array(middle))) >= volume_cm3:
            low = middle
        else:
            high = middle
    return low


def _disc_share(u: FloatArray) -> FloatArray:
    """Share of a disc beyond u times its radius."""
    v = np.clip(u, -1.0, 1.0)
    return np.asarray(0.5 - (np.arcsin(v) + v * np.sqrt(1.0 - v * v)) / np.pi)


def _cone_share(u: FloatArray) -> FloatArray:
    """Share of a cone beyond u times its base radius, across its axis."""
    v = np.abs(np.clip(u, -1.0, 1.0))
    tail = v**3 / np.pi * np.arccosh(1.0 / np.maximum(v, 1e-300))
    share = 0.5 - 2.0 / np.pi * v * np.sqrt(1.0 - v * v) - np.arcsin(v) / np.pi + tail
    return np.asarray(np.where(np.asarray(u) >= 0.0, share, 1.0 - share))


def _half_chord(radius_mm: float, off_mm: float) -> float:
    """Half the chord of a circle at a distance from its centre; never narrower than a touch. [mm]"""
    return max(float(np.sqrt(max(radius_mm**2 - off_mm**2, 0.0))), TOUCH_MM)


def _circle(centre_mm: Point, radius_mm: float) -> FloatArray:
    """A circle's polygon (n, 2). [mm]"""
    count = max(int(np.ceil(2.0 * np.pi * radius_mm / STEP_MM)), LEAST_POINTS)
    angle = 2.0 * np.pi * np.arange(count) / count
    return np.column_stack(
        [centre_mm[0] + radius_mm * np.cos(angle), centre_mm[1] + radius_mm * np.sin(angle)]
    )


def _closed(corners: Sequence[tuple[float, float]]) -> FloatArray:
    """The polygon through corners with points between them. [mm]"""
    corner = np.array(corners)
    sides = []
    for start, end in zip(corner, np.roll(corner, -1, axis=0), strict=True):
        count = max(int(np.ceil(float(np.hypot(*(end - start))) / STEP_MM)), 1)
        sides.append(np.linspace(start, end, count, endpoint=False))
    return np.concatenate(sides)


def _cutting(body: Body, planes_mm: FloatArray) -> tuple[FloatArray, float]:
    """The planes that cut or touch a body, and half their spacing. [mm]"""
    planes = np.sort(np.asarray(planes_mm, dtype=np.float64))
    low, high = body.span_mm(2)
    cut = planes[(planes >= low - SLACK_MM) & (planes <= high + SLACK_MM)]
    if len(cut) == 0:
        raise UsageError(
            "No plane cuts the body.", value=(low, high), remedy="Give planes that reach the body."
        )
    return cut, 0.5 * float(np.diff(planes).min()) if len(planes) > 1 else 0.0


def _moved(point: Point, axis: int, coordinate_mm: float) -> Point:
    """A point with one coordinate replaced. [mm]"""
    x, y, z = (coordinate_mm if k == axis else value for k, value in enumerate(point))
    return x, y, z


def _checked_axis(along: int) -> None:
    if along not in (1, 2):
        raise UsageError("A body lies along y or stands along z.", value=along, remedy="Give 1 (y) or 2 (z).")
