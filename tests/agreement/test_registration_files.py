"""Registration files: what Graybook writes moves points alike in other programs, and what they write moves points alike here.

dciodvfy (dicom3tools), dcm2json (DCMTK), plastimatch and SimpleITK. All cases are asymmetric: a transform taken in the wrong
direction lands millimetres away, and that it does is tested too.
"""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk

from graybook.dicom.facts import RegistrationFacts
from graybook.dicom.marks import uid_from
from graybook.dicom.reading import read_folder
from graybook.dicom.write_deformable import write_deformable
from graybook.dicom.write_header import SeriesHeader
from graybook.dicom.write_registration import WrittenImages, write_registration
from graybook.errors import FrameMismatch
from graybook.files.transforms import read_displacement_field, write_displacement_field, write_transform
from graybook.geometry import Affine, Displacement, Grid
from graybook.geometry.arrays import FloatArray
from graybook.progress import silent
from phantoms import PERSON

PACKAGES = {
    "dciodvfy": "dicom3tools",
    "dcm2json": "dcmtk",
    "dcmdump": "dcmtk",
    "plastimatch": "plastimatch",
}
TODAY, THEN = uid_from("frame", "today"), uid_from("frame", "then")
CLOSE_MM = 0.01
FAR_MM = 3.0
"""By how much any of these cases misses when it is taken in the wrong direction, at least."""

TURN = np.array([[np.cos(0.2), -np.sin(0.2), 0], [np.sin(0.2), np.cos(0.2), 0], [0, 0, 1]])
TILT = np.array([[1, 0, 0], [0, np.cos(0.1), -np.sin(0.1)], [0, np.sin(0.1), np.cos(0.1)]])


def run(program: str, *arguments: object, cwd: Path | None = None) -> str:
    """Output of a program, both streams; skips with the Debian package that holds it."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed: Debian package {PACKAGES[program]}")
    done = subprocess.run(
        [program, *map(str, arguments)],
        capture_output=True,
        check=False,
        encoding="utf-8",
        errors="replace",
        cwd=cwd,
    )
    assert done.returncode == 0 or program == "dciodvfy", done.stderr
    return done.stdout + done.stderr


def matrix(linear: FloatArray, shift: list[float]) -> FloatArray:
    """4x4 of a linear part and a shift."""
    out = np.eye(4)
    out[:3, :3], out[:3, 3] = linear, shift
    return out


RIGID = matrix(TURN @ TILT, [17.0, -9.0, 30.0])
AFFINE = matrix(TURN @ np.diag([1.05, 0.95, 1.02]), [-6.0, 12.0, 8.0])


def grid(**changed: Any) -> Grid:
    """A grid of today's frame: no two axes alike."""
    values: dict[str, Any] = {
        "frame": TODAY,
        "shape": (9, 11, 13),
        "origin_mm": [-28.0, -21.0, -35.0],
        "spacing_mm": [4.0, 5.0, 6.0],
        "axes": np.eye(3),
    }
    return Grid(**{**values, **changed})


def field(on: Grid, **matrices: FloatArray) -> Displacement:
    """Smooth vectors of up to 14 mm that are nowhere like their opposite, with a hole at one corner."""
    nz, ny, nx = on.shape
    k, j, i = np.mgrid[:nz, :ny, :nx]
    vectors = np.stack(
        [8 + 4 * np.sin(i / 4 + k / 5), -5 + 3 * np.cos(j / 3), 6 - 3 * np.sin(k / 3 + j / 6)], axis=-1
    )
    vectors[:2, :2, :2] = np.nan
    return Displacement.from_vectors(vectors, on, to_frame=THEN, **matrices)


FIELDS = {
    "plain": field(grid()),
    "turned": field(grid(axes=TURN @ TILT)),
    "left-handed": field(grid(axes=TURN * [1, 1, -1])),
    "between matrices": field(grid(axes=TILT), before=RIGID, after=AFFINE),
}


def inside(transform: Displacement, count: int = 200) -> FloatArray:
    """Points of today where the field is defined."""
    nz, ny, nx = transform.grid.shape
    indices = np.random.default_rng(7).uniform(0, [nx - 1, ny - 1, nz - 1], size=(count, 3))
    points = transform.grid.points_at(indices)
    known = np.isfinite(transform.apply(points, frame=TODAY)).all(axis=1)
    assert known.mean() > 0.9
    return np.asarray(points[known])


def apart_mm(a: FloatArray, b: FloatArray) -> float:
    """The largest distance between points and points."""
    return float(np.linalg.norm(a - b, axis=1).max())


def carried(transform: sitk.Transform, points: FloatArray) -> FloatArray:
    """Where SimpleITK carries points."""
    return np.array([transform.TransformPoint(point.tolist()) for point in points])


def header(frame: str) -> SeriesHeader:
    """Where a registration is written."""
    return SeriesHeader(
        person=PERSON,
        study_uid=uid_from("study", frame),
        series_uid=uid_from("series", frame),
        day=date(2026, 1, 31),
        frame=frame,
    )


def images(name: str) -> WrittenImages:
    """Three slices that a registration refers to."""
    slices = [uid_from("slice", name, str(number)) for number in range(3)]
    return WrittenImages(uid_from("study", name), uid_from("images", name), slices)


def said(folder: Path) -> RegistrationFacts:
    """The one registration of a folder, as Graybook reads it."""
    (fact,) = read_folder(folder, silent)
    assert isinstance(fact, RegistrationFacts), fact
    return fact


def in_json(path: Path) -> dict[str, Any]:
    """A DICOM file as DCMTK reads it."""
    found: dict[str, Any] = json.loads(run("dcm2json", path))
    return found


def values(item: dict[str, Any], tag: str) -> Any:
    """What an attribute holds in DICOM's JSON."""
    return item[tag].get("Value", [])


def itk_matrix(numbers: list[float]) -> sitk.AffineTransform:
    """Sixteen numbers, row by row, as an ITK transform."""
    rows = np.array(numbers, dtype=float).reshape(4, 4)
    made = sitk.AffineTransform(3)
    made.SetMatrix(rows[:3, :3].ravel().tolist())
    made.SetTranslation(rows[:3, 3].tolist())
    return made


def deformation_by_the_standard(found: dict[str, Any], points: FloatArray) -> FloatArray:
    """Points by PS3.3 C.20.3.1.1 from what DCMTK reads, the vectors interpolated by SimpleITK."""
    item = values(found, "00640002")[-1]
    lattice = values(item, "00640005")[0]
    nx, ny, nz = values(lattice, "00640007")
    row, column = np.array(values(lattice, "00200037"), dtype=float).reshape(2, 3)
    vectors = np.frombuffer(base64.b64decode(lattice["00640009"]["InlineBinary"]), dtype="<f4")
    image = sitk.GetImageFromArray(vectors.reshape(nz, ny, nx, 3).astype(float), isVector=True)
    image.SetOrigin([float(number) for number in values(lattice, "00200032")])
    image.SetSpacing([float(number) for number in values(lattice, "00640008")])
    image.SetDirection(np.column_stack([row, column, np.cross(row, column)]).ravel().tolist())
    shifts = carried(sitk.DisplacementFieldTransform(image), points) - points
    before = itk_matrix(values(values(item, "0064000F")[0], "300600C6"))
    after = itk_matrix(values(values(item, "00640010")[0], "300600C6"))
    return carried(after, carried(before, points) + shifts)


@pytest.mark.parametrize("name", FIELDS)
def test_a_written_deformation_means_the_same_elsewhere(tmp_path: Path, name: str) -> None:
    """DCMTK reads the file, SimpleITK moves the points by the standard's equation: within 0.01 mm of Graybook's."""
    made = FIELDS[name]
    path = tmp_path / "REG.dcm"
    write_deformable(path, header=header(TODAY), transform=made)
    points = inside(made)
    there = made.apply(points, frame=TODAY)
    found = in_json(path)
    assert values(found, "00200052") == [TODAY]
    assert values(values(found, "00640002")[-1], "00640003") == [THEN]
    assert apart_mm(deformation_by_the_standard(found, points), there) < CLOSE_MM
    (one,) = said(tmp_path).deformations
    assert apart_mm(one.displacement().apply(points, frame=TODAY), there) < CLOSE_MM


@pytest.mark.parametrize("kind", ["rigid", "affine"])
def test_a_written_matrix_means_the_same_elsewhere(tmp_path: Path, kind: str) -> None:
    """DCMTK reads the matrix beside its frame: it carries points of that frame into the object's own (PS3.3 C.20.2)."""
    there_to_here = Affine(from_frame=THEN, to_frame=TODAY, matrix={"rigid": RIGID, "affine": AFFINE}[kind])
    path = tmp_path / "REG.dcm"
    write_registration(path, header=header(TODAY), uid=uid_from(kind), transform=there_to_here)
    found = in_json(path)
    assert values(found, "00200052") == [TODAY]
    (item,) = (one for one in values(found, "00700308") if values(one, "00200052") == [THEN])
    numbers = values(values(values(item, "00700309")[0], "0070030A")[0], "300600C6")
    points = np.random.default_rng(3).normal(scale=150.0, size=(50, 3))
    there = there_to_here.apply(points, frame=THEN)
    assert apart_mm(carried(itk_matrix(numbers), points), there) < CLOSE_MM
    ((start, end, read),) = said(tmp_path).links
    assert (start, end) == (THEN, TODAY)
    assert (
        apart_mm(Affine(from_frame=start, to_frame=end, matrix=read).apply(points, frame=THEN), there)
        < CLOSE_MM
    )


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("referring", [False, True])
def test_dciodvfy_finds_no_error(tmp_path: Path, name: str, referring: bool) -> None:
    """dciodvfy reports no Error in deformations and matrices, with and without the images they were made from."""
    refer = {"registered_images": images("now"), "source_images": images("past")} if referring else {}
    write_deformable(tmp_path / "D.dcm", header=header(TODAY), transform=FIELDS[name], **refer)
    matrices = Affine(from_frame=THEN, to_frame=TODAY, matrix=AFFINE)
    write_registration(
        tmp_path / "M.dcm", header=header(TODAY), uid=uid_from("m"), transform=matrices, **refer
    )
    for path in (tmp_path / "D.dcm", tmp_path / "M.dcm"):
        lines = run("dciodvfy", path).splitlines()
        assert lines
        assert [line for line in lines if line.startswith("Error")] == []


def frame_image(path: Path, on: Grid) -> None:
    """An image on a grid, for programs that want one."""
    image = sitk.GetImageFromArray(np.arange(np.prod(on.shape), dtype=np.int16).reshape(on.shape))
    image.SetOrigin(on.origin_mm.tolist())
    image.SetSpacing(on.spacing_mm.tolist())
    sitk.WriteImage(image, str(path))


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fixed and a moving CT, as plastimatch writes them."""
    place = tmp_path_factory.mktemp("plastimatch")
    for name, origin in (("fixed", [-28.0, -21.0, -35.0]), ("moving", [-40.0, -30.0, -20.0])):
        frame_image(place / f"{name}.mha", grid(origin_mm=origin))
        run("plastimatch", "convert", "--input", place / f"{name}.mha", "--output-dicom", place / name)
    return place


def as_plastimatch_writes(folders: Path, transform: Path, out: Path) -> RegistrationFacts:
    """A transform of ITK's, from fixed to moving, as plastimatch keeps it in DICOM."""
    run(
        "plastimatch", "xf-convert", "--input", transform, "--output-dicom", out,
        "--fixed-rcs", folders / "fixed", "--moving-rcs", folders / "moving",
    )  # fmt: skip
    return said(out)


def test_a_deformation_of_plastimatch(folders: Path, tmp_path: Path) -> None:
    """A vector field of ITK's, which leads from fixed to moving, comes back from plastimatch's DICOM file as the same map."""
    vectors = np.nan_to_num(FIELDS["plain"].vectors_mm, nan=2.0)
    made = Displacement.from_vectors(vectors, grid(), to_frame=THEN)
    write_displacement_field(made, None, tmp_path / "field.mha")
    fact = as_plastimatch_writes(folders, tmp_path / "field.mha", tmp_path / "dicom")
    (one,) = fact.deformations
    points = inside(made)
    there = one.displacement().apply(points, frame=fact.header.frame)
    itk = sitk.DisplacementFieldTransform(
        sitk.Cast(sitk.ReadImage(str(tmp_path / "field.mha")), sitk.sitkVectorFloat64)
    )
    assert apart_mm(there, carried(itk, points)) < CLOSE_MM
    assert one.from_frame == fact.header.frame


def test_a_matrix_of_plastimatch(folders: Path, tmp_path: Path) -> None:
    """A rigid transform of ITK's, which leads from fixed to moving: plastimatch's matrix leads from moving to fixed."""
    itk = sitk.VersorRigid3DTransform((0.2, 0.5, 0.8), 0.15, (17.0, -9.0, 30.0), (5.0, 6.0, 7.0))
    sitk.WriteTransform(itk, str(tmp_path / "rigid.tfm"))
    ((start, end, read),) = as_plastimatch_writes(folders, tmp_path / "rigid.tfm", tmp_path / "dicom").links
    points = np.random.default_rng(3).normal(scale=100.0, size=(50, 3))
    back = Affine(from_frame=start, to_frame=end, matrix=read).inverse()
    assert apart_mm(back.apply(points, frame=end), carried(itk, points)) < CLOSE_MM
    assert apart_mm(back.inverse().apply(points, frame=start), carried(itk, points)) > FAR_MM


def test_plastimatch_reads_our_itk_files(tmp_path: Path) -> None:
    """A matrix written as .tfm, sampled by plastimatch as vectors, carries points as Graybook carries them."""
    frame_image(tmp_path / "fixed.mha", grid())
    made = Affine(from_frame=TODAY, to_frame=THEN, matrix=RIGID)
    write_transform(made, tmp_path / "rigid.tfm")
    run(
        "plastimatch", "xf-convert", "--input", tmp_path / "rigid.tfm", "--output", tmp_path / "vf.mha",
        "--output-type", "vf", "--fixed", tmp_path / "fixed.mha",
    )  # fmt: skip
    found = read_displacement_field(tmp_path / "vf.mha", from_frame=TODAY, to_frame=THEN)
    points = inside(FIELDS["plain"])
    assert apart_mm(found.apply(points, frame=TODAY), made.apply(points, frame=TODAY)) < CLOSE_MM


def test_plastimatch_moves_points_by_our_field(tmp_path: Path) -> None:
    """plastimatch warps a list of points (RAS) at the nodes of a written field to where Graybook carries them."""
    made = Displacement.from_vectors(
        np.nan_to_num(FIELDS["plain"].vectors_mm, nan=2.0), grid(), to_frame=THEN
    )
    write_displacement_field(made, None, tmp_path / "vf.mha")
    indices = np.array([[2.0, 3, 4], [11, 2, 7], [6, 9, 1]])
    points = made.grid.points_at(indices)
    lines = [f"p{number},{-x},{-y},{z},0,0,0,1,1,1,0,P,," for number, (x, y, z) in enumerate(points)]
    heading = "# Markups fiducial file version = 4.6\n# CoordinateSystem = 0\n"
    columns = "# columns = id,x,y,z,ow,ox,oy,oz,vis,sel,lock,label,desc,associatedNodeID\n"
    (tmp_path / "points.fcsv").write_text(heading + columns + "\n".join(lines) + "\n")
    run(
        "plastimatch", "warp", "--input", tmp_path / "points.fcsv", "--xf", tmp_path / "vf.mha",
        "--output-pointset", tmp_path / "out.fcsv",
    )  # fmt: skip
    rows = [line.split(",") for line in (tmp_path / "out.fcsv").read_text().splitlines() if line[0] != "#"]
    moved = np.array([[-float(row[1]), -float(row[2]), float(row[3])] for row in rows])
    assert apart_mm(moved, made.apply(points, frame=TODAY)) < CLOSE_MM


@pytest.mark.rule(8)
@pytest.mark.parametrize("name", FIELDS)
def test_the_wrong_direction_is_seen(tmp_path: Path, name: str) -> None:
    """A deformation written as its inverse, or read as a matrix would be, lands millimetres away; frames refuse both."""
    made = FIELDS[name]
    points = inside(made)
    back = made.inverse()
    with pytest.raises(FrameMismatch):
        write_deformable(tmp_path / "wrong.dcm", header=header(TODAY), transform=back)
    path = tmp_path / "REG.dcm"
    write_deformable(path, header=header(THEN), transform=back)
    (one,) = said(tmp_path).deformations
    with pytest.raises(FrameMismatch):
        one.displacement().apply(points, frame=TODAY)
    mistaken = replace(one.displacement(), grid=replace(back.grid, frame=TODAY), to_frame=THEN)
    there = mistaken.extrapolated(points, frame=TODAY)
    assert apart_mm(there, made.apply(points, frame=TODAY)) > FAR_MM
    right = one.displacement().inverse().apply(points, frame=TODAY)
    known = np.isfinite(right).all(axis=1)
    assert known.sum() > 50
    assert apart_mm(right[known], made.apply(points, frame=TODAY)[known]) < 0.5


@pytest.mark.rule(8)
def test_the_wrong_direction_of_a_matrix_is_seen(tmp_path: Path) -> None:
    """A matrix written as its inverse lands millimetres away, and the frames refuse it."""
    made = Affine(from_frame=THEN, to_frame=TODAY, matrix=RIGID)
    with pytest.raises(FrameMismatch):
        write_registration(
            tmp_path / "wrong.dcm", header=header(TODAY), uid=uid_from("w"), transform=made.inverse()
        )
    points = np.random.default_rng(3).normal(scale=100.0, size=(50, 3))
    with pytest.raises(FrameMismatch):
        made.apply(points, frame=TODAY)
    there = made.apply(points, frame=THEN)
    assert apart_mm(made.inverse().apply(points, frame=TODAY), there) > FAR_MM
