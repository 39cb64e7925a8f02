"""Background sheet: what background files hold comes in; the page that is read before one is loaded goes out, PDF and HTML."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from graybook.report.background_result import (
    BackgroundFile,
    BackgroundResult,
    FileLimit,
    OtherDoseError,
    PlainAddition,
)
from graybook.report.blocks import Cell, Column, Section, Table, cell
from graybook.report.html import style, template
from graybook.report.pdf import pdf_bytes
from graybook.report.sheet import person_details
from graybook.report.wording import Wording, person_name
from graybook.text import Language
from graybook.text.numbers import DASH

__all__ = ["EXAMPLE", "BackgroundSheet", "background_sheet", "write_background_sheet"]

EXAMPLE = PlainAddition(
    of="example",
    point_mm=(0.0, 0.0, 0.0),
    alpha_beta_gy=2.0,
    fractions=30,
    prior_eqd2_gy=30.0,
    prior_isoeffective_gy=37.082,
    new_gy=30.0,
    reading_of_eqd2_gy=60.0,
    reading_gy=71.041,
    truth_gy=52.5,
    base_gy=24.853,
)
"""30 Gy EQD2 under 30 Gy in 30 fractions, worked by hand in docs/howto/background.md; stands beside every patient's numbers."""

_NAMES_SHOWN = 3
_WARNINGS_SHOWN = 6
_LIMITS_SHOWN = 26
_OF_REPORT = frozenset({"alpha_beta_convention", "alignment_points_only", "alignment_with_envelope"})
"""Codes of what is about tumours, which have no file, and of what the files' own warnings say."""
_LOWER, _HIGHER = 0.8, 1.2
_KINDS = ("EQD2", "REMAINING", "BASE")
_LABELS = (
    "kicker",
    "section_trap",
    "section_files",
    "section_validity",
    "section_missing",
    "section_check",
    "checked_by",
    "checked_on",
)


@dataclass(frozen=True, kw_only=True)
class BackgroundSheet:
    """The sheet in one language."""

    language: str
    title: str
    person: str
    person_details: str
    notice: str
    notice_long: str
    version: str
    warning: str
    about: tuple[str, ...]
    trap_lines: tuple[str, ...]
    trap: Table
    files: Table
    validity: Table
    sections: tuple[Section, ...]
    missing: tuple[str, ...]
    check: str
    labels: dict[str, str] = field(default_factory=dict)


class _Words:
    """The words of the sheet, its numbers, and those every page shares."""

    def __init__(self, language: Language) -> None:
        self.own = Wording(language, "background_sheet")
        self.report = Wording(language)

    def __call__(self, key: str, /, **params: object) -> str:
        return self.own(key, **params)

    def signed(self, value: float, decimals: int = 1) -> str:
        """A number that says which way it points; nothing has no sign."""
        text = self.report.number(abs(value), decimals)
        if not any(digit in text for digit in "123456789"):
            return text
        return f"+{text}" if value > 0 else f"\u2212{text}"


def background_sheet(result: BackgroundResult, language: Language) -> BackgroundSheet:
    """The sheet of one set of files."""
    words = _Words(language)
    shared, made = words.report, result.provenance
    return BackgroundSheet(
        language=language,
        title=words("title"),
        person=person_name(result.patient.name) or shared("name_unknown"),
        person_details=person_details(result.patient, shared),
        notice=shared("notice"),
        notice_long=shared("notice_long"),
        version=shared("version", version=made.version, date=shared.date(made.created)),
        warning=words("warning"),
        about=tuple(_about(result, words)),
        trap_lines=tuple(_trap_lines(result, words)),
        trap=_trap(result, words),
        files=_files(result, words),
        validity=_validity(result, words),
        sections=tuple(_limits(result, words)),
        missing=tuple(_missing(result, words)),
        check=words("check"),
        labels={key: words(key) for key in _LABELS},
    )


def write_background_sheet(result: BackgroundResult, out: Path, language: Language) -> tuple[Path, Path]:
    """Write the sheet into a folder, as an A4 PDF and as one HTML file that stands alone; gives their paths."""
    page = background_sheet(result, language)
    pdf, html = out / "READ-FIRST.pdf", out / "READ-FIRST.html"
    pdf.write_bytes(pdf_bytes(page, {}, "background.typ"))
    text = template("background.html.j2").render(sheet=asdict(page), css=style())
    html.write_bytes((text + "\n").encode())
    return pdf, html


def _of_kind(result: BackgroundResult, kind: str) -> list[BackgroundFile]:
    return [one for one in result.files if one.kind == kind]


def _about(result: BackgroundResult, words: _Words) -> Iterator[str]:
    reference, expected = result.reference, result.expected
    yield words(
        "reference",
        fractions=result.fractions,
        course=reference.label,
        date=words.report.date(reference.start_date),
    )
    if expected is None:
        yield words("expected_none")
    else:
        yield words(
            "expected", label=expected.label, fractions=expected.fractions, max=round(expected.max_gy, 2)
        )
    earlier = [one for one in result.courses if one.role == "prior" and one.included]
    named = [f"{one.label} ({words.report.date(one.start_date)})" for one in earlier]
    yield words("included", courses=", ".join(named) or DASH)
    yield _where(result, words)
    yield words("right_place")


def _where(result: BackgroundResult, words: _Words) -> str:
    lies = result.geometry
    key = "on_dose"
    if lies.of == "planning CT":
        key = "on_coarser_ct" if lies.coarsened else "on_ct"
    voxels = " × ".join(str(count) for count in reversed(lies.shape_zyx))
    return words(key, voxels=voxels)


def _trap_lines(result: BackgroundResult, words: _Words) -> Iterator[str]:
    yield words("trap_why")
    if result.trap is None:
        yield words("trap_none")


def _trap(result: BackgroundResult, words: _Words) -> Table:
    """The example's three readings, then the patient's own."""
    rows, note = _readings(EXAMPLE, "case_example", words), words("trap_note")
    if result.trap is not None:
        rows += _readings(result.trap, "case_patient", words)
        note = f"{_point(result.trap, words)} {note}"
    figures = ("base", "new", "reads", "true")
    return Table(
        columns=(
            Column(title="", share=1.2),
            Column(title=words("col_loaded"), share=1.2),
            *(Column(title=f"{words(f'col_{key}')} [Gy]", numeric=True) for key in figures),
        ),
        rows=rows,
        note=note,
    )


def _point(trap: PlainAddition, words: _Words) -> str:
    x, y, z = (words.report.number(value, 1).replace("-", "\u2212") for value in trap.point_mm)
    place = words("no_place")
    if trap.structures:
        place = words("place", structures=words.report.listing(trap.structures, 3))
    key = "point_expected" if trap.of == "expected dose" else "point_example"
    return words(key, x=x, y=y, z=z, place=place)


def _readings(trap: PlainAddition, title: str, words: _Words) -> tuple[tuple[Cell, ...], ...]:
    number = words.report.number
    ways = (
        (title, "as_eqd2", trap.prior_eqd2_gy, trap.reading_of_eqd2_gy),
        ("case_prior", "as_isoeffective", trap.prior_isoeffective_gy, trap.reading_gy),
        ("case_new", "as_base", trap.base_gy, trap.truth_gy),
    )
    said = {
        "alpha_beta": words.report.short(trap.alpha_beta_gy),
        "prior": trap.prior_eqd2_gy,
        "new": trap.new_gy,
        "fractions": trap.fractions,
    }
    return tuple(
        (
            cell(words(case, **said), strong=case == title),
            cell(words(key, fractions=trap.fractions)),
            cell(number(loaded)),
            cell(number(trap.new_gy)),
            cell(number(reads, 1), strong=key != "as_base"),
            cell(number(trap.truth_gy, 1)),
        )
        for case, key, loaded, reads in ways
    )


def _files(result: BackgroundResult, words: _Words) -> Table:
    rows = []
    for kind in _KINDS:
        files = _of_kind(result, kind)
        if not files:
            continue
        key = kind.lower()
        ratios = dict.fromkeys(words.report.short(one.alpha_beta_gy) for one in files)
        holds = words(f"{key}_holds", alpha_betas=", ".join(ratios), fractions=result.fractions)
        rows.append(
            (
                cell(words(key), *_names(files, words), strong=True),
                cell(holds),
                cell(words(f"{key}_load", fractions=result.fractions)),
                cell(words(f"{key}_never"), strong=True),
            )
        )
    titles = ("file", "holds", "load", "never")
    shares = (0.0, 1.3, 1.3, 1.1)
    return Table(
        columns=tuple(
            Column(title=words(f"col_{key}"), share=share) for key, share in zip(titles, shares, strict=True)
        ),
        rows=tuple(rows),
    )


def _names(files: Sequence[BackgroundFile], words: _Words) -> tuple[str, ...]:
    """The files by name; many of limits, by where they are listed."""
    if files[0].kind == "REMAINING" and len(files) > _NAMES_SHOWN:
        return (words("files_behind", n=len(files)),)
    return tuple(one.name for one in files)


def _validity(result: BackgroundResult, words: _Words) -> Table:
    errors = {(one.alpha_beta_gy, one.share): one for one in result.errors}
    return Table(
        columns=(
            Column(title=words("col_file"), share=1.2),
            Column(title=words("col_valid"), share=1.3),
            Column(title=words("col_lower"), share=1.1),
            Column(title=words("col_higher"), share=1.1),
        ),
        rows=tuple(
            (
                cell(one.name, strong=True),
                cell(_valid(result, one, words)),
                _error(errors.get((one.alpha_beta_gy, _LOWER)), words),
                _error(errors.get((one.alpha_beta_gy, _HIGHER)), words),
            )
            for one in _of_kind(result, "BASE")
        ),
        note=words("validity_note"),
    )


def _valid(result: BackgroundResult, one: BackgroundFile, words: _Words) -> str:
    label = "" if result.expected is None else result.expected.label
    ratio = words.report.short(one.alpha_beta_gy)
    return words("valid", label=label, fractions=one.fractions, alpha_beta=ratio)


def _error(error: OtherDoseError | None, words: _Words) -> Cell:
    if error is None:
        return cell(DASH)
    number = words.report.number
    lowest, highest = words.signed(error.lowest_gy), words.signed(error.highest_gy)
    hottest = words(
        "error_hottest",
        reading=number(error.reading_at_hottest_gy, 1),
        truth=number(error.truth_at_hottest_gy, 1),
        percent=words.signed(error.at_hottest_percent),
    )
    return cell(words("error_range", lowest=lowest, highest=highest), hottest)


def _limits(result: BackgroundResult, words: _Words) -> Iterator[Section]:
    """Every limit with a file, on a page of its own; limits of one figure in one row, with their sources."""
    found: dict[tuple[str, str, str], tuple[BackgroundFile, list[FileLimit]]] = {}
    for one in _of_kind(result, "REMAINING"):
        for limit in one.limits:
            organ = limit.tg263 or limit.structure
            found.setdefault((one.name, organ, limit.metric), (one, []))[1].append(limit)
    if not found:
        return
    apart = {one.name for one in result.organs if not one.voxelwise}
    rows = [
        _limit(organ, metric, one, limits, words, apart=apart, objective=bool(_of_kind(result, "BASE")))
        for (_, organ, metric), (one, limits) in found.items()
    ]
    objective = _objective(result, words)
    note = [words("limits_note")]
    if objective:
        note.append(words("objective_note", fractions=result.fractions))
    if len(rows) > _LIMITS_SHOWN:
        note.append(words("limits_more", n=len(rows) - _LIMITS_SHOWN))
    table = Table(
        columns=(
            Column(title=words("col_organ"), share=1.5),
            Column(title=words("col_limit")),
            Column(title="α/β [Gy]", numeric=True),
            Column(title=words("col_least"), numeric=True),
            Column(title=words("col_nothing"), numeric=True),
            *(Column(title=title, numeric=True) for title in objective),
            Column(title=words("col_source"), share=1.5),
        ),
        rows=tuple(rows[:_LIMITS_SHOWN]),
        note=" ".join(note),
    )
    yield Section(id="limits", title=words("section_limits"), blocks=(table,))


def _objective(result: BackgroundResult, words: _Words) -> tuple[str, ...]:
    """The column of limits as objectives beside a base dose: it has no use without one."""
    if not _of_kind(result, "BASE"):
        return ()
    return (words("col_objective", fractions=result.fractions),)


def _limit(
    organ: str,
    metric: str,
    one: BackgroundFile,
    limits: Sequence[FileLimit],
    words: _Words,
    *,
    apart: Collection[str],
    objective: bool,
) -> tuple[Cell, ...]:
    sources = dict.fromkeys(limit.source for limit in limits)
    return (
        cell(organ, one.name, strong=True),
        cell(
            f"{metric} {words.report.short(one.limit_eqd2_gy)}\u00a0Gy EQD2",
            words("conditions") if any(limit.conditions_hold is False for limit in limits) else "",
            words("no_sum") if any(limit.structure in apart for limit in limits) else "",
        ),
        cell(words.report.short(one.alpha_beta_gy)),
        cell(words.report.number(limits[0].organ_least_left_gy, 1)),
        cell(words.report.number(limits[0].organ_nothing_left_cm3, 1)),
        *([cell(words.report.number(limits[0].limit_isoeffective_gy, 1))] if objective else []),
        cell(*sources, even=True),
    )


def _missing(result: BackgroundResult, words: _Words) -> Iterator[str]:
    for one in result.courses:
        if one.role == "prior" and (not one.included or one.reason):
            yield words("missing_course", course=one.label, reason=one.reason or words("missing_reason"))
    if result.lower_bound:
        yield words("lower_bound")
    reasons: dict[str, dict[str, None]] = {}
    for limit in result.not_voxelwise:
        figure = f"{words.report.short(limit.limit)}\u00a0{limit.unit}".rstrip()
        reasons.setdefault(limit.reason, {})[f"{limit.structure} {limit.metric} {figure}"] = None
    for reason, named in reasons.items():
        listed = words.report.listing(list(named), 4)
        yield words("not_voxelwise", limits=listed, reason=reason.replace("`", ""))
    told = [one.text for one in result.warnings if one.code not in _OF_REPORT]
    yield from told[:_WARNINGS_SHOWN]
    if len(told) > _WARNINGS_SHOWN:
        yield words("warnings_more", n=len(told) - _WARNINGS_SHOWN)
    yield words("no_recovery")
