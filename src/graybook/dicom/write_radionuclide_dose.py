"""Written radionuclide dose: absorbed dose of one cycle on a grid comes in, an RTDOSE that is taken for no course goes out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np

from graybook import __version__
from graybook.dicom.marks import MANUFACTURER, NOTICE, add_marks, uid_from
from graybook.dicom.write_header import SeriesHeader, save
from graybook.dicom.write_rtdose import WrittenDose, rtdose_dataset
from graybook.geometry.arrays import FloatArray
from graybook.geometry.grid import Grid
from graybook.record.person import Person

__all__ = ["DESCRIPTION", "QUANTITY", "write_radionuclide_dose"]

QUANTITY = "RADIONUCLIDE"
DESCRIPTION = "GRAYBOOK RADIONUCLIDE DOSE"
"""How the series description begins, which systems keep that write a file anew: such a dose is no course of external beam."""


def write_radionuclide_dose(
    path: Path,
    *,
    grid: Grid,
    values_gy: FloatArray,
    patient: Person,
    study_uid: str,
    day: date,
    cycle: int,
    method: str,
    sources: Sequence[str],
) -> str:
    """Write the absorbed dose of a cycle as RTDOSE, PHYSICAL, with no plan, marked as Graybook's and not for planning.

    Parameters
    ----------
    path
        Where to write.
    grid
        Of the images; its frame is written.
    values_gy
        Absorbed dose, zyx, none below 0. [Gy]
    patient, study_uid, day
        Person and study of the images; the day of the administration.
    cycle, method
        Number of the cycle, and the dose model by name.
    sources
        Series Instance UIDs of the images.

    Returns
    -------
    str
        SOP Instance UID.
    """
    values = np.asarray(values_gy, dtype=np.float64)
    digest = hashlib.sha256(np.round(values, 6).astype("<f8").tobytes()).hexdigest()
    uid = uid_from("radionuclide dose", study_uid, str(cycle), method, digest, *sources)
    header = SeriesHeader(
        person=patient,
        study_uid=study_uid,
        series_uid=uid_from("radionuclide dose series", uid),
        day=day,
        frame=grid.frame,
        series_description=f"{DESCRIPTION} cycle {cycle} {NOTICE}",
        study_description="",
        series_number=9100 + cycle,
        manufacturer=MANUFACTURER,
        model="Graybook",
        software=__version__,
    )
    comment = f"{method}, recovery not undone. {NOTICE}"
    dose = WrittenDose(uid=uid, grid=grid, values_gy=values, summation="RECORD", comment=comment, bits=32)
    dataset = rtdose_dataset(header, dose)
    add_marks(dataset, quantity=QUANTITY, alpha_beta_gy=0.0, sources=sources)
    return save(dataset, path)
