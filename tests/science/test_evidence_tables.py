"""Recovery, repair, repopulation and complication probability against the figures as read, typed by hand."""

from __future__ import annotations

import pytest

from graybook.tables.ntcp import usable_ntcp
from graybook.tables.recovery import recovery_model, recovery_models
from graybook.tables.repair import repair_half_times
from graybook.tables.repopulation import repopulations


def test_doi_2021() -> None:
    """Doi et al. 2021, abstract: tolerance of the cord 125 % from 6 months, 150 % from 12 months, α/β 2 Gy."""
    model = recovery_model("doi2021")
    assert (model.organ, model.convention, model.alpha_beta_gy) == ("SpinalCord", "tolerance", 2.0)
    assert model.steps == ((6.0, 0.25), (12.0, 0.5))
    assert [one.name for one in recovery_models() if one.usable] == ["doi2021"]


def test_quantec_rectum() -> None:
    """Michalski et al. 2010, abstract: n 0.09 (0.04-0.14), m 0.13 (0.10-0.17), TD50 76.9 (73.7-80.1) Gy."""
    (row,) = usable_ntcp("Rectum")
    assert (row.n, row.m, row.td50_gy) == (0.09, 0.13, 76.9)
    assert (row.n_ci95, row.m_ci95, row.td50_ci95_gy) == ((0.04, 0.14), (0.10, 0.17), (73.7, 80.1))


@pytest.mark.parametrize(
    ("tissue", "half_time_h", "ci95_h"),
    [
        ("laryngeal oedema", 4.9, (3.2, 6.4)),  # CHART 1999
        ("skin telangiectasia", 3.8, (2.5, 4.6)),
        ("subcutaneous fibrosis", 4.4, (3.8, 4.9)),
        ("brain necrosis", 38.1, (6.9, 76.0)),  # Bender and Tomé 2012
        ("myelopathy", 4.1, (0.0, 8.0)),
    ],
)
def test_repair(tissue: str, half_time_h: float, ci95_h: tuple[float, float]) -> None:
    """Half-times and intervals as the curated list has them."""
    row = next(one for one in repair_half_times() if one.tissue == tissue)
    assert (row.half_time_h, row.ci95_h) == (half_time_h, ci95_h)


@pytest.mark.parametrize(
    ("tissue", "gy_per_day", "onset_days"),
    [("larynx tumour", 0.8, 21.0), ("tonsil tumour", 0.73, 30.0), ("NSCLC", 0.45, None)],
)
def test_repopulation(tissue: str, gy_per_day: float, onset_days: float | None) -> None:
    """Rates and onsets as the curated list has them."""
    row = next(one for one in repopulations() if one.tissue == tissue)
    assert (row.gy_per_day, row.onset_days) == (gy_per_day, onset_days)
