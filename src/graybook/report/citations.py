"""Citations: sources of limits come in; their numbers, short names, addresses and the numbered list go out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

from graybook.report.blocks import Reference, References
from graybook.report.constraint_result import ConstraintResult
from graybook.report.device_constants import device_constants
from graybook.report.nuclear_result import NuclearResult, OrganCycleResult
from graybook.report.nuclear_words import REPAIR_RANGE
from graybook.report.result import Result

__all__ = [
    "Citations",
    "address",
    "citations",
    "limit_sources",
    "nuclear_sources",
    "repair_source",
    "short_source",
    "shortened",
]

_DOI = re.compile(r"\b(?:doi:\s*|https?://(?:dx\.)?doi\.org/)(10\.\d{4,9}/[^\s,;\"'<>]+)", re.IGNORECASE)
_PMID = re.compile(r"\bPMID:?\s*(\d{1,9})\b")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_AUTHOR = re.compile(r"[^\W\d_][\w'’-]*(?=,? et al\b|,? (?:and|&) )")
_LONGEST = 34


def address(citation: str) -> str:
    """
    Where a citation can be opened: by its DOI, else its PMID, else empty.

    Examples
    --------
    >>> address("Sahgal et al. 2021, doi:10.1016/j.ijrobp.2019.09.038, PMID 31606528")
    'https://doi.org/10.1016/j.ijrobp.2019.09.038'
    """
    if found := _DOI.search(citation):
        return "https://doi.org/" + quote(found[1].rstrip("."), safe="/.;()-_:")
    if found := _PMID.search(citation):
        return f"https://pubmed.ncbi.nlm.nih.gov/{found[1]}/"
    return ""


def short_source(citation: str, key: str = "") -> str:
    """
    First author and year of a citation, or its first words.

    Examples
    --------
    >>> short_source("Rulach et al., expert consensus radical thoracic re-irradiation NSCLC", "rulach2021")
    'Rulach 2021'
    >>> short_source("SOP 12 of our department, version 3")
    'SOP 12 of our department'
    """
    author = _AUTHOR.match(citation)
    if author:
        year = _YEAR.search(key) or _YEAR.search(citation)
        return f"{author[0]} {year[0]}" if year else author[0]
    return shortened(re.split(r"[,;(]", citation, maxsplit=1)[0].strip() or citation.strip())


def shortened(text: str) -> str:
    """A name of at most 34 letters, the rest an ellipsis."""
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"


class Citations:
    """
    The sources of a report by number, in the order in which they are first named.

    Parameters
    ----------
    texts
        Citations in that order; one that returns keeps its number.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._numbers = {
            text: place for place, text in enumerate(dict.fromkeys(filter(None, texts)), start=1)
        }

    def number(self, citation: str) -> int:
        """The number of a citation; 0 for one that is not in the list."""
        return self._numbers.get(citation, 0)

    def listed(self, title: str, texts: Iterable[str] | None = None) -> References:
        """The numbered list, each with its address; of ``texts`` alone when given."""
        only = None if texts is None else frozenset(texts)
        return References(
            title=title,
            items=tuple(
                Reference(number=number, text=text, address=address(text))
                for text, number in self._numbers.items()
                if only is None or text in only
            ),
        )


def limit_sources(result: Result, leading: Iterable[ConstraintResult] = ()) -> list[str]:
    """Every source of a limit, of what one leaves, or of a probability; those of ``leading`` entries come first."""
    entries = [
        *leading,
        *result.constraints,
        *(entry for scenario in result.scenarios for entry in scenario.constraints),
    ]
    uncertain = [] if result.uncertainty is None else result.uncertainty.limits
    return [
        *(entry.source for entry in entries),
        *(one.source for one in result.ntcp),
        *(one.source for one in result.remaining),
        *(one.source for one in uncertain),
    ]


def repair_source(organ: OrganCycleResult) -> str:
    """Who gives the half-time of repair, without the range that may stand before."""
    return REPAIR_RANGE.sub("", organ.repair_source)


def nuclear_sources(nuclear: NuclearResult | None) -> list[str]:
    """Every source of a dose per activity, a repair time, a constant or a kernel."""
    if nuclear is None:
        return []
    organs = [(cycle, organ) for cycle in nuclear.cycles for organ in cycle.organs]
    return [
        *(organ.source for cycle, organ in organs if cycle.origin != "images"),
        *(repair_source(organ) for _, organ in organs),
        *(one.source for one in nuclear.nuclides),
        *(one.source for found in device_constants(nuclear).values() for one in found),
        *(one.source for one in nuclear.kernels),
    ]


def citations(result: Result, leading: Iterable[ConstraintResult] = ()) -> Citations:
    """Every source by number: of limits, those of ``leading`` entries first, then of radionuclides."""
    return Citations([*limit_sources(result, leading), *nuclear_sources(result.nuclear)])
