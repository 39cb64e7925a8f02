"""Made-up but realistic background files: a closed-form point and names come in, a result as the command writes it goes out."""

from __future__ import annotations

from math import sqrt
from typing import Any

from graybook.report import background_result as model
from graybook.report.result import PatientResult, ProvenanceResult

__all__ = ["COURSES", "background", "base", "isoeffective", "plain", "remaining"]

COURSES = (
    model.BackgroundCourse(
        id="C1", label="Lymphome médiastinal", start_date="2009-03-16", role="prior", included=True
    ),
    model.BackgroundCourse(id="C2", label="Poumon D", start_date="2019-05-06", role="prior", included=True),
    model.BackgroundCourse(
        id="C3",
        label="Sein G",
        start_date="1998-01-12",
        role="prior",
        included=False,
        reason="known from paper only",
    ),
    model.BackgroundCourse(
        id="C4", label="Oesophage", start_date="2026-04-13", role="proposed", included=False
    ),
)


def eqd2(dose_gy: float, fractions: int, ratio: float) -> float:
    """D (D/n + α/β) / (2 + α/β). [Gy]"""
    return dose_gy * (dose_gy / fractions + ratio) / (2.0 + ratio)


def isoeffective(eqd2_gy: float, fractions: int, ratio: float) -> float:
    """The dose in n fractions with this EQD2: D² / n + D α/β = EQD2 (2 + α/β). [Gy]"""
    return fractions / 2.0 * (sqrt(ratio**2 + 4.0 * eqd2_gy * (2.0 + ratio) / fractions) - ratio)


def plain(prior: float = 41.3, new: float = 46.2, fractions: int = 25, ratio: float = 2.0) -> Any:
    """A point at which the patient's own doses are added as they must not be."""
    restated, truth = isoeffective(prior, fractions, ratio), prior + eqd2(new, fractions, ratio)
    return model.PlainAddition(
        of="expected dose",
        point_mm=(12.5, -41.0, 103.0),
        structures=["SpinalCord"],
        alpha_beta_gy=ratio,
        fractions=fractions,
        prior_eqd2_gy=prior,
        prior_isoeffective_gy=restated,
        new_gy=new,
        reading_of_eqd2_gy=eqd2(prior + new, fractions, ratio),
        reading_gy=eqd2(restated + new, fractions, ratio),
        truth_gy=truth,
        base_gy=isoeffective(truth, fractions, ratio) - new,
    )


def _file(name: str, kind: Any, ratio: float, fractions: int | None, **said: Any) -> model.BackgroundFile:
    values: dict[str, Any] = {
        "sop_instance_uid": "2.25.1",
        "sha256": "0" * 64,
        "quantity": "EQD2" if kind == "EQD2" else "physical",
        "dose_type": "EFFECTIVE" if kind == "EQD2" else "PHYSICAL",
        "label": name,
        "comment": "",
        "valid_for": "",
        "min_gy": 0.0,
        "max_gy": 61.2,
    }
    return model.BackgroundFile(
        name=name, kind=kind, alpha_beta_gy=ratio, fractions=fractions, **{**values, **said}
    )


def remaining(structure: str, limit_gy: float, ratio: float, fractions: int = 25) -> model.BackgroundFile:
    """A file of what one limit leaves."""
    limit = model.FileLimit(
        id=f"x-{structure}",
        structure=structure,
        tg263=structure,
        metric="max",
        limit=limit_gy,
        scale="EQD2",
        limit_eqd2_gy=limit_gy,
        limit_isoeffective_gy=isoeffective(limit_gy, fractions, ratio),
        organ_least_left_gy=0.0,
        organ_nothing_left_cm3=3.2,
        source="Sahgal 2021, HyTEC, doi:10.1016/j.ijrobp.2019.09.038",
        tier="primary",
    )
    return _file(
        f"remaining_{structure}_{limit_gy:g}_ab{ratio:g}_n{fractions}.dcm",
        "REMAINING",
        ratio,
        fractions,
        limits=[limit],
        limit_eqd2_gy=limit_gy,
        max_gy=isoeffective(limit_gy, fractions, ratio),
        nothing_left_cm3=212.4,
        lower_bound=True,
    )


def base(ratio: float, fractions: int = 25) -> model.BackgroundFile:
    """A base dose for one expected plan."""
    return _file(f"base_ab{ratio:g}_n{fractions}.dcm", "BASE", ratio, fractions)


def _errors(ratio: float, fractions: int = 25) -> list[model.OtherDoseError]:
    one = plain(ratio=ratio, fractions=fractions)
    found = []
    for share in (0.8, 1.2):
        truth = one.prior_eqd2_gy + eqd2(share * one.new_gy, fractions, ratio)
        reading = eqd2(one.base_gy + share * one.new_gy, fractions, ratio)
        error = reading - truth
        found.append(
            model.OtherDoseError(
                alpha_beta_gy=ratio,
                share=share,
                lowest_gy=min(0.0, 1.4 * error),
                highest_gy=max(0.0, 1.4 * error),
                at_hottest_gy=error,
                at_hottest_percent=100.0 * error / truth,
                truth_at_hottest_gy=truth,
                reading_at_hottest_gy=reading,
            )
        )
    return found


def background(**said: Any) -> model.BackgroundResult:
    """Three courses, one of them from paper, an expected plan in 25 fractions, three α/β and six limits."""
    limits = (
        ("SpinalCord", 50.0, 2.0),
        ("ThecalSac", 70.0, 2.0),
        ("Brainstem", 54.0, 2.0),
        ("Esophagus", 75.0, 3.0),
        ("Esophagus", 100.0, 3.0),
        ("A_Aorta", 120.0, 3.0),
    )
    values: dict[str, Any] = {
        "notice": "Not CE-marked.",
        "patient": PatientResult(
            id="4711-0815", issuer="CHU", name="Démonstration^Élise", birth_date="1957-08-02", sex="F"
        ),
        "reference": COURSES[-1],
        "geometry": model.GeometryResult(
            of="planning CT",
            frame="1.2.3",
            shape_zyx=(100, 256, 256),
            spacing_mm=(2.0, 2.0, 3.0),
            origin_mm=(-255.0, -255.0, -150.0),
            orientation=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
        ),
        "fractions": 25,
        "alpha_betas_gy": [2.0, 2.5, 3.0],
        "expected": model.ExpectedDose(
            label="Oesophage 50 Gy", dose_uids=["1.2.5"], sha256="0" * 64, fractions=25, max_gy=53.18
        ),
        "rulebook": "default",
        "courses": list(COURSES),
        "files": [
            *(_file(f"eqd2_ab{ratio:g}.dcm", "EQD2", ratio, None) for ratio in (2.0, 2.5, 3.0)),
            *(remaining(*limit) for limit in limits),
            *(base(ratio) for ratio in (2.0, 2.5, 3.0)),
        ],
        "trap": plain(),
        "errors": [error for ratio in (2.0, 2.5, 3.0) for error in _errors(ratio)],
        "not_voxelwise": [
            model.NotVoxelwise(
                id="v", structure="Lungs", metric="V20Gy", limit=35.0, unit="%", reason="a volume"
            ),
            model.NotVoxelwise(
                id="m", structure="Heart", metric="mean", limit=26.0, unit="Gy", reason="a mean"
            ),
        ],
        "organs": [
            model.BackgroundOrgan(
                name="Foie",
                tg263="Liver",
                kind="organ",
                alpha_beta_gy=2.5,
                basis="point sum",
                voxelwise=False,
            )
        ],
        "lower_bound": True,
        "reasons": ["C3 is known from paper only"],
        "outside_share": 0.021,
        "provenance": ProvenanceResult(created="2026-11-22", version="0.7.0", tables_edition="2026.1"),
    }
    return model.BackgroundResult(**{**values, **said})
