"""Transforms: ITK's transform files and displacement fields come in as transforms between frames; transforms go out as such files.

ITK keeps a transform as it is used to resample: it carries points of the fixed image to the moving one, in mm, LPS. That is
the direction of Graybook's transforms too, so nothing is turned round.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from graybook.errors import InputError, NotYet, UnreadableFile, UsageError
from graybook.files.volumes import NIFTI, grid_of, read_image, said, with_suffix
from graybook.files.volumes import SUFFIXES as FIELD_SUFFIXES
from graybook.geometry import Affine, Chained, Displacement, Grid
from graybook.geometry.arrays import FloatArray
from graybook.geometry.transform import Transform
from graybook.progress import Progress, silent

__all__ = [
    "FIELD_SUFFIXES",
    "TRANSFORM_SUFFIXES",
    "read_displacement_field",
    "read_transform",
    "write_displacement_field",
    "write_transform",
]

TRANSFORM_SUFFIXES = (".tfm", ".h5")
HDF5 = b"\x89HDF\r\n\x1a\n"

FAST = 1
"""Level of compression: higher ones take longer and gain nothing on vectors."""


def read_transform(path: Path, *, from_frame: str = "", to_frame: str = "") -> Transform:
    """The transform of an ITK file; it names no frames, so they are given.

    Linear ones of every kind, displacement fields and chains of these. A displacement field is not defined outside its grid:
    ITK's own programs move nothing there, which is not what anyone measured.

    Raises
    ------
    graybook.errors.NotYet
        A transform of another kind: a B-spline, say.
    graybook.errors.UnreadableFile
        Its bytes are not what its name says.
    """
    with_suffix(path, TRANSFORM_SUFFIXES, "a transform")
    if not path.is_file():
        raise UsageError("There is no such file.", value=path.name, remedy="Give a transform that exists.")
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    try:
        if path.suffix.lower() == ".h5":
            _check_whole(path)
        found = sitk.ReadTransform(str(path)).Downcast()
    except (RuntimeError, OSError, ValueError) as error:
        raise UnreadableFile(
            f"{path.name}: the transform cannot be read.",
            value=said(error, path),
            remedy="Write it again, as an ITK transform of three dimensions.",
        ) from error
    return _transform(found, from_frame, to_frame, path.name)


def _check_whole(path: Path) -> None:
    """ValueError unless the file begins as HDF5 does and is as long as it says: the library would fill the screen instead."""
    with path.open("rb") as stream:
        head = stream.read(64)
    if head[:8] != HDF5 or len(head) < 64:
        raise ValueError("not an HDF5 file")
    place = 40 if head[8] < 2 else 28  # superblock of version 0 or 1, of 2 or 3
    if int.from_bytes(head[place : place + 8], "little") > path.stat().st_size:
        raise ValueError("the file ends early")


def _transform(found: sitk.Transform, from_frame: str, to_frame: str, name: str) -> Transform:
    if found.GetDimension() != 3:
        raise InputError(
            f"{name}: a transform of three dimensions is needed.",
            value=found.GetDimension(),
            remedy="Register volumes, not slices.",
        )
    if isinstance(found, sitk.CompositeTransform):
        return _chain(found, from_frame, to_frame, name)
    if isinstance(found, sitk.DisplacementFieldTransform):
        return _displacement(found.GetDisplacementField(), from_frame, to_frame, name)
    if not found.IsLinear():
        raise NotYet(
            f"{name}: this kind of transform is not read.",
            value=found.GetName(),
            remedy="Convert it to a displacement field (SimpleITK: TransformToDisplacementField).",
        )
    try:
        return Affine(from_frame=from_frame, to_frame=to_frame, matrix=_matrix(found))
    except InputError as error:
        raise InputError(
            f"{name}: {error.what}", value=error.value, remedy="Write the transform again."
        ) from error


def _matrix(linear: sitk.Transform) -> FloatArray:
    """The 4x4 matrix of a linear transform, from where it carries four points."""
    origin = np.array(linear.TransformPoint((0.0, 0.0, 0.0)))
    matrix = np.eye(4)
    matrix[:3, 3] = origin
    for axis in range(3):
        matrix[:3, axis] = np.array(linear.TransformPoint(tuple(np.eye(3)[axis]))) - origin
    return matrix


def _chain(found: sitk.CompositeTransform, from_frame: str, to_frame: str, name: str) -> Transform:
    """The links of a composite, of which ITK applies the last one first; between two of them lies a frame without a name."""
    count = found.GetNumberOfTransforms()
    if count == 0:
        raise InputError(f"{name}: a chain without a link.", value=0, remedy="Write the transform again.")
    frames = [from_frame, *(f"{from_frame}+{place}" for place in range(1, count)), to_frame]
    links = [
        _transform(
            found.GetNthTransform(count - 1 - place).Downcast(), frames[place], frames[place + 1], name
        )
        for place in range(count)
    ]
    chain = links[0]
    for link in links[1:]:
        chain = chain.then(link)
    return chain


def _displacement(field: sitk.Image, from_frame: str, to_frame: str, name: str) -> Displacement:
    if field.GetDimension() != 3 or field.GetNumberOfComponentsPerPixel() != 3:
        raise InputError(
            f"{name}: a displacement field has three numbers a voxel, in three dimensions.",
            value=f"{field.GetNumberOfComponentsPerPixel()} numbers in {field.GetDimension()} dimensions",
            remedy="Give the displacement field, not the image.",
        )
    with np.errstate(over="ignore"):
        vectors = sitk.GetArrayFromImage(field).astype(np.float32)
    if np.isinf(vectors).any() or np.isnan(vectors).all():
        raise InputError(
            f"{name}: its vectors are not numbers.",
            value="infinite" if np.isinf(vectors).any() else "NaN everywhere",
            remedy="Write the displacement field again.",
        )
    return Displacement.from_vectors(vectors, grid_of(field, from_frame, name), to_frame=to_frame)


def read_displacement_field(path: Path, *, from_frame: str = "", to_frame: str = "") -> Displacement:
    """A displacement field kept as an image of vectors, in mm, LPS: from each voxel centre to where it is carried.

    A vector with a component that is NaN is undefined.
    """
    return _displacement(read_image(path, FIELD_SUFFIXES), from_frame, to_frame, path.name)


def write_transform(transform: Transform, path: Path) -> None:
    """Write a transform as an ITK file, .tfm (text) or .h5; a chain as a composite.

    Raises
    ------
    graybook.errors.UsageError
        A displacement with undefined vectors as .tfm, which ITK cannot read back; one on uneven or leaning planes.
    """
    suffix = with_suffix(path, TRANSFORM_SUFFIXES, "a transform")
    made = _itk(transform, suffix)
    _whole(path, suffix, lambda beside: sitk.WriteTransform(made, str(beside)))


def _itk(transform: Transform, suffix: str) -> sitk.Transform:
    if isinstance(transform, Affine):
        linear = sitk.AffineTransform(3)
        linear.SetMatrix(tuple(transform.matrix[:3, :3].ravel()))
        linear.SetTranslation(tuple(transform.matrix[:3, 3]))
        return linear
    if isinstance(transform, Displacement):
        if suffix == ".tfm" and not transform.defined.all():
            raise UsageError(
                "Text transforms cannot hold vectors that are undefined.",
                value=suffix,
                remedy="Write it as .h5, or as a displacement field.",
            )
        return sitk.DisplacementFieldTransform(sitk.Cast(_image(transform), sitk.sitkVectorFloat64))
    if isinstance(transform, Chained):
        return sitk.CompositeTransform([_itk(link, suffix) for link in reversed(transform.links)])
    raise UsageError(
        "This kind of transform has no ITK file.",
        value=type(transform).__name__,
        remedy="Sample it on a grid first (Displacement.sampled).",
    )


def _image(displacement: Displacement) -> sitk.Image:
    """The vectors as an image, matrices included: on the same nodes that is the same map."""
    grid = displacement.grid
    if grid.planes_mm is not None or not grid.is_orthonormal:
        raise UsageError(
            "A displacement field has an even grid with axes at right angles.",
            value="uneven planes" if grid.planes_mm is not None else grid.axes.tolist(),
            remedy="Sample it on such a grid first (Displacement.sampled).",
        )
    image = sitk.GetImageFromArray(displacement.plain().vectors_mm, isVector=True)
    image.SetOrigin(tuple(grid.origin_mm))
    image.SetSpacing(tuple(grid.spacing_mm))
    image.SetDirection(tuple(grid.axes.ravel()))
    return image


def write_displacement_field(
    transform: Transform, grid: Grid | None, path: Path, *, progress: Progress = silent
) -> None:
    """Write a transform as an image of vectors at the nodes of ``grid``, in the frame it leads from, in mm, LPS.

    A displacement on a grid of its own may be written as it is (``grid`` None). Where the transform is not defined the vector
    is NaN, which NIfTI cannot keep: there it is an :class:`UsageError`.
    """
    suffix = with_suffix(path, FIELD_SUFFIXES, "a displacement field")
    if grid is None:
        if not isinstance(transform, Displacement):
            raise UsageError(
                "This transform has no grid of its own.",
                value=type(transform).__name__,
                remedy="Give the grid on which the vectors are wanted.",
            )
        field = transform
    else:
        field = Displacement.sampled(transform, grid, progress=progress)
    if suffix in NIFTI and not field.defined.all():
        raise UsageError(
            "NIfTI cannot hold vectors that are undefined: its readers take them for zero.",
            value=suffix,
            remedy="Write it as .mha or .nrrd.",
        )
    image = _image(field)
    _whole(path, suffix, lambda beside: sitk.WriteImage(image, str(beside), True, FAST))


def _whole(path: Path, suffix: str, write: Callable[[Path], None]) -> None:
    """Write beside the place, then move there: nothing half-written is ever seen under the name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if suffix == ".mhd":  # its data file is named in it, and stands beside it
        write(path)
        return
    beside = path.with_name(f".{path.name}.part{suffix}")
    try:
        write(beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
