"""Numbers and dates print as each language writes them."""

from __future__ import annotations

from datetime import date

import pytest

from graybook.text import date_text, dose_text, number_text


@pytest.mark.parametrize(("language", "text"), [("en", "18.80\u00a0Gy"), ("fr", "18,80\u00a0Gy")])
def test_dose(language: str, text: str) -> None:
    """18.8 Gy prints with two decimals and a space that does not break."""
    assert dose_text(18.8, language) == text  # type: ignore[arg-type]


@pytest.mark.parametrize(("language", "text"), [("en", "2025-11-28"), ("fr", "28/11/2025")])
def test_date(language: str, text: str) -> None:
    """28 November 2025 in the order each language expects."""
    assert date_text(date(2025, 11, 28), language) == text  # type: ignore[arg-type]


def test_nothing_is_a_dash() -> None:
    """What is not known prints as a dash, never as zero."""
    assert number_text(None, "en") == dose_text(None, "fr") == date_text(None, "en") == "–"


def test_zero_has_no_sign() -> None:
    """A rounded negative nothing is 0.00."""
    assert number_text(-0.001, "en") == "0.00"
