"""Speed case: numbers of structures, voxels and points come in; contours, a dose and a DICOM folder every program reads go out.

Every body is drawn in axial planes around a middle line, from closed forms of z; nothing is random. The folder holds a CT,
an RTSTRUCT, an RTPLAN and an RTDOSE, so that programs that need an image (plastimatch, platipy) have one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from graybook.dicom.marks import uid_from
from graybook.dicom.write_ct import ct_slice_uid, write_ct
from graybook.dicom.write_header import SeriesHeader
from graybook.dicom.write_rtdose import WrittenDose, write_rtdose
from graybook.dicom.write_rtplan import WrittenBeam, WrittenDoseReference, WrittenPlan, write_rtplan
from graybook.dicom.write_rtstruct import WrittenRoi, write_rtstruct
from graybook.geometry import ContourStack, Grid
from graybook.geometry.arrays import FloatArray
from graybook.record.person import Identity, Person

__all__ = ["FRAME", "SpeedCase", "contour_stacks", "dose_gy", "rois", "write_folder"]

FRAME = uid_from("speed", "frame")
PRESCRIPTION_GY = 60.0
DAY = date(2026, 1, 5)


@dataclass(frozen=True, kw_only=True)
class SpeedCase:
    """What is drawn and how finely.

    Parameters
    ----------
    shape
        Voxels of the CT along z, y, x.
    spacing_mm
        Distance of their centres, the same in all directions. [mm]
    structures
        How many; after the first twenty the same ones are drawn again, a little smaller.
    step_mm
        Distance of neighbouring points along a contour. [mm]
    dose_every
        How many voxels of the CT are one of the dose along each side.
    """

    shape: tuple[int, int, int] = (120, 180, 180)
    spacing_mm: float = 2.5
    structures: int = 20
    step_mm: float = 1.5
    dose_every: int = 1

    @property
    def grid(self) -> Grid:
        """Where the voxels of the CT lie: their middle is at the origin."""
        return _centred(self.shape, self.spacing_mm)

    @property
    def dose_grid(self) -> Grid:
        """Where the voxels of the dose lie, around the same middle."""
        nz, ny, nx = (count // self.dose_every for count in self.shape)
        return _centred((nz, ny, nx), self.spacing_mm * self.dose_every)

    @property
    def heights_mm(self) -> FloatArray:
        """z of the planes on which is drawn: those of the grid. [mm]"""
        return self.grid.origin_mm[2] + self.grid.offsets_mm

    @property
    def extent_mm(self) -> float:
        """The size against which bodies are scaled: 450 mm for the usual grid. [mm]"""
        return float(self.shape[2] * self.spacing_mm)


def _centred(shape: tuple[int, int, int], spacing_mm: float) -> Grid:
    nz, ny, nx = shape
    edge = -0.5 * spacing_mm * (np.array([nx, ny, nz]) - 1)
    return Grid(frame=FRAME, shape=shape, origin_mm=edge, spacing_mm=np.full(3, spacing_mm), axes=np.eye(3))


@dataclass(frozen=True, kw_only=True)
class _Body:
    """An ellipsoid, or a tube of one width along a bent middle line, with an optional hole; for a grid of 450 x 450 x 300 mm."""

    name: str
    kind: str
    centre_mm: tuple[float, float, float]
    half_mm: tuple[float, float, float]
    hole: float = 0.0
    bend_mm: float = 0.0
    tube: bool = False
    wobble: float = 0.0

    def radii(self, z_mm: float) -> tuple[float, float] | None:
        """Half axes in the plane; None where the body is not. [mm]"""
        share = (z_mm - self.centre_mm[2]) / self.half_mm[2]
        if abs(share) >= 1.0:
            return None
        width = 1.0 if self.tube else float(np.sqrt(1.0 - share**2))
        return (self.half_mm[0] * width, self.half_mm[1] * width) if width > 0.03 else None

    def middle(self, z_mm: float) -> tuple[float, float]:
        """Where the middle line meets the plane. [mm]"""
        turn = 2.0 * np.pi * (z_mm - self.centre_mm[2]) / (2.0 * self.half_mm[2])
        return (
            self.centre_mm[0] + self.bend_mm * float(np.sin(turn)),
            self.centre_mm[1] + self.bend_mm * float(np.cos(turn)),
        )


BODIES = (
    _Body(
        name="External", kind="EXTERNAL", centre_mm=(0, 0, 0), half_mm=(190, 125, 149), tube=True, wobble=0.04
    ),
    _Body(name="Lung_L", kind="ORGAN", centre_mm=(75, 0, 20), half_mm=(52, 75, 118), wobble=0.12),
    _Body(name="Lung_R", kind="ORGAN", centre_mm=(-75, 0, 20), half_mm=(56, 78, 120), wobble=0.12),
    _Body(name="Heart", kind="ORGAN", centre_mm=(22, -35, -20), half_mm=(48, 42, 52), wobble=0.05),
    _Body(name="Liver", kind="ORGAN", centre_mm=(-60, -15, -100), half_mm=(85, 70, 45), wobble=0.10),
    _Body(name="SpinalCord", kind="ORGAN", centre_mm=(0, 70, 0), half_mm=(6, 5, 147), bend_mm=14, tube=True),
    _Body(
        name="SpinalCord_PRV05",
        kind="ORGAN",
        centre_mm=(0, 70, 0),
        half_mm=(11, 10, 148),
        bend_mm=14,
        tube=True,
    ),
    _Body(
        name="Esophagus",
        kind="ORGAN",
        centre_mm=(4, 38, 10),
        half_mm=(9, 7, 125),
        hole=0.45,
        bend_mm=6,
        tube=True,
    ),
    _Body(name="Trachea", kind="ORGAN", centre_mm=(0, 20, 85), half_mm=(10, 9, 45), tube=True),
    _Body(name="Kidney_L", kind="ORGAN", centre_mm=(65, 60, -110), half_mm=(27, 22, 36), wobble=0.08),
    _Body(name="Kidney_R", kind="ORGAN", centre_mm=(-65, 60, -112), half_mm=(27, 22, 35), wobble=0.08),
    _Body(name="PTV_6000", kind="PTV", centre_mm=(38, -10, 25), half_mm=(42, 38, 40), wobble=0.06),
    _Body(name="CTV_6000", kind="CTV", centre_mm=(38, -10, 25), half_mm=(35, 31, 33), wobble=0.06),
    _Body(name="GTV_6000", kind="GTV", centre_mm=(38, -10, 25), half_mm=(25, 22, 23), wobble=0.06),
    _Body(name="Stomach", kind="ORGAN", centre_mm=(55, -25, -95), half_mm=(42, 35, 40), wobble=0.08),
    _Body(name="A_Aorta", kind="ORGAN", centre_mm=(20, 45, 0), half_mm=(13, 13, 130), bend_mm=10, tube=True),
    _Body(name="zRing", kind="CONTROL", centre_mm=(38, -10, 25), half_mm=(62, 58, 60), hole=0.75),
    _Body(
        name="BrachialPlex_L", kind="ORGAN", centre_mm=(95, 30, 110), half_mm=(5, 4, 28), bend_mm=9, tube=True
    ),
    _Body(name="Chiasm", kind="ORGAN", centre_mm=(-12, 5, 60), half_mm=(8, 5, 6)),
    _Body(name="GTVn", kind="GTV", centre_mm=(-20, -5, 45), half_mm=(7, 7, 8), wobble=0.05),
)
"""Names by TG-263; sizes from 0.9 cm³ to 22 litres."""


def _ring(body: _Body, case: SpeedCase, z_mm: float, radii: tuple[float, float], shrink: float) -> FloatArray:
    """One closed contour, its points about ``step_mm`` apart."""
    scale = case.extent_mm / 450.0
    long, short = max(radii) * shrink * scale, min(radii) * shrink * scale
    around = np.pi * (3.0 * (long + short) - np.sqrt((3.0 * long + short) * (long + 3.0 * short)))
    angles = (
        2.0
        * np.pi
        * np.arange(max(12, round(around / case.step_mm)))
        * (1.0 / max(12, round(around / case.step_mm)))
    )
    uneven = 1.0 + body.wobble * np.cos(3.0 * angles + z_mm / 40.0)
    x, y = body.middle(z_mm / scale)
    return np.column_stack(
        [
            x * scale + radii[0] * shrink * scale * uneven * np.cos(angles),
            y * scale + radii[1] * shrink * scale * uneven * np.sin(angles),
            np.full(len(angles), z_mm),
        ]
    )


def _polygons(body: _Body, case: SpeedCase, size: float) -> tuple[FloatArray, ...]:
    scale = case.extent_mm / 450.0
    drawn = []
    for z_mm in case.heights_mm.tolist():
        radii = body.radii(z_mm / scale)
        if radii is None:
            continue
        drawn.append(_ring(body, case, z_mm, radii, size))
        # a shell: its hole is as long as it is wide; a tube's hole runs through
        inner = (z_mm / scale - body.centre_mm[2]) / (body.half_mm[2] * (body.hole or 1.0))
        if body.hole and body.tube:
            drawn.append(_ring(body, case, z_mm, radii, size * body.hole))
        elif body.hole and abs(inner) < 0.99:
            width = float(np.sqrt(1.0 - inner**2)) * body.hole
            half = (body.half_mm[0] * width, body.half_mm[1] * width)
            drawn.append(_ring(body, case, z_mm, half, size))
    return tuple(np.round(polygon, 4) + 0.0 for polygon in drawn)


def rois(case: SpeedCase) -> tuple[WrittenRoi, ...]:
    """The structures, drawn."""
    drawn = []
    for number in range(case.structures):
        turn, place = divmod(number, len(BODIES))
        body = BODIES[place]
        drawn.append(
            WrittenRoi(
                number=number + 1,
                name=body.name if turn == 0 else f"{body.name}^{turn}",
                polygons=_polygons(body, case, 0.97**turn),
                interpreted_type=body.kind,
            )
        )
    return tuple(drawn)


def contour_stacks(case: SpeedCase) -> dict[str, ContourStack]:
    """The same as contours in memory, by name."""
    return {roi.name: ContourStack(frame=FRAME, polygons=tuple(roi.polygons)) for roi in rois(case)}


def dose_gy(case: SpeedCase) -> FloatArray:
    """A plateau over the target with a penumbra, on a background that falls along y: no two structures look alike. [Gy]"""
    scale = case.extent_mm / 450.0
    grid = case.dose_grid
    z, y, x = (
        (np.arange(count) - 0.5 * (count - 1)) * float(grid.spacing_mm[0]) / scale for count in grid.shape
    )
    away = np.sqrt(
        ((x - 38.0) / 48.0)[None, None, :] ** 2
        + ((y + 10.0) / 44.0)[None, :, None] ** 2
        + ((z - 25.0) / 46.0)[:, None, None] ** 2
    )
    dose: FloatArray = PRESCRIPTION_GY / (1.0 + np.exp((away - 1.0) / 0.12))
    return dose + (6.0 * np.exp(-((y / 150.0) ** 2)))[None, :, None]


def write_folder(folder: Path, case: SpeedCase, *, bits: int = 32) -> Path:
    """Write ``ct/``, ``rtstruct.dcm``, ``rtplan.dcm`` and ``rtdose.dcm`` in ``folder``; gives the folder."""
    study, series = uid_from("speed", "study"), uid_from("speed", "ct")
    structure_set, plan = uid_from("speed", "rtstruct"), uid_from("speed", "rtplan")
    person = Person(
        identities=(Identity(value="SPEED-1"),), name="SPEED^CASE", birth_date=date(1950, 1, 31), sex="F"
    )
    header = SeriesHeader(person=person, study_uid=study, series_uid=series, day=DAY, frame=FRAME)
    write_ct(folder / "ct", header=header, grid=case.grid, hu=np.broadcast_to(0.0, case.shape))
    write_rtstruct(
        folder / "rtstruct.dcm",
        header=header.in_series(uid_from("speed", "series", "rtstruct")),
        uid=structure_set,
        label="SPEED",
        rois=rois(case),
        image_series_uid=series,
        image_uids={z: ct_slice_uid(series, k) for k, z in enumerate(case.heights_mm.tolist())},
    )
    target = WrittenDoseReference(number=1, uid=uid_from("speed", "target"), prescription_gy=PRESCRIPTION_GY)
    write_rtplan(
        folder / "rtplan.dcm",
        header=header.in_series(uid_from("speed", "series", "rtplan")),
        plan=WrittenPlan(
            uid=plan,
            label="SPEED",
            fractions=30,
            beams=(WrittenBeam(number=1, name="A", dose_gy=2.0),),
            dose_references=(target,),
            structure_set_uid=structure_set,
        ),
    )
    write_rtdose(
        folder / "rtdose.dcm",
        header=header.in_series(uid_from("speed", "series", "rtdose")),
        dose=WrittenDose(
            uid=uid_from("speed", "rtdose"),
            grid=case.dose_grid,
            values_gy=dose_gy(case),
            plan_uids=(plan,),
            structure_set_uid=structure_set,
            bits=bits,
        ),
    )
    return folder
