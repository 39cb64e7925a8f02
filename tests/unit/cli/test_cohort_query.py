"""``graybook cohort query``: a table, one JSON document, the SQL, in both languages; errors on stderr."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from graybook.cli.main import app
from graybook.cohort.manifest import Manifest, manifest_text
from unit.cohort.many_persons import pool_table


@pytest.fixture
def pool(tmp_path: Path) -> Path:
    """A pool of 200 invented persons."""
    table = pool_table(200)
    (tmp_path / "table").mkdir()
    pq.write_table(table, tmp_path / "table" / "a.parquet")
    manifest = Manifest(project="demo", persons=200, rows=table.num_rows, files=("table/a.parquet",))
    (tmp_path / "pool.json").write_text(manifest_text(manifest))
    return tmp_path


def asked(pool: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["cohort", "query", str(pool), *words])


def test_table(pool: Path) -> None:
    """A row for each structure, marks explained, and the question in the log."""
    found = asked(pool, "--rows", "structure", "--percent", "pool")
    assert found.exit_code == 0, found.output
    assert "Cochlea_L             <11" in found.output
    assert "<11: 1 to 10 persons" in found.output
    assert "(100.0 %)" in found.output
    assert len((pool / "queries.jsonl").read_text().splitlines()) == 1


def test_french(pool: Path) -> None:
    """The same in French, with its decimal comma."""
    found = asked(pool, "--rows", "structure", "--percent", "pool", "--lang", "fr")
    assert "(100,0 %)" in found.output
    assert "<11 : de 1 à 10 personnes" in found.output


def test_json_has_percentages_of_shown_numbers_only(pool: Path) -> None:
    """A percentage is that of two shown numbers; a hidden cell has neither number nor percentage."""
    document = json.loads(asked(pool, "--rows", "evidence_grade", "--percent", "all", "--json").output)
    total = next(cell["persons"] for cell in document["cells"] if cell["row"] == "*")
    for cell in document["cells"]:
        if cell["hidden"]:
            assert cell["persons"] is None
            assert cell["percent"] is None
        else:
            assert cell["percent"] == pytest.approx(100 * cell["persons"] / total, abs=0.05)


def test_json_repeats_to_the_byte(pool: Path) -> None:
    """The same question gives the same bytes: no clock and no name in them."""
    words = ("--rows", "structure", "--measure", "mean", "--of", "eqd2_mean", "--json")
    assert asked(pool, *words).output == asked(pool, *words).output


def test_sql_runs_nothing(pool: Path) -> None:
    """The SQL names the columns, and no question is logged."""
    found = asked(pool, "--rows", "sex", "--where", "structure=SpinalCord", "--sql")
    assert "COUNT(DISTINCT" in found.output
    assert "SpinalCord" in found.output
    assert not (pool / "queries.jsonl").exists()
    assert set(json.loads(asked(pool, "--rows", "sex", "--sql", "--json").output)) >= {
        "members",
        "cells",
        "all",
    }


def test_refusal_and_wrong_call(pool: Path) -> None:
    """Few persons: status 3; a field that is none: status 2; each with a remedy."""
    few = asked(pool, "--where", "structure=Cochlea_L")
    assert few.exit_code == 3
    assert "fewer than 11 persons" in few.output
    wrong = asked(pool, "--rows", "person")
    assert wrong.exit_code == 2
    assert "Remedy: Use one of:" in wrong.output


def test_folder_that_is_no_pool(tmp_path: Path) -> None:
    """Said so, with the command that makes one."""
    found = asked(tmp_path)
    assert found.exit_code == 3
    assert "graybook cohort build" in found.output


@pytest.mark.parametrize("damage", ["cut", "missing"])
def test_damaged_table(pool: Path, damage: str) -> None:
    """A table that is cut off or not there is the pool's fault, with what to do."""
    file = pool / "table" / "a.parquet"
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:1000])
    else:
        file.unlink()
    found = asked(pool, "--rows", "sex")
    assert found.exit_code == 3
    assert "missing or damaged" in found.output
