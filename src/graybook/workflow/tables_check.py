"""The tables of the edition, or a centre's rulebook, come in; faults, and citations that cannot be opened, go out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from graybook.constraints import language
from graybook.errors import GraybookError, InputError
from graybook.files.rulebook import read_rulebook
from graybook.record.course import Modality
from graybook.tables import alpha_beta, edition, fractionation, organ_levels, rbe, structure_within
from graybook.tables.agent_names import agents
from graybook.tables.alignment_thresholds import default_thresholds
from graybook.tables.editions import table_files, table_of
from graybook.tables.golden_vectors import golden_vectors
from graybook.tables.limit import Limit
from graybook.tables.limits import limits
from graybook.tables.ntcp import ntcp_parameters
from graybook.tables.nuclides import nuclides
from graybook.tables.organ_dose_per_activity import doses_per_activity
from graybook.tables.protracted_repair import protracted_half_times
from graybook.tables.recovery import recovery_models
from graybook.tables.repair import organs_by_tissue, repair_half_times
from graybook.tables.repopulation import repopulations
from graybook.tables.rulebook import RULEBOOKS, rulebook
from graybook.tables.sources import address_in, source, source_keys, sources
from graybook.tables.structure_names import labels
from graybook.tables.uncertainty import published_spreads
from graybook.tables.voxel_s import voxel_s_tables
from graybook.workflow.tables import UNCHECKED

__all__ = ["Check", "Fault", "Unopenable", "checked"]

MODALITIES = tuple(one.value for one in Modality)

OWN = "graybook"
"""Key of what Graybook assigned itself: there is no publication to open."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong with a row: where, which row, what, the bad value, the remedy."""

    place: str
    row: str
    what: str
    value: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class Unopenable:
    """A source without a DOI, PMID or https address, or cited from memory: its citation, and the rows that rest on it."""

    source: str
    citation: str
    why: str
    rows: int
    tables: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Check:
    """
    What a check found.

    Parameters
    ----------
    name, edition, sha256
        Of what was checked; the SHA-256 of a centre's file.
    rows
        Rows checked, by table.
    sources
        How many sources were looked at.
    faults
        What is wrong; the check is passed without any.
    unopenable
        Citations that a reader cannot open from what is written.
    """

    name: str
    edition: str
    sha256: str = ""
    rows: Mapping[str, int]
    sources: int
    faults: tuple[Fault, ...]
    unopenable: tuple[Unopenable, ...]


LOADERS: Sequence[tuple[str, Callable[[], object]]] = (
    ("sources.csv", sources),
    ("agent_names.csv", agents),
    ("alignment_thresholds.csv", default_thresholds),
    ("alpha_beta.csv", alpha_beta.rows),
    ("conventions.csv", alpha_beta.no_entry_gy),
    ("fractionation.csv", fractionation.rows),
    ("golden_vectors.csv", golden_vectors),
    ("limits", limits),
    ("ntcp.csv", ntcp_parameters),
    ("organ_dose_per_activity.csv", doses_per_activity),
    ("organ_levels.csv", organ_levels.rows),
    ("rbe.csv", rbe.rows),
    ("recovery.csv", recovery_models),
    ("repair.csv", repair_half_times),
    ("repair_tissues.csv", organs_by_tissue),
    ("repopulation.csv", repopulations),
    ("structure_names.csv", labels),
    ("structure_within.csv", structure_within.pairs),
    ("tissues.csv", lambda: [alpha_beta.default_for_organ(label) for label in labels()]),
    ("protracted_repair.csv", protracted_half_times),
    ("uncertainty.csv", published_spreads),
    ("nuclides.csv", nuclides),
    ("voxel_s.csv", voxel_s_tables),
    ("tumour_sites.csv", lambda: alpha_beta.default_for_target(None)),
    *((f"rulebook {name}", partial(rulebook, name)) for name in RULEBOOKS),
)
"""How each table is read when it is used: whatever a reader refuses is a fault."""


def checked(file: Path | None = None) -> Check:
    """
    Every row of the edition, or of a centre's rulebook, checked for form: nothing is fetched.

    Parameters
    ----------
    file
        A centre's rulebook; the edition's own tables without one.
    """
    return _of_edition() if file is None else _of_file(file)


def _of_edition() -> Check:
    faults = [fault for place, load in LOADERS for fault in _refused(place, load)]
    counts: dict[str, int] = {}
    cited: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for name in table_files():
        try:
            columns, rows = table_of(name)
        except GraybookError as error:
            faults.append(_fault(name, "", error))
            continue
        counts[name.removesuffix(".csv")] = len(rows)
        for row in rows if "source" in columns else ():
            cited[row["source"]][name.removesuffix(".csv")] += 1
            if row["source"] not in source_keys():
                faults.append(_fault(f"{name}, line {row.line}", "", _unknown_source(row["source"])))
    if not faults:
        faults += [fault for one in limits() for fault in _of_limit(one)]
        faults += _other_names()
    return Check(
        name=edition(),
        edition=edition(),
        rows=counts,
        sources=len(source_keys()),
        faults=_once(faults),
        unopenable=tuple(
            _unopenable(key, tables) for key, tables in sorted(cited.items()) if not _opens(key)
        ),
    )


def _of_file(file: Path) -> Check:
    try:
        book = read_rulebook(file)
    except InputError as error:
        fault = _fault(file.name, "", error)
        return Check(name=file.name, edition=edition(), rows={}, sources=0, faults=(fault,), unopenable=())
    own = [one for one in book.limits if one.author]
    by_source: dict[str, list[Limit]] = defaultdict(list)
    for one in own:
        by_source[one.source].append(one)
    return Check(
        name=book.name,
        edition=book.edition,
        sha256=book.sha256,
        rows={"own": len(own), "base": len(book.limits) - len(own)},
        sources=len(by_source),
        faults=_once(fault for one in own for fault in _of_limit(one)),
        unopenable=tuple(
            Unopenable(
                source=key, citation=rows[0].source_text, why=_why(key), rows=len(rows), tables=(file.name,)
            )
            for key, rows in by_source.items()
            if not (_opens(key) if key in source_keys() else address_in(rows[0].source_text))
        ),
    )


def _refused(place: str, load: Callable[[], object]) -> Iterator[Fault]:
    try:
        load()
    except GraybookError as error:
        yield _fault(place, "", error)


def _of_limit(one: Limit) -> Iterator[Fault]:
    place = one.place or one.namespace.value
    try:
        language.checked(one)
    except GraybookError as error:
        yield replace(_fault(place, one.id, error), what=error.what.split(": ", 1)[-1])
    for organ in one.organs:
        if organ not in labels():
            yield _fault(place, one.id, _unknown_name(organ))
    for modality in one.conditions.modalities:
        if modality not in MODALITIES:
            problem = InputError(
                "Not a modality", value=modality, remedy=f"use one of {', '.join(MODALITIES)}"
            )
            yield _fault(place, one.id, problem)
    if one.default and one.tier == UNCHECKED:
        problem = InputError("A default read in a repository alone", value=one.tier, remedy="mark it `no`")
        yield _fault(place, one.id, problem)


def _other_names() -> Iterator[Fault]:
    for model in recovery_models():
        for organ in model.organs:
            if organ not in labels():
                yield _fault("recovery.csv", model.name, _unknown_name(organ))
    for row in ntcp_parameters():
        if row.usable and row.organ not in labels():
            yield _fault("ntcp.csv", row.id, _unknown_name(row.organ))


def _unknown_name(organ: str) -> InputError:
    return InputError(
        "Not a structure name of TG-263 that is known here",
        value=organ,
        remedy="use a label of structure_names.csv",
    )


def _unknown_source(key: str) -> InputError:
    return InputError(
        "The source is not in sources.csv", value=key, remedy="add it with its DOI, PMID or address"
    )


def _fault(place: str, row: str, error: GraybookError) -> Fault:
    shown = "" if error.value is None else str(error.value)
    return Fault(place=place, row=row, what=error.what, value=shown, remedy=error.remedy)


def _once(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Each fault once: one cell can stop several readers."""
    seen: dict[tuple[str, str, str], Fault] = {}
    for one in faults:
        seen.setdefault((one.row, one.what, one.value), one)
    return tuple(seen.values())


def _opens(key: str) -> bool:
    return key not in source_keys() or bool(source(key).address)


def _why(key: str) -> str:
    if key == OWN:
        return "assigned"
    cited = source(key) if key in source_keys() else None
    return "memory" if cited is not None and (cited.doi or cited.pmid or cited.url) else "title_only"


def _unopenable(key: str, tables: Mapping[str, int]) -> Unopenable:
    return Unopenable(
        source=key,
        citation=source(key).citation,
        why=_why(key),
        rows=sum(tables.values()),
        tables=tuple(sorted(tables)),
    )
