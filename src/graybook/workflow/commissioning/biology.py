"""The golden vectors come in; what the product's own functions make of each schedule goes out as cases."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from graybook.accumulation.equieffective import course_eqd2, summed
from graybook.accumulation.near_maximum import bound_gy, customary_sum_gy
from graybook.accumulation.phase_dose import PhaseDose, PhaseSamples
from graybook.dvh.metrics import evaluate, parse
from graybook.dvh.statistics import near_maximum_gy
from graybook.geometry import Grid, GridField
from graybook.radiobiology import bed_gy, eqd2_gy
from graybook.report.commission_result import Case, Group
from graybook.report.wording import Wording
from graybook.tables.alpha_beta import default_for_organ
from graybook.tables.golden_vectors import MODEL_WAYS, GivenPhase, GoldenVector, golden_vectors
from graybook.workflow.commissioning.case import ARITHMETIC_GY, Bench, Check
from graybook.workflow.commissioning.models import model_figure_gy

__all__ = ["biology"]

MIDDLE = np.array([[1.0, 1.0, 1.0]])
"""A point inside the grid of :func:`_field`. [mm]"""


def biology(bench: Bench) -> Group:
    """EQD2, BED, the rules of summing, α/β and near-maxima against the golden vectors."""
    words = bench.words
    cases = [_case(vector, words) for vector in golden_vectors()]
    return Group(
        id="biology",
        title=words("biology"),
        what=words("biology_what"),
        reason=words("biology_reason"),
        cases=[*cases, *_near_maxima(words), *_volumes(words)],
    )


def _case(vector: GoldenVector, words: Wording) -> Case:
    subject = vector.subject
    given = {name: words.short(value) for name, value in vector.parameters.items()}
    if vector.phases:
        subject = " + ".join(_schedule(phase, words) for phase in vector.phases)
    ratio = "" if vector.alpha_beta_gy is None else words.short(vector.alpha_beta_gy)
    text = words(f"way_{vector.way}", subject=subject, alpha_beta=ratio, **given)
    check = Check(
        id=f"{vector.way} {vector.subject} {vector.alpha_beta_gy or ''}".strip(),
        text=f"{_name(vector.name, words)}: {text}",
        expected=vector.expected_gy,
        tolerance=vector.tolerance_gy,
        unit="Gy",
        source=f"{vector.source_text} ({vector.tier})",
    )
    return check.case(lambda: _found(vector))


def _name(name: str, words: Wording) -> str:
    """A publication's or example's name as it stands; a rule in the reader's language."""
    return words("rule_short", number=name.removeprefix("rule ")) if name.startswith("rule ") else name


def _schedule(phase: GivenPhase, words: Wording) -> str:
    dose = words.short(phase.dose_gy)
    if phase.fractions_range is not None:
        low, high = phase.fractions_range
        return words("phase_range", dose=dose, low=low, high=high)
    if phase.delivered != phase.planned:
        return words("phase_stopped", dose=dose, n=phase.planned, given=phase.delivered)
    return words("phase", dose=dose, n=phase.planned)


def _found(vector: GoldenVector) -> float | None:
    if vector.way in MODEL_WAYS:
        return model_figure_gy(vector)
    if vector.alpha_beta_gy is None:
        default = default_for_organ(vector.subject)
        return None if default is None else default.value_gy
    ratio, first = vector.alpha_beta_gy, vector.phases[0]
    if vector.way in ("bed", "eqd2"):
        planned, dose = first.planned or 1, np.array([first.dose_gy])
        if vector.way == "bed":
            return float(bed_gy(dose / planned, fractions=planned, alpha_beta_gy=ratio)[0])
        return float(eqd2_gy(dose, fractions=planned, alpha_beta_gy=ratio)[0])
    samples = [_sampled(phase, number) for number, phase in enumerate(vector.phases)]
    if vector.way == "concurrent":
        total = course_eqd2(samples, [tuple(range(len(samples)))], alpha_beta_gy=ratio)
    elif vector.way == "sequential":
        total = course_eqd2(samples, [(index,) for index in range(len(samples))], alpha_beta_gy=ratio)
    else:
        total = summed([course_eqd2([one], [(0,)], alpha_beta_gy=ratio) for one in samples])
    return float((total.high if vector.way == "high_end" else total.low)[0])


def _sampled(phase: GivenPhase, number: int) -> PhaseSamples:
    """A phase of uniform dose, asked at one point through the product's own field."""
    given = PhaseDose(
        id=str(number),
        field=_field(phase.dose_gy),
        planned=phase.planned,
        delivered=phase.delivered,
        fractions_range=phase.fractions_range,
    )
    return given.sample(MIDDLE)


def _field(dose_gy: float) -> GridField:
    grid = Grid(frame="1", shape=(2, 2, 2), origin_mm=np.zeros(3), spacing_mm=np.full(3, 2.0), axes=np.eye(3))
    return GridField(grid=grid, values=np.full((2, 2, 2), dose_gy))


def _near_maxima(words: Wording) -> Iterator[Case]:
    """Rule 10: two separate spots of 0.02 cm³ with 45 Gy in 5 Gy."""
    volumes = np.array([9.96, 0.02, 0.02])
    first, second = np.array([5.0, 45.0, 5.0]), np.array([5.0, 5.0, 45.0])

    def of(dose_gy: np.ndarray, volume_cm3: float) -> float | None:
        return near_maximum_gy(dose_gy, volumes, volume_cm3)

    own = [lambda v: of(first, v), lambda v: of(second, v)]
    found = {
        "customary": (10.0, lambda: customary_sum_gy([of(first, 0.03), of(second, 0.03)])),
        "truth": (50.0, lambda: of(first + second, 0.03)),
        "bound": (90.0, lambda: bound_gy(own, volume_cm3=0.03)),
    }
    for key, (expected, compute) in found.items():
        check = Check(
            id=f"rule 10 {key}",
            text=words(f"near_maximum_{key}"),
            expected=expected,
            tolerance=ARITHMETIC_GY,
            unit="Gy",
            source=words("closed_form"),
        )
        yield check.case(compute)


def _volumes(words: Wording) -> Iterator[Case]:
    """Rule 13: a critical volume is one; a near-maximum of more than there is, is none."""
    dose, volumes = np.array([10.0, 20.0, 30.0]), np.array([400.0, 350.0, 500.0])
    critical = Check(
        id="rule 13 critical volume",
        text=words("critical_volume"),
        expected=750.0,
        tolerance=ARITHMETIC_GY,
        unit="cm³",
        source=words("closed_form"),
    )
    yield critical.case(lambda: evaluate(parse("CV700cc<21Gy"), dose, volumes))
    small = Check(
        id="rule 13 undefined",
        text=words("undefined"),
        expected=1.0,
        tolerance=0.0,
        unit="",
        source=words("closed_form"),
    )
    yield small.case(lambda: float(near_maximum_gy(np.array([5.0]), np.array([0.01]), 0.03) is None))
