"""Sums: two linear doses on anisotropic, oblique and offset grids come in; each program's error of their sum goes out.

Trilinear interpolation of a linear dose is exact, so every difference is the program's own. The sum is asked at the first
dose's voxels that the second dose covers.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk

from graybook import __version__
from graybook.dicom.marks import uid_from
from graybook.dicom.write_header import SeriesHeader
from graybook.dicom.write_rtdose import WrittenDose, write_rtdose
from graybook.errors import FrameMismatch
from graybook.geometry import Affine, Grid, GridField, MappedField
from graybook.geometry.arrays import FloatArray
from graybook.geometry.resample import added
from graybook.record.person import Identity, Person
from validation.cases import DAY, FRAME
from validation.programs import OURS, asked
from validation.sections import Options, section, table

__all__ = ["measured"]

OTHER_FRAME = uid_from("validation", "other frame")
SLOPES = (np.array([0.10, 0.20, -0.15]), np.array([-0.05, 0.15, 0.25]))
"""Gy/mm along x, y, z of the first and the second dose."""

MIDDLE_GY = 40.0


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two grids; ``moved`` leads from the first one's frame to the second's where these differ."""

    title: str
    first: Grid
    second: Grid
    moved: Affine | None = None
    linked: bool = True
    """False: the frames differ and nothing links them, so that the sum has no meaning."""


def measured(options: Options) -> dict[str, Any]:
    """Every pair by every program."""
    pairs = _pairs()
    names = [OURS, "SimpleITK resample + add", *(["dicompyler"] if options.peers else [])]
    versions = {"graybook": __version__, "SimpleITK": version("SimpleITK")}
    others: dict[str, Any] = {}
    if options.peers:
        reply = asked("dicompyler", [_written(pair, options.work / str(k)) for k, pair in enumerate(pairs)],
                      options.work, runner="sum_dicompyler")  # fmt: skip
        others, versions = reply["answers"], versions | reply["versions"]
    rows, worst = [], 0.0
    for k, pair in enumerate(pairs):
        own = _own(pair)
        worst = max(worst, own if isinstance(own, float) else 0.0)
        found = [own, _simple_itk(pair)]
        if options.peers:
            found.append(_read(others.get(str(k), {}), pair))
        rows.append([pair.title, *(_cell(one, pair) for one in found)])
    return section(
        "Sums of doses on unlike grids",
        texts=[
            "Two linear doses; largest error of their sum at the first one's voxels, mGy. The stored doses are exact, so "
            "is trilinear interpolation between them: the error is the program's. dicompyler-core sums files that lie in different "
            "frames of reference as they stand; it has no transforms."
        ],
        tables=[table("Largest error of the sum, mGy", ["grids", *names], rows)],
        versions=versions,
        figures={"worst_mgy": 1000.0 * worst},
    )


def _grid(
    shape: tuple[int, int, int], origin: Any, spacing: Any, axes: FloatArray | None = None, frame: str = FRAME
) -> Grid:
    return Grid(
        frame=frame, shape=shape, origin_mm=np.array(origin, dtype=np.float64),
        spacing_mm=np.array(spacing, dtype=np.float64), axes=np.eye(3) if axes is None else axes,
    )  # fmt: skip


def _turn(degrees: float, axis: int) -> FloatArray:
    """A rotation about x, y or z."""
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    matrix = np.eye(3)
    a, b = (axis + 1) % 3, (axis + 2) % 3
    matrix[a, a] = matrix[b, b] = cosine
    matrix[a, b], matrix[b, a] = -sine, sine
    return matrix


def _pairs() -> list[Pair]:
    plain = _grid((31, 41, 51), (-75.0, -60.0, -45.0), (3.0, 3.0, 3.0))
    oblique = _turn(20.0, 2) @ _turn(-12.0, 0)
    matrix = np.eye(4)
    matrix[:3, :3] = _turn(7.0, 1) @ _turn(11.0, 2)
    matrix[:3, 3] = (4.0, -9.0, 6.5)
    moved = Affine(matrix=matrix, from_frame=FRAME, to_frame=OTHER_FRAME)
    other = _grid((61, 81, 91), (-90.3, -82.7, -63.1), (2.0, 2.0, 2.0), frame=OTHER_FRAME)
    return [
        Pair(
            title="offset, 3 and 2 mm",
            first=plain,
            second=_grid((51, 71, 81), (-80.7, -70.3, -51.9), (2.0,) * 3),
        ),
        Pair(
            title="pixels of 3 × 2 mm and 2 × 4 mm, slices of 5 and 2.5 mm",
            first=_grid((19, 61, 51), (-75.0, -60.0, -45.0), (3.0, 2.0, 5.0)),
            second=_grid((41, 36, 81), (-80.7, -70.3, -51.9), (2.0, 4.0, 2.5)),
        ),
        Pair(
            title="second dose oblique",
            first=plain,
            second=_grid((61, 71, 81), oblique @ np.array([-80.0, -70.0, -60.0]), (2.0, 2.0, 2.0), oblique),
        ),
        Pair(
            title="both oblique, pixels not square",
            first=_grid((31, 41, 51), oblique @ np.array([-75.0, -60.0, -45.0]), (3.0, 2.5, 3.0), oblique),
            second=_grid(
                (61, 71, 81), oblique.T @ np.array([-80.0, -70.0, -60.0]), (2.0, 2.5, 2.0), oblique.T
            ),
        ),
        Pair(title="another frame, through a rigid transform", first=plain, second=other, moved=moved),
        Pair(title="another frame, no transform", first=plain, second=other, linked=False),
    ]


def _truth(pair: Pair, k: int, points: FloatArray) -> FloatArray:
    """The k-th dose at points of the first frame. [Gy]"""
    if k == 1 and pair.moved is not None:
        points = points @ pair.moved.matrix[:3, :3].T + pair.moved.matrix[:3, 3]
    return np.asarray(MIDDLE_GY + points @ SLOPES[k])


def _values(grid: Grid, k: int) -> FloatArray:
    return np.asarray((MIDDLE_GY + grid.centres() @ SLOPES[k]).reshape(grid.shape))


def _error(pair: Pair, total: FloatArray) -> float:
    """Largest error at the voxels that the second dose covers. [Gy]"""
    points = pair.first.centres()
    there = points
    if pair.moved is not None:
        there = points @ pair.moved.matrix[:3, :3].T + pair.moved.matrix[:3, 3]
    index = pair.second.indices_of(there)
    last = np.array(pair.second.shape[::-1]) - 1
    covered = np.all((index >= 0.01) & (index <= last - 0.01), axis=1)
    truth = _truth(pair, 0, points) + _truth(pair, 1, points)
    return float(np.abs(total.ravel() - truth)[covered].max())


def _own(pair: Pair) -> float | str:
    first, second = (
        GridField(grid=grid, values=_values(grid, k)) for k, grid in enumerate((pair.first, pair.second))
    )
    try:
        there = second if pair.moved is None else MappedField(field=second, transform=pair.moved)
        return _error(pair, added([first, there], pair.first))
    except FrameMismatch:
        return "refused"


def _simple_itk(pair: Pair) -> float | str:
    if not pair.linked:
        return "knows no frames"
    images = []
    for k, grid in enumerate((pair.first, pair.second)):
        image = sitk.GetImageFromArray(_values(grid, k))
        image.SetOrigin(grid.origin_mm.tolist())
        image.SetSpacing(grid.spacing_mm.tolist())
        image.SetDirection(grid.axes.ravel().tolist())
        images.append(image)
    transform = sitk.AffineTransform(3)
    if pair.moved is not None:
        transform.SetMatrix(pair.moved.matrix[:3, :3].ravel().tolist())
        transform.SetTranslation(pair.moved.matrix[:3, 3].tolist())
    carried = sitk.Resample(images[1], images[0], transform, sitk.sitkLinear, 0.0)
    return _error(pair, sitk.GetArrayFromImage(images[0] + carried))


def _written(pair: Pair, home: Path) -> dict[str, Any]:
    """Both doses as files. The voxels are stored with 32 bits: to 2e-8 Gy."""
    home.mkdir(parents=True, exist_ok=True)
    person = Person(identities=(Identity(value="PHANTOM", issuer="validation"),), name="Phantom^Closed forms")
    paths = []
    for k, grid in enumerate((pair.first, pair.second)):
        uid = uid_from("sum", pair.title, str(k))
        header = SeriesHeader(
            person=person,
            study_uid=uid_from("validation", "study"),
            series_uid=uid,
            day=DAY,
            frame=grid.frame,
        )
        paths.append(home / f"{k}.dcm")
        write_rtdose(
            paths[-1],
            header=header,
            dose=WrittenDose(uid=uid, grid=grid, values_gy=_values(grid, k), bits=32),
        )
    return {
        "name": home.name,
        "first": str(paths[0]),
        "second": str(paths[1]),
        "sum": str(home / "sum.npy"),
        "rois": {},
    }


def _read(answer: dict[str, Any], pair: Pair) -> float | str:
    """dicompyler-core's answer."""
    if "failed" in answer:
        return str(answer["failed"]).split(":")[0]
    if "sum" not in answer:
        return "failed: no answer"
    return _error(pair, np.load(answer["sum"]))


def _cell(found: float | str, pair: Pair) -> str:
    if isinstance(found, str):
        return found
    if not pair.linked:
        return "summed in silence"
    return f"{1000.0 * found:.0f}" if found > 0.01 else f"{1000.0 * found:.3f}"
