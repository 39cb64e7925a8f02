"""Made-up judged limits on the organs of the made-up result: every status, kind, condition, alternative and a centre's own row."""

from __future__ import annotations

from typing import Any

from graybook.report import constraint_result as model

RULACH = (
    "Rulach et al., expert consensus radical thoracic re-irradiation NSCLC, Adv Radiat Oncol 6(2):100653, Table 4 (PMC8022147), "
    "doi:10.1016/j.adro.2021.100653"
)
HYTEC = (
    "Sahgal et al. 2021 HyTEC spinal cord, IJROBP 110(1):124, doi:10.1016/j.ijrobp.2019.09.038, PMID 31606528"
)
NIEDER = "Nieder et al. 2006, update of human spinal cord reirradiation tolerance, IJROBP, PMID 17084560"
CONDITIONS = [
    model.ConditionResult(condition="structure", required="SpinalCord", found="SpinalCord", holds=True),
    model.ConditionResult(condition="interval", required="≥ 5", found="81.7, 204", holds=True),
    model.ConditionResult(
        condition="modality", required="electron, photon, proton", found="photon", holds=True
    ),
    model.ConditionResult(condition="recovery_in_source", required="yes", found="0", holds=True),
]


def entry(structure: str, limit: float, low: float | None, high: float | None = None, **changes: Any) -> Any:
    """One judged limit; its status and margin follow from the figures unless ``status`` says otherwise."""
    high = low if high is None else high
    margin = None if high is None else limit - high
    status = "not assessable" if margin is None else "exceeded" if margin < 0 else "met"
    values: dict[str, Any] = {
        "id": f"rulach2021-{structure}-{limit:g}",
        "structure": structure,
        "tg263": structure,
        "metric": "max",
        "op": "<=",
        "limit": limit,
        "unit": "Gy",
        "namespace": "cumulative limit",
        "alpha_beta_gy": 3.0,
        "value": low,
        "value_upper": high,
        "basis": "3D sum",
        "status": status,
        "margin": margin,
        "reason": f"{structure} : comparée à la limite.",
        "endpoint": "myélopathie",
        "population": "CBNPC réirradié",
        "origin": "Rulach consensus 2021",
        "source": RULACH,
        "source_key": "rulach2021",
        "tier": "primary-table",
        "recovery_in_source": "yes",
        "conditions": CONDITIONS,
    }
    return model.ConstraintResult(**{**values, **changes})


def other(kind: str, assumption: str, limit: float, value: float | None, status: str, *, flips: bool) -> Any:
    """An alternative."""
    return model.AlternativeResult(
        kind=kind,
        assumption=assumption,
        limit=limit,
        value=value,
        value_upper=value,
        status=status,
        flips=flips,
    )


CORD = entry(
    "Moelle épinière", 60.0, 67.66,
    alternatives=[
        other("source", "Autre source : Troost (9 mo)", 65.0, 67.66, "exceeded", flips=False),
        other("shift", "Doses antérieures déplacées de 3,0 mm", 60.0, 69.1, "exceeded", flips=False),
        other("source", "Autre source : HyTEC 2021", 70.0, 67.66, "met", flips=True),
        other("recovery_dose", "Récupération de 25 % retirée de la dose antérieure (A. Martin)", 50.0, 52.5,
              "exceeded", flips=False),
        other("recovery_tolerance", "Récupération de 25 % ajoutée à la tolérance (A. Martin)", 62.5, 60.0,
              "met", flips=True),
    ],
)  # fmt: skip
HEART = entry("Coeur", 85.0, 82.3, 84.9, metric="D0.1cc", op="<", status="near", id="paradis-heart",
              origin="Paradis 2019 (6-12 mo; converted by Rulach)", alpha_beta_gy=2.5)  # fmt: skip
LUNG = entry("Poumon D", 22.0, 19.74, metric="mean", op="<", id="troost-lung", origin="Troost (9 mo)",
             alternatives=[other("alpha_beta", "α/β 4 Gy", 22.0, 22.8, "exceeded", flips=True)])  # fmt: skip
FAILED = [
    model.ConditionResult(condition="interval", required="≥ 12", found="6.5", holds=False),
    model.ConditionResult(condition="courses", required="2", found="3", holds=False),
]
EIGHT = [
    entry("Moelle épinière", 70.0, 67.66, id="hytec", source=HYTEC, source_key="hytec_cord2021", origin="",
          tier="primary-abstract"),
    CORD,
    entry("Oesophage", 100.0, 112.46, 112.74, basis="point sum"),
    HEART,
    LUNG,
    entry("Poumon D", 40.0, 33.31, metric="V20Gy[%]", unit="%", op="<", id="ars-lung", origin="ARS thoracic"),
    entry("Poumon G", 22.0, 19.26, metric="mean", op="<", id="troost-lung-l"),
    entry("Trachée", 110.0, 40.0, id="trachea"),
    entry("Plexus brachial D", 95.0, 70.0, 71.0, status="not assessable", margin=24.0, id="plexus",
          conditions=FAILED, reason="Plexus brachial D : un traitement s'est terminé 6,5 mois avant."),
    entry("Foie", 30.0, None, id="liver", reason="Foie : aucune dose à laquelle comparer cette limite.",
          conditions=FAILED[:1], source=NIEDER, source_key="nieder2006", origin=""),
]  # fmt: skip
OTHER_KINDS = [
    entry("Coeur", 26.0, 12.0, metric="mean", op="<", namespace="first-course constraint", id="first-heart",
          dose_of="reference course"),
    entry("Oesophage", 85.0, 112.0, namespace="observed dose", op="", id="observed", scale="BED", margin=None,
          status="not assessable"),
]  # fmt: skip


def own_row(text: str) -> Any:
    """A centre's own limit, all of whose words are ``text``."""
    return entry(
        "Moelle épinière", 45.0, 67.66, id="own", origin=text, source=text, source_key=text, tier=text,
        author=text, reason=text, endpoint=text, population=text, note=text, primary_checked=False,
        conditions=[model.ConditionResult(condition=text, required=text, found=text, holds=None)],
        alternatives=[other("source", text, 50.0, 67.66, "met", flips=True)],
    )  # fmt: skip


def scenarios(count: int = 2) -> list[model.ScenarioResult]:
    """What-ifs in which the cord is met, and a dose of its own."""
    met = CORD.model_copy(update={"value": 58.0, "value_upper": 58.0, "margin": 2.0, "status": "met"})
    return [
        model.ScenarioResult(
            name=f"Scénario {place}",
            assumptions=["α/β de SpinalCord : 4 Gy", f"Sans MEDIASTIN {place}"],
            author="A. Martin",
            date="2026-02-18",
            reason="discussion en réunion",
            source="Nieder 2006",
            structures=[
                model.ScenarioStructure(name="Moelle épinière", alpha_beta_gy=4.0, d0_03cc_gy=58.0,
                                        d0_03cc_upper_gy=59.5)
            ],
            constraints=[met, LUNG],
        )
        for place in range(1, count + 1)
    ]  # fmt: skip


NTCP = [
    model.NtcpResult(
        structure="Poumon D", endpoint="pneumonie radique", model="LKB", value_percent=12.3,
        value_upper_percent=14.1, label="modèle de première irradiation, extrapolé", source=NIEDER,
        tier="primary-abstract",
    )
]  # fmt: skip
