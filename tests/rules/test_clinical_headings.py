"""Clinical headings: what nobody filled is printed as missing; the type of re-irradiation says what it rests on."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graybook.geometry.arrays import FloatArray
from graybook.report.sheet import sheet
from graybook.workflow.cumulative import assess
from phantoms import write_phantom
from rules.limit_cases import assumptions
from rules.patients import course, plan, result_of, state

OLD, NEW = date(2015, 5, 4), date(2025, 5, 5)
CLINICAL = (
    '[clinical]\nhistology = "adenocarcinoma"\nperformance_status = "ECOG 1"\nrecurrence = "in field"\n'
)


def _spot(x_mm: float) -> Any:
    """50 Gy within 10 mm of a point, nothing elsewhere."""

    def dose(points: FloatArray) -> FloatArray:
        return np.where(np.linalg.norm(points - np.array([x_mm, 0.0, 0.0]), axis=1) <= 10.0, 50.0, 0.0)

    return dose


def _two(folder: Path, apart_mm: float) -> Path:
    old = course("old", OLD, plan(50, 25, dose_gy=_spot(-apart_mm / 2)))
    new = course("new", NEW, plan(50, 25, dose_gy=_spot(apart_mm / 2)))
    return write_phantom(folder, [old, new])


def test_unfilled_headings_are_missing(tmp_path: Path) -> None:
    """Headings stated stand in result.json and report; toxicity, which nobody stated, is printed as missing."""
    folder = _two(tmp_path, 10.0)
    (folder / "graybook.toml").write_text(CLINICAL, encoding="utf-8")
    clinical = result_of(folder).clinical
    assert (clinical.histology, clinical.performance_status, clinical.recurrence) == (
        "adenocarcinoma",
        "ECOG 1",
        "in field",
    )
    assert clinical.missing == ["toxicity"]
    section = next(one for one in sheet(assess(folder).material, "fr").sections if one.id == "clinical")
    rows: Any = section.blocks[0]
    told = {row[0].lines[0]: row[1].lines for row in rows.rows}
    assert told["Histologie"] == ("adenocarcinoma",)
    assert told["Toxicité des traitements antérieurs (CTCAE)"] == ("manquant",)


@pytest.mark.parametrize(
    ("apart_mm", "concern", "sites", "kind"),
    [
        (10.0, None, "", "type I"),
        (10.0, False, "", "type I"),
        (40.0, None, "", "not determined"),
        (40.0, True, "", "type II"),
        (40.0, False, "", "not determined"),
        (40.0, False, "lung lung", "repeat organ irradiation"),
        (40.0, False, "lung brain", "repeat irradiation"),
    ],
)
def test_type_of_reirradiation_by_geometry(
    tmp_path: Path, apart_mm: float, concern: bool | None, sites: str, kind: str
) -> None:
    """Spots that meet are type I; apart, the type rests on a physician's word and on the sites; never guessed."""
    folder = _two(tmp_path, apart_mm)
    entries = [
        f'[[course]]\ncourse = "{day}"\nsite = "{site}"'
        for day, site in zip((OLD, NEW), sites.split(), strict=False)
    ]
    state(folder, *entries)
    if concern is not None:
        path = folder / "graybook.toml"
        said = f"[clinical]\ncumulative_concern = {str(concern).lower()}\n"
        path.write_text(said + path.read_text(encoding="utf-8"), encoding="utf-8")
    found = result_of(folder).clinical.reirradiation
    assert found.type == kind
    assert [(one.overlap, one.basis) for one in found.pairs] == [(apart_mm == 10.0, "geometry")]
    assert found.basis == ("" if kind == "not determined" else "geometry") or sites == ""


def test_one_course_is_no_reirradiation(tmp_path: Path) -> None:
    """A first course has no type."""
    folder = write_phantom(tmp_path, [course("new", NEW, plan(50, 25))])
    assert result_of(folder).clinical.reirradiation.type == "none"


@pytest.mark.parametrize(
    ("apart_mm", "said"), [(10.0, "get at least 50\u00a0% of each prescription"), (0.0, "not known")]
)
def test_the_shared_volume_is_printed_or_said_to_be_unknown(
    tmp_path: Path, apart_mm: float, said: str
) -> None:
    """Two balls share a volume that is printed; two uniform doses share one that goes on beyond their grid, and that is said."""
    folder = _two(tmp_path, apart_mm)
    if not apart_mm:
        folder = write_phantom(
            tmp_path / "cut", [course("old", OLD, plan(50, 25)), course("new", NEW, plan(30, 10))]
        )
    section = next(one for one in sheet(assess(folder).material, "en").sections if one.id == "clinical")
    rows: Any = section.blocks[0]
    lines = [line for row in rows.rows for cell in row for line in cell.lines]
    assert any(said in line for line in lines)


@pytest.mark.parametrize(
    ("asked", "isodose", "meets"),
    [
        ("isodose_percent = 99", "99 % of each prescription", True),
        ("isodose_gy = 45", "45 Gy EQD2 (α/β 3 Gy)", True),
        ("isodose_gy = 60", "", None),
    ],
)
def test_the_isodose_asked_for(tmp_path: Path, asked: str, isodose: str, meets: bool | None) -> None:
    """The options choose the isodose of the overlap: a share of each prescription, or an EQD2; where today's course does not reach
    it nothing is determined."""
    options = assumptions(tmp_path / "said", f"[overlap]\n{asked}\n")
    (pair,) = result_of(_two(tmp_path / "in", 10.0), options=options).clinical.reirradiation.pairs
    assert (pair.isodose, pair.overlap) == (isodose, meets)
