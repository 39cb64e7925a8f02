"""A source key gives its citation."""

from __future__ import annotations

import pytest

from graybook.errors import InputError, UsageError
from graybook.tables import sources
from graybook.tables._rows import Row


def test_citation_holds_doi_and_pmid() -> None:
    """Rulach 2021 is cited with its DOI, Nieder 2006 with its PMID."""
    assert "doi:10.1016/j.adro.2021.100653" in sources.source_text("rulach2021")
    assert "PMID 17084560" in sources.source_text("nieder2006")


def test_unknown_key_is_refused() -> None:
    """A key that is not listed is a wrong call."""
    with pytest.raises(UsageError, match="No source"):
        sources.source_text("smith1900")


@pytest.mark.parametrize(
    ("fields", "address"),
    [
        ({"doi": "10.1016/j.adro.2021.100653", "pmid": "1"}, "https://doi.org/10.1016/j.adro.2021.100653"),
        ({"pmid": "17084560"}, "https://pubmed.ncbi.nlm.nih.gov/17084560/"),
        ({"url": "https://www.osti.gov/biblio/22649910"}, "https://www.osti.gov/biblio/22649910"),
        ({}, ""),
        ({"title": "Someone 2020 (citation from memory)", "pmid": "17084560"}, ""),
    ],
)
def test_address_is_where_it_can_be_opened(fields: dict[str, str], address: str) -> None:
    """The DOI is best, then the PMID, then the address; a citation from memory opens nothing."""
    assert sources.Source(**{"key": "k", "title": "Someone 2020", **fields}).address == address


@pytest.mark.parametrize(
    "fields",
    [
        {"doi": "10.1016/j.adro.2019.05.007 (DOI from memory)"},
        {"doi": "https://doi.org/10.1016/j.adro.2021.100653"},
        {"doi": "11.1016/x"},
        {"pmid": "PMC8022147"},
        {"pmid": "0"},
        {"url": "http://www.osti.gov/biblio/22649910"},
        {"url": "https://somewhere"},
        {"title": ""},
    ],
)
def test_malformed_citations_are_refused(fields: dict[str, str]) -> None:
    """What is no bare DOI, no digits of a PMID and no https address is refused, and so is a source without a title."""
    with pytest.raises(InputError, match="Source k"):
        sources.Source(**{"key": "k", "title": "Someone 2020", **fields})


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Someone 2020, doi:10.1016/j.x.2020.01.", "https://doi.org/10.1016/j.x.2020.01"),
        ("Someone 2020, PMID: 17084560", "https://pubmed.ncbi.nlm.nih.gov/17084560/"),
        (
            "see https://pmc.ncbi.nlm.nih.gov/articles/PMC8022147/, Table 4",
            "https://pmc.ncbi.nlm.nih.gov/articles/PMC8022147/",
        ),
        ("Our own experience, 2019", ""),
        ("Someone 2020, PMID 17084560 (citation from memory)", ""),
    ],
)
def test_address_in_a_free_citation(text: str, address: str) -> None:
    """A centre's own words hold an address when they hold a DOI, a PMID or an https address."""
    assert sources.address_in(text) == address


def test_malformed_citation_of_the_table_is_told_with_its_line() -> None:
    """A list of sources with a DOI that is none is refused with the line."""
    row = Row(key="k", title="Someone 2020", doi="see there", pmid="", url="")
    row.line = 7
    with pytest.raises(InputError, match=r"sources\.csv, line 7: Source k: doi"):
        sources._source(row)
