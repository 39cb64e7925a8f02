"""Phantom courses: what each object should say comes in, checked values with derived UIDs go out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from pydicom.dataset import Dataset

from graybook.dicom.marks import uid_from
from graybook.dicom.write_rtdose import WrittenDvh
from graybook.geometry.arrays import FloatArray
from graybook.geometry.displacement import Displacement
from graybook.geometry.grid import Grid
from phantoms.doses import DoseFunction, uniform
from phantoms.shapes import Shape

__all__ = ["Alter", "PhantomCourse", "PhantomPlan", "PhantomRegistration", "PhantomStructure"]

Alter = Callable[[Dataset], None]
"""Changes a dataset in place just before it is written: the knob for every fault that has no knob of its own."""

Point = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True, eq=False)
class PhantomStructure:
    """One ROI: a closed form, or polygons of one's own; numbers follow the order in the course."""

    name: str
    shape: Shape | None = None
    polygons: tuple[FloatArray, ...] = ()
    interpreted_type: str = "ORGAN"
    slice_mm: float = 1.0
    geometric_type: str = "CLOSED_PLANAR"

    def contours(self) -> tuple[FloatArray, ...]:
        """The polygons to write. [mm]"""
        return self.polygons or (self.shape.contours(self.slice_mm) if self.shape else ())


@dataclass(frozen=True, kw_only=True, eq=False)
class PhantomPlan:
    """One plan with its dose and its sessions.

    Parameters
    ----------
    dose_gy
        Total dose of the plan (all fractions) at points (n, 3) of the course's frame. [Gy]
    fractions
        Number of Fractions Planned; None is written empty.
    prescription_gy
        Target Prescription Dose over all fractions; None writes no dose reference. [Gy]
    target
        Dose references of the same text share their Dose Reference UID across plans; None makes one of the plan's own.
    target_structure
        Name of the ROI the dose reference names (structure type VOLUME); "" writes SITE.
    prescription_point_mm
        Writes the dose reference as COORDINATES and the beams' dose specification points. [mm]
    beams
        Number of treatment beams; the prescription per fraction is shared equally among their BeamDose.
    state_beam_dose
        False writes no BeamDose: nothing to check the scale against.
    sessions
        Number of treatment records, one a day from the course's day.
    summation
        PLAN, FRACTION, MULTI_PLAN, or BEAM: then one file per beam, each an equal share of the dose; or FRACTION_SESSION: then
        ``session_doses`` files of dose / fractions.
    session_doses
        For FRACTION_SESSION: how many doses of one session are written.
    beams_written
        For BEAM: how many of the beam doses are written; None is all (fewer makes an incomplete set).
    dose_scale
        The stored voxels are multiplied by it (1/n or n makes the scale trap).
    day
        RT Plan Date; None is the course's day.
    grid
        Dose grid; None is the course's.
    write_plan, write_dose
        False leaves that file out; references to it stay.
    reference_plan, reference_structures
        False leaves the reference out: of the dose to the plan, of the plan to the structure set.
    dose_names_structures
        The dose refers to the structure set even without DVHs (with DVHs it always does).
    """

    dose_gy: DoseFunction = field(default_factory=lambda: uniform(0.0))
    fractions: int | None
    prescription_gy: float | None
    label: str = "PLAN"
    name: str = ""
    approval: str = "APPROVED"
    intent: str = "CURATIVE"
    target: str | None = None
    target_structure: str = ""
    prescription_point_mm: Point | None = None
    beams: int = 2
    state_beam_dose: bool = True
    radiation_type: str = "PHOTON"
    ion: bool = False
    sessions: int = 0
    termination: str = "NORMAL"
    summation: str = "PLAN"
    session_doses: int = 0
    beams_written: int | None = None
    dose_type: str = "PHYSICAL"
    units: str = "GY"
    dose_scale: float = 1.0
    comment: str = ""
    bits: int = 16
    absolute_offsets: bool = False
    dvhs: tuple[WrittenDvh, ...] = ()
    day: date | None = None
    grid: Grid | None = None
    write_plan: bool = True
    write_dose: bool = True
    reference_plan: bool = True
    reference_structures: bool = True
    dose_names_structures: bool = False
    alter_plan: Alter | None = None
    alter_dose: Alter | None = None
    alter_record: Alter | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class PhantomCourse:
    """Plans, structures and images of one frame.

    Parameters
    ----------
    name
        Names the folder and seeds every UID: two courses need two names.
    day
        Date of every object of the course.
    frame
        Frame of Reference UID; "" derives one from the name. Two courses may share one.
    extent_mm
        Half-width of the default dose grid and CT along x, y, z. [mm]
    spacing_mm
        Voxel size of the default dose grid. [mm]
    centre_mm
        Middle of the default grid. [mm]
    axes
        3x3, columns are the directions of x, y, z of the default dose grid (a rotated grid in the same frame).
    image
        Write a CT (5 mm slices, water in air).
    image_axes
        The same for the CT: the directions of its rows, columns and slices.
    write_structures
        False leaves the structure set out; references to it stay.
    patient_id
        Other Patient ID for this course's files; "" is the person's.
    """

    name: str
    day: date
    plans: tuple[PhantomPlan, ...] = ()
    structures: tuple[PhantomStructure, ...] = ()
    frame: str = ""
    extent_mm: Point = (60.0, 60.0, 60.0)
    spacing_mm: Point = (2.5, 2.5, 2.5)
    centre_mm: Point = (0.0, 0.0, 0.0)
    axes: FloatArray = field(default_factory=lambda: np.eye(3))
    image: bool = True
    image_spacing_mm: Point = (4.0, 4.0, 5.0)
    image_axes: FloatArray = field(default_factory=lambda: np.eye(3))
    write_structures: bool = True
    patient_id: str = ""
    issuer: str | None = None
    alter_structures: Alter | None = None
    alter_image: Alter | None = None

    @property
    def frame_uid(self) -> str:
        """Frame of Reference UID."""
        return self.frame or uid_from("phantom", self.name, "frame")

    @property
    def study_uid(self) -> str:
        """Study Instance UID."""
        return uid_from("phantom", self.name, "study")

    @property
    def image_series_uid(self) -> str:
        """Series Instance UID of the CT."""
        return uid_from("phantom", self.name, "ct")

    @property
    def structure_set_uid(self) -> str:
        """SOP Instance UID of the structure set."""
        return uid_from("phantom", self.name, "rtstruct")

    def plan_uid(self, index: int) -> str:
        """SOP Instance UID of plan ``index``."""
        return uid_from("phantom", self.name, "rtplan", str(index))

    def dose_uid(self, index: int, part: int = 0) -> str:
        """SOP Instance UID of the dose of plan ``index`` (``part``: the beam, for BEAM)."""
        return uid_from("phantom", self.name, "rtdose", str(index), str(part))

    def dose_grid(self) -> Grid:
        """The default dose grid."""
        return _grid(self.frame_uid, self.centre_mm, self.extent_mm, self.spacing_mm, self.axes)

    def image_grid(self) -> Grid:
        """The CT's grid."""
        return _grid(self.frame_uid, self.centre_mm, self.extent_mm, self.image_spacing_mm, self.image_axes)


def _grid(frame: str, centre: Point, extent: Point, spacing: Point, axes: FloatArray) -> Grid:
    half = np.floor(np.asarray(extent) / np.asarray(spacing) + 1e-9).astype(int)
    nx, ny, nz = (2 * half + 1).tolist()
    origin = np.asarray(centre) - axes @ (half * np.asarray(spacing))
    return Grid(frame=frame, shape=(nz, ny, nx), origin_mm=origin, spacing_mm=np.asarray(spacing), axes=axes)


@dataclass(frozen=True, kw_only=True, eq=False)
class PhantomRegistration:
    """A Spatial Registration: ``matrix`` maps points of ``from_course``'s frame into ``to_course``'s frame.

    ``name`` tells several registrations between the same frames apart.
    """

    from_course: PhantomCourse
    to_course: PhantomCourse
    matrix: FloatArray
    name: str = "registration"
    day: date | None = None
    alter: Alter | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class PhantomDeformation:
    """A Deformable Spatial Registration: ``displacement`` leads from ``from_course``'s frame, in which it is written, to
    ``to_course``'s.
    """

    from_course: PhantomCourse
    to_course: PhantomCourse
    displacement: Displacement
    name: str = "deformation"
    day: date | None = None
    alter: Alter | None = None
