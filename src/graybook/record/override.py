"""Override: what a person corrected, with author, date, reason and source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from graybook.errors import InputError

__all__ = ["Override"]


@dataclass(frozen=True, kw_only=True)
class Override:
    """A correction by a named person; nothing is overridden without an author, a date and a reason."""

    key: str
    value: str
    author: str
    date: date
    reason: str
    source: str = ""

    def __post_init__(self) -> None:
        for name in ("author", "reason"):
            if not getattr(self, name).strip():
                raise InputError(
                    f"The override of {self.key} has no {name}.",
                    value=self.value,
                    remedy=f'Add `{name} = "..."` beside it.',
                )
