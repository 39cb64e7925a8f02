"""The synthetic patient's ¹⁷⁷Lu-DOTATATE: cycles as numbers stand here; SPECT, segments of the kidneys and dose reports go out.

Each kidney holds an even activity that falls as one exponential; the camera blurs it. Nothing else takes up any.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter

from graybook.dicom.activity_facts import Camera, EnergyWindow
from graybook.dicom.nuclide_codes import Code
from graybook.dicom.write_header import SeriesHeader
from graybook.dicom.write_rrdsr import WrittenAdministration, write_rrdsr
from graybook.dicom.write_seg import WrittenSegment, write_seg
from graybook.dicom.write_spect import SpectScan, write_spect
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.geometry.grid import Grid
from graybook.progress import Progress
from graybook.workflow.demo.anatomy import ORGANS
from graybook.workflow.demo.courses import PATIENT, REFERENCE, synthetic_uid

__all__ = ["CYCLES", "HALF_LIFE_H", "SyntheticCycle", "nuclear_settings_text", "write_radionuclide"]

NUCLIDE, AGENT = "Lu-177", "Lutetium^177^ DOTATATE"
HALF_LIFE_H = 159.528
CAMERA = Camera(manufacturer="Synthetic D", model="Blurred kidneys", station="SPECT1", serial="1")
WINDOW = EnergyWindow(name="208 keV", lower_kev=187.2, upper_kev=228.8)
DURATION_S = 1200.0
FWHM_MM = 10.0
VOXEL_MM, SHAPE, FIRST_MM = 5.0, (27, 48, 74), (-182.5, -117.5, -211.0)
"""Of the SPECT; origin in the reference frame."""
FINE = 2
"""Parts of a voxel along each side, in which kidneys are drawn and blurred."""
SEGMENT_MM, SEGMENT_SHAPE, SEGMENT_FIRST_MM = 2.0, (50, 29, 96), (-95.3, 17.3, -192.0)
"""Of the segments: no voxel of theirs lies in the middle between two of the SPECT."""
KIDNEY = Code("64033007", "SCT", "Kidney")
SHIFTS_MM = ((3.0, -42.0, 118.0), (-8.0, -38.0, 96.0), (6.0, -47.0, 131.0))
"""From the reference frame to each cycle's own: the couch stood elsewhere each time."""


@dataclass(frozen=True, kw_only=True)
class SyntheticCycle:
    """One administration and its scans.

    Parameters
    ----------
    started
        With its offset from UTC.
    activity_mbq
        Administered. [MBq]
    scans
        Start of each acquisition.
    kidneys
        By TG-263 name: activity at the administration [MBq] and effective half-life [h].
    """

    number: int
    started: datetime
    activity_mbq: float
    scans: tuple[datetime, ...]
    kidneys: Mapping[str, tuple[float, float]]

    @property
    def key(self) -> str:
        """Names folder and UIDs."""
        return f"{self.started.year}-cycle-{self.number}"

    def hours(self, scan: datetime) -> float:
        """After the administration. [h]"""
        return (scan - self.started) / timedelta(hours=1)

    def activity_at(self, organ: str, hours: float) -> float:
        """True activity in a kidney. [MBq]"""
        first_mbq, half_life_h = self.kidneys[organ]
        return float(first_mbq * 2.0 ** (-hours / half_life_h))


def _clock(text: str, offset_h: int) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone(timedelta(hours=offset_h)))


CYCLES = (
    SyntheticCycle(
        number=1,
        started=_clock("2022-10-27 10:20", 2),
        activity_mbq=7400.0,
        scans=(_clock("2022-10-28 10:05", 2), _clock("2022-10-31 09:40", 1), _clock("2022-11-03 09:30", 1)),
        kidneys={"Kidney_L": (95.0, 51.0), "Kidney_R": (90.0, 48.0)},
    ),
    SyntheticCycle(
        number=2,
        started=_clock("2022-12-29 11:00", 1),
        activity_mbq=7350.0,
        scans=(_clock("2022-12-30 10:30", 1), _clock("2023-01-03 11:15", 1)),
        kidneys={"Kidney_L": (88.0, 52.0), "Kidney_R": (84.0, 49.0)},
    ),
    SyntheticCycle(
        number=3,
        started=_clock("2023-03-23 10:10", 1),
        activity_mbq=7420.0,
        scans=(_clock("2023-03-27 10:40", 2),),
        kidneys={"Kidney_L": (80.0, 52.0), "Kidney_R": (76.0, 49.0)},
    ),
)
"""The clocks go back in the first, the year ends in the second, the clocks go forward in the third."""


def write_radionuclide(folder: Path, progress: Progress) -> None:
    """Write every cycle into a folder of its own below ``folder``."""
    for cycle in CYCLES:
        progress(f"177Lu: cycle {cycle.number}", 0.9 + 0.03 * cycle.number)
        place = folder / cycle.key
        place.mkdir(parents=True, exist_ok=True)
        header = _header(cycle, "rrdsr", cycle.started)
        given = WrittenAdministration(
            nuclide=NUCLIDE,
            agent=AGENT,
            half_life_s=3600.0 * HALF_LIFE_H,
            started=cycle.started,
            activity_mbq=cycle.activity_mbq,
            uid=synthetic_uid(cycle.key, "administration"),
        )
        write_rrdsr(place / "SR.dcm", header=header, uid=synthetic_uid(cycle.key, "rrdsr"), given=given)
        _write_scans(place, cycle)
        _write_kidneys(place, cycle)


def _header(cycle: SyntheticCycle, kind: str, moment: datetime, *, frame: bool = False) -> SeriesHeader:
    return SeriesHeader(
        person=PATIENT,
        study_uid=synthetic_uid(cycle.key, "study", moment.date().isoformat()),
        series_uid=synthetic_uid(cycle.key, "series", kind),
        day=moment.date(),
        frame=synthetic_uid(cycle.key, "frame") if frame else "",
        series_description=f"Synthetic {kind}",
        study_description=f"177Lu-DOTATATE, cycle {cycle.number}",
        study_id=cycle.key,
        manufacturer=CAMERA.manufacturer,
        institution="SYNTHETIC, NOT A PERSON",
    )


def _grid(
    cycle: SyntheticCycle, shape: tuple[int, int, int], spacing_mm: float, first: tuple[float, float, float]
) -> Grid:
    return Grid(
        frame=synthetic_uid(cycle.key, "frame"),
        shape=shape,
        origin_mm=np.array(first) + np.array(SHIFTS_MM[cycle.number - 1]),
        spacing_mm=np.full(3, spacing_mm),
        axes=np.eye(3),
    )


def _inside(
    organ: str, shape: tuple[int, int, int], step_mm: float, first: tuple[float, float, float]
) -> BoolArray:
    """Points of a lattice of the reference frame that lie in an organ (zyx)."""
    z, y, x = (start + step_mm * np.arange(n) for start, n in zip(first[::-1], shape, strict=True))
    level = ORGANS[organ].level(x[None, None, :], y[None, :, None], z[:, None, None])
    return np.asarray(level < 0.0)


@cache
def _per_mbq(organ: str) -> FloatArray:
    """What the camera shows of 1 MBq spread evenly over an organ (zyx). [Bq/ml]"""
    step = VOXEL_MM / FINE
    shape = (FINE * SHAPE[0], FINE * SHAPE[1], FINE * SHAPE[2])
    x, y, z = (start - 0.5 * (VOXEL_MM - step) for start in FIRST_MM)
    inside = _inside(organ, shape, step, (x, y, z)).astype(np.float64)
    concentration = inside * (1e6 / (inside.sum() * step**3 / 1000.0))
    blurred = gaussian_filter(concentration, FWHM_MM / (np.sqrt(8.0 * np.log(2.0)) * step), truncate=5.0)
    parts = blurred.reshape(SHAPE[0], FINE, SHAPE[1], FINE, SHAPE[2], FINE)
    return np.asarray(parts.mean(axis=(1, 3, 5)))


def _write_scans(place: Path, cycle: SyntheticCycle) -> None:
    for number, began in enumerate(cycle.scans, start=1):
        hours = cycle.hours(began)
        shown = sum(_per_mbq(organ) * cycle.activity_at(organ, hours) for organ in cycle.kidneys)
        scan = SpectScan(
            began=began,
            duration_s=DURATION_S,
            nuclide=NUCLIDE,
            agent=AGENT,
            half_life_s=3600.0 * HALF_LIFE_H,
            administered=cycle.started,
            administered_mbq=cycle.activity_mbq,
            camera=CAMERA,
            energy_windows=(WINDOW,),
        )
        write_spect(
            place / f"NM_{number}.dcm",
            header=_header(cycle, f"spect {number}", began, frame=True),
            uid=synthetic_uid(cycle.key, "spect", str(number)),
            grid=_grid(cycle, SHAPE, VOXEL_MM, FIRST_MM),
            bq_per_ml=np.asarray(shown),
            scan=scan,
        )


def _write_kidneys(place: Path, cycle: SyntheticCycle) -> None:
    """Both kidneys as segments, drawn in the frame that the cycle's scans share."""
    segments = [
        WrittenSegment(
            label=organ, mask=_inside(organ, SEGMENT_SHAPE, SEGMENT_MM, SEGMENT_FIRST_MM), kind=KIDNEY
        )
        for organ in cycle.kidneys
    ]
    write_seg(
        place / "SEG.dcm",
        header=_header(cycle, "seg", cycle.scans[0], frame=True),
        uid=synthetic_uid(cycle.key, "seg"),
        grid=_grid(cycle, SEGMENT_SHAPE, SEGMENT_MM, SEGMENT_FIRST_MM),
        segments=segments,
    )


def nuclear_settings_text() -> str:
    """What ``graybook.toml`` says of the kidneys: recovery, the camera's error, α/β and repair."""
    said = f'author = "A. Demonstration"\ndate = {REFERENCE.day.isoformat()}\n'
    invented = 'source = "Invented for the demonstration."\n'
    organs = "".join(
        f'''
[[alpha_beta]]
tg263 = "{organ}"
value_gy = 2.6
{said}reason = "Stated, so that every line can be reckoned by hand."
source = "PyTheranostics, radiobiology.json: kidneys"

[[nuclear_organ]]
organ = "{organ}"
repair_half_time_h = 2.8
{said}reason = "Stated, so that every line can be reckoned by hand."
source = "PyTheranostics, radiobiology.json: kidneys"
'''
        for organ in ("Kidney_L", "Kidney_R")
    )
    return f'''
# Recovery of kidneys of three sizes, as a centre would measure it on its own phantom.
[[recovery_coefficient]]
camera = "{CAMERA.manufacturer}"
nuclide = "{NUCLIDE}"
points = [
    {{ volume_cm3 = 64.5, coefficient = 0.778 }},
    {{ volume_cm3 = 126.0, coefficient = 0.822 }},
    {{ volume_cm3 = 246.0, coefficient = 0.857 }},
]
sd = 0.02
organs = ["Kidney_L", "Kidney_R"]
{said}reason = "Measured on a phantom."
{invented}
[[camera]]
camera = "{CAMERA.manufacturer}"
nuclide = "{NUCLIDE}"
cps_per_mbq = 10.0
sd_percent = 3.0
calibrated = 2022-09-01
{said}reason = "Its images are in Bq/ml; the error of that scale."
{invented}{organs}'''
