"""An organ or a treated site comes in; the published α/β to use by default and its rivals go out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from graybook.errors import InputError
from graybook.tables._rows import PRIMARY_CHECKED, TIERS, number, optional_number, table_rows
from graybook.tables._spelling import compact
from graybook.tables.sources import source_text
from graybook.tables.structure_names import root

__all__ = [
    "AlphaBetaDefault",
    "AlphaBetaRow",
    "default_for_organ",
    "default_for_target",
    "no_entry_gy",
    "rows",
]

_FILE = "alpha_beta.csv"
_COLUMNS = (
    "tissue", "endpoint", "effect", "value_gy", "ci95_low_gy", "ci95_high_gy", "primary", "note",
)  # fmt: skip
_CONVENTION = "rulach2021"
"""The re-irradiation table whose convention is the default where it has the organ."""

_NEVER_DEFAULT = ("secondary-repo", "assigned")


@dataclass(frozen=True, kw_only=True)
class AlphaBetaRow:
    """One published α/β.

    Parameters
    ----------
    tissue, endpoint
        Tissue and effect as the source words them.
    value_gy
        The α/β [Gy].
    ci95_gy
        Its 95 % confidence interval [Gy]; the lower end may be below 0. None when not given.
    source, source_text, tier, primary_checked, note
        Evidence: key, citation, how it was read, whether in the primary, remarks.
    effect
        ``late``, ``acute`` or ``tumour``.
    """

    tissue: str
    endpoint: str
    value_gy: float
    ci95_gy: tuple[float, float] | None
    source: str
    source_text: str
    tier: str
    primary_checked: bool
    note: str
    effect: str = "late"

    def __post_init__(self) -> None:
        """Refuse an α/β that is not positive, or lies outside its own interval."""
        if not self.value_gy > 0:
            raise InputError(
                f"α/β of {self.tissue} is not positive", value=self.value_gy, remedy=f"mend {_FILE}"
            )
        if self.ci95_gy is not None and not self.ci95_gy[0] <= self.value_gy <= self.ci95_gy[1]:
            raise InputError(
                f"α/β of {self.tissue} lies outside its interval", value=self.ci95_gy, remedy=f"mend {_FILE}"
            )
        if self.effect not in ("late", "acute", "tumour"):
            raise InputError(
                f"α/β of {self.tissue}: unknown effect", value=self.effect, remedy=f"mend {_FILE}"
            )


@dataclass(frozen=True, kw_only=True)
class AlphaBetaDefault:
    """The α/β to use unless the user says otherwise, with what else was published.

    Parameters
    ----------
    value_gy
        The α/β [Gy].
    row
        The row it comes from; None when it is only customary.
    range_gy
        Lowest and highest published value [Gy]. Rows read only in a repository and acute endpoints are not
        counted; they stay in `others`.
    others
        The remaining rows of the same tissue, best tier first.
    basis
        ``table`` an organ's row, ``tumour`` a tumour's row, ``convention`` customary: to be confirmed.
    """

    value_gy: float
    row: AlphaBetaRow | None
    range_gy: tuple[float, float]
    others: tuple[AlphaBetaRow, ...]
    basis: Literal["table", "tumour", "convention"]


@cache
def rows() -> tuple[AlphaBetaRow, ...]:
    """All published α/β of the edition, in the order of the table."""
    return tuple(_row(row) for row in table_rows(_FILE, _COLUMNS))


@cache
def default_for_organ(tg263: str) -> AlphaBetaDefault | None:
    """Default α/β of an organ, or None when the tables have no entry that may be one.

    Parameters
    ----------
    tg263
        TG-263 name of the organ; side, margin (``_PRV05``), cropping (``-GTV``) and ``~`` do not change it.

    Notes
    -----
    Where Rulach 2021 (Table 4) has the organ, its convention is the default. Else the row of the best tier; at
    equal tier the lowest. A row known only from a repository is never the default.

    Examples
    --------
    >>> default_for_organ("Lung_L").value_gy, default_for_organ("SpinalCord_PRV05").value_gy
    (3.0, 2.0)
    >>> default_for_organ("Brain") is None
    True
    """
    uses = _tissues().get(root(tg263), {})
    candidates = [row for row in rows() if uses.get(row.tissue) == "default" and row.effect == "late"]
    chosen = _preferred(candidates)
    if chosen is None:
        return None
    others = _ranked(row for row in rows() if row.tissue in uses and row is not chosen)
    return _default(chosen, others, "table")


@cache
def default_for_target(site: str | None) -> AlphaBetaDefault:
    """Default α/β of a target: the tumour's row for the site, else the customary value to be confirmed.

    Parameters
    ----------
    site
        Treated site or tumour in words; None when unknown.

    Examples
    --------
    >>> default_for_target("Prostate").value_gy, default_for_target("liver").basis
    (1.6, 'convention')
    """
    tissue = _tumour_sites().get(compact(site)) if site else None
    tumour = [row for row in rows() if row.tissue == tissue and row.effect == "tumour"]
    chosen = _preferred(tumour)
    if chosen is None:
        value = _conventions()["tumour without an entry"]
        return AlphaBetaDefault(
            value_gy=value, row=None, range_gy=(value, value), others=(), basis="convention"
        )
    return _default(chosen, _ranked(row for row in tumour if row is not chosen), "tumour")


@cache
def no_entry_gy() -> tuple[float, float]:
    """The α/β of an organ without an entry [Gy]: the headline, and the alternative shown beside it."""
    values = _conventions()
    return values["organ without an entry"], values["organ without an entry, alternative"]


def _default(
    chosen: AlphaBetaRow, others: tuple[AlphaBetaRow, ...], basis: Literal["table", "tumour"]
) -> AlphaBetaDefault:
    published = [chosen.value_gy, *(row.value_gy for row in others if _counts(row))]
    return AlphaBetaDefault(
        value_gy=chosen.value_gy,
        row=chosen,
        range_gy=(min(published), max(published)),
        others=others,
        basis=basis,
    )


def _counts(row: AlphaBetaRow) -> bool:
    return row.tier not in _NEVER_DEFAULT and row.effect != "acute"


def _preferred(candidates: Iterable[AlphaBetaRow]) -> AlphaBetaRow | None:
    allowed = _ranked(row for row in candidates if row.tier not in _NEVER_DEFAULT)
    convention = [row for row in allowed if row.source == _CONVENTION]
    return next(iter([*convention, *allowed]), None)


def _ranked(candidates: Iterable[AlphaBetaRow]) -> tuple[AlphaBetaRow, ...]:
    return tuple(sorted(candidates, key=lambda row: (TIERS.index(row.tier), row.value_gy)))


@cache
def _tissues() -> dict[str, dict[str, str]]:
    """Organ → tissue → ``default`` or ``beside``."""
    uses: dict[str, dict[str, str]] = {}
    for row in table_rows("tissues.csv", ("organ", "tissue", "use", "note")):
        if row["organ"]:
            uses.setdefault(row["organ"], {})[row["tissue"]] = row["use"]
    return uses


@cache
def _tumour_sites() -> dict[str, str]:
    table = table_rows("tumour_sites.csv", ("site", "tissue", "note"))
    return {compact(row["site"]): row["tissue"] for row in table}


@cache
def _conventions() -> dict[str, float]:
    file = "conventions.csv"
    return {
        row["name"]: number(row, "value_gy", file) for row in table_rows(file, ("name", "value_gy", "note"))
    }


def _row(row: dict[str, str]) -> AlphaBetaRow:
    low, high = (optional_number(row, f"ci95_{end}_gy", _FILE) for end in ("low", "high"))
    citation = source_text(row["source"])
    return AlphaBetaRow(
        tissue=row["tissue"],
        endpoint=row["endpoint"],
        effect=row["effect"],
        value_gy=number(row, "value_gy", _FILE),
        ci95_gy=None if low is None or high is None else (low, high),
        source=row["source"],
        source_text=f"{row['primary']}, as listed by {citation}" if row["primary"] else citation,
        tier=row["tier"],
        primary_checked=PRIMARY_CHECKED[row["verified"]],
        note=row["note"],
    )
