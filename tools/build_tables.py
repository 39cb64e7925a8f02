"""The fact file of published figures comes in; the generated tables of one edition go out as CSV.

Usage::

    python tools/build_tables.py FACTS.yaml [--out src/graybook/tables/data/2026-11]

Needs PyYAML (a development dependency). Generates ``alpha_beta.csv``, ``reirradiation_limits.csv`` and
``sources.csv``; the other tables of an edition are kept by hand (see the README beside them).
"""

from __future__ import annotations

import argparse
import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped, unused-ignore]

EDITION_FOLDER = Path(__file__).resolve().parents[1] / "src/graybook/tables/data/2026-11"
PRIMARY_TIERS = ("primary-table", "primary-abstract", "derivation")

ALPHA_BETA_COLUMNS = (
    "tissue", "endpoint", "effect", "value_gy", "ci95_low_gy", "ci95_high_gy", "primary", "note",
    "source", "tier", "verified",
)  # fmt: skip
LIMIT_COLUMNS = (
    "namespace", "organ", "metric", "op", "low", "high", "unit", "alpha_beta_gy", "origin", "note",
    "source", "tier", "verified",
)  # fmt: skip
SOURCE_COLUMNS = ("key", "title", "doi", "pmid", "url")

TUMOUR_ENDPOINTS = ("bRFS", "local control", "pCR", "ipsilateral relapse")
UNITS = {
    "Gy EQD2 cumulative": "Gy EQD2",
    "Gy EQD2": "Gy EQD2",
    "Gy_3 BED": "Gy BED",
    "Gy physical": "Gy physical, re-irradiation course only",
    "Gy": "Gy as reported",
    "%": "%",
}
OWN_SOURCES = (
    {
        "key": "codexrt",
        "title": "HL7 CodeX Radiation Therapy STU2, examples XRTS-04 and XRTS-05 (CC0)",
        "url": "https://github.com/HL7/codex-radiation-therapy",
    },
    {
        "key": "eqd2viewer",
        "title": "EQD2Viewer (ESAPI_EQD2Viewer at 9d8d8fc), DirQualityReport.cs, citing Bosma 2024",
    },
    {
        "key": "fowler1989",
        "title": "Fowler 1989, the linear-quadratic formula and progress in fractionated radiotherapy, Br J Radiol 62:679-694",
    },
    {
        "key": "fred",
        "title": "FRED Monte Carlo, documentation of its RBE models",
        "url": "https://www.fred-mc.org",
    },
    {"key": "graybook", "title": "Graybook's own assignment, not a published figure"},
    {
        "key": "hytec_cord2021",
        "title": "Sahgal et al. 2021 HyTEC spinal cord, IJROBP 110(1):124",
        "doi": "10.1016/j.ijrobp.2019.09.038",
        "pmid": "31606528",
    },
    {
        "key": "latifi2018",
        "title": "Latifi et al. 2018, practical quantification of image registration accuracy following the AAPM TG-132 report"
        " framework, J Appl Clin Med Phys 19(4):125-133",
        "doi": "10.1002/acm2.12348",
        "pmid": "29882231",
    },
    {
        "key": "pytrip",
        "title": "PyTRiP98 3.11.0, pytrip/models/proton.py (GPL-3; used for facts only)",
        "url": "https://github.com/pytrip/pytrip",
    },
    {
        "key": "registrationqa",
        "title": "ESAPI_RegistrationQA, catalogue of metrics, quoting AAPM TG-132 Table III",
        "url": "https://github.com/davidpadron76/ESAPI_RegistrationQA",
    },
    {
        "key": "saifuddin1998",
        "title": "Saifuddin et al. 1998, variation of position of the conus medullaris in adults, MRI, Spine 23:1452-1456",
        "doi": "10.1097/00007632-199807010-00005",
    },
    {
        "key": "tg263",
        "title": "AAPM TG-263 structure names (Mayo et al. 2018), as listed by the package tg263 0.2.0 (MIT)",
        "url": "https://www.aapm.org/pubs/reports/RPT_263.pdf",
    },
)


def verified(tier: str) -> str:
    """Whether the figure was read in the primary publication, in the words of the tables."""
    return "primary checked" if tier in PRIMARY_TIERS else "primary not checked"


def number(value: object) -> str:
    """A number as text without a trailing ``.0``; nothing gives nothing."""
    return "" if value is None else f"{float(str(value)):g}"


def effect(row: Mapping[str, Any]) -> str:
    """``tumour``, ``acute`` or ``late``, from the endpoint as the facts word it."""
    if row["endpoint"] in TUMOUR_ENDPOINTS:
        return "tumour"
    return "acute" if "acute" in row["endpoint"] or row["tissue"] == "blood/lymphocytes" else "late"


def alpha_beta_row(row: Mapping[str, Any]) -> dict[str, str]:
    """One row of ``alpha_beta.csv``."""
    low, high = row.get("ci95", (None, None))
    notes = [str(row["note"])] if "note" in row else []
    if str(row.get("primary_attribution", "")).startswith("MEMORY"):
        notes.append("study name not confirmed in the source")
    return {
        "tissue": row["tissue"],
        "endpoint": row["endpoint"],
        "effect": effect(row),
        "value_gy": number(row["value"]),
        "ci95_low_gy": number(low),
        "ci95_high_gy": number(high),
        "primary": row.get("primary", ""),
        "note": "; ".join(notes),
        "source": row["source"],
        "tier": row["tier"],
        "verified": verified(row["tier"]),
    }


def span(value: Any) -> tuple[object, object]:
    """Low and high of a figure given as a number, a pair, or a median with its maximum."""
    if isinstance(value, Mapping):
        return value["median"], value.get("max")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return value[0], value[1]
    return value, value


def limit_row(row: Mapping[str, Any]) -> dict[str, str] | None:
    """One row of ``reirradiation_limits.csv``, or None for a row that is neither a limit nor a dose."""
    unit = UNITS.get(row["unit"])
    if unit is None or "de novo" in row["metric"]:
        return None
    low, high = span(row["value"])
    observed = row["op"] is None
    return {
        "namespace": "observed dose" if observed else "cumulative limit",
        "organ": row["organ"],
        "metric": row["metric"],
        "op": row["op"] or "",
        "low": number(low),
        "high": "" if observed and low is high else number(high),
        "unit": unit,
        "alpha_beta_gy": number(row.get("alpha_beta")),
        "origin": row.get("column", ""),
        "note": "; ".join(str(row[key]) for key in ("evidence", "note") if key in row),
        "source": row["source"],
        "tier": row["tier"],
        "verified": verified(row["tier"]),
    }


def source_row(key: str, entry: Mapping[str, Any]) -> dict[str, str]:
    """One row of ``sources.csv``."""
    title = re.sub(r"\(read [^;)]*; ", "(", str(entry["title"]))
    doi = str(entry.get("doi", ""))
    return {
        "key": key,
        "title": title,
        "doi": doi,
        "pmid": str(entry.get("pmid", "")),
        "url": str(entry.get("url", "")),
    }


def write(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    """Write one table, in the order given."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def build(facts: Mapping[str, Any], out: Path) -> None:
    """Write the generated tables of one edition into a folder."""
    ratios = [alpha_beta_row(row) for row in facts["alpha_beta"]]
    limits = [built for row in facts["reirradiation_limits"] if (built := limit_row(row)) is not None]
    used = {row["source"] for row in (*ratios, *limits)}
    cited = [source_row(key, entry) for key, entry in facts["sources"].items() if key in used]
    out.mkdir(parents=True, exist_ok=True)
    write(out / "alpha_beta.csv", ALPHA_BETA_COLUMNS, ratios)
    write(out / "reirradiation_limits.csv", LIMIT_COLUMNS, limits)
    write(out / "sources.csv", SOURCE_COLUMNS, sorted([*OWN_SOURCES, *cited], key=lambda row: row["key"]))


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("facts", type=Path, help="the YAML file of published figures")
    parser.add_argument("--out", type=Path, default=EDITION_FOLDER, help="folder of the edition")
    options = parser.parse_args()
    build(yaml.safe_load(options.facts.read_text(encoding="utf-8")), options.out)


if __name__ == "__main__":
    main()
