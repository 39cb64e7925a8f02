"""Real patients: the folder of test data comes in; figures beside Eclipse, CERR and a planning system go out.

Run alone: ``GRAYBOOK_TEST_DATA=... python -m validation.real`` prints them as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from validation.real_breast import FOLDER, breast_complete
from validation.real_slicerrt import DATA, slicerrt_eclipse
from validation.real_texts import breast_texts, slicerrt_texts

__all__ = ["VARIABLE", "measured"]

VARIABLE = "GRAYBOOK_TEST_DATA"
"""Names the folder of real files, which is never part of the project."""


def measured(data: Path | None = None) -> dict[str, Any]:
    """All figures on real patients; ``missing`` names the sets that are not there."""
    if data is None:
        stated = os.environ.get(VARIABLE)
        if not stated:
            return {"missing": [str(DATA.parts[0]), FOLDER], "why": f"{VARIABLE} is not set"}
        data = Path(stated)
    found: dict[str, Any] = {"missing": []}
    if (data / DATA).is_dir():
        figures = slicerrt_eclipse(data)
        found["slicerrt_eclipse"] = {**figures, "texts": slicerrt_texts(figures)}
    else:
        found["missing"].append(str(DATA.parts[0]))
    if (data / FOLDER).is_dir():
        figures = breast_complete(data)
        found["breast_complete"] = {**figures, "texts": breast_texts(figures)}
    else:
        found["missing"].append(FOLDER)
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measured(), indent=1, ensure_ascii=False) + "\n")
