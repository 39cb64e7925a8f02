"""Dose by each nuclide of an α chain: cycles added, nothing weighted, nothing for β emitters."""

from __future__ import annotations

import pytest

from graybook.report.nuclear_chain import chain_table
from graybook.report.nuclear_result import ChainMemberResult, CycleResult, OrganCycleResult
from graybook.report.wording import Wording


def cycle(number: int, gy: float, *, chain: bool = True) -> CycleResult:
    """One cycle of 225Ac with a kidney dose."""
    members = [
        ChainMemberResult(
            nuclide="Ac-225", mbq_h=10.0, alpha_gy=gy, electron_gy=0.0, recoil_gy=0.02, photon_gy=0.0
        ),
        ChainMemberResult(
            nuclide="Pb-209", mbq_h=10.0, alpha_gy=0.0, electron_gy=0.125, recoil_gy=0.0, photon_gy=0.0
        ),
    ]
    organ = OrganCycleResult(
        organ="Kidneys", dose_gy=gy, low_gy=gy, high_gy=gy, interval="90 % band", method="local deposition",
        chain=members if chain else [],
    )  # fmt: skip
    return CycleResult(
        course="c1", phase=f"p{number}", number=number, given="2026-01-05", nuclide="Ac-225", activity_gbq=0.008,
        evidence_grade="A", origin="images", organs=[organ],
    )  # fmt: skip


def test_cycles_are_added_by_nuclide() -> None:
    """Two cycles of 1.5 and 2 Gy by 225Ac: 3.5 Gy; 209Pb gives electrons alone, and the organ is named once."""
    table = chain_table([cycle(1, 1.5), cycle(2, 2.0)], Wording("en"))
    assert table is not None
    texts = [[one.lines[0] for one in row] for row in table.rows]
    assert [row[0] for row in texts] == ["Kidneys", ""]
    assert texts[0][2:] == ["3.500", "–", "0.040"]
    assert texts[1][2:] == ["–", "0.250", "–"]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_not_weighted_is_said(language: str) -> None:
    """The note says that no RBE is in it, and what a daughter does that leaves."""
    table = chain_table([cycle(1, 1.5)], Wording(language))  # type: ignore[arg-type]
    assert table is not None
    assert {"en": "not weighted", "fr": "non pondérée"}[language] in table.note


def test_no_table_without_a_chain() -> None:
    """A β emitter has none."""
    assert chain_table([cycle(1, 1.5, chain=False)], Wording("en")) is None
