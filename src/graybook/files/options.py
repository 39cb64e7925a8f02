"""A file of assumptions (``--options`` or ``--scenario``) comes in; a checked scenario goes out, or each mistake with its line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, TypeVar

from graybook.files._document import read_text_file, toml_tables
from graybook.files._noted import STAMP_KEYS, Faults, Noted, Stamp
from graybook.files._recoveries import recovery
from graybook.files._uncertainty import uncertainty
from graybook.files.settings import TABLES as FOLDER_TABLES
from graybook.record.override import Override
from graybook.record.scenario import AlphaBetaWish, Recovery, RepairWish, Scenario
from graybook.tables.structure_names import kind_of

__all__ = ["TABLES", "TOP", "parse_scenario", "read_scenario"]

TOP = ("name", "concurrent", "ntcp")
"""Keys that stand above the first table, beside author, date, reason and source."""

TABLES = ("alpha_beta", "recovery", "leave_out", "overlap", "repair", "uncertainty")

LONGEST_NAME = 60
"""Of a scenario: it heads a column of the report."""

_UNSIGNED = "nothing is assumed"


T = TypeVar("T")


class _LeftOut(NamedTuple):
    course: str
    by: Override


class _Overlap(NamedTuple):
    percent: float = Scenario.overlap_percent
    dose_gy: float | None = None
    by: tuple[Override, ...] = ()


class _General(NamedTuple):
    concurrent: tuple[str, ...]
    ntcp: bool
    by: tuple[Override, ...]


def read_scenario(path: Path, *, headline: bool = False) -> Scenario:
    """
    The assumptions of a file.

    Parameters
    ----------
    path
        A TOML file in UTF-8.
    headline
        Whether they are those of the headline (``--options``): then no course may be left out, and the name is empty.

    Raises
    ------
    graybook.errors.UsageError
        There is no such file.
    graybook.errors.InputError
        Anything in it is wrong; all mistakes are told together, each with its line.
    """
    file = read_text_file(path, "file of options" if headline else "scenario")
    return replace(parse_scenario(file.text, name=file.name, headline=headline), sha256=file.sha256)


def parse_scenario(text: str, *, name: str, headline: bool = False) -> Scenario:
    """
    The assumptions of a text that stands in a file called ``name``; else as :func:`read_scenario`.

    Examples
    --------
    >>> parse_scenario('''
    ... author = "A. Physicist"
    ... date = 2026-01-31
    ... reason = "local protocol"
    ... [[alpha_beta]]
    ... tg263 = "SpinalCord"
    ... value_gy = 3.0
    ... ''', name="cord-at-3.toml").name
    'cord-at-3'
    """
    values, lines = toml_tables(text, name)
    faults = Faults(name)
    top = Noted.whole(name, values, lines, faults)
    _check_keys(top, headline=headline)
    stamp, called = top.stamp(), _name(top, name)
    wished, recovering, leaving = (top.tables(table) for table in TABLES[:3])
    repairing = top.tables("repair")
    wishes = _given(_alpha_beta(one, stamp) for one in wished)
    recoveries = _recoveries(recovering, stamp)
    repairs = _given(_repair(one, stamp) for one in repairing)
    left_out = _given(_left_out(one, stamp, headline=headline) for one in leaving)
    overlap = _overlap(top.table("overlap"), stamp)
    wished_uncertainty = uncertainty(top.table("uncertainty"), stamp, TOP)
    general = _general(top, stamp)
    _check_twice(wished, ("tg263", "structure"))
    _check_twice(repairing, ("tg263",))
    _check_twice(leaving, ("course",))
    for course in sorted({one.course for one in left_out} & set(general.concurrent)):
        top.note("concurrent", "names a course that is left out", value=course, remedy="Keep one of the two.")
    faults.tell()
    return Scenario(
        name="" if headline else called,
        alpha_betas=wishes,
        recoveries=recoveries,
        repairs=repairs,
        concurrent=general.concurrent,
        left_out=tuple(one.course for one in left_out),
        overlap_percent=overlap.percent,
        overlap_gy=overlap.dose_gy,
        ntcp=general.ntcp,
        uncertainty=wished_uncertainty.settings,
        overrides=(
            *(one.by for one in wishes),
            *(one.by for one in recoveries),
            *(one.by for one in repairs),
            *(one.by for one in left_out),
            *general.by,
            *overlap.by,
            *wished_uncertainty.by,
        ),
    )


def _recoveries(tables: Sequence[Noted], stamp: Stamp) -> tuple[Recovery, ...]:
    """What each table assumes; a second one for the same organ is noted."""
    found: dict[str, Recovery] = {}
    for one in tables:
        assumed = recovery(one, stamp)
        if assumed is not None and assumed.organ in found:
            key = "tg263" if one.has("tg263") else "model"
            one.note(
                key,
                "stands in an earlier table too",
                value=assumed.organ,
                remedy="Keep one of the two tables.",
            )
        elif assumed is not None:
            found[assumed.organ] = assumed
    return tuple(found.values())


def _given(found: Iterable[T | None]) -> tuple[T, ...]:
    return tuple(one for one in found if one is not None)


def _check_keys(top: Noted, *, headline: bool) -> None:
    elsewhere = [key for key in top.entry.values if key in FOLDER_TABLES and key not in TABLES]
    for key in elsewhere:
        top.note(
            f'"{key}"',
            "is no table of this file",
            value=f"[[{key}]]",
            remedy="Write it in graybook.toml of the folder: it states what was given, not what is assumed.",
        )
    top.only((*TOP, *TABLES), passing=elsewhere)
    if not set(top.entry.values) - {*STAMP_KEYS, "name"}:
        top.note(
            "the file", "assumes nothing", value=None, remedy="Write an assumption, or leave the file out."
        )
    for key in ("overlap", "ntcp", "uncertainty"):
        if not headline and top.has(key):
            top.note(
                key,
                "is asked of the headline, not of a scenario",
                value=None,
                remedy="Move it to the file given with --options.",
            )


def _name(top: Noted, file: str) -> str:
    """The name stated, else that of the file without its ending."""
    name = top.text("name") or Path(file).stem
    if len(name) > LONGEST_NAME or not name.isprintable():
        top.note(
            "name",
            f"must be one line of at most {LONGEST_NAME} characters",
            value=name,
            remedy='Write name = "cord at 3 Gy", say.',
        )
    return name


def _alpha_beta(one: Noted, of_file: Stamp) -> AlphaBetaWish | None:
    one.only(("tg263", "structure", "value_gy"), above=TOP)
    if one.has("tg263") and one.has("structure"):
        one.note(
            "tg263 and structure",
            "stand together",
            value=one.entry.values["tg263"],
            remedy="Keep one: tg263 speaks of an organ, structure of a name as found.",
        )
    elif not one.has("structure"):
        one.missing("tg263", '"SpinalCord"')
    one.missing("value_gy", "2.0")
    organ, structure = _organ_or_target(one), one.text("structure")
    value_gy = one.above_zero("value_gy")
    stamp = one.signed(of_file, _UNSIGNED)
    if one.faulty or value_gy is None:
        return None
    by = stamp.override(f"alpha_beta {organ or structure}: value_gy", f"{value_gy:g}")
    return AlphaBetaWish(value_gy=value_gy, structure=structure, tg263=organ, by=by)


def _organ_or_target(one: Noted) -> str:
    """The organ; a target has no TG-263 name of its own, and is sent to its name as found."""
    name = one.entry.values.get("tg263")
    if not isinstance(name, str) or kind_of(name, None) != "target":
        return one.organ("tg263")
    one.note(
        "tg263",
        "names a target, which is known by its name as found",
        value=name,
        remedy=f'Write structure = "{name}" instead.',
    )
    return ""


def _repair(one: Noted, of_file: Stamp) -> RepairWish | None:
    one.only(("tg263", "half_time_h"), above=TOP)
    one.missing("tg263", '"SpinalCord"')
    one.missing("half_time_h", "4.0")
    organ = one.organ("tg263")
    half_time_h = one.number("half_time_h", "of at least 0", lambda value: value >= 0, "4.0")
    stamp = one.signed(of_file, _UNSIGNED)
    if one.faulty or half_time_h is None:
        return None
    by = stamp.override(f"repair {organ}: half_time_h", f"{half_time_h:g}")
    return RepairWish(organ=organ, half_time_h=half_time_h, by=by)


def _left_out(one: Noted, of_file: Stamp, *, headline: bool) -> _LeftOut | None:
    if headline:
        one.note(
            "course",
            "cannot be left out of the headline",
            value=one.keep(lambda: one.entry.selector("course"), ""),
            remedy="Move the table to a file given with --scenario: it is computed beside the headline.",
        )
        return None
    one.only(("course",), above=TOP)
    one.missing("course", '"2009-03-16"')
    course = one.keep(lambda: one.entry.selector("course"), "")
    stamp = one.signed(of_file, "no course is left out")
    if one.faulty:
        return None
    return _LeftOut(course, stamp.override(f"leave_out {course}: course", "not counted"))


def _overlap(one: Noted | None, of_file: Stamp) -> _Overlap:
    if one is None:
        return _Overlap()
    keys = ("isodose_percent", "isodose_gy")
    one.only(keys, above=TOP)
    stated = [key for key in keys if one.has(key)]
    if len(stated) != 1:
        one.note(
            " or ".join(keys),
            "must be given, one of the two",
            value=[one.entry.values[key] for key in stated] or None,
            remedy="Write isodose_percent = 50, say.",
        )
    percent = one.number("isodose_percent", "above 0, at most 100", lambda value: 0 < value <= 100, "50")
    dose_gy = one.above_zero("isodose_gy", "40.0")
    stamp = one.signed(of_file, _UNSIGNED)
    value = percent if dose_gy is None else dose_gy
    if one.faulty or value is None:
        return _Overlap()
    by = (stamp.override(f"overlap: {stated[0]}", f"{value:g}"),)
    return _Overlap(by=by, dose_gy=dose_gy) if percent is None else _Overlap(by=by, percent=percent)


def _general(top: Noted, stamp: Stamp) -> _General:
    """Courses whose phases were given in the same sessions, and whether complication probabilities are shown."""
    concurrent, ntcp = top.texts("concurrent"), top.flag("ntcp")
    twice = [course for place, course in enumerate(concurrent) if course in concurrent[:place]]
    if twice:
        top.note("concurrent", "names a course twice", value=twice[0], remedy="Name it once.")
    stated = {"concurrent": ", ".join(concurrent), "ntcp": "true" if ntcp else ""}
    changed = {key: value for key, value in stated.items() if value}
    if changed:
        top.signed(stamp, _UNSIGNED)
    by = () if top.faulty else tuple(stamp.override(key, value) for key, value in changed.items())
    return _General(concurrent=concurrent, ntcp=ntcp, by=by)


def _check_twice(tables: Sequence[Noted], keys: tuple[str, ...]) -> None:
    """Note each table that speaks of what an earlier one has spoken of."""
    seen: list[tuple[str, object]] = []
    for one in tables:
        subject = next(((key, one.entry.values[key]) for key in keys if one.has(key)), None)
        if subject is None:
            continue
        if subject in seen:
            one.note(
                subject[0],
                "stands in an earlier table too",
                value=subject[1],
                remedy="Keep one of the two tables.",
            )
        seen.append(subject)
