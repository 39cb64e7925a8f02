"""dvh.csv of an assessment, and `graybook dvh --curves`: every point of every curve, with its convention."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyarrow import parquet
from typer.testing import CliRunner

import graybook
from graybook.cli.main import app
from graybook.errors import UsageError
from graybook.report.material import DvhCurve, StructureCurves
from graybook.workflow.folder.curves import PhysicalCurves, write_assessed_curves
from phantoms import PhantomCourse, PhantomPlan, PhantomStructure, linear, write_phantom
from phantoms.shapes import box

RUNNER = CliRunner()


def test_dvh_csv_holds_every_point(tmp_path: Path) -> None:
    """One row for each point, a point as decimal sign, names as found, plain line ends."""
    name = 'Lung "L", haut'
    curve = DvhCurve(course="c1", dose_gy=np.array([0.0, 1.25]), volume_percent=np.array([100.0, 100 / 3]))
    write_assessed_curves([StructureCurves(structure=name, curves=(curve,))], tmp_path / "dvh.csv")
    text = (tmp_path / "dvh.csv").read_bytes().decode()
    assert text.splitlines()[2] == '"Lung ""L"", haut",c1,1.250000,33.3333'
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["structure"] for row in rows] == [name, name]
    assert float(rows[0]["volume_percent"]) == 100.0
    assert "\r" not in text


def test_dvh_csv_without_a_curve_is_its_heading(tmp_path: Path) -> None:
    """A refused assessment leaves the heading alone."""
    write_assessed_curves([], tmp_path / "dvh.csv")
    assert (tmp_path / "dvh.csv").read_bytes() == b"structure,course,dose_gy_eqd2,volume_percent\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Doses of 20 + z/2 Gy: a cube of 20 mm from 15 to 25 Gy, and a box of which the lower half lies outside the grid."""
    course = PhantomCourse(
        name="first",
        day=date(2015, 5, 4),
        plans=(
            PhantomPlan(
                dose_gy=linear(20.0, (0, 0, 0.5)), fractions=10, prescription_gy=20.0, label='Left; "A"'
            ),
        ),
        structures=(
            PhantomStructure(name="Cube", shape=box((-10, -10, -8), (10, 10, 8)), slice_mm=4.0),
            PhantomStructure(name="Œsophage, bas", shape=box((-10, -10, -36), (10, 10, -24)), slice_mm=4.0),
        ),
        extent_mm=(30, 30, 30),
        image=False,
    )
    write_phantom(tmp_path / "in", (course,))
    return tmp_path


def told(folder: Path, *words: str) -> Any:
    """The command's result."""
    return RUNNER.invoke(app, ["dvh", str(folder / "in"), *words])


def curves_of(path: Path) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Rows of a Parquet file by structure and end."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in parquet.read_table(path).to_pylist():
        found.setdefault((row["structure"], row["end"]), []).append(row)
    return found


def test_cumulative_curve_of_a_linear_dose(folder: Path) -> None:
    """A cube of 8 cm³ from 15 to 25 Gy: what receives at least D falls from 100 % at 15 to 0 at 25 Gy in a line."""
    path = folder / "curves.parquet"
    assert told(folder, "--curves", str(path)).exit_code == 0
    rows = curves_of(path)["Cube", "low"]
    dose = np.array([row["dose_gy"] for row in rows])
    percent = np.array([row["volume_percent"] for row in rows])
    np.testing.assert_allclose(np.diff(dose), 0.1, atol=1e-9)
    np.testing.assert_allclose(percent, np.clip(25.0 - dose, 0.0, 10.0) * 10.0, atol=0.5)
    volumes = np.array([row["volume_cm3"] for row in rows])
    np.testing.assert_allclose(volumes, percent * volumes[0] / 100.0, atol=1e-6)
    assert volumes[0] == pytest.approx(8.0, rel=0.01)
    assert {(row["plan"], row["kind"]) for row in rows} == {('Left; "A"', "cumulative")}


def test_differential_curve_adds_up_to_the_volume(folder: Path) -> None:
    """Bins of 0.5 Gy hold the whole cube, each 5 % of it, and the header says so."""
    path = folder / "curves.json"
    words = ("--curves", str(path), "--differential", "--bin-width", "0.5")
    assert told(folder, *words).exit_code == 0
    document = json.loads(path.read_text(encoding="utf-8"))
    cube = next(one for one in document["curves"] if one["structure"] == "Cube")
    assert sum(cube["volume_percent"]) == pytest.approx(100.0, abs=1e-4)
    middle = [15.5 <= dose < 24.5 for dose in cube["dose_gy"]]
    held = np.array(cube["volume_percent"])[middle]
    assert len(held) == 18
    np.testing.assert_allclose(held, 5.0, atol=0.1)
    header = document["graybook"]
    assert (header["kind"], header["bin_width_gy"], header["version"]) == (
        "differential",
        0.5,
        graybook.__version__,
    )
    assert header["slice_model"]
    assert [(one["plan"], one["quantity"]) for one in header["plans"]] == [('Left; "A"', "physical")]
    assert all(len(one) == 64 for one in header["plans"][0]["inputs_sha256"])
    assert "at least" in header["convention"]


@pytest.mark.rule(9)
def test_both_ends_where_the_grid_does_not_cover(folder: Path) -> None:
    """Half the box lies below the grid: 0 Gy at the low end, 5 Gy of the face at the high end; shares are of the whole box."""
    path = folder / "curves.parquet"
    assert told(folder, "--curves", str(path)).exit_code == 0
    curves = curves_of(path)
    assert set(curves) == {("Cube", "low"), ("Œsophage, bas", "low"), ("Œsophage, bas", "high")}
    at_four = {
        end: next(row["volume_percent"] for row in curves["Œsophage, bas", end] if row["dose_gy"] == 4.0)
        for end in ("low", "high")
    }
    assert at_four["low"] == pytest.approx(50.0, abs=4.0)
    assert at_four["high"] == pytest.approx(100.0)


def test_csv_stands_beside_its_metadata(folder: Path) -> None:
    """The CSV has one heading and the columns of the page; two files are written and nothing else."""
    assert told(folder, "--curves", str(folder / "c.csv"), "--json").exit_code == 0
    rows = list(csv.DictReader(io.StringIO((folder / "c.csv").read_text(encoding="utf-8-sig"), newline="")))
    columns = ["person", "plan_id", "plan", "structure", "kind", "end"]
    assert list(rows[0]) == [*columns, "dose_gy", "volume_cm3", "volume_percent"]
    assert {row["structure"] for row in rows} == {"Cube", "Œsophage, bas"}
    assert sorted(one.name for one in folder.iterdir()) == ["c.csv", "c.csv-metadata.json", "in"]


@pytest.mark.parametrize(
    "words",
    [
        ("--curves", "curves.xlsx"),
        ("--curves", "nowhere/curves.csv"),
        ("--curves", "c.csv", "--bin-width", "0"),
        ("--curves", "c.csv", "--bin-width", "nan"),
        ("--differential",),
        ("--bin-width", "0.5"),
    ],
    ids=" ".join,
)
def test_wrong_calls_are_refused_before_any_work(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another suffix, a folder that is not there, a width of nothing, or options without a file: exit status 2 with a remedy."""
    monkeypatch.chdir(tmp_path)
    result = told(tmp_path, *words)
    assert result.exit_code == 2
    assert "Remedy" in result.stderr
    assert not list(tmp_path.iterdir())


def test_curves_are_kept_for_a_file_that_can_be_written() -> None:
    """The place is asked for when the curves are asked for."""
    with pytest.raises(UsageError):
        PhysicalCurves(path=Path("curves.txt"))
