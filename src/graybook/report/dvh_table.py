"""DVH table: curves come in; dvh.csv goes out, a point as decimal sign in every language."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from graybook.report.material import Material

__all__ = ["dvh_csv_text", "write_dvh_csv"]


def dvh_csv_text(material: Material) -> str:
    """The curves as CSV: structure, course, dose [Gy EQD2], volume [%]."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("structure", "course", "dose_gy_eqd2", "volume_percent"))
    for item in material.curves:
        for curve in item.curves:
            for dose, volume in zip(curve.dose_gy, curve.volume_percent, strict=True):
                figures = (f"{float(dose) + 0.0:.6f}", f"{float(volume) + 0.0:.4f}")
                writer.writerow((item.structure, curve.course, *figures))
    return stream.getvalue()


def write_dvh_csv(material: Material, path: Path) -> None:
    """Write ``dvh.csv``."""
    path.write_bytes(dvh_csv_text(material).encode())
