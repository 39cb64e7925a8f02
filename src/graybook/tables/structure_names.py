"""The name of a structure as found comes in; its TG-263 name, root, side and kind go out, never a guess."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from graybook.errors import InputError
from graybook.tables._rows import table_rows
from graybook.tables._spelling import compact, words
from graybook.tables._structure_kinds import Kind, kind_by_type_and_name

__all__ = ["Kind", "kind_of", "labels", "pair_of", "root", "side", "tg263_name"]

_FILE = "structure_names.csv"
_COLUMNS = ("label", "sides", "pair", "english", "french", "minus", "note")

Side = Literal["L", "R"]

_SIDES: dict[str, Side] = {
    "l": "L", "lt": "L", "lft": "L", "left": "L", "g": "L", "gche": "L", "gauche": "L", "gauches": "L",
    "r": "R", "rt": "R", "rgt": "R", "right": "R", "d": "R", "dt": "R", "dte": "R", "droit": "R", "droite": "R",
    "droits": "R", "droites": "R",
}  # fmt: skip
_FRENCH_LETTERS = ("g", "d")
"""Sides only after a French name: "Poumon D" is the right lung, "D Lung" is nothing."""

_BOTH = ("both", "bilateral", "bilat", "bilaterales", "bilateraux")
_GLUED = {
    "english": ("l", "lt", "left", "r", "rt", "right"),
    "french": ("g", "gauche", "d", "dte", "droit", "droite"),
}
_SHORTEST_GLUED = 4

_NOISE = ("oar", "oars")
_MARGIN_WORDS = ("prv", "vrp")
_MINUS = re.compile(r"(?P<organ>.+?)\s*-\s*(?P<target>GTV|CTV|ITV|PTV)", re.IGNORECASE)
_PLUS = re.compile(r"(?P<organ>.+?)\s*\+\s*(?P<margin>\d{1,2})\s*(mm)?", re.IGNORECASE)
_LABEL = re.compile(r"(?P<root>.+?)~?(_PRV\d*)?(_(?P<side>[LR]))?(-[GCIP]TV)?")
_LOBE = re.compile(r"Lung_(?P<side>[LR])[UML]L")


class _Entry(NamedTuple):
    """One row: a label, whether it has sides, the label of the pair, and what may be cropped from it."""

    label: str
    sided: bool
    pair: str
    minus: tuple[str, ...]


class _Hit(NamedTuple):
    """What a spelling stands for, the side written into it, and whether it is (also) French."""

    entry: _Entry
    side: Side | None
    french: bool


@lru_cache(maxsize=4096)
def tg263_name(name: str) -> str | None:
    """TG-263 name of an organ from the way it was written, or None when it is not recognised.

    Parameters
    ----------
    name
        Name as found: English or French, any case, signs and accents; side first or last.

    Returns
    -------
    str or None
        The label. An organ with two sides and no side in its name keeps the bare label (``Breast``). A margin gives
        ``_PRV`` or ``_PRV05`` [mm], before the side; a partial structure keeps its ``~``. Targets have none: the
        targets of two courses are not one structure.

    Examples
    --------
    >>> tg263_name("Poumon gauche"), tg263_name("Lt Lung"), tg263_name("Canal médullaire")
    ('Lung_L', 'Lung_L', 'SpinalCanal')
    >>> tg263_name("D") is None
    True
    """
    text = name.strip()
    if "^" in text:
        return None
    if cropped := _MINUS.fullmatch(text):
        return _cropped(cropped["organ"], cropped["target"].upper())
    if expanded := _PLUS.fullmatch(text):
        return _recognised((*words(expanded["organ"]), "prv", expanded["margin"]), partial="~" in text)
    return _recognised(words(text), partial="~" in text)


def side(tg263: str) -> Side | None:
    """Side of a TG-263 name.

    Examples
    --------
    >>> side("Lung_L"), side("OpticNrv_PRV03_R"), side("Lung_RUL"), side("Heart")
    ('L', 'R', 'R', None)
    """
    match = _LOBE.match(tg263) or _LABEL.fullmatch(tg263)
    found = match["side"] if match else None
    return "L" if found == "L" else "R" if found == "R" else None


def root(tg263: str) -> str:
    """TG-263 name without side, margin, cropping and mark of a partial structure.

    Examples
    --------
    >>> root("Lung~_L"), root("SpinalCord_PRV05"), root("Lungs-GTV"), root("A_LAD")
    ('Lung', 'SpinalCord', 'Lungs', 'A_LAD')
    """
    match = _LABEL.fullmatch(tg263)
    return match["root"] if match else tg263


def kind_of(name: str, interpreted_type: str | None) -> Kind:
    """What a structure is for, from its DICOM RTROIInterpretedType and its name.

    Parameters
    ----------
    name
        Name as found.
    interpreted_type
        RT ROI Interpreted Type (3006,00A4), None or empty when absent.

    Notes
    -----
    EXTERNAL and the target types stand whatever the name. Else a recognised organ is an organ whatever the type.
    Else the name decides when it is plain (``PTV``, ``Ring``, ``Couch``), else the type.

    Examples
    --------
    >>> kind_of("Heart", "CONTROL"), kind_of("Lit tumoral", None), kind_of("z_ring 2cm", "ORGAN")
    ('organ', 'target', 'ring')
    """
    label = tg263_name(name)
    return kind_by_type_and_name(
        words(name),
        interpreted_type,
        is_organ=label not in (None, "External"),
        is_external=label == "External",
    )


@cache
def labels() -> frozenset[str]:
    """Every label without margin or cropping that `tg263_name` can give."""
    return frozenset(
        _labelled(entry, at) for entry in _entries() for at in ("L", "R", None) if entry.sided or not at
    )


def pair_of(label: str) -> str:
    """The label of both sides together; empty when it has none.

    Examples
    --------
    >>> pair_of("Lung"), pair_of("Heart")
    ('Lungs', '')
    """
    return next((entry.pair for entry in _entries() if entry.label == label), "")


def _cropped(organ: str, target: str) -> str | None:
    hit = _found(_without_noise(words(organ)))
    if hit is None or target not in hit.entry.minus:
        return None
    return f"{_labelled(hit.entry, hit.side)}-{target}"


def _recognised(found: tuple[str, ...], *, partial: bool) -> str | None:
    parts, margin = _without_margin(_without_noise(found))
    hit = _found(parts)
    return None if hit is None else _labelled(hit.entry, hit.side, partial=partial, margin=margin)


def _labelled(entry: _Entry, at: Side | None, *, partial: bool = False, margin: str = "") -> str:
    return entry.label + ("~" if partial else "") + margin + (f"_{at}" if at else "")


def _without_noise(parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part for part in parts if part not in _NOISE)


def _without_margin(parts: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """The words without the margin, and the margin as ``_PRV`` or ``_PRV05``: ``PRV 5 cord``, ``PRV cord 5 mm``."""
    at = next((place for place, part in enumerate(parts) if part in _MARGIN_WORDS), None)
    if at is None:
        return parts, ""
    before, after = parts[:at], parts[at + 1 :]
    unit = after.index("mm") if "mm" in after else 0
    if unit and after[unit - 1].isdigit():
        after = (after[unit - 1], *after[: unit - 1], *after[unit + 1 :])
    elif len(after) == 2 and after[0] in _SIDES:
        after = (after[1], after[0])
    if after and after[0].isdigit() and len(after[0]) <= 2:
        return before + after[1:], f"_PRV{after[0].zfill(2)}"
    return before + after, "_PRV"


def _found(parts: tuple[str, ...]) -> _Hit | None:
    """What the words stand for: the whole, else the whole without a side at either end, else None."""
    if hit := _spellings().get("".join(parts)):
        return hit
    if both := _both_sides(parts):
        hit = _spellings().get("".join(both))
        return _spellings().get(compact(hit.entry.pair)) if hit and hit.entry.pair else None
    for end, rest in ((parts[-1:], parts[:-1]), (parts[:1], parts[1:])):
        at = _SIDES.get("".join(end))
        hit = _spellings().get("".join(rest))
        if at is None or hit is None or not hit.entry.sided or hit.side:
            continue
        if end[0] in _FRENCH_LETTERS and not (hit.french and end == parts[-1:]):
            continue
        return hit._replace(side=at)
    return None


def _both_sides(parts: tuple[str, ...]) -> tuple[str, ...]:
    """The words without both sides at their end, or nothing when they do not name both."""
    if {_SIDES.get(part) for part in parts[-2:]} == {"L", "R"}:
        return parts[:-2]
    return tuple(part for part in parts if part not in _BOTH) if set(parts) & set(_BOTH) else ()


@cache
def _entries() -> tuple[_Entry, ...]:
    return tuple(
        _Entry(row["label"], row["sides"] == "LR", row["pair"], tuple(filter(None, row["minus"].split(";"))))
        for row in table_rows(_FILE, _COLUMNS)
    )


@cache
def _spellings() -> dict[str, _Hit]:
    """Every spelling, written together, with what it stands for; refused when one stands for two."""
    known: dict[str, _Hit] = {}
    for entry, row in zip(_entries(), table_rows(_FILE, _COLUMNS), strict=True):
        plain = _Hit(entry, None, False)
        _learn(known, compact(entry.label), plain)
        for language in ("english", "french"):
            for spelling in filter(None, row[language].split(";")):
                hit = plain._replace(french=language == "french")
                _learn(known, compact(spelling), hit)
                _learn_glued(known, compact(spelling), hit, _GLUED[language])
    return known


def _learn(known: dict[str, _Hit], spelling: str, hit: _Hit) -> None:
    old = known.get(spelling, hit)
    if (old.entry, old.side) != (hit.entry, hit.side):
        raise InputError(
            f"Table {_FILE}: one spelling stands for two structures",
            value=(spelling, old.entry.label, hit.entry.label),
            remedy="remove the spelling from one of the two rows",
        )
    known[spelling] = hit._replace(french=hit.french or old.french)


def _learn_glued(known: dict[str, _Hit], spelling: str, hit: _Hit, glue: tuple[str, ...]) -> None:
    """Learn ``LLUNG``, ``LUNGL`` and ``PAROTIDED``: a name and its side written as one word."""
    if not hit.entry.sided or hit.side or len(spelling) < _SHORTEST_GLUED:
        return
    for word in glue:
        sided = hit._replace(side=_SIDES[word])
        _learn(known, spelling + word, sided)
        if word not in _FRENCH_LETTERS:
            _learn(known, word + spelling, sided)
