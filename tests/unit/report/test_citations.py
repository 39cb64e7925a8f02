"""Citations are numbered once, named in short, and open by DOI or PMID only."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from graybook.report.citations import address, citations, short_source
from unit.report import limit_cases as made


@pytest.mark.parametrize(
    ("citation", "key", "short", "opens"),
    [
        (made.RULACH, "rulach2021", "Rulach 2021", "https://doi.org/10.1016/j.adro.2021.100653"),
        (made.HYTEC, "hytec_cord2021", "Sahgal 2021", "https://doi.org/10.1016/j.ijrobp.2019.09.038"),
        (made.NIEDER, "nieder2006", "Nieder 2006", "https://pubmed.ncbi.nlm.nih.gov/17084560/"),
        ("Protocole du service, version 3", "", "Protocole du service", ""),
        ("see javascript:alert(1) and https://example.org", "", "see javascript:alert(1) and https…", ""),
        ("doi:10.1000/a<b>c", "", "doi:10.1000/a<b>c", "https://doi.org/10.1000/a"),
    ],
)
def test_short_name_and_address(citation: str, key: str, short: str, opens: str) -> None:
    """First author and year, or the first words; only a DOI or a PMID becomes an address."""
    assert short_source(citation, key).startswith(short[:20])
    assert address(citation) == opens


def test_numbers_follow_the_first_page(made: SimpleNamespace) -> None:
    """Each citation has one number, those of page 1 come first, and what nobody cites has none."""
    found = made.limited().result
    numbers = citations(found, [found.constraints[1]])
    listed = numbers.listed("Sources").items
    assert [one.number for one in listed] == list(range(1, len(listed) + 1))
    assert len({one.text for one in listed}) == len(listed) == 3
    assert numbers.number(found.constraints[1].source) == 1
    assert numbers.number("nobody") == 0
