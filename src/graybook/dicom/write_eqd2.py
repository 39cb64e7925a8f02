"""Written result: an equieffective total on a grid comes in, an RTDOSE that says what it is and is not goes out."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from graybook import __version__
from graybook.dicom.marks import MANUFACTURER, NOTICE, add_marks, uid_from
from graybook.dicom.write_header import SeriesHeader, save
from graybook.dicom.write_rtdose import WrittenDose, rtdose_dataset
from graybook.errors import UsageError
from graybook.geometry.arrays import FloatArray
from graybook.geometry.grid import Grid
from graybook.record.person import Person

__all__ = ["write_eqd2_dose"]


def write_eqd2_dose(
    path: Path,
    *,
    grid: Grid,
    values_gy: FloatArray,
    alpha_beta_gy: float,
    patient: Person,
    study_uid: str,
    day: date,
    plan_uids: Sequence[str],
    sources: Sequence[str],
    ion_plan_uids: Collection[str] = (),
    study_description: str = "",
    full_repair: bool = False,
) -> str:
    """Write a total in EQD2 as RTDOSE, EFFECTIVE, MULTI_PLAN, marked as Graybook's and not for planning.

    Voxels have 16 bits: the stored value is off by at most max / 65535 / 2 (0.8 mGy at 100 Gy). NaN is written
    as 0. UIDs come from the content: the same total gives the same file.

    Parameters
    ----------
    path
        Where to write; folders are made.
    grid
        Grid of the reference course's dose; its frame is written.
    values_gy
        EQD2, zyx. [Gy]
    alpha_beta_gy
        The α/β of the whole volume. [Gy]
    patient, study_uid, day
        Person, Study Instance UID and date of the reference course; no clock is asked.
    plan_uids
        Every plan in the sum, also when there is one.
    sources
        SOP Instance UIDs or SHA-256 of what it was computed from.
    ion_plan_uids
        Those of ``plan_uids`` that are RT Ion Plans.
    full_repair
        Whether fractions given several a day are in it, with repair between them taken as complete: said in the comment.

    Returns
    -------
    str
        SOP Instance UID.
    """
    if not alpha_beta_gy > 0:
        raise UsageError("An EQD2 needs a positive α/β.", value=alpha_beta_gy, remedy="Give α/β in Gy.")
    given = np.asarray(values_gy, dtype=np.float64)
    values = np.where(np.isnan(given), 0.0, given)
    plans = tuple(dict.fromkeys(plan_uids))
    ratio = f"{alpha_beta_gy:g}"
    content = _digest(grid, values)
    uid = uid_from("eqd2", study_uid, ratio, content, *plans, "sources", *sources)
    header = SeriesHeader(
        person=patient,
        study_uid=study_uid,
        series_uid=uid_from("eqd2 series", uid),
        day=day,
        frame=grid.frame,
        series_description=f"GRAYBOOK EQD2 ab={ratio} {NOTICE}",
        study_description=study_description,
        series_number=9000,
        manufacturer=MANUFACTURER,
        model="Graybook",
        software=__version__,
    )
    dose = WrittenDose(
        uid=uid,
        grid=grid,
        values_gy=values,
        summation="MULTI_PLAN",
        dose_type="EFFECTIVE",
        plan_uids=plans,
        ion_plan_uids=tuple(ion_plan_uids),
        comment=f"EQD2 total, alpha/beta {ratio} Gy. {'Full repair. ' if full_repair else ''}{NOTICE}",
    )
    dataset = rtdose_dataset(header, dose)
    add_marks(dataset, quantity="EQD2", alpha_beta_gy=alpha_beta_gy, sources=sources)
    return save(dataset, path)


def _digest(grid: Grid, values: FloatArray) -> str:
    """SHA-256 of where the voxels lie and of their values to a microgray."""
    digest = hashlib.sha256(repr((grid.frame, grid.shape)).encode())
    uneven = [] if grid.planes_mm is None else [grid.planes_mm]
    for array in (grid.origin_mm, grid.spacing_mm, grid.axes, *uneven):
        digest.update((np.round(array, 6) + 0.0).astype("<f8").tobytes())
    digest.update((np.round(values, 6) + 0.0).astype("<f8").tobytes())
    return digest.hexdigest()
