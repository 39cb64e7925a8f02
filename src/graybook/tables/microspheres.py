"""The tables of microspheres come in; constants of each device and recommended doses, each with its source, go out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from graybook.errors import InputError, UsageError
from graybook.tables._rows import PRIMARY_CHECKED, Row, number, optional_number, table_rows, yes_or_no
from graybook.tables.sources import source_text

__all__ = [
    "DEVICES",
    "INDICATIONS",
    "SCENARIOS",
    "DeviceConstant",
    "Recommendation",
    "constant_of",
    "constants_of",
    "nuclide_of",
    "recommendations",
]

DEVICES = ("y90-glass", "y90-resin", "ho166")
"""Microspheres by nuclide and matrix: their gray are not interchangeable."""

INDICATIONS = ("hcc", "icc", "mcrc")
"""Hepatocellular carcinoma, intrahepatic cholangiocarcinoma, metastases of colorectal cancer."""

SCENARIOS = ("segmentectomy", "lobectomy", "unilobar", "bilobar")

_CONSTANTS = "microsphere_constants.csv"
_CONSTANT_COLUMNS = ("device", "nuclide", "j_per_gbq", "default", "note")
_RECOMMENDATIONS = "microsphere_recommendations.csv"
_RECOMMENDATION_COLUMNS = (
    "device", "indication", "scenario", "structure", "relation", "low_gy", "high_gy", "condition", "bilirubin_mg_dl",
    "evidence_level", "note",
)  # fmt: skip
_STRUCTURES = ("perfused", "normal", "normal_perfused", "tumour")
_RELATIONS = ("above", "at least", "below", "between", "about")
_REMEDY = "restore the file from the package, or mend the row as the README beside it says"


@dataclass(frozen=True, kw_only=True)
class DeviceConstant:
    """
    Energy that a gigabecquerel of a device leaves in a tissue when all of it decays there.

    Parameters
    ----------
    device, nuclide
        Of which microspheres.
    j_per_gbq
        Joule per GBq, that is Gy kg/GBq. [J/GBq]
    default
        Whether it is used when nobody says otherwise: one row of each device.
    source, source_text, tier, primary_checked, note
        Key, citation, how it was read, whether in the primary, remarks.
    """

    device: str
    nuclide: str
    j_per_gbq: float
    default: bool
    source: str
    source_text: str
    tier: str
    primary_checked: bool
    note: str

    def __post_init__(self) -> None:
        """Refuse a device that is none, or no energy."""
        if self.device not in DEVICES or not self.j_per_gbq > 0.0:
            raise InputError(
                f"Table {_CONSTANTS}: no such device, or no energy.",
                value=(self.device, self.j_per_gbq),
                remedy=_REMEDY,
            )


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """
    A dose that a guideline recommends to one structure: never compared with one of external beam, and no verdict.

    Parameters
    ----------
    device, indication, scenario
        For whom.
    structure
        ``perfused`` volume, whole ``normal`` liver, ``normal_perfused`` liver, ``tumour``.
    relation
        ``above``, ``at least``, ``below``, ``between`` or ``about``.
    low_gy, high_gy
        Its ends; None where it has none. "At least" has two where the guideline prints two. [Gy]
    condition
        Code of what must hold besides; empty when nothing.
    bilirubin_mg_dl
        Total bilirubin of a condition on it; None for any other. [mg/dl]
    evidence_level
        As the guideline prints it.
    """

    device: str
    indication: str
    scenario: str
    structure: str
    relation: str
    low_gy: float | None
    high_gy: float | None
    condition: str
    bilirubin_mg_dl: float | None
    evidence_level: str
    source: str
    source_text: str
    tier: str
    primary_checked: bool
    note: str

    def __post_init__(self) -> None:
        """Refuse a row of an unknown kind, or whose ends do not fit its relation."""
        known = (
            self.device in DEVICES
            and self.indication in INDICATIONS
            and self.scenario in SCENARIOS
            and self.structure in _STRUCTURES
            and self.relation in _RELATIONS
        )
        needs_high = self.relation in ("below", "between", "about")
        ends = (self.low_gy is not None) == (self.relation != "below")
        ends &= self.relation == "at least" or (self.high_gy is not None) == needs_high
        ends &= self.condition.startswith("bilirubin") == (self.bilirubin_mg_dl is not None)
        if not (known and ends and (self.low_gy or 0.0) <= (self.high_gy or float("inf"))):
            raise InputError(f"Table {_RECOMMENDATIONS}: the row is not one.", value=self, remedy=_REMEDY)


@cache
def _constants() -> tuple[DeviceConstant, ...]:
    return tuple(_constant(row) for row in table_rows(_CONSTANTS, _CONSTANT_COLUMNS))


def _constant(row: Row) -> DeviceConstant:
    return DeviceConstant(
        device=row["device"],
        nuclide=row["nuclide"],
        j_per_gbq=number(row, "j_per_gbq", _CONSTANTS),
        default=yes_or_no(row, "default", _CONSTANTS),
        source=row["source"],
        source_text=source_text(row["source"]),
        tier=row["tier"],
        primary_checked=PRIMARY_CHECKED[row["verified"]],
        note=row["note"],
    )


def constants_of(device: str) -> tuple[DeviceConstant, ...]:
    """All constants in use for a device, in the order of the table; an unknown device is a :class:`UsageError`."""
    found = tuple(one for one in _constants() if one.device == device)
    if not found:
        raise UsageError(
            "No microspheres of that name.", value=device, remedy=f"Use one of {', '.join(DEVICES)}."
        )
    return found


def constant_of(device: str) -> DeviceConstant:
    """The constant used for a device when nobody says otherwise.

    Examples
    --------
    >>> constant_of("y90-glass").j_per_gbq
    49.67
    """
    found = [one for one in constants_of(device) if one.default]
    if len(found) != 1:
        raise InputError(
            f"Table {_CONSTANTS}: a device has one default.", value=(device, len(found)), remedy=_REMEDY
        )
    return found[0]


def nuclide_of(device: str) -> str:
    """What a device carries, as ``Y-90``."""
    return constants_of(device)[0].nuclide


@cache
def recommendations(
    device: str, *, indication: str | None = None, scenario: str | None = None
) -> tuple[Recommendation, ...]:
    """
    Recommended doses of a device, in the order of the guideline.

    Parameters
    ----------
    device
        One of ``DEVICES``.
    indication, scenario
        Only those; None: all.
    """
    return tuple(
        one
        for one in _recommendations()
        if one.device == device and indication in (None, one.indication) and scenario in (None, one.scenario)
    )


@cache
def _recommendations() -> tuple[Recommendation, ...]:
    return tuple(
        Recommendation(
            device=row["device"],
            indication=row["indication"],
            scenario=row["scenario"],
            structure=row["structure"],
            relation=row["relation"],
            low_gy=optional_number(row, "low_gy", _RECOMMENDATIONS),
            high_gy=optional_number(row, "high_gy", _RECOMMENDATIONS),
            condition=row["condition"],
            bilirubin_mg_dl=optional_number(row, "bilirubin_mg_dl", _RECOMMENDATIONS),
            evidence_level=row["evidence_level"],
            source=row["source"],
            source_text=source_text(row["source"]),
            tier=row["tier"],
            primary_checked=PRIMARY_CHECKED[row["verified"]],
            note=row["note"],
        )
        for row in table_rows(_RECOMMENDATIONS, _RECOMMENDATION_COLUMNS)
    )
