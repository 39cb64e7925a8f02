"""The pool's one table: a row for each person, structure and course, and one for the sum of all courses.

Numbers are whole numbers of small units, so that sums do not depend on the order in which engines add: doses in µGy, volumes in
mm³, shares in millionths, α/β in mGy. What is not known is NULL, never NaN, never 0.
"""

from __future__ import annotations

from enum import StrEnum

import pyarrow as pa

__all__ = [
    "DOSE_AT_PERCENT",
    "METRICS",
    "SCHEMA_VERSION",
    "TABLE",
    "UGY_PER_GY",
    "VOLUME_AT_GY",
    "Scope",
    "dose_column",
    "volume_column",
]

SCHEMA_VERSION = "1"
UGY_PER_GY = 1_000_000

METRICS = ("mean", "min", "max", "d0_03cc", "d0_1cc", "d2cc")
"""EQD2 at the structure's α/β: columns ``eqd2_<metric>_ugy``."""
DOSE_AT_PERCENT = (98, 95, 90, 80, 70, 60, 50, 40, 30, 20, 10, 5, 2)
"""Points of the histogram: the EQD2 that at least so much of the volume gets. [%]"""
VOLUME_AT_GY = (5, 10, 20, 30, 40, 50, 60, 70, 80, 100)
"""Points of the histogram: the share of the volume that gets at least so much EQD2. [Gy]"""


class Scope(StrEnum):
    """What a row speaks of."""

    COURSE = "course"
    CUMULATIVE = "cumulative"


def dose_column(percent: int) -> str:
    """The column of D98% and its like."""
    return f"eqd2_d{percent}pct_ugy"


def volume_column(dose_gy: int) -> str:
    """The column of V20Gy and its like, in millionths of the structure's volume."""
    return f"v{dose_gy}gy_ppm"


_I64, _I32, _TEXT, _FLAG, _DAY = pa.int64(), pa.int32(), pa.string(), pa.bool_(), pa.date32()

TABLE = pa.schema(
    [
        # whose row: pseudonym of the project, and what stands in the project for the files it was made from
        pa.field("person", _TEXT, nullable=False),
        pa.field("result", _TEXT, nullable=False),
        pa.field("sex", _TEXT),  # F, M, O; NULL unknown
        pa.field("age_years", _I32),  # whole years at the start of the reference course, 90 for all above 89
        # which row
        pa.field("structure", _TEXT, nullable=False),  # TG-263 name, else kind and a number: target-1
        pa.field("kind", _TEXT, nullable=False),  # organ, target, external ...
        pa.field("scope", _TEXT, nullable=False),  # course or cumulative
        pa.field("course", _I32),  # 1, 2, ... in the order of time; NULL for cumulative
        pa.field("courses", _I32, nullable=False),  # how many the person has that count
        # the course, or of cumulative rows the reference course
        pa.field("modality", _TEXT),  # NULL for cumulative
        pa.field(
            "apart", _FLAG, nullable=False
        ),  # radionuclide or microspheres: in no sum of external beam (rule 15)
        pa.field("start", _DAY),  # moved by the person's days
        pa.field(
            "interval_days", _I32
        ),  # end of those before (of beams, or of what stands apart), to this start
        pa.field("since_first_days", _I32),  # start of the first course, to this one's start
        pa.field("fractions", _I32),
        pa.field("reirradiation", _TEXT),  # type I, type II ...; NULL where not determined
        pa.field(
            "status", _TEXT, nullable=False
        ),  # delivered, partly delivered, assumed delivered or proposed: the least sure of the phases that count
        # how well it is known
        pa.field("evidence_grade", _TEXT, nullable=False),  # of cumulative rows the worst that counts
        pa.field("in_sum", _FLAG, nullable=False),  # of a course: whether it enters the cumulative row
        pa.field("lower_bound", _FLAG, nullable=False),  # a course, or part of the organ's dose, is missing
        pa.field("alignment_use", _TEXT),  # 3D sum, 3D sum with envelope, point sum only
        pa.field("alpha_beta_mgy", _I32),
        pa.field(
            "alpha_beta_basis", _TEXT
        ),  # table, tumour, convention, override or no entry; who said so stays out
        pa.field("tables_edition", _TEXT, nullable=False),
        pa.field("software_version", _TEXT, nullable=False),
        # doses
        pa.field("volume_mm3", _I64),
        pa.field("physical_mean_ugy", _I64),
        pa.field("physical_d0_03cc_ugy", _I64),
        *(pa.field(f"eqd2_{metric}_ugy", _I64) for metric in METRICS),
        pa.field("eqd2_mean_low_ugy", _I64),  # ends of what stands apart
        pa.field("eqd2_mean_high_ugy", _I64),
        pa.field("eqd2_d0_03cc_low_ugy", _I64),  # ends of what limits look at
        pa.field("eqd2_d0_03cc_high_ugy", _I64),
        *(pa.field(dose_column(percent), _I64) for percent in DOSE_AT_PERCENT),
        *(pa.field(volume_column(dose_gy), _I32) for dose_gy in VOLUME_AT_GY),
        # what happened, from [clinical.outcome]: days count from the start of the reference course
        pa.field("vital_status", _TEXT),  # alive or dead
        pa.field("follow_up_days", _I32),  # to death, or to the last day the person was seen
        pa.field("recurrence", _FLAG),  # NULL where nobody says
        pa.field("recurrence_days", _I32),  # to its first day; NULL where there was none, or no day is known
        pa.field("toxicity_grade", _I32),  # highest CTCAE grade at this structure; NULL where nobody says
        pa.field("toxicity_days", _I32),  # to the first day of that grade; NULL where no day is known
    ],
    metadata={"graybook_schema": SCHEMA_VERSION},
)
"""Columns with their types; ``nullable`` says where NULL may stand. NaN and infinity may stand nowhere."""
