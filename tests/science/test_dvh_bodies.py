"""Bodies beyond the sphere: volumes by Pappus and by head, and the tables' own planning-system figures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from graybook.dvh.sampling import structure_samples
from graybook.dvh.statistics import max_gy, mean_gy, min_gy
from graybook.geometry import ContourStack, Grid, GridField

ANGLE = 2.0 * np.pi * np.arange(180) / 180


def circle(x: float, y: float, radius: float, z: float) -> np.ndarray:
    """A regular polygon (180, 3)."""
    return np.column_stack([x + radius * np.cos(ANGLE), y + radius * np.sin(ANGLE), np.full(180, z)])


@pytest.mark.parametrize(("slice_mm", "within"), [(1.0, 0.01), (2.0, 0.03), (3.0, 0.05)])
def test_lying_torus_is_a_ring_with_a_hole(slice_mm: float, within: float) -> None:
    """A torus of radii 20 and 8 in the plane of the slices, hole by exclusive or: 2 pi² R r² within 1, 3 and 5 %."""
    planes = np.arange(-7.2, 8.0, slice_mm)
    polygons = [
        circle(0.0, 0.0, 20.0 + sign * np.sqrt(64.0 - z * z), z) for z in planes for sign in (-1.0, 1.0)
    ]
    samples = structure_samples(ContourStack(frame="1", polygons=tuple(polygons)))
    assert samples.volume_cm3 == pytest.approx(2 * np.pi**2 * 20.0 * 64.0 / 1000.0, rel=within)
    assert np.hypot(*samples.points_mm[:, :2].T).min() > 11.0


@pytest.mark.parametrize("slice_mm", [1.0, 2.0, 3.0])
def test_standing_torus_parts_and_joins_again(slice_mm: float) -> None:
    """A torus of radii 20 and 6 across the slices: one piece, one with a waist, two, and one again; volume within 1 %.

    In plane z the torus is where |x| lies between the roots of (R -+ h)² - z², with h² = r² - y².
    """
    ring, tube = 20.0, 6.0
    # dense in y where the outline turns: at the ends and where the inner root vanishes
    polygons: list[np.ndarray] = []
    for z in np.arange(-25.6, 26.0, slice_mm):
        y_outer = tube if abs(z) <= ring else np.sqrt(tube**2 - (abs(z) - ring) ** 2)
        y = y_outer * np.sin(np.linspace(-np.pi / 2, np.pi / 2, 181))
        half = np.sqrt(np.maximum(tube**2 - y**2, 0.0))
        far = np.sqrt(np.maximum((ring + half) ** 2 - z * z, 0.0))
        outline = np.column_stack([np.concatenate([far, -far[::-1]]), np.concatenate([y, y[::-1]])])
        polygons.append(np.column_stack([outline, np.full(len(outline), z)]))
        if abs(z) >= ring:
            continue
        # inside |x| < near the body is empty; where the tube's inner wall lies beyond the plane, near is zero
        y_inner = tube if abs(z) <= ring - tube else None
        if y_inner is not None:
            near = np.sqrt(np.maximum((ring - half) ** 2 - z * z, 0.0))
            hole = np.column_stack([np.concatenate([near, -near[::-1]]), np.concatenate([y, y[::-1]])])
            polygons.append(np.column_stack([hole, np.full(len(hole), z)]))
            continue
        edge = np.sqrt(tube**2 - (ring - abs(z)) ** 2)
        for sign in (-1.0, 1.0):
            part = edge + (tube - edge) * np.sin(np.linspace(0.0, np.pi / 2, 91))
            wall = np.sqrt(np.maximum(tube**2 - part**2, 0.0))
            near = np.sqrt(np.maximum((ring - wall) ** 2 - z * z, 0.0))
            hole = np.column_stack(
                [np.concatenate([near, -near[::-1]]), sign * np.concatenate([part, part[::-1]])]
            )
            polygons.append(np.column_stack([hole, np.full(len(hole), z)]))
    samples = structure_samples(ContourStack(frame="1", polygons=tuple(polygons)))
    assert samples.volume_cm3 == pytest.approx(2 * np.pi**2 * ring * tube**2 / 1000.0, rel=0.01)


PLANNING_SYSTEM = {
    "Breast": (396.229, 0.041, 5.614, 14.681),
    "Heart": (437.462, 0.022, 0.648, 3.095),
    "Lt Lung": (2008.949, 0.023, 0.909, 12.723),
    "Tumor Bed": (12.809, 14.071, 14.291, 14.569),
    "Tumor Bed Block": (62.883, 12.499, 14.265, 14.662),
}
"""Volume cm³, minimum, mean, maximum Gy by the planning system (percent of 14 Gy in the file, times 0.14)."""


def test_a_clinical_plan_beside_its_planning_system(test_data: Path) -> None:
    """breast_complete: volumes within 3.5 %, means within 2 % or 0.02 Gy, maxima within 2 % of the planning system's."""
    pydicom = pytest.importorskip("pydicom")
    files = [pydicom.dcmread(path) for path in sorted((test_data / "breast_complete").rglob("*.dcm"))]
    dose = next(f for f in files if f.Modality == "RTDOSE")
    structures = next(f for f in files if f.Modality == "RTSTRUCT")
    offsets = np.array(dose.GridFrameOffsetVector, dtype=float)
    row, column = (float(s) for s in dose.PixelSpacing)
    grid = Grid(
        frame="1",
        shape=dose.pixel_array.shape,
        origin_mm=np.array(dose.ImagePositionPatient, dtype=float),
        spacing_mm=np.array([column, row, offsets[1] - offsets[0]]),
        axes=np.eye(3),
    )
    field = GridField(grid=grid, values=dose.pixel_array * float(dose.DoseGridScaling))
    names = {item.ROINumber: item.ROIName for item in structures.StructureSetROISequence}
    seen = set()
    for item in structures.ROIContourSequence:
        name = names[item.ReferencedROINumber]
        if name not in PLANNING_SYSTEM:
            continue
        polygons = tuple(np.array(c.ContourData, dtype=float).reshape(-1, 3) for c in item.ContourSequence)
        samples = structure_samples(ContourStack(frame="1", polygons=polygons), slice_thickness_mm=3.0)
        at, around = field.sample(samples.points_mm).low, field.sample(samples.extreme_points_mm).low
        volume, _, mean, highest = PLANNING_SYSTEM[name]
        assert samples.volume_cm3 == pytest.approx(volume, rel=0.035), name
        assert mean_gy(at, samples.volumes_cm3) == pytest.approx(mean, rel=0.02, abs=0.02), name
        assert max_gy(at, around) == pytest.approx(highest, rel=0.02), name
        assert (min_gy(at, around) or 0.0) >= 0.0
        seen.add(name)
    assert seen == set(PLANNING_SYSTEM)
