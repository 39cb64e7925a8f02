"""The key of a source comes in; its citation, and the address at which it can be opened, go out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from graybook.errors import InputError, UsageError
from graybook.tables._rows import Row, place_of, table_rows

__all__ = ["FILE", "Source", "address_in", "source", "source_keys", "source_text", "sources"]

FILE = "sources.csv"
_COLUMNS = ("key", "title", "doi", "pmid", "url")
_REMEDY = "write a bare DOI (10.…/…), the digits of a PMID, or an https address; leave the cell empty when there is none"

_FORMS = {
    "doi": re.compile(r"10\.\d{4,9}/[^\s\"<>]+"),
    "pmid": re.compile(r"[1-9]\d{0,8}"),
    "url": re.compile(r"https://[\w.-]+\.[a-z]{2,}(:\d+)?(/[^\s\"<>]*)?"),
}
_OPENED_AT = {"doi": "https://doi.org/{}", "pmid": "https://pubmed.ncbi.nlm.nih.gov/{}/", "url": "{}"}
_IN_TEXT = (
    ("doi", re.compile(r"\b(10\.\d{4,9}/[^\s\"<>;,]+)")),
    ("pmid", re.compile(r"\bPMID:?\s*([1-9]\d{0,8})\b", re.IGNORECASE)),
    ("url", re.compile(r"(https://[\w.-]+\.[a-z]{2,}[^\s\"<>;,]*)")),
)
_MEMORY = "citation from memory"


@dataclass(frozen=True, kw_only=True)
class Source:
    """
    One publication, list or repository that rows cite.

    Parameters
    ----------
    key
        By which rows name it.
    title
        Authors, year, title or journal.
    doi, pmid, url
        Where it can be found, each in its own form; empty when not known.
    """

    key: str
    title: str
    doi: str = ""
    pmid: str = ""
    url: str = ""

    def __post_init__(self) -> None:
        """Refuse a DOI, PMID or address that is not written as one."""
        for name, form in _FORMS.items():
            value = getattr(self, name)
            if value and not form.fullmatch(value):
                raise InputError(f"Source {self.key}: {name} is not one", value=value, remedy=_REMEDY)
        if not self.title:
            raise InputError(
                f"Source {self.key}: no title", remedy="name the authors, the year and the journal"
            )

    @property
    def address(self) -> str:
        """Where it can be opened; empty when nowhere, or when its citation was never looked up."""
        if _MEMORY in self.title.lower():
            return ""
        return next(
            (form.format(getattr(self, name)) for name, form in _OPENED_AT.items() if getattr(self, name)), ""
        )

    @property
    def citation(self) -> str:
        """Title with DOI and PMID, or the address when there is no DOI."""
        parts = [self.title]
        if self.doi:
            parts.append(f"doi:{self.doi}")
        if self.pmid:
            parts.append(f"PMID {self.pmid}")
        if self.url and not self.doi:
            parts.append(self.url)
        return ", ".join(parts)


@cache
def sources() -> tuple[Source, ...]:
    """All sources the tables of this edition cite, in the order of their keys."""
    return tuple(_source(row) for row in table_rows(FILE, _COLUMNS, evidence=False))


def _source(row: Row) -> Source:
    try:
        return Source(**row)
    except InputError as error:
        where = place_of(row, FILE)
        raise InputError(f"{where}: {error.what}", value=error.value, remedy=error.remedy) from None


@cache
def _by_key() -> dict[str, Source]:
    return {one.key: one for one in sources()}


def source_keys() -> tuple[str, ...]:
    """Keys of all sources the tables of this edition cite."""
    return tuple(_by_key())


def source(key: str) -> Source:
    """The source of a key."""
    found = _by_key().get(key)
    if found is None:
        raise UsageError(
            "No source of that key in the tables", value=key, remedy="use a key of sources.source_keys()"
        )
    return found


def source_text(key: str) -> str:
    """Citation of a source, with its DOI and PMID when known.

    Examples
    --------
    >>> source_text("nieder2006")
    'Nieder et al. 2006, update of human spinal cord reirradiation tolerance, IJROBP, PMID 17084560'
    """
    return source(key).citation


def address_in(text: str) -> str:
    """
    The address at which a citation written freely can be opened; empty when it names none.

    Examples
    --------
    >>> address_in("Sahgal 2021, doi:10.1016/j.ijrobp.2019.09.038.")
    'https://doi.org/10.1016/j.ijrobp.2019.09.038'
    >>> address_in("Sahgal, verbal communication")
    ''
    """
    if _MEMORY in text.lower():
        return ""
    for name, form in _IN_TEXT:
        if found := form.search(text):
            return _OPENED_AT[name].format(found[1].rstrip("."))
    return ""
