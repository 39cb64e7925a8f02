"""Material: everything the report pages are made from, already computed; renderers only render."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graybook.geometry.arrays import FloatArray

if TYPE_CHECKING:
    from graybook.report.alignment_material import AlignmentPictures
    from graybook.report.result import Result  # loads pydantic, which few who hold material need

__all__ = ["AlignedCourse", "DvhBand", "DvhCurve", "Material", "Plane", "PlaneContour", "StructureCurves"]


@dataclass(frozen=True, kw_only=True, eq=False)
class DvhCurve:
    """A cumulative DVH: share of the volume [%] receiving at least each dose [Gy EQD2].

    ``course`` is a course id, or "cumulative" for the sum, or "cumulative_upper" for its upper end where they differ.
    """

    course: str
    dose_gy: FloatArray
    volume_percent: FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class StructureCurves:
    """The curves of one structure."""

    structure: str
    curves: tuple[DvhCurve, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class DvhBand:
    """How uncertain the DVH of one structure's sum is: at each dose [Gy EQD2], shares of the volume [%] receiving at least that.

    Parameters
    ----------
    structure
        Its name.
    alpha_beta_gy
        That ``p5`` to ``p95`` are at: the structure's own. [Gy]
    dose_gy
        Rising from 0. [Gy]
    p5, p50, p95
        5, 50 and 95 % of the random samples, under the assumptions of the headline. [%]
    lowest, highest
        The lowest 5 % and the highest 95 % over what is not known: never inside ``p5`` to ``p95``. [%]
    """

    structure: str
    alpha_beta_gy: float
    dose_gy: FloatArray
    p5: FloatArray
    p50: FloatArray
    p95: FloatArray
    lowest: FloatArray
    highest: FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class PlaneContour:
    """Closed polylines (n, 2) of one structure in the coordinates of the plane. [mm]"""

    structure: str
    kind: str
    polylines: tuple[FloatArray, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Plane:
    """One plane through the most loaded organ.

    Parameters
    ----------
    name
        "axial", "coronal" or "sagittal".
    position_mm
        Of the plane along its normal, LPS. [mm]
    horizontal_mm, vertical_mm
        Coordinates of the columns and rows of ``image`` and ``dose_gy``, LPS. [mm] Axial: x and y (y grows downwards on the
        page); coronal: x and z; sagittal: y and z (z grows upwards on the page). Patient's left is on the right of the page.
    image
        HU, rows x columns; None when the course has no image.
    dose_gy
        EQD2 of the sum at the display α/β, rows x columns, NaN outside every grid. [Gy]
    contours
        Outlines in (horizontal, vertical) coordinates.
    """

    name: str
    position_mm: float
    horizontal_mm: FloatArray
    vertical_mm: FloatArray
    image: FloatArray | None
    dose_gy: FloatArray | None
    contours: tuple[PlaneContour, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class AlignedCourse:
    """The planes of one course's alignment; ``course`` is its id."""

    course: str
    pictures: AlignmentPictures


@dataclass(frozen=True, kw_only=True, eq=False)
class Material:
    """The result and the pictures' numbers.

    ``ranking`` lists structure names, most loaded organ first (organs only, by cumulative D0.03cc; by the point sum where there is
    none, or where the alignment supports no more). ``alignments`` are those between images of two frames. ``bands`` are there where
    uncertainty was asked for, of the structures that have one, in the result's order.
    """

    result: Result
    curves: tuple[StructureCurves, ...]
    planes: tuple[Plane, ...]
    ranking: tuple[str, ...]
    alignments: tuple[AlignedCourse, ...] = ()
    bands: tuple[DvhBand, ...] = ()
