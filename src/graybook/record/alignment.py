"""Alignment: a transform between two frames with its origin, its quality, its verdicts per structure and its approvals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from graybook.geometry import GridField
from graybook.geometry.transform import Transform
from graybook.record.assessment import Finding

__all__ = ["Alignment", "Approval", "Measure", "Quality", "Use", "Verdict"]


@dataclass(frozen=True, kw_only=True)
class Approval:
    """A dated statement of a named person: that a registration is approved, or no longer is.

    Parameters
    ----------
    who
        The person; empty when a file says that it was approved and not by whom.
    when
        The day; None when a file does not say.
    approved
        False takes back what was said before.
    reason
        In the person's words.
    structures
        Names of those it is for; all when empty.
    registration
        Which of a chain's registrations it is on; all of them when empty.
    """

    who: str
    when: date | None
    approved: bool = True
    reason: str = ""
    structures: tuple[str, ...] = ()
    registration: str = ""


class Use(StrEnum):
    """What an alignment may be used for, at one structure."""

    SUM = "3D sum"
    ENVELOPE = "3D sum with envelope"
    POINTS = "point sum only"
    UNMEASURED = "not measured"
    """Nothing could be measured there; the reasons say why."""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One number on an alignment, or on one structure of it.

    Parameters
    ----------
    name
        Which measure, by the name of its row in the table of thresholds.
    value
        None when it could not be measured.
    unit
        Of the value; empty for a ratio.
    structure
        Name of the structure; empty for the whole alignment.
    """

    name: str
    value: float | None
    unit: str = ""
    structure: str = ""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the alignment may be used for at one structure, and why; it labels numbers and never removes them."""

    structure: str
    use: Use
    envelope_mm: float | None = None
    reasons: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Quality:
    """What was measured on an alignment.

    Parameters
    ----------
    measures
        Of the whole alignment and of single structures.
    verdicts
        One per structure.
    error_mm
        95 % error estimate at every place of the frame the transform leads from; infinite where nothing supports one.
        None when no images were there to measure on. [mm]
    """

    measures: tuple[Measure, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    error_mm: GridField | None = None

    def verdict(self, structure: str) -> Verdict | None:
        """The verdict of a structure by name; None when none was given."""
        return next((one for one in self.verdicts if one.structure == structure), None)


@dataclass(frozen=True, kw_only=True, eq=False)
class Alignment:
    """How points of one frame are found in another.

    Parameters
    ----------
    transform
        From one named frame to another.
    source
        Where it comes from: "same frame", the SOP Instance UIDs of the registrations used, a person, or "computed".
    error_mm
        Stated error; None when nobody stated one. [mm]
    approvals
        In order of time; none means "approval not recorded".
    method
        Of a computed one: rigid, local or deformable; else empty.
    quality
        None when nothing was measured.
    settings
        Of a computed one: with these and the same images the same transform is found again.
    """

    transform: Transform
    source: tuple[str, ...]
    error_mm: float | None = None
    approvals: tuple[Approval, ...] = ()
    method: str = ""
    quality: Quality | None = None
    settings: Mapping[str, str | float | int] = field(default_factory=dict)

    def is_approved(self, structure: str = "") -> bool:
        """Whether every registration it is made of is approved: for one structure, or for all when none is named.

        Of the events that bear on a structure the last one holds; one day's in the order they are given.
        """
        return all(self._is_approved(registration, structure) for registration in self.source)

    def _is_approved(self, registration: str, structure: str) -> bool:
        said = [
            event.approved
            for event in sorted(self.approvals, key=lambda event: event.when or date.min)
            if event.registration in ("", registration)
            and (not event.structures or structure in event.structures)
        ]
        return bool(said) and said[-1]
