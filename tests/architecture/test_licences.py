"""Everything Graybook needs at run time may be passed on on terms that ask little more than attribution."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ALLOWED = {
    *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "HPND", "ISC", "MIT", "MIT-CMU"),
    *("MPL-2.0", "PSF-2.0", "Zlib", "Apache-2.0 WITH LLVM-exception"),
}
CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
FIELDS = {"Apache License, Version 2.0": "Apache-2.0", "MIT License": "MIT"}
"""Licence fields in words."""


def runtime(name: str, extras: frozenset[str] = frozenset(), seen: set[str] | None = None) -> Iterator[str]:
    """Names of all distributions that ``name`` needs here at run time, each once."""
    seen = set() if seen is None else seen
    for text in distribution(name).requires or []:
        need = Requirement(text)
        if need.marker and not any(need.marker.evaluate({"extra": extra}) for extra in extras or {""}):
            continue
        key = canonicalize_name(need.name)
        if key not in seen:
            seen.add(key)
            yield key
            yield from runtime(key, frozenset(need.extras), seen)


def licences(found: Distribution) -> set[str]:
    """The licences of one distribution: its SPDX expression, else its classifiers, else its licence field."""
    metadata = found.metadata
    if expression := metadata.get("License-Expression"):
        return {part.strip(" ()") for part in re.split(r"\s+(?:AND|OR)\s+", expression)}
    classifiers = [
        c.rsplit(" :: ", 1)[-1] for c in metadata.get_all("Classifier") or [] if c.startswith("License")
    ]
    if classifiers:
        return {CLASSIFIERS.get(name, name) for name in classifiers}
    stated = metadata.get("License") or "none stated"
    return {FIELDS.get(stated, stated)}


def refused(found: Distribution) -> set[str]:
    """Licences of one distribution that stand outside the list."""
    return licences(found) - ALLOWED


def test_runtime_is_followed_to_its_end() -> None:
    """The walk reaches what our dependencies depend on, and leaves development tools out."""
    names = set(runtime("graybook"))
    assert {"numpy", "llvmlite", "pydantic-core", "pylibjpeg-openjpeg"} <= names
    assert not {"pytest", "mkdocs", "ruff"} & names


@pytest.mark.parametrize("name", sorted(runtime("graybook", frozenset({"", "spark"}))))
def test_licence_is_allowed(name: str) -> None:
    """A run-time distribution has a licence of the list: no GPL, no AGPL, none unknown."""
    assert not refused(distribution(name))


@pytest.mark.parametrize("stated", [
    "License-Expression: GPL-3.0-or-later",
    "License-Expression: MIT AND AGPL-3.0-only",
    "Classifier: License :: OSI Approved :: GNU General Public License v3 (GPLv3)",
    "License: GPLv3",
    "Summary: nothing said",
])  # fmt: skip
def test_other_licences_are_refused(stated: str) -> None:
    """A copyleft or missing licence is found out, wherever the distribution states it."""

    class Planted(Distribution):
        def read_text(self, filename: str) -> str | None:
            return (
                f"Metadata-Version: 2.4\nName: planted\nVersion: 1\n{stated}\n"
                if filename == "METADATA"
                else None
            )

        def locate_file(self, path: object) -> object:  # type: ignore[override]
            raise NotImplementedError

    assert refused(Planted())
