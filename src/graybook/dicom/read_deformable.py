"""Read deformable: a Deformable Spatial Registration's attributes come in; displacements from its own frame go out, or why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydicom.dataelem import RawDataElement

from graybook.dicom.attributes import Attributes, NotUsed, tag_text
from graybook.dicom.facts import DeformationFacts, Header, RegistrationFacts
from graybook.dicom.parsing import reason
from graybook.dicom.read_registration import matrix_step, reviewed
from graybook.errors import InputError
from graybook.geometry.arrays import FloatArray, read_only
from graybook.geometry.displacement import Displacement
from graybook.geometry.grid import Grid
from graybook.record.assessment import Severity

__all__ = ["deformable"]

FARTHEST_MM = 10_000.0
"""Longer vectors move no patient: their bytes are something else. [mm]"""

SAME = 1e-6
"""How far from the identity a matrix may be that does nothing."""

Again = Callable[[], Attributes]
"""Reads the attributes of the same file again."""


@dataclass(frozen=True, kw_only=True)
class _Item:
    """One item of the Deformable Registration Sequence; ``number`` counts from 0."""

    attributes: Attributes
    header: Header
    number: int
    again: Again

    @property
    def path(self) -> str:
        return self.header.path

    @property
    def source(self) -> str:
        return self.attributes.uid("SourceFrameOfReferenceUID")


def deformable(attributes: Attributes, header: Header, again: Again) -> RegistrationFacts:
    """The facts of a Deformable Spatial Registration; ``again`` reads it anew when its vectors are asked for.

    PS3.3 C.20.3.1.1: a point x of the frame of the object (registered) lies at ``post @ (pre @ x + v(x))`` in that of an item
    (source), v given at the nodes of a grid in the registered frame. An item without a grid is the matrices alone.
    """
    if not header.frame:
        raise NotUsed(reason("registration_without_frame", header.path))
    links: list[tuple[str, str, FloatArray]] = []
    found: list[DeformationFacts] = []
    for number, attribute in enumerate(attributes.items("DeformableRegistrationSequence")):
        item = _Item(attributes=attribute, header=header, number=number, again=again)
        before, after = _matrices(item)
        grids = attribute.items("DeformableRegistrationGridSequence")
        if not item.source:
            attributes.notes.add("registration_source_unknown")
        elif item.source == header.frame:
            if grids or not np.allclose(after @ before, np.eye(4), atol=SAME):
                raise NotUsed(reason("registration_within_frame", header.path, frame=header.frame))
        elif not grids:
            links.append((header.frame, item.source, read_only(after @ before)))
        else:
            found.append(_deformation(item, grids[0], before, after))
    if not links and not found:
        raise NotUsed(reason("registration_without_links", header.path))
    facts = RegistrationFacts(
        header=header,
        links=tuple(links),
        kind="DEFORMABLE" if found else "AFFINE",
        deformations=tuple(found),
    )
    return reviewed(attributes, facts)


def _matrices(item: _Item) -> tuple[FloatArray, FloatArray]:
    """What is done before and after the vectors are added: nothing where no matrix is given."""
    pair = []
    for sequence in ("PreDeformationMatrixRegistrationSequence", "PostDeformationMatrixRegistrationSequence"):
        steps = item.attributes.items(sequence)
        if len(steps) > 1:
            raise NotUsed(reason("registration_matrix_order", item.path, count=len(steps)))
        pair.append(matrix_step(steps[0], item.path)[0] if steps else np.eye(4))
    return pair[0], pair[1]


def _deformation(item: _Item, grid: Attributes, before: FloatArray, after: FloatArray) -> DeformationFacts:
    """One deformation, its vectors read once now to see that they can be used."""
    lattice = _grid(item, grid)
    _check_vectors(item, _vectors(item, grid, lattice))

    def displacement() -> Displacement:
        fresh = item.again().items("DeformableRegistrationSequence")[item.number]
        vectors = _vectors(item, fresh.items("DeformableRegistrationGridSequence")[0], lattice)
        return Displacement.from_vectors(vectors, lattice, to_frame=item.source, before=before, after=after)

    return DeformationFacts(from_frame=item.header.frame, to_frame=item.source, displacement=displacement)


def _grid(item: _Item, grid: Attributes) -> Grid:
    """Where the vectors stand (PS3.3 C.20.3.1.1): along the row, the column, and their cross product."""
    position = _numbers(item, grid, "ImagePositionPatient", 3)
    orientation = _numbers(item, grid, "ImageOrientationPatient", 6)
    counts = _numbers(item, grid, "GridDimensions", 3)
    spacing = _numbers(item, grid, "GridResolution", 3)
    if counts.min() < 1 or np.any(counts != np.round(counts)):
        raise _unusable(item, "GridDimensions", _listed(counts))
    if spacing.min() <= 0.0:
        raise _unusable(item, "GridResolution", _listed(spacing))
    row, column = orientation[:3], orientation[3:]
    nx, ny, nz = (int(count) for count in counts)
    try:
        return Grid(
            frame=item.header.frame,
            shape=(nz, ny, nx),
            origin_mm=position,
            spacing_mm=spacing,
            axes=np.stack([row, column, np.cross(row, column)], axis=1),
        )
    except InputError as error:
        raise _unusable(item, "ImageOrientationPatient", _listed(orientation)) from error


def _numbers(item: _Item, grid: Attributes, keyword: str, count: int) -> FloatArray:
    values = np.array(grid.numbers(keyword), dtype=np.float64)
    if len(values) == count:
        return values
    if keyword not in grid:
        raise NotUsed(reason("registration_grid_missing", item.path, attribute=tag_text(keyword)))
    raise _unusable(item, keyword, _listed(values))


def _listed(values: FloatArray) -> str:
    return "\\".join(f"{value:g}" for value in values)


def _unusable(item: _Item, keyword: str, value: str) -> NotUsed:
    return NotUsed(reason("registration_grid_unusable", item.path, attribute=tag_text(keyword), value=value))


def _vectors(item: _Item, grid: Attributes, lattice: Grid) -> npt.NDArray[np.float32]:
    """The vectors (nz, ny, nx, 3) as they are written: x, y, z of each, the first index of the grid fastest. [mm]"""
    element = grid.element("VectorGridData")
    if element is None:
        raise NotUsed(reason("registration_grid_missing", item.path, attribute=tag_text("VectorGridData")))
    little = element.is_little_endian if isinstance(element, RawDataElement) else True
    data = element.value or b""
    expected = int(np.prod(lattice.shape)) * 3
    if not isinstance(data, bytes) or len(data) != expected * 4:
        raise NotUsed(
            reason(
                "registration_grid_size",
                item.path,
                attribute=tag_text("VectorGridData"),
                count=len(data),
                expected=expected * 4,
            )
        )
    values = np.frombuffer(data, dtype="<f4" if little else ">f4").astype(np.float32, copy=False)
    return values.reshape(*lattice.shape, 3)


def _check_vectors(item: _Item, vectors: npt.NDArray[np.float32]) -> None:
    """Refuse vectors that move no patient; note those of which only a part is a number."""
    missing = np.isnan(vectors)
    if missing.all():
        raise _unusable(item, "VectorGridData", "NaN")
    longest = max(abs(float(np.nanmin(vectors))), abs(float(np.nanmax(vectors))))
    if not longest <= FARTHEST_MM:
        raise _unusable(item, "VectorGridData", f"{longest:g}")
    partly = missing.any(axis=-1) & ~missing.all(axis=-1)
    if partly.any():
        item.attributes.notes.add(
            "registration_vectors_partial", Severity.WARNING, count=int(np.count_nonzero(partly))
        )
