"""A pool's table of invented persons, the same for the same seed: with gaps, several courses and what happened after."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from graybook.cohort.schema import DOSE_AT_PERCENT, METRICS, TABLE, VOLUME_AT_GY, dose_column, volume_column

ORGANS = {
    "SpinalCord": (0.95, 38.0),
    "Lung_R": (0.8, 30.0),
    "Lung_L": (0.8, 26.0),
    "Heart": (0.6, 22.0),
    "Esophagus": (0.45, 35.0),
    "Brainstem": (0.25, 30.0),
    "Kidney_L": (0.1, 9.0),
    "Cochlea_L": (0.02, 12.0),
}
"""How often an organ is drawn, and its median near-maximum dose of a course. [Gy]"""


def pool_table(persons: int = 200, *, seed: int = 9, outcomes: bool = True) -> pa.Table:
    """Rows in the form of the pool's table."""
    draw = np.random.default_rng(seed)
    rows = [row for number in range(persons) for row in _person(number, draw, outcomes)]
    empty = dict.fromkeys(TABLE.names)
    return pa.Table.from_pylist([{**empty, **row} for row in rows], schema=TABLE)


def _person(number: int, draw: np.random.Generator, outcomes: bool) -> Iterator[dict[str, Any]]:
    courses = int(draw.choice([1, 2, 3], p=[0.35, 0.5, 0.15]))
    interval = int(draw.lognormal(6.6, 0.7))
    grade = str(draw.choice(["A", "B", "C", "D"], p=[0.7, 0.15, 0.12, 0.03]))
    lower = bool(grade in "CD" or draw.random() < 0.1)
    who = {
        "person": f"P-{number:016d}",
        TABLE.names[1]: f"{number:064x}",
        "sex": None if draw.random() < 0.03 else str(draw.choice(["F", "M"])),
        "age_years": None if draw.random() < 0.08 else int(draw.integers(35, 90)),
        "courses": courses,
        "tables_edition": "2026-11",
        "software_version": "0.1.0",
        "status": "delivered" if draw.random() < 0.9 else "assumed delivered",
        "apart": False,
        "reirradiation": "type I" if courses > 1 and draw.random() < 0.6 else None,
        **(_outcome(draw) if outcomes else {}),
    }
    names = [name for name, (often, _) in ORGANS.items() if draw.random() < often]
    for structure in [*names, *(["organ-1"] if draw.random() < 0.2 else [])]:
        for course in [*range(1, courses + 1), None]:
            yield {**who, **_row(structure, course, courses, interval, grade, lower, draw, outcomes)}


def _outcome(draw: np.random.Generator) -> dict[str, Any]:
    if draw.random() < 0.2:
        return {}
    followed, death, again = draw.uniform(200, 3500), draw.exponential(2600), draw.exponential(2400)
    dead = death < followed
    seen = int(min(followed, death))
    told = draw.random() < 0.85
    return {
        "vital_status": "dead" if dead else "alive",
        "follow_up_days": None if draw.random() < 0.06 else seen,
        "recurrence": bool(again < seen) if told else None,
        "recurrence_days": int(again) if told and again < seen and draw.random() < 0.95 else None,
    }


def _row(
    structure: str,
    course: int | None,
    courses: int,
    interval: int,
    grade: str,
    lower: bool,
    draw: np.random.Generator,
    outcomes: bool,
) -> dict[str, Any]:
    total = course is None
    factor = (1.0 + 0.7 * (courses - 1)) if total else 1.0
    near = ORGANS.get(structure, (0.0, 20.0))[1] * factor * draw.lognormal(0.0, 0.35)
    known = grade != "D" and draw.random() > 0.02
    with_curve = known and draw.random() > 0.12
    doses = {f"eqd2_{one}_ugy": round(1e6 * near * 0.6) for one in METRICS} | {
        "eqd2_d0_03cc_ugy": round(1e6 * near),
        "eqd2_mean_ugy": round(1e6 * near * 0.35),
    }
    points = {dose_column(one): round(1e6 * near * (1 - one / 110)) for one in DOSE_AT_PERCENT}
    points |= {volume_column(one): round(1e6 * max(0.0, 1 - one / (near + 1))) for one in VOLUME_AT_GY}
    day = date(1880, 1, 5) + timedelta(days=interval * ((course or courses) - 1))
    return {
        "structure": structure,
        "kind": "organ",
        "scope": "cumulative" if total else "course",
        "course": course,
        "modality": None if total else "photon",
        "start": day,
        "interval_days": interval if courses > 1 and (total or course != 1) else None,
        "since_first_days": interval * ((course or courses) - 1),
        "fractions": None if grade == "D" else 25,
        "evidence_grade": grade,
        "in_sum": not lower,
        "lower_bound": total and lower,
        "alignment_use": "3D sum" if total and courses > 1 and draw.random() < 0.8 else None,
        "alpha_beta_mgy": 2000,
        "alpha_beta_basis": "no entry" if structure == "organ-1" else "table",
        "volume_mm3": 45_000,
        "physical_mean_ugy": None if total else round(1e6 * near * 0.4),
        **(doses if known else {}),
        **(points if with_curve else {}),
        "toxicity_grade": int(draw.choice([0, 1, 2, 3], p=[0.6, 0.2, 0.13, 0.07]))
        if outcomes and structure in ("SpinalCord", "Esophagus") and draw.random() < 0.6
        else None,
    }
