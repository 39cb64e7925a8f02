"""The annex can be computed again by hand, and holds every structure, refusal, finding and source."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from graybook.report import result as model
from graybook.report.annex import bed_gy, check_section, metrics_section
from graybook.report.blocks import Paragraph, Table
from graybook.report.sources import findings_section, provenance_section, refusals_section
from graybook.report.wording import Wording

EN, FR = Wording("en"), Wording("fr")


@pytest.mark.parametrize(
    ("dose_gy", "n", "alpha_beta_gy", "bed"),
    [(50.0, 25, 2.0, 100.0), (25.0, 5, 2.0, 87.5), (54.0, 3, 3.0, 378.0)],
)
def test_bed(dose_gy: float, n: int, alpha_beta_gy: float, bed: float) -> None:
    """50 Gy in 25 at α/β 2 is 100 Gy BED; 25 in 5 is 87.5; 54 in 3 at α/β 3 is 378."""
    assert bed_gy(dose_gy, n, alpha_beta_gy) == pytest.approx(bed)


def table(section: object) -> Table:
    """The first table of a section."""
    return next(block for block in section.blocks if isinstance(block, Table))  # type: ignore[attr-defined]


def test_check_by_hand_agrees(made: SimpleNamespace) -> None:
    """D, n, d, α/β, BED and EQD2 of the cord's first course: 33.1 Gy in 20 at α/β 2 is 30.25 Gy (30.245)."""
    row = [cell.lines[0] for cell in table(check_section(made.result(), EN)).rows[0]]
    assert row[0] == "Moelle épinière"
    assert row[2:] == ["33.10", "20", "1.66", "2", "60.49", "30.25", "30.25"]


def test_course_of_several_phases_is_checked_at_its_highest_point() -> None:
    """50 Gy in 25 and 10 Gy in 2 at α/β 2: 50 and 17.5 make 67.5."""
    points = [
        model.PhasePoint(id="a", physical_gy=50.0, fractions=25),
        model.PhasePoint(id="b", physical_gy=10.0, fractions=2),
    ]
    dose = model.CourseDose(id="c", d0_03cc_gy=67.0, max_gy=67.5, phases_at_max=points)
    course = model.CourseResult(id="c", label="C", start_date=None, evidence_grade="A", modality="photon")
    organ = model.StructureResult(
        name="Cord",
        tg263=None,
        kind="organ",
        alpha_beta_gy=2.0,
        volume_cm3=1.0,
        outside_grid_cm3=0.0,
        courses=[dose],
    )
    found = model.Result(
        notice="",
        patient=model.PatientResult(id="1"),
        reference_course="c",
        courses=[course],
        structures=[organ],
        findings=[],
        refusals=[],
        provenance=model.ProvenanceResult(created="2026-01-01", version="0", tables_edition="2026-11"),
    )
    rows = table(check_section(found, EN)).rows
    assert [row[7].lines[0] for row in rows] == ["50.00", "17.50", "67.50"]
    assert rows[-1][8].lines[0] == "67.50"


def test_several_phases_without_their_doses_are_not_made_up(made: SimpleNamespace) -> None:
    """Without the doses of its phases a course of several has no d, BED or EQD2 by hand."""
    rows = table(check_section(made.result(), EN)).rows
    row = next(row for row in rows if "several phases" in row[1].lines)
    assert [cell.lines[0] for cell in row[3:5]] == ["–", "–"]


def test_every_structure_has_its_metrics(made: SimpleNamespace) -> None:
    """The table of metrics has a row for each structure, targets too, with the other α/β where there is no entry."""
    found = made.result()
    first = table(metrics_section(found, EN))
    assert [row[0].lines[0] for row in first.rows] == [item.name for item in found.structures]
    plexus = next(row for row in first.rows if row[0].lines[0] == "Plexus brachial D")
    assert any("at α/β\u00a02" in line for cell in plexus for line in cell.lines)


def test_no_structure_is_said(made: SimpleNamespace) -> None:
    """Where nothing could be assessed the section says so."""
    (block,) = metrics_section(made.refused().result, EN).blocks
    assert isinstance(block, Paragraph)


def test_refusals_have_remedies(made: SimpleNamespace) -> None:
    """Each refusal stands with its remedy, its subject by the course's label."""
    (row,) = table(refusals_section(made.result(), FR)).rows
    assert row[0].lines[0] == made.LONG
    assert "Spatial Registration" in row[2].lines[0]


def test_findings_are_grouped(made: SimpleNamespace) -> None:
    """Errors come before warnings, warnings before information; none is lost."""
    blocks = findings_section(made.result(), FR).blocks
    assert [block.title for block in blocks] == ["Erreurs", "Avertissements", "Informations"]  # type: ignore[union-attr]
    assert sum(len(block.rows) for block in blocks) == 5  # type: ignore[union-attr]


def test_inputs_are_counted_and_shortened(made: SimpleNamespace) -> None:
    """A long list of inputs prints its count and its first hashes."""
    tables = {
        block.title: block
        for block in provenance_section(made.result(), EN).blocks
        if isinstance(block, Table)
    }
    row = tables["Inputs"].rows[0]
    assert row[1].lines[0] == "180"
    assert row[2].lines[0].endswith("and 176 more")
    override = tables["Values corrected by a person"].rows[0]
    assert [cell.lines[0] for cell in override[2:4]] == ["M. Lefèvre", "2026-02-18"]
