"""The shapes of Nelms et al. 2015 (Med Phys 42:4435, doi 10.1118/1.4923175) on matched contours, closed forms beside.

Sphere of 24 mm, cylinder and cone of 24 x 24 mm, each of the latter upright and lying; 16 Gy in the middle,
1 Gy/mm along z (SI) or y (AP); slices of 1, 2 and 3 mm with planes through both ends; the reference extends flat
ends across the planes by half a slice. A failure is a metric beyond 3 % of its value; the best commercial program
published had 18 of 255.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.optimize import brentq

from graybook.dvh.sampling import structure_samples
from graybook.dvh.statistics import dose_at_percent_gy, max_gy, mean_gy, min_gy, near_maximum_gy
from graybook.geometry import ContourStack

R = 12.0
ANGLE = 2.0 * np.pi * np.arange(360) / 360
TIP = 0.05
Volume = Callable[[float], float]


def closed(x: np.ndarray, y: np.ndarray, z: float) -> np.ndarray:
    """A contour (n, 3)."""
    return np.column_stack([x, y, np.full(len(x), z)])


def disc(z: float, radius: float) -> np.ndarray:
    """A circle about the axis."""
    return closed(max(radius, TIP) * np.cos(ANGLE), max(radius, TIP) * np.sin(ANGLE), z)


def lying_cylinder(z: float) -> np.ndarray:
    """The rectangle in which plane z cuts a cylinder along y."""
    w = max(np.sqrt(max(R * R - z * z, 0.0)), 0.01)
    x, y = np.linspace(-w, w, 120), np.linspace(-R, R, 120)
    side = np.full(120, w)
    return closed(
        np.concatenate([x[:-1], side[:-1], x[:0:-1], -side[:-1]]),
        np.concatenate([0 * x[:-1] - R, y[:-1], 0 * x[:-1] + R, y[:0:-1]]),
        z,
    )


def lying_cone(z: float) -> np.ndarray:
    """The hyperbola and chord in which plane z cuts a cone along y, apex at y = -12, base at y = 12."""
    y = np.linspace(min(2.0 * abs(z) - R, R - 0.02), R, 150)
    x = np.sqrt(np.maximum(((y + R) / 2.0) ** 2 - z * z, 1e-4))
    chord = np.linspace(x[-1], -x[-1], 120)[1:-1]
    return closed(
        np.concatenate([x, chord, -x[::-1]]), np.concatenate([y, np.full(len(chord), R), y[::-1]]), z
    )


def segment(u: float) -> float:
    """Share of a disc beyond u times its radius."""
    return float(0.5 - (np.arcsin(u) + u * np.sqrt(1.0 - u * u)) / np.pi)


def across_cone(u: float) -> float:
    """Share of a cone beyond u times its base radius, across its axis (peers' published form lacks a factor 2)."""
    v = abs(u)
    root = np.sqrt(1.0 - v * v)
    tail = 0.0 if v == 0.0 else v**3 / np.pi * np.arccosh(1.0 / v)
    half = 0.5 - 2.0 / np.pi * v * root - np.arcsin(v) / np.pi + tail
    return float(half if u >= 0.0 else 1.0 - half)


BALL, CYLINDER, CONE = 4 / 3 * np.pi * R**3, 24 * np.pi * R**2, 8 * np.pi * R**2


def part(volume: float, share: Volume) -> Volume:
    """Volume beyond the coordinate c of a body from -12 to 12. [mm³]"""
    return lambda c: volume * share(float(np.clip(c / R, -1.0, 1.0)))


def slab(low: float, high: float, area: float) -> Volume:
    """Volume beyond the coordinate c of a slab across it. [mm³]"""
    return lambda c: area * float(np.clip(high - max(c, low), 0.0, high - low))


def both(*parts: Volume) -> Volume:
    """The sum of volumes."""
    return lambda c: sum(p(c) for p in parts)


def truth(name: str, e: float) -> dict[str, tuple[Volume, float, float]]:
    """Per gradient: volume beyond a coordinate, lowest and highest coordinate; e is the half slice. [mm]"""
    area, round_slab = np.pi * R * R, part(np.pi * R * R * e, segment)
    ball, upright = part(BALL, lambda u: (2 - 3 * u + u**3) / 4), part(CYLINDER, lambda u: (1 - u) / 2)
    apex_low, lying = part(CONE, lambda u: 1 - ((u + 1) / 2) ** 3), part(CYLINDER, segment)
    top, bottom = slab(R, R + e, area), slab(-R - e, -R, area)
    return {
        "sphere": {"SI": (ball, -R, R), "AP": (ball, -R, R)},
        "cylinder": {
            "SI": (both(upright, top, bottom), -R - e, R + e),
            "AP": (both(lying, round_slab, round_slab), -R, R),
        },
        "lying cylinder": {"SI": (lying, -R, R), "AP": (upright, -R, R)},
        "cone": {"SI": (both(apex_low, top), -R, R + e), "AP": (both(part(CONE, across_cone), round_slab), -R, R)},
        "lying cone": {"SI": (part(CONE, across_cone), -R, R), "AP": (apex_low, -R, R)},
    }[name]  # fmt: skip


SHAPES: dict[str, Callable[[float], np.ndarray]] = {
    "sphere": lambda z: disc(z, np.sqrt(max(R * R - z * z, 0.0))),
    "cylinder": lambda z: disc(z, R),
    "lying cylinder": lying_cylinder,
    "cone": lambda z: disc(z, (z + R) / 2.0),
    "lying cone": lying_cone,
}


def expected(volume: Volume, low: float, high: float) -> dict[str, float]:
    """The nine metrics of the closed form."""
    total = volume(low)

    def beyond(v: float) -> float:
        return 16.0 + float(brentq(lambda c: volume(c) - v, low, high))

    grid = np.linspace(low, high, 4001)
    mean = 16.0 + low + np.trapezoid([volume(c) for c in grid], grid) / total
    return {
        "V": total / 1000, "Dmin": 16 + low, "Dmax": 16 + high, "Dmean": float(mean), "D99": beyond(0.99 * total),
        "D95": beyond(0.95 * total), "D5": beyond(0.05 * total), "D1": beyond(0.01 * total), "D0.03cc": beyond(30.0),
    }  # fmt: skip


def deviations(name: str, slice_mm: float) -> dict[tuple[str, str], float]:
    """Relative deviation of each metric in both gradients; the volume counts once."""
    planes = np.linspace(-R, R, round(2 * R / slice_mm) + 1)
    samples = structure_samples(ContourStack(frame="1.2", polygons=tuple(SHAPES[name](z) for z in planes)))
    volumes, found = samples.volumes_cm3, {}
    for gradient, axis in (("SI", 2), ("AP", 1)):
        dose, surface = 16 + samples.points_mm[:, axis], 16 + samples.extreme_points_mm[:, axis]
        got = {
            "V": samples.volume_cm3, "Dmin": min_gy(dose, surface), "Dmax": max_gy(dose, surface),
            "Dmean": mean_gy(dose, volumes), "D99": dose_at_percent_gy(dose, volumes, 99),
            "D95": dose_at_percent_gy(dose, volumes, 95), "D5": dose_at_percent_gy(dose, volumes, 5),
            "D1": dose_at_percent_gy(dose, volumes, 1), "D0.03cc": near_maximum_gy(dose, volumes, 0.03),
        }  # fmt: skip
        for key, value in expected(*truth(name, slice_mm / 2)[gradient]).items():
            if key != "V" or gradient == "SI":
                found[gradient, key] = (got[key] or 0.0) / value - 1.0
    return found


def test_closed_forms_are_those_published() -> None:
    """The closed forms give the published truth without extension (D99, D95 and D0.03cc, Gy)."""
    table = {
        ("sphere", "AP"): (5.4137, 7.2484, 27.0965),
        ("lying cylinder", "AP"): (4.2400, 5.2000, 27.9337),
        ("lying cylinder", "SI"): (4.7880, 6.3354, 27.6670),
        ("lying cone", "AP"): (9.1706, 12.8417, 27.9335),
        ("lying cone", "SI"): (6.2111, 8.2957, 25.9518),
    }
    for (name, gradient), values in table.items():
        got = expected(*truth(name, 0.0)[gradient])
        assert (got["D99"], got["D95"], got["D0.03cc"]) == pytest.approx(values, abs=1e-3)


def test_fewer_failures_than_the_best_published() -> None:
    """Of 255 values on slices of 1, 2 and 3 mm at most 5 are off by more than 3 %, and every volume is within 1 %."""
    found = {(name, h): deviations(name, h) for name in SHAPES for h in (1.0, 2.0, 3.0)}
    failures = [
        f"{name} {h} mm {metric}: {100 * value:.1f} %"
        for (name, h), values in found.items()
        for metric, value in values.items()
        if abs(value) > 0.03
    ]
    assert sum(len(values) for values in found.values()) == 255
    assert len(failures) <= 5, failures
    assert max(abs(values["SI", "V"]) for values in found.values()) < 0.01


@pytest.mark.parametrize("name", ["sphere", "cylinder", "lying cylinder", "cone"])
def test_bodies_of_similar_sections_are_exact(name: str) -> None:
    """Where the model is exact every metric is within 2 % at 3 mm slices, the volume within 0.2 %."""
    found = deviations(name, 3.0)
    assert max(abs(value) for value in found.values()) < 0.02
    assert abs(found["SI", "V"]) < 0.002
