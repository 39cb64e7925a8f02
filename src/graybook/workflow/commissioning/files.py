"""A ball in a linear dose is written as DICOM, cut every way and in every syntax; what is read back goes out as cases.

A ball looks the same from everywhere, so its DVH in a linear dose has one closed form, whatever way contours and dose lie.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np

from graybook.dicom.marks import uid_from
from graybook.dicom.write_header import SeriesHeader
from graybook.dicom.write_rtdose import WrittenDose, write_rtdose
from graybook.dicom.write_rtplan import WrittenDoseReference, WrittenPlan, write_rtplan
from graybook.dicom.write_rtstruct import WrittenRoi, write_rtstruct
from graybook.dicom.write_syntax import rewrite
from graybook.dvh.bodies import LinearDose, Sphere, contours, curve_cm3, metrics
from graybook.dvh.metrics import parse
from graybook.errors import InputError
from graybook.geometry import Grid
from graybook.geometry.arrays import FloatArray
from graybook.record.person import Identity, Person
from graybook.report.commission_result import Case, Group
from graybook.workflow.commissioning.case import Bench, Check
from graybook.workflow.commissioning.geometry import ORIENTATIONS
from graybook.workflow.physical_dvh import DosedStructure, physical_dvhs

__all__ = ["files"]

WAYS = (
    ("HFS", "explicit"),
    ("FFS", "implicit"),
    ("FFP", "big endian"),
    ("HFDR", "deflated"),
    ("coronal", "RLE"),
    ("sagittal", "JPEG-LS"),
    ("oblique", "JPEG 2000"),
)
"""Which way contours and dose lie, and how their files are written."""

PERSON = Person(identities=(Identity(value="GRAYBOOK-COMMISSION", issuer="SYNTHETIC"),), name="Ball^Phantom")
DAY = date(2026, 1, 5)
RADIUS_MM, SLICE_MM = 18.0, 2.0
CENTRE_MM = np.array([4.0, -6.0, 8.0])
SLOPE = np.array([0.2, -0.1, 0.15])
CENTRE_GY, FRACTIONS = 30.0, 10
SHAPE, SPACING_MM = (27, 33, 33), np.array([2.5, 2.5, 3.0])
TEXTS = ("D98%", "D50%", "D2%", "D0.03cc", "V30Gy[%]")
WITHIN_PERCENT = 0.3


def files(bench: Bench) -> Group:
    """The ball through files of every orientation and syntax."""
    words = bench.words
    cases = []
    for number, (orientation, syntax) in enumerate(WAYS):
        bench.progress(words("files"), number / len(WAYS))
        cases += list(_cases(bench, orientation, syntax))
    return Group(
        id="files", title=words("files"), what=words("files_what"), reason=words("files_reason"), cases=cases
    )


def _cases(bench: Bench, orientation: str, syntax: str) -> Iterator[Case]:
    words, found = bench.words, dict[str, float]()
    error: Exception | None = None
    try:
        folder = _written(bench.folder / f"{orientation} {syntax}", ORIENTATIONS[orientation], syntax)
        found = _figures(_ball(folder))
    except (InputError, OSError, ValueError, RuntimeError) as raised:
        error = raised

    def value(key: str) -> float:
        if error is not None:
            raise error
        return found[key]

    for key, expected in _truth().items():
        check = Check(
            id=f"{orientation} {syntax} {key}",
            text=words("ball", orientation=words(f"grid_{orientation}"), syntax=syntax, metric=key),
            expected=expected,
            tolerance=WITHIN_PERCENT,
            percent=True,
            unit="cm³" if key == "V" else "%" if key.endswith("[%]") else "Gy",
            source=words("closed_form"),
            row=words("ball_row", orientation=words(f"grid_{orientation}"), syntax=syntax),
            column=key,
        )
        yield check.case(lambda key=key: value(key))  # type: ignore[misc]


def _truth() -> dict[str, float]:
    """The ball's figures in closed form; only the steepness of the dose counts, not its direction."""
    body = Sphere(radius_mm=RADIUS_MM)
    dose = LinearDose(axis=2, per_mm_gy=float(np.linalg.norm(SLOPE)), middle_gy=CENTRE_GY)
    found = metrics(body, dose)
    volume = found["V"]
    ends = {"V": volume, "min": found["Dmin"], "max": found["Dmax"], "mean": found["Dmean"]}
    for percent in (98.0, 50.0, 2.0):
        u = _cap(percent / 100.0)
        ends[f"D{percent:g}%"] = CENTRE_GY + dose.per_mm_gy * RADIUS_MM * u
    above = float(curve_cm3(body, dose, np.array([30.0]))[0])
    return {**ends, "D0.03cc": found["D0.03cc"], "V30Gy[%]": 100.0 * above / volume}


def _cap(share: float) -> float:
    """u with this share of a ball beyond u radii: (2 - 3u + u³)/4 = share."""
    roots = np.roots([1.0, 0.0, -3.0, 2.0 - 4.0 * share])
    return float(next(root.real for root in roots if abs(root.imag) < 1e-9 and abs(root.real) <= 1.0))


def _header(kind: str) -> SeriesHeader:
    return SeriesHeader(
        person=PERSON,
        study_uid=uid_from("graybook commission", "study"),
        series_uid=uid_from("graybook commission", kind),
        day=DAY,
        frame=uid_from("graybook commission", "frame"),
        series_description=f"Phantom {kind}",
        institution="SYNTHETIC, NOT A PERSON",
    )


def _written(folder: Path, axes: FloatArray, syntax: str) -> Path:
    """Structure set, plan and dose of the ball, turned by ``axes``."""
    plan_uid, set_uid = (uid_from("graybook commission", kind) for kind in ("plan", "structures"))
    planes = np.arange(-9, 10) * SLICE_MM + 0.4
    stack = contours(Sphere(radius_mm=RADIUS_MM), planes)
    ball = WrittenRoi(number=1, name="Ball", polygons=[one @ axes.T + CENTRE_MM for one in stack.polygons])
    write_rtstruct(folder / "RS.dcm", header=_header("structures"), uid=set_uid, label="Ball", rois=[ball])
    target = WrittenDoseReference(
        number=1, uid=uid_from("graybook commission", "target"), prescription_gy=CENTRE_GY
    )
    plan = WrittenPlan(
        uid=plan_uid,
        label="BALL",
        fractions=FRACTIONS,
        dose_references=(target,),
        structure_set_uid=set_uid,
    )
    write_rtplan(folder / "RP.dcm", header=_header("plan"), plan=plan)
    grid = Grid(
        frame=_header("dose").frame,
        shape=SHAPE,
        origin_mm=CENTRE_MM - axes @ (0.5 * SPACING_MM * (np.array(SHAPE[::-1]) - 1)),
        spacing_mm=SPACING_MM,
        axes=axes,
    )
    values = CENTRE_GY + (grid.centres() - CENTRE_MM) @ SLOPE
    dose = WrittenDose(
        uid=uid_from("graybook commission", "dose"),
        grid=grid,
        values_gy=values.reshape(grid.shape),
        plan_uids=(plan_uid,),
    )
    write_rtdose(folder / "RD.dcm", header=_header("dose"), dose=dose)
    for path in sorted(folder.glob("*.dcm")):
        rewrite(path, syntax)
    return folder


def _ball(folder: Path) -> DosedStructure:
    """The one structure of the one plan."""
    read = physical_dvhs(folder, tuple(map(parse, TEXTS)))
    found = [structure for plan in read.plans for structure in plan.structures]
    if len(found) != 1:
        said = "; ".join(f"{one.code}: {one.params.get('why', one.subject)}" for one in read.refusals)
        raise InputError(
            "The ball was not read back.", value=said or None, remedy="Report it as a fault of Graybook."
        )
    return found[0]


def _figures(ball: DosedStructure) -> dict[str, float]:
    named = {"V": ball.volume_cm3, "min": ball.min_gy, "max": ball.max_gy, "mean": ball.mean_gy}
    return {key: value for key, value in {**named, **ball.metrics}.items() if value is not None}
