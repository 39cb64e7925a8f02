"""The terminal's headline says what limits, in five lines at most."""

from __future__ import annotations

from pathlib import Path

import pytest

from graybook.cli.headline import print_headline
from unit.report import conftest as made


@pytest.mark.parametrize(("language", "over"), [("en", "over by 7.66"), ("fr", "excès de 7,66")])
def test_limiting_organs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, language: str, over: str
) -> None:
    """The cord is exceeded and by how much; five organs at most have a line."""
    monkeypatch.setenv("COLUMNS", "160")
    material = made.limited()
    print_headline(material.result, material.ranking, Path("out"), language)  # type: ignore[arg-type]
    said = capsys.readouterr().out
    marked = [line for line in said.splitlines() if any(mark in line for mark in "■◧□")]
    assert len(marked) == 5
    assert marked[0].startswith("Moelle épinière")
    assert over in marked[0].replace("\u00a0", " ")


def test_without_limits_nothing_is_said_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    """A result without limits prints no table of them."""
    material = made.whole()
    print_headline(material.result, material.ranking, Path("out"), "en")
    assert "What limits" not in capsys.readouterr().out


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_is_left_where_a_plan_is_proposed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    """One line says what the limiting organs have left in the plan's fractions; none without a proposed plan."""
    monkeypatch.setenv("COLUMNS", "300")
    material = made.left()
    print_headline(material.result, material.ranking, Path("out"), language)  # type: ignore[arg-type]
    said = capsys.readouterr().out
    point = "." if language == "en" else ","
    (line,) = [line for line in said.splitlines() if f"29{point}8" in line]
    assert "25 fractions" in line
    assert "Moelle épinière 29" in line
    assert f"0{point}74" in said
    without = material.result.model_copy(update={"scaling": []})
    print_headline(without, material.ranking, Path("out"), language)  # type: ignore[arg-type]
    assert f"29{point}8" not in capsys.readouterr().out


@pytest.mark.parametrize("width", ["72", "80", "120"])
def test_no_figure_is_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    """In a narrow terminal cells fold: every margin keeps its unit, and the source its number."""
    monkeypatch.setenv("COLUMNS", width)
    material = made.limited()
    print_headline(material.result, material.ranking, Path("out"), "en")
    said = capsys.readouterr().out
    table = said[said.index("What limits") : said.index("Most loaded")]
    for figure in ("67.66", "7.66", "112.74", "12.74", "82.30", "84.90", "0.10", "[1] Rulach 2021"):
        assert figure in table
    assert table.count("Gy") == 15


def test_display_volume_is_named_where_it_was_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a 3D sum no volume is written, and none is named."""
    material = made.whole()
    print_headline(material.result, material.ranking, tmp_path, "en")
    assert "eqd2_total.dcm" not in capsys.readouterr().out
    (tmp_path / "eqd2_total.dcm").touch()
    print_headline(material.result, material.ranking, tmp_path, "en")
    assert "eqd2_total.dcm" in capsys.readouterr().out
