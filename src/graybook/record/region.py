"""Region: where a course was given, as words say it: site, side, and a range of vertebrae."""

from __future__ import annotations

import re
from dataclasses import dataclass

from graybook.errors import InputError

__all__ = ["SIDES", "Levels", "Region"]

SIDES = ("left", "right", "both", "midline")

_VERTEBRAE = tuple(
    f"{part}{number}"
    for part, last in (("C", 7), ("T", 12), ("L", 5), ("S", 5))
    for number in range(1, last + 1)
)
_SACRUM = ("S1", "S5")
_REMEDY = 'Write levels = "T9-L1"; vertebrae are C1 to C7, T1 to T12, L1 to L5, S1 to S5, or sacrum.'


@dataclass(frozen=True, kw_only=True, order=True)
class Levels:
    """A range of vertebrae, both ends included, counted from C1 = 0 to S5.

    Examples
    --------
    >>> Levels.parse("D12–L3").shared(Levels.parse("T9-L1")).text
    'T12-L1'
    """

    first: int
    last: int

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.last < len(_VERTEBRAE):
            raise InputError(
                "A range of vertebrae runs from head to foot.", value=(self.first, self.last), remedy=_REMEDY
            )

    @classmethod
    def parse(cls, text: str) -> Levels:
        """A range as people write it: ``T9-L1``, ``D9 – L1`` (D is T in French), ``L2-sacrum``, ``C5``."""
        ends = re.split(r"\s*(?:-|–|—|/|\bto\b|\bà\b)\s*", text.strip())
        if not 1 <= len(ends) <= 2:
            raise InputError("A range of vertebrae has two ends.", value=text, remedy=_REMEDY)
        return cls(first=_place(ends[0], text, last=False), last=_place(ends[-1], text, last=True))

    @property
    def text(self) -> str:
        """The range as Graybook writes it."""
        first, last = _VERTEBRAE[self.first], _VERTEBRAE[self.last]
        if (first, last) == _SACRUM:
            return "sacrum"
        if last == _SACRUM[1] and not first.startswith("S"):
            last = "sacrum"
        return first if first == last else f"{first}-{last}"

    @property
    def spoken(self) -> str:
        """The range as a sentence prints it, with a dash."""
        return self.text.replace("-", "–")

    def shared(self, other: Levels) -> Levels | None:
        """The vertebrae of both; None without one."""
        first, last = max(self.first, other.first), min(self.last, other.last)
        return Levels(first=first, last=last) if first <= last else None


def _place(name: str, text: str, *, last: bool) -> int:
    plain = name.strip().upper()
    if plain.startswith("SACR"):
        plain = _SACRUM[1] if last else _SACRUM[0]
    plain = re.sub(r"^(?:TH|D)(?=\d)", "T", plain)
    if plain not in _VERTEBRAE:
        raise InputError("This is no range of vertebrae.", value=text, remedy=_REMEDY)
    return _VERTEBRAE.index(plain)


@dataclass(frozen=True, kw_only=True)
class Region:
    """Where a course was given.

    Parameters
    ----------
    site, side
        In words; ``side`` is one of :data:`SIDES` or empty.
    levels
        Vertebrae of the treated region; None when not stated.
    organs
        Organs that a person says lie in it.
    """

    site: str = ""
    side: str = ""
    levels: Levels | None = None
    organs: tuple[str, ...] = ()
