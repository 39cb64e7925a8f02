"""The shipped limits against the figures as printed in the publications, typed by hand."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from graybook.tables.limit import DoseOf, Limit, Namespace, Scale
from graybook.tables.limits import limits
from graybook.tables.rulebook import rulebook

# Rulach et al. 2021, Adv Radiat Oncol 6(2):100653, Table 4: organ, α/β [Gy], consensus Dmax, Paradis D0.1cc, Troost, ARS [Gy EQD2].
RULACH_TABLE_4: list[tuple[str, float, tuple[float, ...], float, tuple[float, ...], tuple[float, ...]]] = [
    ("SpinalCord", 2.0, (60.0,), 56.25, (65.0,), (57.0,)),
    ("Esophagus", 3.0, (75.0, 100.0), 90.6, (100.0,), (100.0, 110.0)),
    ("BrachialPlex", 2.0, (80.0, 95.0), 85.0, (85.0,), (85.0,)),
    ("GreatVes", 3.0, (110.0, 115.0), 123.0, (110.0,), (120.0,)),
    ("BronchialTree_Prox", 3.0, (80.0, 105.0), 90.6, (110.0,), (110.0,)),
    ("Chestwall", 2.5, (), 105.0, (), ()),
    ("Skin", 2.5, (), 105.0, (), ()),
    ("Heart", 2.5, (), 85.0, (), ()),
]


def figures(rows: Iterable[Limit], column: str, metric: str) -> tuple[float, ...]:
    """The figures of one column of Rulach's table for a metric."""
    return tuple(one.value for one in rows if one.origin.startswith(column) and one.metric == metric)


@pytest.mark.parametrize(("organ", "ratio_gy", "consensus", "paradis", "troost", "ars"), RULACH_TABLE_4)
def test_rulach_table_4(
    organ: str,
    ratio_gy: float,
    consensus: tuple[float, ...],
    paradis: float,
    troost: tuple[float, ...],
    ars: tuple[float, ...],
) -> None:
    """Each column of Rulach's table is there as printed, in EQD2 at the printed α/β, by default."""
    rows = [one for one in rulebook().limits if one.source == "rulach2021" and organ in one.organs]
    assert figures(rows, "Rulach", "max") == consensus
    assert figures(rows, "Paradis", "D0.1cc") == (paradis,)
    assert figures(rows, "Troost", "max") == troost
    assert figures(rows, "ARS", "max") == ars
    assert {(one.alpha_beta_gy, one.scale, one.dose_of) for one in rows} == {
        (ratio_gy, Scale.EQD2, DoseOf.ALL)
    }
    assert {one.tier for one in rows} == {"primary-table"}


def test_rulach_means_and_volumes() -> None:
    """Troost: mean of the heart < 70, of the lungs < 22. ARS: V20 of the lungs < 40 %, V40 heart < 50 %, V60 oesophagus < 40 %."""
    rows = [
        one for one in rulebook().limits if one.source == "rulach2021" and one.metric not in ("max", "D0.1cc")
    ]
    assert {(one.organ, one.metric, one.op, one.value, one.unit) for one in rows} == {
        ("Heart", "mean", "<", 70.0, "Gy"),
        ("Lungs", "mean", "<", 22.0, "Gy"),
        ("Lungs", "V20Gy[%]", "<", 40.0, "%"),
        ("Heart", "V40Gy[%]", "<", 50.0, "%"),
        ("Esophagus", "V60Gy[%]", "<", 40.0, "%"),
    }


def test_rulach_intervals() -> None:
    """Only the columns headed with an interval state one: Paradis 6 to 12 months, Troost 9."""
    spans = {
        one.origin.split()[0]: one.conditions.interval_months
        for one in limits()
        if one.source == "rulach2021"
    }
    assert spans == {"Rulach": None, "Paradis": (6.0, 12.0), "Troost": (9.0, None), "ARS": None}


# Sahgal et al. 2021 (HyTEC), abstract; Sahgal et al. 2012, abstract: what is compared, and the figures.
@pytest.mark.parametrize(
    ("source", "dose_of", "values"),
    [
        ("hytec_cord2021", DoseOf.ALL, (70.0,)),
        ("hytec_cord2021", DoseOf.REFERENCE, (25.0,)),
        ("hytec_cord2021", DoseOf.SHARE, (0.5,)),
        ("sahgal2012", DoseOf.ALL, (70.0,)),
        ("sahgal2012", DoseOf.REFERENCE, (20.0, 25.0)),
        ("sahgal2012", DoseOf.SHARE, (0.5,)),
    ],
)
def test_thecal_sac(source: str, dose_of: DoseOf, values: tuple[float, ...]) -> None:
    """EQD2 at 2 Gy to a point of the thecal sac, 1 to 5 fractions, at least 5 months after one earlier course."""
    rows = [one for one in rulebook().limits if one.source == source and one.dose_of is dose_of]
    assert tuple(one.value for one in rows) == values
    for one in rows:
        shown = (one.organ, one.metric, one.op, one.scale, one.alpha_beta_gy)
        assert shown == ("ThecalSac", "max", "<=", Scale.EQD2, 2.0)
        stated = one.conditions
        assert (stated.interval_months, stated.courses, stated.fractions) == ((5.0, None), (2, 2), (1, 5))
        assert stated.recovery_in_source == "yes"


@pytest.mark.parametrize(
    ("dose_of", "schedules"),
    [(DoseOf.ALL, ((50.0, 25), (11.0, 2))), (DoseOf.REFERENCE, ((18.0, 5),))],
)
def test_edge_examples_of_hytec_are_within_its_rounding(
    dose_of: DoseOf, schedules: tuple[tuple[float, int], ...]
) -> None:
    """50 Gy in 25 with 11 Gy in 2 (70.625) and 18 Gy in 5 (25.2) exceed the figures by no more than the rounding."""
    limit = next(one for one in limits() if one.source == "hytec_cord2021" and one.dose_of is dose_of)
    eqd2 = sum(dose * (dose / n + 2.0) / 4.0 for dose, n in schedules)
    assert limit.value < eqd2 <= limit.value + limit.rounding + 1e-9


def test_nieder() -> None:
    """BED at 2 Gy: no myelopathy up to 120, small risk up to 135.5, each course up to 98, at least 6 months between."""
    rows = [one for one in rulebook().limits if one.source == "nieder2006"]
    assert [(one.value, one.scale, one.alpha_beta_gy) for one in rows] == [
        (120.0, Scale.BED, 2.0),
        (135.5, Scale.BED, 2.0),
    ]
    assert {one.conditions.each_course_max_gy for one in rows} == {98.0}
    assert {one.conditions.interval_months for one in rows} == {(6.0, None)}


def test_what_cannot_be_judged_says_so() -> None:
    """Evans (1.8 Gy normalised), Chen (scale not stated) and Yazici (fractions not read) are shown and never judged."""
    shown = {(one.source, one.value) for one in rulebook().limits if one.scale is Scale.REPORTED}
    assert shown == {("evans2013", 120.0), ("evans2013", 90.0), ("chen_bp", 95.0), ("yazici2013", 34.0)}
    discounted = [one.value for one in limits() if one.conditions.recovery_in_source == "discounted"]
    assert discounted == [90.0]


def test_curated_carotid_is_not_a_default() -> None:
    """HyTEC's carotid limit was read in a curated secondary: on request only, for 5 fractions, on the re-irradiation alone."""
    limit = next(one for one in rulebook("cumulative-all").limits if one.source == "hytec_carotid2021")
    assert limit not in rulebook().limits
    assert (limit.value, limit.dose_of, limit.scale) == (20.0, DoseOf.REFERENCE, Scale.PHYSICAL)
    assert limit.conditions.fractions == (5, 5)


def test_first_course_of_the_cord() -> None:
    """HyTEC, no earlier course: point maximum 12.4 to 14.0 Gy in 1 fraction, 17.0 in 2, 20.3 in 3, 23.0 in 4, 25.3 in 5."""
    rows = [one for one in rulebook("first-course").limits if one.source == "hytec_cord2021"]
    assert [one.schedule for one in rows] == ["12.4/1", "14/1", "17/2", "20.3/3", "23/4", "25.3/5"]
    assert {(one.conditions.courses, one.conditions.recovery_in_source) for one in rows} == {((1, 1), "no")}


def test_first_course_constraints_are_never_cumulative() -> None:
    """Every first-course constraint holds for one course alone; no row of the default rulebook is one."""
    assert {one.conditions.courses for one in rulebook("first-course").limits} == {(1, 1)}
    assert {one.namespace for one in rulebook().limits} == {Namespace.CUMULATIVE}


def test_critical_volumes_keep_their_kind() -> None:
    """At least 700 cm³ of liver below 21 Gy in 5 fractions is a volume at least reached, never a dose to 700 cm³."""
    rows = [one for one in limits() if one.metric.startswith("CV")]
    assert {(one.op, one.unit) for one in rows} == {(">=", "cm³")}
    assert {("Liver", "CV700cc<21Gy", 700.0)} <= {(one.organ, one.metric, one.value) for one in rows}
    assert not [one for one in limits() if one.metric in ("D700cc", "D1000cc", "D1500cc", "D200cc")]


@pytest.mark.parametrize("figure", ["CV1500cc<10.5Gy", "CV1000cc<11.4Gy", "CV700cc<17.4Gy", "CV200cc<14.4Gy"])
def test_conflicting_transcriptions_are_not_shipped(figure: str) -> None:
    """Of the parallel organs in 3 fractions two transcriptions disagree, and the primary was not read."""
    assert figure not in {one.metric for one in limits()}


def test_observed_doses_are_not_limits() -> None:
    """Abusaris 2012 saw 104, 98 and 113 Gy BED at 3 Gy without severe harm: observed, and compared with nothing."""
    rows = [one for one in rulebook("observed").limits if one.source == "abusaris2012"]
    assert {one.organ: one.value for one in rows} == {"Rectum": 104.0, "Bowel": 98.0, "Bladder": 113.0}
    assert {(one.op, one.scale, one.alpha_beta_gy) for one in rows} == {("", Scale.BED, 3.0)}
    assert {one.namespace for one in rulebook("observed").limits} == {Namespace.OBSERVED}
