"""The table of test values of the models of effect comes in; each with the model it is for, and what that model gives, goes out."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from graybook.radiobiology import LinearQuadratic, Model, eqd2_of_bed_gy
from graybook.radiobiology.carabe import Carabe2012
from graybook.radiobiology.constant_rate import ConstantRate
from graybook.radiobiology.constant_rbe import ConstantRbe
from graybook.radiobiology.decaying_source import DecayingSource
from graybook.radiobiology.exponential_sum import ExponentialSum
from graybook.radiobiology.incomplete_repair import IncompleteRepair
from graybook.radiobiology.linear_quadratic_linear import LinearQuadraticLinear
from graybook.radiobiology.mcnamara import McNamara2015
from graybook.radiobiology.repair import Repair
from graybook.radiobiology.repopulation import Repopulation
from graybook.radiobiology.universal_survival_curve import UniversalSurvivalCurve
from graybook.radiobiology.variable_rbe import VariableRbe
from graybook.radiobiology.wedenberg import Wedenberg2013

__all__ = ["CLASSES", "Vector", "vectors"]

TABLE = Path(__file__).with_name("model_vectors.csv")
EXAMPLE = "an example"
"""Source of parameters that are of no tissue."""


@dataclass(frozen=True, kw_only=True)
class Vector:
    """One figure a model must give.

    Parameters
    ----------
    parameters
        As written: ``name=value`` separated by blanks; several values by semicolons.
    quantity
        ``bed_gy``, ``eqd2_gy``, ``g_factor``, ``h_factor`` or ``rbe``.
    expected
        As printed: what is found has as many decimals.
    """

    model_name: str
    parameters: str
    dose_gy: float
    alpha_beta_gy: float
    quantity: str
    expected: str
    source: str

    def values(self) -> dict[str, Any]:
        """The parameters by name; a count is a whole number."""
        found: dict[str, Any] = {}
        for item in self.parameters.split():
            name, text = item.split("=")
            numbers = tuple(float(one) for one in text.split(";"))
            whole = name in ("fractions", "per_day")
            found[name] = numbers if len(numbers) > 1 else int(numbers[0]) if whole else numbers[0]
        return found

    def model(self) -> Model:
        """The model of the row."""
        values = self.values()
        if "repair_half_time_h" in values and self.model_name != "incomplete repair":
            values["repair"] = Repair.single(values.pop("repair_half_time_h"))
        return MAKERS[self.model_name](values)

    def found(self) -> str:
        """What the model gives, printed like the figure."""
        return f"{self._found():.{len(self.expected.partition('.')[2])}f}"

    def _found(self) -> float:
        model = self.model()
        if self.quantity in ("g_factor", "h_factor"):
            return float(getattr(model, self.quantity))
        dose = np.full(1, self.dose_gy)
        if isinstance(model, VariableRbe):
            return float(model.rbe(dose, alpha_beta_gy=self.alpha_beta_gy)[0])
        bed = model.bed_gy(dose, alpha_beta_gy=self.alpha_beta_gy)
        if self.quantity == "eqd2_gy":
            bed = eqd2_of_bed_gy(bed, alpha_beta_gy=self.alpha_beta_gy)
        return float(bed[0])


def vectors() -> tuple[Vector, ...]:
    """All rows, in the order of the table."""
    with TABLE.open(encoding="utf-8", newline="") as stream:
        return tuple(
            Vector(
                model_name=row["model"],
                parameters=row["parameters"],
                dose_gy=float(row["dose_gy"]),
                alpha_beta_gy=float(row["alpha_beta_gy"]),
                quantity=row["quantity"],
                expected=row["expected"],
                source=row["source"],
            )
            for row in csv.DictReader(stream)
        )


def _plain(kind: Callable[..., Model]) -> Callable[[dict[str, Any]], Model]:
    return lambda values: kind(**values)


def _stated(kind: Callable[..., Model]) -> Callable[[dict[str, Any]], Model]:
    return lambda values: kind(**values, parameters_source=EXAMPLE)


def _with_let(kind: Callable[..., Model]) -> Callable[[dict[str, Any]], Model]:
    return lambda values: kind(fractions=values["fractions"], let_kev_um=np.full(1, values["let_kev_um"]))


def _growing(values: dict[str, Any]) -> Model:
    inner = LinearQuadratic(fractions=values.pop("fractions"))
    return Repopulation(model=inner, **values, parameters_source=EXAMPLE)


CLASSES: tuple[type, ...] = (
    LinearQuadratic,
    IncompleteRepair,
    ConstantRate,
    DecayingSource,
    ExponentialSum,
    Repopulation,
    LinearQuadraticLinear,
    UniversalSurvivalCurve,
    ConstantRbe,
    McNamara2015,
    Wedenberg2013,
    Carabe2012,
)
"""Every model, in the order of the page."""

MAKERS: dict[str, Callable[[dict[str, Any]], Model]] = {
    "linear-quadratic": _plain(LinearQuadratic),
    "incomplete repair": _plain(IncompleteRepair),
    "constant dose rate": _plain(ConstantRate),
    "decaying source": _plain(DecayingSource),
    "sum of exponentials": _plain(ExponentialSum),
    "linear-quadratic with repopulation": _growing,
    "linear-quadratic-linear": _stated(LinearQuadraticLinear),
    "universal survival curve": _stated(UniversalSurvivalCurve),
    "constant RBE": _plain(ConstantRbe),
    "McNamara 2015": _with_let(McNamara2015),
    "Wedenberg 2013": _with_let(Wedenberg2013),
    "Carabe 2012": _with_let(Carabe2012),
}
