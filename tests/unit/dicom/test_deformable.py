"""A Deformable Spatial Registration leads from its own frame, undefined vectors stay so, and what cannot be used is said."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest

from graybook.dicom.reading import read_folder
from graybook.dicom.write_deformable import deformable_dataset, deformable_uid, write_deformable
from graybook.dicom.write_header import SeriesHeader
from graybook.errors import FrameMismatch, UsageError
from graybook.geometry import Displacement, Grid
from graybook.geometry.arrays import FloatArray
from graybook.progress import silent
from graybook.record.person import Identity, Person

OWN, SOURCE = "1.2.3.9", "1.2.3.8"
PRE = np.array([[0.0, -1, 0, 10], [1, 0, 0, 20], [0, 0, 1, 30], [0, 0, 0, 1]])
POST = np.array([[1.0, 0, 0, -5], [0, 0, 1, 7], [0, -1, 0, 3], [0, 0, 0, 1]])
VECTORS = np.random.default_rng(5).normal(scale=4.0, size=(3, 4, 5, 3)).astype(np.float32)
HEADER = SeriesHeader(
    person=Person(identities=(Identity(value="P1"),), name="Phantom^One"),
    study_uid="1.2.3.1",
    series_uid="1.2.3.2",
    day=date(2026, 1, 31),
    frame=OWN,
)


def grid_item(tiny: Any, **changes: Any) -> Any:
    """A grid of 5 x 4 x 3 nodes from (-10, -20, -30), every 2, 3 and 4 mm."""
    made = tiny.item(
        ImagePositionPatient=[-10, -20, -30],
        ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
        GridDimensions=[5, 4, 3],
        GridResolution=[2.0, 3.0, 4.0],
        VectorGridData=VECTORS.astype("<f4").tobytes(),
    )
    return tiny.changed(made, **changes)


def matrix_item(tiny: Any, matrix: FloatArray) -> Any:
    """A matrix before or after."""
    return tiny.item(
        FrameOfReferenceTransformationMatrixType="RIGID",
        FrameOfReferenceTransformationMatrix=matrix.ravel().tolist(),
    )


def deformed(tiny: Any, *grids: Any, source: str = SOURCE, **more: Any) -> Any:
    """A deformable registration of one item."""
    item = tiny.item(SourceFrameOfReferenceUID=source, DeformableRegistrationGridSequence=list(grids), **more)
    return tiny.made("66.3", "REG", "1.2.91", DeformableRegistrationSequence=[item])


def test_registered_into_source(tiny: Any, read: Any) -> None:
    """PS3.3 C.20.3.1.1 by hand at one node: after the first matrix comes the vector, then the second matrix."""
    made = deformed(
        tiny,
        grid_item(tiny),
        PreDeformationMatrixRegistrationSequence=[matrix_item(tiny, PRE)],
        PostDeformationMatrixRegistrationSequence=[matrix_item(tiny, POST)],
    )
    fact = read(made)
    (one,) = fact.deformations
    assert (one.from_frame, one.to_frame, fact.kind, fact.links) == (OWN, SOURCE, "DEFORMABLE", ())
    node = np.array([-10.0 + 2 * 4, -20.0 + 3 * 1, -30.0 + 4 * 2])  # i = 4, j = 1, k = 2
    turned = np.array([-node[1] + 10, node[0] + 20, node[2] + 30]) + VECTORS[2, 1, 4]
    expected = [turned[0] - 5, turned[2] + 7, -turned[1] + 3]
    found = one.displacement().apply(node[None], frame=OWN)
    np.testing.assert_allclose(found[0], expected, atol=1e-5)
    assert fact.header.findings == ()


def test_the_first_index_is_the_fastest(tiny: Any, read: Any) -> None:
    """The second vector in the file is the neighbour along the row, here along patient y."""
    item = grid_item(tiny, ImageOrientationPatient=[0, 1, 0, 0, 0, 1])
    (one,) = read(deformed(tiny, item)).deformations
    second, plane = np.array([-10.0, -20.0 + 2.0, -30.0]), np.array([-10.0 + 4.0, -20.0, -30.0])
    moved = one.displacement().apply(np.array([second, plane]), frame=OWN)
    np.testing.assert_allclose(moved[0] - second, VECTORS[0, 0, 1], atol=1e-5)
    np.testing.assert_allclose(moved[1] - plane, VECTORS[1, 0, 0], atol=1e-5)


def test_matrices_without_a_grid(tiny: Any, read: Any) -> None:
    """An item without a grid leads from the object's frame too: against the direction of a Spatial Registration."""
    made = deformed(tiny, grid_item(tiny), PreDeformationMatrixRegistrationSequence=[matrix_item(tiny, PRE)])
    item = tiny.item(
        SourceFrameOfReferenceUID="1.2.3.7",
        DeformableRegistrationGridSequence=[],
        PostDeformationMatrixRegistrationSequence=[matrix_item(tiny, POST)],
    )
    made.DeformableRegistrationSequence.append(item)
    fact = read(made)
    ((start, end, matrix),) = fact.links
    assert (start, end) == (OWN, "1.2.3.7")
    np.testing.assert_allclose(matrix, POST)
    assert fact.joined == ((OWN, "1.2.3.7"), (OWN, SOURCE))


def test_undefined_is_not_zero(tiny: Any, read: Any) -> None:
    """A vector of three NaN is undefined; one of a single NaN is too, and said."""
    holes = VECTORS.copy()
    holes[0, 0, 0] = np.nan
    (one,) = read(deformed(tiny, grid_item(tiny, VectorGridData=holes.tobytes()))).deformations
    assert np.isnan(one.displacement().apply(np.array([[-10.0, -20.0, -30.0]]), frame=OWN)).all()
    holes[1, 1, 1, 2] = np.nan
    fact = read(deformed(tiny, grid_item(tiny, VectorGridData=holes.tobytes())))
    assert [finding.code for finding in fact.header.findings] == ["registration_vectors_partial"]
    assert np.count_nonzero(~fact.deformations[0].displacement().defined) == 2


FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"VectorGridData": VECTORS.tobytes()[:-12]}, "registration_grid_size", "VectorGridData (0064,0009)"),
    ({"GridDimensions": [5, 4, 4]}, "registration_grid_size", "VectorGridData (0064,0009)"),
    ({"VectorGridData": None}, "registration_grid_missing", "VectorGridData (0064,0009)"),
    ({"GridDimensions": None}, "registration_grid_missing", "GridDimensions (0064,0007)"),
    ({"GridDimensions": [5, 4, 0]}, "registration_grid_unusable", "GridDimensions (0064,0007)"),
    ({"GridResolution": None}, "registration_grid_missing", "GridResolution (0064,0008)"),
    ({"GridResolution": [2.0, 0.0, 4.0]}, "registration_grid_unusable", "GridResolution (0064,0008)"),
    ({"GridResolution": [2.0, 3.0]}, "registration_grid_unusable", "GridResolution (0064,0008)"),
    ({"ImagePositionPatient": None}, "registration_grid_missing", "ImagePositionPatient (0020,0032)"),
    (
        {"ImageOrientationPatient": [1, 0, 0, 1, 0, 0]},
        "registration_grid_unusable",
        "ImageOrientationPatient (0020,0037)",
    ),
    (
        {"VectorGridData": np.full(180, np.nan, dtype="<f4").tobytes()},
        "registration_grid_unusable",
        "VectorGridData (0064,0009)",
    ),
    (
        {"VectorGridData": VECTORS.astype(">f4").tobytes()},
        "registration_grid_unusable",
        "VectorGridData (0064,0009)",
    ),
    (
        {"VectorGridData": np.full(180, np.inf, dtype="<f4").tobytes()},
        "registration_grid_unusable",
        "VectorGridData (0064,0009)",
    ),
]


@pytest.mark.parametrize(("changes", "code", "attribute"), FAULTS)
def test_grids_that_cannot_be_used(
    tiny: Any, read: Any, changes: dict[str, Any], code: str, attribute: str
) -> None:
    """What is missing, impossible or of another size is refused, naming the file and the attribute."""
    finding = read(deformed(tiny, grid_item(tiny, **changes))).reason
    assert (finding.code, finding.params["attribute"]) == (code, attribute)
    assert finding.params["file"] == "a.dcm"


def test_registrations_that_link_nothing(tiny: Any, read: Any) -> None:
    """No items, no source, one frame only, or a mirror: not used, with the reason."""
    assert read(tiny.made("66.3", "REG", "1.2.92")).reason.code == "registration_without_links"
    assert read(deformed(tiny, grid_item(tiny), source="")).reason.code == "registration_without_links"
    assert read(deformed(tiny, grid_item(tiny), source=OWN)).reason.code == "registration_within_frame"
    mirror = [matrix_item(tiny, np.diag([-1.0, 1, 1, 1]))]
    made = deformed(tiny, grid_item(tiny), PreDeformationMatrixRegistrationSequence=mirror)
    assert read(made).reason.code == "registration_matrix_improper"
    unframed = tiny.changed(deformed(tiny, grid_item(tiny)), FrameOfReferenceUID=None)
    assert read(unframed).reason.code == "registration_without_frame"


def field(**changed: Any) -> Displacement:
    """A displacement with both matrices and a hole."""
    values = {
        "frame": OWN,
        "shape": (3, 4, 5),
        "origin_mm": [-10.0, -20.0, -30.0],
        "spacing_mm": [2.0, 3.0, 4.0],
        "axes": PRE[:3, :3],
    }
    vectors = VECTORS.copy()
    vectors[2, 3, 4] = np.nan
    return Displacement.from_vectors(
        vectors, Grid(**{**values, **changed}), to_frame=SOURCE, before=PRE, after=POST
    )


HANDS = {"right": PRE[:3, :3], "left": PRE[:3, :3] * [1, 1, -1]}


@pytest.mark.parametrize("hand", HANDS)
def test_written_and_read_again(tmp_path: Path, hand: str) -> None:
    """What is written is read as the same map, holes included, whichever way the planes follow each other."""
    made = field(axes=HANDS[hand])
    uid = write_deformable(tmp_path / "d" / "REG.dcm", header=HEADER, transform=made)
    (fact,) = read_folder(tmp_path, silent)
    (one,) = fact.deformations  # type: ignore[union-attr]
    points = made.grid.points_at(np.random.default_rng(1).uniform(0, [4, 3, 2], size=(400, 3)))
    np.testing.assert_allclose(
        one.displacement().apply(points, frame=OWN), made.apply(points, frame=OWN), atol=1e-4
    )
    assert fact.header is not None
    assert uid == fact.header.sop_instance_uid == deformable_uid(made, HEADER.series_uid)


def test_the_same_field_gives_the_same_file(tmp_path: Path) -> None:
    """Bytes and UID depend on the content alone."""
    for name in ("a.dcm", "b.dcm"):
        write_deformable(tmp_path / name, header=HEADER, transform=field())
    assert (tmp_path / "a.dcm").read_bytes() == (tmp_path / "b.dcm").read_bytes()
    assert deformable_uid(field()) != deformable_uid(field(origin_mm=[-10.0, -20.0, -31.0]))


@pytest.mark.rule(8)
def test_the_other_direction_is_refused() -> None:
    """A field that leads to the header's frame, instead of from it, is not written."""
    with pytest.raises(FrameMismatch):
        deformable_dataset(HEADER, transform=field(frame="1.2.3.7"))


def test_grids_that_dicom_cannot_say() -> None:
    """Uneven or leaning planes are to be sampled first."""
    with pytest.raises(UsageError):
        deformable_dataset(HEADER, transform=field(planes_mm=np.array([0.0, 4.0, 9.0])))
    leaning = np.column_stack([[1.0, 0, 0], [0, 1.0, 0], [0, -np.sin(0.2), np.cos(0.2)]])
    with pytest.raises(UsageError):
        deformable_dataset(HEADER, transform=field(axes=leaning))


def test_implicit_syntax_is_read(tmp_path: Path, read: Any) -> None:
    """The vectors are found in a file without value representations, and in one of big-endian bytes."""
    write_deformable(tmp_path / "REG.dcm", header=HEADER, transform=field())
    points = field().grid.centres()[:20]
    for implicit, syntax in ((True, "1.2.840.10008.1.2"), (False, "1.2.840.10008.1.2.2")):
        dataset = pydicom.dcmread(tmp_path / "REG.dcm")
        item = dataset.DeformableRegistrationSequence[0].DeformableRegistrationGridSequence[0]
        if not implicit:
            item.VectorGridData = np.frombuffer(item.VectorGridData, dtype="<f4").astype(">f4").tobytes()
        dataset.file_meta.TransferSyntaxUID = syntax
        pydicom.dcmwrite(
            tmp_path / "other.dcm", dataset, implicit_vr=implicit, little_endian=implicit, force_encoding=True
        )
        (one,) = read((tmp_path / "other.dcm").read_bytes()).deformations
        np.testing.assert_allclose(
            one.displacement().apply(points, frame=OWN), field().apply(points, frame=OWN), atol=1e-4
        )
