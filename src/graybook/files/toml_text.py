"""Tables as tomllib gives them come in; their text goes out, the same bytes for the same tables."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, time

__all__ = ["toml_text"]

BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_text(tables: Mapping[str, object]) -> str:
    """
    The text of a TOML document; keys in the order given, of the document those of tables last.

    A list of tables at the top becomes ``[[name]]`` blocks, a table a ``[name]`` block; what lies deeper is written inline.

    Examples
    --------
    >>> print(toml_text({"course": [{"label": "A", "organ_dose": [{"organ": "Heart", "dose_gy": 2.0}]}]}), end="")
    [[course]]
    label = "A"
    organ_dose = [{ organ = "Heart", dose_gy = 2.0 }]
    """
    plain = {key: value for key, value in tables.items() if not _is_table(value) and not _is_tables(value)}
    blocks = [_lines(plain)] if plain else []
    for key, value in tables.items():
        if _is_table(value):
            blocks.append([f"[{_key(key)}]", *_lines(value)])  # type: ignore[arg-type]
        elif _is_tables(value):
            blocks.extend([f"[[{_key(key)}]]", *_lines(one)] for one in value)  # type: ignore[attr-defined]
    return "\n".join("\n".join(block) + "\n" for block in blocks)


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping)


def _is_tables(value: object) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(_is_table(one) for one in value)


def _lines(table: Mapping[str, object]) -> list[str]:
    return [f"{_key(key)} = {_value(value)}" for key, value in table.items()]


def _key(key: str) -> str:
    return key if BARE.fullmatch(key) else _text(key)


def _text(text: str) -> str:
    """A basic string; JSON escapes the same signs but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        inner = ", ".join(_lines(value))
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(one) for one in value)}]"
    raise TypeError(f"TOML has no {type(value).__name__}")
