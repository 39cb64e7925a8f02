"""Real patients on the page: the figures of :mod:`validation.real` and of other programs come in; a part of the page goes out."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from graybook import __version__
from validation.programs import OTHERS
from validation.real import VARIABLE
from validation.real import measured as real_measured
from validation.real_peers import peers_measured
from validation.real_slicerrt import SHOWN, SYSTEMS
from validation.real_texts import in_cm3
from validation.sections import Options, plot, section, table

__all__ = ["measured"]

Figures = Mapping[str, Any]

INTRODUCTION = (
    "Two patients of SlicerRT's test data (a dose, the drawn contours, and the DVH tables of Eclipse and CERR for 22 structures), "
    "compared by the measure of SlicerRT's tests: the share of the tables' bins that have a point of Graybook's curve within 1 % "
    "of the structure's volume and 1 % of the highest dose (root of squares at most 1; Ebert 2010). And a complete clinical set "
    "with nine DVHs of its planning system. Neither system's curve is the truth: on small organs their volumes differ by a third."
)


def measured(options: Options) -> dict[str, Any]:
    """Both sets, the first beside other programs; a set that is not there is said."""
    found = real_measured()
    texts, tables, plots = [INTRODUCTION], [], []
    figures: dict[str, float] = {}
    versions = {"graybook": __version__}
    if found["missing"]:
        texts.append(
            f"Not run: {', '.join(found['missing'])} ({found.get('why', 'not in the folder of test data')})."
        )
    if "slicerrt_eclipse" in found:
        eclipse = found["slicerrt_eclipse"]
        tables.append(_totals(eclipse))
        if options.peers:
            peers, versions = peers_measured(Path(os.environ[VARIABLE]), options.work, OTHERS)
            tables.append(_peers(peers))
        tables += [_structures(one) for one in eclipse["patients"].values()]
        plots += [_curves(key, one) for key, one in eclipse["patients"].items()]
        texts += eclipse["texts"]
        figures |= _figures(eclipse)
    if "breast_complete" in found:
        breast = found["breast_complete"]
        tables.append(_breast(breast))
        texts += ["*The breast set beside its planning system.*", *breast["texts"]]
        figures["breast_percent"] = round(breast["agree_percent"], 2)
    return section(
        "Real patients", texts=texts, tables=tables, plots=plots, versions=versions, figures=figures
    )


def _totals(eclipse: Figures) -> dict[str, Any]:
    rows = []
    for one in eclipse["patients"].values():
        for system in SYSTEMS:
            total, itself = one["totals"][system], one["slicerrt_itself"].get(system)
            rows.append(
                [
                    f"{one['label']}, {system}",
                    total["bins"],
                    f"{total['agree_percent']:.2f}",
                    f"{total['wanted_percent']:.1f}",
                    f"{itself['agree_percent']:.2f}" if itself else "not published",
                    f"{total['own_reading_percent']:.2f}",
                    f"{total['slicerrt_arithmetic_percent']:.2f}",
                    f"{itself['slicerrt_arithmetic_percent']:.2f}" if itself else "not published",
                ]
            )
    return table(
        "Bins that agree, %",
        [
            "patient, system",
            "bins",
            "Graybook",
            "SlicerRT demands of itself",
            "SlicerRT's own curves",
            "contours read as that system reads them",
            "SlicerRT's arithmetic: Graybook",
            "SlicerRT's arithmetic: SlicerRT",
        ],
        rows,
        note="SlicerRT's thresholds were set in its own arithmetic (first text).",
    )


def _peers(peers: Mapping[str, Figures]) -> dict[str, Any]:
    """Every program on the same two patients."""
    first = next(iter(peers.values()))
    columns = list(first["agree_percent"])
    rows = [
        [
            name,
            *(f"{found['agree_percent'][column]:.2f}" for column in columns),
            found["in_band"],
            found["failed"],
        ]
        for name, found in peers.items()
    ]
    return table(
        "The same structures by other programs: bins that agree, %",
        ["program", *columns, "means in the band", "structures failed"],
        rows,
        note=(
            "Curves at steps of 0.01 Gy for all. A structure a program fails on counts with none of its bins. A program that, like "
            "CERR, takes prisms with half-slice caps comes nearer to CERR than Graybook does: Graybook's model was chosen by "
            "closed forms, to resemble neither system."
        ),
    )


def _structures(one: Figures) -> dict[str, Any]:
    rows = []
    for row in one["structures"]:
        cells = [row["name"], row["planes"]]
        cells += [
            in_cm3(value) for value in (row["volume_cm3"], *(row[system]["volume_cm3"] for system in SYSTEMS))
        ]
        cells += [
            f"{value:.3f}" for value in (row["mean_gy"], *(row[system]["mean_gy"] for system in SYSTEMS))
        ]
        for system in SYSTEMS:
            shares = (
                100.0 * row[system][reading]["agree"] / row[system][reading]["bins"]
                for reading in ("default", "own_reading")
            )
            apart = (row[system][reading]["mean_apart_percent"] for reading in ("default", "own_reading"))
            cells += [
                " / ".join(f"{share:.1f}" for share in shares),
                " / ".join(f"{value:.3f}" for value in apart),
            ]
        rows.append(cells)
    return table(
        f"{one['label'].capitalize()}, by structure",
        [
            "structure",
            "planes",
            "V, cm³",
            "V CERR",
            "V Eclipse",
            "mean, Gy",
            "mean CERR",
            "mean Eclipse",
            "CERR: bins, %",
            "CERR: apart, %",
            "Eclipse: bins, %",
            "Eclipse: apart, %",
        ],
        rows,
        note=(
            "Pairs: Graybook / the contours read as that system reads them. Apart: mean distance of the curves in % of volume. "
            "Means of the tables as printed, CERR's one bin (0.1 Gy) low."
        ),
    )


def _breast(breast: Figures) -> dict[str, Any]:
    rows = []
    for row in breast["structures"]:
        ours, theirs = row["graybook"], row["planning_system"]
        pairs = (
            f"{in_cm3(ours['volume_cm3'])} / {in_cm3(theirs['volume_cm3'])}",
            in_cm3(row["without_caps"]["volume_cm3"]),
        )
        doses = (f"{ours[name]:.3f} / {theirs[name]:.3f}" for name in ("min_gy", "mean_gy", "max_gy"))
        shares = (100.0 * row[name] / row["bins"] for name in ("agree", "agree_own_reading"))
        rows.append(
            [
                row["name"],
                row["planes"],
                *pairs,
                *doses,
                row["bins"],
                " / ".join(f"{one:.1f}" for one in shares),
            ]
        )
    return table(
        "Breast: Graybook / the planning system",
        [
            "structure",
            "planes",
            "V, cm³",
            "V without caps",
            "min, Gy",
            "mean, Gy",
            "max, Gy",
            "bins",
            "bins, %",
        ],
        rows,
        note="Bins: Graybook / no caps and doses counted into the nearest bin.",
    )


def _curves(key: str, one: Figures) -> dict[str, Any]:
    dose: Sequence[float] = one["curves"]["dose_gy"]
    return plot(
        f"real-{one['label'].replace(' ', '-')}",
        f"{SHOWN[key]} ({one['label']})",
        x="dose, Gy",
        y="volume, %",
        series=[(name, dose, curve) for name, curve in one["curves"].items() if name != "dose_gy"],
    )


def _figures(eclipse: Figures) -> dict[str, float]:
    found = {
        f"{key}_{system}_percent": round(one["totals"][system]["agree_percent"], 2)
        for key, one in eclipse["patients"].items()
        for system in SYSTEMS
    }
    rows = [row for one in eclipse["patients"].values() for row in one["structures"]]
    return {**found, "means_in_band_of_22": sum(row["in_band"] for row in rows)}
