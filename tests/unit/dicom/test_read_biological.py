"""Doses that are already biological are recognised by their words, and places called "bed" are not."""

from __future__ import annotations

import pytest

from graybook.dicom.biological import biological_quantity


@pytest.mark.rule(7)
@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("EQD2 sum", "EQD2"),
        ("plan_eqd2_ab3", "EQD2"),
        ("LQED2", "EQD2"),
        ("Equieffective dose", "EQD2"),
        ("Total BED10", "BED"),
        ("BED", "BED"),
        ("sum (bed, a/b=3)", "BED"),
        ("biologically effective dose", "BED"),
        ("Tumor Bed", ""),
        ("TUMOUR BED 14 Gy", ""),
        ("prostate bed", ""),
        ("Lt Breast bed boost", ""),
        ("Bedford protocol", ""),
        ("RBED test", ""),
        ("Dose slopes", ""),
        ("", ""),
    ],
)
def test_words(text: str, quantity: str) -> None:
    """The quantity said by each label."""
    assert biological_quantity("", text) == quantity
