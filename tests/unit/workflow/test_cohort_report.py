"""The report on a pool: what is missing stands first, and no group of 1 to 10 persons can be told from what is printed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from typer.testing import CliRunner

from graybook.cli.main import app
from graybook.cohort.manifest import Manifest
from graybook.errors import NotComparable
from graybook.report.cohort_pages import cohort_html
from graybook.report.cohort_result import CohortResult
from graybook.text import LANGUAGES, Language, keys
from graybook.workflow.cohort_report import cohort_report
from graybook.workflow.pooling.description import description
from unit.cohort.many_persons import pool_table

PERSONS = 200


def manifest(table: pa.Table) -> Manifest:
    """What the pool would say of itself."""
    failed = {"pool_unreadable": 2, "pool_unknown_person": 3}
    people = len(set(table["person"].to_pylist()))
    return Manifest(
        project="P", persons=people, rows=table.num_rows, records=people + 9, older=4, failed=failed
    )


def described(table: pa.Table) -> CohortResult:
    """The numbers of the report on a table."""
    return description(ibis.memtable(table), manifest(table), notice="")


@pytest.fixture(scope="module")
def table() -> pa.Table:
    """A pool of invented persons with gaps and outcomes."""
    return pool_table(PERSONS)


@pytest.fixture(scope="module")
def result(table: pa.Table) -> CohortResult:
    """Its numbers."""
    return described(table)


def text_of(page: str) -> str:
    """What a reader sees, without tags."""
    body = re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(body))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_missing_stands_before_what_is_plotted(result: CohortResult, language: Language) -> None:
    """First persons, failures with their reasons and what is missing; then grades, organs, outcome; then the pictures."""
    page = cohort_html(result, language)
    order = [
        page.index(f">{PERSONS} person"),
        page.index("failures.jsonl"),
        page.index('class="bar"'),
        *(page.index(f'<section id="{one}"') for one in ("known", "outcome", "doses", "intervals", "curves")),
    ]
    assert order == sorted(order)
    assert page.index("<img") > page.index('<section id="doses"')
    assert "<script" not in page
    assert not re.search(r'(src|href)="(?!data:|#)', page)


def test_every_reason_of_a_failure_has_words(result: CohortResult) -> None:
    """Whatever keeps a result out of a pool is said in words on the page, with a remedy."""
    reasons = [key for key in keys() if key.startswith("cohort_page_failed_pool_")]
    assert len(reasons) >= 14
    for one in ("pool_unreadable", "pool_unknown_person"):
        assert f"cohort_page_failed_{one}" in reasons
    shown = text_of(cohort_html(result, "en"))
    assert "Cannot be read 2 Assess the folder again" in shown
    assert "pool_" not in shown


def test_every_word_of_the_page_is_used() -> None:
    """A sentence of the page that no page prints is taken out."""
    from importlib import resources

    report = Path(str(resources.files("graybook.report")))
    code = "\n".join(
        one.read_text(encoding="utf-8") for one in report.glob("**/cohort*") if one.suffix != ".pyc"
    )
    composed = ("failed_pool_", "what_", "do_", "group_", "grade_", "fate_", "curve_", "col_", "no_")
    own = [key.removeprefix("cohort_page_") for key in keys() if key.startswith("cohort_page_")]
    assert [
        key for key in own if not key.startswith(composed) and not re.search(rf"['\"]{key}['\"]", code)
    ] == []


def test_without_outcomes_the_page_says_how_to_state_them() -> None:
    """No curve is drawn; the keys of graybook.toml that would give one are shown."""
    page = cohort_html(described(pool_table(60, outcomes=False)), "en")
    assert "[clinical.outcome]" in page
    assert 'section id="curves"' not in page
    assert "No record of this pool says what happened afterwards" in page


def test_ten_persons_are_not_described() -> None:
    """A pool of ten persons has no report."""
    with pytest.raises(NotComparable, match="fewer than 11"):
        described(pool_table(10))


@pytest.mark.parametrize("persons", [11, 25, 40])
def test_few_persons_have_a_page_without_plots(persons: int) -> None:
    """A pool of few persons still says what is missing, and draws what it may."""
    found = described(pool_table(persons))
    assert text_of(cohort_html(found, "fr")).count(f"{persons} personnes") >= 1
    assert all(len(one.near_maximum_gy) <= 3 for one in found.doses)


def test_the_page_is_the_same_from_the_same_pool(table: pa.Table, result: CohortResult) -> None:
    """Rows in another order give the same bytes."""
    shuffled = table.take(np.random.default_rng(1).permutation(table.num_rows))
    assert cohort_html(described(shuffled), "en") == cohort_html(result, "en")


def test_report_of_a_pool_by_the_command(pool_of_200: Path, tmp_path: Path) -> None:
    """``graybook cohort report`` writes the page and its numbers; persons and records are those of pool.json."""
    done = CliRunner().invoke(
        app, ["cohort", "report", str(pool_of_200), "--out", str(tmp_path), "--lang", "fr"]
    )
    assert done.exit_code == 0, done.output
    told = json.loads((pool_of_200 / "pool.json").read_text(encoding="utf-8"))
    numbers = json.loads((tmp_path / "cohort.json").read_text(encoding="utf-8"))
    assert (numbers["persons"], numbers["rows"]) == (told["persons"], told["rows"])
    assert "Ce qui manque" in (tmp_path / "cohort.html").read_text(encoding="utf-8")
    assert CohortResult.model_validate(numbers) == cohort_report(pool_of_200, language="fr")


def test_the_page_does_not_lie_in_the_pool(pool_of_200: Path) -> None:
    """The pool's folder holds the pool alone: a page in it would keep it from being built again."""
    done = CliRunner().invoke(app, ["cohort", "report", str(pool_of_200), "--out", str(pool_of_200 / "page")])
    assert done.exit_code == 2
    assert not (pool_of_200 / "page").exists()


# --- somebody tries to find few persons ------------------------------------------------------------------------


@dataclass
class Attack:
    """Numbers of persons that the page gives as bands, what an attacker knows of how they hang together, and the truth."""

    truth: dict[str, int] = field(default_factory=dict)
    low: dict[str, int] = field(default_factory=dict)
    high: dict[str, int] = field(default_factory=dict)
    sums: list[tuple[dict[str, int], int]] = field(default_factory=list)

    def printed(self, name: str, band: Any, truth: int, least: int = 0) -> str:
        """A number of the page; that it is printed, or what stands beside it, may say that it is so high at least."""
        assert max(band.low, least) <= truth <= band.high, name
        self.truth[name], self.low[name], self.high[name] = truth, max(band.low, least), band.high
        return name

    def known(self, name: str, value: int) -> str:
        """A number that is no secret."""
        self.truth[name] = self.low[name] = self.high[name] = value
        return name

    def parted(self, whole: str, *parts: str) -> None:
        """Parts that make up a whole."""
        self.sums.append(({whole: 1, **dict.fromkeys(parts, -1)}, 0))

    def within(self, whole: str, part: str) -> None:
        """A part of a whole: the rest of it is what the attacker is after."""
        rest = f"{whole} without {part}"
        self.truth[rest], self.low[rest], self.high[rest] = self.truth[whole] - self.truth[part], 0, 10**6
        self.parted(whole, part, rest)

    def range_of(self, name: str) -> tuple[int, int]:
        """The least and the greatest whole number that agree with all that is known."""
        names = list(self.truth)
        rows = np.array([[one.get(other, 0) for other in names] for one, _ in self.sums])
        values = [value for _, value in self.sums]
        bounds = Bounds([self.low[one] for one in names], [self.high[one] for one in names])
        found = []
        for sign in (1, -1):
            cost = np.array([sign * (one == name) for one in names])
            solved = milp(
                cost, constraints=LinearConstraint(rows, values, values), bounds=bounds, integrality=1
            )
            assert solved.status == 0
            found.append(round(sign * solved.fun))
        return found[0], found[1]


def truths(table: pa.Table) -> dict[str, dict[str, Any]]:
    """Each person's own values, from the rows."""
    people: dict[str, dict[str, Any]] = {}
    for row in table.to_pylist():
        own = people.setdefault(row["person"], {**row, "organs": {}})
        if row["scope"] == "cumulative" and row["structure"] != "organ-1":
            own["organs"][row["structure"]] = row
    return people


def fate(one: dict[str, Any]) -> str:
    """What is known of a person's being alive."""
    if one["vital_status"] is None:
        return "nothing"
    return "status_only" if one["follow_up_days"] is None else str(one["vital_status"])


def attack_on(result: CohortResult, table: pa.Table) -> Attack:
    """All bands of the page with the truth, and every relation between them that follows from what they mean."""
    people = list(truths(table).values())
    attack = Attack()
    attack.known("all", len(people))
    for part in result.fates:
        attack.printed(f"fate {part.code}", part.persons, sum(fate(one) == part.code for one in people))
    attack.parted("all", *(f"fate {part.code}" for part in result.fates))
    lacking = {one.code: one for one in result.missing}
    columns = {"vital_status": "vital_status", "recurrence": "recurrence", "sex": "sex", "age": "age_years"}
    for code, column in columns.items():
        count = sum(one[column] is None for one in people)
        if code in lacking:
            attack.within("all", attack.printed(f"no {code}", lacking[code].persons, count))
    attack.parted("no vital_status", "fate nothing")
    if "follow_up" in lacking:
        count = sum(fate(one) == "status_only" for one in people)
        attack.parted(attack.printed("no follow_up", lacking["follow_up"].persons, count), "fate status_only")
        stated = attack.printed(
            "stated", lacking["follow_up"].of, sum(fate(one) != "nothing" for one in people)
        )
        attack.parted(stated, "fate status_only", "fate alive", "fate dead")
    for organ in result.organs:
        rows = [one["organs"][organ.name] for one in people if organ.name in one["organs"]]
        whole = attack.printed(organ.name, organ.persons, len(rows), 11)
        attack.within("all", whole)
        tests = {
            "no_dose": lambda row: row["eqd2_d0_03cc_ugy"] is None,
            "no_histogram": lambda row: row["eqd2_d50pct_ugy"] is None,
            "paper": lambda row: row["evidence_grade"] in "CD",
            "lower_bound": lambda row: row["lower_bound"],
        }
        for name, test in tests.items():
            band = getattr(organ, name)
            attack.within(whole, attack.printed(f"{organ.name} {name}", band, sum(map(test, rows))))
        attack.within(f"{organ.name} no_histogram", f"{organ.name} no_dose")
        attack.within(f"{organ.name} lower_bound", f"{organ.name} paper")
    for dose in result.doses:
        count = attack.truth[dose.name] - attack.truth[f"{dose.name} no_dose"]
        attack.parted(
            dose.name, f"{dose.name} no_dose", attack.printed(f"{dose.name} dose", dose.persons, count)
        )
    attack_tiles(attack, result, people)
    for curve in result.curves:
        attack_curve(attack, curve, people)
    return attack


def attack_tiles(attack: Attack, result: CohortResult, people: list[dict[str, Any]]) -> None:
    """Tiles make up those with a dose and an interval, who are some of those with a dose."""
    for panel in result.tiles:
        own = [
            (row["interval_days"] / 365.25, row["eqd2_d0_03cc_ugy"] / 1e6)
            for row in (one["organs"].get(panel.name) for one in people)
            if row and row["eqd2_d0_03cc_ugy"] is not None and row["interval_days"] is not None
        ]
        whole = attack.printed(f"{panel.name} again", panel.persons, len(own))
        attack.within(f"{panel.name} dose", whole)
        names = []
        for tile in panel.tiles:
            (a, b), (c, d) = tile.years, tile.dose_gy
            count = sum(a <= x < (b or np.inf) and c <= y < (d or np.inf) for x, y in own)
            assert count >= 11
            names.append(attack.printed(f"{panel.name} {tile.years} {tile.dose_gy}", tile.persons, count, 11))
        attack.parted(whole, *names)


def attack_curve(attack: Attack, curve: Any, people: list[dict[str, Any]]) -> None:
    """Fewer are followed at each time than before; those alive without a recurrence are some of those alive."""
    followed = [one for one in people if fate(one) in ("alive", "dead")]
    times = [one["follow_up_days"] for one in followed]
    if curve.code == "recurrence":
        followed = [
            one for one in followed if one["recurrence"] is False or one["recurrence_days"] is not None
        ]
        times = [one["recurrence_days"] if one["recurrence"] else one["follow_up_days"] for one in followed]
    names = []
    for day, band in zip(curve.days, curve.followed, strict=True):
        count = sum(time > day for time in times) if day else len(times)
        names.append(attack.printed(f"{curve.code} {day}", band, count, 11))
        assert count >= 11
    for before, after in pairwise(names):
        attack.within(before, after)
    if curve.code == "survival":
        attack.parted(names[0], "fate alive", "fate dead")
        for first, last in zip(names, names[2:], strict=False):
            attack.within(first, last)
    else:
        for day in curve.days:
            if f"survival {day}" in attack.truth:
                attack.within(f"survival {day}", f"recurrence {day}")


@pytest.mark.parametrize(("persons", "seed"), [(200, 9), (90, 3), (331, 5), (50, 7), (27, 4), (13, 2)])
def test_no_small_group_can_be_reckoned_from_the_page(persons: int, seed: int) -> None:
    """
    With every band of the page, and knowing how they hang together, a group of 1 to 10 persons has nine possible sizes or more.

    The groups are those printed, and what is left of each set when a part of it that is printed too is taken away. The attacker
    solves for each by whole-number programmes.
    """
    table = pool_table(persons, seed=seed)
    attack = attack_on(described(table), table)
    small = [name for name, count in attack.truth.items() if 0 < count < 11]
    assert len(small) >= 4
    found = {name: attack.range_of(name) for name in small}
    assert {name: ends for name, ends in found.items() if ends[1] - ends[0] < 8} == {}


def test_the_attack_succeeds_on_exact_numbers() -> None:
    """The same attack finds a small group where sets are printed with their exact numbers from eleven on."""
    from graybook.cohort.bands import Band

    attack = Attack()
    attack.known("all", 200)
    attack.printed("one", Band(low=150, high=150), 150)
    attack.printed("other", Band(low=144, high=144), 144)
    attack.within("one", "other")
    assert attack.range_of("one without other") == (6, 6)


def test_steps_of_the_curve_count_eleven_deaths(table: pa.Table, result: CohortResult) -> None:
    """Between two printed times eleven persons or more died, so that no percent tells of fewer; beyond the last eleven or none."""
    people = truths(table).values()
    deaths = [one["follow_up_days"] for one in people if fate(one) == "dead"]
    days = next(one.days for one in result.curves if one.code == "survival")
    edges = [sum(death <= day for death in deaths) for day in days]
    assert min(np.diff(edges)) >= 11
    assert len(deaths) - edges[-1] not in range(1, 11)
