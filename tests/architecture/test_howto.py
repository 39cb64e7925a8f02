"""Each remedy has its page: every code with a remedy is named in docs/howto, and every block there can be pasted."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from pathlib import Path

import pytest

from graybook.constraints.language import checked
from graybook.files import parse
from graybook.files.options import parse_scenario
from graybook.files.rulebook import parse_rulebook

PAGES = sorted((Path(__file__).resolve().parents[2] / "docs" / "howto").glob("*.md"))


def codes() -> list[str]:
    """Every code of the catalogue that has a remedy."""
    found: list[str] = []
    for file in (resources.files("graybook.text") / "data").iterdir():
        if file.name.endswith(".toml"):
            entries = tomllib.loads(file.read_text(encoding="utf-8"))
            found += [key for key, entry in entries.items() if "remedy_en" in entry]
    return sorted(found)


def test_every_remedy_has_a_page() -> None:
    """A refusal or question with a remedy stands, by its code, on one of the pages of docs/howto."""
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert len(PAGES) > 10
    assert [code for code in codes() if f"`{code}`" not in text] == []


def test_no_page_speaks_of_what_is_gone() -> None:
    """A code that a page says it answers is one of the catalogue."""
    known = set(codes())
    for page in PAGES:
        for line in page.read_text(encoding="utf-8").splitlines():
            if line.startswith("Messages this page answers:"):
                assert set(re.findall(r"`(\w+)`", line)) <= known, page.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_blocks_can_be_pasted(page: Path) -> None:
    """Every block of TOML or CSV on a page is one that Graybook reads: as assumptions, as limits, or as graybook.toml."""
    for kind, block in re.findall(r"```(toml|csv)\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        if page.stem == "options":
            scenario = "leave_out" in block
            assert parse_scenario(block, name="options.toml", headline=not scenario).overrides
        elif page.stem == "limits":
            assert all(checked(one) for one in parse_rulebook(block, name=f"ours.{kind}").limits)
        else:
            assert parse(block).overrides
