"""The table of published doses per activity."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from graybook.errors import InputError
from graybook.tables.agent_names import agent_named
from graybook.tables.organ_dose_per_activity import doses_per_activity, indications, published_intervals
from graybook.tables.structure_names import tg263_name


@pytest.mark.parametrize(
    ("organ", "low", "high"), [("Kidneys", 0.27, 0.91), ("Liver", 0.12, 2.26), ("BoneMarrow", 0.01, 0.09)]
)
def test_dotatate_is_the_range_of_the_twelve_patients(organ: str, low: float, high: float) -> None:
    """EJNMMI Research 2018 (10.1186/s13550-018-0459-4), abstract: mGy/MBq in brackets; the other series lies within."""
    found = {one.organ: one for one in published_intervals("Lu-177", "DOTATATE")}[organ]
    assert (found.low_gy_per_gbq, found.high_gy_per_gbq) == (low, high)
    assert "10.1186/s13550-018-0459-4" in found.source


def test_series_that_disagree_give_the_span_of_both() -> None:
    """Spleen: 0.42 to 0.89 in twelve patients and 1.17 ± 0.14 in 61 share hardly a value: the interval holds and names both."""
    spleen = next(one for one in published_intervals("Lu-177", "Lutathera") if one.organ == "Spleen")
    assert (spleen.low_gy_per_gbq, spleen.high_gy_per_gbq) == (0.42, 1.45)
    assert len(spleen.rows) == 2
    assert "n = 12" in spleen.source
    assert "n = 61" in spleen.source


def test_iodide_needs_its_disease() -> None:
    """Blood doses are of patients with thyroid cancer; without the disease there is no row, nor for iodine of unknown form."""
    assert published_intervals("I-131", "iodide") == ()
    assert published_intervals("I-131", "") == ()
    assert indications("I-131", "NaI") == ("thyroid cancer",)
    assert published_intervals("I-131", "iodure", "hyperthyroidism") == ()
    assert published_intervals("I-131", "iodure", "Cancer de la thyroïde")
    (blood,) = published_intervals("I-131", "sodium iodide", "Thyroid cancer")
    assert (blood.organ, blood.low_gy_per_gbq, blood.high_gy_per_gbq) == ("Blood", 0.057, 0.172)


def test_half_lives_that_nobody_published_stay_open() -> None:
    """No effective half-life was read beside the doses: both ends are open, not filled with a customary value."""
    for one in published_intervals("Lu-177", "DOTATATE"):
        assert one.half_life_h == (None, None)


def test_organs_are_names_of_tg263() -> None:
    """Every organ but blood is a label that structures are recognised by."""
    for row in doses_per_activity():
        assert row.organ == "Blood" or tg263_name(row.organ) == row.organ


@pytest.mark.parametrize(
    ("written", "nuclide", "agent"),
    [
        ("177Lu-DOTATATE", "Lu-177", "DOTATATE"),
        ("[177Lu]Lu-DOTA-TATE", "Lu-177", "DOTATATE"),
        ("oxodotréotide", "Lu-177", "DOTATATE"),
        ("lutetium", "Lu-177", None),
        ("Lu-PSMA-617", "Lu-177", "PSMA-617"),
        ("PSMA-I&T", "Lu-177", None),
        ("PSMA", "Lu-177", None),
        ("131I-MIBG", "I-131", None),
        ("iodide", "I-131", "iodide"),
        ("", "I-131", None),
    ],
)
def test_agents_are_recognised_or_not(written: str, nuclide: str, agent: str | None) -> None:
    """A spelling of an agent is that agent; PSMA alone, or another ligand, is none."""
    assert agent_named(written, nuclide) == agent


@pytest.mark.parametrize(
    "changes",
    [
        {"low_gy_per_gbq": 0.91, "high_gy_per_gbq": 0.27},
        {"low_gy_per_gbq": -0.1},
        {"mean_gy_per_gbq": 2.0},
        {"kind": "CI of the mean"},
        {"kind": "mean ± 2 SD"},
        {"patients": 1},
    ],
)
def test_what_is_no_interval_between_patients_is_refused(changes: dict[str, object]) -> None:
    """Ends in order, mean within, a kind that speaks of patients, ends that follow from mean and SD, more than one patient."""
    row = doses_per_activity()[0]
    with pytest.raises(InputError):
        replace(row, **changes)  # type: ignore[arg-type]


def test_the_page_prints_every_row() -> None:
    """Each interval of the table stands on the page that explains it, with the number of patients of its series."""
    page = (Path(__file__).parents[3] / "docs" / "science" / "dose-per-activity.md").read_text(
        encoding="utf-8"
    )
    lines = [line for line in page.splitlines() if line.startswith("|")]
    for row in doses_per_activity():
        if row.organ == "Blood":
            continue
        low, high = Decimal(str(row.low_gy_per_gbq)), Decimal(str(row.high_gy_per_gbq))
        found = [line for line in lines if _same_ends(line, low, high) and f"| {row.patients} |" in line]
        assert found, row
    (blood,) = published_intervals("I-131", "iodide", "thyroid cancer")
    ends = Decimal(str(blood.low_gy_per_gbq)), Decimal(str(blood.high_gy_per_gbq))
    assert any(_same_ends(line, *ends) for line in lines)


def _same_ends(line: str, low: Decimal, high: Decimal) -> bool:
    return any(
        (Decimal(found[1]), Decimal(found[2])) == (low, high)
        for found in re.finditer(r"\| (\d+(?:\.\d+)?)–(\d+(?:\.\d+)?) \|", line)
    )
