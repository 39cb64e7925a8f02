"""Provenance: inputs by hash, tables by edition, version, settings."""

from __future__ import annotations

from dataclasses import dataclass

from graybook.record.override import Override

__all__ = ["InputFile", "Provenance"]


@dataclass(frozen=True, kw_only=True)
class InputFile:
    """One file that a result rests on: its content's SHA-256 and what it was used as."""

    sha256: str
    used_as: str
    uid: str = ""


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """What a result rests on."""

    version: str
    tables_edition: str
    inputs: tuple[InputFile, ...]
    overrides: tuple[Override, ...] = ()
    settings_sha256: str = ""
