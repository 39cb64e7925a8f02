"""Written deformable: a displacement between two named frames comes in, a Deformable Spatial Registration goes out."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.uid import DeformableSpatialRegistrationStorage

from graybook.dicom.marks import uid_from
from graybook.dicom.write_header import SeriesHeader, decimals, header_dataset, reference, save
from graybook.dicom.write_registration import WrittenImages, add_content, add_references
from graybook.errors import FrameMismatch, UsageError
from graybook.geometry.arrays import FloatArray
from graybook.geometry.displacement import Displacement
from graybook.geometry.grid import Grid
from graybook.geometry.transform import Affine

__all__ = ["deformable_dataset", "deformable_uid", "write_deformable"]

MOST_BYTES = 0xFFFFFFFE
"""The longest value an element of DICOM can have. [byte]"""


def deformable_uid(transform: Displacement, *parts: str) -> str:
    """A SOP Instance UID derived from what is written: the same field under the same ``parts`` has the same."""
    digest = hashlib.sha256()
    for values in (transform.vectors_mm, transform.before, transform.after):
        digest.update(np.ascontiguousarray(values).tobytes())
    for values in (transform.grid.origin_mm, transform.grid.spacing_mm, transform.grid.axes):
        digest.update(np.ascontiguousarray(values).tobytes())
    frames = (transform.from_frame, transform.to_frame)
    return uid_from("deformable registration", *parts, *frames, digest.hexdigest())


def deformable_dataset(
    header: SeriesHeader,
    *,
    transform: Displacement,
    uid: str = "",
    registered_images: WrittenImages | None = None,
    source_images: WrittenImages | None = None,
    label: str = "REGISTRATION",
    description: str = "",
) -> Dataset:
    """A Deformable Spatial Registration (PS3.3 A.39.2).

    PS3.3 C.20.3: a point of the object's own frame (registered) is carried into the frame of an item (source). So ``transform``
    leads **from** the header's frame, the other way than a matrix of a Spatial Registration.

    Parameters
    ----------
    header
        Person, study, series; its frame is the registered one.
    transform
        From the registered frame to the source frame, on an even grid with axes at right angles.
    uid
        SOP Instance UID; derived from the content when empty.
    registered_images, source_images
        The image series that were matched.
    """
    if transform.from_frame != header.frame:
        raise FrameMismatch(
            f"A deformable registration written in frame {header.frame} must lead from that frame.",
            value=transform.from_frame,
            remedy="Use the inverse transform or the other frame's header.",
        )
    grid, vectors = _right_handed(transform)
    ds = header_dataset(
        header,
        sop_class=DeformableSpatialRegistrationStorage,
        uid=uid or deformable_uid(transform, header.series_uid),
        modality="REG",
    )
    ds.DeviceSerialNumber = header.software
    add_content(ds, header, label=label, description=description)
    own = [_item(header.frame, registered_images)] if registered_images else []
    item = _item(transform.to_frame, source_images)
    item.PreDeformationMatrixRegistrationSequence = [_matrix(transform.before)]
    item.PostDeformationMatrixRegistrationSequence = [_matrix(transform.after)]
    item.DeformableRegistrationGridSequence = [_grid(grid, vectors)]
    ds.DeformableRegistrationSequence = [*own, item]
    add_references(ds, header.study_uid, [images for images in (registered_images, source_images) if images])
    return ds


def _right_handed(transform: Displacement) -> tuple[Grid, npt.NDArray[np.float32]]:
    """The grid and its vectors as DICOM can say them: the third axis is the cross product of the first two."""
    grid, vectors = transform.grid, transform.vectors_mm
    if grid.planes_mm is not None or not grid.is_orthonormal:
        raise UsageError(
            "DICOM keeps a deformation on an even grid with axes at right angles.",
            value="uneven planes" if grid.planes_mm is not None else grid.axes.tolist(),
            remedy="Sample it on such a grid first (Displacement.sampled).",
        )
    if vectors.nbytes > MOST_BYTES:
        raise UsageError(
            "The vectors are more than one DICOM element can hold.",
            value=f"{vectors.nbytes} bytes",
            remedy="Sample the deformation on a coarser grid (Displacement.sampled).",
        )
    if np.linalg.det(grid.axes) > 0:
        return grid, vectors
    last = np.array([[0.0, 0.0, grid.shape[0] - 1.0]])
    flipped = Grid(
        frame=grid.frame,
        shape=grid.shape,
        origin_mm=grid.points_at(last)[0],
        spacing_mm=grid.spacing_mm,
        axes=grid.axes * [1.0, 1.0, -1.0],
    )
    return flipped, np.ascontiguousarray(vectors[::-1])


def _item(frame: str, images: WrittenImages | None) -> Dataset:
    item = Dataset()
    item.SourceFrameOfReferenceUID = frame
    if images:
        item.ReferencedImageSequence = [reference(images.sop_class, uid) for uid in images.uids]
    item.RegistrationTypeCodeSequence = []
    return item


def _matrix(matrix: FloatArray) -> Dataset:
    item = Dataset()
    rigid = Affine(from_frame="", to_frame="", matrix=matrix).is_rigid
    item.FrameOfReferenceTransformationMatrixType = "RIGID" if rigid else "AFFINE"
    item.FrameOfReferenceTransformationMatrix = decimals(matrix)
    return item


def _grid(grid: Grid, vectors: npt.NDArray[np.float32]) -> Dataset:
    item = Dataset()
    nz, ny, nx = grid.shape
    item.ImagePositionPatient = decimals(grid.origin_mm)
    item.ImageOrientationPatient = decimals(grid.axes[:, :2].T)
    item.GridDimensions = [nx, ny, nz]
    item.GridResolution = [float(step) for step in grid.spacing_mm]
    item.VectorGridData = vectors.astype("<f4", copy=False).tobytes()
    return item


def write_deformable(
    path: Path,
    *,
    header: SeriesHeader,
    transform: Displacement,
    uid: str = "",
    registered_images: WrittenImages | None = None,
    source_images: WrittenImages | None = None,
    description: str = "",
) -> str:
    """Write a Deformable Spatial Registration (parameters as :func:`deformable_dataset`); gives its SOP Instance UID."""
    dataset = deformable_dataset(
        header,
        transform=transform,
        uid=uid,
        registered_images=registered_images,
        source_images=source_images,
        description=description,
    )
    return save(dataset, path)
