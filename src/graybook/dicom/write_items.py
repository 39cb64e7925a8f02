"""Written items: codes and moments come in, the items and date-times that written objects share go out."""

from __future__ import annotations

from datetime import datetime

from pydicom.dataset import Dataset

from graybook.dicom.nuclide_codes import Code
from graybook.errors import UsageError

__all__ = ["add_moment", "code_item", "moment_text"]


def add_moment(item: Dataset, keyword: str, moment: datetime, *, like: datetime) -> None:
    """Fill a date-time: in the offset from UTC of ``like`` when both have one; else as it is, without an offset."""
    setattr(item, keyword, moment_text(moment, like=like))


def moment_text(moment: datetime, *, like: datetime) -> str:
    """A DICOM date-time, in the offset from UTC of ``like``.

    Examples
    --------
    >>> moment_text(datetime(2025, 1, 1, 8, 30), like=datetime(2025, 1, 2))
    '20250101083000.000000'
    """
    if (moment.tzinfo is None) != (like.tzinfo is None):
        raise UsageError(
            "Either every moment of a file has its offset from UTC, or none has.",
            value=(moment.isoformat(), like.isoformat()),
            remedy="Give both with their offset, or both without.",
        )
    shown = moment if like.tzinfo is None else moment.astimezone(like.tzinfo)
    return shown.strftime("%Y%m%d%H%M%S.%f%z")[:26]


def code_item(code: Code) -> Dataset:
    """An item of a code sequence."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code
    return item
