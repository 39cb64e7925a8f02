"""Everything read of a folder comes in; the values that may stand in no file of OUT go out, and what was found of them there."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path, PurePosixPath

from pydicom.dataset import Dataset

from graybook.dicom.deidentify import Leak, Originals, leaks, originals
from graybook.tables.agent_names import agent_named
from graybook.tables.deidentification import is_plain_structure_name
from graybook.tables.nuclides import nuclide_name
from graybook.text import LANGUAGES, keys, phrase, remedy

__all__ = ["Searched"]

OWN = "deidentif"
"""What the keys of our own sentences begin with."""
PLAIN = (
    "RTDOSE", "RTPLAN", "RTSTRUCT", "RTRECORD", "RTIMAGE", "patient", "images", "structures", "treatment", "dosimetry", "contours",
    "course", "courses", "cycle", "cycles", "series", "study", "planning", "registration", "DICOMDIR", "graybook", "deidentified",
)  # fmt: skip
"""Names of folders and files that say what is in them, and nobody's name."""
OBJECT = ".dcm"
WORD_OF_A_LIST = re.compile(r"[a-z_]{1,16}")


class Searched:
    """Gathers original values file by file, and looks for them in what was written."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.names: dict[str, dict[str, str]] = {}
        self.kept: set[str] = set()
        self.standing: set[str] = set()
        self.keys: set[str] = set()
        self.encodings: set[str] = {"utf-8"}

    def add_object(self, person: str, path: str, dataset: Dataset) -> None:
        """The values of a file of a person, and those that its path holds."""
        found = originals(dataset)
        for value, where in found.values.items():
            if not is_plain_structure_name(value):  # on the published list, whoever is called so
                self.values.setdefault(value, where)
        self.names.setdefault(person, {}).update(found.names)
        self.standing |= found.standing
        self.kept |= found.kept
        self.encodings |= found.encodings
        self.add_path(path)

    def add_path(self, path: str) -> None:
        """The names of a file and its folders."""
        for part in PurePosixPath(path.replace("!/", "/")).parts:
            stem = PurePosixPath(part).stem if PurePosixPath(part).suffix.isascii() else part
            for value in {part, stem}:
                if any(sign.isalnum() for sign in value) and len(value.encode()) > 5:
                    self.values.setdefault(value, "file name")

    def add_settings(self, text: str, written: Iterable[str]) -> None:
        """The texts and days of a ``graybook.toml``; what the new ones hold may stay."""
        for new in written:
            tables = tomllib.loads(new)
            self.kept |= {value for _, value in _texts(tables)}
            self.keys |= set(_keys(tables))
        for key, value in _texts(tomllib.loads(text)):
            plain = value.strip()
            known = is_plain_structure_name(plain) or nuclide_name(plain) or agent_named(plain)
            if known or WORD_OF_A_LIST.fullmatch(plain):
                continue
            self.values.setdefault(plain, f"graybook.toml {key}")

    def leaks(self, out: Path, files: Iterable[str], *, report: Mapping[str, object]) -> tuple[Leak, ...]:
        """
        Every original value that stands in a file of OUT, or in its name.

        What a file says in words of its own is no leak in it: sentences and keys of the report, the name of the project, and the
        keys of ``graybook.toml``. In objects no word is our own. A text that one person's files may hold, and that is another's
        name, is no leak in the files of the first.
        """
        files = tuple(files)
        names = {value: where for found in self.names.values() for value, where in found.items()}
        known = Originals(
            values={**names, **self.values}, kept=frozenset(self.kept), encodings=frozenset(self.encodings)
        )
        kinds: dict[str, list[Path]] = {}
        for one in files:
            kinds.setdefault(PurePosixPath(one).suffix, []).append(out / one)
        said = {*_keys(report), *_sentences(), str(report["project"])}
        own = {".toml": self.keys, ".json": said, ".md": said}
        found = [
            leak
            for kind, listed in sorted(kinds.items())
            for leak in leaks(known, listed, own_texts=(*PLAIN, *own.get(kind, ())))
        ]
        return tuple(dict.fromkeys((*found, *self._names_in_own(out, files))))

    def _names_in_own(self, out: Path, files: Iterable[str]) -> Iterator[Leak]:
        """Names of a person in the person's own files, also where an equal text might stay in those of others."""
        by_person: dict[str, list[Path]] = {}
        for one in files:
            if one.endswith(OBJECT):
                by_person.setdefault(one.partition("/")[0], []).append(out / one)
        kept = "\n".join(sorted(self.kept)).casefold()
        for person, listed in sorted(by_person.items()):
            hidden = {
                value: where
                for value, where in self.names.get(person, {}).items()
                if value.casefold() in kept
            }
            if hidden:
                known = Originals(
                    names=hidden, standing=frozenset(self.standing), encodings=frozenset(self.encodings)
                )
                yield from leaks(known, listed)


def _keys(values: object) -> Iterator[str]:
    if isinstance(values, Mapping):
        for name, value in values.items():
            yield str(name)
            yield from _keys(value)
    elif isinstance(values, list):
        for value in values:
            yield from _keys(value)


def _texts(values: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Each text and day of a document with its key, at any depth."""
    if isinstance(values, Mapping):
        for name, value in values.items():
            yield from _texts(value, str(name))
    elif isinstance(values, list):
        for value in values:
            yield from _texts(value, key)
    elif isinstance(values, date):  # and date-times
        day = values.date() if isinstance(values, datetime) else values
        yield key, day.isoformat()
        yield key, day.strftime("%Y%m%d")
    elif isinstance(values, str) and values.strip():
        yield key, values


def _sentences() -> tuple[str, ...]:
    """What the report says in its own words, and its keys."""
    own = [key for key in keys() if key.startswith(OWN)]
    said = [
        text
        for key in own
        for language in LANGUAGES
        for text in (phrase(key, language), remedy(key, language))
    ]
    return (*own, *(text for text in said if text))
