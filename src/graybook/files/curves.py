"""Curves: a table of dose-volume curves comes in; it goes out as CSV, as one JSON document or as Parquet.

The shape is one long table, a row for each point of each curve. In CSV the first line is the heading, so that every reader
takes the file as it is; what the file is stands beside it in ``FILE-metadata.json``, as W3C *CSV on the Web* has it. In JSON
and Parquet it stands in the file itself.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from graybook.errors import UsageError
from graybook.geometry.arrays import FloatArray, read_only

__all__ = ["SUFFIXES", "Curve", "CurveTable", "Figure", "csv_text", "require_place", "write_curves"]

SUFFIXES = (".csv", ".json", ".parquet")

KEY = "graybook"
"""Under what key the header stands in JSON and in the metadata of a Parquet schema."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A column of numbers: its name, its unit, what it means, and how many decimals are kept."""

    name: str
    unit: str
    meaning: str
    decimals: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Curve:
    """One curve: the texts that name it, and an array of numbers a figure."""

    labels: tuple[str, ...]
    values: tuple[FloatArray, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", tuple(read_only(one) for one in self.values))
        if len({one.shape for one in self.values}) != 1 or self.values[0].ndim != 1:
            raise UsageError(
                "The figures of a curve have unlike lengths.",
                value=[one.shape for one in self.values],
                remedy="Give a value for each point.",
            )


@dataclass(frozen=True, kw_only=True, eq=False)
class CurveTable:
    """Curves that share their columns.

    Parameters
    ----------
    labels
        Names and meanings of the text columns.
    figures
        The columns of numbers.
    curves
        In the order in which they are written.
    header
        What the file says of itself, JSON-able.
    """

    labels: Mapping[str, str]
    figures: tuple[Figure, ...]
    curves: tuple[Curve, ...]
    header: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for curve in self.curves:
            if len(curve.labels) != len(self.labels) or len(curve.values) != len(self.figures):
                raise UsageError(
                    "A curve has other columns than its table.",
                    value=curve.labels,
                    remedy="Give a text for each label and an array for each figure.",
                )

    @property
    def names(self) -> tuple[str, ...]:
        """The heading."""
        return (*self.labels, *(one.name for one in self.figures))


def csv_text(table: CurveTable, *, line_end: str = "\r\n") -> str:
    """The table as CSV (RFC 4180): a heading, then a row for each point."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator=line_end)
    writer.writerow(table.names)
    forms = [f"{{:.{one.decimals}f}}".format for one in table.figures]
    for curve in table.curves:
        columns = [
            [form(value) for value in (one + 0.0).tolist()]
            for form, one in zip(forms, curve.values, strict=True)
        ]
        writer.writerows([*curve.labels, *row] for row in zip(*columns, strict=True))
    return stream.getvalue()


def require_place(path: Path) -> None:
    """Refuse a file of another kind, or one in a folder that is not there, before any work is done.

    Raises
    ------
    graybook.errors.UsageError
        With what may be written.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(
            "Curves are written as .csv, .json or .parquet, by the suffix of the file.",
            value=path.name,
            remedy="End the name in .csv, .json or .parquet.",
        )
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise UsageError(
            "The file of curves cannot be made there.",
            value=str(path),
            remedy="Name a file in a folder that exists.",
        )


def write_curves(table: CurveTable, path: Path) -> tuple[Path, ...]:
    """Write the table as the suffix says; gives the files written, which for CSV are two.

    Raises
    ------
    graybook.errors.UsageError
        Another suffix, or a place that cannot be written to.
    """
    require_place(path)
    beside = path.with_name(path.name + "-metadata.json")
    try:
        match path.suffix.lower():
            case ".csv":
                path.write_bytes(
                    b"\xef\xbb\xbf" + csv_text(table).encode()
                )  # Excel reads letters by this mark
                beside.write_bytes(_json_bytes(_csv_metadata(table, path.name)))
                return path, beside
            case ".json":
                path.write_bytes(_json_bytes(_document(table), indent=None))
            case _:
                _write_parquet(table, path)
    except OSError as error:
        raise UsageError(
            "The curves cannot be written.",
            value=f"{path}: {error.strerror or error}",
            remedy="Name a file that can be written to.",
        ) from error
    return (path,)


def _json_bytes(document: object, indent: int | None = 1) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=indent, allow_nan=False) + "\n").encode()


def _columns(table: CurveTable) -> list[dict[str, str]]:
    texts = [{"name": name, "meaning": meaning} for name, meaning in table.labels.items()]
    return texts + [{"name": one.name, "unit": one.unit, "meaning": one.meaning} for one in table.figures]


def _document(table: CurveTable) -> dict[str, Any]:
    curves = []
    for curve in table.curves:
        numbers = {
            figure.name: (np.round(values, figure.decimals) + 0.0).tolist()
            for figure, values in zip(table.figures, curve.values, strict=True)
        }
        curves.append({**dict(zip(table.labels, curve.labels, strict=True)), **numbers})
    return {KEY: dict(table.header), "columns": _columns(table), "curves": curves}


def _csv_metadata(table: CurveTable, name: str) -> dict[str, Any]:
    """W3C CSV on the Web: what the columns are; the header as a note."""
    texts = [
        {"name": name, "titles": name, "datatype": "string", "dc:description": meaning}
        for name, meaning in table.labels.items()
    ]
    numbers = [
        {
            "name": one.name,
            "titles": one.name,
            "datatype": "number",
            "dc:description": f"{one.meaning} [{one.unit}]",
        }
        for one in table.figures
    ]
    return {
        "@context": "http://www.w3.org/ns/csvw",
        "url": name,
        "tableSchema": {"columns": texts + numbers},
        "notes": [{KEY: dict(table.header)}],
    }


def _write_parquet(table: CurveTable, path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    counts = [len(curve.values[0]) for curve in table.curves]
    fields, arrays = [], []
    for place, (name, meaning) in enumerate(table.labels.items()):
        words = pa.array([curve.labels[place] for curve in table.curves], pa.string()).dictionary_encode()
        rows = pa.array(np.repeat(np.arange(len(counts)), counts), pa.int32())
        arrays.append(pa.DictionaryArray.from_arrays(words.indices.take(rows), words.dictionary))
        fields.append(pa.field(name, arrays[-1].type, metadata={"meaning": meaning}))
    for place, one in enumerate(table.figures):
        numbers = [np.round(curve.values[place], one.decimals) + 0.0 for curve in table.curves]
        arrays.append(pa.array(np.concatenate([np.empty(0), *numbers]), pa.float64()))
        metadata = {"unit": one.unit, "meaning": one.meaning}
        fields.append(pa.field(one.name, pa.float64(), metadata=metadata))
    header = json.dumps(dict(table.header), ensure_ascii=False)
    schema = pa.schema(fields, metadata={KEY: header})
    parquet.write_table(pa.Table.from_arrays(arrays, schema=schema), path, compression="zstd")
