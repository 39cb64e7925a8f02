"""A folder of voxel S-values, one text file per nuclide, tissue and voxel size, comes in; ``voxel_s.csv`` of one edition goes out.

Usage::

    python tools/build_voxel_s.py FOLDER [--out src/graybook/tables/data/2026-11/voxel_s.csv]

The files are those of github.com/mghro/MIRDCalculation (MIT), ``MIRD/VoxelSValues``: 6 × 6 × 6 voxels of one octant. A file whose
values are not the same whatever the order of i, j and k stops the build; of such values 56 with i ≤ j ≤ k say it all.
"""

from __future__ import annotations

import argparse
import csv
import re
from itertools import combinations_with_replacement, permutations
from pathlib import Path

OUT = Path(__file__).resolve().parents[1] / "src/graybook/tables/data/2026-11/voxel_s.csv"
NAME = re.compile(r"(?P<mass>\d+)(?P<element>[A-Za-z]+)(?P<size>[\d.]+)mm(?P<tissue>soft|bone)\.txt")
EDGE = 6
DENSITIES = {"soft": "1.04", "bone": "1.85"}
"""[g/cm3] As the kernels of Y-90 imply: at these the energy of every kernel is that of the electrons within 0.3 %."""

COLUMNS = (
    "nuclide", "tissue", "voxel_mm", "density_g_per_cm3", "s_mgy_per_mbq_s", "source", "tier", "verified",
)  # fmt: skip
EVIDENCE = {"source": "lanconelli2012", "tier": "secondary-repo", "verified": "primary not checked"}


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args()
    rows = [row(path) for path in asked.folder.glob("*.txt")]
    rows.sort(key=lambda one: (one["nuclide"], one["tissue"], float(one["voxel_mm"])))
    with asked.out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def row(path: Path) -> dict[str, str]:
    """The row of one file."""
    found = NAME.fullmatch(path.name)
    if not found:
        raise SystemExit(f"{path.name}: not the name of a kernel")
    values = octant(path)
    return {
        "nuclide": f"{found['element']}-{found['mass']}",
        "tissue": found["tissue"],
        "voxel_mm": found["size"],
        "density_g_per_cm3": DENSITIES[found["tissue"]],
        "s_mgy_per_mbq_s": " ".join(values[place] for place in combinations_with_replacement(range(EDGE), 3)),
        **EVIDENCE,
    }


def octant(path: Path) -> dict[tuple[int, ...], str]:
    """Values of one file as they are written, by i, j, k."""
    values: dict[tuple[int, ...], str] = {}
    for line in path.read_text(encoding="latin-1").splitlines()[2:]:
        if cells := line.split():
            values[tuple(int(cell) for cell in cells[:3])] = cells[3]
    if len(values) != EDGE**3:
        raise SystemExit(f"{path.name}: {len(values)} values")
    for place, value in values.items():
        if any(values[other] != value for other in permutations(place)):
            raise SystemExit(f"{path.name}: {place} is not what its turns are")
    return values


if __name__ == "__main__":
    main()
