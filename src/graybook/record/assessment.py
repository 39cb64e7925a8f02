"""What is to be said: a code, its parameters and its subject; the words come from ``graybook.text``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["Finding", "Param", "Refusal", "Severity"]

Param = str | float | int | None
"""What a sentence may be filled with."""


class Severity(StrEnum):
    """How much a finding matters to the reader."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something the reader must know.

    Parameters
    ----------
    code
        Key of the sentence in the catalogue, ``snake_case``.
    severity
        Information, warning or error.
    subject
        What it is about: a file, a plan label, a course id, a structure name; empty for the whole.
    params
        Values the sentence needs.
    """

    code: str
    severity: Severity = Severity.WARNING
    subject: str = ""
    params: Mapping[str, Param] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Something Graybook does not compute, and the remedy; its sentence and remedy stand in the catalogue under ``code``."""

    code: str
    subject: str = ""
    params: Mapping[str, Param] = field(default_factory=dict)
