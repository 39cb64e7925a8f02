"""Curves: doses on structures, or the curves of an assessment, come in; a file of dose-volume curves goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import graybook
from graybook.dvh.histogram import cumulative, differential, even_edges_gy
from graybook.dvh.sampling import StructureSamples
from graybook.errors import UsageError
from graybook.files.curves import Curve, CurveTable, Figure, csv_text, require_place, write_curves
from graybook.geometry import FieldSamples
from graybook.geometry.arrays import FloatArray
from graybook.report.material import DvhBand, StructureCurves
from graybook.text import phrase
from graybook.workflow.folder.planned import PlannedDose

__all__ = ["BIN_WIDTH_GY", "PhysicalCurves", "assessed_curves", "write_assessed_curves"]

BIN_WIDTH_GY = 0.1
"""Distance of neighbouring points of a curve. [Gy]"""

CONVENTIONS = {
    "cumulative": "volume receiving at least the dose dose_gy",
    "differential": "volume receiving at least dose_gy and less than dose_gy + bin_width_gy, not divided by the width",
}

LABELS = {
    "person": "first identifier of the person",
    "plan_id": "Graybook's id of the plan, derived from its content",
    "plan": "RT Plan Label; empty for a dose without a plan",
    "structure": "name as found",
    "kind": "cumulative or differential",
    "end": "low; where part of it lies outside the dose grid also high, with that part at the highest dose of the nearest face",
}

DOSE = Figure(name="dose_gy", unit="Gy", meaning="dose; of a bin its lower edge", decimals=6)
VOLUME = Figure(name="volume_cm3", unit="cm3", meaning="volume, by the convention in the header", decimals=9)
SHARE = Figure(name="volume_percent", unit="%", meaning="the same, of the whole structure", decimals=7)


@dataclass(kw_only=True)
class PhysicalCurves:
    """Where the curves of :func:`graybook.workflow.physical_dvh.physical_dvhs` are to go; they are kept until written.

    Parameters
    ----------
    path
        The file: .csv, .json or .parquet.
    by_bin
        Differential curves instead of cumulative ones.
    width_gy
        Distance of neighbouring doses. [Gy]
    """

    path: Path
    by_bin: bool = False
    width_gy: float = BIN_WIDTH_GY
    _curves: list[Curve] = field(default_factory=list)
    _plans: list[dict[str, Any]] = field(default_factory=list)
    _models: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        require_place(self.path)
        if not 0.0 < self.width_gy < float("inf"):
            raise UsageError(
                "The width of a bin must be above zero.",
                value=self.width_gy,
                remedy="Give --bin-width in Gy, for example 0.1.",
            )

    @property
    def kind(self) -> str:
        """Cumulative or differential."""
        return "differential" if self.by_bin else "cumulative"

    def begin(self, planned: PlannedDose, person: str) -> None:
        """The curves kept from here on are of this plan and person."""
        self._plans.append(_plan(planned, person))

    def keep(self, structure: str, samples: StructureSamples, dose: FieldSamples) -> None:
        """Keep the curve of one structure, or both ends where the dose grid does not cover it."""
        self._models.add(samples.model.value)
        plan = self._plans[-1]
        labels = (plan["person"], plan["plan_id"], plan["plan"], structure, self.kind)
        ends = {"low": dose.low} if bool(dose.inside.all()) else {"low": dose.low, "high": dose.high}
        for end, dose_gy in ends.items():
            values = self._values(dose_gy, samples.volumes_cm3)
            self._curves.append(Curve(labels=(*labels, end), values=values))

    def _values(self, dose_gy: FloatArray, volumes_cm3: FloatArray) -> tuple[FloatArray, ...]:
        curve = cumulative(dose_gy, volumes_cm3, even_edges_gy(dose_gy, self.width_gy))
        doses, volumes = curve.dose_gy, curve.volume_cm3
        if self.by_bin:
            bins = differential(curve)
            doses, volumes = bins.edges_gy[:-1], bins.volume_cm3
        total = float(np.sum(volumes_cm3))
        return doses, volumes, volumes * (100.0 / total if total > 0.0 else 0.0)

    @property
    def table(self) -> CurveTable:
        """All curves kept, and what the file says of itself."""
        header = {
            "version": graybook.__version__,
            "kind": self.kind,
            "convention": CONVENTIONS[self.kind],
            "dose_unit": "Gy",
            "volume_unit": "cm3",
            "bin_width_gy": self.width_gy,
            "slice_model": ", ".join(sorted(self._models)),
            "plans": self._plans,
            "notice": phrase("notice", "en"),
        }
        return CurveTable(
            labels=LABELS, figures=(DOSE, VOLUME, SHARE), curves=tuple(self._curves), header=header
        )

    def write(self) -> tuple[Path, ...]:
        """Write the file; gives all files written."""
        return write_curves(self.table, self.path)


def _plan(planned: PlannedDose, person: str) -> dict[str, Any]:
    headers = [dose.header for dose in planned.doses]
    headers += [one.header for one in (planned.plan, planned.structure_facts) if one is not None]
    return {
        "plan_id": planned.id,
        "plan": planned.label or "",
        "person": person,
        "quantity": planned.volume.quantity.value if planned.volume is not None else "",
        "dose_of": "all planned fractions",
        "inputs_sha256": sorted({header.sha256 for header in headers}),
    }


BANDS = ("p5", "p50", "p95", "lowest", "highest")
"""What the curves of a band are called in place of a course."""


def assessed_curves(curves: Sequence[StructureCurves], bands: Sequence[DvhBand] = ()) -> CurveTable:
    """The cumulative curves of an assessment: of each course and of the sum, on each structure; then the bands of the sum."""
    course = "course id, cumulative or cumulative_upper"
    return CurveTable(
        labels={"structure": "name as found", "course": ", ".join([course, *(BANDS if bands else ())])},
        figures=(
            Figure(name="dose_gy_eqd2", unit="Gy", meaning="dose, EQD2", decimals=6),
            Figure(
                name="volume_percent",
                unit="%",
                meaning="share of the volume receiving at least the dose",
                decimals=4,
            ),
        ),
        curves=tuple(
            Curve(labels=(item.structure, one.course), values=(one.dose_gy, one.volume_percent))
            for item in curves
            for one in item.curves
        )
        + tuple(
            Curve(labels=(band.structure, name), values=(band.dose_gy, getattr(band, name)))
            for band in bands
            for name in BANDS
        ),
    )


def write_assessed_curves(
    curves: Sequence[StructureCurves], path: Path, bands: Sequence[DvhBand] = ()
) -> None:
    """Write ``dvh.csv``, a point as decimal sign in every language and plain line ends."""
    path.write_bytes(csv_text(assessed_curves(curves, bands), line_end="\n").encode())
