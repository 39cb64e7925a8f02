"""The catalogue: TOML files of ``[key]`` tables with ``en`` and ``fr`` (and ``remedy_en``, ``remedy_fr``); sentences go out.

Placeholders are ``{name}`` or ``{name:form}`` with form one of gy, mm, cm3, percent, n1, n2, date, figures (a text of figures).
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources

from graybook.errors import UsageError
from graybook.text.numbers import DASH, Language, date_text, dose_text, number_text

__all__ = ["LANGUAGES", "Language", "keys", "phrase", "placeholders", "remedy"]

_POINT = re.compile(r"(?<=[0-9])\.(?=[0-9])")

LANGUAGES: tuple[Language, ...] = ("en", "fr")


@cache
def _entries() -> dict[str, dict[str, str]]:
    entries: dict[str, dict[str, str]] = {}
    folder = resources.files("graybook.text") / "data"
    for file in sorted(folder.iterdir(), key=lambda item: item.name):
        if file.name.endswith(".toml"):
            for key, entry in tomllib.loads(file.read_text(encoding="utf-8")).items():
                if key in entries:
                    raise UsageError(
                        "A key stands twice in the catalogue.", value=key, remedy="Rename one of them."
                    )
                entries[key] = entry
    return entries


def _formatted(value: object, form: str, language: Language) -> str:
    if value is None:
        return DASH
    if form == "figures":
        return _POINT.sub("," if language == "fr" else ".", str(value))
    if form == "date":
        return date_text(date.fromisoformat(str(value)), language)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if form == "gy":
        return dose_text(value, language)
    if form in ("mm", "cm3", "percent"):
        unit = {"mm": "mm", "cm3": "cm³", "percent": "%"}[form]
        return f"{number_text(value, language, decimals=1)}\u00a0{unit}"
    if form in ("n1", "n2"):
        return number_text(value, language, decimals=int(form[1]))
    return (
        str(value) if isinstance(value, int) else f"{value:g}".replace(".", "," if language == "fr" else ".")
    )


class _Formatter(string.Formatter):
    def __init__(self, language: Language) -> None:
        self.language = language

    def format_field(self, value: object, format_spec: str) -> str:
        return _formatted(value, format_spec, self.language)

    def get_value(self, key: int | str, args: object, kwargs: Mapping[str, object]) -> object:
        return kwargs.get(str(key))


def keys() -> tuple[str, ...]:
    """Every key of the catalogue, sorted."""
    return tuple(sorted(_entries()))


def placeholders(key: str, field: str) -> frozenset[str]:
    """The placeholder names of one entry's field ("en", "remedy_fr" ...); empty when the field is missing."""
    text = _entries()[key].get(field, "")
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)


def phrase(key: str, language: Language, /, **params: object) -> str:
    """The sentence of a key, filled in; an unknown key is a :class:`UsageError`.

    A missing parameter prints as a dash, never as an error in front of a patient's file.
    """
    entry = _entries().get(key)
    if entry is None:
        raise UsageError(
            "No such key in the catalogue.", value=key, remedy="Add it to src/graybook/text/data."
        )
    return _Formatter(language).format(entry[language], **params)


def remedy(key: str, language: Language, /, **params: object) -> str:
    """The remedy of a key, filled in; empty when it has none."""
    text = _entries().get(key, {}).get(f"remedy_{language}", "")
    return _Formatter(language).format(text, **params)
