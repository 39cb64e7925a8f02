"""A centre's file of names, ``names.toml``, comes in; the settings of a folder with those names after its own go out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from graybook.errors import InputError, UsageError
from graybook.files.settings import Settings, parse

__all__ = ["with_names"]


def with_names(settings: Settings, path: Path | None) -> Settings:
    """
    The settings, with the names that a centre has learned.

    Parameters
    ----------
    settings
        Of the folder: what it says of a name comes first.
    path
        A TOML file of ``[[structure]]`` tables, each with its author, date and reason; None for none.

    Raises
    ------
    graybook.errors.UsageError
        There is no such file, or it cannot be read.
    graybook.errors.InputError
        It holds anything but ``[[structure]]`` tables, or a wrong one.
    """
    if path is None:
        return settings
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            "The file of names cannot be read.",
            value=f"{path}: {error}",
            remedy="Name a TOML file in UTF-8 with --names, or clear GRAYBOOK_NAMES.",
        ) from error
    learned = parse(text, path.name)
    if learned != replace(
        Settings(), structures=learned.structures, overrides=learned.overrides, sha256=learned.sha256
    ):
        raise InputError(
            f"{path.name}: a file of names holds [[structure]] tables only.",
            value=str(path.name),
            remedy="Move the other tables into graybook.toml of the folder they speak of.",
        )
    return replace(
        settings,
        structures=(*settings.structures, *learned.structures),
        overrides=(*settings.overrides, *learned.overrides),
    )
