"""Commission: this installation comes in; golden vectors, phantoms and a whole DICOM round trip beside their truth go out.

Every check compares with a closed form or a published figure, never with what Graybook gave before.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import graybook
from graybook.errors import Cancelled
from graybook.progress import Progress, silent
from graybook.report.commission_pages import write_commission_html, write_commission_pdf
from graybook.report.commission_result import (
    Case,
    Commission,
    CommissionMaterial,
    ComparedCurve,
    Group,
    TableResult,
    json_text,
)
from graybook.report.wording import Wording
from graybook.tables import edition
from graybook.tables.hashes import table_hashes
from graybook.text import Language, phrase
from graybook.workflow.commissioning.biology import biology
from graybook.workflow.commissioning.case import Bench
from graybook.workflow.commissioning.files import files
from graybook.workflow.commissioning.geometry import geometry
from graybook.workflow.commissioning.machine import machine
from graybook.workflow.commissioning.patient import patient, repeat
from graybook.workflow.commissioning.phantoms import curves, nelms, spheres

__all__ = ["GROUPS", "commission", "write_commission"]

Checks = Callable[[Bench], Group]

GROUPS: tuple[tuple[Checks, float], ...] = (
    (biology, 0.02),
    (geometry, 0.02),
    (nelms, 0.10),
    (spheres, 0.15),
    (files, 0.06),
    (patient, 0.45),
    (repeat, 0.20),
)
"""What is checked, in the order of the report, and its share of the time."""

PDF, HTML, JSON = "commission.pdf", "commission.html", "commission.json"
"""Names of the files written."""


def commission(
    *,
    language: Language = "en",
    groups: Sequence[tuple[Checks, float]] | None = None,
    progress: Progress = silent,
) -> CommissionMaterial:
    """
    Check this installation against closed forms and published figures.

    Parameters
    ----------
    language
        Of the sentences.
    groups
        Which checks, each with its share of the time; all of :data:`GROUPS` when None.
    progress
        Told of every group.
    """
    words = Wording(language, "commission")
    chosen = GROUPS if groups is None else groups
    whole = sum(share for _, share in chosen)
    started, done, found = time.monotonic(), 0.0, []
    progress(words("compiling"), 0.0)
    with TemporaryDirectory(prefix="graybook-commission-") as place:
        bench = Bench(Path(place), words, progress)
        for checks, share in chosen:
            bench.part = (done / whole, (done + share) / whole)
            found.append(_checked(checks, bench))
            done += share
    result = _result(found, language, seconds=time.monotonic() - started)
    return CommissionMaterial(result=result, curves=_curves(words))


def _checked(checks: Checks, bench: Bench) -> Group:
    """The group; one that cannot run at all has failed, and the others still run."""
    try:
        return checks(bench)
    except Cancelled:
        raise
    except Exception as error:
        name, words = checks.__name__, bench.words
        broken = Case(
            id=name,
            text=f"{words(name)}: {words('could_not_run')}",
            unit="",
            expected=0.0,
            found=None,
            tolerance=0.0,
            source="",
            error=f"{type(error).__name__}: {error}",
        )
        return Group(id=name, title=words(name), what=words("could_not_run"), reason="", cases=[broken])


def _curves(words: Wording) -> tuple[ComparedCurve, ...]:
    try:
        return curves(words)
    except Exception:
        return ()  # the group of the phantoms has said why


def _result(groups: Sequence[Group], language: Language, *, seconds: float) -> Commission:
    return Commission(
        notice=phrase("report_notice_long", language),
        created=datetime.now(tz=UTC).astimezone().isoformat(timespec="seconds"),
        version=graybook.__version__,
        tables_edition=edition(),
        groups=list(groups),
        machine=machine(seconds),
        tables=[TableResult(file=file, sha256=digest) for file, digest in table_hashes().items()],
    )


def write_commission(
    material: CommissionMaterial, out: Path, *, language: Language = "en", progress: Progress = silent
) -> None:
    """Write commission.json, commission.html and commission.pdf into a folder, which is there."""
    (out / JSON).write_bytes(json_text(material.result).encode())
    progress(HTML, 0.97)
    write_commission_html(material, out / HTML, language)
    progress(PDF, 0.98)
    write_commission_pdf(material, out / PDF, language)
