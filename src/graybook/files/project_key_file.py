"""A project's name comes in, and a file's where the key is kept elsewhere; its secret key goes out, made at first use."""

from __future__ import annotations

import os
import re
import secrets
import stat
import tomllib
from pathlib import Path

import platformdirs

from graybook.errors import InputError, UsageError
from graybook.record.project_key import SECRET_BYTES, ProjectKey

__all__ = ["key_file", "project_key"]

PROJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""A project's name is also that of a file."""
OWNER_ONLY, FOR_OTHERS = 0o600, 0o077
LARGEST_BYTES = 4096
TEXT = """\
# The key of a research project. Keep it secret, and keep a copy: whoever has it can link persons to their pseudonyms, and
# without it nothing can be added to the project.
project = "{project}"
secret = "{secret}"
"""


def key_file(project: str, path: Path | None = None) -> Path:
    """Where the key of a project lies: the file given, else one of that name in the user's data folder.

    Raises
    ------
    graybook.errors.UsageError
        The name is none that a file may have.
    """
    if not PROJECT.fullmatch(project):
        raise UsageError(
            "A project's name is 1 to 64 letters without accent, digits, dots, hyphens and underscores.",
            value=project,
            remedy="Write --project spine-2026, say.",
        )
    return path if path is not None else platformdirs.user_data_path("graybook") / "keys" / f"{project}.key"


def project_key(project: str, path: Path | None = None, *, out: Path | None = None) -> ProjectKey:
    """The key of a project, read from its file; the file is made when there is none.

    Parameters
    ----------
    project
        Its name: letters, digits, dots, hyphens and underscores.
    path
        The file of the key; ``keys/PROJECT.key`` in the user's data folder when not given.
    out
        The folder that results go to: a key in it is refused.

    Raises
    ------
    graybook.errors.UsageError
        The name is no name of a project, or the key would lie under ``out``, or cannot be made.
    graybook.errors.InputError
        Others than its owner may open the file, it is of another project, or no key.
    """
    file = key_file(project, path)
    if out is not None and _is_under(file, out):
        raise UsageError(
            "The key may not lie under OUT: who gets the results must not get it.",
            value=str(file),
            remedy="Name a key file elsewhere (--key), or leave it out.",
        )
    try:
        return _read(file, project) if os.path.lexists(file) else _made(file, project)
    except FileExistsError:  # another run made it in between
        return _read(file, project)


def _is_under(file: Path, folder: Path) -> bool:
    return file.resolve().is_relative_to(folder.resolve())


def _made(file: Path, project: str) -> ProjectKey:
    key = ProjectKey(project=project, secret=secrets.token_bytes(SECRET_BYTES))
    text = TEXT.format(project=project, secret=key.secret.hex())
    try:
        _made_parent(file.parent)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    except FileExistsError:
        raise
    except OSError as error:
        raise UsageError(
            "The key of the project cannot be made.",
            value=f"{file}: {error.strerror}",
            remedy="Name a file that can be written to (--key).",
        ) from error
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    return key


def _made_parent(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except FileExistsError as error:
        raise NotADirectoryError(error.errno, "its folder is a file") from error


def _read(file: Path, project: str) -> ProjectKey:
    try:
        with file.open("rb") as stream:
            status = os.fstat(stream.fileno())
            data = stream.read(LARGEST_BYTES)
    except OSError as error:
        raise InputError(
            "The key of the project cannot be read.",
            value=f"{file}: {error.strerror}",
            remedy="Name a key file of yours (--key).",
        ) from error
    if os.name == "posix" and stat.S_IMODE(status.st_mode) & FOR_OTHERS:
        raise InputError(
            "Others than its owner may open the key of the project.",
            value=f"{file}: mode {stat.S_IMODE(status.st_mode):o}",
            remedy=f"chmod 600 {file}; if others may have read it, take a new project.",
        )
    return _parsed(data, file, project)


def _parsed(data: bytes, file: Path, project: str) -> ProjectKey:
    try:
        values = tomllib.loads(data.decode("ascii"))
        of, secret = values["project"], bytes.fromhex(values["secret"])
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError):
        # without "from": the cause would quote the file
        raise InputError(
            "This file is no key of a project.",
            value=str(file),
            remedy="Name the key file as Graybook made it; remove this one only if nothing was made with it.",
        ) from None
    if of != project:
        raise InputError(
            f"This key is not of project {project}: two projects with one key could be linked.",
            value=f"{file}: project {of}",
            remedy="Name the project it was made for, or another key file.",
        )
    return ProjectKey(project=project, secret=secret)
