"""Marks: content comes in, Graybook's own names, private tags and content-derived UIDs go out."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence

from pydicom.dataset import Dataset

__all__ = [
    "MANUFACTURER",
    "NOTICE",
    "PRIVATE_CREATOR",
    "PRIVATE_GROUP",
    "TAG_ALPHA_BETA",
    "TAG_NOTICE",
    "TAG_QUANTITY",
    "TAG_SOURCES",
    "add_marks",
    "uid_from",
]

MANUFACTURER = "Graybook"
"""Manufacturer (0008,0070) of every file Graybook writes as its own result."""

PRIVATE_CREATOR = "GRAYBOOK"
"""Private creator of Graybook's block of private elements."""

PRIVATE_GROUP = 0x3287
"""Group of the private block."""

TAG_QUANTITY = 0x01
"""LO: "EQD2" or "BED"; of files for planning systems also "REMAINING" or "BASE"."""
TAG_ALPHA_BETA = 0x02
"""FD: α/β. [Gy]"""
TAG_SOURCES = 0x03
"""UC, several: SOP Instance UIDs or SHA-256 of the inputs."""
TAG_NOTICE = 0x04
"""LO: what the file may be used for, :data:`NOTICE` unless it is made for a planning system."""

NOTICE = "NOT FOR PLANNING"
"""Said in the series description and in the private block of every dose that is written to be looked at."""


def uid_from(*parts: str) -> str:
    """A UID derived from content: the same parts give the same UID, on any machine, at any time.

    The first 128 bits of a SHA-256 over the parts, as a UUID-derived UID (PS3.5 B.2).

    Examples
    --------
    >>> uid_from("a", "b") == uid_from("a", "b") != uid_from("ab")
    True
    >>> uid_from("a")[:5], len(uid_from("a")) <= 64
    ('2.25.', True)
    """
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode()
        digest.update(f"{len(data)}:".encode())
        digest.update(data)
    return f"2.25.{uuid.UUID(bytes=digest.digest()[:16], version=5).int}"


def add_marks(
    dataset: Dataset, *, quantity: str, alpha_beta_gy: float, sources: Sequence[str], notice: str = NOTICE
) -> None:
    """Mark ``dataset`` as Graybook's: manufacturer and the private block.

    Parameters
    ----------
    dataset
        Changed in place.
    quantity
        "EQD2", "BED", "REMAINING" or "BASE".
    alpha_beta_gy
        The α/β used. [Gy]
    sources
        SOP Instance UIDs or SHA-256 of what it was computed from.
    notice
        What it may be used for.
    """
    dataset.Manufacturer = MANUFACTURER
    block = dataset.private_block(PRIVATE_GROUP, PRIVATE_CREATOR, create=True)
    block.add_new(TAG_QUANTITY, "LO", quantity)
    block.add_new(TAG_ALPHA_BETA, "FD", float(alpha_beta_gy))
    block.add_new(TAG_SOURCES, "UC", list(sources))
    block.add_new(TAG_NOTICE, "LO", notice)
