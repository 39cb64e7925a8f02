"""The files of the edition come in; the SHA-256 of each goes out, so that two installations can be compared."""

from __future__ import annotations

import hashlib
from importlib.resources import files

from graybook.tables._rows import edition

__all__ = ["table_hashes"]


def table_hashes() -> dict[str, str]:
    """SHA-256 of every table of the edition in use, by file name, in the order of names."""
    folder = files("graybook.tables").joinpath("data", edition())
    found = sorted((one for one in folder.iterdir() if one.name.endswith(".csv")), key=lambda one: one.name)
    return {one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in found}
