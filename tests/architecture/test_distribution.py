"""What pip installs is the whole product, and the run script says what is missing."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

WITHOUT_VENV = 'case "$2" in *ensurepip*) exit 1;; *print*) echo python3.11-venv;; esac'


def test_wheel_holds_the_whole_package(repository: Path, tmp_path: Path) -> None:
    """Every file of the package, data and type marker included, is in the wheel."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=repository,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("graybook/")}
    source = repository / "src"
    compiled = {".pyc", ".nbi", ".nbc"}
    files = {p for p in (source / "graybook").rglob("*") if p.is_file() and p.suffix not in compiled}
    assert packed == {p.relative_to(source).as_posix() for p in files}
    assert "graybook/py.typed" in packed


def run(repository: Path, folder: Path, path: str, *words: str) -> subprocess.CompletedProcess[str]:
    """What the checkout's run script says, called from ``folder`` with the given PATH."""
    return subprocess.run(
        [str(repository / "run"), *words],
        cwd=folder,
        env={"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(os.name == "nt", reason="run is a POSIX script: needs a POSIX shell")
class TestRunScript:
    """./run."""

    @pytest.mark.parametrize("words", [(), ("help",)])
    def test_help_lists_every_command(self, repository: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
        """From any directory, with or without the word help, every command is listed."""
        said = run(repository, tmp_path, os.defpath, *words)
        assert said.returncode == 0
        for verb in ("setup", "demo", "test", "validation", "docs", "lint", "lock", "clean", "help"):
            assert f"./run {verb}" in said.stdout

    def test_unknown_command_is_named(self, repository: Path, tmp_path: Path) -> None:
        """A command that does not exist is refused by name."""
        said = run(repository, tmp_path, os.defpath, "tset")
        assert said.returncode == 1
        assert '"tset"' in said.stderr

    @pytest.mark.parametrize(("python", "remedy"), [
        (WITHOUT_VENV, "apt-get install python3.11-venv"),
        ("exit 1", "apt-get install python3 python3-venv"),
    ])  # fmt: skip
    def test_missing_python_has_a_remedy(
        self, repository: Path, tmp_path: Path, python: str, remedy: str
    ) -> None:
        """A Python without venv, and no Python at all, are said with the package to install."""
        checkout, programs = tmp_path / "checkout", tmp_path / "bin"
        for name in ("pyproject.toml", "requirements/lock.txt", "src/graybook/__init__.py", "run"):
            (checkout / name).parent.mkdir(parents=True, exist_ok=True)
            (checkout / name).write_bytes((repository / name).read_bytes())
        programs.mkdir()
        for name in ("python3", "python", *(f"python3.{minor}" for minor in range(11, 15))):
            (programs / name).write_text(f"#!/bin/sh\n{python}\n", encoding="utf-8")
            (programs / name).chmod(0o755)
        (checkout / "run").chmod(0o755)
        said = run(checkout, tmp_path, f"{programs}:{os.defpath}", "setup")
        assert said.returncode == 1
        assert remedy in said.stderr
