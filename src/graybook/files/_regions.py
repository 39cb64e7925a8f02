"""A table that says where something was given comes in; the region goes out."""

from __future__ import annotations

from graybook.errors import InputError
from graybook.files._tables import Entry
from graybook.record.region import SIDES, Levels, Region

__all__ = ["REGION_KEYS", "region_of"]

REGION_KEYS = ("site", "side", "levels", "organs")
"""Keys of any ``[[course]]``, of files or of paper, that say where it was given."""


def region_of(entry: Entry) -> Region:
    """Where a course, a phase or a dose was given."""
    return Region(
        site=entry.text("site"),
        side=entry.text("side", among=SIDES),
        levels=_levels(entry),
        organs=entry.texts("organs"),
    )


def _levels(entry: Entry) -> Levels | None:
    text = entry.text("levels")
    if not text:
        return None
    try:
        return Levels.parse(text)
    except InputError as error:
        raise entry.refuse("levels", "is no range of vertebrae", value=text, remedy=error.remedy) from None
