"""Errors, findings and documents come in; text on the right stream, and the exit status, go out."""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from graybook.errors import Cancelled, GraybookError, UsageError
from graybook.progress import Progress, silent
from graybook.text import Language, keys, phrase, remedy

if TYPE_CHECKING:
    from graybook.record import Finding, Refusal

__all__ = [
    "CALL_WAS_WRONG",
    "INPUT_ALLOWS_NONE",
    "OUR_FAULT",
    "Commands",
    "print_error",
    "print_json",
    "print_text",
    "remedy_text",
    "sentence",
    "shown_progress",
]

OUR_FAULT, CALL_WAS_WRONG, INPUT_ALLOWS_NONE = 1, 2, 3
"""Exit statuses beside 0."""

QUIET_S = 2.0
"""A bar appears once the work has taken longer. [s]"""


def status_of(error: GraybookError) -> int:
    """The exit status of an error: whose fault it is."""
    if isinstance(error, UsageError):
        return CALL_WAS_WRONG
    return OUR_FAULT if isinstance(error, Cancelled) else INPUT_ALLOWS_NONE


def print_error(error: GraybookError) -> None:
    """An error in three parts on stderr: what and where, what was found, the remedy."""
    lines = [f"Error: {error.what}"]
    if error.value is not None:
        lines.append(f"Found: {error.value}")
    lines.append(f"Remedy: {error.remedy}")
    _write(sys.stderr, "\n".join(lines) + "\n")


def print_json(document: object) -> None:
    """One document on stdout, UTF-8, keys in the order given."""
    _write(sys.stdout, json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def print_text(text: str) -> None:
    """A text on stdout as it stands, UTF-8, neither wrapped nor coloured."""
    _write(sys.stdout, text)


def _write(stream: Any, text: str) -> None:
    """Write text as UTF-8, also where the terminal's own encoding lacks a letter."""
    buffer = getattr(stream, "buffer", None)
    if buffer is None:
        stream.write(text)
    else:
        stream.flush()
        buffer.write(text.encode("utf-8", "replace"))
    stream.flush()


def sentence(said: Finding | Refusal, language: Language) -> str:
    """The sentence of a finding, a refusal or a reason; its bare code and values where the catalogue has none."""
    if said.code not in keys():
        values = ", ".join(f"{key} {value}" for key, value in said.params.items())
        return f"{said.code}: {values}" if values else said.code
    return phrase(said.code, language, **{"subject": said.subject, **said.params})


def remedy_text(said: Finding | Refusal, language: Language) -> str:
    """The remedy of a finding or refusal; empty when it has none."""
    return remedy(said.code, language, **{"subject": said.subject, **said.params}).strip()


class Commands(TyperGroup):
    """The commands; whatever goes wrong in one becomes a message and an exit status, never a traceback.

    With ``GRAYBOOK_DEBUG=1`` the traceback is shown too.
    """

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except GraybookError as error:
            _trace()
            print_error(error)
            raise typer.Exit(status_of(error)) from None
        except Exception as error:
            if hasattr(error, "exit_code") or isinstance(error, (typer.Abort, BrokenPipeError)):
                raise  # the command line's own ways to end
            _trace()
            print_error(_own_fault(error))
            raise typer.Exit(OUR_FAULT) from None


def _own_fault(error: Exception) -> GraybookError:
    return GraybookError(
        "Graybook failed; this is our fault.",
        value=f"{type(error).__name__}: {error}",
        remedy="Please report it, with the output of the same command under GRAYBOOK_DEBUG=1.",
    )


def _trace() -> None:
    if os.environ.get("GRAYBOOK_DEBUG") == "1":
        traceback.print_exc()


@contextmanager
def shown_progress(*, quiet: bool, language: Language = "en") -> Iterator[Progress]:
    """A progress that draws a bar on stderr once the work takes longer than two seconds; none when quiet or not a terminal.

    On a terminal it is also said, quiet or not, that kernels are compiled for this machine: it happens once and takes long.
    """
    if not sys.stderr.isatty():
        yield silent
        return
    from graybook.geometry.compiling import on_compiling

    on_compiling(lambda: _write(sys.stderr, phrase("compiling", language) + "\n"))
    if quiet:
        yield silent
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    started = time.monotonic()
    bar = Bar(console=Console(stderr=True), transient=True)
    task = bar.add_task("", total=1.0)

    def tell(step: str, done: float) -> None:
        if not bar.live.is_started and time.monotonic() - started > QUIET_S:
            bar.start()
        bar.update(task, description=step, completed=done)

    try:
        yield Progress(tell=tell)
    finally:
        bar.stop()
