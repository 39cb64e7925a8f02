"""Files of curves: three kinds hold the same table; any reader takes the CSV as it is."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pyarrow.csv
import pytest
from pyarrow import parquet

from graybook.errors import UsageError
from graybook.files.curves import Curve, CurveTable, Figure, csv_text, require_place, write_curves

HOSTILE = 'Œso"phage, gauche\n= 1'


def table() -> CurveTable:
    """Two curves of unlike lengths; a name with a comma, quotes and a line break."""
    return CurveTable(
        labels={"plan": "label", "structure": "name as found"},
        figures=(
            Figure(name="dose_gy", unit="Gy", meaning="dose", decimals=6),
            Figure(name="volume_cm3", unit="cm3", meaning="volume", decimals=3),
        ),
        curves=(
            Curve(labels=("A", HOSTILE), values=(np.array([0.0, 0.1, 0.2]), np.array([3.0, 1.0 / 3.0, 0.0]))),
            Curve(labels=("B", "Cord"), values=(np.array([0.0, 0.1]), np.array([12.5, -0.0]))),
        ),
        header={"kind": "cumulative", "bin_width_gy": 0.1},
    )


ROWS = [
    ("A", HOSTILE, 0.0, 3.0),
    ("A", HOSTILE, 0.1, 0.333),
    ("A", HOSTILE, 0.2, 0.0),
    ("B", "Cord", 0.0, 12.5),
    ("B", "Cord", 0.1, 0.0),
]


def test_csv_is_rfc_4180_with_what_it_is_beside_it(tmp_path: Path) -> None:
    """The heading is the first line, rows end in CR LF, no minus zero; -metadata.json names columns, units and header."""
    path = tmp_path / "curves.CSV"
    assert write_curves(table(), path) == (path, tmp_path / "curves.CSV-metadata.json")
    text = path.read_bytes().decode("utf-8-sig")
    assert text.startswith("plan,structure,dose_gy,volume_cm3\r\nA,")
    assert "-0" not in text
    rows = list(csv.reader(io.StringIO(text, newline="")))[1:]
    assert [(a, b, float(c), float(d)) for a, b, c, d in rows] == ROWS
    beside = json.loads((tmp_path / "curves.CSV-metadata.json").read_text(encoding="utf-8"))
    assert beside["url"] == "curves.CSV"
    columns = beside["tableSchema"]["columns"]
    assert [one["name"] for one in columns] == ["plan", "structure", "dose_gy", "volume_cm3"]
    assert columns[3]["dc:description"] == "volume [cm3]"
    assert beside["notes"] == [{"graybook": {"kind": "cumulative", "bin_width_gy": 0.1}}]


def test_csv_is_read_by_another_program_as_it_is(tmp_path: Path) -> None:
    """Arrow's reader finds the columns by name and numbers as numbers."""
    write_curves(table(), tmp_path / "c.csv")
    options = pyarrow.csv.ParseOptions(newlines_in_values=True)
    found = pyarrow.csv.read_csv(tmp_path / "c.csv", parse_options=options)
    assert [tuple(row.values()) for row in found.to_pylist()] == ROWS


def test_parquet_holds_the_same_with_units_in_its_schema(tmp_path: Path) -> None:
    """The rows of the CSV; the header stands in the schema's metadata, each unit in its column's."""
    assert write_curves(table(), tmp_path / "c.parquet") == (tmp_path / "c.parquet",)
    found = parquet.read_table(tmp_path / "c.parquet")
    assert [tuple(row.values()) for row in found.to_pylist()] == ROWS
    assert json.loads(found.schema.metadata[b"graybook"]) == {"kind": "cumulative", "bin_width_gy": 0.1}
    assert found.schema.field("volume_cm3").metadata[b"unit"] == b"cm3"


def test_json_is_one_document_of_the_same(tmp_path: Path) -> None:
    """Header, columns with units, and each curve with its arrays."""
    write_curves(table(), tmp_path / "c.json")
    found = json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))
    assert found["graybook"] == {"kind": "cumulative", "bin_width_gy": 0.1}
    assert found["columns"][2] == {"name": "dose_gy", "unit": "Gy", "meaning": "dose"}
    rows = [
        (one["plan"], one["structure"], dose, volume)
        for one in found["curves"]
        for dose, volume in zip(one["dose_gy"], one["volume_cm3"], strict=True)
    ]
    assert rows == ROWS


@pytest.mark.parametrize("suffix", [".csv", ".json", ".parquet"])
def test_the_same_table_gives_the_same_bytes(suffix: str, tmp_path: Path) -> None:
    """Written twice, the file is the same; a table without curves is written too."""
    one, other = tmp_path / f"one{suffix}", tmp_path / f"other{suffix}"
    write_curves(table(), one)
    write_curves(table(), other)
    assert one.read_bytes() == other.read_bytes()
    empty = CurveTable(labels=table().labels, figures=table().figures, curves=())
    write_curves(empty, one)
    if suffix == ".parquet":
        assert parquet.read_table(one).num_rows == 0


@pytest.mark.parametrize("name", ["curves.xlsx", "curves", "csv"])
def test_another_kind_is_refused_by_naming_the_three(name: str, tmp_path: Path) -> None:
    """Any other suffix is refused with the three that are written."""
    with pytest.raises(UsageError) as caught:
        require_place(tmp_path / name)
    assert all(one in str(caught.value) for one in (".csv", ".json", ".parquet"))


def test_a_place_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """A folder that does not exist, or in the file's place, is refused before any work."""
    (tmp_path / "taken.csv").mkdir()
    for path in (tmp_path / "none" / "c.csv", tmp_path / "taken.csv"):
        with pytest.raises(UsageError):
            require_place(path)


def test_tables_that_do_not_fit_are_refused() -> None:
    """A curve with another number of columns, or figures of unlike lengths, is refused."""
    with pytest.raises(UsageError):
        Curve(labels=("A",), values=(np.zeros(2), np.zeros(3)))
    with pytest.raises(UsageError):
        CurveTable(labels={}, figures=(), curves=table().curves)


def test_plain_line_ends_on_request() -> None:
    """The text may end its lines in LF alone."""
    assert csv_text(table(), line_end="\n").splitlines()[0] == "plan,structure,dose_gy,volume_cm3"
    assert "\r" not in csv_text(table(), line_end="\n")
