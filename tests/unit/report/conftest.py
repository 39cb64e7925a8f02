"""Made-up but realistic material: three courses, eight organs, a range, a refusal, a lower bound, three planes."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from graybook.report import result as model
from graybook.report.material import DvhCurve, Material, Plane, PlaneContour, StructureCurves
from unit.report import left_cases, limit_cases, nuclear_cases

LONG = "Lymphome de Hodgkin médiastinal et susclaviculaire droit"
LINKS = [
    model.LinkResult(
        from_frame="1.2.826.0.1.3680043.10.1561.2019.1",
        to_frame="1.2.826.0.1.3680043.10.1561.2026.1",
        source=["1.2.826.0.1.3680043.10.1561.66.1"],
        error_mm=None,
        approved=False,
    ),
    model.LinkResult(
        from_frame="1.2.826.0.1.3680043.10.1561.2026.1",
        to_frame="1.2.826.0.1.3680043.10.1561.2026.1",
        source=["same frame"],
        error_mm=0.0,
        approved=True,
    ),
]


@dataclass(frozen=True)
class Given:
    """One organ's near-maxima and means of physical dose from each course."""

    name: str
    tg263: str
    alpha_beta_gy: float
    volume_cm3: float
    near_max_gy: tuple[float, ...]
    mean_gy: tuple[float, ...]


ORGANS = (
    Given("Moelle épinière", "SpinalCord", 2.0, 42.1, (33.1, 8.4, 41.7), (14.2, 1.1, 12.8)),
    Given("Oesophage", "Esophagus", 3.0, 33.8, (36.8, 12.2, 58.9), (24.5, 2.3, 21.0)),
    Given("Coeur", "Heart", 2.5, 612.4, (36.2, 4.9, 47.3), (15.1, 0.6, 5.4)),
    Given("Poumon D", "Lung_R", 3.0, 2011.6, (37.0, 58.3, 61.9), (9.3, 3.9, 14.7)),
    Given("Poumon G", "Lung_L", 3.0, 1732.9, (36.4, 2.9, 31.8), (8.1, 0.2, 4.3)),
    Given("Trachée", "Trachea", 3.0, 28.7, (37.4, 9.3, 55.0), (30.1, 1.8, 23.9)),
    Given("Plexus brachial D", "BrachialPlex_R", 2.0, 6.2, (36.6, 3.1, 12.4), (28.7, 0.7, 3.2)),
    Given("Foie", "Liver", 2.5, 1489.0, (11.2, 2.2, 18.6), (1.2, 0.1, 1.9)),
)


def eqd2_gy(dose_gy: float, fractions: int, alpha_beta_gy: float) -> float:
    """EQD2 of equal fractions, written out again for the tests."""
    return dose_gy * (dose_gy / fractions + alpha_beta_gy) / (2.0 + alpha_beta_gy)


def course(
    number: int,
    label: str,
    start: str | None,
    dose_gy: float | None,
    n: int | None,
    **changes: Any,
) -> model.CourseResult:
    """A course of one phase unless ``phases`` says otherwise."""
    status = changes.pop("status", "delivered")
    delivered = changes.pop("fractions_delivered", n)
    site = changes.pop("target", "PTV")
    modality = changes.get("modality", "photon")
    asked = [] if dose_gy is None else [model.PrescriptionResult(target=site, dose_gy=dose_gy)]
    phase = model.PhaseResult(
        id=f"phase-{number}",
        label=f"P{number}",
        status=status,
        modality=modality,
        fractions_planned=n,
        fractions_delivered=delivered,
        in_sum=changes.get("in_sum", True),
        prescriptions=asked,
        start_date=start,
    )
    values: dict[str, Any] = {
        "id": f"course-{number}",
        "label": label,
        "start_date": start,
        "evidence_grade": "A",
        "modality": modality,
        "phases": [phase],
    }
    return model.CourseResult(**{**values, **changes})


def three_courses() -> list[model.CourseResult]:
    """2009 lymphoma on paper only in part, 2019 lung stereotactic, 2026 proposed with a boost."""
    boost = model.PhaseResult(
        id="phase-boost",
        label="Boost",
        status="proposed",
        modality="photon",
        fractions_planned=5,
        fractions_delivered=5,
        in_sum=True,
        prescriptions=[model.PrescriptionResult(target="GTV", dose_gy=10.0)],
    )
    base = course(3, "Poumon D, rechute", "2026-03-02", 50.0, 25, status="proposed")
    return [
        course(
            1, LONG, "2009-02-09", 36.0, 20, end_date="2009-03-06", interval_days=6205, in_sum=False,
            evidence_grade="B", site="Médiastin",
        ),
        course(
            2, "Poumon D SBRT", "2019-05-06", 54.0, 3, end_date="2019-05-10", interval_days=2488,
            status="assumed delivered", site="Poumon", alignment="registration",
        ),
        base.model_copy(
            update={
                "phases": [*base.phases, boost],
                "is_reference": True,
                "alignment": "reference",
                "end_date": "2026-04-10",
            }
        ),
    ]  # fmt: skip


def _structure(given: Given, courses: list[model.CourseResult]) -> model.StructureResult:
    doses, near, mean, top = [], 0.0, 0.0, 0.0
    fractions = {"course-1": 20, "course-2": 3, "course-3": 30}
    for item, physical, average in zip(courses, given.near_max_gy, given.mean_gy, strict=False):
        n = fractions.get(item.id, 25)
        value = eqd2_gy(physical, n, given.alpha_beta_gy)
        doses.append(
            model.CourseDose(
                id=item.id,
                mean_gy=eqd2_gy(average, n, given.alpha_beta_gy),
                max_gy=value * 1.03,
                d0_03cc_gy=value,
                d0_1cc_gy=value * 0.99,
                physical_d0_03cc_gy=physical,
                fractions=n if len(item.phases) == 1 else None,
                lq_extrapolated_cm3=0.4 if physical / n > 10.0 else 0.0,
                native_d0_03cc_gy=value * 1.04 if item.id == "course-2" else None,
            )
        )
        near, mean, top = near + value * 0.87, mean + average * 0.9, top + value * 1.03
    metrics = model.Metrics(
        mean_gy=mean,
        min_gy=mean * 0.1,
        max_gy=near * 1.03,
        d0_03cc_gy=near,
        d0_1cc_gy=near * 0.99,
        d2cc_gy=near * 0.93,
        d50_gy=mean * 0.95,
    )
    customary = sum(dose.d0_03cc_gy or 0.0 for dose in doses)
    return model.StructureResult(
        name=given.name,
        tg263=given.tg263,
        kind="organ",
        alpha_beta_gy=given.alpha_beta_gy,
        alpha_beta_basis="convention",
        alpha_beta_range_gy=(given.alpha_beta_gy - 0.6, given.alpha_beta_gy + 1.2),
        alpha_beta_source="Rulach 2021, Table 4, doi:10.1016/j.clon.2021.05.005",
        volume_cm3=given.volume_cm3,
        outside_grid_cm3=0.0,
        cumulative=metrics,
        cumulative_upper=metrics,
        point_sum=model.PointSum(
            customary_d0_03cc_gy=customary,
            customary_d0_1cc_gy=customary * 0.99,
            bound_d0_03cc_gy=customary * 1.02,
            bound_d0_1cc_gy=customary * 1.01,
            max_sum_gy=top,
        ),
        envelope=model.Envelope(shift_mm=3.0, d0_03cc_gy=(near * 0.94, near * 1.08)),
        courses=doses,
    )


def _with_doubts(structures: list[model.StructureResult]) -> list[model.StructureResult]:
    """The lung is a range, the plexus has no α/β entry, every organ is a lower bound."""
    changed = []
    for item in structures:
        update: dict[str, Any] = {"lower_bound": True}
        near = item.cumulative.d0_03cc_gy or 0.0
        if item.name == "Poumon D":
            update["outside_grid_cm3"] = 31.4
            update["printed_as_range"] = [
                model.Bound(metric="d0.03cc_gy", low_gy=near, high_gy=near + 11.2),
                model.Bound(metric="mean_gy", low_gy=21.7, high_gy=23.9),
            ]
        if item.name == "Plexus brachial D":
            update["alternative"] = model.Alternative(
                alpha_beta_gy=2.0, d0_03cc_gy=near * 1.05, mean_gy=(item.cumulative.mean_gy or 0.0) * 1.04
            )
            update["alpha_beta_gy"] = 3.0
        if item.name == "Coeur":
            update["concurrent"] = model.Metrics(d0_03cc_gy=near * 1.06)
        changed.append(item.model_copy(update=update))
    return changed


def _target() -> model.StructureResult:
    return model.StructureResult(
        name="PTV_High_5000_LungRightUpperLobe_Relapse_2026",
        tg263=None,
        kind="target",
        alpha_beta_gy=10.0,
        alpha_beta_basis="convention, confirm",
        volume_cm3=88.2,
        outside_grid_cm3=0.0,
        cumulative=model.Metrics(mean_gy=61.2, min_gy=55.1, max_gy=66.0, d0_03cc_gy=65.7, d50_gy=61.3),
    )


def provenance(inputs: int = 188) -> model.ProvenanceResult:
    """Provenance with a long list of inputs and one correction by a person."""
    uses = ["CT"] * (inputs - 8) + ["RTDOSE"] * 3 + ["RTPLAN"] * 3 + ["RTSTRUCT"] * 2
    return model.ProvenanceResult(
        created="2026-02-20",
        version="0.1.0",
        tables_edition="2026-11",
        inputs=[
            model.InputResult(sha256=f"{i * 7919:064x}"[::-1], used_as=use) for i, use in enumerate(uses)
        ],
        alignments=LINKS,
        overrides=[
            {
                "key": "course-1.fractions_delivered",
                "value": "20",
                "author": "M. Lefèvre",
                "date": "2026-02-18",
                "reason": "compte rendu de fin de traitement de 2009",
                "source": "lettre du 12/03/2009",
            }
        ],
        settings_sha256="ab" * 32,
    )


FINDINGS = [
    model.FindingResult(
        code="scale_not_checkable", severity="warning", subject="course-1",
        text="La dose ne peut être comparée à aucune prescription du fichier : échelle non vérifiable.",
    ),
    model.FindingResult(
        code="assumed_delivered", severity="warning", subject="course-2",
        text="Aucun relevé de traitement : les 3 fractions prévues sont supposées reçues.",
    ),
    model.FindingResult(
        code="native_differs", severity="warning", subject="Poumon D",
        text="Le quasi-maximum sur le contour d'origine diffère de plus de 2 Gy de celui sur l'anatomie actuelle.",
    ),
    model.FindingResult(
        code="unapproved", severity="error", subject="phase-3",
        text="Le plan P3 est UNAPPROVED ; il est compté comme proposé.",
    ),
    model.FindingResult(
        code="private", severity="info", subject="", text="98 fichiers CT d'une même série ont été lus."
    ),
]  # fmt: skip
REFUSALS = [
    model.RefusalResult(
        code="no_alignment", subject="course-1",
        text="Le repère de l'irradiation de 2009 n'est relié à aucun autre : elle n'entre pas dans la somme 3D.",
        remedy="Ajouter au dossier un Spatial Registration entre les deux scanners, puis relancer.",
    )
]  # fmt: skip


def result(**changes: Any) -> model.Result:
    """The realistic result, with ``changes``."""
    courses = changes.pop("courses", None) or three_courses()
    structures = _with_doubts([_structure(given, courses) for given in ORGANS])
    values: dict[str, Any] = {
        "notice": "Not CE-marked: independent check required.",
        "patient": model.PatientResult(
            id="800123456",
            issuer="CHU-IPP",
            name="DUPONT-LEFÈVRE^Marie Hélène",
            birth_date="1971-08-23",
            sex="F",
        ),
        "reference_course": courses[-1].id,
        "courses": courses,
        "structures": [_target(), *structures],
        "findings": FINDINGS,
        "refusals": REFUSALS,
        "provenance": provenance(),
    }
    return model.Result(**{**values, **changes})


def curves(found: model.Result) -> tuple[StructureCurves, ...]:
    """Sigmoid histograms."""
    made = []
    for structure in found.structures:
        items = [(dose.id, dose.mean_gy or 0.0, dose.max_gy or 1.0) for dose in structure.courses]
        total = structure.cumulative
        items.append(("cumulative", total.mean_gy or 0.0, total.max_gy or 1.0))
        if structure.printed_as_range:
            items.append(("cumulative_upper", (total.mean_gy or 0.0) + 2.0, (total.max_gy or 1.0) + 11.2))
        drawn = []
        for name, mean, top in items:
            dose = np.linspace(0.0, top, 160)
            volume = 100.0 / (1.0 + np.exp((dose - mean) / (0.18 * mean + 0.5))) * (1.0 - (dose / top) ** 6)
            drawn.append(DvhCurve(course=name, dose_gy=dose, volume_percent=volume * 100.0 / volume[0]))
        made.append(StructureCurves(structure=structure.name, curves=tuple(drawn)))
    return tuple(made)


def _ellipse(x_mm: float, y_mm: float, a_mm: float, b_mm: float) -> Any:
    angle = np.linspace(0.0, 2.0 * math.pi, 90)
    return np.stack([x_mm + a_mm * np.cos(angle), y_mm + b_mm * np.sin(angle)], axis=1)


def planes(*, image: bool = True) -> tuple[Plane, ...]:
    """Three planes of a thorax of ellipses, with a smooth dose."""
    made = []
    sizes = {"axial": (190.0, 125.0), "coronal": (190.0, 150.0), "sagittal": (125.0, 150.0)}
    for name, (wide, high) in sizes.items():
        across = np.arange(-wide - 20.0, wide + 20.0, 1.6)
        along = np.arange(-high - 15.0, high + 15.0, 1.6)
        x, y = np.meshgrid(across, along)
        body = (x / wide) ** 2 + (y / high) ** 2 < 1.0
        ct = np.where(body, 20.0, -1000.0)
        for side in (-1.0, 1.0):
            ct[((x - side * wide * 0.48) / (wide * 0.36)) ** 2 + (y / (high * 0.7)) ** 2 < 1.0] = -780.0
        ct[(x / 18.0) ** 2 + ((y - high * 0.6) / 20.0) ** 2 < 1.0] = 420.0
        noise = np.sin(x * 1.7) * np.cos(y * 1.3) * 18.0
        dose = 98.0 * np.exp(-(((x + 50.0) / 45.0) ** 2 + ((y - 10.0) / 40.0) ** 2))
        dose += 31.0 * np.exp(-((x / 60.0) ** 2 + (y / 120.0) ** 2))
        dose[np.abs(x) > wide + 5.0] = np.nan
        made.append(
            Plane(
                name=name,
                position_mm={"axial": -35.5, "coronal": 12.0, "sagittal": -48.2}[name],
                horizontal_mm=across,
                vertical_mm=along,
                image=ct + noise if image else None,
                dose_gy=dose,
                contours=(
                    PlaneContour(
                        structure="Poumon D", kind="organ",
                        polylines=(_ellipse(-wide * 0.48, 0.0, wide * 0.36, high * 0.7),),
                    ),
                    PlaneContour(
                        structure="Poumon G", kind="organ",
                        polylines=(_ellipse(wide * 0.48, 0.0, wide * 0.36, high * 0.7),),
                    ),
                    PlaneContour(
                        structure="Moelle épinière", kind="organ", polylines=(_ellipse(0.0, high * 0.6, 7.0, 7.0),)
                    ),
                    PlaneContour(
                        structure="PTV_High_5000_LungRightUpperLobe_Relapse_2026", kind="target",
                        polylines=(_ellipse(-50.0, 10.0, 27.0, 24.0),),
                    ),
                    PlaneContour(
                        structure="BODY", kind="external", polylines=(_ellipse(0.0, 0.0, wide, high),)
                    ),
                ),
            )
        )  # fmt: skip
    return tuple(made)


def material(found: model.Result | None = None, *, drawn: tuple[Plane, ...] | None = None) -> Material:
    """The realistic material, or that of another result."""
    found = found or result()
    organs = [item for item in found.structures if item.kind == "organ"]
    organs.sort(key=lambda item: -(item.cumulative.d0_03cc_gy or item.point_sum.max_sum_gy or 0.0))
    return Material(
        result=found,
        curves=curves(found),
        planes=planes() if drawn is None else drawn,
        ranking=tuple(item.name for item in organs),
    )


@cache
def single() -> Material:
    """One delivered course, everything known, no image."""
    only = course(3, "Sein G", "2025-11-28", 40.05, 15, is_reference=True)
    one = [only]
    structures = [
        _structure(
            Given(o.name, o.tg263, o.alpha_beta_gy, o.volume_cm3, o.near_max_gy[2:], o.mean_gy[2:]), one
        )
        for o in ORGANS
    ]
    found = result(courses=one, structures=structures, findings=[], refusals=[])
    return material(found, drawn=planes(image=False))


@cache
def six() -> Material:
    """Six courses of many modalities, two undated or on paper."""
    courses = [
        course(4, "Thyroïde, iode 131", "1994-06-14", None, None, modality="radionuclide", in_sum=False,
               evidence_grade="C", interval_days=11583),
        course(1, LONG, "2009-02-09", 36.0, 20, interval_days=6205, evidence_grade="B", site="Médiastin"),
        course(5, "Sein G curiethérapie", "2017-03-20", 30.1, 7, modality="brachytherapy", in_sum=False,
               evidence_grade="C", interval_days=3265),
        course(2, "Poumon D SBRT", "2019-05-06", 54.0, 3, interval_days=2488, status="assumed delivered"),
        course(6, "Vertèbre T6", "2019-09-02", 20.0, 5, interval_days=2370, modality="proton",
               fractions_delivered=3, status="partly delivered"),
        three_courses()[2],
    ]  # fmt: skip
    return material(result(courses=courses))


@cache
def refused() -> Material:
    """Two courses that cannot be put on one anatomy, and no organ that could be sampled."""
    courses = [
        item.model_copy(update={"in_sum": False, "evidence_grade": "D"}) for item in three_courses()[1:]
    ]
    many = [
        REFUSALS[0].model_copy(update={"subject": name, "text": f"{name} : {REFUSALS[0].text}"})
        for name in ("course-2", "course-3", "P3", "Boost")
    ]
    found = result(courses=courses, structures=[], refusals=many)
    return Material(result=found, curves=(), planes=(), ranking=())


HOSTILE = '<script>alert(1)</script> #panic("x") $a_b$ *c* _d_ @ref \\ " \' {{ 7*7 }} & `e` //f [g] ~h'


@cache
def limited() -> Material:
    """Eight organs with limits of every kind, three scenarios, recovery, and a probability."""
    assumed = {
        "key": "recovery SpinalCord: dose", "value": "0.25 from 6 months", "author": "A. Martin",
        "date": "2026-02-18", "reason": "réunion", "source": "Nieder 2006",
    }  # fmt: skip
    found = provenance()
    return material(
        result(
            constraints=[*limit_cases.EIGHT, *limit_cases.OTHER_KINDS],
            scenarios=limit_cases.scenarios(3),
            ntcp=limit_cases.NTCP,
            rulebook="cumulative",
            provenance=found.model_copy(update={"overrides": [*found.overrides, assumed]}),
        )
    )


@cache
def left() -> Material:
    """The limits of :func:`limited` with what they leave, a proposed plan that is scaled, and uncertainty."""
    found = limited()
    result_ = found.result.model_copy(
        update={
            "remaining": left_cases.REMAINING,
            "scaling": left_cases.SCALING,
            "uncertainty": left_cases.UNCERTAINTY,
        }
    )
    return replace(found, result=result_, bands=left_cases.dvh_bands())


@cache
def hostile() -> Material:
    """Every word from a file is an attack on HTML, on typst, or on the figures' mathematics."""
    courses = [
        item.model_copy(update={"label": HOSTILE, "site": HOSTILE, "evidence_grade": "<b>"})
        for item in three_courses()
    ]
    base = result(courses=courses)
    structures = [
        item.model_copy(update={"name": f"_{HOSTILE}{i}"}) for i, item in enumerate(base.structures)
    ]
    text = [item.model_copy(update={"text": HOSTILE, "subject": HOSTILE}) for item in base.findings]
    remedies = [item.model_copy(update={"text": HOSTILE, "remedy": HOSTILE}) for item in base.refusals]
    patient = model.PatientResult(id=HOSTILE, issuer=HOSTILE, name=f"{HOSTILE}^{HOSTILE}", birth_date="19<b>")
    changed = base.model_copy(
        update={
            "structures": structures,
            "findings": text,
            "refusals": remedies,
            "patient": patient,
            "constraints": [limit_cases.own_row(HOSTILE)],
            "scenarios": [
                one.model_copy(update={"name": HOSTILE, "assumptions": [HOSTILE], "reason": HOSTILE})
                for one in limit_cases.scenarios(1)
            ],
            "rulebook": HOSTILE,
            **left_cases.said(HOSTILE),
            **nuclear_cases.said(HOSTILE),
        }
    )
    return material(changed)


@cache
def whole() -> Material:
    """The realistic material, made once, so that its pictures are drawn once."""
    return material()


@cache
def beside() -> Material:
    """The realistic material with three therapies by radionuclides and microspheres beside it."""
    return nuclear_cases.with_nuclear(whole(), course)


@pytest.fixture(scope="session")
def made() -> SimpleNamespace:
    """The builders of this file."""
    return SimpleNamespace(
        LONG=LONG,
        HOSTILE=HOSTILE,
        beside=beside,
        course=course,
        eqd2_gy=eqd2_gy,
        hostile=hostile,
        left=left,
        limited=limited,
        material=material,
        planes=planes,
        refused=refused,
        result=result,
        single=single,
        six=six,
        whole=whole,
    )
