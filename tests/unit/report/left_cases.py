"""Made-up remaining results and uncertainty on the organs of the made-up result; the figures left follow from the model."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from graybook.report import remaining_result as left
from graybook.report import uncertainty_result as sure
from graybook.report.material import DvhBand
from graybook.report.remaining_result import Figure
from unit.report.limit_cases import HYTEC, NIEDER, RULACH

FRACTIONS = (5, 10, 20, 30)


def uniform_gy(left_gy: float, fractions: int, alpha_beta_gy: float) -> float:
    """The dose D = n d with D (d + α/β) / (2 + α/β) = what is left, solved for d; written out again for the tests."""
    if left_gy <= 0.0:
        return 0.0
    a, b, c = fractions, fractions * alpha_beta_gy, -left_gy * (2.0 + alpha_beta_gy)
    return fractions * (-b + math.sqrt(b * b - 4.0 * a * c)) / (2.0 * a)


def _dose(limit_gy: float, used: Figure, fractions: int, alpha_beta_gy: float) -> Figure:
    if used is None:
        return None
    if isinstance(used, tuple):
        low, high = (uniform_gy(limit_gy - one, fractions, alpha_beta_gy) for one in used)
        return low, high
    return uniform_gy(limit_gy - used, fractions, alpha_beta_gy)


def schedules(limit_gy: float, used: Figure, alpha_beta_gy: float) -> list[left.ScheduleDose]:
    """Doses left in 5, 10, 20 and 30 fractions."""
    return [
        left.ScheduleDose(fractions=n, dose_left_gy=_dose(limit_gy, used, n, alpha_beta_gy))
        for n in FRACTIONS
    ]


def remaining(named: str, structure: str, gy: float, used: Figure, **changes: Any) -> Any:
    """What one limit leaves at α/β 3 in 25 fractions unless ``changes`` say otherwise."""
    alpha_beta_gy = changes.get("alpha_beta_gy", 3.0)
    fractions = changes.get("fractions", 25)
    ends: Figure = None
    if isinstance(used, tuple):
        ends = (max(0.0, gy - used[0]), max(0.0, gy - used[1]))
    elif used is not None:
        ends = max(0.0, gy - used)
    values: dict[str, Any] = {
        "id": named,
        "structure": structure,
        "tg263": structure,
        "metric": "max",
        "limit_gy": gy,
        "used_eqd2_gy": used,
        "left_eqd2_gy": ends,
        "dose_left_gy": _dose(gy, used, fractions, alpha_beta_gy),
        "fractions": fractions,
        "alpha_beta_gy": alpha_beta_gy,
        "stops": False,
        "limit": gy,
        "unit": "Gy",
        "namespace": "cumulative limit",
        "basis": "3D sum",
        "conditions_hold": True,
        "schedules": schedules(gy, used, alpha_beta_gy),
        "source": RULACH,
        "source_key": "rulach2021",
        "tier": "primary-table",
    }
    return left.RemainingResult(**{**values, **changes})


def otherwise(kind: str, assumption: str, limit_gy: float, used: Figure, alpha_beta_gy: float = 3.0) -> Any:
    """The same limit under another assumption."""
    return left.RemainingAlternative(
        kind=kind,
        assumption=assumption,
        limit_gy=limit_gy,
        used_eqd2_gy=used,
        schedules=schedules(limit_gy, used, alpha_beta_gy),
    )


CORD = remaining(
    "rulach2021-Moelle épinière-60", "Moelle épinière", 60.0, 36.2, stops=True, alpha_beta_gy=2.0,
    alternatives=[
        otherwise("order", "Phases données ensemble", 60.0, 38.9, 2.0),
        otherwise("recovery_dose", "Récupération de 25 % retirée de la dose antérieure (A. Martin)", 60.0, 27.15, 2.0),
        otherwise("recovery_tolerance", "Récupération de 25 % ajoutée à la tolérance (A. Martin)", 75.0, 36.2, 2.0),
        otherwise("fewest", "Le moins de fractions de l'intervalle (5)", 60.0, 66.0, 2.0),
        otherwise("most", "Le plus de fractions de l'intervalle (30)", 60.0, 36.2, 2.0),
        otherwise("shift", "Doses antérieures déplacées de 6,0 mm", 60.0, (33.0, 41.5), 2.0),
    ],
)  # fmt: skip
CORD_HYTEC = remaining("hytec", "Moelle épinière", 70.0, 36.2, alpha_beta_gy=2.0, source=HYTEC,
                       source_key="hytec_cord2021", tier="primary-abstract")  # fmt: skip
OESOPHAGUS = remaining("rulach2021-Oesophage-100", "Oesophage", 100.0, (88.0, 97.0), basis="point sum")
HEART = remaining("paradis-heart", "Coeur", 85.0, (47.6, 50.2), metric="D0.1cc", alpha_beta_gy=2.5, lower_bound=True,
                  alternatives=[otherwise("shift", "Doses antérieures déplacées de 6,0 mm", 85.0, (41.0, 58.0), 2.5)])  # fmt: skip
LUNG = remaining("troost-lung", "Poumon D", 22.0, 11.4, metric="mean")
LUNG_VOLUME = remaining("ars-lung", "Poumon D", 0.0, None, metric="V20Gy[%]", unit="%", limit=40.0, limit_gy=None,
                        alpha_beta_gy=3.0, value=21.4, left_eqd2_gy=None, dose_left_gy=None, schedules=[])  # fmt: skip
PLEXUS = remaining("plexus", "Plexus brachial D", 95.0, 61.0, conditions_hold=False, tier="secondary-repo",
                   primary_checked=False, source=NIEDER, source_key="nieder2006",
                   reason="Plexus brachial D : un traitement s'est terminé 6,5 mois avant, la source en demande 12.")  # fmt: skip
HEART_LESS = remaining("heart-less", "Coeur", 60.0, 50.2, conditions_hold=False, alpha_beta_gy=2.5,
                       reason="Coeur : la source a étudié deux traitements, il y en a trois.")  # fmt: skip
REMAINING = [LUNG_VOLUME, CORD_HYTEC, PLEXUS, HEART, OESOPHAGUS, CORD, LUNG, HEART_LESS]
SCALING = [
    left.PlanScaling(
        asked=6,
        course="course-3",
        label="Poumon D, rechute",
        fractions=25,
        factor=0.7461,
        stopped_by=["rulach2021-Moelle épinière-60 @ Moelle épinière"],
        factor_where_conditions_hold=0.9,
        not_asked=["Poumon D, V20Gy : le volume ne croît pas avec un facteur"],
    )
]


def bar(kind: str, said: str, low: float, high: float) -> sure.TornadoBar:
    """A bar of a tornado."""
    return sure.TornadoBar(term=said, kind=kind, words=said, low=low, high=high)


def limit(
    limit_id: str, structure: str, figure: float, nominal: float, chances: tuple[float, float], **changes: Any
) -> Any:
    """The band of one limit, ± 8 % at random and ± 25 % in all, with four bars."""
    values: dict[str, Any] = {
        "id": limit_id,
        "structure": structure,
        "metric": "max",
        "unit": "Gy",
        "limit": figure,
        "nominal": nominal,
        "p5": nominal * 0.92,
        "p50": nominal * 1.01,
        "p95": nominal * 1.08,
        "lowest": nominal * 0.75,
        "highest": nominal * 1.25,
        "chance_low": chances[0],
        "chance_high": chances[1],
        "tornado": [
            bar("ignorance", "Récupération de 0 à 25 % de la dose antérieure", nominal * 0.8, nominal),
            bar("random", "Recalage de Lymphome de Hodgkin médiastinal, 6 mm", nominal * 0.93, nominal * 1.07),
            bar("ignorance", "α/β de 1,4 à 3,2 Gy", nominal * 0.95, nominal * 1.09),
            bar("random", "Dose calculée, 3 % (1 é.-t.)", nominal * 0.97, nominal * 1.03),
        ],
        "source": RULACH,
    }  # fmt: skip
    return sure.LimitUncertainty(**{**values, **changes})


def band(
    structure: str, metric: str, nominal: float, alpha_beta_gy: float = 3.0, unit: str = "Gy"
) -> sure.BandResult:
    """The band of one metric."""
    return sure.BandResult(
        structure=structure, alpha_beta_gy=alpha_beta_gy, metric=metric, unit=unit, nominal=nominal, p5=nominal * 0.92,
        p50=nominal * 1.01, p95=nominal * 1.08, lowest=nominal * 0.75, highest=nominal * 1.25,
    )  # fmt: skip


UNCERTAINTY = sure.UncertaintyResult(
    samples=1000,
    seed=1,
    correlation_mm=40.0,
    terms=[
        sure.TermResult(term="registration", course="course-1", size=6.0, unit="mm", assumed=True,
                        source="aucune erreur déclarée"),
        sure.TermResult(term="registration", course="course-2", size=3.2, unit="mm", assumed=False,
                        source="points homologues, A. Martin, 2026-02-18"),
        sure.TermResult(term="dose", size=3.0, unit="%", assumed=True, source="valeur par défaut de Graybook"),
        sure.TermResult(term="delivery", size=0.0, unit="%", assumed=True, source="aucun chiffre publié"),
    ],
    ignorance=["α/β de Moelle épinière : de 1,4 à 3,2 Gy", "récupération : de 0 à 25 %"],
    bands=[
        band("Moelle épinière", "D0.03cc", 67.0, 2.0), band("Moelle épinière", "mean", 28.1, 2.0),
        band("Oesophage", "D0.03cc", 108.0), band("Poumon D", "mean", 19.7), band("Poumon D", "V20Gy[%]", 33.3, unit="%"),
        band("Foie", "mean", 3.0),
    ],
    limits=[
        limit("rulach2021-Moelle épinière-60", "Moelle épinière", 60.0, 67.66, (0.613, 0.957)),
        limit("hytec", "Moelle épinière", 70.0, 67.66, (0.1, 0.8), source=HYTEC),
        limit("rulach2021-Oesophage-100", "Oesophage", 100.0, 112.5, (1.0, 1.0)),
        limit("paradis-heart", "Coeur", 85.0, 83.4, (0.12, 0.12), metric="D0.1cc"),
        limit("troost-lung", "Poumon D", 22.0, 15.0, (0.0, 0.0), metric="mean"),
    ],
    not_computed=["Trachée : seule une somme ponctuelle est soutenue par le recalage"],
)  # fmt: skip


def said(text: str) -> dict[str, Any]:
    """What is left, a factor and uncertainty, all of whose words are ``text``."""
    left_of = remaining(
        text, text, 45.0, 20.0, source=text, source_key=text, tier=text, basis=text, reason=text, metric=text,
        conditions_hold=False, alternatives=[otherwise(text, text, 45.0, 60.0)],
    )  # fmt: skip
    scaled = SCALING[0].model_copy(
        update={"label": text, "stopped_by": [f"{text} @ {text}"], "not_asked": [text]}
    )
    term = sure.TermResult(
        term=text, course=text, structure=text, size=1.0, unit=text, assumed=True, source=text
    )
    found = limit(
        text, text, 60.0, 61.0, (0.2, 0.4), metric=text, unit=text, tornado=[bar(text, text, 50.0, 70.0)]
    )
    uncertain = UNCERTAINTY.model_copy(
        update={
            "terms": [term],
            "ignorance": [text],
            "bands": [band(text, text, 40.0, unit=text)],
            "limits": [found],
            "not_computed": [text],
        }
    )
    return {"remaining": [left_of], "scaling": [scaled], "uncertainty": uncertain}


def dvh_bands() -> tuple[DvhBand, ...]:
    """Bands around sigmoid histograms of three organs."""
    made = []
    for name, alpha_beta_gy, mean in (
        ("Moelle épinière", 2.0, 25.0),
        ("Poumon D", 3.0, 25.0),
        ("Oesophage", 3.0, 43.0),
    ):
        dose = np.linspace(0.0, 150.0, 301)
        shares = [
            100.0 / (1.0 + np.exp((dose - mean * scale) / (0.18 * mean)))
            for scale in (0.92, 1.0, 1.08, 0.75, 1.25)
        ]
        shares = [np.where(dose < 4.0 * mean, one * 100.0 / one[0], 0.0) for one in shares]
        made.append(
            DvhBand(structure=name, alpha_beta_gy=alpha_beta_gy, dose_gy=dose, p5=shares[0], p50=shares[1], p95=shares[2],
                    lowest=shares[3], highest=shares[4])
        )  # fmt: skip
    return tuple(made)
