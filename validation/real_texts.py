"""What remains between Graybook and other systems on real patients: figures of a run come in; sentences for the page go out.

The sentences are written by hand, every figure in them comes from the run. A cause is named only where a reading of the
contours with that one cause put in reproduces the other system's bins; what no reading reproduces is called unexplained.
"""

from __future__ import annotations

from statistics import median
from typing import Any

__all__ = ["breast_texts", "in_cm3", "slicerrt_texts"]

Figures = dict[str, Any]


def in_cm3(volume: float) -> str:
    """A volume as it is shown, three decimals below 10 cm³ and none from 1000."""
    return f"{volume:.{3 - sum(volume >= limit for limit in (10.0, 100.0, 1000.0))}f}"


def slicerrt_texts(found: Figures) -> list[str]:
    """One text per remaining difference of the 22 structures."""
    rows = [row for one in found["patients"].values() for row in one["structures"]]
    return [
        _arithmetic(found),
        _cerr(rows),
        _eclipse(rows),
        *(text for one in found["patients"].values() for text in _bins(one)),
        _means(rows),
        _volumes(rows),
    ]


def _arithmetic(found: Figures) -> str:
    parts = []
    for one in found["patients"].values():
        for system, total in one["totals"].items():
            own = one["slicerrt_itself"].get(system)
            itself = (
                f"; SlicerRT's own published curves {own['agree_percent']:.2f} % and "
                f"{own['slicerrt_arithmetic_percent']:.2f} %"
                if own
                else ""
            )
            parts.append(
                f"{one['label'].capitalize()}, {system}: {total['agree_percent']:.2f} % by the definition, "
                f"{total['slicerrt_arithmetic_percent']:.2f} % by SlicerRT's arithmetic{itself} "
                f"(SlicerRT demands {total['wanted_percent']:.1f} %)"
            )
    return (
        "**Which 1 %.** The definition (Ebert 2010) takes 1 % of the structure's volume. SlicerRT's test divides percentages by "
        "a hundredth of the volume in cm³ instead, so that its tolerance is right for 100 cm³, a third of that for a rectum, "
        "next to nothing for a lens and without limit for a body; its thresholds were set that way. "
        + ". ".join(parts)
        + "."
        + "".join(_missed(one, system) for one in found["patients"].values() for system in one["totals"])
    )


def _missed(one: Figures, system: str) -> str:
    """Which structure keeps Graybook below SlicerRT's demand in SlicerRT's arithmetic, where one does."""
    total = one["totals"][system]
    if total["slicerrt_arithmetic_percent"] >= total["wanted_percent"]:
        return ""
    lost = {
        row["name"]: row[system]["default"]["bins"] - row[system]["default"]["agree_slicerrt_arithmetic"]
        for row in one["structures"]
    }
    worst = max(lost, key=lambda name: lost[name])
    volume = next(row[system]["volume_cm3"] for row in one["structures"] if row["name"] == worst)
    return (
        f" {one['label'].capitalize()}, {system}, misses that demand in that arithmetic: {lost[worst]} of the {sum(lost.values())} "
        f"bins lost are those of {worst}, where it asks for {volume / 100.0:.2f} % of the volume; read as {system} reads contours, "
        f"{total['slicerrt_arithmetic_own_reading_percent']:.2f} % agree."
    )


def _cerr(rows: list[Figures]) -> str:
    lower = [row["CERR"]["lower_gy"] for row in rows if row["CERR"]["lower_gy"] is not None]
    apart = [row["Eclipse"]["mean_gy"] - row["CERR"]["mean_gy"] for row in rows]
    before, after = (
        median(row["CERR"][kind]["mean_apart_percent"] for row in rows) for kind in ("default", "own_reading")
    )
    return (
        f"**CERR lists its volumes one bin too low.** Its curves lie {median(lower):.2f} Gy (median of {len(lower)} "
        f"structures) below Graybook's, and its means {median(apart):.2f} Gy below Eclipse's. Its source counts a "
        "dose into the bin whose upper edge it does not exceed; a cumulative curve that leaves the bin itself out, listed at its "
        "lower edge, is one bin of 0.1 Gy low. The rest is as if the dose of a whole slice were that in its contour's plane, on "
        "prisms with half-slice caps. A curve made so lies "
        f"{after:.3f} % of the volume from CERR's (median over structures of the mean distance), Graybook's {before:.3f} %."
    )


def _eclipse(rows: list[Figures]) -> str:
    usual, bare = (
        {
            row["name"]: 100.0 * (row["Eclipse"][reading]["volume_cm3"] / row["Eclipse"]["volume_cm3"] - 1.0)
            for row in rows
        }
        for reading in ("default", "own_reading")
    )
    rest = sum(row["Eclipse"]["own_reading"]["disagree_undamaged"] for row in rows)
    return (
        "**Eclipse ends a structure in its first and last plane.** Graybook's volumes are "
        f"{median(usual.values()):+.1f} % of Eclipse's (median; largest {_largest(usual)}); the same contours as prisms "
        f"without caps {median(bare.values()):+.1f} % (largest {_largest(bare)}; Eclipse prints tenths of a cm³, but for Dose 5200 "
        "the two digits of CERR's table). "
        f"Read so, {rest} undamaged bins of all structures disagree. The caps are Graybook's choice: a drawn end stands for half "
        "a slice of tissue, and CERR takes it so too."
    )


def _largest(differences: dict[str, float]) -> str:
    name = max(differences, key=lambda name: abs(differences[name]))
    return f"{differences[name]:+.0f} %, {name}"


def _bins(one: Figures) -> list[str]:
    texts = []
    for system in ("CERR", "Eclipse"):
        damaged = [row for row in one["structures"] if row[system]["default"]["damaged_bins"]]
        lost = sum(
            row[system]["default"]["bins"]
            - row[system]["default"]["agree"]
            - row[system]["default"]["disagree_undamaged"]
            for row in damaged
        )
        if damaged:
            texts.append(
                f"**{one['label'].capitalize()}, {system}: a damaged row.** One row of the published table names a dose below "
                f"that of the row before it, for {len(damaged)} structures; {lost} of its bins can agree with no curve."
            )
        texts += [
            _structure(one["label"], system, row) for row in one["structures"] if _off(row, system, "default")
        ]
    return texts


def _off(row: Figures, system: str, reading: str) -> int:
    return int(row[system][reading]["disagree_undamaged"])


def _structure(label: str, system: str, row: Figures) -> str:
    usual, own = row[system]["default"], row[system]["own_reading"]
    count = usual["disagree_undamaged"]
    convention = (
        "prisms without caps" if system == "Eclipse" else "capped prisms with the dose of the contour's plane"
    )
    size = f"{row['planes']} planes, {in_cm3(usual['volume_cm3'])} cm³ against {in_cm3(row[system]['volume_cm3'])} cm³"
    left = own["disagree_undamaged"]
    cause = (
        f"all of them agree when the contours are taken as {convention} ({in_cm3(own['volume_cm3'])} cm³)"
        if left == 0
        else f"taken as {convention} ({in_cm3(own['volume_cm3'])} cm³) {left} remain, unexplained"
    )
    return (
        f"**{label.capitalize()}, {system}, {row['name']}.** {count} of {usual['bins']} bins, {usual['from_gy']:.1f} to "
        f"{usual['to_gy']:.1f} Gy ({size}): {cause}."
    )


def _means(rows: list[Figures]) -> str:
    printed = [row["name"] for row in rows if not row["in_band_as_printed"]]
    raised = [row["name"] for row in rows if not row["in_band"]]
    worst = (
        max(abs(row["mean_gy"] - row["Eclipse"]["mean_gy"]) for row in rows if not row["in_band_as_printed"])
        if printed
        else 0.0
    )
    text = (
        f"**Means.** {len(rows) - len(raised)} of {len(rows)} means lie in the band from CERR's to Eclipse's mean, widened by "
        "1 %, once CERR's doses are raised by their missing bin"
    )
    text += f" (outside: {', '.join(raised)})." if raised else "."
    if printed:
        text += (
            f" With the table as printed {len(rows) - len(printed)} do; the others ({', '.join(printed)}) are "
            f"structures of low dose, at most {worst:.2f} Gy from Eclipse, where a bin of CERR's is more than 1 %."
        )
    return text


def _volumes(rows: list[Figures]) -> str:
    larger = [
        f"{row['name']} {in_cm3(row['volume_cm3'])} against {in_cm3(row['CERR']['volume_cm3'])} cm³"
        for row in rows
        if row["volume_cm3"] > 1.02 * max(row["CERR"]["volume_cm3"], row["Eclipse"]["volume_cm3"])
    ]
    if not larger:
        return "**Volumes.** No volume is more than 2 % above both systems'."
    return (
        "**Volumes.** More than 2 % above both systems' (CERR has half-slice caps): "
        + "; ".join(larger)
        + ". Structures of a few planes, where the default model carries the section's change on into a tapering cap."
    )


def breast_texts(found: Figures) -> list[str]:
    """One text per remaining difference of the nine structures."""
    rows = found["structures"]
    texts = [
        f"**Agreement.** {found['agree_percent']:.2f} % of {found['bins']} bins (1 % of volume, 1 % of the highest dose); "
        f"{found['agree_of_own_maximum_percent']:.2f} % with 1 % of each structure's own maximum; "
        f"{found['agree_own_reading_percent']:.2f} % with the planning system's conventions put in: no caps, bins half a bin low."
    ]
    bare, counted = (
        median(row["mean_apart_percent"][kind] for row in rows)
        for kind in ("without_caps", "without_caps_nearest_bins")
    )
    texts.append(
        "**Half a bin.** The file's curves lie half a bin (5 mGy) low: it counts doses into the nearest bin, and those nearest to "
        "0 Gy nowhere. Done so, the curve of the contours without caps comes nearer to the file's, from "
        f"{bare:.3f} to {counted:.3f} % of the volume (median over structures of the mean distance)."
    )
    body = next((row for row in rows if row["name"] == "BODY"), None)
    if body is not None:
        volumes = (body["graybook"]["volume_cm3"], body["planning_system"]["volume_cm3"])
        texts.append(
            f"**BODY.** {volumes[0]:.0f} against {volumes[1]:.0f} cm³: the curve's first bin holds what receives "
            f"5 mGy or more; Graybook finds {body['volume_above_5_mgy_cm3']:.0f} cm³ of that. "
            f"{body['outside_grid_cm3']:.0f} cm³ lie outside the dose grid."
        )
    off = [
        100.0 * (row["graybook"]["volume_cm3"] / row["planning_system"]["volume_cm3"] - 1.0)
        for row in rows
        if row is not body
    ]
    bare = [
        100.0 * (row["without_caps"]["volume_cm3"] / row["planning_system"]["volume_cm3"] - 1.0)
        for row in rows
        if row is not body
    ]
    texts.append(
        "**Caps.** Without caps the volumes are "
        f"{median(bare):+.1f} % of the planning system's (median), with Graybook's caps {median(off):+.1f} %: it, too, ends a "
        "structure in its last planes, or nearly so."
    )
    texts.append(_extremes(rows, found["max_gy"]))
    return texts + [_breast_structure(row) for row in rows if row["agree"] < row["bins"]]


def _extremes(rows: list[Figures], highest_gy: float) -> str:
    parts = []
    for key, name in (("min_gy", "minimum"), ("max_gy", "maximum")):
        row = max(rows, key=lambda row: abs(row["graybook"][key] - row["planning_system"][key]))
        parts.append(
            f"largest difference of a {name} {row['graybook'][key] - row['planning_system'][key]:+.2f} Gy, {row['name']} "
            f"({row['graybook'][key]:.2f} against {row['planning_system'][key]:.2f} Gy; without caps "
            f"{row['without_caps'][key]:.2f} Gy)"
        )
    means = max(abs(row["graybook"]["mean_gy"] - row["planning_system"]["mean_gy"]) for row in rows)
    return (
        f"**Extremes and means.** {'; '.join(parts)}; largest difference of a mean {means:.3f} Gy. Graybook's extremes include the "
        f"contours themselves and the ends of the caps. The highest voxel of the dose is {highest_gy:.3f} Gy."
    )


def _breast_structure(row: Figures) -> str:
    left = row["bins"] - row["agree_own_reading"]
    bare, other = row["without_caps"], row["planning_system"]
    if left == 0:
        rest = "all agree without caps and with the half bin put right."
    else:
        rest = (
            f"{left} remain without caps and with the half bin put right; volume then {in_cm3(bare['volume_cm3'])} against "
            f"{in_cm3(other['volume_cm3'])} cm³, unexplained: how it rasterises contours the file does not say."
        )
    return (
        f"**{row['name']}.** {row['bins'] - row['agree']} of {row['bins']} bins ({row['planes']} planes, "
        f"{in_cm3(row['graybook']['volume_cm3'])} against {in_cm3(other['volume_cm3'])} cm³): {rest}"
    )
