"""Cards: the models of effect and their test values come in; docs/science/models.md goes out, every word and figure from them.

Usage::

    python -m validation.model_cards

``./run validation`` writes it too.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graybook.radiobiology.repopulation import Repopulation
from graybook.tables.rbe import rows
from graybook.text import phrase
from validation.model_vectors import CLASSES, Vector, vectors

__all__ = ["CODE", "MARK", "PAGE", "cards", "write_cards"]

PAGE = Path(__file__).resolve().parents[1] / "docs" / "science" / "models.md"
MARK = "<!-- written by python -m validation.model_cards from the models and validation/model_vectors.csv; do not edit -->"

HEAD = (
    "One dose, one delivery: the model says what it amounts to. Every model of the package `graybook.radiobiology` has one "
    "signature: total absorbed dose in each voxel and α/β in, BED in each voxel out, and where it is extrapolated. The cumulative "
    "assessment uses the linear-quadratic model; [`graybook bed`](../commands/bed.md) the first four; the others are there for a "
    "script.",
    "EQD2 = BED / (1 + 2 / (α/β)); for any other reference fraction x, EQDx = BED / (1 + x / (α/β)).",
    "D is the total dose, d the dose per fraction, n the number of fractions, T½ (T_rep) a half-time of repair. Repair may have "
    "several half-times, each with its share of the damage: then G is the mean of their G, weighted with the shares.",
    "Test values are met to the printed digit (`tests/science/test_model_vectors.py`). All protracted models tend to one dose at "
    "once as the time goes to 0, and the closed forms equal the double integral of Lea and Catcheside to 1e-8 "
    "(`tests/agreement/test_models.py`). RBE is compared with two independent implementations (`tests/agreement/test_rbe.py`).",
)

CODE = """\
import numpy as np

from graybook.radiobiology import eqd2_of_bed_gy
from graybook.radiobiology.mcnamara import McNamara2015

dose_gy = np.array([54.0, 30.0, 2.0])  # absorbed dose of all 30 fractions in three voxels
let_kev_um = np.array([2.5, 6.0, 10.0])  # dose-averaged LET there
model = McNamara2015(fractions=30, let_kev_um=let_kev_um)
eqd2_gy = eqd2_of_bed_gy(model.bed_gy(dose_gy, alpha_beta_gy=2.0), alpha_beta_gy=2.0)
"""


def cards() -> str:
    """The page."""
    lines = ["# Models of effect", "", MARK]
    for text in HEAD:
        lines += ["", text]
    lines += ["", "```python", CODE.rstrip(), "```"]
    for kind in CLASSES:
        lines += ["", *_card(kind)]
    return "\n".join([*lines, "", *_coefficients()]) + "\n"


def write_cards(path: Path = PAGE) -> None:
    """Write the page."""
    path.write_text(cards(), encoding="utf-8")


def _card(kind: type) -> list[str]:
    name = "repopulation" if kind is Repopulation else kind.name  # type: ignore[attr-defined]
    own = [one for one in vectors() if isinstance(one.model(), kind)]
    doc = inspect.getdoc(kind) or ""
    lines = [f"## {name[0].upper()}{name[1:]}", "", _plain(doc.split("\n\n")[0]), ""]
    lines += [f"- `{formula}`" for formula in dict.fromkeys(_formulas(own))]
    model: Any = own[0].model()
    validity = phrase(
        f"validity_{model.validity.code}", "en", limit=model.validity.limit, source=model.validity.source
    )
    lines += ["", "| parameter | is |", "|---|---|"]
    lines += [f"| `{parameter}` | {text} |" for parameter, text in _parameters(kind)]
    lines += ["", f"**Holds.** {validity}", "", f"**Source.** {_source(model)}"]
    if notes := _part(doc, "Notes"):
        lines += ["", _plain(notes)]
    lines += ["", "| parameters | D, Gy | α/β, Gy | figure | is | from |", "|---|---|---|---|---|---|"]
    return [*lines, *(_row(one) for one in own)]


def _formulas(own: list[Vector]) -> Iterator[str]:
    """The formulas in print; that of a source taken out beside that of one that stays."""
    for one in own:
        model: Any = one.model()
        yield model.formula
        if "duration_h" in vars(model) and model.duration_h is None:
            yield type(model)(half_life_h=1.0, repair=model.repair, duration_h=1.0).formula


def _source(model: Any) -> str:
    """The citation, with a slot for what the user must say."""
    return str(model.source).replace("an example", "(yours, required)")


def _parameters(kind: type) -> Iterator[tuple[str, str]]:
    """Names and meanings, from the docstrings of the class and of what it builds on."""
    found: dict[str, str] = {}
    for one in reversed(kind.__mro__[:-1]):
        text = _part(inspect.cleandoc(one.__doc__ or ""), "Parameters")
        for match in re.finditer(r"^(\w[\w, ]*)\n((?:    .*\n?)+)", text, re.MULTILINE):
            for name in match[1].split(", "):
                found[name] = _plain(match[2])
    yield from found.items()


def _part(doc: str, title: str) -> str:
    """A section of a numpydoc docstring."""
    match = re.search(rf"^{title}\n-+\n(.*?)(?=\n\n\w[\w ]*\n-+\n|\Z)", doc, re.MULTILINE | re.DOTALL)
    return match[1] if match else ""


def _plain(text: str) -> str:
    """Prose on one line, signs of reStructuredText as Markdown has them."""
    text = re.sub(r":\w+:`~?([^`]+)`", r"`\1`", text).replace("``", "`")
    return re.sub(r"\s+", " ", text).strip().replace("|", "\\|")


def _row(one: Vector) -> str:
    quantity = {"bed_gy": "BED, Gy", "eqd2_gy": "EQD2, Gy", "rbe": "RBE"}.get(
        one.quantity, one.quantity[0].upper()
    )
    parameters = re.sub(r"(\d\.\d{4})\d{4,}", r"\1…", one.parameters)
    return f"| `{parameters}` | {one.dose_gy:g} | {one.alpha_beta_gy:g} | {quantity} | {one.expected} | {one.source} |"


def _coefficients() -> list[str]:
    """The table of RBE, with its evidence."""
    lines = [
        "## Coefficients of RBE",
        "",
        "offset + slope · (α/β)^power · LET_d, LET_d in keV/µm; the table `rbe.csv` of the edition.",
        "",
        "| model | limit | offset | slope | power | note | source | tier |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows():
        figures = f"{row.offset:g} | {row.slope:g} | {row.alpha_beta_power:g}"
        lines.append(
            f"| {row.model} | `{row.quantity}` | {figures} | {row.note} | {row.source_text} | {row.tier} |"
        )
    return lines


if __name__ == "__main__":
    write_cards()
    sys.stderr.write("Written: docs/science/models.md\n")
