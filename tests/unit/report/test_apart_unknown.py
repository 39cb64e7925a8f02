"""What is not known of radionuclides and beams is printed as unknown, and a rate that nobody knows as every G."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from graybook.report.annex import metrics_section
from graybook.report.blocks import Table
from graybook.report.citations import Citations
from graybook.report.nuclear_columns import columns_table
from graybook.report.nuclear_tables import doses_table
from graybook.report.result import ApartDose, IndicativeTotal, Result, StructureResult
from graybook.report.wording import Wording
from unit.report import nuclear_cases as cases

WORDS = {"en": Wording("en"), "fr": Wording("fr")}
UNKNOWN = {"en": "unknown", "fr": "inconnue"}


def kidneys(high_gy: float) -> StructureResult:
    """An organ that only what stands apart knows: 4.80 Gy to ``high_gy`` of 177Lu, iodine of an unknown dose."""
    return StructureResult(
        name="Kidneys", tg263="Kidneys", kind="organ", origin="apart", alpha_beta_gy=2.6, volume_cm3=None,
        outside_grid_cm3=None, lower_bound=True,
        apart=[
            ApartDose(course=cases.IODINE, modality="radionuclide", complete=False),
            ApartDose(course=cases.LUTATE, modality="radionuclide", eqd2_low_gy=4.8, eqd2_high_gy=high_gy),
        ],
        indicative=IndicativeTotal(low_gy=4.8, high_gy=high_gy, lower_bound=True, evidence_grade="C"),
    )  # fmt: skip


def with_kidneys(made: SimpleNamespace, high_gy: float = 52.44) -> Result:
    """The realistic courses with iodine and 177Lu among them."""
    found: Result = made.result()
    return found.model_copy(
        update={"courses": [*cases.courses(made.course), *found.courses], "structures": [kidneys(high_gy)]}
    )


@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_course_says_unknown(made: SimpleNamespace, language: str) -> None:
    """Iodine and beams that no file shows on kidneys are unknown; 177Lu prints its interval."""
    result = with_kidneys(made)
    tables = [one for one in metrics_section(result, WORDS[language]).blocks if isinstance(one, Table)]
    cells = [
        item.lines[0]
        for table in tables
        for row in table.rows
        if row[0].lines[0] == "Kidneys"
        for item in row
    ]
    point = "." if language == "en" else ","
    assert any(f"4{point}80–52{point}44" in one for one in cells)
    assert cells.count(UNKNOWN[language]) == len(result.courses) - 1


@pytest.mark.parametrize(("high_gy", "total"), [(52.44, "≥ 4.80–52.44\u00a0Gy"), (4.8, "≥ 4.80\u00a0Gy")])
def test_side_by_side(made: SimpleNamespace, high_gy: float, total: str) -> None:
    """External beam is unknown where no file draws the organ; the indicative total keeps both ends of what is known."""
    table = columns_table(with_kidneys(made, high_gy), ["Kidneys"], Citations(()), WORDS["en"])
    assert table is not None
    (row,) = table.rows
    assert row[2].lines[0] == "unknown"
    assert row[-1].lines[0] == total


@pytest.mark.parametrize("language", ["en", "fr"])
def test_unknown_rate_is_every_g(language: str) -> None:
    """Without curve and half-life G is 0 to 1, no half-time of repair stands beside it, and the note says so; not with a curve."""
    words = WORDS[language]
    rows = doses_table(cases.activity_only().cycles, {}, Citations(()), words)
    assert rows is not None
    text = " ".join(line for row in rows.rows for item in row for line in item.lines)
    assert "0–1" in text
    assert "T½" not in text
    assert "half_life_h" in rows.note
    measured = doses_table(cases.lutate_cycles(), {}, Citations(()), words)
    assert measured is not None
    assert "half_life_h" not in measured.note
    assert any("T½" in line for row in measured.rows for line in row[0].lines)
