"""A UID comes in; the UID that stands for it in the project goes out, or itself where it names no instance."""

from __future__ import annotations

from pydicom._uid_dict import UID_dictionary

from graybook.record.project_key import ProjectKey

__all__ = ["replaced_uid", "stays"]

STANDARD = "1.2.840.10008."
"""What the standard's own UIDs begin with."""


def stays(uid: str, *, names_class: bool = False) -> bool:
    """Whether the UID is the standard's own: one it lists or, where a class stands, one of its root.

    Classes, coding schemes and contexts of vendors and hospitals are replaced like instances: they lead to whoever owns the root.
    """
    if not uid.startswith(STANDARD) or set(uid) - set("0123456789."):
        return False
    return uid in UID_dictionary or names_class


def replaced_uid(uid: str, key: ProjectKey, *, names_class: bool = False) -> str:
    """The UID to write in place of another; empty stays empty, and what is no UID at all becomes one."""
    plain = uid.strip(" \x00")
    return plain if not plain or stays(plain, names_class=names_class) else key.uid(plain)
