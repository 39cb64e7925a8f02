"""H_m worked out by hand, its place in the annex and in the assumptions, and half-times with their sources."""

from __future__ import annotations

import pytest

from graybook.report import result as model
from graybook.report.annex import bed_gy, check_section
from graybook.report.blocks import Paragraph, Table
from graybook.report.repair_words import h_m, repair_sentences, repair_table
from graybook.report.wording import Wording

EN, FR = Wording("en"), Wording("fr")


def phase(**said: object) -> model.PhaseResult:
    """60 fractions, twice a day 6 h apart, unless told otherwise."""
    values = {
        "id": "p", "label": "ORL", "status": "delivered", "modality": "photon", "fractions_planned": 60,
        "fractions_delivered": 60, "in_sum": True, "max_gy": 72.0, "fractions_per_day": 2, "interval_h": 6.0,
    }  # fmt: skip
    return model.PhaseResult.model_validate({**values, **said})


def result(**organ: object) -> model.Result:
    """72 Gy in 60 on the cord at α/β 2 and half-time 4 h: 65.24 Gy."""
    dose = model.CourseDose(
        id="c", d0_03cc_gy=65.236753, max_gy=65.236753, physical_d0_03cc_gy=72.0, fractions=60
    )
    values = {
        "name": "Cord", "tg263": "SpinalCord", "kind": "organ", "alpha_beta_gy": 2.0, "volume_cm3": 8.0,
        "outside_grid_cm3": 0.0, "courses": [dose], "repair_half_time_h": 4.0, "repair_basis": "table",
        "repair_source": "Bender & Tome 2012",
    }  # fmt: skip
    course = model.CourseResult(
        id="c", label="C", start_date=None, evidence_grade="A", modality="photon", phases=[phase()]
    )
    return model.Result(
        notice="",
        patient=model.PatientResult(id="1"),
        reference_course="c",
        display_alpha_beta_gy=3.0,
        courses=[course],
        structures=[model.StructureResult.model_validate({**values, **organ})],
        findings=[],
        refusals=[],
        provenance=model.ProvenanceResult(created="2026-01-31", version="0", tables_edition="2026-11"),
    )


@pytest.mark.parametrize(
    ("m", "hours", "half_time_h", "n", "expected"),
    [(2, 6.0, 4.0, 60, 0.353553), (3, 4.0, 4.0, 30, 0.833333), (2, 6.0, 6.0, 5, 0.4), (2, 6.0, 0.0, 60, 0.0)],
)
def test_h_m(m: int, hours: float, half_time_h: float, n: int, expected: float) -> None:
    """Derived from Thames 1985: 0.353553 and 0.833333; two pairs and one alone, half left: (4 x 0.5 + 0) / 5; none at once."""
    assert h_m(phase(fractions_per_day=m, interval_h=hours), n, half_time_h) == pytest.approx(
        expected, abs=1e-6
    )


def test_h_m_of_one_a_day_and_of_no_half_time() -> None:
    """Once a day, and where no half-time is known, the lower end is complete repair."""
    assert h_m(phase(fractions_per_day=None, interval_h=None), 60, 4.0) == 0.0
    assert h_m(phase(), 60, None) == 0.0


def test_the_check_by_hand() -> None:
    """2 x 1.2 Gy a day at H_2 = 0.3536: 130.47 Gy of BED (30 x 4.349117) and 65.24 of EQD2, as in the last column."""
    assert bed_gy(72.0, 60, 2.0, 2.0**-1.5) == pytest.approx(30 * 4.349117, abs=1e-4)
    section = check_section(result(), EN)
    table = next(block for block in section.blocks if isinstance(block, Table))
    row = [cell.lines for cell in table.rows[0]]
    assert [lines[0] for lines in row[2:]] == ["72.00", "60", "1.20", "2", "130.47", "65.24", "65.24"]
    assert any("0.3536" in line and "2 a day" in line for line in row[1])
    formulas = [block.text for block in section.blocks if isinstance(block, Paragraph)]
    assert any("Thames" in one and "H_m" in one for one in formulas)


@pytest.mark.parametrize("words", [EN, FR])
def test_assumptions_name_the_half_times(words: Wording) -> None:
    """Page 1 names phases and half-times; of an organ without one, that it is shown from complete repair to none."""
    (known,) = repair_sentences(result(), words)
    assert "ORL" in known
    assert "Cord 4" in known
    (unknown,) = repair_sentences(result(repair_half_time_h=None, repair_basis="no entry"), words)
    assert unknown != known
    once = result(repair_half_time_h=None, repair_basis="").model_copy(update={"courses": []})
    (complete,) = repair_sentences(once, words)
    assert "ORL" not in complete
    assert not repair_table(once, words).rows


def test_sources_of_half_times() -> None:
    """Each half-time stands with its ground and source."""
    (row,) = repair_table(result(), EN).rows
    assert [cell.lines[0] for cell in row] == ["Cord", "4", "published", "Bender & Tome 2012"]
