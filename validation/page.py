"""Pages: the stored results of every part come in; pages of docs/science and their plots go out. No figure is made here."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

__all__ = [
    "ALIGNMENT",
    "BIOLOGY",
    "DECAY",
    "DVH",
    "MARK",
    "NUCLEAR_PHANTOM",
    "UNCERTAINTY",
    "VOXEL_S",
    "Head",
    "rendered",
    "write_plots",
]

MARK = "<!-- written by ./run validation from validation/results; do not edit -->"


@dataclass(frozen=True, kw_only=True)
class Head:
    """What a page begins with; ``name`` is its file's, and that of the folder of its plots beside it."""

    name: str
    title: str
    texts: tuple[str, ...]


DVH = Head(
    name="dvh-accuracy",
    title="How exact, how fast",
    texts=(
        "Graybook and other programs on the same cases in the same run, beside the published figures. `./run validation` installs "
        "the other programs in environments of their own, runs everything and writes this page; every figure comes from its "
        "results. What a stack of contours means is one model everywhere ([decision 2](../decisions/0002-slice-model.md)).",
        "A program that fails on a case is counted as failing there and named; none is left out.",
    ),
)

ALIGNMENT = Head(
    name="alignment-accuracy",
    title="How exact an alignment is, and how far to trust it",
    texts=(
        "Graybook and other programs on the same pairs of images in the same run. `./run validation --only alignment` runs all "
        "of it and writes this page; every figure comes from its results. plastimatch and elastix are Debian's, platipy has an "
        "environment of its own, each with two threads.",
        "A program that fails on a pair is named; none is left out.",
    ),
)

BIOLOGY = Head(
    name="biology-speed",
    title="How fast the biology is",
    texts=(
        "From physical dose to equieffective dose, on grids and on the samples of structures. `./run validation --only biology` "
        "runs all of it and writes this page; every figure comes from its results. The models themselves, with their test "
        "values, are on [their own page](models.md).",
    ),
)

UNCERTAINTY = Head(
    name="uncertainty",
    title="How sure we are, and whether that is true",
    texts=(
        "`graybook assess --uncertainty` draws what is random and spans what is not known. **Random**: where the dose of an "
        "earlier course lies on the anatomy (a smooth field of displacements, one for each course and sample, shared by all "
        "organs, of which 95 % keep within the alignment's error); how much dose its plan and its delivery gave (one factor "
        "each). **Not known, never drawn**: α/β, numbers of fractions, recovery, the order of phases. Each of these is computed "
        "on the same draws, with one α/β for all courses and points of a tissue, so that a chance is a range.",
        "**Correlation.** Errors at two points are alike by exp(-r²/2c²) at a distance r. By default c is 30 mm. No published "
        "figure for it could be read; it is our own choice, and can be set. How alike residuals were on one real pair of images "
        "stands below. A longer c makes bands of means wider.",
        "**Where it is followed.** Maxima and near-maxima of up to 2 cm³ at those 1,500 points that can be hottest when courses "
        "move by their 95 % error, all else at 1,500 points spread evenly; what changes there is laid upon the value at all "
        "points.",
        "`./run validation --only uncertainty` runs all of it and writes this page; every figure comes from its results.",
    ),
)

DECAY = Head(
    name="decay-accuracy",
    title="How exact decay data and chains are",
    texts=(
        "What [decay, local deposition and α chains](decay.md) describes, beside another program and published doses. "
        "`./run validation --only decay_chains` runs it and writes this page; every figure comes from its results.",
    ),
)

VOXEL_S = Head(
    name="voxel-s",
    title="Voxel S-values, and the energy they hold",
    texts=(
        "The dose of a voxel is the sum over all voxels of time-integrated activity times the S-value at their distance (MIRD "
        "Pamphlet 17). The kernels are those of Lanconelli et al. 2012 as an MIT-licensed repository ships them: ⁹⁰Y, ¹³¹I and "
        "¹⁷⁷Lu, soft tissue and compact bone, 13 voxel sizes, 11 × 11 × 11 voxels; their publication was not read here.",
        "**The medium is uniform.** A kernel of soft tissue knows no bone, lung or air. Which of the two media, and its density, "
        "is named with every dose.",
        "**Voxels are those of the kernel, or they are refused.** A kernel of 4.42 mm on voxels of 4.6 mm would give 12.7 % too "
        "much. Each edge has to be within 0.25 % of the kernel's, and the dose then is that of the voxel's own mass. Who asks for "
        "it (`resampled_voxel_s_dose`) gets voxels of other shapes too, and the result says how. Cubes between two sizes of the "
        "table get a kernel between the two: the energy that each of its voxels holds is straight in the logarithms of energy "
        "and size. Other voxels are resampled: their activity goes into cubes by the volume that old and new voxels share, the "
        "dose comes back in the same way, and no activity or energy is gained or lost. The cubes have the edge that two sides "
        "of a voxel share.",
        "**What falls outside the image is said** (`lost_at_border`, a share of the energy), and so is how far the kernel reaches: "
        "what photons give beyond 5½ voxels is in no dose.",
        "**Once blurred is enough.** A kernel spreads the activity that it is given. Emission images are blurred by the camera "
        "already, so small lesions lose twice; on an image whose blur is wider than the range of the electrons, local deposition "
        "is the better choice: compare both.",
        "`./run validation --only voxel_s` runs all of it and writes this page; every figure comes from its results.",
    ),
)

NUCLEAR_PHANTOM = Head(
    name="nuclear-phantom",
    title="From SPECT to dose: a digital phantom",
    texts=(
        "Quantitative SPECT of known activity, written as DICOM by a generator that uses nothing of Graybook, goes the way of "
        "`graybook nuclear`. `./run validation --only nuclear_phantom` runs all of it and writes this page; "
        "every figure comes from "
        "its results. The same phantom in other files (PET in BQML with each decay correction, counts with a "
        "calibration, segments, "
        "¹³¹I and ⁹⁰Y) is a test: `tests/science/test_spect_phantom.py`.",
    ),
)

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
SIGNS = ("o", "^", "s", "v", "D", "P", "X")


def rendered(results: Mapping[str, Mapping[str, Any]], head: Head = DVH) -> str:
    """A page's text from the results by part, in their order."""
    lines = [f"# {head.title}", "", MARK]
    for text in head.texts:
        lines += ["", text]
    for result in results.values():
        lines += ["", *_part(result, head.name)]
    return "\n".join(lines) + "\n"


def write_plots(folder: Path, results: Mapping[str, Mapping[str, Any]]) -> None:
    """Draw every plot as SVG, the same bytes for the same results; what other results drew goes."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.svg"):
        path.unlink()
    for result in results.values():
        for plot in result.get("section", {}).get("plots", ()):
            draw = _draw_pictures if "panels" in plot else _draw
            draw(plot, folder / f"{plot['name']}.svg")


def _part(result: Mapping[str, Any], folder: str) -> list[str]:
    section = result.get("section")
    if section is None:
        return [f"## {result['part']}", "", f"This part failed on {result['date']}: {result['failed']}"]
    versions = ", ".join(f"{name} {version}" for name, version in section["versions"].items())
    lines = [f"## {section['title']}", "", f"*Run on {result['date']}, {result['machine']}. {versions}*"]
    for text in section["texts"]:
        lines += ["", text]
    for table in section["tables"]:
        lines += ["", *_table(table)]
    for plot in section["plots"]:
        lines += ["", f"![{plot['title']}]({folder}/{plot['name']}.svg)"]
    return lines


def _table(table: Mapping[str, Any]) -> list[str]:
    lines = [f"**{table['title']}**", ""]
    if table["rows"]:
        lines.append("| " + " | ".join(table["columns"]) + " |")
        lines.append("|" + "---|" * len(table["columns"]))
        lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in table["rows"]]
    else:
        lines.append("None.")
    return [*lines, "", table["note"]] if table["note"] else lines


def _draw(plot: Mapping[str, Any], path: Path) -> None:
    with mpl.rc_context({"svg.hashsalt": "graybook", "font.size": 9, "svg.fonttype": "none"}):
        figure = Figure(figsize=(7.5, 3.8), layout="constrained")
        axes = figure.add_subplot()
        for k, series in enumerate(plot["series"]):
            colour, sign = COLOURS[k % len(COLOURS)], SIGNS[k % len(SIGNS)]
            if plot["points"]:
                style: dict[str, Any] = {"marker": sign, "linestyle": "none", "markersize": 3.0, "alpha": 0.7}
            else:
                style = {"marker": sign if len(series["x"]) < 30 else "", "markersize": 4.0, "linewidth": 1.2}
            axes.plot(series["x"], series["y"], label=series["name"], color=colour, **style)
        if plot["logarithmic"]:
            axes.set_xscale("log")
            axes.set_yscale("log")
        if plot["ticks"]:
            axes.set_xticks(range(len(plot["ticks"])), plot["ticks"])
        axes.set_xlabel(plot["x"])
        axes.set_ylabel(plot["y"])
        axes.set_title(plot["title"], fontsize=9)
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8)
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})


def _draw_pictures(plot: Mapping[str, Any], path: Path) -> None:
    rows = plot["panels"]
    with mpl.rc_context({"svg.hashsalt": "graybook", "font.size": 8, "svg.fonttype": "none"}):
        figure = Figure(figsize=(7.5, 2.6 * len(rows)), layout="constrained")
        axes = figure.subplots(len(rows), len(rows[0]), squeeze=False)
        for across, row in zip(axes, rows, strict=True):
            for one, panel in zip(across, row, strict=True):
                grey = np.frombuffer(base64.b64decode(panel["grey"]), dtype=np.uint8).reshape(panel["shape"])
                one.imshow(grey, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
                one.plot(
                    [(grey.shape[1] - 1) / 2], [(grey.shape[0] - 1) / 2], "+", color=COLOURS[1], markersize=12
                )
                one.set_title(panel["words"], fontsize=8)
                one.set_axis_off()
        figure.suptitle(plot["title"], fontsize=9)
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
