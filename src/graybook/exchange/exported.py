"""What leaves in another format: the document itself, and findings that say what it could not hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graybook.record.assessment import Finding

__all__ = ["Exported"]


@dataclass(frozen=True, kw_only=True)
class Exported:
    """A person's courses in the format of others.

    Parameters
    ----------
    document
        FHIR: one Bundle. OSIRIS and OMOP: rows by table.
    findings
        What the format could not hold, or holds less well than the record does.
    """

    document: Mapping[str, Any]
    findings: tuple[Finding, ...] = ()
