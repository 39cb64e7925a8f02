"""Synthetic courses: the story of one invented patient comes in as numbers here; courses with closed-form doses go out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from graybook.dicom.marks import uid_from
from graybook.geometry.arrays import FloatArray
from graybook.geometry.grid import Grid
from graybook.geometry.transform import Affine
from graybook.record.person import Identity, Person
from graybook.workflow.demo.anatomy import ORGANS, Level, Organ, ball, ellipsoid, solid
from graybook.workflow.demo.doses import Arrangement, Beam, dose_gy

__all__ = [
    "COURSES",
    "LOWER_SLICES",
    "PATIENT",
    "REFERENCE",
    "SyntheticCourse",
    "SyntheticPlan",
    "synthetic_uid",
]

EDITION = "2"
"""Part of every UID; raised when the story changes."""

PATIENT = Person(
    identities=(Identity(value="GRAYBOOK-DEMO", issuer="SYNTHETIC"),),
    name="Démonstration^Élise",
    birth_date=date(1974, 6, 21),
    sex="F",
)
"""Nobody: every number of this patient is invented."""

CT_SHAPE = (90, 256, 256)
CT_SPACING_MM = (1.65, 1.65, 3.0)
DOSE_SHAPE = (90, 86, 134)
DOSE_SPACING_MM = (3.0, 3.0, 3.0)
LOWER_SLICES = 20
"""Slices below these, of CT and dose, so that both reach beneath the kidneys."""


def synthetic_uid(*parts: str) -> str:
    """A UID of the synthetic patient."""
    return uid_from("graybook synthetic patient", EDITION, *parts)


@dataclass(frozen=True, kw_only=True)
class SyntheticPlan:
    """One plan of the story.

    Parameters
    ----------
    label
        RT Plan Label.
    day
        RT Plan Date.
    fractions, prescription_gy
        As prescribed, all fractions. [Gy]
    target
        Name of the target's ROI.
    arrangement
        Its beams.
    sessions
        Days of the treatment records.
    """

    label: str
    day: date
    fractions: int
    prescription_gy: float
    target: str
    arrangement: Arrangement
    description: str = ""
    approval: str = "APPROVED"
    sessions: tuple[date, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class SyntheticCourse:
    """One course of the story, in a frame of its own.

    Parameters
    ----------
    key
        Year; names folder, frame and UIDs.
    title
        Study description.
    to_reference
        From its own frame to the reference frame.
    names
        ROI names as this clinic writes them, by TG-263 name.
    targets
        Targets and tumours by ROI name: the solid in the reference frame, and the RT ROI Interpreted Type.
    masses
        What the CT shows besides the healthy thorax.
    """

    key: str
    title: str
    day: date
    to_reference: Affine
    plans: tuple[SyntheticPlan, ...]
    names: dict[str, str]
    targets: dict[str, tuple[Organ, str]]
    masses: tuple[Level, ...] = ()
    absolute_offsets: bool = False
    manufacturer: str = "Synthetic"
    seed: int = field(default=0)

    @property
    def frame(self) -> str:
        """Frame of Reference UID."""
        return self.to_reference.from_frame

    def organs(self) -> dict[str, tuple[Organ, str]]:
        """Every ROI by its name here: the solid in the reference frame and the interpreted type."""
        found = {}
        for tg263, name in self.names.items():
            found[name] = (ORGANS[tg263], "EXTERNAL" if tg263 == "External" else "ORGAN")
        return {**found, **self.targets}

    def _grid(self, shape: tuple[int, int, int], spacing: tuple[float, float, float]) -> Grid:
        back = self.to_reference.inverse()
        middle = np.round(back.apply(np.zeros((1, 3)), frame=back.from_frame)[0])
        half = 0.5 * (np.array(shape[::-1]) - 1) * np.array(spacing)
        return Grid(
            frame=self.frame,
            shape=(shape[0] + LOWER_SLICES, *shape[1:]),
            origin_mm=middle - half - np.array([0.0, 0.0, LOWER_SLICES * spacing[2]]),
            spacing_mm=np.array(spacing),
            axes=np.eye(3),
        )

    def image_grid(self) -> Grid:
        """Where the voxels of the CT lie."""
        return self._grid(CT_SHAPE, CT_SPACING_MM)

    def dose_grid(self) -> Grid:
        """Where the voxels of the doses lie."""
        return self._grid(DOSE_SHAPE, DOSE_SPACING_MM)

    def physical_dose_gy(self, plan: SyntheticPlan, points_mm: FloatArray) -> FloatArray:
        """True total dose of ``plan`` at points (n, 3) of this course's own frame. [Gy]"""
        return dose_gy(plan.arrangement, points_mm, self.to_reference)

    def physical_dose_at_reference_gy(self, plan: SyntheticPlan, points_mm: FloatArray) -> FloatArray:
        """True total dose of ``plan`` at points (n, 3) of the reference frame. [Gy]"""
        back = self.to_reference.inverse()
        return self.physical_dose_gy(plan, back.apply(points_mm, frame=back.from_frame))


def _rigid(frame: str, turns_deg: tuple[float, float, float], shift_mm: tuple[float, float, float]) -> Affine:
    """Turns about x, then y, then z, then a shift, into the reference frame."""
    ax, ay, az = np.deg2rad(turns_deg)
    about_x = np.array([[1, 0, 0], [0, np.cos(ax), -np.sin(ax)], [0, np.sin(ax), np.cos(ax)]])
    about_y = np.array([[np.cos(ay), 0, np.sin(ay)], [0, 1, 0], [-np.sin(ay), 0, np.cos(ay)]])
    about_z = np.array([[np.cos(az), -np.sin(az), 0], [np.sin(az), np.cos(az), 0], [0, 0, 1]])
    matrix = np.eye(4)
    # Nine decimals: what a file's decimal strings keep, so that file and truth hold the same transform.
    matrix[:3, :3] = np.round(about_z @ about_y @ about_x, 9)
    matrix[:3, 3] = shift_mm
    return Affine(from_frame=frame, to_frame=REFERENCE_FRAME, matrix=matrix)


def _own(to_reference: Affine, point: tuple[float, float, float]) -> tuple[float, float, float]:
    """A point of the reference frame in a course's own frame, to a tenth of a millimetre."""
    back = to_reference.inverse()
    x, y, z = np.round(back.apply(np.array([point]), frame=back.from_frame)[0], 1).tolist()
    return x, y, z


REFERENCE_FRAME = synthetic_uid("2026", "frame")

_TO_2026_FROM_2009 = _rigid(synthetic_uid("2009", "frame"), (1.2, -0.8, -2.5), (-6.0, 9.0, -22.0))
_TO_2026_FROM_2019 = _rigid(synthetic_uid("2019", "frame"), (-1.5, 1.0, 4.0), (12.0, -14.0, 31.0))

_LYMPHOMA = (0.0, -8.0, 38.0)
_PARA_AORTIC = (16.0, 30.0, -172.0)
_LUNG_LESION = (-50.0, 24.0, -46.0)
_HILUM = (30.0, 18.0, 6.0)


def _para_aortic_2009() -> SyntheticPlan:
    """The second phase, below all that the first reaches: half of the left kidney lies in its field."""
    beams = tuple(Beam(gantry_deg=gantry, half_width_mm=54.0, half_length_mm=21.0) for gantry in (0.0, 180.0))
    return SyntheticPlan(
        label="LOMBOAORTIQUE 20",
        day=date(2009, 4, 14),
        fractions=10,
        prescription_gy=20.0,
        target="CTV lomboaortique",
        arrangement=Arrangement(
            isocentre_mm=_own(_TO_2026_FROM_2009, _PARA_AORTIC), peak_gy=20.0, beams=beams, penumbra_mm=5.0
        ),
        description="Hodgkin lymphoma, para-aortic nodes, 20 Gy in 10 fractions",
    )


def _lymphoma_2009() -> SyntheticCourse:
    beams = tuple(Beam(gantry_deg=gantry, half_width_mm=52.0, half_length_mm=62.0) for gantry in (0.0, 180.0))
    plan = SyntheticPlan(
        label="MEDIASTIN 36",
        day=date(2009, 3, 16),
        fractions=20,
        prescription_gy=36.0,
        target="CTV mediastin",
        arrangement=Arrangement(
            isocentre_mm=_own(_TO_2026_FROM_2009, _LYMPHOMA), peak_gy=36.0, beams=beams, penumbra_mm=5.0
        ),
        description="Hodgkin lymphoma, mediastinum, 36 Gy in 20 fractions",
    )
    return SyntheticCourse(
        key="2009",
        title="Lymphoma, mediastinum and para-aortic nodes",
        day=date(2009, 3, 16),
        to_reference=_TO_2026_FROM_2009,
        plans=(plan, _para_aortic_2009()),
        names={
            "External": "Contour externe",
            "Lung_R": "Poumon D",
            "Lung_L": "Poumon G",
            "Heart": "Coeur",
            "Esophagus": "Oesophage",
            "SpinalCord": "Moelle",
            "Kidney_R": "Rein D",
            "Kidney_L": "Rein G",
        },
        targets={
            "CTV mediastin": (solid(_LYMPHOMA, (42.0, 38.0, 52.0), 2.5), "CTV"),
            "CTV lomboaortique": (solid(_PARA_AORTIC, (32.0, 26.0, 14.0), 2.5), "CTV"),
        },
        masses=(ellipsoid(_LYMPHOMA, (34.0, 26.0, 40.0)),),
        absolute_offsets=True,
        manufacturer="Synthetic A",
        seed=2009,
    )


def _sabr_2019() -> SyntheticCourse:
    angles = (0.0, 180.0, 205.0, 230.0, 255.0, 280.0, 305.0, 330.0, 20.0)
    beams = tuple(Beam(gantry_deg=gantry, half_width_mm=21.0, half_length_mm=21.0) for gantry in angles)
    sessions = (date(2019, 6, 3), date(2019, 6, 5), date(2019, 6, 7))
    plan = SyntheticPlan(
        label="RLL SABR 54",
        day=date(2019, 6, 3),
        fractions=3,
        prescription_gy=54.0,
        target="PTV_RLL",
        arrangement=Arrangement(
            isocentre_mm=_own(_TO_2026_FROM_2019, _LUNG_LESION), peak_gy=63.0, beams=beams, penumbra_mm=5.0
        ),
        description="Right lower lobe, stereotactic, 54 Gy in 3 fractions",
        sessions=sessions,
    )
    return SyntheticCourse(
        key="2019",
        title="Right lung, stereotactic",
        day=date(2019, 6, 3),
        to_reference=_TO_2026_FROM_2019,
        plans=(plan,),
        names={
            "External": "BODY",
            "Lung_R": "Rt Lung",
            "Lung_L": "Lt Lung",
            "Heart": "Heart",
            "Esophagus": "Oesophagus",
            "SpinalCord": "Spinal cord",
        },
        targets={
            "PTV_RLL": (solid(_LUNG_LESION, (17.0, 17.0, 17.0)), "PTV"),
            "GTV_RLL": (solid(_LUNG_LESION, (11.0, 11.0, 11.0)), "GTV"),
        },
        masses=(ball(_LUNG_LESION, 11.0),),
        manufacturer="Synthetic B",
        seed=2019,
    )


def _hilum_plan(
    label: str, day: date, fractions: int, dose_gy: float, target: str, half_mm: tuple[float, float]
) -> SyntheticPlan:
    shares = ((0.0, 0.24), (50.0, 0.24), (100.0, 0.18), (140.0, 0.14), (180.0, 0.20))
    beams = tuple(
        Beam(gantry_deg=gantry, half_width_mm=half_mm[0], half_length_mm=half_mm[1], weight=weight)
        for gantry, weight in shares
    )
    return SyntheticPlan(
        label=label,
        day=day,
        fractions=fractions,
        prescription_gy=dose_gy,
        target=target,
        arrangement=Arrangement(isocentre_mm=_HILUM, peak_gy=1.02 * dose_gy, beams=beams),
        description=f"Left hilum, {dose_gy:g} Gy in {fractions} fractions",
        approval="UNAPPROVED",
    )


def _hilum_2026() -> SyntheticCourse:
    return SyntheticCourse(
        key="2026",
        title="Left hilum, proposed",
        day=date(2026, 4, 13),
        to_reference=Affine.identity(REFERENCE_FRAME),
        plans=(
            _hilum_plan("HILUM 50", date(2026, 4, 13), 25, 50.0, "PTV_50", (41.0, 49.0)),
            _hilum_plan("HILUM BOOST 10", date(2026, 4, 14), 5, 10.0, "PTV_60", (31.0, 36.0)),
        ),
        names={tg263: tg263 for tg263 in ORGANS},
        targets={
            "PTV_50": (solid(_HILUM, (36.0, 34.0, 42.0), 2.2), "PTV"),
            "PTV_60": (solid(_HILUM, (26.0, 24.0, 30.0)), "PTV"),
            "GTV": (solid(_HILUM, (18.0, 16.0, 22.0)), "GTV"),
        },
        masses=(ellipsoid(_HILUM, (18.0, 16.0, 22.0)), ball(_LUNG_LESION, 5.0)),
        manufacturer="Synthetic C",
        seed=2026,
    )


COURSES: tuple[SyntheticCourse, ...] = (_lymphoma_2009(), _sabr_2019(), _hilum_2026())
"""In order of time; the last one is proposed, its two plans are sequential phases."""

REFERENCE = COURSES[-1]
"""The course on whose anatomy doses are summed."""
