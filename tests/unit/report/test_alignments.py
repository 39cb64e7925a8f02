"""The section on alignments: standing, verdicts, measures and pictures, in both languages."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from graybook.report.alignment_material import AlignedPlane, AlignmentPictures
from graybook.report.alignments import alignment_section, alignment_svg, support_line
from graybook.report.blocks import Figure, Paragraph, Section, Table
from graybook.report.citations import Citations
from graybook.report.material import AlignedCourse, Material
from graybook.report.result import (
    ApprovalResult,
    LinkResult,
    MeasureResult,
    StructureResult,
    VerdictResult,
)
from graybook.report.summary import summary
from graybook.report.wording import Wording
from graybook.text import Language

EN = Wording("en")


def link(**said: object) -> LinkResult:
    """A computed deformation of the second course, measured at the cord."""
    values: dict[str, object] = {
        "course": "course-2",
        "from_frame": "1.2",
        "to_frame": "1.3",
        "method": "deformable",
        "source": ["computed"],
        "error_mm": None,
        "inversion_error_mm": 0.03,
        "approved": False,
        "approval": "computed, not approved",
        "measures": [
            MeasureResult(name="folded_share", value=0.0),
            MeasureResult(name="inverse_consistency_p95", value=1.234, unit="mm"),
            MeasureResult(name="dice", value=0.913, structure="Moelle épinière"),
            MeasureResult(name="estimated_error_p95", value=6.21, unit="mm", structure="Moelle épinière"),
            MeasureResult(name="jacobian_p01", value=0.8, structure="Moelle épinière"),
            MeasureResult(name="jacobian_p99", value=1.25, structure="Moelle épinière"),
        ],
        "verdicts": [
            VerdictResult(
                structure="Moelle épinière",
                use="3D sum with envelope",
                envelope_mm=6.5,
                reasons=["Moelle épinière: the alignment may be 6.2 mm off there."],
            ),
            VerdictResult(structure="Oesophage", use="3D sum", reasons=["Oesophage: all within limits."]),
        ],
    }
    return LinkResult.model_validate({**values, **said})


def plane(ratio: float) -> AlignedPlane:
    """A small axial plane."""
    ramp = np.add.outer(np.arange(60.0), np.arange(80.0))
    return AlignedPlane(
        name="axial",
        position_mm=12.0,
        horizontal_mm=np.arange(80.0),
        vertical_mm=np.arange(60.0),
        fixed=ramp,
        moved=ramp,
        volume_ratio=np.full((60, 80), ratio),
        error_mm=None,
    )


def material(made: SimpleNamespace, *links: LinkResult, ratio: float = 1.2) -> Material:
    """The made-up assessment with these alignments; the second course's is drawn."""
    whole: Material = made.whole()
    provenance = whole.result.provenance.model_copy(update={"alignments": list(links)})
    pictures = AlignmentPictures(
        planes=(plane(ratio),),
        fixed_name="now",
        moving_name="then",
        fixed_window=(0.0, 150.0),
        moving_window=(0.0, 150.0),
        method="deformable",
    )
    return Material(
        result=whole.result.model_copy(update={"provenance": provenance}),
        curves=whole.curves,
        planes=whole.planes,
        ranking=whole.ranking,
        alignments=(AlignedCourse(course="course-2", pictures=pictures),),
    )


def section(of: Material, language: Language = "en") -> Section:
    """The section, which must be there."""
    found = alignment_section(of, Wording(language))
    assert found is not None
    return found


def test_standing_verdicts_measures_pictures(made: SimpleNamespace) -> None:
    """In this order: what it is, what it may be used for, what was measured, and three maps (no error map without an error)."""
    found = section(material(made, link()))
    kinds = [type(block) for block in found.blocks]
    assert kinds == [Paragraph, Table, Table, Figure, Figure, Figure]
    said = found.blocks[0]
    assert isinstance(said, Paragraph)
    assert "Deformable; computed, not approved" in said.text
    verdicts = found.blocks[1]
    assert isinstance(verdicts, Table)
    cord, oesophagus = ([cell.lines for cell in row] for row in verdicts.rows)
    assert cord[0] == ("Moelle épinière",)
    assert "6.5" in cord[1][0]
    assert cord[2][0].startswith("6.21")
    assert cord[3] == ("0.91",)
    assert cord[6] == ("The alignment may be 6.2 mm off there.",)
    assert oesophagus[6] == ("",)


def test_of_a_rigid_one_no_change_of_volume_is_shown(made: SimpleNamespace) -> None:
    """Neither the map nor the measures of bending."""
    found = section(material(made, link(method="rigid"), ratio=1.0))
    assert [type(block) for block in found.blocks] == [Paragraph, Table, Table, Figure, Figure]
    table = found.blocks[2]
    assert isinstance(table, Table)
    assert len(table.rows) == 1


def test_every_figure_has_its_picture(made: SimpleNamespace) -> None:
    """The names of the figures are those of the pictures, and no picture is drawn for nothing."""
    shown = material(made, link())
    names = {block.name for block in section(shown).blocks if isinstance(block, Figure)}
    drawn = alignment_svg(shown, "en")
    assert set(drawn) == names
    assert all(svg.startswith("<?xml") for svg in drawn.values())


def test_who_approved_and_who_took_it_back(made: SimpleNamespace) -> None:
    """Both events stand there with their days."""
    events = [
        ApprovalResult(who="A. Physicist", when="2026-01-31", approved=True),
        ApprovalResult(who="B. Physician", when="2026-02-02", approved=False),
    ]
    said = section(material(made, link(approval="approval revoked", approvals=events))).blocks[0]
    assert isinstance(said, Paragraph)
    assert "A. Physicist" in said.text
    assert "taken back by B. Physician" in said.text


def test_no_section_where_no_course_lies_elsewhere(made: SimpleNamespace) -> None:
    """One frame of reference needs no alignment."""
    same = link(source=["same frame"], to_frame="1.2", method="none")
    assert alignment_section(material(made, same), EN) is None


def used(made: SimpleNamespace, use: str) -> tuple[Material, StructureResult]:
    """The made-up assessment with one use at the most loaded organ."""
    whole = material(made, link())
    first = next(one for one in whole.result.structures if one.name == whole.ranking[0])
    structures = [
        one.model_copy(update={"use": use}) if one is first else one for one in whole.result.structures
    ]
    result = whole.result.model_copy(update={"structures": structures})
    return Material(result=result, curves=(), planes=(), ranking=whole.ranking), first


@pytest.mark.rule(10)
@pytest.mark.parametrize(("language", "words"), [("en", "point sum only"), ("fr", "somme ponctuelle")])
def test_page_one_says_what_the_alignments_support(
    made: SimpleNamespace, language: Language, words: str
) -> None:
    """In one line, and the 3D sum of an organ whose alignment supports no more is marked, not gone."""
    shown, first = used(made, "point sum only")
    speaking = Wording(language)
    line = support_line(shown.result, shown.ranking, speaking)
    assert first.name in line
    assert words in line
    page = summary(shown.result, shown.ranking, Citations([]), speaking)
    assert page.support == line
    row = page.organs.rows[0]
    assert row[2].lines[0] not in ("", "–")
    assert speaking("not_judged") in row[2].lines
    assert not row[2].strong
    assert row[4].strong


def test_no_line_where_nothing_was_measured(made: SimpleNamespace) -> None:
    """Without a verdict nothing is claimed."""
    whole = made.whole()
    assert support_line(whole.result, whole.ranking, EN) == ""
