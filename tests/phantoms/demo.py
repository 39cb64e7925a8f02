"""The demo: a folder of this test session comes in; the synthetic patient, written there once, goes out."""

from __future__ import annotations

from pathlib import Path

from graybook.workflow.demo.patient import write_synthetic_patient

__all__ = ["synthetic_patient"]


def synthetic_patient(base: Path) -> Path:
    """The folder of the synthetic patient below ``base``; written on first use, never to be changed by a test."""
    folder = base / "synthetic-patient"
    if not folder.exists():
        write_synthetic_patient(folder)
    return folder
