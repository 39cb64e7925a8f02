"""Errors: what went wrong, the bad value and the remedy come in; one exception tree goes out.

The tree::

    GraybookError
    ├── InputError            a file or a setting broke a rule: mend the input
    │   ├── UnreadableFile    the bytes are not what they claim to be
    │   └── NotYet            valid, but this version does not read it
    ├── UsageError            the call was wrong: mend the call
    ├── NotComparable         the science forbids it: unlike quantities, frames or persons
    │   ├── QuantityMismatch
    │   └── FrameMismatch
    └── Cancelled             the user stopped it
"""

from __future__ import annotations

__all__ = [
    "Cancelled",
    "FrameMismatch",
    "GraybookError",
    "InputError",
    "NotComparable",
    "NotYet",
    "QuantityMismatch",
    "UnreadableFile",
    "UsageError",
]


class GraybookError(Exception):
    """Any error Graybook raises on purpose.

    Parameters
    ----------
    what
        What went wrong and where: file, tag, structure.
    value
        The bad value, shown as it is.
    remedy
        What the reader can do about it.
    """

    def __init__(self, what: str, *, value: object = None, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.value = value
        self.remedy = remedy

    def __str__(self) -> str:
        middle = "" if self.value is None else f" Found: {self.value!r}."
        return f"{self.what}{middle} Remedy: {self.remedy}"


class InputError(GraybookError):
    """A file or a setting broke a rule."""


class UnreadableFile(InputError):
    """The bytes of a file are not what they claim to be."""


class NotYet(InputError):
    """The input is valid, but this version of Graybook does not read it."""


class UsageError(GraybookError):
    """The call was wrong."""


class NotComparable(GraybookError):
    """The science forbids the operation."""


class QuantityMismatch(NotComparable):
    """Two doses do not mean the same quantity."""


class FrameMismatch(NotComparable):
    """Two things lie in different frames of reference."""


class Cancelled(GraybookError):
    """The user stopped the work."""

    def __init__(self) -> None:
        super().__init__("Stopped by the user.", remedy="Run the command again; nothing was half written.")
