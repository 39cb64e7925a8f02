"""De-identifying a folder: stopped, begun anew, called wrongly or fed with rubbish, it never says done of what names somebody."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import date
from pathlib import Path

import pydicom
import pytest
from typer.testing import CliRunner

from graybook.cli.main import app
from graybook.errors import Cancelled, GraybookError, InputError, UsageError
from graybook.progress import Progress
from graybook.record import Person
from graybook.record.person import Identity
from graybook.workflow.deidentify import deidentify
from phantoms import uniform, write_phantom
from phantoms.course import PhantomCourse, PhantomPlan
from phantoms.mutations import MUTATIONS, mutated
from rules.patients import structure

SECRET = bytes(range(32)).hex()
DUPONT = Person(
    identities=(Identity(value="DUP-4711"),),
    name="Dupontel^Marguerite",
    birth_date=date(1944, 2, 29),
    sex="F",
)


def key_of(folder: Path, project: str = "P", secret: str = SECRET) -> Path:
    file = folder / f"{project}.key"
    file.write_text(f'project = "{project}"\nsecret = "{secret}"\n')
    file.chmod(0o600)
    return file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A plan, its dose, a structure set, a few slices, and a letter."""
    course = PhantomCourse(
        name="one",
        day=date(2015, 5, 4),
        plans=(PhantomPlan(dose_gy=uniform(20.0), fractions=10, prescription_gy=20.0, label="Plan Huber"),),
        structures=(structure("Heart"),),
        extent_mm=(20, 20, 20),
        spacing_mm=(5, 5, 5),
    )
    write_phantom(tmp_path / "Dupontel", (course,), person=DUPONT)
    (tmp_path / "Dupontel" / "letter of Dr Huber.txt").write_text("Dear Mme Dupontel")
    return tmp_path / "Dupontel"


def bytes_of(out: Path) -> dict[str, str]:
    """Every file below a folder with the digest of its bytes."""
    files = [one for one in sorted(out.rglob("*")) if one.is_file()]
    return {one.relative_to(out).as_posix(): hashlib.sha256(one.read_bytes()).hexdigest() for one in files}


def test_the_same_input_and_key_give_the_same_bytes(folder, tmp_path):
    """No clock, no path, no chance: two runs into two folders, from two places, are equal."""
    other = tmp_path / "elsewhere"
    shutil.copytree(folder, other)
    for source, out in ((folder, "one"), (other, "two")):
        assert deidentify(source, "P", tmp_path / out, key_path=key_of(tmp_path)).done
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")


def test_files_that_are_not_understood_are_not_copied_and_listed(folder, tmp_path):
    """A letter is named on the screen; in OUT it is counted, without its name."""
    result = deidentify(folder, "P", tmp_path / "OUT", key_path=key_of(tmp_path))
    assert [one.path for one in result.left_out] == ["letter of Dr Huber.txt"]
    report = (tmp_path / "OUT" / "deidentified.json").read_text()
    assert json.loads(report)["left_out"] == {"not_dicom": 1}
    assert "Huber" not in report
    assert all(
        one.endswith((".dcm", "deidentified.json", "deidentified.md")) for one in bytes_of(tmp_path / "OUT")
    )


def test_a_stopped_run_goes_on(folder, tmp_path):
    """Stopped after some files: no report; begun again, those files are left as they are, and the end is as without a stop."""
    out, key = tmp_path / "OUT", key_of(tmp_path)

    def stop() -> bool:
        return len(list(out.rglob("*.dcm"))) > 3

    with pytest.raises(Cancelled):
        deidentify(folder, "P", out, key_path=key, progress=Progress(tell=lambda *_: None, cancelled=stop))
    made = {one: one.stat().st_mtime_ns for one in out.rglob("*.dcm")}
    assert 0 < len(made) < 7
    assert not (out / "deidentified.json").exists()
    (next(iter(made)).parent / "2.25.1.dcm.unfinished").write_bytes(b"half")
    assert deidentify(folder, "P", out, key_path=key).done
    assert {one: one.stat().st_mtime_ns for one in made} == made
    assert deidentify(folder, "P", tmp_path / "whole", key_path=key).done
    assert bytes_of(out) == bytes_of(tmp_path / "whole")


def test_files_that_changed_are_written_anew_and_others_go(folder, tmp_path):
    """OUT is always what FOLDER is: a file that is gone is taken away, one that changed is made again."""
    out, key = tmp_path / "OUT", key_of(tmp_path)
    assert deidentify(folder, "P", out, key_path=key).done
    first = bytes_of(out)
    slices = sorted(folder.rglob("CT*.dcm"))
    slices[0].unlink()
    changed = pydicom.dcmread(slices[1])
    changed.SliceThickness = "7"
    changed.save_as(slices[1])
    assert deidentify(folder, "P", out, key_path=key).done
    second = bytes_of(out)
    assert len(second) == len(first) - 1
    assert sum(first.get(name) != digest for name, digest in second.items() if name.endswith(".dcm")) == 1
    assert deidentify(folder, "P", tmp_path / "whole", key_path=key).done
    assert bytes_of(tmp_path / "whole") == second


def test_a_file_of_out_that_was_damaged_is_made_again(folder, tmp_path):
    """What stands in OUT is held against what was written."""
    out, key = tmp_path / "OUT", key_of(tmp_path)
    assert deidentify(folder, "P", out, key_path=key).done
    whole = bytes_of(out)
    next(out.rglob("*.dcm")).write_bytes(b"Dupontel")
    assert deidentify(folder, "P", out, key_path=key).done
    assert bytes_of(out) == whole


def test_persons_of_other_folders_join(folder, tmp_path):
    """Two folders one after the other into one OUT: both persons stand there, as each alone would, and the report tells of both."""
    other = Person(
        identities=(Identity(value="MART-1"),), name="Martinez^Ana", birth_date=date(1950, 1, 1), sex="F"
    )
    plan = PhantomPlan(dose_gy=uniform(30.0), fractions=10, prescription_gy=30.0, label="Plan Meier")
    course = PhantomCourse(
        name="two", day=date(2020, 1, 6), plans=(plan,), extent_mm=(20, 20, 20), image=False
    )
    write_phantom(tmp_path / "second", (course,), person=other)
    key, out = key_of(tmp_path), tmp_path / "OUT"
    assert deidentify(folder, "P", out, key_path=key).done
    first = {name: digest for name, digest in bytes_of(out).items() if name.endswith(".dcm")}
    result = deidentify(tmp_path / "second", "P", out, key_path=key)
    assert result.done
    assert len(result.report["persons"]) == 2
    assert result.report["not_compared"] == sorted({name.partition("/")[0] for name in first})
    assert "not compared now" in (out / "deidentified.md").read_text()
    both = bytes_of(out)
    assert {name: both[name] for name in first} == first
    assert len(result.report["files"]) == len(first) + 2
    assert deidentify(tmp_path / "second", "P", tmp_path / "alone", key_path=key).done
    alone = {name: digest for name, digest in bytes_of(tmp_path / "alone").items() if name.endswith(".dcm")}
    assert {name: both[name] for name in alone} == alone


def test_no_report_stands_while_a_run_is_not_finished(folder, tmp_path):
    """Begun anew over a finished OUT and stopped: the old report is gone, for it would speak of files that are being changed."""
    out, key = tmp_path / "OUT", key_of(tmp_path)
    assert deidentify(folder, "P", out, key_path=key).done
    told: list[str] = []
    progress = Progress(
        tell=lambda step, _: told.append(step), cancelled=lambda: told.count("de-identifying") > 2
    )
    with pytest.raises(Cancelled):
        deidentify(folder, "P", out, key_path=key, progress=progress)
    assert not (out / "deidentified.json").exists()
    assert not (out / "deidentified.md").exists()
    assert deidentify(folder, "P", out, key_path=key).done


def test_a_zip_gives_what_its_folder_gives(folder, tmp_path):
    """The same files of OUT, but for what stands for the bytes read: none of it hangs on where a file lay."""
    archive = Path(shutil.make_archive(str(tmp_path / "files"), "zip", folder))
    for source, out in ((folder, "one"), (archive, "two")):
        assert deidentify(source, "P", tmp_path / out, key_path=key_of(tmp_path)).done
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")


def test_a_project_called_like_a_folder_is_no_leak(folder, tmp_path):
    """The report says the project's name, which the operator chose, and its own keys; neither names a person."""
    moved = tmp_path / "spine-2026" / "software"
    shutil.copytree(folder, moved)
    key = key_of(tmp_path, "spine-2026")
    result = deidentify(tmp_path / "spine-2026", "spine-2026", tmp_path / "OUT", key_path=key)
    assert result.done, result.leaks


@pytest.mark.parametrize("seed", range(0, len(MUTATIONS), 2))
def test_damaged_files_end_no_run(folder, tmp_path, seed):
    """One damaged file: it is written, or left out and listed, or persons are refused; no name is in OUT."""
    mutated(folder, seed)
    try:
        result = deidentify(folder, "P", tmp_path / "OUT", key_path=key_of(tmp_path))
    except GraybookError:
        return
    assert result.done, result.leaks
    written = [one.read_bytes().lower() for one in (tmp_path / "OUT").rglob("*") if one.is_file()]
    assert not any(
        word in data for word in (b"dupontel", b"marguerite", b"dup-4711", b"19440229") for data in written
    )


def test_a_file_that_breaks_everything_is_left_out(folder, tmp_path, monkeypatch):
    """An error nobody foresaw: that file is listed, without what the error said, and the run goes on."""
    from graybook.workflow.deidentifying import copies as module

    whole = module.deidentified

    def breaking(dataset: pydicom.Dataset, key, person):
        if dataset.Modality == "RTDOSE":
            raise ZeroDivisionError("of Mme Dupontel")
        return whole(dataset, key, person)

    monkeypatch.setattr(module, "deidentified", breaking)
    result = deidentify(folder, "P", tmp_path / "OUT", key_path=key_of(tmp_path))
    assert result.done
    assert {one.reason.code for one in result.left_out} == {"deidentify_failed", "not_dicom"}
    assert "Dupontel" not in str([one.reason for one in result.left_out])


# ---- what is refused


@pytest.mark.parametrize("out", ["Dupontel", "Dupontel/OUT", "."])
def test_folder_and_out_in_each_other_are_refused(folder, tmp_path, out):
    """The same folder, one within the other, either way; nothing is made."""
    before = bytes_of(tmp_path)
    with pytest.raises(UsageError, match="lie in each other"):
        deidentify(folder, "P", tmp_path / out, key_path=tmp_path / "P.key")
    assert bytes_of(tmp_path) == before


def test_out_within_folder_by_a_link_is_refused(folder, tmp_path):
    """A link does not hide it."""
    (tmp_path / "link").symlink_to(folder)
    with pytest.raises(UsageError, match="lie in each other"):
        deidentify(folder, "P", tmp_path / "link" / "OUT", key_path=tmp_path / "P.key")


def test_a_key_below_out_is_refused(folder, tmp_path):
    """Who gets OUT must not get the key."""
    with pytest.raises(UsageError, match="under OUT"):
        deidentify(folder, "P", tmp_path / "OUT", key_path=tmp_path / "OUT" / "P.key")
    assert not (tmp_path / "OUT").exists()


@pytest.mark.parametrize("name", ["list of patients.csv", "download.unfinished", "graybook.toml"])
def test_an_out_with_files_of_others_is_refused(folder, tmp_path, name):
    """They would leave with the rest, and nobody looked at them."""
    (tmp_path / "OUT").mkdir()
    (tmp_path / "OUT" / name).write_text("Dupontel")
    with pytest.raises(UsageError, match="did not write"):
        deidentify(folder, "P", tmp_path / "OUT", key_path=key_of(tmp_path))
    assert (tmp_path / "OUT" / name).read_text() == "Dupontel"


def test_the_out_of_another_project_is_refused(folder, tmp_path):
    """Two keys in one folder would say who of one is who of the other."""
    assert deidentify(folder, "P", tmp_path / "OUT", key_path=key_of(tmp_path)).done
    other = key_of(tmp_path, "Q", bytes(range(9, 41)).hex())
    with pytest.raises(InputError, match="another project"):
        deidentify(folder, "Q", tmp_path / "OUT", key_path=other)


def test_the_secret_stands_nowhere(folder, tmp_path):
    """Neither in OUT nor in what is printed: not as text, not as bytes."""
    key = key_of(tmp_path)
    ran = CliRunner().invoke(
        app, ["deidentify", str(folder), "--project", "P", "--out", str(tmp_path / "OUT"), "--key", str(key)]
    )
    assert ran.exit_code == 0, ran.output
    forms = (SECRET.encode(), bytes.fromhex(SECRET), SECRET.upper().encode())
    written = [one.read_bytes() for one in (tmp_path / "OUT").rglob("*") if one.is_file()]
    assert not any(form in data for form in forms for data in (*written, ran.output.encode()))


# ---- what is found


def test_a_value_that_survives_is_told_and_nothing_is_done(folder, tmp_path, monkeypatch):
    """A file of OUT that names the person: status 3, the file and the attribute are told, the name is not, and no report stands."""
    from graybook.workflow.deidentifying import copies as module

    whole = module.encoded

    def leaking(dataset: pydicom.Dataset) -> bytes:
        dataset.InstitutionName = "Haus Dupontel"
        return whole(dataset)

    monkeypatch.setattr(module, "encoded", leaking)
    words = [
        "deidentify",
        str(folder),
        "--project",
        "P",
        "--out",
        str(tmp_path / "OUT"),
        "--key",
        str(key_of(tmp_path)),
    ]
    ran = CliRunner().invoke(app, words)
    assert ran.exit_code == 3
    assert "must not leave" in ran.stderr
    assert "PatientName" in ran.stderr
    assert "Dupontel" not in ran.stderr
    assert not (tmp_path / "OUT" / "deidentified.json").exists()
    assert not (tmp_path / "OUT" / "deidentified.md").exists()
    document = json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)
    assert document["done"] is False
    assert document["leaks"]


def test_json_is_one_document(folder, tmp_path):
    """--json: the report, with the files left out by name; nothing else on stdout."""
    words = [
        "deidentify",
        str(folder),
        "--project",
        "P",
        "--out",
        str(tmp_path / "OUT"),
        "--key",
        str(tmp_path / "new.key"),
    ]
    ran = CliRunner().invoke(app, [*words, "--json"])
    assert ran.exit_code == 0, ran.output
    document = json.loads(ran.stdout)
    assert document["done"] is True
    assert [one["file"] for one in document["left_out_files"]] == ["letter of Dr Huber.txt"]
    assert document["persons"] == [
        {"person": next((tmp_path / "OUT").glob("P-*")).name, "files": len(document["files"])}
    ]


@pytest.mark.parametrize(
    ("language", "words"), [("en", ("key of the project", "not a DICOM")), ("fr", ("clé du projet", "DICOM"))]
)
def test_the_page_in_both_languages(folder, tmp_path, language, words):
    """It says that a key was made, what was left out, and that faces stay."""
    asked = [
        "deidentify",
        str(folder),
        "--project",
        "P",
        "--out",
        str(tmp_path / "OUT"),
        "--key",
        str(tmp_path / "new.key"),
    ]
    ran = CliRunner().invoke(app, [*asked, "--lang", language])
    assert ran.exit_code == 0, ran.output
    assert all(word in ran.stdout for word in (*words, "letter of Dr Huber.txt"))
    page = (tmp_path / "OUT" / "deidentified.md").read_text(encoding="utf-8")
    assert ("visage" if language == "fr" else "face") in page
    assert "PatientName" in page
