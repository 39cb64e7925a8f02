"""Rule 14, names: what a name leaves open is asked; what a centre has learned is applied and listed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from graybook.files import parse
from graybook.workflow.cumulative import assess
from phantoms import write_phantom
from rules.patients import SIGNED, course, plan, result_of, run, scanned, structure


def _folder(place: Path, *names: str) -> Path:
    drawn = [structure(name) for name in names]
    return write_phantom(place, [course("one", date(2025, 5, 5), plan(50.0, 25), structures=drawn)])


def _questions(folder: Path) -> dict[str, dict[str, str]]:
    document = scanned(folder)
    found = [one for person in document["persons"] for one in person["findings"]]
    return {one["subject"]: one for one in found if one["code"] == "structure_name_asked"}


@pytest.mark.rule(14)
def test_open_names_are_asked(tmp_path: Path) -> None:
    """ "Poumon" and "PD" are asked, "Poumon D" and "Moelle" are not; nobody's side is decided."""
    folder = _folder(tmp_path, "Poumon", "PD", "Poumon D", "Moelle")
    assert set(_questions(folder)) == {"Poumon", "PD"}
    labels = {one.name: one.tg263 for one in result_of(folder).structures}
    assert labels["Poumon D"] == "Lung_R"
    assert labels["Poumon"] not in ("Lung_L", "Lung_R")
    assert labels["PD"] is None


@pytest.mark.rule(14)
def test_the_block_can_be_pasted(tmp_path: Path) -> None:
    """The block printed with the question, pasted with a name and a date, answers it."""
    folder = _folder(tmp_path, 'Rein "1"')
    ran = run("scan", folder)
    lines = [line.strip() for line in ran.output.splitlines()]
    start = lines.index("[[structure]]")
    block = "\n".join(lines[start : start + 7])
    assert parse(block).structures[0].tg263 == "Kidney_L"
    (folder / "graybook.toml").write_text(block, encoding="utf-8")
    assert _questions(folder) == {}
    assert [one.tg263 for one in result_of(folder).structures] == ["Kidney_L"]


@pytest.mark.rule(14)
def test_learned_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A centre's file answers in every folder, by option or environment, and stands among the values a person corrected."""
    folder = _folder(tmp_path / "in", "PD")
    names = tmp_path / "names.toml"
    names.write_text(f'[[structure]]\nnames = ["PD"]\ntg263 = "Parotid_R"\n{SIGNED}', encoding="utf-8")
    result = assess(folder, names=names).result
    assert [one.tg263 for one in result.structures] == ["Parotid_R"]
    (line,) = [one for one in result.provenance.overrides if one["value"] == "Parotid_R"]
    assert (line["author"], line["date"]) == ("A. Physicist", "2026-01-31")
    assert "structure_name_asked" in run("scan", folder, "--json").stdout
    assert "structure_name_asked" not in run("scan", folder, "--json", "--names", names).stdout
    monkeypatch.setenv("GRAYBOOK_NAMES", str(names))
    assert "structure_name_asked" not in run("scan", folder, "--json").stdout
    assert run("dvh", folder, "--json").exit_code == 0


def test_a_file_of_names_holds_names_only(tmp_path: Path) -> None:
    """A missing file is a wrong call; other tables, or a mapping nobody answers for, are refused."""
    folder = _folder(tmp_path / "in", "PD")
    names = tmp_path / "names.toml"
    assert run("scan", folder, "--names", names).exit_code == 2
    names.write_text(f'[[alpha_beta]]\ntg263 = "Heart"\nvalue_gy = 2.0\n{SIGNED}', encoding="utf-8")
    assert run("scan", folder, "--names", names).exit_code == 3
    names.write_text('[[structure]]\nnames = ["PD"]\ntg263 = "Parotid_R"\n', encoding="utf-8")
    assert run("scan", folder, "--names", names).exit_code == 3


def test_the_folder_speaks_before_the_centre(tmp_path: Path) -> None:
    """Where both name a structure, the folder's own word stands."""
    folder = _folder(tmp_path / "in", "PD")
    table = '[[structure]]\nnames = ["PD"]\ntg263 = "{}"\n' + SIGNED
    names = tmp_path / "names.toml"
    names.write_text(table.format("Parotid_R"), encoding="utf-8")
    (folder / "graybook.toml").write_text(table.format("Lung_R"), encoding="utf-8")
    assert [one.tg263 for one in assess(folder, names=names).result.structures] == ["Lung_R"]
