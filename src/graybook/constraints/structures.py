"""Structures: a limit and a structure's TG-263 name come in; whether the limit speaks of it, and how the two lie, goes out."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from graybook.dvh.metrics import Kind, Metric
from graybook.tables.limit import DoseOf, Limit
from graybook.tables.structure_names import pair_of
from graybook.tables.structure_within import around

__all__ = ["Relation", "grows_with_the_structure", "speaks_of"]

Relation = Literal["same", "inner", "outer"]
"""How a structure lies to that of a limit: it is the same, lies within it, or encloses it."""

_LABEL = re.compile(
    r"(?P<root>.+?)(?P<partial>~)?(?P<margin>_PRV(?P<mm>\d*))?(_(?P<side>[LR]))?(?P<cropped>-[GCIP]TV)?"
)
_GROWING = (Kind.MAX, Kind.DOSE_AT_VOLUME, Kind.VOLUME_ABOVE)


class _Label(NamedTuple):
    """The parts of a TG-263 name."""

    root: str
    side: str
    margin_mm: float | None
    """Of the PRV: 0 without one, None when it has no number. [mm]"""
    partial: bool
    cropped: str


def speaks_of(limit: Limit, tg263: str | None) -> Relation | None:
    """
    How a structure lies to the one that a limit was published for; None when the limit does not concern it.

    A limit on an organ with sides speaks of each side; a limit on a pair (``Lungs``) needs the pair. A part of an organ, an organ
    cropped by a target and the organs of :mod:`graybook.tables.structure_within` lie within; a margin lies around.

    Parameters
    ----------
    limit
        Its ``organ`` may join several names by a slash.
    tg263
        The structure's TG-263 name; None when it is not known.
    """
    if not tg263:
        return None
    found = {_relation(_parts(organ), _parts(tg263)) for organ in limit.organs}
    for one in ("same", "inner", "outer"):
        if one in found:
            return one
    return None


def grows_with_the_structure(limit: Limit, metric: Metric) -> bool:
    """Whether a larger structure can only be worse off: an upper limit on a maximum, on the dose to, or the volume in cm³ of, the
    hottest part. A share of two doses never is."""
    return limit.at_most and metric.kind in _GROWING and limit.dose_of is not DoseOf.SHARE


def _parts(tg263: str) -> _Label:
    match = _LABEL.fullmatch(tg263)
    if match is None:  # an organ that a row left empty
        return _Label(tg263, "", 0.0, False, "")
    margin = 0.0 if match["margin"] is None else float(match["mm"]) if match["mm"] else None
    return _Label(match["root"], match["side"] or "", margin, bool(match["partial"]), match["cropped"] or "")


def _relation(limited: _Label, found: _Label) -> Relation | None:
    if limited.side and limited.side != found.side:
        return "outer" if _is_pair(limited, found) else None
    if _within(found, limited) and _within(limited, found):
        return "same"
    if _within(found, limited):
        return "inner"
    if _within(limited, found) or _is_pair(limited, found):
        return "outer"
    return None


def _is_pair(limited: _Label, found: _Label) -> bool:
    """Whether what was found is both sides of the limit's organ."""
    return found.root == pair_of(limited.root) and _within(limited._replace(root=found.root, side=""), found)


def _within(one: _Label, other: _Label) -> bool:
    """Whether a structure lies within another, or is it: organ, margin, part and cropping all say so."""
    if one.root != other.root and (other.root not in around(one.root) or other.partial or other.cropped):
        return False
    return (
        _margin_within(one.margin_mm, other.margin_mm)
        and (one.partial or not other.partial)
        and other.cropped in ("", one.cropped)
    )


def _margin_within(one_mm: float | None, other_mm: float | None) -> bool:
    """Whether a margin is not the larger; one without a number is larger than none, and else only equal to its like. [mm]"""
    if one_mm is None or other_mm is None:
        return one_mm == 0.0 or one_mm == other_mm
    return one_mm <= other_mm
