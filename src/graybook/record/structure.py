"""Structure: a name as found, its TG-263 name, and contours in one frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from graybook.geometry.contours import ContourStack

__all__ = ["Structure", "StructureSet"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Structure:
    """A delineated volume.

    Parameters
    ----------
    name
        As found in the file.
    tg263
        TG-263 name; None when the name is not recognised.
    kind
        "target", "organ", "external", "support", "ring" or "other".
    frame
        Frame of Reference UID of the contours.
    contours
        Gives the contour stack; called when needed. May raise :class:`~graybook.errors.InputError`.
    number
        ROI Number in its structure set.
    """

    name: str
    tg263: str | None
    kind: str
    frame: str
    contours: Callable[[], ContourStack]
    number: int = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class StructureSet:
    """The structures delineated together.

    Parameters
    ----------
    uid
        SOP Instance UID.
    label
        Structure Set Label.
    frame
        Frame of Reference UID.
    structures
        In the order of the file.
    """

    uid: str
    label: str
    frame: str
    structures: tuple[Structure, ...]
