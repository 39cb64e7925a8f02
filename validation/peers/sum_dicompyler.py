"""dicompyler-core, in its own environment: pairs of RTDOSE files come in, the voxels of their sums go out.

Used as its documentation shows: ``DoseGrid(first) + DoseGrid(second)``.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from dicompylercore.dose import DoseGrid


def main(manifest: Path, out: Path) -> None:
    """Sum every pair; what fails is said, and the next one follows."""
    answers: dict[str, Any] = {}
    for pair in json.loads(manifest.read_text()):
        try:
            total = DoseGrid(pair["first"]) + DoseGrid(pair["second"])
            np.save(pair["sum"], np.swapaxes(total.dose_grid, 0, 2))
            answers[pair["name"]] = {"sum": pair["sum"]}
        except Exception as error:
            answers[pair["name"]] = {"failed": f"refused: {error}"[:200]}
    versions = {name: version(name) for name in ("dicompyler-core", "pydicom", "numpy", "scipy")}
    out.write_text(json.dumps({"versions": versions, "answers": answers}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
