"""ITK's files: read and written transforms carry points where SimpleITK carries them; what cannot be kept is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk

from graybook.errors import InputError, NotYet, UnreadableFile, UsageError
from graybook.files.transforms import (
    read_displacement_field,
    read_transform,
    write_displacement_field,
    write_transform,
)
from graybook.geometry import Affine, Chained, Displacement, Grid
from graybook.geometry.arrays import FloatArray

RIGID = np.array([[0.0, -1, 0, 10], [1, 0, 0, -20], [0, 0, 1, 30], [0, 0, 0, 1]])
AFFINE = np.array([[1.1, 0.1, 0, -4], [0, 0.9, 0.2, 5], [0.1, 0, 1, 6], [0, 0, 0, 1]])
TURN = np.array([[np.cos(0.3), -np.sin(0.3), 0], [np.sin(0.3), np.cos(0.3), 0], [0, 0, 1]])
RNG = np.random.default_rng(4)


def field(**changed: Any) -> Displacement:
    """Large, asymmetric vectors on a turned grid, between two matrices."""
    values: dict[str, Any] = {
        "frame": "today",
        "shape": (4, 5, 6),
        "origin_mm": [-10.0, 5.0, 30.0],
        "spacing_mm": [4.0, 5.0, 6.0],
        "axes": TURN,
    }
    vectors = np.random.default_rng(1).normal([12.0, -7.0, 3.0], 6.0, size=(4, 5, 6, 3))
    grid = Grid(**{**values, **changed})
    return Displacement.from_vectors(vectors, grid, to_frame="then", before=RIGID, after=AFFINE)


def inside(grid: Grid, count: int = 60) -> FloatArray:
    """Points within a grid."""
    nz, ny, nx = grid.shape
    return grid.points_at(RNG.uniform(0, [nx - 1, ny - 1, nz - 1], size=(count, 3)))


def carried(transform: sitk.Transform, points: FloatArray) -> FloatArray:
    """Where SimpleITK carries points."""
    return np.array([transform.TransformPoint(point.tolist()) for point in points])


def affine(matrix: FloatArray, start: str = "today", end: str = "then") -> Affine:
    """A matrix between frames."""
    return Affine(from_frame=start, to_frame=end, matrix=matrix)


SUFFIXES = [".tfm", ".h5"]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("matrix", [RIGID, AFFINE], ids=["rigid", "affine"])
def test_matrices(tmp_path: Path, suffix: str, matrix: FloatArray) -> None:
    """A written matrix carries points as SimpleITK does, and is read to 1e-9."""
    path = tmp_path / "out" / f"t{suffix}"
    write_transform(affine(matrix), path)
    points = RNG.normal(scale=100.0, size=(20, 3))
    expected = affine(matrix).apply(points, frame="today")
    np.testing.assert_allclose(carried(sitk.ReadTransform(str(path)), points), expected, atol=1e-9)
    found = read_transform(path, from_frame="a", to_frame="b")
    assert (found.from_frame, found.to_frame) == ("a", "b")
    np.testing.assert_allclose(found.apply(points, frame="a"), expected, atol=1e-9)
    assert [one.name for one in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_displacements(tmp_path: Path, suffix: str) -> None:
    """Vectors between two matrices carry points inside the grid as SimpleITK carries them with the file."""
    made = field()
    path = tmp_path / f"t{suffix}"
    write_transform(made, path)
    points = inside(made.grid)
    expected = made.apply(points, frame="today")
    np.testing.assert_allclose(carried(sitk.ReadTransform(str(path)), points), expected, atol=1e-4)
    found = read_transform(path, from_frame="today", to_frame="then")
    np.testing.assert_allclose(found.apply(points, frame="today"), expected, atol=1e-4)
    assert np.isnan(found.apply(np.array([[-90.0, 0, 0]]), frame="today")).all()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_chains(tmp_path: Path, suffix: str) -> None:
    """A matrix, then vectors, then a matrix: in this order for SimpleITK and when read again."""
    made = field()
    chain = Chained(
        links=(
            affine(np.linalg.inv(RIGID), "plan", "today"),
            made,
            affine(AFFINE, "then", "old"),
        )
    )
    path = tmp_path / f"t{suffix}"
    write_transform(chain, path)
    points = affine(RIGID, "today", "plan").apply(inside(made.grid), frame="today")
    expected = chain.apply(points, frame="plan")
    np.testing.assert_allclose(carried(sitk.ReadTransform(str(path)), points), expected, atol=1e-4)
    found = read_transform(path, from_frame="plan", to_frame="old")
    np.testing.assert_allclose(found.apply(points, frame="plan"), expected, atol=1e-4)
    assert (found.from_frame, found.to_frame) == ("plan", "old")


@pytest.mark.parametrize("suffix", ["mha", "mhd", "nii", "nii.gz", "nrrd"])
def test_fields(tmp_path: Path, suffix: str) -> None:
    """An image of vectors: as it is on its own grid, sampled on another; holes stay holes."""
    made = field()
    path = tmp_path / f"field.{suffix}"
    write_displacement_field(made, None, path)
    points = inside(made.grid)
    expected = made.apply(points, frame="today")
    read = sitk.Cast(sitk.ReadImage(str(path)), sitk.sitkVectorFloat64)
    np.testing.assert_allclose(carried(sitk.DisplacementFieldTransform(read), points), expected, atol=1e-3)
    found = read_displacement_field(path, from_frame="today", to_frame="then")
    np.testing.assert_allclose(found.apply(points[:50], frame="today"), expected[:50], atol=1e-3)
    wide = Grid(
        frame="today", shape=(3, 3, 3), origin_mm=[-40.0, 5, 30], spacing_mm=[30.0, 5, 6], axes=np.eye(3)
    )
    if ".nii" in path.name:
        with pytest.raises(UsageError, match="NIfTI"):
            write_displacement_field(made, wide, path)
        return
    write_displacement_field(made, wide, path)
    again = read_displacement_field(path, from_frame="today", to_frame="then")
    node = wide.points_at(np.array([[1.0, 1, 1]]))
    np.testing.assert_allclose(
        again.apply(node, frame="today"), made.apply(node, frame="today"), atol=1e-4, equal_nan=True
    )
    assert np.isnan(again.apply(wide.points_at(np.zeros((1, 3))), frame="today")).all()


KINDS = {
    "translation": sitk.TranslationTransform(3, (1.0, 2.0, 3.0)),
    "euler": sitk.Euler3DTransform((5.0, 6.0, 7.0), 0.1, 0.2, 0.3, (1.0, 2.0, 3.0)),
    "versor": sitk.VersorRigid3DTransform((0.1, 0.2, 0.3), 0.4, (1.0, 2.0, 3.0), (5.0, 6.0, 7.0)),
    "similarity": sitk.Similarity3DTransform(1.2, (0.1, 0.2, 0.3), 0.4, (1.0, 2.0, 3.0), (5.0, 6.0, 7.0)),
    "scale": sitk.ScaleTransform(3, (1.1, 0.9, 1.3)),
    "identity": sitk.Transform(3, sitk.sitkIdentity),
}


@pytest.mark.parametrize("kind", KINDS)
def test_linear_transforms_of_any_kind(tmp_path: Path, kind: str) -> None:
    """Whatever ITK calls a linear transform, with its own centre, is one matrix."""
    path = tmp_path / "t.tfm"
    sitk.WriteTransform(KINDS[kind], str(path))
    points = RNG.normal(scale=100.0, size=(10, 3))
    found = read_transform(path)
    assert isinstance(found, Affine)
    np.testing.assert_allclose(found.apply(points, frame=""), carried(KINDS[kind], points), atol=1e-9)


def test_what_is_not_read(tmp_path: Path) -> None:
    """A B-spline, a transform of the plane, a collapsed matrix, noise, a missing file, another suffix."""
    spline = sitk.BSplineTransform(3)
    sitk.WriteTransform(spline, str(tmp_path / "spline.tfm"))
    sitk.WriteTransform(sitk.Euler2DTransform(), str(tmp_path / "plane.tfm"))
    sitk.WriteTransform(sitk.ScaleTransform(3, (1.0, 1.0, 0.0)), str(tmp_path / "flat.tfm"))
    (tmp_path / "noise.tfm").write_text("#Insight Transform File V1.0\nTransform: Nonsense_double_3_3\n")
    (tmp_path / "noise.h5").write_bytes(b"noise")
    for name, kind in (
        ("spline.tfm", NotYet),
        ("plane.tfm", InputError),
        ("flat.tfm", InputError),
        ("noise.tfm", UnreadableFile),
        ("noise.h5", UnreadableFile),
        ("none.tfm", UsageError),
        ("t.mat", UsageError),
    ):
        with pytest.raises(kind) as caught:
            read_transform(tmp_path / name)
        assert str(tmp_path) not in str(caught.value)
        assert name in caught.value.what or name == "none.tfm"


def test_fields_that_are_none(tmp_path: Path) -> None:
    """An image of single numbers, or vectors that are no numbers, is no displacement field."""
    scalar = sitk.GetImageFromArray(np.zeros((2, 3, 4), dtype=np.float32))
    sitk.WriteImage(scalar, str(tmp_path / "scalar.mha"))
    endless = sitk.GetImageFromArray(np.full((2, 3, 4, 3), np.inf), isVector=True)
    sitk.WriteImage(endless, str(tmp_path / "endless.mha"))
    for name in ("scalar.mha", "endless.mha"):
        with pytest.raises(InputError, match=name):
            read_displacement_field(tmp_path / name)


def test_what_cannot_be_kept(tmp_path: Path) -> None:
    """Undefined vectors as text, uneven planes, another suffix, no grid: refused, and nothing is written."""
    vectors = field().vectors_mm.copy()
    vectors[0, 0, 0] = np.nan
    holes = Displacement.from_vectors(vectors, field().grid, to_frame="then")
    uneven = field(planes_mm=np.array([0.0, 6.0, 12.5, 18.0]))
    for transform, name in ((holes, "t.tfm"), (uneven, "t.h5"), (affine(RIGID), "t.mat")):
        with pytest.raises(UsageError):
            write_transform(transform, tmp_path / name)
    for grid, name in ((None, "f.mha"), (field().grid, "f.vtk")):
        with pytest.raises(UsageError):
            write_displacement_field(affine(RIGID), grid, tmp_path / name)
    assert list(tmp_path.iterdir()) == []
    write_transform(holes, tmp_path / "t.h5")
    found = read_transform(tmp_path / "t.h5", from_frame="today", to_frame="then")
    assert isinstance(found, Displacement)
    assert np.array_equal(found.defined, holes.defined)
