"""Written background: planes of dose come in one by one; an RTDOSE for a planning system goes out, marked with what it is for.

Stored values have 32 bits, so that even a map whose highest value is only bounded from above is exact to a part in a million of a
gray. Planes go to disk as they come: a dose on the voxels of a planning CT never lies in memory as a whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import RTDoseStorage, RTIonPlanStorage, RTPlanStorage

from graybook import __version__
from graybook.dicom.background_marks import CHECK_FIRST, BackgroundMarks, add_background_marks
from graybook.dicom.marks import MANUFACTURER, uid_from
from graybook.dicom.write_header import NOON, SeriesHeader, day_text, decimal, header_dataset, reference, save
from graybook.dicom.write_rtdose import add_geometry, add_stored, upright
from graybook.errors import UsageError
from graybook.geometry.arrays import FloatArray
from graybook.geometry.grid import Grid
from graybook.record.person import Person

__all__ = [
    "BackgroundHeader",
    "BackgroundVoxels",
    "WrittenBackground",
    "background_label",
    "write_background",
]

BITS = 32
TOP = 2 ** (BITS - 1) - 1
"""Highest stored value: a reader that takes the 32 bits for signed ones still sees no dose below 0."""
LONGEST = 64
"""Characters of a Long String (LO)."""
MOST_BYTES = 2**32 - 2
"""Length of a value in explicit VR."""
DOSE_TYPES = {"EQD2": "EFFECTIVE", "REMAINING": "PHYSICAL", "BASE": "PHYSICAL"}
"""Dose Type by quantity. A planning system adds like to like: only a PHYSICAL base dose is added to the dose that it computes."""


@dataclass(frozen=True, kw_only=True)
class BackgroundHeader:
    """
    Whose file it is, and where it belongs.

    Parameters
    ----------
    patient, study_uid, day
        Person, Study Instance UID and date of the course it is made for; no clock is asked.
    study_description
        Of that study.
    plan_uids, ion_plan_uids
        The earlier plans in it, and which of them are RT Ion Plans.
    sources
        SHA-256 of what it was computed from.
    """

    patient: Person
    study_uid: str
    day: date
    study_description: str = ""
    plan_uids: Sequence[str] = ()
    ion_plan_uids: Collection[str] = ()
    sources: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class WrittenBackground:
    """What was written."""

    sop_instance_uid: str
    sha256: str
    dose_type: str
    label: str
    comment: str
    min_gy: float
    max_gy: float


class BackgroundVoxels:
    """
    Stored values of one file, plane by plane, kept beside the file until it is written.

    Parameters
    ----------
    path
        Of the file to be; its folder exists.
    grid
        Where the voxels lie; any orientation, uneven planes included.
    highest_gy
        A dose that no voxel exceeds. [Gy]
    """

    def __init__(self, path: Path, grid: Grid, highest_gy: float) -> None:
        size = int(np.prod(grid.shape)) * BITS // 8
        if size > MOST_BYTES:
            raise UsageError(
                "The voxels of the planning CT are more than one RT Dose can hold.",
                value=f"{size / 2**30:.1f} GiB",
                remedy="Ask for a coarser grid with --spacing-mm.",
            )
        self.path = path
        self.grid = upright(grid)
        self.scaling = decimal(highest_gy / TOP if highest_gy > 0 else 1.0)
        self.min_gy, self.max_gy = np.inf, 0.0
        self.planes = 0
        self._digest = hashlib.sha256()
        self._raw = path.with_name(path.name + ".part")
        self._stream: BinaryIO = self._raw.open("wb")

    def __enter__(self) -> BackgroundVoxels:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()
        self._raw.unlink(missing_ok=True)

    def add(self, planes_gy: FloatArray) -> None:
        """The next planes, zyx. [Gy]"""
        if not np.all(np.isfinite(planes_gy)) or planes_gy.min() < 0:
            raise UsageError(
                "A written dose must be finite and not negative.",
                value=float(np.min(planes_gy)),
                remedy="Check the dose that is to be written.",
            )
        stored = np.clip(np.rint(planes_gy / float(self.scaling)), 0, TOP).astype("<u4")
        data = stored.tobytes()
        self._digest.update(data)
        self._stream.write(data)
        self.min_gy = min(self.min_gy, float(planes_gy.min()))
        self.max_gy = max(self.max_gy, float(planes_gy.max()))
        self.planes += len(planes_gy)

    @property
    def digest(self) -> str:
        """SHA-256 of where the voxels lie and of what is stored."""
        grid, digest = self.grid, self._digest.copy()
        digest.update(repr((grid.frame, grid.shape, str(self.scaling))).encode())
        uneven = [] if grid.planes_mm is None else [grid.planes_mm]
        for array in (grid.origin_mm, grid.spacing_mm, grid.axes, *uneven):
            digest.update((np.round(array, 6) + 0.0).astype("<f8").tobytes())
        return digest.hexdigest()

    def stream(self) -> BinaryIO:
        """The stored values, to be read from the beginning."""
        if self.planes != self.grid.shape[0]:
            raise UsageError(
                "Some planes are missing.",
                value=(self.planes, self.grid.shape[0]),
                remedy="Add every plane of the grid.",
            )
        self._stream.close()
        return self._raw.open("rb")


def background_label(marks: BackgroundMarks) -> str:
    """
    The series description: what the file is, and what it is valid for, in 64 characters.

    Examples
    --------
    >>> background_label(BackgroundMarks(quantity="EQD2", alpha_beta_gy=2.0))
    'GRAYBOOK PRIOR EQD2 ab=2 CHECK BEFORE USE'
    >>> background_label(BackgroundMarks(quantity="BASE", alpha_beta_gy=2.0, fractions=30, expected_label="VMAT1"))
    'GRAYBOOK BASE ab=2 n=30 ONLY FOR PLAN VMAT1'
    """
    ratio = f"ab={marks.alpha_beta_gy:g}"
    if marks.quantity == "EQD2":
        return f"GRAYBOOK PRIOR EQD2 {ratio} CHECK BEFORE USE"
    if marks.quantity == "REMAINING":
        limit = f"to {marks.limit_eqd2_gy:g} Gy EQD2" if marks.limit_eqd2_gy is not None else ""
        return _line(f"GRAYBOOK REMAINING {ratio} n={marks.fractions} {limit} CHECK BEFORE USE")
    return _line(f"GRAYBOOK BASE {ratio} n={marks.fractions} ONLY FOR PLAN {marks.expected_label}")


def _comment(marks: BackgroundMarks) -> str:
    """The dose comment: what the file holds, and that a course is missing if one is, in 64 characters."""
    ratio = f"a/b {marks.alpha_beta_gy:g}"
    words, bound = {
        "EQD2": (f"GRAYBOOK PRIOR EQD2 {ratio}.", "LOWER BOUND"),
        "REMAINING": (f"GRAYBOOK REMAINING n={marks.fractions} {ratio}.", "AT MOST THIS"),
        "BASE": (f"GRAYBOOK BASE n={marks.fractions} {ratio}, 1 plan.", "LOWER BOUND"),
    }[marks.quantity]
    return _line(f"{words} {bound}: COURSE MISSING" if marks.lower_bound else words)


def _description(marks: BackgroundMarks) -> str:
    """All of it in sentences, for viewers that show a derivation."""
    ratio = f"{marks.alpha_beta_gy:g} Gy"
    words = {
        "EQD2": f"EQD2 of the earlier courses at alpha/beta {ratio}, for objectives in EQD2. Not a physical dose.",
        "REMAINING": f"Physical dose in {marks.fractions} fractions that leaves each voxel at "
        f"{marks.limit_eqd2_gy or 0:g} Gy EQD2, alpha/beta {ratio}, with the earlier courses. It is a limit, not a dose given.",
        "BASE": f"Physical base dose for the plan {marks.expected_label} alone, in {marks.fractions} fractions, for alpha/beta "
        f"{ratio} alone. For another plan, another number of fractions or another alpha/beta it is wrong.",
    }
    missing = (
        " An earlier course is missing: more was given than is counted here." if marks.lower_bound else ""
    )
    return (
        f"GRAYBOOK {marks.quantity}. {words[marks.quantity]}{missing} Beyond the grid of an earlier dose the highest dose of "
        f"its nearest face is taken. {CHECK_FIRST}."
    )


def write_background(
    voxels: BackgroundVoxels, *, marks: BackgroundMarks, header: BackgroundHeader
) -> WrittenBackground:
    """
    Write the planes that were added as RTDOSE; MULTI_PLAN, of the earlier plans.

    UIDs come from the content: the same dose with the same marks gives the same file.

    Parameters
    ----------
    voxels
        With every plane added.
    marks
        What the file is valid for.
    header
        Whose it is.
    """
    plans = tuple(dict.fromkeys(header.plan_uids))
    uid = uid_from(
        "background", header.study_uid, repr(marks), voxels.digest, *plans, "sources", *header.sources
    )
    label, comment = background_label(marks), _comment(marks)
    series = SeriesHeader(
        person=header.patient,
        study_uid=header.study_uid,
        series_uid=uid_from("background series", uid),
        day=header.day,
        frame=voxels.grid.frame,
        series_description=label,
        study_description=header.study_description,
        series_number=9001,
        manufacturer=MANUFACTURER,
        model="Graybook",
        software=__version__,
    )
    ds = header_dataset(series, sop_class=RTDoseStorage, uid=uid, modality="RTDOSE")
    ds.InstanceNumber = 1
    ds.ContentDate, ds.ContentTime = day_text(header.day), NOON
    ds.DerivationDescription = _description(marks)
    ds.DoseUnits, ds.DoseType, ds.DoseSummationType = "GY", DOSE_TYPES[marks.quantity], "MULTI_PLAN"
    ds.DoseComment = comment
    if plans:
        ds.ReferencedRTPlanSequence = [_plan_item(plan, header) for plan in plans]
    add_geometry(ds, voxels.grid)
    add_background_marks(ds, marks, sources=list(header.sources))
    with voxels.stream() as pixels:
        add_stored(ds, voxels.scaling, pixels, bits=BITS)
        save(ds, voxels.path)
    return WrittenBackground(
        sop_instance_uid=uid,
        sha256=_file_digest(voxels.path),
        dose_type=DOSE_TYPES[marks.quantity],
        label=label,
        comment=comment,
        min_gy=voxels.min_gy,
        max_gy=voxels.max_gy,
    )


def _plan_item(uid: str, header: BackgroundHeader) -> Dataset:
    return reference(RTIonPlanStorage if uid in header.ion_plan_uids else RTPlanStorage, uid)


def _line(text: str) -> str:
    """One line that a Long String holds."""
    return " ".join(text.replace("\\", "/").split())[:LONGEST].rstrip()


def _file_digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
