"""HL7 FHIR: courses as resources of the CodeX Radiation Therapy and mCODE profiles, written, checked and read back."""

from graybook.exchange.fhir.check import check_fhir
from graybook.exchange.fhir.read import facts_from_fhir
from graybook.exchange.fhir.write import fhir_bundle

__all__ = ["check_fhir", "facts_from_fhir", "fhir_bundle"]
