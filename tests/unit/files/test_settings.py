"""graybook.toml: what a person states is checked, signed and dated, or refused with the place and the remedy."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from graybook.errors import InputError
from graybook.files import Settings, parse, read, template
from graybook.record import Course, EvidenceGrade, Phase, Status

STAMP = 'author = "A. Physicist"\ndate = 2026-01-31\nreason = "chart"\n'


def test_every_table_is_read() -> None:
    """Each table gives its values as typed."""
    settings = parse(
        f"""
[[course]]
course = 2019-05-02
site = "lung"
status = "proposed"
concurrent = [["A", "B"]]
{STAMP}
[[phase]]
plan = "A"
fractions_delivered = 12
fractions_min = 5
fractions_max = 25
dose_scale = "total"
rbe = "1.1 included"
{STAMP}
[[structure]]
names = ["Moelle"]
tg263 = "SpinalCord"
{STAMP}
[[alpha_beta]]
tg263 = "SpinalCord"
value_gy = 2
{STAMP}
[[registration]]
use = "1.2.3"
error_mm = 2.5
{STAMP}
[[identity]]
ids = ["1", {{ value = "2", issuer = "X" }}]
evidence = "card"
{STAMP}
"""
    )
    (course,) = settings.courses
    assert (course.course, course.status, course.concurrent) == ("2019-05-02", Status.PROPOSED, (("A", "B"),))
    (phase,) = settings.phases
    assert (phase.fractions_delivered, phase.fractions_range, phase.rbe) == (12, (5, 25), "1.1 included")
    assert settings.structures[0].tg263 == "SpinalCord"
    assert settings.alpha_betas[0].value_gy == 2.0
    assert settings.registrations[0].error_mm == 2.5
    assert settings.identities[0].ids == ("1", "2")
    assert settings.identities[0].identities[1].issuer == "X"
    assert len(settings.sha256) == 64


def test_every_word_is_an_override() -> None:
    """Each key stands as an override with author, date, reason and source."""
    settings = parse(f'[[phase]]\nplan = "A"\nfractions_delivered = 12\nsource = "letter"\n{STAMP}')
    override = next(one for one in settings.overrides if "fractions_delivered" in one.key)
    assert (override.value, override.author, override.date) == ("12", "A. Physicist", date(2026, 1, 31))
    assert (override.reason, override.source) == ("chart", "letter")


@pytest.mark.parametrize("missing", ["author", "date", "reason"])
def test_unsigned_word_is_refused(missing: str) -> None:
    """Without author, date or reason nothing is overridden."""
    stamp = "".join(line for line in STAMP.splitlines(keepends=True) if not line.startswith(missing))
    with pytest.raises(InputError, match=f"graybook.toml, .*phase.* 1: {missing} is missing"):
        parse(f'[[phase]]\nplan = "A"\nfractions_delivered = 12\n{stamp}')


@pytest.mark.parametrize(
    ("text", "place", "remedy"),
    [
        ('[[phase]]\nplan = "A"\nfraction_delivered = 3\n', "fraction_delivered", '"fractions_delivered"'),
        ('[[phases]]\nplan = "A"\n', "phases", '"phase"'),
        ('[phase]\nplan = "A"\n', "phase", "[[phase]]"),
        ("[[phase]]\nfractions_delivered = 3\n", "plan is missing", "plan ="),
        ('[[phase]]\nplan = "A"\nfractions_delivered = -1\n', "fractions_delivered", "fractions_delivered ="),
        (
            '[[phase]]\nplan = "A"\nfractions_delivered = "3"\n',
            "fractions_delivered",
            "fractions_delivered =",
        ),
        (
            '[[phase]]\nplan = "A"\nfractions_delivered = true\n',
            "fractions_delivered",
            "fractions_delivered =",
        ),
        ('[[phase]]\nplan = "A"\nfractions_min = 5\n', "fractions_max", "fractions_min = 5"),
        ('[[phase]]\nplan = "A"\nfractions_min = 9\nfractions_max = 5\n', "smaller first", "fractions_min"),
        ('[[phase]]\nplan = "A"\nrbe = "1.1"\n', "rbe", "1.1 included"),
        ('[[phase]]\nplan = "A"\ndose_scale = "totl"\n', "dose_scale", '"total"'),
        ('[[course]]\ncourse = "X"\nstatus = "propsed"\n', "status", '"proposed"'),
        ('[[course]]\ncourse = "X"\nplans = ["A"]\n', "stand together", "Keep one"),
        ('[[course]]\ncourse = "X"\nconcurrent = [["A"]]\n', "two plans", "concurrent ="),
        (
            '[[course]]\ncourse = "X"\nsequential = true\nconcurrent = [["A", "B"]]\n',
            "contradict",
            "Keep the one",
        ),
        ('[[course]]\ncourse = "X"\nsequential = "yes"\n', "true or false", "sequential = true"),
        ('[[course]]\ncourse = ""\n', "course must be a text", "course ="),
        ('[[structure]]\nnames = ["A"]\n', "tg263 or kind is missing", "tg263 ="),
        ('[[structure]]\nnames = "A"\ntg263 = "Heart"\n', "list of texts", "names ="),
        ('[[structure]]\nnames = ["A"]\nkind = "organs"\n', "kind", '"organ"'),
        ('[[alpha_beta]]\ntg263 = "Heart"\n', "value_gy is missing", "value_gy ="),
        ('[[alpha_beta]]\ntg263 = "Heart"\nvalue_gy = 0\n', "above 0", "value_gy ="),
        ('[[alpha_beta]]\ntg263 = "Heart"\nvalue_gy = nan\n', "above 0", "value_gy ="),
        ('[[identity]]\nids = []\nevidence = "x"\n', "ids must be a list", "ids ="),
        ('[[identity]]\nids = ["A"]\n', "evidence or source is missing", "evidence"),
    ],
)
def test_mistakes_are_named(text: str, place: str, remedy: str) -> None:
    """A mistake is refused with file, key, what was found and what to write instead."""
    with pytest.raises(InputError) as caught:
        parse(text + (STAMP if "[[" in text else ""), "graybook.toml")
    assert "graybook.toml" in caught.value.what
    assert place in caught.value.what
    assert remedy in caught.value.remedy


def test_bad_date_and_bad_toml_are_named() -> None:
    """A date that is none, and text that is no TOML, are refused in the file's words."""
    with pytest.raises(InputError, match="date is not a date"):
        parse('[[phase]]\nplan = "A"\nauthor = "A"\nreason = "r"\ndate = "31/01/2026"\n')
    with pytest.raises(InputError, match=r"graybook\.toml is not valid TOML"):
        parse("[[phase]]\nplan = A\n")


def test_date_may_be_text() -> None:
    """An ISO date in quotes is a date."""
    settings = parse('[[phase]]\nplan = "A"\nauthor = "A"\nreason = "r"\ndate = "2026-01-31"\n')
    assert settings.overrides[0].date == date(2026, 1, 31)


def test_folder_without_settings(tmp_path: Path) -> None:
    """No file, no settings; a file that is no UTF-8 text is refused."""
    assert read(tmp_path) == Settings()
    (tmp_path / "graybook.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="UTF-8"):
        read(tmp_path)


def test_template_is_all_comments_and_valid_when_uncommented() -> None:
    """The template changes nothing as written; each of its tables is accepted once uncommented."""
    assert parse(template()) == Settings(sha256=parse(template()).sha256)
    tables = template().split("# ----")[1:]
    for table in tables:
        lines = [line.removeprefix("# ") for line in table.splitlines()[1:] if line.startswith("# ")]
        text = "\n".join(line for line in lines if not line.startswith("concurrent"))
        found = parse(text)
        assert found != Settings(sha256=found.sha256), table


def test_template_names_the_courses_found() -> None:
    """Ids, labels and fractions found stand in the template, on one line each whatever the label holds."""
    phase = Phase(
        id="p", label="Plan\nA", status=Status.ASSUMED_DELIVERED, fractions_planned=30, fractions_delivered=30
    )
    course = Course(
        id="2019-05-02-abc",
        label="Left\nlung",
        start_date=date(2019, 5, 2),
        end_date=None,
        evidence_grade=EvidenceGrade.A,
        phases=(phase,),
    )
    text = template([course])
    assert "# course 2019-05-02-abc: Left lung, grade A\n" in text
    assert "#   plan Plan A: assumed delivered, 30 of 30 fractions\n" in text
    assert parse(text).courses == ()
