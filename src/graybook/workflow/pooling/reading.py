"""The bytes of one ``result.json`` come in; the document with its numbers as decimals goes out, or what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from graybook.cohort.entry import NotPooled
from graybook.report.result import SCHEMA_VERSION, Result

__all__ = ["checked", "document_of", "read_bytes"]

LARGEST_BYTES = 256 * 1024 * 1024
"""A larger file is no result of ours, and is not read: memory stays bounded."""


def read_bytes(path: Path) -> bytes:
    """The bytes of a file."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise NotPooled("pool_too_large", key=path.name)
        return path.read_bytes()
    except OSError as error:
        raise NotPooled("pool_unreadable", key=path.name, why=error.strerror or "") from error


def document_of(data: bytes) -> dict[str, Any]:
    """The document; numbers with a point are decimals, so that no digit changes.

    Raises
    ------
    NotPooled
        It is no JSON, or of another schema version.
    """
    try:
        found = json.loads(
            data.decode("utf-8-sig"), parse_float=Decimal, parse_constant=Decimal, object_pairs_hook=_once
        )
    except UnicodeDecodeError as error:
        raise NotPooled("pool_unreadable", key="result.json", why="not UTF-8") from error
    except json.JSONDecodeError as error:
        raise NotPooled("pool_no_json", line=error.lineno) from error
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise NotPooled("pool_unreadable", key="result.json", why=type(error).__name__) from error
    if not isinstance(found, dict):
        raise NotPooled("pool_wrong_key", key="result.json", expected="an object")
    if found.get("schema_version") != SCHEMA_VERSION:
        told = found.get("schema_version")
        raise NotPooled(
            "pool_other_version", value=told[:20] if isinstance(told, str) else "", expected=SCHEMA_VERSION
        )
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, each key once: of two, nobody can say which one counts."""
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise NotPooled("pool_wrong_key", key=twice[:80], expected="every key once")
    return found


def checked(data: bytes, document: dict[str, Any]) -> None:
    """Nothing, if the document is one of the published schema: every key there, none besides, each of its type and finite.

    Raises
    ------
    NotPooled
        The first key that breaks the schema.
    """
    if any(word in data for word in (b"NaN", b"Infinity")):
        for key, number in _not_finite(document, ""):
            raise NotPooled("pool_not_finite", key=key, value=str(number))
    try:
        Result.model_validate_json(data.removeprefix(b"\xef\xbb\xbf"), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(one) for one in first["loc"])
        raise NotPooled("pool_wrong_key", key=place or "result.json", expected=first["type"]) from None


def _not_finite(value: object, path: str) -> Iterator[tuple[str, Decimal]]:
    """Every NaN and infinity, with its key."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _not_finite(one, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from _not_finite(one, f"{path}.{at}")
    elif isinstance(value, Decimal) and not value.is_finite():
        yield path, value
