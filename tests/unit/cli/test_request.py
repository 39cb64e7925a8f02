"""``graybook request``: the letter names what is missing, no more and no less."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pydicom import dcmread
from typer.testing import CliRunner

from graybook.cli.main import app
from phantoms import PhantomCourse, PhantomPlan, PhantomStructure, box, uniform, write_phantom

CORD = PhantomStructure(name="Moelle", shape=box((-10.0, -10.0, -10.0), (10.0, 10.0, 10.0)), slice_mm=2.0)
PLAN = PhantomPlan(dose_gy=uniform(50.0), fractions=25, prescription_gy=50.0, label="THORAX", sessions=25)
OLD = PhantomCourse(
    name="old",
    day=date(2009, 3, 16),
    plans=(PLAN,),
    structures=(CORD,),
    extent_mm=(30.0, 30.0, 30.0),
    spacing_mm=(5.0, 5.0, 5.0),
    image_spacing_mm=(10.0, 10.0, 5.0),
)
NEW = replace(OLD, name="new", day=date(2026, 4, 13), frame=OLD.frame_uid)


def asked(folder: Path, *words: str) -> dict[str, list[str]]:
    """The UIDs asked for in the first course, by object."""
    ran = CliRunner().invoke(app, ["request", str(folder), "--json", *words])
    assert ran.exit_code == 0, ran.output
    courses = json.loads(ran.stdout)["courses"]
    return {item["object"]: item["uids"] for item in courses[0]["missing"]} if courses else {}


def test_nothing_missing(tmp_path: Path) -> None:
    """Two whole courses in one frame, with records: the letter says that nothing is missing."""
    folder = write_phantom(tmp_path, [OLD, NEW])
    assert asked(folder) == {}
    ran = CliRunner().invoke(app, ["request", str(folder)])
    assert ran.exit_code == 0
    assert ran.stdout.startswith("Nothing is missing")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"image": False, "frame": "1.2.3.4"}, {"CT": [], "REG": []}),
        ({"write_structures": False}, {"RTSTRUCT": [OLD.structure_set_uid]}),
        ({"plans": (replace(PLAN, write_dose=False),)}, {"RTDOSE": []}),
        ({"plans": (replace(PLAN, write_plan=False),)}, {"RTPLAN": [OLD.plan_uid(0)]}),
        ({"plans": (replace(PLAN, sessions=0),)}, {"RTRECORD": [OLD.plan_uid(0)]}),
        ({"frame": "1.2.3.4"}, {"REG": []}),
    ],
    ids=["ct", "structures", "dose", "plan", "records", "registration"],
)
def test_each_missing_object_is_named(
    tmp_path: Path, change: dict[str, object], expected: dict[str, list[str]]
) -> None:
    """Each object left out of the folder is asked for, by the UID under which the other files refer to it."""
    folder = write_phantom(tmp_path, [replace(OLD, **change), NEW])  # type: ignore[arg-type]
    found = asked(folder)
    assert {kind: found.get(kind) for kind in expected} == expected
    assert set(found) == set(expected)


def test_ct_left_behind_is_asked_for_by_its_series(tmp_path: Path) -> None:
    """A CT that the structures name and the folder lacks is asked for, although another series of the frame stands in."""
    folder = write_phantom(tmp_path, [OLD, NEW])
    for path in (folder / "old").rglob("*.dcm"):
        if dcmread(path, stop_before_pixels=True).Modality == "CT":
            path.unlink()
    assert asked(folder) == {"CT": [OLD.image_series_uid]}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Dear colleagues", "1970-02-03", "50 Gy in 25 fractions")),
        ("fr", ("Chers collègues", "03/02/1970", "50 Gy en 25 fractions")),
    ],
)
def test_letter(tmp_path: Path, language: str, words: tuple[str, ...]) -> None:
    """The letter names the person, the course and what to export, and goes to a file when asked; nothing is overwritten."""
    folder = write_phantom(tmp_path / "in", [replace(OLD, plans=(replace(PLAN, write_dose=False),)), NEW])
    command = ["request", str(folder), "--lang", language]
    shown = CliRunner().invoke(app, command)
    assert shown.exit_code == 0
    either = ("ÉPROUVETTE Zoé", "PHANTOM-1", "Dose Summation Type PLAN", "Dose Units GY")
    assert [word for word in (*words, *either) if word not in shown.stdout] == []
    out = tmp_path / "letter.txt"
    written = CliRunner().invoke(app, [*command, "--out", str(out)])
    assert (written.exit_code, written.stdout) == (0, "")
    assert out.read_text(encoding="utf-8") == shown.stdout
    assert CliRunner().invoke(app, [*command, "--out", str(out)]).exit_code == 2


def test_proposed_course_is_not_asked_for(tmp_path: Path) -> None:
    """What is only proposed was given by nobody: no former centre is asked for its CT."""
    new = replace(NEW, image=False, plans=(replace(PLAN, sessions=0),))
    folder = write_phantom(tmp_path, [OLD, new])
    signed = 'author = "A. Physicist"\ndate = 2026-01-31\nreason = "planned"\n'
    (folder / "graybook.toml").write_text(
        f'[[course]]\ncourse = "2026-04-13"\nstatus = "proposed"\n{signed}', encoding="utf-8"
    )
    assert asked(folder) == {}


def test_doubtful_identity_gives_no_letter(tmp_path: Path) -> None:
    """Two Patient IDs not established as one person end with status 3; an empty folder too."""
    folder = write_phantom(tmp_path / "in", [OLD, replace(NEW, patient_id="OTHER")])
    assert CliRunner().invoke(app, ["request", str(folder)]).exit_code == 3
    (tmp_path / "empty").mkdir()
    assert CliRunner().invoke(app, ["request", str(tmp_path / "empty")]).exit_code == 3
    assert CliRunner().invoke(app, ["request", str(tmp_path / "nowhere")]).exit_code == 2


SIGNED = 'author = "A"\ndate = 2026-01-01\nreason = "r"\n'


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (
            '[[radionuclide]]\nnuclide = "Lu-177"\ngiven = 2020-01-02\nactivity_gbq = 7.4',
            ["RRDSR", "SPECT", "SEG", "DOSIMETRY"],
        ),
        (
            '[[radionuclide]]\nnuclide = "Lu-177"\ngiven = 2020-01-02T10:00:00+01:00\nactivity_gbq = 7.4',
            ["SPECT", "SEG", "DOSIMETRY"],
        ),
        (
            '[[radioembolisation]]\ndevice = "y90-resin"\ngiven = 2020-01-02',
            ["RRDSR", "SIRT_PLAN", "SIRT_IMAGES"],
        ),
    ],
    ids=["radionuclide", "with its time", "microspheres"],
)
def test_what_stands_apart_is_asked_for_in_its_own_words(
    tmp_path: Path, entry: str, expected: list[str]
) -> None:
    """Of radionuclides and microspheres no RT dose or plan is asked for: what was given, its images, its planning."""
    folder = write_phantom(tmp_path, [OLD, NEW])
    (folder / "graybook.toml").write_text(f"{entry}\n{SIGNED}", encoding="utf-8")
    assert list(asked(folder)) == expected
    for language, word in (("en", "Missing"), ("fr", "Manquent")):
        ran = CliRunner().invoke(app, ["request", str(folder), "--lang", language])
        assert ran.exit_code == 0
        assert word in ran.stdout
        assert "RTPLAN" not in ran.stdout
