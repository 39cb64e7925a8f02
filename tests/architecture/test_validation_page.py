"""The accuracy page is what the validation wrote: the stored results rendered, nothing typed by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from validation.__main__ import PAGES, PARTS, SCIENCE, stored_results
from validation.page import MARK, Head, rendered, write_plots
from validation.sections import plainly, plot, section, table

RESULTS = stored_results()


@pytest.mark.parametrize("head", PAGES, ids=lambda head: head.name)
def test_page_is_the_stored_results_rendered(head: Head) -> None:
    """Each page is, to the byte, what the stored results give, and says that it is made by the command."""
    text = (SCIENCE / f"{head.name}.md").read_text(encoding="utf-8")
    assert MARK in text
    assert text == rendered(stored_results(PAGES[head]), head)


@pytest.mark.parametrize("head", PAGES, ids=lambda head: head.name)
def test_every_plot_is_there(head: Head) -> None:
    """The folder of plots holds those of the results and no others."""
    sections = [one.get("section", {}) for one in stored_results(PAGES[head]).values()]
    wanted = {f"{plot['name']}.svg" for one in sections for plot in one.get("plots", ())}
    assert {path.name for path in (SCIENCE / head.name).glob("*")} == wanted


def test_plots_are_drawn_from_the_results(tmp_path: Path) -> None:
    """Drawing a plot twice gives the same bytes."""
    drawn = plot("one", "One", x="x", y="y", series=[("a", [1, 2], [3, 4])], ticks=("p", "q"))
    results = {"part": {"section": section("Part", plots=[drawn])}}
    for folder in ("a", "b"):
        write_plots(tmp_path / folder, results)
    assert (tmp_path / "a" / "one.svg").read_bytes() == (tmp_path / "b" / "one.svg").read_bytes()


def test_stored_results_name_no_machine_and_no_path() -> None:
    """Results say what kind of machine it was, never where on it."""
    for result in RESULTS.values():
        assert result["part"] in PARTS
        assert "cores" in result["machine"]
    for path in (SCIENCE.parents[1] / "validation" / "results").glob("*.json"):
        text = path.read_text(encoding="utf-8")
        assert not any(root in text for root in ("/home/", "/work/", "/tmp/", "/root/"))


def test_a_failed_part_is_shown_as_failed() -> None:
    """A part that fell over stands on the page with its reason."""
    page = rendered(
        {"sums": {"part": "sums", "date": "2026-01-05", "machine": "1 cores", "failed": "no memory"}}
    )
    assert "## sums" in page
    assert "no memory" in page


def test_plain_figures_become_tables() -> None:
    """A part that gives figures only gets its tables from them."""
    made = plainly("Growth", {"slope": 1.02, "sizes": [{"voxels": 8, "s": 0.1}, {"voxels": 16, "s": 0.2}]})
    assert [one["title"] for one in made["tables"]] == ["Figures", "sizes"]
    assert made["tables"][1]["rows"] == [["8", "0.1"], ["16", "0.2"]]
    assert table("t", ["a"], [[1]])["rows"] == [["1"]]


@pytest.mark.parametrize(("part", "figure", "most"), [
    ("nelms", "test2_beyond_3", 5),
    ("nelms", "test2_beyond_3_places", 15),
    ("nelms", "test1_beyond_3", 0),
    ("nelms", "curve_3 mm", 0.015),
    ("stanley", "mean_volume_percent", 1.0),
    ("stanley", "worst_5_mm_percent", 5.0),
    ("walker_byrne", "PCI_2_mm_off_percent", 10.0),
    ("walker_byrne", "MGI_2_mm_off_percent", 10.0),
    ("sums", "worst_mgy", 1.0),
    ("biology_memory", "float32: time over that of a copy", 1 / 0.9),
    ("biology_memory", "float32: worst share the sum is off", 1e-6),
    ("biology_refresh", "20 structures: warm, ms", 200.0),
    ("biology_refresh", "20 structures: largest difference from the plain way, Gy", 1e-6),
    ("biology_refresh", "demonstration: structures that differ from result.json", 0),
    ("nuclear_phantom", "noise alone: largest mean error of a sphere, %", 5.0),
    ("nuclear_phantom", "noise, calibration, drawing: largest mean error of a sphere, %", 5.0),
    ("decay_chains", "Bateman: largest difference", 1e-9),
    ("decay_chains", "Th-227 sphere, parent: off, %", 1.0),
    ("decay_chains", "Th-227 sphere, chain by α: off, %", 3.0),
    ("decay_chains", "Th-227 sphere, chain by α and electrons: off, %", 3.0),
    ("voxel_s_closure", "Y-90: largest departure from 1", 0.0035),
])  # fmt: skip
def test_stored_figures_are_those_asked_for(part: str, figure: str, most: float) -> None:
    """The run behind the page reached what was set as its aim."""
    assert abs(RESULTS[part]["section"]["figures"][figure]) <= most


def test_doses_of_the_phantom_are_held_by_their_bands() -> None:
    """Of the digital SPECT phantom: with noise alone every dose is within 5 % of the truth; bands of 90 % hold at least that."""
    figures = RESULTS["nuclear_phantom"]["section"]["figures"]
    assert figures["noise alone: within 5 %, % of doses"] == 100.0
    for errors in ("noise alone", "noise, calibration, drawing"):
        assert figures[f"{errors}: truth within the 90 % band, %"] >= 90.0
