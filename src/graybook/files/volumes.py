"""Volumes: an image file of ITK's formats comes in; its grid in a frame of its own, and its voxels, go out."""

from __future__ import annotations

import gzip
import hashlib
import struct
import uuid
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from graybook.errors import InputError, UnreadableFile, UsageError
from graybook.geometry import Grid
from graybook.geometry.arrays import BoolArray

__all__ = [
    "NIFTI",
    "SUFFIXES",
    "PlainVolume",
    "grid_of",
    "read_image",
    "read_mask",
    "read_volume",
    "said",
    "with_suffix",
]

SUFFIXES = (".mha", ".mhd", ".nii", ".nii.gz", ".nrrd")
"""Formats read: MetaImage, NIfTI and NRRD. Points are LPS in mm, as ITK gives them whatever the format keeps."""

NIFTI = (".nii", ".nii.gz")
FLOATS = {16: 4, 64: 8}
"""Bytes of a voxel of the NIfTI types that can be other than a number."""
PIECE = 8 << 20
"""Bytes looked at at once."""

SAME_MM = 1e-3
"""How far the grid of a mask may lie from that of its image. [mm]"""


@dataclass(frozen=True, kw_only=True, eq=False)
class PlainVolume:
    """An image that is no DICOM: nobody gave its frame a name, so it is named by what the file holds.

    Parameters
    ----------
    grid
        Where the voxels lie; its frame is a UID derived from voxels and geometry.
    values
        float32, zyx.
    """

    grid: Grid
    values: npt.NDArray[np.float32]


def with_suffix(path: Path, suffixes: tuple[str, ...], what: str) -> str:
    """The suffix of a file among those known; an :class:`UsageError` names them."""
    found = next((one for one in suffixes if path.name.lower().endswith(one)), None)
    if found is None:
        raise UsageError(
            f"{path.name}: {what} cannot be kept in a file of this name.",
            value=path.suffix,
            remedy=f"Use one of {', '.join(suffixes)}.",
        )
    return found


def read_image(path: Path, suffixes: tuple[str, ...] = SUFFIXES) -> sitk.Image:
    """An image of three dimensions, as SimpleITK reads it.

    Raises
    ------
    graybook.errors.UsageError
        No such file, or not of a format that is read.
    graybook.errors.UnreadableFile
        Its bytes are not what its name says.
    graybook.errors.InputError
        Not of three dimensions.
    """
    suffix = with_suffix(path, suffixes, "an image")
    if not path.is_file():
        raise UsageError("There is no such file.", value=path.name, remedy="Give an image that exists.")
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    try:
        if suffix in NIFTI:
            _refuse_lost_numbers(path)
        image = sitk.ReadImage(str(path))
    except (RuntimeError, OSError, EOFError, zlib.error) as error:
        raise UnreadableFile(
            f"{path.name}: the image cannot be read.",
            value=said(error, path),
            remedy="Write it again; the data file of a .mhd stands beside it.",
        ) from error
    if image.GetDimension() != 3:
        raise InputError(
            f"{path.name}: an image of three dimensions is needed.",
            value=image.GetSize(),
            remedy="Write one volume of it as a file of its own.",
        )
    return image


def said(error: Exception, path: Path) -> str:
    """What ITK says of a file, without the places in its own source and without folders."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    last = lines[-1].rpartition("): ")[2] if lines else type(error).__name__
    return last.replace(str(path), path.name)


def _refuse_lost_numbers(path: Path) -> None:
    """Refuse a NIfTI file with voxels that are not finite: its readers take them for zero and say nothing.

    The header has the type of a voxel at byte 70 and where voxels begin at byte 108; it is 348 bytes long in its own byte order.
    """
    with gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb") as stream:
        header = stream.read(348)
        order = "<" if header[:4] == struct.pack("<i", 348) else ">"
        if len(header) < 348 or struct.unpack(order + "i", header[:4])[0] != 348:
            return  # not NIfTI-1: ITK says what it is
        (kind,) = struct.unpack(order + "h", header[70:72])
        (begin,) = struct.unpack(order + "f", header[108:112])
        if kind not in FLOATS:
            return
        stream.seek(int(begin))
        lost = 0
        while piece := stream.read(PIECE):
            whole = piece[: len(piece) - len(piece) % FLOATS[kind]]
            lost += int(np.count_nonzero(~np.isfinite(np.frombuffer(whole, dtype=f"{order}f{FLOATS[kind]}"))))
    if lost:
        raise InputError(
            f"{path.name}: it holds numbers that are not finite, which NIfTI readers take for zero.",
            value=f"{lost} numbers",
            remedy="Give it as .mha or .nrrd, or fill them.",
        )


def grid_of(image: sitk.Image, frame: str, name: str) -> Grid:
    """Where the voxels of an image lie; ``name`` is the file's, for messages."""
    nx, ny, nz = image.GetSize()
    try:
        return Grid(
            frame=frame,
            shape=(nz, ny, nx),
            origin_mm=np.array(image.GetOrigin()),
            spacing_mm=np.array(image.GetSpacing()),
            axes=np.array(image.GetDirection()).reshape(3, 3),
        )
    except InputError as error:
        raise InputError(
            f"{name}: its geometry cannot be used. {error.what}",
            value=error.value,
            remedy="Check the spacing, the origin and the directions in its header.",
        ) from error


def read_volume(path: Path) -> PlainVolume:
    """An image of one number a voxel, with the frame that its content gives it.

    Raises
    ------
    graybook.errors.InputError
        Several numbers a voxel, or voxels that are not numbers; and as :func:`read_image`.
    """
    image = read_image(path)
    if image.GetNumberOfComponentsPerPixel() != 1:
        raise InputError(
            f"{path.name}: one number a voxel is needed.",
            value=f"{image.GetNumberOfComponentsPerPixel()} numbers",
            remedy="Give an image; a displacement field is not one.",
        )
    with np.errstate(over="ignore"):
        values = sitk.GetArrayFromImage(image).astype(np.float32)
    broken = int(np.count_nonzero(~np.isfinite(values)))
    if broken:
        raise InputError(
            f"{path.name}: some voxels are not finite numbers.",
            value=f"{broken} voxels",
            remedy="Fill them with the value of air.",
        )
    return PlainVolume(grid=grid_of(image, _frame(image, values), path.name), values=values)


def _frame(image: sitk.Image, values: npt.NDArray[np.float32]) -> str:
    """A UID derived from voxels and geometry (PS3.5 B.2): the same image has the same frame in any format."""
    digest = hashlib.sha256(np.ascontiguousarray(values, dtype="<f4").tobytes())
    for numbers in (image.GetSize(), image.GetOrigin(), image.GetSpacing(), image.GetDirection()):
        digest.update(" ".join(f"{number:.4f}" for number in numbers).replace("-0.0000", "0.0000").encode())
    return f"2.25.{uuid.UUID(bytes=digest.digest()[:16], version=5).int}"


def read_mask(path: Path, grid: Grid) -> BoolArray:
    """Where a mask is not zero; it has to lie on ``grid``, that of its image.

    Raises
    ------
    graybook.errors.InputError
        Another grid, or nothing marked; and as :func:`read_image`.
    """
    image = read_image(path)
    found = grid_of(image, grid.frame, path.name)
    corners = np.array([[0.0, 0, 0], *(np.diag(np.array(grid.shape[::-1]) - 1.0))])
    if (
        found.shape != grid.shape
        or np.abs(found.points_at(corners) - grid.points_at(corners)).max() > SAME_MM
    ):
        raise InputError(
            f"{path.name}: the mask does not lie on the grid of its image.",
            value=(found.shape, found.origin_mm.tolist(), found.spacing_mm.tolist()),
            remedy="Resample it on its image, by nearest neighbour.",
        )
    marked: BoolArray = np.asarray(sitk.GetArrayFromImage(image) != 0)
    if not marked.any():
        raise InputError(
            f"{path.name}: the mask marks no voxel.", value=0, remedy="Give a mask that is not empty."
        )
    return marked
