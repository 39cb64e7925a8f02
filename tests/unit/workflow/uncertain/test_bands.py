"""Uncertainty of small patients in uniform doses, whose bands and chances can be worked out from the normal distribution."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from graybook.errors import UsageError
from graybook.geometry import Displacement, Grid
from graybook.report.constraint_result import ConstraintResult
from graybook.report.result import StructureResult
from graybook.report.uncertainty_result import BandResult, LimitUncertainty, UncertaintyResult
from graybook.tables.rulebook import DEFAULT
from graybook.text import Language
from graybook.workflow.limits.results import constraints_of
from graybook.workflow.person.study import study
from graybook.workflow.uncertain.bands import uncertainty_of
from phantoms import PhantomDeformation, PhantomStructure, box, linear, write_phantom
from rules.limit_cases import NEW, OLD, assumptions, given, of_plans, tolerance
from rules.patients import apart, course, eqd2, plan, result_of, run, state, structure

NOTHING = "[uncertainty]\nregistration_mm = 0\ndose_percent = 0\ndelivery_percent = 0\nsamples = 100\n"
METRICS = {"D0.03cc": "d0_03cc_gy", "D0.1cc": "d0_1cc_gy", "mean": "mean_gy", "max": "max_gy"}
Z95 = 1.6448536269514722
"""95 % of a standard normal variable lie below."""

CORD = "rulach2021-spinalcord-max"
"""At most 60 Gy, α/β 2."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """What was drawn, beside the structures and limits of the same study."""

    uncertain: UncertaintyResult
    structures: dict[str, StructureResult]
    constraints: dict[tuple[str, str], ConstraintResult]


def drawn(
    folder: Path, options: str, out: Path, *, language: Language = "en", rulebook: str = DEFAULT
) -> Drawn:
    """A folder studied under a signed file of options, and its uncertainty; what an assessment does beside is left out."""
    found = study(folder, options=assumptions(out, options), rulebook=rulebook, register="never")
    constraints = constraints_of(
        found.assessed,
        found.setting,
        found.assumed.rulebook,
        language=language,
        recoveries=found.assumed.headline.recoveries,
    )
    return Drawn(
        uncertain=uncertainty_of(found, constraints, language=language).result,
        structures={one.result.name: one.result for one in found.assessed if one.result is not None},
        constraints={(one.id, one.structure): one for one in constraints},
    )


def organ_named(name: str) -> PhantomStructure:
    """A cube of 1 cm³."""
    return structure(name, box((-5.0, -5.0, -5.0), (5.0, 5.0, 5.0)))


CORD_ALONE = (organ_named("SpinalCord"),)


def band(result: Drawn, metric: str, structure: str = "SpinalCord") -> BandResult:
    """The one band of a metric."""
    (found,) = [one for one in result.uncertain.bands if (one.metric, one.structure) == (metric, structure)]
    return found


def limit(result: Drawn, name: str = CORD, structure: str = "SpinalCord") -> LimitUncertainty:
    """The one entry of a limit."""
    (found,) = [one for one in result.uncertain.limits if (one.id, one.structure) == (name, structure)]
    return found


def test_it_is_off_unless_asked_for(tmp_path: Path) -> None:
    """Without the flag there is nothing, whatever the options say."""
    result = result_of(
        given(tmp_path, (20.0, 5), days=(NEW,), drawn=CORD_ALONE),
        options=assumptions(tmp_path / "o", NOTHING),
    )
    assert result.uncertainty is None


def test_without_error_terms_every_band_is_the_nominal_value(tmp_path: Path) -> None:
    """Nothing varies: 5, 50 and 95 % are the figures of the structure, and of a limit what it is compared with."""
    folder = given(
        tmp_path / "in",
        (50.0, 25),
        (20.0, 5),
        drawn=[organ_named(one) for one in ("SpinalCord", "Heart", "ThecalSac")],
    )
    result = drawn(folder, NOTHING, tmp_path)
    found = result.uncertain
    assert {one.structure for one in found.bands} == {"SpinalCord", "Heart", "ThecalSac"}
    for one in found.bands:
        assert one.p5 == one.p50 == one.p95 == one.nominal
        if one.metric in METRICS:
            cumulative = result.structures[one.structure].cumulative
            assert one.nominal == pytest.approx(getattr(cumulative, METRICS[one.metric]), abs=2e-6)
    assert found.limits
    for limited in found.limits:
        judged = result.constraints[limited.id, limited.structure]
        assert limited.p5 == limited.p50 == limited.p95 == limited.nominal
        assert limited.nominal == pytest.approx(judged.value, abs=2e-6)
        assert limited.limit == judged.limit
        assert limited.chance == (0.0 if judged.value <= judged.limit - 1e-6 else 1.0)
        assert [one for one in limited.tornado if one.kind == "random"] == []


def test_delivery_in_a_uniform_dose_has_its_closed_form(tmp_path: Path) -> None:
    """60 Gy in 30 fractions, 2 %: 5 and 95 % of EQD2 are those of 60 (1 ± 0.02 · 1.645) Gy; nothing else moves one course."""
    folder = given(tmp_path / "in", (60.0, 30), days=(NEW,), drawn=CORD_ALONE)
    result = drawn(folder, "[uncertainty]\ndelivery_percent = 2\nsamples = 2000\n", tmp_path)
    found = band(result, "D0.03cc")
    for value, z in ((found.p5, -Z95), (found.p50, 0.0), (found.p95, Z95)):
        # four standard errors of a percentile of 2,000 samples are 0.19 standard deviations, one of which is 1.8 Gy
        assert value == pytest.approx(eqd2(60.0 * (1.0 + 0.02 * z), 30), abs=0.35)
    assert found.nominal == 60.0
    assert {one.term for one in result.uncertain.terms} == {"dose", "delivery"}


def test_a_chance_is_that_of_the_sum_of_two_normal_factors(tmp_path: Path) -> None:
    """40 Gy in 20 fractions and 15.62 in 5, 2 % each: the chance of more than 60 Gy by a generator of its own."""
    folder = given(tmp_path / "in", (40.0, 20), (15.62, 5), drawn=CORD_ALONE)
    text = "[uncertainty]\ndelivery_percent = 2\nsamples = 2000\n"
    result = drawn(folder, text + '[[alpha_beta]]\ntg263 = "SpinalCord"\nvalue_gy = 2.0\n', tmp_path)
    found = limit(result)
    factors = 1.0 + 0.02 * np.random.default_rng(99).standard_normal((2, 400_000))
    sums = eqd2(40.0 * factors[0], 20) + eqd2(15.62 * factors[1], 5)  # type: ignore[arg-type]
    assert found.chance == pytest.approx(float(np.mean(sums > 60.0)), abs=0.034)
    assert found.chance_low == found.chance == found.chance_high


def test_what_is_not_known_is_spanned_with_one_alpha_beta(tmp_path: Path) -> None:
    """The cord's published 0.87 to 3.7 Gy: the envelope reaches from one sum to another, each of one α/β for both courses."""
    folder = given(tmp_path / "in", (40.0, 40), (15.62, 5), drawn=CORD_ALONE)
    result = drawn(folder, NOTHING, tmp_path)
    published = result.structures["SpinalCord"].alpha_beta_range_gy
    assert published is not None
    ratios = (2.0, *published)
    sums = [eqd2(40.0, 40, one) + eqd2(15.62, 5, one) for one in ratios]
    mixed = max(eqd2(40.0, 40, one) for one in ratios) + max(eqd2(15.62, 5, one) for one in ratios)
    around = band(result, "mean")
    assert (around.lowest, around.highest) == (
        pytest.approx(min(sums), abs=1e-5),
        pytest.approx(max(sums), abs=1e-5),
    )
    assert around.highest < mixed - 1.0
    (bar,) = [one for one in limit(result).tornado if one.term == "alpha_beta"]
    assert (bar.low, bar.high) == (
        pytest.approx(around.lowest, abs=1e-5),
        pytest.approx(around.highest, abs=1e-5),
    )
    assert any("0.87" in one and "3.7" in one for one in result.uncertain.ignorance)


def test_a_chance_at_the_limit_widens_with_alpha_beta(tmp_path: Path) -> None:
    """A sum at its limit: near a half as judged, less and more at the ends of α/β; said that the figure itself was compared."""
    folder = given(tmp_path / "in", (40.0, 20), (15.62, 5), drawn=CORD_ALONE)
    result = drawn(folder, "[uncertainty]\ndelivery_percent = 2\nsamples = 500\n", tmp_path)
    found = limit(result)
    assert found.chance is not None
    assert found.chance_low < found.chance - 0.1
    assert found.chance_high > found.chance + 0.1
    assert found.lowest < found.p5 < found.nominal < found.p95 < found.highest
    assert (found.figure_kept, found.alpha_beta_gy, found.conditions_hold) == (True, 2.0, True)


def test_a_rigid_error_moves_the_mean_of_a_gradient(tmp_path: Path) -> None:
    """1 Gy a millimetre, an error of 3 mm, all alike: the mean moves by 3 / 2.795 · 1.645 mm; at a high α/β EQD2 is the dose."""
    plans = (
        (OLD, plan(30.0, 30, "OLD", dose_gy=linear(30.0, (1.0, 0.0, 0.0)))),
        (NEW, plan(10.0, 10, "NEW")),
    )
    folder = of_plans(tmp_path / "in", *plans, drawn=CORD_ALONE)
    text = '[[alpha_beta]]\ntg263 = "SpinalCord"\nvalue_gy = 1000000.0\n'
    text += "[uncertainty]\ndelivery_percent = 0\ncorrelation_mm = 10000\nsamples = 1000\n"
    result = drawn(folder, text, tmp_path)
    found = band(result, "mean")
    moved = Z95 * 3.0 / 2.795483482915108
    assert (found.p5, found.p95) == (
        pytest.approx(found.nominal - moved, abs=0.3),
        pytest.approx(found.nominal + moved, abs=0.3),
    )
    (bar,) = [one for one in limit(result).tornado if one.kind == "random"]
    assert bar.term.startswith("registration ")
    terms = {one.term: one for one in result.uncertain.terms}
    assert (terms["registration"].size, terms["registration"].assumed) == (3.0, True)


def test_a_stated_error_stands_in_for_an_assumed_one(tmp_path: Path) -> None:
    """A named person's 6 mm of one course replace the 3 mm that nobody measured; who says so stands beside it."""
    folder = given(tmp_path / "in", (50.0, 25), (20.0, 5), drawn=CORD_ALONE)
    text = "[uncertainty]\nsamples = 100\n[[uncertainty.courses]]\ncourse = 2023-05-02\nregistration_mm = 6\ndose_percent = 3\n"
    found = drawn(folder, text, tmp_path).uncertain
    rows = {(one.term, one.course[:4]): one for one in found.terms}
    moved = rows["registration", "2023"]
    assert (moved.size, moved.assumed, moved.structure) == (6.0, False, "SpinalCord")
    assert "A. Physicist" in moved.source
    assert (rows["dose", "2023"].size, rows["dose", "2025"].size) == (3.0, 0.0)
    assert "not included" in rows["dose", "2025"].source
    assert "dose_percent" in rows["dose", "2025"].source
    assert (rows["delivery", "2025"].size, rows["delivery", "2025"].assumed) == (0.9, True)
    assert "Ebert" in rows["delivery", "2025"].source


def test_a_tornado_has_the_widest_term_first(tmp_path: Path) -> None:
    """5 % on 50 Gy moves more than 1 % on 20 Gy, and a registration in a uniform dose nothing."""
    folder = given(tmp_path / "in", (50.0, 25), (20.0, 5), drawn=CORD_ALONE)
    text = "[uncertainty]\nsamples = 400\ndelivery_percent = 1\n"
    text += "[[uncertainty.courses]]\ncourse = 2023-05-02\ndelivery_percent = 5\n"
    text += '[[alpha_beta]]\ntg263 = "SpinalCord"\nvalue_gy = 2.0\n'
    bars = limit(drawn(folder, text, tmp_path)).tornado
    assert [one.term.split()[0] for one in bars] == ["delivery", "delivery", "registration"]
    assert "2023" in bars[0].term
    widths = [one.high - one.low for one in bars]
    # the derivative of EQD2 by a factor on the dose is D (2 d + α/β) / (2 + α/β): 75 Gy and 50 Gy
    assert widths[0] == pytest.approx(2.0 * Z95 * 0.05 * 75.0, rel=0.2)
    assert widths[1] == pytest.approx(2.0 * Z95 * 0.01 * 50.0, rel=0.3)
    assert widths[2] == pytest.approx(0.0, abs=1e-6)


def test_recovery_changes_what_a_limit_sees_and_never_a_dose(tmp_path: Path) -> None:
    """A quarter recovered of 40 Gy: a limit without recovery sees 50 of 60 Gy, its envelope holds both; the dose stays 60.

    A limit that has recovery in it sees 60 Gy and nothing else: recovery is not counted twice (rule 11).
    """
    folder = given(tmp_path / "in", (40.0, 20), (20.0, 10), drawn=CORD_ALONE)
    text = NOTHING + '[[recovery]]\ntg263 = "SpinalCord"\nshare = 0.25\nconvention = "dose"\n'
    result = drawn(folder, text, tmp_path, rulebook=str(tolerance(tmp_path / "book", rule="max <= 55 Gy")))
    found = limit(result, "centre-cord")
    assert (found.nominal, found.lowest, found.highest) == (50.0, 50.0, 60.0)
    assert (found.chance, found.chance_low, found.chance_high) == (0.0, 0.0, 1.0)
    assert {one.term for one in found.tornado} == {"alpha_beta", "recovery"}
    around = band(result, "max")
    assert (around.lowest, around.highest) == (60.0, 60.0)
    assert any("recovery" in one for one in result.uncertain.ignorance)
    within = limit(drawn(folder, text, tmp_path))
    assert (within.nominal, within.lowest, within.highest) == (60.0, 60.0, 60.0)


def test_a_raised_tolerance_changes_the_chance_and_not_the_dose(tmp_path: Path) -> None:
    """A tolerance of 50 Gy raised by a quarter is 62.5: 60 Gy meet it with the recovery, and not without."""
    folder = given(tmp_path / "in", (40.0, 20), (20.0, 10), drawn=CORD_ALONE)
    text = NOTHING + '[[recovery]]\ntg263 = "SpinalCord"\nshare = 0.25\nconvention = "tolerance"\n'
    result = drawn(folder, text, tmp_path, rulebook=str(tolerance(tmp_path / "book")))
    found = limit(result, "centre-cord")
    assert (found.limit, found.nominal) == (62.5, 60.0)
    assert (found.chance, found.chance_low, found.chance_high) == (0.0, 0.0, 1.0)
    assert "recovery" not in {one.term for one in found.tornado}


def test_phases_of_unknown_order_are_spanned(tmp_path: Path) -> None:
    """25 Gy in 25 twice is 37.5 or 50 (rule 2): the headline is the one, and the limit sees the other."""
    both = [plan(25.0, 25, label) for label in ("A", "B")]
    one = course("course", NEW, *both, structures=CORD_ALONE)
    folder = write_phantom(tmp_path / "in", [one])
    text = NOTHING + '[[alpha_beta]]\ntg263 = "SpinalCord"\nvalue_gy = 2.0\n'
    result = drawn(folder, text, tmp_path)
    around = band(result, "max")
    assert (around.nominal, around.lowest, around.highest) == (37.5, 37.5, 50.0)
    found = limit(result)
    assert (found.nominal, found.lowest, found.highest) == (50.0, 37.5, 50.0)
    assert [(one.term, one.low, one.high) for one in found.tornado] == [("order", 37.5, 50.0)]
    assert any("same sessions" in one for one in result.uncertain.ignorance)


def test_a_bed_is_held_against_its_limit_on_one_scale(tmp_path: Path) -> None:
    """60 Gy EQD2 are 120 Gy BED at 2 Gy: at another α/β the same limit in fractions of 2 Gy is held against that EQD2."""
    folder = given(tmp_path / "in", (40.0, 20), (20.0, 10), drawn=CORD_ALONE)
    found = limit(drawn(folder, NOTHING, tmp_path), "nieder2006-spinalcord-max-no-events")
    # in fractions of 2 Gy EQD2 is the dose at every α/β: nothing is left to span
    assert (found.nominal, found.lowest, found.highest) == (120.0, 120.0, 120.0)
    assert (found.chance, found.chance_low, found.chance_high) == (0.0, 0.0, 0.0)


def test_a_course_that_may_leave_its_grid_is_taken_at_both_ends(tmp_path: Path) -> None:
    """An organ 2 mm from the edge of an earlier dose, an error of 3 mm: what lies outside is an interval (rule 9), and spanned."""
    edge = (structure("SpinalCord", box((18.0, -5.0, -5.0), (28.0, 5.0, 5.0))),)
    folder = given(tmp_path / "in", (40.0, 20), (20.0, 10), drawn=edge)
    text = "[uncertainty]\ndelivery_percent = 0\nsamples = 100\n"
    found = drawn(folder, text, tmp_path)
    assert any("outside a grid" in one for one in found.uncertain.ignorance)
    around = band(found, "max")
    assert around.highest == pytest.approx(60.0, abs=1e-6)


def test_bracketed_fractions_are_spanned(tmp_path: Path) -> None:
    """50 Gy in 5 to 25 fractions: the envelope reaches from 50 to 150 Gy, and the limit sees the 150 (rule 5)."""
    folder = of_plans(
        tmp_path / "in",
        (OLD, plan(50.0, None, "OLD")),
        (NEW, plan(10.0, 5, "NEW")),
        drawn=CORD_ALONE,
    )
    state(folder, '[[phase]]\nplan = "OLD"\nfractions_min = 5\nfractions_max = 25\n')
    text = NOTHING + '[[alpha_beta]]\ntg263 = "SpinalCord"\nvalue_gy = 2.0\n'
    result = drawn(folder, text, tmp_path)
    around = band(result, "max")
    assert (around.nominal, around.lowest, around.highest) == (60.0, 60.0, 160.0)
    assert limit(result).nominal == 160.0
    assert {one.term for one in limit(result).tornado} == {"ends"}


def test_an_organ_carried_by_a_deformation_is_drawn_where_it_was(tmp_path: Path) -> None:
    """Drawn in the old frame alone, 7 mm off today's: with nothing off the highest dose is that of the old course's own wave."""
    wave = linear(30.0, (0.8, 0.3, 0.0))
    there = box((2.0, -5.0, -5.0), (12.0, 5.0, 5.0))
    old = apart(
        course("old", OLD, plan(30.0, 15, "OLD", dose_gy=wave), structures=[structure("SpinalCord", there)])
    )
    new = apart(course("new", NEW, plan(20.0, 10, "NEW"), structures=()))
    low = np.full(3, -30.0)
    grid = Grid(
        frame=new.frame_uid, shape=(13, 16, 21), origin_mm=low, spacing_mm=[3.0, 4.0, 5.0], axes=np.eye(3)
    )
    vectors = np.broadcast_to(np.array([7.0, 0.0, 0.0]), (*grid.shape, 3))
    field = Displacement.from_vectors(vectors, grid, to_frame=old.frame_uid)
    carried = PhantomDeformation(from_course=new, to_course=old, displacement=field, name="field")
    folder = write_phantom(tmp_path / "in", [old, new], [carried])
    text = '[[alpha_beta]]\ntg263 = "SpinalCord"\nvalue_gy = 2.0\n'
    still = band(drawn(folder, text + NOTHING, tmp_path), "max")
    highest = eqd2(30.0 + 0.8 * 12.0 + 0.3 * 5.0, 15) + 20.0
    assert still.p5 == still.nominal == still.p95 == pytest.approx(highest, rel=2e-3)
    moved = band(drawn(folder, text + "[uncertainty]\nsamples = 100\n", tmp_path), "max")
    assert moved.p5 < moved.nominal - 1.0 < moved.nominal + 1.0 < moved.p95


def test_limits_on_the_reference_course_see_it_alone(tmp_path: Path) -> None:
    """A limit on the re-irradiation is asked of it; one on its share of the sum has no chance, and this is said."""
    sac = (organ_named("ThecalSac"),)
    folder = given(tmp_path / "in", (50.0, 25), (20.0, 5), drawn=sac)
    result = drawn(folder, "[uncertainty]\ndelivery_percent = 1\nsamples = 200\n", tmp_path)
    found = limit(result, "hytec2021-thecalsac-max-reference", "ThecalSac")
    assert found.nominal == pytest.approx(eqd2(20.0, 5), abs=1e-6)
    assert {one.term.split()[0] for one in found.tornado} == {"delivery", "alpha_beta"}
    assert any("hytec2021-thecalsac-max-share" in one for one in result.uncertain.not_computed)


def test_an_organ_without_a_sum_is_listed(tmp_path: Path) -> None:
    """Two frames and no alignment: no band, and the reason in both languages."""
    one = course("old", date(2023, 5, 2), plan(50.0, 25, "OLD"))
    other = apart(course("new", date(2025, 5, 5), plan(20.0, 5, "NEW")))
    folder = write_phantom(tmp_path / "in", [one, other])
    for language, words in (("en", "no 3D sum"), ("fr", "pas ici de somme 3D")):
        found = drawn(folder, NOTHING, tmp_path, language=language).uncertain
        assert found.bands == []
        assert found.limits == []
        assert any(words in line for line in found.not_computed)


def test_a_course_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """Settings for an unknown course would change nothing in silence."""
    folder = given(tmp_path / "in", (50.0, 25), (20.0, 5))
    with pytest.raises(UsageError, match="No single course"):
        drawn(folder, "[[uncertainty.courses]]\ncourse = '1999-01-01'\ndose_percent = 2\n", tmp_path)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    """Once more the same figures; another seed others."""
    folder = given(tmp_path / "in", (50.0, 25), (20.0, 5), drawn=CORD_ALONE)
    first = study(folder, options=assumptions(tmp_path, "[uncertainty]\nsamples = 100\n"), register="never")
    headline = first.assumed.headline
    seeded = replace(headline, uncertainty=replace(headline.uncertainty, seed=2))
    other = replace(first, assumed=replace(first.assumed, headline=seeded))
    figures = [
        uncertainty_of(one, [], language="en").result.model_dump_json() for one in (first, first, other)
    ]
    assert figures[0] == figures[1]
    assert figures[0] != figures[2].replace('"seed":2', '"seed":1')


def test_the_command_writes_bands(tmp_path: Path) -> None:
    """With the flag dvh.csv holds the five curves of each band, from 100 % down, lowest to highest in order."""
    folder = given(tmp_path / "in", (50.0, 25), (20.0, 5), drawn=CORD_ALONE)
    options = assumptions(tmp_path, "[uncertainty]\nsamples = 100\n")
    ran = run("assess", folder, "--out", tmp_path / "out", "--uncertainty", "--json", "--options", options)
    assert ran.exit_code == 0, ran.output
    with (tmp_path / "out" / "dvh.csv").open(encoding="utf-8", newline="") as stream:
        rows = [one for one in csv.DictReader(stream) if one["structure"] == "SpinalCord"]
    curves = {
        name: [float(one["volume_percent"]) for one in rows if one["course"] == name]
        for name in ("lowest", "p5", "p50", "p95", "highest")
    }
    assert all(values[0] == 100.0 and len(values) == len(curves["p5"]) for values in curves.values())
    for lower, upper in zip(list(curves.values()), list(curves.values())[1:], strict=False):
        assert all(one <= other for one, other in zip(lower, upper, strict=True))
