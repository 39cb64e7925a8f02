"""Synthetic pool: a number of persons comes in; that many folders of result.json and dvh.csv, of nobody, go out, one at a time.

Every person has a latent anatomy: a structure is some hundreds of equal voxels along one axis, a course a dose that falls over it
like the edge of a field. EQD2 is reckoned voxel by voxel, so that metrics, curves, sums and intervals agree with each other as
those of an assessment do. Dates, modalities, grades, missing values and outcomes vary; what is drawn depends on the seed and the
person's number alone. The text is that of ``graybook.report.result``.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from graybook.geometry.arrays import FloatArray
from graybook.report.result import Result, json_text

__all__ = ["SEED", "SyntheticRecord", "built_pool", "record", "records", "write_records"]

SEED = 2026
STEP_GY = 0.1
MOST_POINTS = 380
"""Points of a curve, about as those of an assessment: where doses are higher the steps grow by tenths of a Gy."""
NOTICE = "Synthetic: of nobody, made to test pools."
CREATED = date(2026, 11, 2)
LAST_SESSION, LAST_SEEN = CREATED - timedelta(days=60), CREATED - timedelta(days=40)
"""Nothing has happened after the day on which a result, also an older one, was made."""

SITES: dict[str, dict[str, tuple[float, float]]] = {
    "lung": {
        "SpinalCord": (2.0, 45.0), "Lung_L": (3.0, 1600.0), "Lung_R": (3.0, 1900.0), "Heart": (2.5, 620.0),
        "Esophagus": (3.0, 38.0), "A_Aorta": (3.0, 190.0),
    },
    "head and neck": {
        "SpinalCord": (2.0, 30.0), "Brainstem": (2.1, 27.0), "Parotid_L": (3.0, 28.0), "Parotid_R": (3.0, 29.0),
        "Larynx": (3.0, 40.0), "Bone_Mandible": (0.85, 75.0),
    },
    "brain": {
        "Brain": (2.0, 1350.0), "Brainstem": (2.1, 26.0), "OpticChiasm": (2.0, 0.6), "OpticNrv_L": (2.0, 0.7),
        "OpticNrv_R": (2.0, 0.7), "Eye_L": (3.0, 8.5), "Eye_R": (3.0, 8.4),
    },
    "prostate": {
        "Rectum": (3.0, 70.0), "Bladder": (5.0, 180.0), "Femur_Head_L": (3.0, 65.0), "Femur_Head_R": (3.0, 66.0),
        "PenileBulb": (3.0, 6.0), "Bowel": (3.0, 900.0),
    },
    "liver": {
        "Liver": (2.5, 1500.0), "Kidney_L": (2.5, 170.0), "Kidney_R": (2.5, 175.0), "Stomach": (3.0, 250.0),
        "Duodenum": (3.0, 60.0), "SpinalCord": (2.0, 40.0),
    },
}  # fmt: skip
"""Organs of a site: α/β [Gy] and volume [cm³], invented but of the right size."""

SITE_SHARE = (0.34, 0.22, 0.18, 0.16, 0.10)
SCHEDULES = ((60.0, 30), (50.0, 25), (66.0, 33), (30.0, 10), (54.0, 3), (48.0, 4), (20.0, 5), (36.25, 5))
MODALITIES = (
    "photon",
    "photon",
    "photon",
    "photon",
    "photon",
    "photon",
    "proton",
    "proton",
    "electron",
    "carbon",
)
CYTOTOXIC = {
    "SpinalCord": "Myelitis",
    "Esophagus": "Esophagitis",
    "Rectum": "Proctitis",
    "Brain": "Central nervous system necrosis",
}
"""Terms that a person might write; the pool takes the grade and the organ."""


@dataclass(frozen=True, kw_only=True)
class SyntheticRecord:
    """One folder's content."""

    name: str
    result: str
    curves: str


@dataclass(kw_only=True)
class _Course:
    id: str
    start: date
    end: date | None
    modality: str
    grade: str
    status: str
    total_gy: float
    fractions: int
    in_sum: bool
    reference: bool
    doses: dict[str, FloatArray] = field(default_factory=dict)

    @property
    def apart(self) -> bool:
        return self.modality == "radionuclide"

    @property
    def last(self) -> date:
        return self.end or self.start + timedelta(
            days=(self.fractions - 1) // 5 * 7 + (self.fractions - 1) % 5
        )


def records(
    n: int, *, seed: int = SEED, voxels: int = 240, points: int = MOST_POINTS
) -> Iterator[SyntheticRecord]:
    """The records of so many persons, one at a time; one person in 25 has an older result besides."""
    for number in range(1, n + 1):
        yield record(number, seed=seed, voxels=voxels, points=points)
        if number % 25 == 0:
            yield record(number, seed=seed, voxels=voxels, points=points, older=True)


def write_records(
    folder: Path, n: int, *, seed: int = SEED, voxels: int = 240, points: int = MOST_POINTS
) -> int:
    """Write each record into a folder of its own; gives the bytes written. [B]"""
    written = 0
    for one in records(n, seed=seed, voxels=voxels, points=points):
        place = folder / one.name
        place.mkdir(parents=True, exist_ok=True)
        written += (place / "result.json").write_bytes(one.result.encode())
        written += (place / "dvh.csv").write_bytes(one.curves.encode())
    return written


def built_pool(folder: Path, n: int, *, seed: int = SEED) -> Path:
    """A pool of so many persons, with its records and its key, which is no secret, beside it in the folder; gives the pool."""
    from graybook.workflow.cohort_build import build

    write_records(folder / "records", n, seed=seed)
    key = folder / "synthetic.key"
    key.touch(mode=0o600)
    key.write_text(f'project = "synthetic"\nsecret = "{seed:064x}"\n', encoding="ascii")
    return build([folder / "records"], folder / "pool", project="synthetic", key_file=key).pool


def record(
    number: int, *, seed: int = SEED, voxels: int = 240, points: int = MOST_POINTS, older: bool = False
) -> SyntheticRecord:
    """One person. An older result lacks the last course."""
    rng = np.random.default_rng([seed, number])
    site = list(SITES)[int(rng.choice(len(SITES), p=SITE_SHARE))]
    courses = _courses(rng, older=older)
    structures, lines = _structures(rng, site, courses, voxels, points)
    reference = courses[-1]
    values: dict[str, Any] = {
        "notice": NOTICE,
        "patient": _patient(np.random.default_rng([seed, number, 1]), number, site, courses[0].start),
        "reference_course": reference.id,
        "courses": [_course_values(one, site, reference) for one in courses],
        "structures": structures,
        "clinical": _clinical(rng, site, courses, structures),
        "constraints": [],
        "findings": [
            {
                "code": "synthetic",
                "severity": "info",
                "subject": one["name"],
                "text": f"{one['name']} is synthetic.",
            }
            for one in structures
        ],
        "refusals": [],
        "provenance": {
            "created": (CREATED - timedelta(days=30 if older else int(rng.integers(0, 20)))).isoformat(),
            "version": "0.1.0",
            "tables_edition": "2026-11" if number % 5 else "2026-07",
            "inputs": [
                {"sha256": rng.bytes(32).hex(), "used_as": "image", "uid": f"2.25.{number}{at:04}"}
                for at in range(60)
            ],
            "alignments": _alignments(courses, structures),
        },
    }
    name = f"{number:06}{'-older' if older else ''}"
    header = "structure,course,dose_gy_eqd2,volume_percent\n"
    return SyntheticRecord(
        name=name, result=json_text(Result.model_validate(values)), curves=header + "".join(lines)
    )


def _courses(rng: np.random.Generator, *, older: bool) -> list[_Course]:
    n = int(rng.choice([1, 2, 3, 4], p=[0.12, 0.55, 0.25, 0.08]))
    day = date(2004, 1, 5) + timedelta(days=int(rng.integers(0, 4000)))
    courses: list[_Course] = []
    for at in range(n):
        total, fractions = SCHEDULES[int(rng.integers(len(SCHEDULES)))]
        last = at == n - 1
        kind = rng.random()
        paper = not last and kind < 0.15
        apart = not last and kind > 0.93
        course = _Course(
            id=f"{day.isoformat()}-{rng.bytes(4).hex()}",
            start=day,
            end=None,
            modality="radionuclide" if apart else str(rng.choice(MODALITIES)),
            grade=str(rng.choice(["C", "C", "D"])) if paper else str(rng.choice(["A", "A", "A", "B"])),
            status=str(rng.choice(["delivered", "delivered", "assumed delivered", "partly delivered"])),
            total_gy=total,
            fractions=fractions,
            in_sum=not (paper or apart),
            reference=last,
        )
        if last and rng.random() < 0.2:
            course.status = "proposed"
        if rng.random() < 0.7:
            course.end = course.last
        courses.append(course)
        day = course.last + timedelta(days=int(rng.gamma(2.0, 450.0)) + 20)
    _moved_back(courses)
    if older and n > 1:
        courses = courses[:-1]
        courses[-1].reference = True
    if not any(one.in_sum for one in courses):
        courses[-1].in_sum, courses[-1].modality, courses[-1].grade = True, "photon", "B"
    return courses


def _moved_back(courses: Sequence[_Course]) -> None:
    """All courses of a person so much earlier that the last one has ended."""
    back = max(courses[-1].last - LAST_SESSION, timedelta(0))
    for one in courses:
        one.start, one.end = one.start - back, None if one.end is None else one.end - back
        one.id = f"{one.start.isoformat()}-{one.id[11:]}"


def _patient(rng: np.random.Generator, number: int, site: str, first: date) -> dict[str, Any]:
    born = first - timedelta(days=int(np.clip(rng.normal(58, 13), 3, 95) * 365.25))
    identities = [{"value": f"SYN-{number:06}", "issuer": "SYNTHETIC"}]
    if number % 20 == 0:
        identities.append({"value": f"{number:08}", "issuer": "SYNTHETIC-2"})
    return {
        "id": identities[0]["value"],
        "issuer": "SYNTHETIC",
        "name": f"Synthetic^{number:06}",
        "birth_date": None if number % 33 == 0 else born.isoformat(),
        "sex": "M"
        if site == "prostate"
        else str(rng.choice(["F", "M", "O", ""], p=[0.55, 0.42, 0.01, 0.02])),
        "identities": identities,
    }


def _course_values(one: _Course, site: str, reference: _Course) -> dict[str, Any]:
    phase = {
        "id": f"{one.id}-1",
        "label": None,
        "status": one.status,
        "modality": one.modality,
        "fractions_planned": None if one.apart else one.fractions,
        "fractions_delivered": None if one.apart else one.fractions,
        "start_date": one.start.isoformat(),
        "end_date": None if one.end is None else one.end.isoformat(),
        "in_sum": one.in_sum,
        "prescriptions": [] if one.apart else [{"target": "PTV", "dose_gy": one.total_gy}],
    }
    return {
        "id": one.id,
        "label": f"Course of {one.start.year}",
        "start_date": one.start.isoformat(),
        "end_date": phase["end_date"],
        "evidence_grade": one.grade,
        "modality": one.modality,
        "site": site,
        "intent": "CURATIVE",
        "interval_days": None if one is reference else (reference.start - one.last).days,
        "is_reference": one is reference,
        "in_sum": one.in_sum,
        "alignment": "reference" if one is reference else "registration" if one.in_sum else "none",
        "on_paper": one.grade in "CD",
        "phases": [phase],
    }


def _structures(
    rng: np.random.Generator, site: str, courses: Sequence[_Course], voxels: int, points: int
) -> tuple[list[dict[str, Any]], list[str]]:
    found, lines = [], []
    organs = [(name, "organ", *SITES[site][name]) for name in SITES[site] if rng.random() > 0.08]
    targets = [("PTV", "target", 10.0, 120.0), ("GTV", "target", 10.0, 35.0)]
    for name, kind, alpha_beta_gy, volume_cm3 in [*organs, *targets]:
        values, curves = _structure(rng, name, kind, alpha_beta_gy, volume_cm3, courses, voxels, points)
        found.append(values)
        lines += curves
    outline = {"name": "Outline", "tg263": "External", "kind": "external", "alpha_beta_gy": None}
    found.append({**outline, "volume_cm3": 21000.5, "outside_grid_cm3": 0.0})
    return found, lines


def _structure(
    rng: np.random.Generator,
    name: str,
    kind: str,
    alpha_beta_gy: float,
    volume_cm3: float,
    courses: Sequence[_Course],
    voxels: int,
    points: int,
) -> tuple[dict[str, Any], list[str]]:
    volume_cm3 = round(float(volume_cm3 * rng.lognormal(0.0, 0.25)), 6)
    along = np.sort(rng.random(voxels))
    doses: dict[str, FloatArray] = {}
    rows, apart = [], []
    for one in courses:
        middle, width = rng.uniform(-0.3, 1.1) if kind == "organ" else 1.6, rng.uniform(0.05, 0.25)
        physical = one.total_gy * rng.uniform(0.97, 1.05) / (1.0 + np.exp((along - middle) / width))
        physical *= 1.0 + 0.02 * np.cos(7.0 * along)
        if one.apart:
            apart.append(_apart(one, float(rng.uniform(0.5, 18.0)), alpha_beta_gy))
        elif one.in_sum:
            doses[one.id] = np.round(_eqd2_gy(physical, one.fractions, alpha_beta_gy), 6)
            rows.append(_course_dose(one, physical, doses[one.id], volume_cm3))
        elif one.grade == "C":
            stated = float(physical.max())
            rows.append(
                {
                    "id": one.id,
                    "basis": "prescription",
                    "d0.03cc_gy": round(stated, 6),
                    "fractions": one.fractions,
                }
            )
    total = np.sum(list(doses.values()), axis=0)
    low = _metrics(total, volume_cm3)
    wide = bool(rng.random() < 0.1)
    outside_cm3 = round(0.02 * volume_cm3, 6) if wide else 0.0
    upper = {key: None if one is None else round(one * 1.03, 6) for key, one in low.items()} if wide else low
    near = (low["d0.03cc_gy"], upper["d0.03cc_gy"])
    beams = [one for one in courses if not one.apart]
    values = {
        "name": name,
        "tg263": name if kind == "organ" else None,
        "kind": kind,
        "alpha_beta_gy": alpha_beta_gy,
        "alpha_beta_basis": "table" if kind == "organ" else "convention",
        "alpha_beta_source": "synthetic",
        "volume_cm3": volume_cm3,
        "outside_grid_cm3": outside_cm3,
        "lower_bound": any(not one.in_sum for one in courses),
        "cumulative": low,
        "cumulative_upper": upper,
        "use": str(rng.choice(["3D sum", "3D sum with envelope", "point sum only"]))
        if len(beams) > 1
        else "",
        "judged": {} if None in near else {"basis": "3D sum", "d0.03cc_gy": near},
        "courses": rows,
        "apart": apart,
    }
    curves = [_curve(name, key, one, points) for key, one in [*doses.items(), ("cumulative", total)]]
    return values, curves


def _eqd2_gy(dose_gy: FloatArray, fractions: int, alpha_beta_gy: float) -> FloatArray:
    """EQD2 of a dose given in so many fractions. [Gy]"""
    return dose_gy * (dose_gy / fractions + alpha_beta_gy) / (2.0 + alpha_beta_gy)


def _course_dose(one: _Course, physical: FloatArray, eqd2: FloatArray, volume_cm3: float) -> dict[str, Any]:
    found = _metrics(eqd2, volume_cm3)
    kept = {key: found[key] for key in ("mean_gy", "max_gy", "d0.03cc_gy", "d0.1cc_gy")}
    given = _metrics(physical, volume_cm3)
    return {
        "id": one.id,
        **kept,
        "physical_mean_gy": given["mean_gy"],
        "physical_max_gy": given["max_gy"],
        "physical_d0.03cc_gy": given["d0.03cc_gy"],
        "fractions": one.fractions,
    }


def _metrics(dose_gy: FloatArray, volume_cm3: float) -> dict[str, float | None]:
    """Metrics of equal voxels; None where the structure is smaller than the metric's volume. [Gy]"""
    falling = np.sort(dose_gy)[::-1]
    voxel_cm3 = volume_cm3 / len(falling)

    def near(cm3: float) -> float | None:
        return None if cm3 > volume_cm3 else round(float(falling[int(np.ceil(cm3 / voxel_cm3)) - 1]), 6)

    return {
        "mean_gy": round(float(falling.mean()), 6),
        "min_gy": round(float(falling[-1]), 6),
        "max_gy": round(float(falling[0]), 6),
        "d0.03cc_gy": near(0.03),
        "d0.1cc_gy": near(0.1),
        "d2cc_gy": near(2.0),
        "d50_gy": round(float(falling[len(falling) // 2]), 6),
    }


def _curve(name: str, course: str, dose_gy: FloatArray, points: int) -> str:
    """The lines of a cumulative histogram, from the whole volume to nothing."""
    highest = float(dose_gy.max())
    step_gy = STEP_GY * max(1.0, np.ceil(highest / STEP_GY / points))
    edges = np.arange(0.0, highest + 2 * step_gy, step_gy)
    above = len(dose_gy) - np.searchsorted(np.sort(dose_gy), edges, side="left")
    above[0], above[-1] = len(dose_gy), 0
    percent = 100.0 * above / len(dose_gy)
    return "".join(
        f"{name},{course},{d:.6f},{v:.4f}\n" for d, v in zip(edges.tolist(), percent.tolist(), strict=True)
    )


def _apart(one: _Course, dose_gy: float, alpha_beta_gy: float) -> dict[str, Any]:
    dose_gy = round(dose_gy, 6)
    known = dose_gy > 2.0
    return {
        "course": one.id,
        "modality": one.modality,
        "evidence_grade": one.grade,
        "origin": "stated" if known else "unknown",
        "dose_gy": dose_gy if known else None,
        "low_gy": round(0.8 * dose_gy, 6) if known else None,
        "high_gy": round(1.2 * dose_gy, 6) if known else None,
        "eqd2_gy": round(dose_gy * alpha_beta_gy / (2.0 + alpha_beta_gy), 6) if known else None,
        "complete": known,
    }


def _alignments(courses: Sequence[_Course], structures: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "course": one.id,
            "from_frame": f"{one.id}-frame",
            "to_frame": "reference-frame",
            "method": "rigid",
            "source": ["computed"],
            "error_mm": None,
            "approved": False,
            "verdicts": [
                {"structure": item["name"], "use": item["use"] or "3D sum"}
                for item in structures
                if "use" in item
            ],
        }
        for one in courses
        if one.in_sum and not one.reference
    ]


def _clinical(
    rng: np.random.Generator, site: str, courses: Sequence[_Course], structures: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    kinds = ["type I", "type II", "repeat organ irradiation", "repeat irradiation", "not determined"]
    kind = "none" if len(courses) == 1 else str(rng.choice(kinds, p=[0.5, 0.15, 0.15, 0.1, 0.1]))
    told: dict[str, Any] = {"reirradiation": {"type": kind}}
    reference = courses[-1]
    if reference.status != "proposed" and rng.random() > 0.25:
        told["outcome"] = _outcome(rng, reference.last, structures)
    return told


def _outcome(rng: np.random.Generator, after: date, structures: Sequence[dict[str, Any]]) -> dict[str, Any]:
    lives, returns, ends = (int(rng.exponential(days)) + 1 for days in (1100.0, 700.0, 1400.0))
    ends = min(ends, (LAST_SEEN - after).days)
    seen = min(lives, ends)
    told: dict[str, Any] = {
        "vital_status": "dead" if lives <= ends else "alive",
        "last_follow_up": (after + timedelta(days=seen)).isoformat(),
        "recurrence": None if rng.random() < 0.1 else returns < seen,
    }
    if lives <= ends and rng.random() > 0.05:
        told["death_date"] = told["last_follow_up"]
    if told["recurrence"] and rng.random() > 0.1:
        told["recurrence_date"] = (after + timedelta(days=returns)).isoformat()
    told["toxicity"] = [
        _toxicity(rng, one, after, seen)
        for one in structures
        if one["name"] in CYTOTOXIC and rng.random() > 0.3
    ]
    return told


def _toxicity(rng: np.random.Generator, organ: dict[str, Any], after: date, seen: int) -> dict[str, Any]:
    """A grade that rises with the near-maximum of the sum: chance of one half at 70 Gy."""
    dose = organ["cumulative"]["d0.03cc_gy"] or 0.0
    chance = 1.0 / (1.0 + np.exp(-(dose - 70.0) / 8.0))
    grade = int(rng.integers(1, 5)) if rng.random() < chance else 0
    told: dict[str, Any] = {"organ": organ["name"], "term": CYTOTOXIC[organ["name"]], "grade": grade}
    if grade and rng.random() > 0.15:
        told["date"] = (after + timedelta(days=int(rng.integers(1, seen + 1)))).isoformat()
    return told


def main(arguments: Sequence[str] | None = None) -> None:
    """``python -m validation.synthetic_pool OUT --persons 200``."""
    parser = argparse.ArgumentParser(description="Folders of synthetic results, to build a pool from.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--persons", type=int, default=200)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args(arguments)
    write_records(given.out, given.persons, seed=given.seed)


if __name__ == "__main__":
    main()
