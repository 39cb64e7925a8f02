"""The table of recovery comes in; what was published on it goes out, usable models apart from evidence without an equation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from graybook.errors import InputError, UsageError
from graybook.tables._rows import PRIMARY_CHECKED, Row, optional_number, place_of, table_rows, yes_or_no
from graybook.tables.sources import source_text

__all__ = ["CONVENTIONS", "RecoveryModel", "recovery_model", "recovery_models"]

_FILE = "recovery.csv"
_COLUMNS = (
    "name", "organ", "convention", "steps", "alpha_beta_gy", "usable", "reason", "evidence", "note",
)  # fmt: skip
_REMEDY = "restore the file from the package, or mend the cell as the README beside it says"

CONVENTIONS = ("dose", "tolerance")
"""What a model changes: the earlier equieffective dose, or the tolerance (rule 11)."""


@dataclass(frozen=True, kw_only=True)
class RecoveryModel:
    """
    What one source says on the recovery of a tissue.

    Parameters
    ----------
    name
        By which a person may ask for it.
    organ
        TG-263 name; several joined by a slash; empty where the source speaks of every organ.
    convention
        ``dose`` or ``tolerance``; empty where no share is given.
    steps
        From an interval on, the share recovered, in order. [months, 0 to 1]
    alpha_beta_gy
        The source used. [Gy]
    usable
        Whether it may be computed with: read in its primary, and complete.
    reason
        Why it may not; empty when usable.
    evidence
        What was seen, in words.
    source, source_text, tier, primary_checked, note
        Key, citation, how it was read, whether in the primary, remarks.
    """

    name: str
    organ: str
    convention: str
    steps: tuple[tuple[float, float], ...]
    alpha_beta_gy: float | None
    usable: bool
    reason: str
    evidence: str
    source: str
    source_text: str
    tier: str
    primary_checked: bool
    note: str

    def __post_init__(self) -> None:
        """Refuse a usable model that is incomplete or was not read in its primary, and an unusable one without a reason."""
        if self.convention not in ("", *CONVENTIONS):
            raise InputError(
                f"Recovery {self.name}: unknown convention", value=self.convention, remedy=_REMEDY
            )
        months = [step[0] for step in self.steps]
        if months != sorted(months) or not all(0 < share < 1 for _, share in self.steps):
            raise InputError(
                f"Recovery {self.name}: steps are not rising shares", value=self.steps, remedy=_REMEDY
            )
        if self.usable and not (self.primary_checked and self.steps and self.convention and self.organ):
            raise InputError(
                f"Recovery {self.name}: usable without a checked primary, an organ, a convention and steps",
                value=self.tier,
                remedy=_REMEDY,
            )
        if not self.usable and not self.reason:
            raise InputError(f"Recovery {self.name}: not usable, and no reason", remedy=_REMEDY)

    @property
    def organs(self) -> tuple[str, ...]:
        """Structures it speaks of, one by one; none when it speaks of all."""
        return tuple(self.organ.split("/")) if self.organ else ()


@cache
def recovery_models() -> tuple[RecoveryModel, ...]:
    """Everything on recovery in the edition, in the order of the table."""
    return tuple(_model(row) for row in table_rows(_FILE, _COLUMNS))


def recovery_model(name: str) -> RecoveryModel:
    """
    The usable model of a name.

    Raises
    ------
    UsageError
        There is none of that name, or it must not be computed with; the message says why.

    Examples
    --------
    >>> recovery_model("doi2021").steps
    ((6.0, 0.25), (12.0, 0.5))
    """
    usable = ", ".join(one.name for one in recovery_models() if one.usable)
    found = next((one for one in recovery_models() if one.name == name), None)
    if found is None:
        raise UsageError("No recovery model of that name", value=name, remedy=f"use one of {usable}")
    if not found.usable:
        raise UsageError(
            f"The recovery of {name} is not a model to compute with: {found.reason}",
            value=name,
            remedy=f"use one of {usable}, or state a share of your own with author, date, reason and source",
        )
    return found


def _model(row: Row) -> RecoveryModel:
    return RecoveryModel(
        name=row["name"],
        organ=row["organ"],
        convention=row["convention"],
        steps=_steps(row),
        alpha_beta_gy=optional_number(row, "alpha_beta_gy", _FILE),
        usable=yes_or_no(row, "usable", _FILE),
        reason=row["reason"],
        evidence=row["evidence"],
        source=row["source"],
        source_text=source_text(row["source"]),
        tier=row["tier"],
        primary_checked=PRIMARY_CHECKED[row["verified"]],
        note=row["note"],
    )


def _steps(row: Row) -> tuple[tuple[float, float], ...]:
    try:
        pairs = [step.split(":") for step in row["steps"].split(";") if step]
        return tuple((float(months), float(share)) for months, share in pairs)
    except ValueError:
        raise InputError(
            f"{place_of(row, _FILE)}: steps are not written as months:share",
            value=row["steps"],
            remedy=_REMEDY,
        ) from None
