"""The first page answers the board's questions: what, which courses, which organ, what is not known."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from graybook.report.blocks import Table
from graybook.report.sheet import sheet
from graybook.report.summary import courses_table
from graybook.report.unknowns import assumptions, unknowns
from graybook.report.wording import Wording

EN, FR = Wording("en"), Wording("fr")


def column(table: Table, title: str) -> list[str]:
    """The first lines of the column with a title."""
    place = [item.title for item in table.columns].index(title)
    return [row[place].lines[0] for row in table.rows]


def test_question(made: SimpleNamespace) -> None:
    """The headline says what is proposed, how much in how many fractions, and the details when."""
    first = sheet(made.whole(), "fr").summary
    assert first.question == "Proposé\u00a0: 50 Gy en 25 fractions + 10 Gy en 5 fractions"
    assert "02/03/2026" in first.details[0]
    assert sheet(made.single(), "en").summary.question == "Assessed: 40.05 Gy in 15 fractions"


def test_courses_stand_in_one_table(made: SimpleNamespace) -> None:
    """Every course has its row: date, interval, grade, whether it is in the 3D sum; the reference is marked."""
    table = courses_table(made.six().result, EN)
    assert column(table, "Start")[:2] == ["1994-06-14", "2009-02-09"]
    assert column(table, "Interval") == [
        "31 y 9 mo",
        "17 y",
        "8 y 11 mo",
        "6 y 10 mo",
        "6 y 6 mo",
        "reference",
    ]
    assert column(table, "Grade") == ["C", "B", "C", "A", "A", "A"]
    assert column(table, "In 3D sum") == ["no", "yes", "no", "yes", "yes", "yes"]
    assert column(table, "Given")[4] == "12 Gy / 3"
    assert table.marked == 5


def test_most_loaded_organ_comes_first(made: SimpleNamespace) -> None:
    """The organs stand in the order of the ranking, with their values, ranges and bounds."""
    material = made.whole()
    table = sheet(material, "en").summary.organs
    assert column(table, "Organ") == list(material.ranking)
    assert column(table, "D0.03cc in all")[0].startswith("≥ ")
    assert "–" in column(table, "D0.03cc in all")[0]


def test_unknowns_name_what_weighs(made: SimpleNamespace) -> None:
    """Refusals, courses left out, assumed delivery, alignment, range, α/β, order and LQ are each said, once."""
    material = made.whole()
    said = unknowns(material.result, material.ranking, EN)
    opening = [
        "Not computed: ",
        "Not in the 3D sum: ",
        "Le plan P3",
        "Registration used",
        "Delivery assumed",
        "Partly outside a dose grid",
        "Order of the phases",
        "No published α/β",
        "More than 10 Gy",
    ]
    assert [line[: len(start)] for line, start in zip(said, opening, strict=True)] == opening
    assert "Poumon D 31.4\u00a0cm³" in said[5]
    assert "Plexus brachial D" in said[7]


def test_nothing_unknown_is_said_too(made: SimpleNamespace) -> None:
    """A result with nothing missing says that nothing of weight was found to be missing."""
    found = made.single().result
    clean = found.model_copy(
        update={"provenance": found.provenance.model_copy(update={"alignments": []}), "structures": []}
    )
    assert unknowns(clean, (), EN) == ("Nothing of weight was found to be missing.",)


def test_same_frame_is_no_registration(made: SimpleNamespace) -> None:
    """Courses of one frame need no approval of a registration."""
    found = made.single().result
    links = [link for link in found.provenance.alignments if link.source == ["same frame"]]
    clean = found.model_copy(update={"provenance": found.provenance.model_copy(update={"alignments": links})})
    assert not any("Registration" in line for line in unknowns(clean, (), EN))


def test_assumptions(made: SimpleNamespace) -> None:
    """Recovery 0, sequential phases, the shift and its origin, protons' RBE and delivery are all stated."""
    found = made.six().result
    said = " ".join(assumptions(found, EN))
    for words in (
        "Recovery between courses: 0.",
        "one after the other",
        "1.1",
        "3.0\u00a0mm, assumed",
        "Given = planned",
    ):
        assert words in said
    stated: list[Any] = [
        item.model_copy(
            update={"envelope": item.envelope.model_copy(update={"assumed": False, "shift_mm": 2.0})}
        )
        for item in found.structures
        if item.envelope
    ]
    said = " ".join(assumptions(found.model_copy(update={"structures": stated}), FR))
    assert "2,0\u00a0mm, selon l'erreur déclarée" in said


def test_alpha_beta_of_a_person_is_an_assumption(made: SimpleNamespace) -> None:
    """A structure at an α/β that a person set is named with it; those of the tables are not."""
    found = made.six().result
    first, *others = [item.model_copy(update={"alpha_beta_basis": "table"}) for item in found.structures]
    assert not any(
        "set by a person" in one for one in assumptions(found.model_copy(update={"structures": others}), EN)
    )
    own = first.model_copy(update={"alpha_beta_basis": "override", "alpha_beta_gy": 3.0})
    said = assumptions(found.model_copy(update={"structures": [own, *others]}), EN)
    assert f"α/β set by a person: {own.name} 3\u00a0Gy." in said


def test_person_is_named(made: SimpleNamespace) -> None:
    """Name, identifier with its issuer and birth date stand on the sheet, in the language's own form."""
    page = sheet(made.whole(), "fr")
    assert page.person == "DUPONT-LEFÈVRE Marie Hélène"
    assert page.person_details == "IPP 800123456 (CHU-IPP), date de naissance 23/08/1971"


def test_single_course_has_no_shift(made: SimpleNamespace) -> None:
    """With nothing to shift (0 mm) the envelope is a dash and neither note nor assumption speaks of it."""
    found = made.single().result
    still = [
        item.model_copy(
            update={"envelope": item.envelope.model_copy(update={"shift_mm": 0.0, "assumed": False})}
        )
        for item in found.structures
        if item.envelope
    ]
    material = made.material(found.model_copy(update={"structures": still}), drawn=())
    first = sheet(material, "en").summary
    assert set(column(first.organs, "Shift")) == {"–"}
    assert "Shift" not in first.organs.note
    assert not any("shift" in line for line in first.assumptions)
