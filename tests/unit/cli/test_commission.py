"""``graybook commission``: the record is written, the verdict is plain, and the exit status tells a script."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from graybook.accumulation import equieffective
from graybook.cli.main import app
from graybook.workflow import commission
from graybook.workflow.commissioning.biology import biology
from graybook.workflow.commissioning.geometry import geometry

FORBIDDEN = r"\b(safe|safely|authori[sz]ed|signed|signature|sûre?s?|autorisée?s?|signée?s?)\b"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the groups that take no time."""
    monkeypatch.setattr(commission, "GROUPS", ((biology, 1.0), (geometry, 1.0)))


def ran(out: Path, *words: str) -> Result:
    """The command's end."""
    return CliRunner().invoke(app, ["commission", "--out", str(out), *words])


def pdf_text(path: Path) -> str:
    """The text of the PDF on one line."""
    if shutil.which("pdftotext") is None:
        pytest.skip("install poppler-utils: pdftotext is not there")
    shown = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
    return " ".join(shown.stdout.decode("utf-8").split())


def page_text(path: Path) -> str:
    """The words of the HTML."""
    text = re.sub(r"<style\b.*?</style>", " ", path.read_text("utf-8"), flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", text))


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """An EQD2 that forgets fractionation."""

    def physical(fraction_gy: np.ndarray, *, fractions: float, alpha_beta_gy: float) -> np.ndarray:
        return np.asarray(fraction_gy * fractions)

    monkeypatch.setattr(equieffective, "eqd2_of_fractions_gy", physical)


@pytest.mark.parametrize(("lang", "verdict"), [("en", "PASSED"), ("fr", "CONFORME")])
def test_passed(tmp_path: Path, lang: str, verdict: str) -> None:
    """Status 0; the verdict, the notice, today's date and the field for the person who validates stand in PDF and HTML."""
    shown = ran(tmp_path / "new" / "out", "--lang", lang)
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.startswith(verdict)
    out = tmp_path / "new" / "out"
    day = datetime.now(tz=UTC).astimezone()
    date = day.strftime("%d/%m/%Y") if lang == "fr" else day.date().isoformat()
    for text in (pdf_text(out / "commission.pdf"), page_text(out / "commission.html")):
        assert verdict in text
        assert date in text
        for word in {
            "en": ("CE-marked", "independent check", "Validated by", "Computer (name, place)"),
            "fr": ("marqué CE", "vérification indépendante", "Validé par", "Ordinateur (nom, lieu)"),
        }[lang]:
            assert word in text.replace("\u2011", "-").replace("\u00a0", " ")
        assert re.search(FORBIDDEN, text, re.IGNORECASE) is None


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize(("lang", "verdict"), [("en", "FAILED"), ("fr", "NON CONFORME")])
def test_failed(tmp_path: Path, lang: str, verdict: str) -> None:
    """Status 1, the record is written all the same, and says what failed, with both numbers, and what to do."""
    shown = ran(tmp_path, "--lang", lang)
    assert shown.exit_code == 1
    assert shown.stdout.startswith(verdict)
    assert json.loads((tmp_path / "commission.json").read_text("utf-8"))["passed"] is False
    for text in (pdf_text(tmp_path / "commission.pdf"), page_text(tmp_path / "commission.html")):
        assert verdict in text
        assert {"en": "Do not use Graybook", "fr": "Ne pas utiliser Graybook"}[lang] in text
        assert {"en": "24.0000", "fr": "24,0000"}[lang] in text
        assert re.search(FORBIDDEN, text, re.IGNORECASE) is None


def test_json_is_one_document(tmp_path: Path) -> None:
    """--json prints commission.json: machine, versions, the hash of every table, every case with both numbers."""
    shown = ran(tmp_path, "--json")
    document = json.loads(shown.stdout)
    assert document == json.loads((tmp_path / "commission.json").read_text("utf-8"))
    assert document["passed"] is True
    assert {"python", "cores", "libraries"} <= set(document["machine"])
    assert {"numpy", "numba", "SimpleITK"} <= set(document["machine"]["libraries"])
    assert all(re.fullmatch("[0-9a-f]{64}", one["sha256"]) for one in document["tables"])
    assert all(
        {"expected", "found", "deviation", "tolerance", "source"} <= set(case)
        for case in document["groups"][0]["cases"]
    )


def test_out_must_be_a_folder(tmp_path: Path) -> None:
    """A file in the place of OUT is a wrong call: status 2, before any work."""
    (tmp_path / "file").write_text("")
    assert ran(tmp_path / "file").exit_code == 2
