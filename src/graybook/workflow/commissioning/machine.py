"""Nothing comes in; what this installation computes with goes out: system, cores, Python, libraries."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version

from graybook.report.commission_result import MachineResult
from graybook.text.numbers import DASH

__all__ = ["machine"]

LIBRARIES = (
    "numpy",
    "numba",
    "llvmlite",
    "scipy",
    "SimpleITK",
    "pydicom",
    "highdicom",
    "typst",
    "matplotlib",
)
"""What figures and pages depend on, by the names of their distributions."""


def machine(seconds: float) -> MachineResult:
    """The installation; no name of a computer or a user.

    Parameters
    ----------
    seconds
        Time the checks took. [s]
    """
    affinity = getattr(os, "sched_getaffinity", None)
    return MachineResult(
        system=f"{platform.system()} {platform.release()}",
        processor=platform.processor() or platform.machine(),
        cores=len(affinity(0)) if affinity is not None else os.cpu_count() or 1,
        python=f"{platform.python_implementation()} {platform.python_version()}",
        libraries={name: _version(name) for name in LIBRARIES},
        seconds=round(seconds, 1),
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return DASH
