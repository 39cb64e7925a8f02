"""The key of a source comes in; its citation goes out."""

from __future__ import annotations

from functools import cache

from graybook.errors import UsageError
from graybook.tables._rows import table_rows

__all__ = ["source_keys", "source_text"]

_FILE = "sources.csv"
_COLUMNS = ("key", "title", "doi", "pmid", "url")


@cache
def _citations() -> dict[str, str]:
    return {row["key"]: _citation(row) for row in table_rows(_FILE, _COLUMNS, evidence=False)}


def _citation(row: dict[str, str]) -> str:
    parts = [row["title"]]
    if row["doi"]:
        parts.append(f"doi:{row['doi']}")
    if row["pmid"]:
        parts.append(f"PMID {row['pmid']}")
    if row["url"] and not row["doi"]:
        parts.append(row["url"])
    return ", ".join(parts)


def source_keys() -> tuple[str, ...]:
    """Keys of all sources the tables of this edition cite."""
    return tuple(_citations())


def source_text(key: str) -> str:
    """Citation of a source, with its DOI and PMID when known.

    Examples
    --------
    >>> source_text("nieder2006")
    'Nieder et al. 2006, update of human spinal cord reirradiation tolerance, IJROBP, PMID 17084560'
    """
    try:
        return _citations()[key]
    except KeyError:
        raise UsageError(
            "No source of that key in the tables", value=key, remedy="use a key of sources.source_keys()"
        ) from None
