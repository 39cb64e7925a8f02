"""Commission sheet: a commissioning's result comes in; its pages in one language go out, worded but not yet laid out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from graybook.report.blocks import Block, Cell, Column, Figure, Paragraph, Section, Table, cell
from graybook.report.commission_result import Case, Commission, CommissionMaterial, Group
from graybook.report.wording import Wording
from graybook.text import Language
from graybook.text.numbers import DASH

__all__ = ["CURVES", "DEVIATIONS", "CommissionSheet", "commission_sheet", "figures_of"]

CURVES, DEVIATIONS = "curves", "deviations"
"""The pictures, by name."""

PHANTOMS = "nelms"
"""The group whose figures are drawn."""

_FAILED_SHOWN = 8
_LABELS = ("section_means", "section_do", "section_failed", "section_groups", "section_machine", "kicker")


@dataclass(frozen=True, kw_only=True)
class CommissionSheet:
    """The pages of a commissioning in one language."""

    language: str
    title: str
    head: str
    head_details: str
    notice: str
    notice_long: str
    version: str
    passed: bool
    verdict: str
    counts: tuple[str, ...]
    means: tuple[str, ...]
    actions: tuple[str, ...]
    groups: Table
    failed: Table
    machine: Table
    fields: tuple[str, ...]
    sections: tuple[Section, ...]
    labels: dict[str, str] = field(default_factory=dict)


class _Words:
    """The words of the commissioning's pages, and its numbers."""

    def __init__(self, language: Language) -> None:
        self.own = Wording(language, "commission")
        self.report = Wording(language)

    def __call__(self, key: str, /, **params: object) -> str:
        return self.own(key, **params)

    def value(self, value: float | None, case: Case) -> str:
        """A figure with its unit; as many decimals as its tolerance has where zero is expected."""
        if value is None:
            return DASH
        decimals = 4
        if case.unit == "":
            decimals = 0
        elif case.expected == 0.0 and not case.percent:
            decimals = max(2, len(self.plain(case.tolerance)) - 2)
        return f"{self.report.number(value, decimals)} {case.unit}".strip().replace(" ", "\u00a0")

    def plain(self, value: float) -> str:
        """A tolerance, all its digits and no more."""
        text = f"{value:.10f}".rstrip("0").rstrip(".") or "0"
        return text.replace(".", ",") if self.report.language == "fr" else text

    def tolerance(self, case: Case) -> str:
        """The tolerance with its unit."""
        unit = "%" if case.percent else case.unit
        return f"{self.plain(case.tolerance)} {unit}".strip().replace(" ", "\u00a0")

    def deviation(self, case: Case) -> str:
        """How far found lies from expected."""
        if case.deviation is None:
            return DASH
        if case.percent:
            return f"{self.signed(case.deviation, 2)}\u00a0%"
        text = self.value(abs(case.deviation), case)
        return text if case.deviation >= 0.0 else f"\u2212{text}"

    def signed(self, value: float, decimals: int) -> str:
        """A number with a true minus, and no minus on zero."""
        text = self.report.number(value, decimals)
        return (
            text.replace("-", "\u2212") if any(digit in text for digit in "123456789") else text.lstrip("-")
        )


def figures_of(group: Group) -> int:
    """How many figures a group compares."""
    return len(group.cases)


def commission_sheet(material: CommissionMaterial, language: Language) -> CommissionSheet:
    """The pages of a commissioning in one language."""
    words, result = _Words(language), material.result
    created = _moment(result.created, words)
    sections = [_group_section(group, material, words) for group in result.groups]
    return CommissionSheet(
        language=language,
        title=words("title"),
        head=words("head", version=result.version),
        head_details=words("head_details", created=created),
        notice=words.report("notice"),
        notice_long=words.report("notice_long"),
        version=words.report("version", version=result.version, date=words.report.date(result.created)),
        passed=result.passed,
        verdict=words("passed" if result.passed else "failed"),
        counts=tuple(_counts(result, words)),
        means=_means(words, passed=result.passed),
        actions=_actions(words, passed=result.passed),
        groups=_groups(result.groups, words),
        failed=_failed(result.groups, words),
        machine=_machine(result, created, words),
        fields=(words("field_computer"), words.report("validation"), words("field_remarks")),
        sections=(*sections, _tables(result, words)),
        labels={key: words(key) for key in _LABELS},
    )


def _moment(created: str, words: _Words) -> str:
    when = datetime.fromisoformat(created)
    offset = when.strftime("%z")
    return words(
        "moment",
        date=words.report.date(created),
        time=when.strftime("%H:%M"),
        offset=f"{offset[:3]}:{offset[3:5]}" if offset else "",
    )


def _counts(result: Commission, words: _Words) -> Iterator[str]:
    figures = sum(map(figures_of, result.groups))
    failed = sum(not group.passed for group in result.groups)
    key = "counts_failed" if failed else "counts_passed"
    yield words(key, figures=figures, groups=len(result.groups), failed=failed)
    beyond = sum(group.beyond for group in result.groups if group.passed)
    if beyond and not failed:
        allowed = sum(group.beyond_allowed for group in result.groups)
        yield words("counts_beyond_one" if beyond == 1 else "counts_beyond", beyond=beyond, allowed=allowed)
    yield words("truth")


def _means(words: _Words, *, passed: bool) -> tuple[str, ...]:
    return tuple(map(words, ("means_passed", "means_limits") if passed else ("means_failed",)))


def _actions(words: _Words, *, passed: bool) -> tuple[str, ...]:
    done = ("do_keep", "do_compare", "do_again")
    return tuple(map(words, done if passed else ("do_stop", "do_reinstall", "do_report", "do_keep")))


def _groups(groups: Sequence[Group], words: _Words) -> Table:
    rows = []
    for group in groups:
        key = "allowed" if group.beyond_allowed else "none_allowed"
        counted = words(key, beyond=group.beyond, figures=figures_of(group), allowed=group.beyond_allowed)
        rows.append(
            (
                cell(group.title, strong=True),
                cell(counted),
                cell(*_closest(group, words)),
                cell(words("yes" if group.passed else "no"), strong=not group.passed),
            )
        )
    return Table(
        columns=(
            Column(title=words("col_group"), share=1.4),
            Column(title=words("col_beyond")),
            Column(title=words("col_closest"), share=2.0),
            Column(title=words("col_verdict")),
        ),
        rows=tuple(rows),
    )


def _closest(group: Group, words: _Words) -> tuple[str, ...]:
    case = group.closest
    if case is None:
        return (DASH,)
    if case.deviation is None:
        return words("not_computed", error=case.error), case.text
    return f"{words.deviation(case)} ({words('col_tolerance').lower()} {words.tolerance(case)})", case.text


def _failed(groups: Sequence[Group], words: _Words) -> Table:
    """The cases that made groups fail, the first few of each group, for the first page."""
    cases = [
        case
        for group in groups
        if not group.passed
        for case in [one for one in group.cases if not one.passed][: max(2, _FAILED_SHOWN // len(groups))]
    ]
    table = _cases_table(cases, {}, words, sources=False)
    return Table(columns=table.columns, rows=table.rows, note=words("failed_note"))


def _machine(result: Commission, created: str, words: _Words) -> Table:
    here = result.machine
    libraries = ", ".join(f"{name}\u00a0{version}" for name, version in here.libraries.items())
    facts = {
        "fact_version": f"{result.version} ({created})",
        "fact_edition": result.tables_edition,
        "fact_system": here.system,
        "fact_processor": f"{here.processor}, {words('fact_cores', cores=here.cores)}",
        "fact_python": here.python,
        "fact_libraries": libraries,
        "fact_seconds": words("seconds", seconds=here.seconds),
    }
    return Table(
        columns=(Column(title=words("col_what")), Column(title=words("col_value"), share=1.0)),
        rows=tuple((cell(words(key), strong=True), cell(value)) for key, value in facts.items()),
    )


def _group_section(group: Group, material: CommissionMaterial, words: _Words) -> Section:
    blocks: list[Block] = [Paragraph(text=group.what)]
    if group.reason:
        blocks.append(Paragraph(text=words("reason", reason=group.reason)))
    if all(case.row and case.column for case in group.cases):
        blocks += [_matrix(group, words), *_beyond(group, words)]
    else:
        sources = {text: i for i, text in enumerate(dict.fromkeys(case.source for case in group.cases), 1)}
        blocks.append(_cases_table(group.cases, sources, words))
    if group.id == PHANTOMS:
        blocks += _figures(group, material, words)
    return Section(id=group.id, title=group.title, blocks=tuple(blocks))


def _figures(group: Group, material: CommissionMaterial, words: _Words) -> Iterator[Block]:
    if material.curves:
        yield Figure(name=CURVES, alt=words("fig_curves"), caption=words("fig_curves_note"))
    percent = words.plain(group.cases[0].tolerance)
    note = words("fig_deviations_note", figures=figures_of(group), percent=percent)
    yield Figure(name=DEVIATIONS, alt=words("fig_deviations"), caption=note)


def _cases_table(
    cases: Sequence[Case], numbered: dict[str, int], words: _Words, *, sources: bool = True
) -> Table:
    columns = [
        Column(title=words("col_case"), share=1.0),
        Column(title=words("col_expected"), numeric=True),
        Column(title=words("col_found"), numeric=True),
        Column(title=words("col_deviation"), numeric=True),
        Column(title=words("col_tolerance"), numeric=True),
        Column(title=words("col_verdict")),
    ]
    if sources:
        columns.insert(1, Column(title=words("col_source"), numeric=True))
    return Table(
        columns=tuple(columns),
        rows=tuple(_case_row(case, numbered, words, sources=sources) for case in cases),
        note=_listed(numbered, words) if sources else "",
    )


def _listed(numbered: dict[str, int], words: _Words) -> str:
    listed = " ".join(f"{number}\u00a0{text}." for text, number in numbered.items() if text)
    return words("source_list", sources=listed) if listed else ""


def _case_row(case: Case, numbered: dict[str, int], words: _Words, *, sources: bool) -> tuple[Cell, ...]:
    said = (words("not_computed", error=case.error),) if case.found is None else ()
    row = [
        cell(case.text, *said),
        cell(words.value(case.expected, case)),
        cell(words.value(case.found, case)),
        cell(words.deviation(case)),
        cell(words.tolerance(case)),
        cell(words("within" if case.passed else "outside"), strong=not case.passed),
    ]
    if sources:
        row.insert(1, cell(str(numbered[case.source])))
    return tuple(row)


def _matrix(group: Group, words: _Words) -> Table:
    """Every deviation of a group, rows by columns; several of one place share a cell."""
    names = list(dict.fromkeys(case.column for case in group.cases))
    placed: dict[str, dict[str, list[Case]]] = {}
    for case in group.cases:
        placed.setdefault(case.row, {}).setdefault(case.column, []).append(case)
    shared = any(len(cases) > 1 for row in placed.values() for cases in row.values())
    rows = [
        (cell(row), *(_deviations(columns.get(name, []), words) for name in names))
        for row, columns in placed.items()
    ]
    expected = {
        name: dict.fromkeys(words.value(one.expected, one) for one in group.cases if one.column == name)
        for name in names
    }
    if all(len(values) == 1 for values in expected.values()):
        rows.insert(0, (cell(words("row_expected")), *(cell(*expected[name]) for name in names)))
    first = words("col_body" if shared else "col_files")
    return Table(
        columns=(Column(title=first, share=1.0), *(Column(title=name, numeric=True) for name in names)),
        rows=tuple(rows),
        note=" ".join(
            [
                words("matrix_note", cells=words("matrix_pair") if shared else ""),
                _listed({group.cases[0].source: 1}, words),
            ]
        ),
    )


def _deviations(cases: Sequence[Case], words: _Words) -> Cell:
    texts = [DASH if one.deviation is None else words.signed(one.deviation, 2) for one in cases]
    return cell(" / ".join(texts), strong=any(not one.passed for one in cases))


def _beyond(group: Group, words: _Words) -> Iterator[Block]:
    cases = [case for case in group.cases if not case.passed]
    if not cases:
        yield Paragraph(text=words("none_beyond"))
        return
    table = _cases_table(cases, {}, words, sources=False)
    yield Table(columns=table.columns, rows=table.rows, title=words("beyond_title"))


def _tables(result: Commission, words: _Words) -> Section:
    table = Table(
        columns=(Column(title=words("col_file")), Column(title=words("col_hash"), share=1.0)),
        rows=tuple((cell(one.file, strong=True), cell(one.sha256)) for one in result.tables),
        note=words("tables_note", edition=result.tables_edition),
    )
    return Section(id="tables", title=words("section_tables"), blocks=(table,))
