"""Rule 16, files: folders full of junk come in; every file is used or listed with the reason, whatever it is."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pytest

from phantoms import write_phantom
from rules.patients import course, organ, plan, result_of, run, scanned, state

DAY = date(2025, 5, 5)


def _files(folder: Path) -> list[str]:
    return sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file())


def _littered(folder: Path) -> Path:
    """A good course among everything a hospital's export folder may hold."""
    write_phantom(folder, [course("c", DAY, plan(50, 25), image=True)])
    good = (folder / "c" / "RD_0.dcm").read_bytes()
    deep = folder / "a" / "b" / "Éte 2019" / "d"
    deep.mkdir(parents=True)
    (deep / "letter.pdf").write_bytes(b"%PDF-1.4 nothing")
    (deep / "empty.dcm").write_bytes(b"")
    (deep / "short.dcm").write_bytes(good[: len(good) // 2])
    (deep / "header only.dcm").write_bytes(good[:140])
    (folder / "Thumbs.db").write_bytes(b"\xd0\xcf\x11\xe0" * 40)
    (folder / "twin.dcm").write_bytes(good)
    (folder / ".hidden").write_text("x", encoding="utf-8")
    (folder / "notes.txt").write_text("Bonjour", encoding="utf-8")
    with zipfile.ZipFile(folder / "old.zip", "w") as archive:
        archive.writestr("inside/readme.txt", "hello")
        archive.writestr("inside/again.dcm", good)
    return folder


@pytest.mark.rule(16)
def test_every_file_of_a_littered_folder(tmp_path: Path) -> None:
    """scan --json lists each file once, used or with a reason, and exits 0; the sum is that of the good course."""
    folder = _littered(tmp_path)
    listed = scanned(folder)["files"]
    paths = [one["path"] for one in listed]
    assert len(paths) == len(set(paths))
    assert set(_files(folder)) <= set(paths)
    assert any(path.endswith("inside/readme.txt") for path in paths)
    for one in listed:
        assert (one["used_as"] is None) == (one["reason"] is not None), one
    assert organ(result_of(folder)).cumulative.mean_gy == 50.0


@pytest.mark.rule(16)
def test_paths_are_relative(tmp_path: Path) -> None:
    """No path of scan --json is absolute or leads out of the folder, and none is written with backslashes."""
    listed = scanned(_littered(tmp_path))["files"]
    for one in listed:
        assert not one["path"].startswith(("/", ".."))
        assert "\\" not in one["path"]
        assert str(tmp_path) not in (one["reason"] or "")


@pytest.mark.rule(16)
def test_a_folder_of_nothing_usable(tmp_path: Path) -> None:
    """Nothing usable: scan prints its document and exits 3; assess and dvh exit 3 with a reason on stderr."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "letter.txt").write_text("x", encoding="utf-8")
    document = scanned(tmp_path / "in", status=3)
    assert [one["path"] for one in document["files"]] == ["letter.txt"]
    assert document["files"][0]["reason"]
    ran = run("assess", tmp_path / "in", "--out", tmp_path / "out")
    assert ran.exit_code == 3
    assert ran.stderr
    assert run("dvh", tmp_path / "in").exit_code == 3


@pytest.mark.rule(16)
def test_an_empty_folder_and_none(tmp_path: Path) -> None:
    """An empty folder is 3; a folder that does not exist is a wrong call, 2, and says which."""
    (tmp_path / "in").mkdir()
    assert scanned(tmp_path / "in", status=3)["files"] == []
    for command in (["scan"], ["dvh"], ["assess", "--out", str(tmp_path / "out")]):
        ran = run(command[0], tmp_path / "nowhere", *command[1:])
        assert ran.exit_code == 2, command
        assert "nowhere" in ran.stderr


@pytest.mark.rule(16)
def test_a_zip_is_a_folder(tmp_path: Path) -> None:
    """The same course in a zip gives the same numbers, every member listed."""
    folder = write_phantom(tmp_path / "in", [course("c", DAY, plan(50, 25))])
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        for one in sorted(folder.rglob("*.dcm")):
            archive.write(one, one.relative_to(folder).as_posix())
    assert organ(result_of(tmp_path / "in.zip")).cumulative.mean_gy == 50.0
    listed = scanned(tmp_path / "in.zip")["files"]
    assert {one["path"] for one in listed} >= set(_files(folder))


@pytest.mark.rule(16)
def test_files_without_suffix_or_preamble(tmp_path: Path) -> None:
    """Names say nothing: files without .dcm, and without the DICOM preamble, are read by content."""
    folder = write_phantom(tmp_path, [course("c", DAY, plan(50, 25))])
    (folder / "c" / "RP_0.dcm").rename(folder / "c" / "IM0001")
    structures = folder / "c" / "RS.dcm"
    raw = structures.read_bytes()
    assert raw[128:132] == b"DICM"
    structures.unlink()
    (folder / "c" / "RS").write_bytes(raw[132:])
    assert organ(result_of(folder)).cumulative.mean_gy == 50.0


@pytest.mark.rule(16)
def test_settings_are_listed(tmp_path: Path) -> None:
    """graybook.toml is among the files, used as settings, or listed as what it is."""
    folder = write_phantom(tmp_path, [course("c", DAY, plan(50, 25, "A"))])
    state(folder, '[[phase]]\nplan = "A"\nfractions_delivered = 10')
    (one,) = [one for one in scanned(folder)["files"] if one["path"] == "graybook.toml"]
    assert one["used_as"] or one["reason"]


@pytest.mark.rule(16)
@pytest.mark.parametrize(
    "text",
    [
        "[[phase]]\nplan = ",
        '[[fase]]\nplan = "A"\n',
        '[[phase]]\nplan = "A"\nfractions_delivered = 10\n',
        '[[phase]]\nplan = "A"\nfractions_given = 10\nauthor = "A"\ndate = 2026-01-31\nreason = "x"\n',
        '[[alpha_beta]]\ntg263 = "SpinalCord"\nvalue_gy = -2\nauthor = "A"\ndate = 2026-01-31\nreason = "x"\n',
    ],
    ids=["no TOML", "unknown table", "no author", "unknown key", "negative"],
)
def test_wrong_settings_are_never_ignored(tmp_path: Path, text: str) -> None:
    """A graybook.toml that is wrong stops assess with 3 and the remedy on stderr: no number beside ignored corrections."""
    folder = write_phantom(tmp_path / "in", [course("c", DAY, plan(50, 25, "A"))])
    (folder / "graybook.toml").write_text(text, encoding="utf-8")
    ran = run("assess", folder, "--out", tmp_path / "out", "--json")
    assert ran.exit_code == 3
    assert ran.stdout == ""
    assert "graybook.toml" in ran.stderr
    assert not (tmp_path / "out" / "result.json").exists()


@pytest.mark.rule(16)
def test_settings_that_name_nothing_are_said(tmp_path: Path) -> None:
    """A setting for a plan that is not there is said, not swallowed."""
    folder = write_phantom(tmp_path, [course("c", DAY, plan(50, 25, "A"))])
    state(folder, '[[phase]]\nplan = "Z"\nfractions_delivered = 10')
    assert any("Z" in f"{one.subject} {one.text}" for one in result_of(folder).findings)


@pytest.mark.rule(16)
def test_a_missing_attribute_that_bears_on_nothing(tmp_path: Path) -> None:
    """No manufacturer, no station, a malformed study time, no label: a warning at most, the same 50.0."""

    def strip(dataset: object) -> None:
        for keyword in ("Manufacturer", "StudyTime", "StudyID", "RTPlanTime", "ReferringPhysicianName"):
            if keyword in dataset:  # type: ignore[operator]
                delattr(dataset, keyword)

    write_phantom(
        tmp_path, [course("c", DAY, plan(50, 25, alter_plan=strip, alter_dose=strip), alter_structures=strip)]
    )
    assert organ(result_of(tmp_path)).cumulative.mean_gy == 50.0


@pytest.mark.rule(16)
def test_settings_inside_a_zip(tmp_path: Path) -> None:
    """A graybook.toml at the root of a zip is followed as in a folder (12 of 30: 24.0), never listed as used and ignored."""
    folder = write_phantom(tmp_path / "in", [course("c", DAY, plan(60, 30, "A"))])
    state(folder, '[[phase]]\nplan = "A"\nfractions_delivered = 12')
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        for one in sorted(folder.rglob("*")):
            if one.is_file():
                archive.write(one, one.relative_to(folder).as_posix())
    (entry,) = [one for one in scanned(tmp_path / "in.zip")["files"] if one["path"].endswith("graybook.toml")]
    result = result_of(tmp_path / "in.zip")
    assert entry["used_as"] == "settings"
    assert organ(result).cumulative.mean_gy == 24.0
    assert result.provenance.overrides


@pytest.mark.rule(16)
def test_settings_in_a_sub_folder_are_said(tmp_path: Path) -> None:
    """A graybook.toml one folder too deep is either followed or said to be ignored, in scan and in the report."""
    folder = write_phantom(tmp_path, [course("c", DAY, plan(60, 30, "A"))])
    state(folder / "c", '[[phase]]\nplan = "A"\nfractions_delivered = 12')
    result = result_of(folder)
    followed = organ(result).cumulative.mean_gy == 24.0
    assert followed or any("c/graybook.toml" in f"{one.subject} {one.text}" for one in result.findings)
