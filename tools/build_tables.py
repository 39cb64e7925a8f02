"""The fact file of published figures comes in; the generated tables of one edition go out as CSV.

Usage::

    python tools/build_tables.py FACTS.yaml [--out src/graybook/tables/data/2026-11]

Needs PyYAML (a development dependency). Generates ``alpha_beta.csv``, ``reirradiation_limits.csv`` (with the notes of
``limit_notes.toml``), ``first_course_constraints.csv``, ``recovery.csv``, ``repair.csv``, ``repopulation.csv``, ``ntcp.csv``
(with ``evidence_notes.toml``) and ``sources.csv``; the other tables of an edition are kept by hand (see the README beside
them). Prints every constraint that was left out, with the reason.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped, unused-ignore]
from constraint_rows import constraint_rows
from evidence_rows import (
    NTCP_COLUMNS,
    RECOVERY_COLUMNS,
    REPAIR_COLUMNS,
    REPOPULATION_COLUMNS,
    ntcp_rows,
    recovery_rows,
    repair_rows,
    repopulation_rows,
)
from limit_rows import COLUMNS as LIMIT_COLUMNS
from limit_rows import limit_rows, number, verified

EDITION_FOLDER = Path(__file__).resolve().parents[1] / "src/graybook/tables/data/2026-11"

ALPHA_BETA_COLUMNS = (
    "tissue", "endpoint", "effect", "value_gy", "ci95_low_gy", "ci95_high_gy", "primary", "note",
    "source", "tier", "verified",
)  # fmt: skip
SOURCE_COLUMNS = ("key", "title", "doi", "pmid", "url")

TUMOUR_ENDPOINTS = ("bRFS", "local control", "pCR", "ipsilateral relapse")
OWN_SOURCES = (
    {
        "key": "ps315_2026c",
        "title": "DICOM PS3.15 2026c, Table E.1-1, Basic Application Level Confidentiality Profile: the action per"
        " attribute, as listed by dicom-anonymizer 2.1.0 (BSD-3-Clause, dicomfields_2026c)",
        "url": "https://pypi.org/project/dicom-anonymizer/2.1.0/",
    },
    {
        "key": "codexrt",
        "title": "HL7 CodeX Radiation Therapy STU2, examples XRTS-04 and XRTS-05 (CC0)",
        "url": "https://github.com/HL7/codex-radiation-therapy",
    },
    {
        "key": "codexrt_ig",
        "title": "HL7 CodeX Radiation Therapy implementation guide, STU2 (2.0.0): FSH sources of"
        " repository HL7/codex-radiation-therapy (CC0-1.0) at 067d500c, 0202e15, 7e76f10e,"
        " 40f8299f, b52c6a7c, and pages of the guide",
        "url": "https://github.com/HL7/codex-radiation-therapy",
    },
    {
        "key": "dale1985",
        "title": "Dale 1985, the application of the linear-quadratic dose-effect equation to fractionated and protracted"
        " radiotherapy, Br J Radiol 58:515-528",
        "doi": "10.1259/0007-1285-58-690-515",
    },
    {
        "key": "ebert_output",
        "title": "Ebert et al., linear-accelerator X-ray output: a multicentre chamber-based intercomparison study in Australia"
        " and New Zealand (abstract)",
        "doi": "10.1007/BF03178596",
    },
    {
        "key": "eqd2viewer",
        "title": "EQD2Viewer (ESAPI_EQD2Viewer at 9d8d8fc), DirQualityReport.cs, citing Bosma 2024",
    },
    {
        "key": "fhir_r4",
        "title": "HL7 FHIR R4 (4.0.1)",
        "url": "https://hl7.org/fhir/R4/",
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
        "key": "icrp107_sum",
        "title": "ICRP Publication 107, energies per decay summed over the spectra as shipped by the package icrp107-database"
        " 0.0.3, branches as shipped by radioactivedecay 0.6.1",
        "url": "https://pypi.org/project/icrp107-database/",
    },
    {
        "key": "lanconelli2012",
        "title": "Lanconelli et al. 2012, a database of voxel S-values, Phys Med Biol 57:517, as shipped by"
        " github.com/mghro/MIRDCalculation (MIT), MIRD/VoxelSValues",
        "url": "https://github.com/mghro/MIRDCalculation",
    },
    {
        "key": "latifi2018",
        "title": "Latifi et al. 2018, practical quantification of image registration accuracy following the AAPM TG-132 report"
        " framework, J Appl Clin Med Phys 19(4):125-133",
        "doi": "10.1002/acm2.12348",
        "pmid": "29882231",
    },
    {
        "key": "mcode_ig",
        "title": "HL7 mCODE implementation guide, STU4 (4.0.0): FSH sources of repository"
        " HL7/fhir-mCODE-ig (CC0-1.0) at 00536d6, 035f4b2c, and pages of the guide",
        "url": "https://github.com/HL7/fhir-mCODE-ig",
    },
    {
        "key": "mirdcalculation",
        "title": "github.com/MGHPhysicsResearch/MIRDCalculation (MIT), bioeffectRT/data",
        "url": "https://github.com/MGHPhysicsResearch/MIRDCalculation",
    },
    {
        "key": "osiris_ig",
        "title": "FHIR guide of OSIRIS, Institut national du cancer (facts only): FSH sources at"
        " 29bdb5f2, 474164865",
        "url": "https://github.com/InstitutNationalduCancer/ImplementationGuide_OsirisFHIR",
    },
    {
        "key": "pytheranostics",
        "title": "github.com/qurit/PyTheranostics (Apache-2.0), radiobiology.json",
        "url": "https://github.com/qurit/PyTheranostics",
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
    {
        "key": "thames1985",
        "title": "Thames 1985, an incomplete-repair model for survival after fractionated and continuous irradiations,"
        " Int J Radiat Biol 47:319-339",
        "url": "https://preview.concepedia.online/publication/W2070423003",
    },
    {
        "key": "us_core",
        "title": "HL7 US Core implementation guide 5.0.1, profile of a patient",
        "url": "https://hl7.org/fhir/us/core/STU5.0.1/StructureDefinition-us-core-patient.html",
    },
)


READ_SINCE: dict[str, dict[str, str]] = {
    "bioRT": {"title": "public repository BioRT (C#), documentation of its models"},
    "corsair2022": {
        "title": "CORSAIR: Bisello et al. 2022, Dose-Volume Constraints fOr oRganS At risk In Radiotherapy, Curr Oncol"
        " 29(10):7021-7050 (the constraints were read in the repository `subbu`, not here)",
        "doi": "10.3390/curroncol29100552",
        "pmid": "36290829",
    },
    "dvha": {"url": "https://pypi.org/project/dvha/"},
    "held2019": {"doi": "10.3390/cancers11122016"},
    "mayo_ptv": {
        "title": "Michalski et al. 2010, QUANTEC rectum, IJROBP 76(3 Suppl):S123-S129",
        "doi": "10.1016/j.ijrobp.2009.03.078",
    },
    "meijneke2013": {"doi": "10.1016/j.radonc.2013.03.015", "url": "https://repub.eur.nl/pub/64906"},
    "sahgal2012": {"url": "https://stanfordhealthcare.org/publications/979/97921.html"},
    "tg101": {
        "title": "AAPM TG-101 (Benedict et al. 2010), Med Phys 37:4078-4101; corrected in Med Phys 39:563 (10.1118/1.3671956)",
        "doi": "10.1118/1.3438081",
        "pmid": "20879569",
    },
    "yazici2013": {
        "doi": "10.1186/1748-717x-8-242",
        "url": "https://ro-journal.biomedcentral.com/articles/10.1186/1748-717X-8-242",
    },
}
"""Citations that the fact file has without an address or from memory, looked up when the rows were written."""


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


def source_row(key: str, entry: Mapping[str, Any]) -> dict[str, str]:
    """One row of ``sources.csv``."""
    title = re.sub(r"\(read [^;)]*; ", "(", str(entry["title"]))
    repository = re.match(r"github\.com/[\w.-]+/[\w.-]+", title)
    address = f"https://{repository.group()}" if repository else ""
    return {
        "key": key,
        "title": title,
        "doi": str(entry.get("doi", "")),
        "pmid": str(entry.get("pmid", "")),
        "url": str(entry.get("url", "")) or address,
        **READ_SINCE.get(key, {}),
    }


def write(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    """Write one table, in the order given."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def build(facts: Mapping[str, Any], out: Path, labels: frozenset[str] | None = None) -> list[str]:
    """Write the generated tables of one edition into a folder; a line for each constraint that was left out."""
    constraints, left_out = constraint_rows(facts, labels)
    tables = {
        "alpha_beta": (ALPHA_BETA_COLUMNS, [alpha_beta_row(row) for row in facts["alpha_beta"]]),
        "reirradiation_limits": (LIMIT_COLUMNS, limit_rows(facts)),
        "first_course_constraints": (LIMIT_COLUMNS, constraints),
        "recovery": (RECOVERY_COLUMNS, recovery_rows(facts)),
        "repair": (REPAIR_COLUMNS, repair_rows(facts)),
        "repopulation": (REPOPULATION_COLUMNS, repopulation_rows(facts)),
        "ntcp": (NTCP_COLUMNS, ntcp_rows(facts)),
    }
    out.mkdir(parents=True, exist_ok=True)
    for name, (columns, rows) in tables.items():
        write(out / f"{name}.csv", columns, rows)
    used = {row["source"] for _, rows in tables.values() for row in rows}
    used |= {str(row.get("seen_in", "")) for row in facts.get("constraints", ())}
    write(out / "sources.csv", SOURCE_COLUMNS, sources(facts, used))
    return left_out


def sources(facts: Mapping[str, Any], used: set[str]) -> list[dict[str, str]]:
    """The sources that some table cites, by key."""
    own = {row["key"] for row in OWN_SOURCES}
    cited = [
        source_row(key, entry) for key, entry in facts["sources"].items() if key in used and key not in own
    ]
    return sorted([*OWN_SOURCES, *cited], key=lambda row: row["key"])


def structure_labels(folder: Path) -> frozenset[str]:
    """Labels of TG-263 that the edition knows."""
    with (folder / "structure_names.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return frozenset(row[column] for row in rows for column in ("label", "pair") if row[column])


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("facts", type=Path, help="the YAML file of published figures")
    parser.add_argument("--out", type=Path, default=EDITION_FOLDER, help="folder of the edition")
    options = parser.parse_args()
    facts = yaml.safe_load(options.facts.read_text(encoding="utf-8"))
    left_out = build(facts, options.out, structure_labels(EDITION_FOLDER))
    heading = f"Left out of first_course_constraints.csv: {len(left_out)}"
    sys.stdout.write("\n".join([heading, *left_out, ""]))


if __name__ == "__main__":
    main()
