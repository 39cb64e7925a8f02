"""Alignment: a transform between two frames with its error, its origin and its approvals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from graybook.geometry.transform import Affine

__all__ = ["Alignment", "Approval"]


@dataclass(frozen=True, kw_only=True)
class Approval:
    """A dated, revocable statement of a named person."""

    who: str
    when: date
    approved: bool = True
    reason: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Alignment:
    """How points of one frame are found in another.

    Parameters
    ----------
    transform
        From one named frame to another.
    source
        Where it comes from: "same frame", the SOP Instance UIDs of the registrations used, or a person.
    error_mm
        Stated error; None when nobody stated one. [mm]
    approvals
        In order of time; none means "approval not recorded".
    """

    transform: Affine
    source: tuple[str, ...]
    error_mm: float | None = None
    approvals: tuple[Approval, ...] = ()
