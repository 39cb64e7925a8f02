"""Properties of transforms, whatever their numbers: there and back, written and read, never defined beyond what was given."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from graybook.dicom.reading import read_file
from graybook.dicom.walk import SourceFile
from graybook.dicom.write_deformable import write_deformable
from graybook.dicom.write_header import SeriesHeader
from graybook.files.transforms import read_transform, write_transform
from graybook.geometry import Affine, Displacement, Grid
from graybook.geometry.arrays import FloatArray
from phantoms import PERSON

FEW = settings(max_examples=40, deadline=None)
HEADER = SeriesHeader(
    person=PERSON, study_uid="1.2.1", series_uid="1.2.2", day=date(2026, 1, 31), frame="1.2.3"
)


@st.composite
def affines(draw: st.DrawFn) -> FloatArray:
    """A turn about any axis, a stretch of up to 20 % and a shift of up to half a metre."""
    angle = draw(st.floats(-3.0, 3.0))
    axis = np.array([draw(st.floats(-1.0, 1.0)), draw(st.floats(-1.0, 1.0)), draw(st.floats(0.5, 2.5))])
    x, y, z = axis / np.linalg.norm(axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    turn = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
    out = np.eye(4)
    out[:3, :3] = turn @ np.diag([draw(st.floats(0.8, 1.25)) for _ in range(3)])
    out[:3, 3] = [draw(st.floats(-500.0, 500.0)) for _ in range(3)]
    return out


@st.composite
def fields(draw: st.DrawFn) -> Displacement:
    """Smooth vectors whose slopes stay below one half, so that nothing folds, between two matrices."""
    nz, ny, nx = (draw(st.integers(3, 7)) for _ in range(3))
    spacing = np.array([draw(st.floats(1.0, 9.0)) for _ in range(3)])
    axes = draw(affines())[:3, :3]
    axes, _ = np.linalg.qr(axes)
    grid = Grid(
        frame="1.2.3",
        shape=(nz, ny, nx),
        origin_mm=np.array([draw(st.floats(-300.0, 300.0)) for _ in range(3)]),
        spacing_mm=spacing,
        axes=axes,
    )
    steepest = 0.08 * float(spacing.min())
    seed = draw(st.integers(0, 2**32 - 1))
    vectors = np.random.default_rng(seed).uniform(-steepest, steepest, size=(nz, ny, nx, 3))
    before, after = draw(affines()), draw(affines())
    return Displacement.from_vectors(vectors, grid, to_frame="1.2.4", before=before, after=after)


def inside(field: Displacement) -> FloatArray:
    """Points well within the grid."""
    nz, ny, nx = field.grid.shape
    places: npt.NDArray[np.float64] = np.random.default_rng(1).uniform(0.05, 0.95, size=(50, 3))
    return field.grid.points_at(places * [nx - 1, ny - 1, nz - 1])


@FEW
@given(affines())
def test_matrices_there_and_back(matrix: FloatArray) -> None:
    """The inverse of a matrix leads every point back."""
    there = Affine(from_frame="a", to_frame="b", matrix=matrix)
    points = np.random.default_rng(2).uniform(-400, 400, size=(20, 3))
    np.testing.assert_allclose(
        there.inverse().apply(there.apply(points, frame="a"), frame="b"), points, atol=1e-8
    )


@FEW
@given(fields())
def test_fields_there_and_back(field: Displacement) -> None:
    """Every point inside is found again from where it was carried; the determinant has one sign."""
    points = inside(field)
    there = field.apply(points, frame="1.2.3")
    assert np.isfinite(there).all()
    np.testing.assert_allclose(field.preimages(there, frame="1.2.4"), points, atol=0.02)
    assert field.volume_ratios(points).min() > 0


@FEW
@given(fields(), st.floats(0.01, 50.0))
def test_fields_end_where_their_grid_ends(field: Displacement, beyond_mm: float) -> None:
    """Outside the nodes nothing is carried, and carried on it is finite."""
    outside = field.grid.points_at(np.zeros((1, 3))) - beyond_mm * field.grid.axes[:, 0]
    assert np.isnan(field.apply(outside, frame="1.2.3")).all()
    assert np.isfinite(field.extrapolated(outside, frame="1.2.3")).all()


@FEW
@given(fields())
def test_fields_written_and_read(field: Displacement) -> None:
    """Through DICOM and through ITK's file the same points come out, to a hundredth of a millimetre."""
    points = inside(field)
    there = field.apply(points, frame="1.2.3")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "REG.dcm"
        write_deformable(path, header=HEADER, transform=field)
        data = path.read_bytes()
        write_transform(field, Path(folder) / "t.h5")
        itk = read_transform(Path(folder) / "t.h5", from_frame="1.2.3", to_frame="1.2.4")
    fact = read_file(SourceFile(path="REG.dcm", open=lambda: BytesIO(data), size=len(data)))
    (one,) = fact.deformations  # type: ignore[union-attr]
    np.testing.assert_allclose(one.displacement().apply(points, frame="1.2.3"), there, atol=0.01)
    np.testing.assert_allclose(itk.apply(points, frame="1.2.3"), there, atol=0.01)
