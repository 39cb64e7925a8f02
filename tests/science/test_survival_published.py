"""The statistics of the pool give the published figures of two public data sets, to the printed digit.

``colon`` (chemotherapy for colon cancer) and ``mgus2`` (monoclonal gammopathy) come with R's package ``survival`` and are read from
Debian's ``r-cran-survival``, unpacked and not installed: GRAYBOOK_R_SURVIVAL names the folder. What is computed, and from which
columns, stands in docs/science/survival.md.
"""

from __future__ import annotations

import gzip
import lzma
import os
import struct
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graybook.cohort.hazards import hazard_ratios
from graybook.cohort.incidence import cumulative_incidence
from graybook.cohort.survival import kaplan_meier

DATA = "usr/lib/R/library/survival/data/Rdata"
FIVE_YEARS_DAYS = 1826


@pytest.fixture(scope="module")
def folder() -> Path:
    """Where the Debian package was unpacked."""
    given = os.environ.get("GRAYBOOK_R_SURVIVAL")
    if not given:
        pytest.skip("R's survival: set GRAYBOOK_R_SURVIVAL to where r-cran-survival was unpacked")
    return Path(given)


def dataset(folder: Path, name: str) -> Any:
    """A data set of the package: the index says where its record lies; a record is a length, a letter and raw LZMA2."""
    import rdata

    def converted(blob: bytes) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of R's classes that have no counterpart
            return rdata.conversion.convert(rdata.parser.parse_data(blob))

    index = converted(gzip.decompress((folder / f"{DATA}.rdx").read_bytes()))
    start, length = (int(one) for one in index["variables"][name])
    record = (folder / f"{DATA}.rdb").read_bytes()[start : start + length]
    size = struct.unpack(">I", record[:4])[0]
    assert record[4:5] == b"Z"
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME}]
    blob = lzma.decompress(record[5:], format=lzma.FORMAT_RAW, filters=filters)
    assert len(blob) == size
    return converted(blob)


@pytest.mark.parametrize(
    ("kind", "persons", "events", "treated", "levamisole"),
    [
        (1, 929, 468, ("0.5992", "0.4749", "0.7561"), "0.98499"),
        (2, 929, 452, ("0.6896", "0.5464", "0.8703"), "0.97371"),
    ],
    ids=["recurrence", "death"],
)
def test_hazard_ratios_of_colon(
    folder: Path, kind: int, persons: int, events: int, treated: tuple[str, str, str], levamisole: str
) -> None:
    """Levamisole with fluorouracil against observation: the published ratio with its interval; levamisole alone has none."""
    colon = dataset(folder, "colon")
    rows = colon[colon.etype == kind]
    assert (len(rows), int(rows.status.sum())) == (persons, events)
    arms = {arm: (rows.rx == arm).to_numpy(dtype=float) for arm in ("Lev", "Lev+5FU")}
    found = hazard_ratios(rows.time, rows.status, arms)
    both = found["Lev+5FU"]
    assert tuple(f"{one:.4f}" for one in (both.ratio, both.low, both.high)) == treated
    assert f"{found['Lev'].ratio:.5f}" == levamisole


def test_five_year_survival_of_colon(folder: Path) -> None:
    """Share alive at five years in each arm."""
    colon = dataset(folder, "colon")
    deaths = colon[colon.etype == 2]
    found = {}
    for arm in ("Obs", "Lev", "Lev+5FU"):
        rows = deaths[deaths.rx == arm]
        share, low, high = kaplan_meier(rows.time, rows.status).at(FIVE_YEARS_DAYS)
        assert low < share < high
        found[arm] = f"{float(share):.6f}"
    assert found == {"Obs": "0.525669", "Lev": "0.535371", "Lev+5FU": "0.634015"}


def test_cumulative_incidence_of_mgus2(folder: Path) -> None:
    """Progression to a plasma cell malignancy, and death without it, at 5, 10, 20 and 30 years."""
    mgus = dataset(folder, "mgus2")
    progressed = mgus.pstat.to_numpy() == 1
    months = np.where(progressed, mgus.ptime, mgus.futime)
    cause = np.where(progressed, 1, 2 * mgus.death.to_numpy())
    assert [int((cause == kind).sum()) for kind in (0, 1, 2)] == [409, 115, 860]
    found = cumulative_incidence(months, cause)
    at = (60, 120, 240, 360)
    assert [f"{one:.6f}" for one in found.at(at, 1)] == ["0.034104", "0.063722", "0.099814", "0.134042"]
    assert [f"{one:.6f}" for one in found.at(at, 2)] == ["0.320367", "0.531818", "0.724028", "0.784208"]
    together = 1.0 - found.at(at, 1) - found.at(at, 2)
    assert together == pytest.approx(kaplan_meier(months, cause > 0).at(at)[0], abs=1e-12)
