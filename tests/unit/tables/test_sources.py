"""A source key gives its citation."""

from __future__ import annotations

import pytest

from graybook.errors import UsageError
from graybook.tables import sources


def test_citation_holds_doi_and_pmid() -> None:
    """Rulach 2021 is cited with its DOI, Nieder 2006 with its PMID."""
    assert "doi:10.1016/j.adro.2021.100653" in sources.source_text("rulach2021")
    assert "PMID 17084560" in sources.source_text("nieder2006")


def test_unknown_key_is_refused() -> None:
    """A key that is not listed is a wrong call."""
    with pytest.raises(UsageError, match="No source"):
        sources.source_text("smith1900")
