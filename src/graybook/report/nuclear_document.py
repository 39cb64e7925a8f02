"""Nuclear document: what ``graybook nuclear`` found comes in; what ``--json`` prints and the pages are made from goes out."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from graybook.report.nuclear_result import NuclearResult
from graybook.report.result import FindingResult, PatientResult, ProvenanceResult, RefusalResult

__all__ = ["NuclearDocument", "TherapyResult"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class TherapyResult(_Model):
    """One course of radionuclides or microspheres, of which the cycles tell by its id."""

    id: str
    label: str
    start_date: str | None = None
    modality: str = "radionuclide"


class NuclearDocument(_Model):
    """Radionuclide therapies of one person, without their external beam courses."""

    schema_version: str = "1.0"
    notice: str = Field(description="What Graybook is not (rule 17).")
    patient: PatientResult
    therapies: list[TherapyResult]
    nuclear: NuclearResult
    findings: list[FindingResult] = []
    refusals: list[RefusalResult] = []
    provenance: ProvenanceResult
