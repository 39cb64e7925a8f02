"""The parts of the alignment page, on answers that are known: right ones are right, failed ones are named, verdicts are counted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from graybook.files.volumes import read_volume
from graybook.geometry.transform import Affine
from graybook.record.alignment import Alignment, Quality, Use, Verdict
from validation.__main__ import GROUPS, MODULES, PARTS
from validation.alignment import phantom_board, size_board, smooth_board, verdict_board
from validation.alignment.motions import still
from validation.alignment.others import Answer, available, kept_words
from validation.alignment.phantoms import Case, Size, made
from validation.alignment.trials import BAD, GOOD

TINY = Size(shape=(24, 32, 40), scale=0.5)


@pytest.fixture(scope="module")
def case() -> Case:
    """A small smooth pair."""
    return made("smooth thorax", TINY)


def _true(case: Case, program: str) -> Answer:
    grid = case.fixed.grid
    vectors = case.truth(grid.centres()) - grid.centres()
    return Answer(program=program, grid=grid, vectors_mm=vectors.reshape(*grid.shape, 3).astype(np.float32))


def test_the_true_map_has_no_error_and_no_folds(case: Case) -> None:
    """Vectors of the truth read between voxels miss it by hundredths of a millimetre; a failed program has no figures."""
    answers = {
        "one": _true(case, "one"),
        "two": Answer(program="two", grid=case.fixed.grid, failed="no memory"),
    }
    figures = smooth_board._figures(case, answers)
    assert figures["one: mean, mm"] < 0.05
    assert figures["one: folds"] == 0
    assert not any(name.startswith("two") for name in figures)
    rows = smooth_board._table(case, answers)["rows"]
    assert [row[0] for row in rows] == ["nothing done", "one", "two"]
    assert "no memory" in rows[2][1]


def test_a_summed_structure_beyond_its_limit_is_counted(case: Case) -> None:
    """An alignment that does nothing and lets two structures be summed has summed both wrongly; the others do not count."""
    verdicts = tuple(
        Verdict(structure=name, use=Use.SUM if name in ("Heart", "Liver") else Use.POINTS)
        for name in case.organs
    )
    nothing = Affine(from_frame=case.fixed.grid.frame, to_frame=case.moving.grid.frame, matrix=np.eye(4))
    alignment = Alignment(transform=nothing, source=("computed",), quality=Quality(verdicts=verdicts))
    figures = phantom_board._case_figures(case, alignment)
    assert figures["smooth thorax: wrongly summed"] == 2
    assert figures["smooth thorax: worst mean of a summed structure, mm"] > 1.0
    rows = phantom_board._case_rows(case, alignment, 3.0)
    assert [row[5] for row in rows if row[1] == "Heart"] == ["3D sum"]


def test_verdicts_are_counted_by_kind() -> None:
    """Two structures of a bad pair, one of them summed: it is named."""
    one = verdict_board.Judged(trial=BAD[0], uses={"Heart": "3D sum", "Liver": "point sum only"})
    good = verdict_board.Judged(trial=GOOD[0], uses={"Heart": "3D sum"})
    assert one.summed == ("Heart",)
    assert verdict_board._named([one]) == ": wrong person 1 (Heart)"
    rows = verdict_board._table([one, good])["rows"]
    assert rows[0] == ["wrong person", "1", "1", "0", "1", "0"]
    assert verdict_board._lost([good])["rows"] == []


def test_large_pairs_are_painted_plane_by_plane(tmp_path: Path) -> None:
    """The file has the grid's planes, air around and a body within."""
    grid = size_board._grid((10, 24, 24))
    size_board.painted_file(tmp_path / "one.mha", grid, still, seed=1)
    found = read_volume(tmp_path / "one.mha")
    assert found.grid.shape == (10, 24, 24)
    assert found.grid.origin_mm == pytest.approx(grid.origin_mm, abs=1e-6)
    assert found.values[:, 0, 0].mean() == pytest.approx(-1000, abs=20)
    assert found.values[5, 8:16, 8:16].mean() > -900


def test_every_part_has_a_module_and_kept_answers_are_said(repository: Path) -> None:
    """The word for the page stands for parts that exist; an answer from an earlier run is told."""
    assert set(GROUPS["alignment"]) <= set(PARTS)
    assert all(
        (Path("validation") / f"{MODULES[part].replace('.', '/')}.py").name for part in GROUPS["alignment"]
    )
    case = made("smooth thorax", Size(shape=(12, 16, 20), scale=0.3))
    kept = Answer(program="elastix", grid=case.fixed.grid, said={"kept": True})
    assert "elastix" in kept_words([kept])[0]
    assert kept_words([Answer(program="elastix", grid=case.fixed.grid)]) == []
    assert set(available()) <= {"elastix", "plastimatch", "platipy"}
