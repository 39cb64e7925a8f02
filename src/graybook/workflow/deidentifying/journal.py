"""What a run does comes in file by file; a journal that a stopped run goes on from is kept, and what earlier runs did goes out."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from graybook.errors import InputError
from graybook.record.project_key import ProjectKey
from graybook.workflow.deidentifying.places import JOURNAL, REPORT, REPORT_PAGE, UNFINISHED

__all__ = ["Copy", "Earlier", "Journal", "earlier_copies", "fingerprint"]


@dataclass(frozen=True, kw_only=True)
class Copy:
    """One file of OUT.

    Parameters
    ----------
    file
        Its path in OUT.
    input
        What stands in the project for the SHA-256 of the file it was made from, and for how it was made.
    sha256
        Of its own bytes.
    modality
        CT, RTDOSE ...
    said
        Codes of findings, with how often.
    attributes
        How many elements of each attribute were kept, replaced, removed and added.
    """

    file: str
    input: str
    sha256: str
    modality: str
    said: Mapping[str, int] = field(default_factory=dict)
    attributes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def fingerprint(key: ProjectKey) -> str:
    """Tells a project's key from another, and nothing of it."""
    return key.digest("key").hex()[:16]


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """What earlier runs of a project wrote into OUT: files by path, and what was said of persons' settings."""

    copies: Mapping[str, Copy] = field(default_factory=dict)
    findings: tuple[Mapping[str, object], ...] = ()

    def of_others(self, pseudonyms: Collection[str]) -> Earlier:
        """The same without some persons."""
        return Earlier(
            copies={
                path: one for path, one in self.copies.items() if path.partition("/")[0] not in pseudonyms
            },
            findings=tuple(one for one in self.findings if one.get("subject") not in pseudonyms),
        )


def earlier_copies(out: Path, key: ProjectKey | None) -> Earlier:
    """
    What earlier runs with this key wrote, as the report, or the journal of a stopped run, tells it; nothing without either.

    A key that is not made yet (None) wrote nothing.

    Raises
    ------
    graybook.errors.InputError
        OUT was written with another key, or its report cannot be read.
    """
    found: dict[str, Copy] = {}
    findings: tuple[Mapping[str, object], ...] = ()
    try:
        for line in _told(out):
            if "file" in line:
                found[str(line["file"])] = Copy(**line)
            elif key is not None and line["key"] == fingerprint(key):
                findings = tuple(line["findings"])
            else:
                raise InputError(
                    "OUT was written with the key of another project.",
                    value=str(out),
                    remedy="Name another OUT, or the key it was written with (--key).",
                )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(
            "OUT holds a report of de-identification that cannot be read.",
            value=str(out),
            remedy="Name another OUT.",
        ) from None
    return Earlier(copies=found, findings=findings)


def _told(out: Path) -> Iterator[dict[str, Any]]:
    if (out / REPORT).is_file():
        document = json.loads((out / REPORT).read_text(encoding="utf-8"))
        yield {"key": document["key"], "findings": document["findings"]}
        yield from document["files"]
    if (out / JOURNAL).is_file():
        lines = (out / JOURNAL).read_text(encoding="utf-8").splitlines(keepends=True)
        yield from (json.loads(line) for line in lines if line.endswith("\n"))


class Journal:
    """Says on disk what is done, line by line, so that a stopped run goes on."""

    def __init__(self, out: Path, key: ProjectKey, earlier: Earlier) -> None:
        out.mkdir(parents=True, exist_ok=True)
        self.path = out / JOURNAL
        fresh = self.path.with_name(JOURNAL + UNFINISHED)
        with fresh.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(json.dumps({"key": fingerprint(key), "findings": earlier.findings}) + "\n")
            for one in earlier.copies.values():
                stream.write(json.dumps(asdict(one)) + "\n")
        fresh.replace(self.path)
        for name in (REPORT, REPORT_PAGE):  # until the end, OUT is not finished
            (out / name).unlink(missing_ok=True)
        self.stream = self.path.open("a", encoding="utf-8", newline="\n")

    def add(self, one: Copy) -> None:
        """Say that a file is written."""
        self.stream.write(json.dumps(asdict(one)) + "\n")
        self.stream.flush()

    def close(self) -> None:
        """Let go of the file."""
        self.stream.close()
