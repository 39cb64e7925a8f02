"""The program starts light: heavy libraries load only when a command needs them."""

from __future__ import annotations

import subprocess
import sys

import graybook

HEAVY = [
    "SimpleITK",
    "highdicom",
    "jinja2",
    "matplotlib",
    "numba",
    "numpy",
    "pyarrow",
    "pydantic",
    "pydicom",
    "scipy",
    "typst",
]


def test_command_line_loads_nothing_heavy() -> None:
    """Importing the command line loads no library of the sciences, DICOM or reports."""
    code = f"import sys, graybook.cli.main; print([name for name in {HEAVY} if name in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_program_states_its_version() -> None:
    """`graybook --version` prints the version the package has."""
    code = "from graybook.cli.main import app; app(['--version'])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert graybook.__version__ in shown.stdout
