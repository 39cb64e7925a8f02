"""The documentation speaks of what exists: every command, every option, every rule with its test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from graybook.files import parse, template
from graybook.report.result import Metrics, PointSum, StructureResult

RULES = range(1, 18)
ROOT = Path(__file__).resolve().parents[2]
HAZARDS = ROOT / "docs" / "safety" / "hazards.md"


def rows() -> dict[int, list[str]]:
    """The cells of each rule's row in the hazard table."""
    found = {}
    for line in HAZARDS.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"\|\s*(\d+)\s*\|", line):
            found[int(match[1])] = [cell.strip() for cell in line.strip().strip("|").split("|")]
    return found


def proofs() -> dict[int, set[str]]:
    """The files that hold tests marked with each rule."""
    found: dict[int, set[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for rule in re.findall(r"mark\.rule\((\d+)\)", path.read_text(encoding="utf-8")):
            found.setdefault(int(rule), set()).add(path.relative_to(ROOT).as_posix())
    return found


@pytest.mark.rule(17)
def test_every_rule_has_a_hazard() -> None:
    """The hazard table has one row for each of the seventeen rules."""
    assert sorted(rows()) == list(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_rule_has_a_test_that_exists(rule: int) -> None:
    """A rule's row names files with tests, and each of them carries its mark."""
    cell = rows()[rule][-1]
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", cell))
    marked = proofs().get(rule, set())
    assert named, f"rule {rule} names no test; marked with it: {sorted(marked)}"
    assert named <= marked, f"holds no test marked with rule {rule}: {sorted(named - marked)}"


def test_every_named_test_exists() -> None:
    """The hazards of what is left name tests, each by its file and function, and every one of them is there."""
    page = HAZARDS.read_text(encoding="utf-8")
    lines = [line for line in page.splitlines() if re.match(r"\|\s*[a-z ]+\s*\|", line)]
    hazards = [line for line in lines if not line.startswith("| part |")]
    assert len(hazards) >= 8
    for line in hazards:
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", line.rsplit("|", 2)[1])
        assert named, line
        for file, name in named:
            assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"), f"{file}::{name}"


def commands() -> list[tuple[str, str]]:
    """Each command of the program with each of its options, those of its sub-commands among them."""
    from graybook.cli.main import app

    group = typer.main.get_command(app)
    assert hasattr(group, "commands")
    found = []
    for name, command in group.commands.items():
        parts = [command, *getattr(command, "commands", {}).values()]
        options = (option for part in parts for one in part.params for option in one.opts)
        found += [(name, option) for option in options if option.startswith("--")]
    return found


def test_every_option_is_documented() -> None:
    """Each command has a page of its name, and the page names each of its options."""
    missing = []
    for name, option in commands():
        page = ROOT / "docs" / "commands" / f"{name}.md"
        if not page.exists() or f"`{option}" not in page.read_text(encoding="utf-8"):
            missing.append(f"{name} {option}")
    assert missing == []


SETTINGS = ROOT / "docs" / "graybook-toml.md"


def test_documented_settings_are_accepted() -> None:
    """Every example of the reference of graybook.toml is one that Graybook reads, and no table lacks one."""
    examples = re.findall(r"```toml\n(.*?)```", SETTINGS.read_text(encoding="utf-8"), re.DOTALL)
    settings = parse("\n".join(examples))
    assert all([settings.courses, settings.phases, settings.structures, settings.alpha_betas])
    assert all([settings.registrations, settings.identities, settings.corrections])


def test_every_setting_is_documented() -> None:
    """Every key of the template stands in the reference."""
    keys = set(re.findall(r"^# (\w+) = ", template(), re.MULTILINE))
    text = SETTINGS.read_text(encoding="utf-8")
    assert len(keys) > 20
    assert [key for key in sorted(keys) if f"`{key}`" not in text] == []


def test_every_figure_is_explained() -> None:
    """Every field of a structure in result.json stands on the page that says what the numbers mean."""
    text = (ROOT / "docs" / "science" / "numbers.md").read_text(encoding="utf-8")
    models = (StructureResult, Metrics, PointSum)
    names = [field.alias or name for model in models for name, field in model.model_fields.items()]
    assert [name for name in names if f"`{name}`" not in text] == []
