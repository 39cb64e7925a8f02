"""A scanned folder comes in; a commented ``graybook.toml`` naming what was found is written into it."""

from __future__ import annotations

from pathlib import Path

from graybook.errors import UsageError
from graybook.files import FILE_NAME, template
from graybook.workflow.folder.scan import ScanResult

__all__ = ["write_template"]


def write_template(folder: Path, result: ScanResult) -> Path:
    """Write the template; an existing ``graybook.toml`` is never touched.

    Raises
    ------
    UsageError
        The folder is a zip, already has one, or cannot be written to.
    """
    path = folder / FILE_NAME
    if not folder.is_dir():
        raise UsageError(
            "A template can only be written into a folder.",
            value=str(folder),
            remedy="Unpack the archive first.",
        )
    text = template(course for person in result.persons for course in person.record.courses)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(
            f"The folder already has a {FILE_NAME}; it was left as it is.",
            value=str(path),
            remedy="Edit it, or move it away first.",
        ) from None
    except OSError as error:
        raise UsageError(
            f"{FILE_NAME} cannot be written into the folder.",
            value=error.strerror,
            remedy="Make the folder writable.",
        ) from error
    return path
