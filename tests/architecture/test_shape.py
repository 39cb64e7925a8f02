"""Modules and functions stay small, say what they are for, have telling names and tests beside them."""

from __future__ import annotations

import ast
import io
import tokenize
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "graybook"
UNIT = Path(__file__).resolve().parents[1] / "unit"
MODULES = sorted(SOURCE.rglob("*.py"))
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "base"}
MODULE_LIMIT = 250
FUNCTION_LIMIT = 40
SHARE = 0.90

SILENT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


@cache
def tree(path: Path) -> ast.Module:
    """The module's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def code_lines(path: Path) -> frozenset[int]:
    """Numbers of the lines that hold code: no comment, blank line or docstring."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
        if token.type not in SILENT:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(tree(path)):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            lines.difference_update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return frozenset(lines)


def functions() -> list[tuple[str, int]]:
    """Each function of the source with its lines of code."""
    found = []
    for path in MODULES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                own = code_lines(path) & set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
                found.append((f"{path.relative_to(SOURCE)}:{node.lineno} {node.name}", len(own)))
    return found


def report(sizes: list[tuple[str, int]], limit: int) -> str:
    """Those beyond the limit, longest first."""
    long = sorted((size, name) for name, size in sizes if size > limit)
    return f"{len(long)} of {len(sizes)} beyond {limit} lines of code:\n" + "\n".join(
        f"{size:5d}  {name}" for size, name in reversed(long)
    )


def share_within(sizes: list[tuple[str, int]], limit: int) -> float:
    """Share of the sizes that keep the limit."""
    return sum(size <= limit for _, size in sizes) / len(sizes)


@pytest.mark.parametrize("path", MODULES, ids=[str(p.relative_to(SOURCE)) for p in MODULES])
def test_module_opens_with_a_docstring(path: Path) -> None:
    """Every module says in its first line what it is for."""
    assert ast.get_docstring(tree(path)), f"{path.relative_to(SOURCE)} has no docstring"


def test_names_tell_something() -> None:
    """No module or package is called utils, helpers, common, misc or base."""
    named = [
        path for path in MODULES if {part.strip("_") for part in path.with_suffix("").parts} & FORBIDDEN_NAMES
    ]
    assert named == []


def test_modules_are_small() -> None:
    """Nine modules in ten have at most 250 lines of code."""
    sizes = [(str(path.relative_to(SOURCE)), len(code_lines(path))) for path in MODULES]
    assert share_within(sizes, MODULE_LIMIT) >= SHARE, report(sizes, MODULE_LIMIT)


def test_functions_are_small() -> None:
    """Nine functions in ten have at most 40 lines of code."""
    sizes = functions()
    assert share_within(sizes, FUNCTION_LIMIT) >= SHARE, report(sizes, FUNCTION_LIMIT)


def test_unit_tests_mirror_the_source() -> None:
    """tests/unit has one folder per package that holds a module, with tests in it, and no other folder."""
    packages = {path.parent.name for path in SOURCE.glob("*/*.py") if path.name != "__init__.py"}
    tested = {path.parent.name for path in UNIT.glob("*/test_*.py")}
    assert tested == packages
