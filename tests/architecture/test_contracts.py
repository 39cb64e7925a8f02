"""The import contracts hold, name every package they are about, and fail on planted faults."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

PURE = [
    *("geometry", "record", "registration", "radiobiology", "dvh", "accumulation", "constraints"),
    *("nuclear", "interventional", "adaptive", "doserate", "fetal", "contouring"),
]
EDGES = ["dicom", "files", "store", "jobs", "access"]

Files = dict[str, str]

FAULTS: list[tuple[str, Files]] = [
    ("layers", {"geometry/planted.py": "import graybook.record\n"}),
    ("layers", {"report/planted.py": "import graybook.workflow\n"}),
    ("layers", {"dvh/planted.py": "import graybook.radiobiology\n"}),
    ("layers", {"record/planted.py": "def later() -> None:\n    import graybook.dicom\n"}),
    ("layers", {"attic/__init__.py": ""}),
    ("pure", {"dvh/planted.py": "import pydicom\n"}),
    ("pure", {"radiobiology/planted.py": "def later() -> None:\n    from matplotlib import pyplot\n"}),
    ("pure", {"fetal/__init__.py": "", "fetal/planted.py": "from pydantic import BaseModel\n"}),
    ("pure", {"text/planted.py": "import jinja2\n", "geometry/planted.py": "import graybook.text.planted\n"}),
    ("simpleitk", {"report/planted.py": "import SimpleITK\n"}),
    ("simpleitk", {"geometry/planted.py": "from SimpleITK import Image\n"}),
    ("kernels", {"accumulation/_kernels.py": "import graybook.record\n"}),
    ("kernels", {"dvh/deeper/__init__.py": "", "dvh/deeper/_kernels.py": "import graybook.record.course\n"}),
    ("edges", {"cli/planted.py": "import graybook.dicom\n"}),
    ("edges", {"report/planted.py": "from graybook import files\n"}),
    ("acyclic", {"dvh/one.py": "import graybook.dvh.two\n", "dvh/two.py": "import graybook.dvh.one\n"}),
]


def contracts(repository: Path) -> dict[str, dict[str, Any]]:
    """The contracts of pyproject.toml by id."""
    settings = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))
    return {contract["id"]: contract for contract in settings["tool"]["importlinter"]["contracts"]}


def lint_imports(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """What import-linter says of the tree in ``folder``."""
    program = Path(sys.executable).with_name("lint-imports")
    environment = {**os.environ, "PYTHONPATH": str(folder / "src"), "COLUMNS": "200"}
    return subprocess.run(
        [str(program), "--no-logo", "--no-cache", *options],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_contracts_hold(repository: Path) -> None:
    """All contracts hold for the tree as it is."""
    verdict = lint_imports(repository)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    assert "6 kept, 0 broken" in verdict.stdout


@pytest.mark.parametrize(("contract", "files"), FAULTS, ids=[f"{c}:{next(iter(f))}" for c, f in FAULTS])
def test_planted_fault_is_caught(repository: Path, tmp_path: Path, contract: str, files: Files) -> None:
    """Each contract is broken by an import it forbids."""
    shutil.copy(repository / "pyproject.toml", tmp_path)
    package = tmp_path / "src" / "graybook"
    shutil.copytree(
        repository / "src" / "graybook",
        package,
        ignore=lambda folder, names: [n for n in names if _other(folder, n)],
    )
    for name, text in files.items():
        path = package / name
        path.parent.mkdir(exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write("\n" + text)
    verdict = lint_imports(tmp_path, "--contract", contract)
    assert verdict.returncode == 1, verdict.stdout + verdict.stderr
    assert f"{contracts(repository)[contract]['name']} BROKEN" in verdict.stdout, verdict.stdout


def _other(folder: str, name: str) -> bool:
    return not name.endswith(".py") and not (Path(folder, name).is_dir() and name != "__pycache__")


@pytest.mark.parametrize(("contract", "key", "packages"), [
    ("pure", "source_modules", PURE),
    ("edges", "protected_modules", EDGES),
])  # fmt: skip
def test_contract_names_its_packages(repository: Path, contract: str, key: str, packages: list[str]) -> None:
    """A package that exists stands in its contract by its plain name, so that its own __init__ is covered."""
    existing = {p for p in packages if (repository / "src" / "graybook" / p / "__init__.py").exists()}
    missing = {f"graybook.{package}" for package in existing} - set(contracts(repository)[contract][key])
    assert not missing, f"write {sorted(missing)} in contract {contract!r} of pyproject.toml"


def test_every_package_to_come_is_pure_already(repository: Path) -> None:
    """The purity contract speaks of all thirteen packages, built or not."""
    named = {
        m.removesuffix(".**").removeprefix("graybook.")
        for m in contracts(repository)["pure"]["source_modules"]
    }
    assert named == set(PURE)
