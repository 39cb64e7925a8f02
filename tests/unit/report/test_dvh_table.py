"""dvh.csv holds every point of every curve, readable by any program."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from types import SimpleNamespace

import pytest

from graybook.report.dvh_table import dvh_csv_text, write_dvh_csv


def test_every_point_is_written(made: SimpleNamespace) -> None:
    """One row for each point, a point as decimal sign, names as found."""
    material = made.hostile()
    rows = list(csv.DictReader(io.StringIO(dvh_csv_text(material))))
    assert len(rows) == sum(len(curve.dose_gy) for item in material.curves for curve in item.curves)
    assert {row["structure"] for row in rows} == {item.structure for item in material.curves}
    first = material.curves[0].curves[0]
    assert float(rows[1]["dose_gy_eqd2"]) == pytest.approx(first.dose_gy[1], abs=1e-6)
    assert float(rows[0]["volume_percent"]) == pytest.approx(100.0)


def test_file_is_the_text(made: SimpleNamespace, tmp_path: Path) -> None:
    """The file is the text in UTF-8 with plain line ends; without a curve only the heading."""
    write_dvh_csv(made.refused(), tmp_path / "dvh.csv")
    assert (tmp_path / "dvh.csv").read_bytes() == b"structure,course,dose_gy_eqd2,volume_percent\n"
