"""The program starts light: heavy libraries load only when a command needs them."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import graybook
from phantoms import PhantomCourse, PhantomPlan, PhantomStructure, box, write_phantom
from phantoms.doses import linear

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


NOT_FOR_DVH = [
    "SimpleITK",
    "graybook.report.result",
    "highdicom",
    "jinja2",
    "matplotlib",
    "pyarrow",
    "scipy.ndimage",
    "typst",
]


def test_dvh_loads_only_what_it_needs(tmp_path: Path) -> None:
    """`graybook dvh` from a folder to figures loads neither reports, plots and images nor what sums courses."""
    cord = PhantomStructure(name="SpinalCord", shape=box((-9.0, -9.0, -9.0), (9.0, 9.0, 9.0)), slice_mm=3.0)
    plan = PhantomPlan(dose_gy=linear(40.0, (0.2, 0.0, 0.0)), fractions=20, prescription_gy=40.0)
    course = PhantomCourse(
        name="one",
        day=date(2025, 5, 5),
        structures=(cord,),
        plans=(plan,),
        image=False,
        extent_mm=(20.0, 20.0, 20.0),
        spacing_mm=(5.0, 5.0, 5.0),
    )
    folder = write_phantom(tmp_path, (course,))
    code = (
        "import sys, graybook.cli.main as main\n"
        f"main.app(['dvh', {str(folder)!r}, '--json', '--metrics', 'D95%'], standalone_mode=False)\n"
        f"print([name for name in {NOT_FOR_DVH} if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[-1] == "[]"
