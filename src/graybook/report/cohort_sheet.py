"""Cohort sheet: a pool's numbers come in; its page in one language goes out, worded but not yet laid out: what is missing first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from graybook.report.blocks import Block, Cell, Column, Figure, Paragraph, Section, Table, cell
from graybook.report.cohort_result import CohortResult, CurveResult, MissingResult, PartResult
from graybook.report.cohort_words import PAGES, percentiles_text, persons_text, share_ends, share_text
from graybook.report.wording import Wording
from graybook.text import Language, remedy
from graybook.text.numbers import DASH

__all__ = ["CURVES", "DOSES", "SNIPPET", "TILES", "CohortSheet", "MissingRow", "cohort_sheet", "summary"]

DOSES, TILES, CURVES = "cohort-doses", "cohort-tiles", "cohort-curves"
"""The pictures, by name."""

SNIPPET = """\
[clinical.outcome]
vital_status = "alive"          # or "dead", with death_date
last_follow_up = 2026-11-03
recurrence = true               # false where there was none; leave out where nobody says
recurrence_date = 2026-08-01
toxicity = [{ organ = "SpinalCord", term = "myelitis", grade = 0, date = 2026-11-03 }]
"""

_GROUPS = ("outcome", "course", "dose", "evidence", "person")
_LABELS = (
    *("missing", "col_missing", "col_persons", "col_share", "col_to_do", "results"),
    *("col_reason", "col_files", "col_remedy", "nothing_missing"),
)
_DAYS_A_YEAR = 365.25


@dataclass(frozen=True, kw_only=True)
class MissingRow:
    """One thing that records lack. ``low`` and ``high`` are the ends of its bar. [%]"""

    group: str
    what: str
    persons: str
    share: str
    low: int
    high: int
    do: str


@dataclass(frozen=True, kw_only=True)
class CohortSheet:
    """The page in one language."""

    language: str
    title: str
    head: str
    head_details: str
    notice: str
    notice_long: str
    version: str
    headline: str
    lines: tuple[str, ...]
    results: tuple[str, ...]
    failed: Table
    failed_note: str
    missing: tuple[MissingRow, ...]
    missing_note: str
    sections: tuple[Section, ...]
    snippet: str = ""
    labels: dict[str, str] = field(default_factory=dict)


def cohort_sheet(result: CohortResult, language: Language) -> CohortSheet:
    """The page in one language."""
    words, report = Wording(language, PAGES), Wording(language)
    complete = [words(f"what_{code}") for code in result.complete]
    note = words("missing_note", complete=", ".join(complete)) if complete else words("missing_note_none")
    return CohortSheet(
        language=language,
        title=words("title"),
        head=words("head", project=result.project),
        head_details=words("head_details", persons=result.persons, rows=result.rows),
        notice=words("notice"),
        notice_long=report("notice_long"),
        version=words("version", version=result.version),
        headline=words("headline", persons=result.persons),
        lines=tuple(_lines(result, words)),
        results=tuple(_results(result, words)),
        failed=_failed(result, words, language),
        failed_note=words("failed_note") if result.failed else "",
        missing=tuple(_missing(result.missing, result.persons, words)),
        missing_note=note,
        sections=(_known(result, words), _outcome(result, words), *_plots(result, words)),
        snippet="" if _some_outcome(result) else SNIPPET,
        labels={key: words(key) for key in _LABELS},
    )


def _lines(result: CohortResult, words: Wording) -> Iterator[str]:
    yield words("bands", most=result.floor - 1)
    if len(result.tables_editions) > 1:
        editions = ", ".join(result.tables_editions)
        yield words("editions", n=len(result.tables_editions), editions=editions)


def _results(result: CohortResult, words: Wording) -> Iterator[str]:
    failed = sum(one.files for one in result.failed)
    yield words("results_line", records=result.records, failed=failed, older=result.older, twice=result.twice)
    if result.without_rows.high:
        yield words("without_rows", persons=persons_text(result.without_rows))


def _failed(result: CohortResult, words: Wording, language: Language) -> Table:
    rows = tuple(
        (
            cell(words.term("failed", one.code)),
            cell(str(one.files)),
            cell(remedy(one.code, language).strip() or DASH),
        )
        for one in sorted(result.failed, key=lambda one: (-one.files, one.code))
    )
    columns = (
        Column(title=words("col_reason"), share=1.0),
        Column(title=words("col_files"), numeric=True),
        Column(title=words("col_remedy"), share=1.4),
    )
    return Table(columns=columns, rows=rows)


def _missing(lacking: Sequence[MissingResult], total: int, words: Wording) -> Iterator[MissingRow]:
    """By group, the one that lacks most first; its name stands in its first row."""
    order = list(dict.fromkeys(one.group for one in lacking))
    for group in order:
        own = [one for one in lacking if one.group == group]
        for place, one in enumerate(own):
            persons = persons_text(one.persons)
            if one.of.low != total:
                persons = words("of", persons=persons, of=persons_text(one.of))
            low, high = share_ends(one.persons, one.of)
            yield MissingRow(
                group=words(f"group_{group}") if place == 0 else "",
                what=words(f"what_{one.code}"),
                persons=persons,
                share=share_text(one.persons, one.of, words),
                low=round(low),
                high=round(high),
                do=words(f"do_{one.code}"),
            )


def _known(result: CohortResult, words: Wording) -> Section:
    grades = Table(
        title=words("grades"),
        columns=(
            Column(title=words("col_grade")),
            Column(title=words("col_grade_means"), share=1.0),
            Column(title=words("col_persons"), numeric=True),
        ),
        rows=tuple(
            (
                cell(DASH if one.code == "none" else one.code, strong=True),
                cell(words(f"grade_{one.code.lower()}")),
                cell(persons_text(one.persons)),
            )
            for one in result.grades
        ),
    )
    keys = ("persons", "no_dose", "no_histogram", "paper", "lower_bound")
    organs = Table(
        title=words("organs"),
        columns=(
            Column(title=words("col_organ"), share=1.0),
            *(Column(title=words(f"col_{key}"), numeric=True) for key in keys),
        ),
        rows=tuple(
            (cell(one.name, strong=True), *(cell(persons_text(getattr(one, key))) for key in keys))
            for one in result.organs
        ),
        note=words("organs_note", floor=result.floor, n=result.organs_of_few),
    )
    return Section(id="known", title=words("known"), blocks=(grades, organs))


def _some_outcome(result: CohortResult) -> bool:
    told = any(one.persons.high for one in result.fates if one.code != "nothing")
    return told or bool(result.toxicities)


def _outcome(result: CohortResult, words: Wording) -> Section:
    if not _some_outcome(result):
        return Section(id="outcome", title=words("outcome"), blocks=(Paragraph(text=words("no_outcome")),))
    blocks: list[Block] = [_fates(result.fates, words)]
    if result.toxicities:
        keys = ("stated", "grade_2", "grade_3")
        blocks.append(
            Table(
                title=words("toxicities"),
                columns=(
                    Column(title=words("col_organ"), share=1.0),
                    *(Column(title=words(f"col_{key}"), numeric=True) for key in keys),
                ),
                rows=tuple(
                    (cell(one.name, strong=True), *(cell(persons_text(getattr(one, key))) for key in keys))
                    for one in result.toxicities
                ),
            )
        )
    return Section(id="outcome", title=words("outcome"), blocks=tuple(blocks))


def _fates(fates: Sequence[PartResult], words: Wording) -> Table:
    return Table(
        title=words("fates"),
        columns=(
            Column(title=words("col_fate"), share=1.0),
            Column(title=words("col_persons"), numeric=True),
        ),
        rows=tuple((cell(words(f"fate_{one.code}")), cell(persons_text(one.persons))) for one in fates),
    )


def _plots(result: CohortResult, words: Wording) -> Iterator[Section]:
    yield Section(id="doses", title=words("doses"), blocks=tuple(_dose_blocks(result, words)))
    note = words("fig_tiles_note", floor=result.floor)
    block: Block = Figure(name=TILES, alt=words("fig_tiles"), caption=note)
    if not result.tiles:
        block = Paragraph(text=words("no_tiles"))
    yield Section(id="intervals", title=words("tiles"), blocks=(block,))
    if _some_outcome(result):
        yield Section(id="curves", title=words("curves"), blocks=tuple(_curve_blocks(result, words)))


def _dose_blocks(result: CohortResult, words: Wording) -> Iterator[Block]:
    if not result.doses:
        yield Paragraph(text=words("no_doses", few=2 * result.floor))
        return
    yield Figure(name=DOSES, alt=words("fig_doses"), caption=words("fig_doses_note", floor=result.floor))
    yield Table(
        columns=(
            Column(title=words("col_organ"), share=1.0),
            Column(title=words("col_dose_persons"), numeric=True),
            Column(title=words("col_lower_bound"), numeric=True),
            Column(title=words("col_near"), numeric=True),
            Column(title=words("col_mean"), numeric=True),
        ),
        rows=tuple(
            (
                cell(one.name, strong=True),
                cell(persons_text(one.persons)),
                cell(persons_text(one.lower_bound)),
                cell(percentiles_text(one.near_maximum_gy)),
                cell(percentiles_text(one.mean_gy)),
            )
            for one in result.doses
        ),
    )


def _curve_blocks(result: CohortResult, words: Wording) -> Iterator[Block]:
    if result.curves:
        yield Figure(
            name=CURVES, alt=words("fig_curves"), caption=words("fig_curves_note", floor=result.floor)
        )
    drawn = {one.code for one in result.curves}
    for code in ("survival", "recurrence"):
        if code not in drawn:
            yield Paragraph(text=words(f"no_{code}", floor=result.floor))
    for curve in result.curves:
        yield _curve_table(curve, words)


def _curve_table(curve: CurveResult, words: Wording) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for place, days in enumerate(curve.days):
        row = [cell(words.short(round(days / _DAYS_A_YEAR, 1))), cell(str(curve.percent[place]))]
        if curve.low:
            row.append(cell(f"{curve.low[place]}\u2013{curve.high[place]}" if days else DASH))
        rows.append((*row, cell(persons_text(curve.followed[place]))))
    titles = ["col_years", "col_percent", *(["col_interval"] if curve.low else []), "col_followed"]
    return Table(
        title=words(f"curve_{curve.code}"),
        columns=tuple(Column(title=words(title), numeric=True) for title in titles),
        rows=tuple(rows),
    )


def summary(result: CohortResult, language: Language) -> tuple[str, ...]:
    """What the terminal shows: how much is missing, and what most."""
    words = Wording(language, PAGES)
    failed = sum(one.files for one in result.failed)
    lines = [words("written", persons=result.persons, missing=len(result.missing), failed=failed)]
    if result.missing:
        first = result.missing[0]
        share = share_text(first.persons, first.of, words)
        lines.append(words("first", what=words(f"what_{first.code}"), persons=share))
    return tuple(lines)
