"""Kernels take what their one signature says; a long wait for their first compiling is said once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from graybook.geometry import compiling
from graybook.geometry.compiling import FLOAT, kernel, on_compiling, read


@pytest.fixture
def told() -> Iterator[list[str]]:
    """What was told; nobody is told any more afterwards."""
    said: list[str] = []
    on_compiling(lambda: said.append("compiling"))
    yield said
    on_compiling(None)


def compiler(seconds: float, *, misses: int) -> Callable[..., Any]:
    """A stand-in for numba that takes so long, and found nothing in its cache so many times."""

    def njit(*_: Any, **__: Any) -> Callable[..., Any]:
        def compiled(function: Callable[..., Any]) -> Any:
            time.sleep(seconds)

            def run(*arguments: Any) -> Any:
                return function(*arguments)

            run.stats = SimpleNamespace(cache_misses=misses)  # type: ignore[attr-defined]
            return run

        return compiled

    return njit


def made() -> Any:
    """A new kernel that doubles."""
    return kernel(FLOAT, gives=FLOAT)(lambda x: 2.0 * x)


def test_a_long_wait_is_told_once(monkeypatch: pytest.MonkeyPatch, told: list[str]) -> None:
    """Two kernels that compile for longer than one waits in patience: told once, while the first one compiles."""
    monkeypatch.setattr(compiling, "njit", compiler(0.3, misses=1))
    monkeypatch.setattr(compiling, "PATIENCE_S", 0.05)
    assert made()(3.0) == 6.0
    assert told == ["compiling"]
    made()(3.0)
    assert told == ["compiling"]


def test_short_waits_add_up(monkeypatch: pytest.MonkeyPatch, told: list[str]) -> None:
    """Many short compilings are one long wait."""
    monkeypatch.setattr(compiling, "njit", compiler(0.1, misses=1))
    monkeypatch.setattr(compiling, "PATIENCE_S", 0.35)
    made()(3.0)
    assert told == []
    for _ in range(5):
        made()(3.0)
    assert told == ["compiling"]


def test_loading_is_not_told(monkeypatch: pytest.MonkeyPatch, told: list[str]) -> None:
    """Kernels that come from the cache are no wait that a person is told of, however many they are."""
    monkeypatch.setattr(compiling, "njit", compiler(0.1, misses=0))
    monkeypatch.setattr(compiling, "PATIENCE_S", 0.35)
    for _ in range(6):
        made()(3.0)
    assert told == []


def test_nobody_need_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without anybody to tell, kernels compile in silence."""
    on_compiling(None)
    monkeypatch.setattr(compiling, "njit", compiler(0.1, misses=1))
    monkeypatch.setattr(compiling, "PATIENCE_S", 0.0)
    assert made()(3.0) == 6.0


def test_a_read_only_array_is_taken() -> None:
    """A kernel that only reads takes arrays that are not to be written."""

    @kernel(read(1), gives=FLOAT)
    def first(values: Any) -> Any:
        return values[0]

    values = np.array([4.0])
    values.setflags(write=False)
    assert first(values) == 4.0
