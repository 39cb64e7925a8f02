"""Sources: a result comes in; refusals with remedies, findings by severity and the provenance go out as sections."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graybook.report.blocks import Block, Cell, Column, Paragraph, Section, Table, cell
from graybook.report.repair_words import repair_table
from graybook.report.result import LinkResult, Result, StructureResult
from graybook.report.values import course_name
from graybook.report.wording import Wording
from graybook.text.numbers import DASH

__all__ = ["findings_section", "provenance_section", "refusals_section"]

_SEVERITIES = ("error", "warning", "info")
_HASHES_SHOWN = 4
_DIGITS = 12


def _subject(subject: str, result: Result, words: Wording) -> str:
    for course in result.courses:
        if subject == course.id:
            return course_name(course, words)
        for phase in course.phases:
            if subject == phase.id:
                return phase.label or phase.id
    return subject or DASH


def _said(text: str, subject: str) -> str:
    """A sentence without the subject it opens with, which stands in the column before."""
    rest = re.sub(rf"^{re.escape(subject)}\s*:\s*", "", text) if subject else text
    return rest[:1].upper() + rest[1:] if rest[:2].isalpha() else rest


def _or_none(tables: list[Table], words: Wording) -> tuple[Block, ...]:
    filled = tuple(table for table in tables if table.rows)
    return filled or (Paragraph(text=words("none")),)


def refusals_section(result: Result, words: Wording) -> Section:
    """What was not computed, and the remedy."""
    table = Table(
        columns=(
            Column(title=words("col_subject"), share=1.0),
            Column(title=words("col_refused"), share=2.0),
            Column(title=words("col_remedy"), share=2.0),
        ),
        rows=tuple(
            (
                cell(_subject(refusal.subject, result, words), strong=True),
                cell(_said(refusal.text, refusal.subject)),
                cell(refusal.remedy),
            )
            for refusal in result.refusals
        ),
    )
    return Section(id="refusals", title=words("section_refusals"), blocks=_or_none([table], words))


def findings_section(result: Result, words: Wording) -> Section:
    """All findings, grouped by severity."""
    severities = [*_SEVERITIES, *sorted({item.severity for item in result.findings} - set(_SEVERITIES))]
    tables = [
        Table(
            title=words.term("severity", severity),
            columns=(
                Column(title=words("col_subject"), share=1.0),
                Column(title=words("col_text"), share=4.0),
            ),
            rows=tuple(
                (
                    cell(_subject(item.subject, result, words), strong=True),
                    cell(_said(item.text, item.subject)),
                )
                for item in result.findings
                if item.severity == severity
            ),
        )
        for severity in severities
    ]
    return Section(id="findings", title=words("section_warnings"), blocks=_or_none(tables, words))


def _facts(result: Result, words: Wording) -> Table:
    found = result.provenance
    rows = (
        (words("prov_program"), f"Graybook {found.version}"),
        (words("prov_created"), words.date(found.created)),
        (words("prov_tables"), found.tables_edition),
        (words("prov_slices"), words.term("slices", found.slice_model) or DASH),
        (words("prov_schema"), result.schema_version),
        (words("prov_settings"), found.settings_sha256 or DASH),
    )
    return Table(
        columns=(Column(title=words("col_what")), Column(title=words("col_value"), share=1.0)),
        rows=tuple((cell(name, strong=True), cell(value)) for name, value in rows),
    )


def _inputs(result: Result, words: Wording) -> Table:
    by_use: dict[str, list[str]] = {}
    for item in result.provenance.inputs:
        by_use.setdefault(item.used_as, []).append(item.sha256[:_DIGITS])
    return Table(
        title=words("prov_inputs"),
        columns=(
            Column(title=words("col_used_as"), share=1.0),
            Column(title=words("col_count"), numeric=True),
            Column(title=words("col_hash"), share=3.0),
        ),
        rows=tuple(
            (
                cell(words.term("used", use), strong=True),
                cell(str(len(hashes))),
                cell(words.listing(hashes, _HASHES_SHOWN)),
            )
            for use, hashes in by_use.items()
        ),
        note=words("inputs_note", n=len(result.provenance.inputs)),
    )


def _link_row(link: LinkResult, words: Wording) -> tuple[Cell, ...]:
    known = {"same frame": "same_frame", "computed": "computed"}
    sources = [words(known[source]) if source in known else source for source in link.source]
    return (
        cell(link.from_frame),
        cell(link.to_frame),
        cell(*sources, even=True),
        cell(words.number(link.error_mm, 1)),
        cell(words.term("approval", link.approval)),
    )


def _alignments(result: Result, words: Wording) -> Table:
    return Table(
        title=words("prov_alignments"),
        columns=(
            Column(title=words("col_from"), share=1.0),
            Column(title=words("col_to"), share=1.0),
            Column(title=words("col_source"), share=1.0),
            Column(title=words("col_error"), numeric=True),
            Column(title=words("col_approved")),
        ),
        rows=tuple(_link_row(link, words) for link in result.provenance.alignments),
    )


def _overrides(result: Result, words: Wording) -> Table:
    rows = []
    for item in result.provenance.overrides:
        source = item.get("source", "")
        rows.append(
            (
                cell(item.get("key", ""), strong=True),
                cell(item.get("value", "")),
                cell(item.get("author", "")),
                cell(words.date(item.get("date", ""))),
                cell(item.get("reason", ""), source),
            )
        )
    return Table(
        title=words("prov_overrides"),
        columns=(
            Column(title=words("col_what"), share=1.0),
            Column(title=words("col_value"), share=1.0),
            Column(title=words("col_author"), share=1.0),
            Column(title=words("col_day")),
            Column(title=words("col_reason"), share=2.0),
        ),
        rows=tuple(rows),
    )


def _alpha_beta_span(structure: StructureResult, words: Wording) -> str:
    low, high = structure.alpha_beta_range_gy or (0.0, 0.0)
    return words("published", low=words.short(low), high=words.short(high)) if low < high else ""


def _alpha_betas(result: Result, words: Wording) -> Iterator[tuple[Cell, ...]]:
    """One row for the structures that share value, basis and source."""
    named: dict[tuple[str, str, str, str], list[str]] = {}
    for structure in result.structures:
        if structure.alpha_beta_gy is not None:
            basis = words.term("basis", structure.alpha_beta_basis)
            source = structure.alpha_beta_source or DASH
            key = (words.short(structure.alpha_beta_gy), basis, _alpha_beta_span(structure, words), source)
            named.setdefault(key, []).append(structure.name)
    for (value, basis, span, source), names in named.items():
        yield cell(", ".join(names), strong=True), cell(value), cell(basis, span), cell(source)


def _alpha_beta_table(result: Result, words: Wording) -> Table:
    return Table(
        title=words("prov_alpha_beta"),
        columns=(
            Column(title=words("col_structure"), share=1.0),
            Column(title=words("col_alpha_beta")),
            Column(title=words("col_basis"), share=1.0),
            Column(title=words("col_source"), share=2.0),
        ),
        rows=tuple(_alpha_betas(result, words)),
    )


def provenance_section(result: Result, words: Wording) -> Section:
    """What the result rests on; every full hash stands in result.json."""
    tables = [
        _facts(result, words),
        _alpha_beta_table(result, words),
        repair_table(result, words),
        _overrides(result, words),
        _alignments(result, words),
        _inputs(result, words),
    ]
    return Section(id="provenance", title=words("section_provenance"), blocks=_or_none(tables, words))
