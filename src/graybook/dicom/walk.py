"""Walk: a folder, a zip or one file comes in; each file in it goes out once, in sorted order, with its bytes on demand."""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, ClassVar, cast

from graybook.errors import UnreadableFile, UsageError

__all__ = ["SourceFile", "files_of"]

ARCHIVE_SUFFIX = ".zip"
INSIDE = "!/"
LARGEST_MEMBER_BYTES = 2 << 30
"""A member of an archive that claims to be larger is not unpacked."""

INFLATED_BYTES, MOST_INFLATED = 64 << 20, 300
"""A member that is large and was made smaller by more than this factor holds nothing, and is not unpacked."""


def _nothing() -> BinaryIO:
    raise UnreadableFile("This entry has no bytes to read.", remedy="Look at the reason given for it.")


@dataclass(frozen=True, kw_only=True)
class SourceFile:
    """One file of a folder.

    Parameters
    ----------
    path
        Relative to the folder, forward slashes; ``archive.zip!/inner/path`` inside an archive.
    open
        Gives the bytes as a stream, each time from the beginning.
    size
        Length as listed. [byte]
    problem
        Code of the reason why it is not opened; empty when it can be.
    detail
        What the system or the archive said about the problem.
    """

    path: str
    open: Callable[[], BinaryIO] = _nothing
    size: int = 0
    problem: str = ""
    detail: str = ""


def files_of(folder: Path) -> Iterator[SourceFile]:
    """Every file of a folder tree, of a zip, or the one file given; sorted by name, level by level.

    Archives in the tree are listed themselves and then opened. No symbolic link is followed to a folder, nor to a file
    outside the tree.
    """
    root = folder.resolve()
    if root.is_dir():
        yield from _of_folder(root, root, "")
    elif not root.exists():
        raise UsageError(
            "There is no such folder.", value=str(folder), remedy="Give a folder, or a .zip, that exists."
        )
    elif _is_archive(root):
        yield from _Archive(root).members("")
    else:
        yield _of_file(root, folder.name)


def _shown(name: str) -> str:
    """A name that any encoder takes: bytes of it that are not UTF-8 become replacement marks."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\\", "/")


def _of_folder(root: Path, folder: Path, prefix: str) -> Iterator[SourceFile]:
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        yield SourceFile(path=prefix or "./", problem="folder_unreadable", detail=error.strerror or "")
        return
    for entry in found:
        path = prefix + _shown(entry.name)
        if entry.is_symlink():
            yield _of_link(root, Path(entry.path), path)
        elif entry.is_dir(follow_symlinks=False):
            yield from _of_folder(root, Path(entry.path), path + "/")
        else:
            file = _of_file(Path(entry.path), path)
            if not file.problem and _is_archive(Path(entry.path)):
                yield SourceFile(path=path, open=file.open, size=file.size, problem="archive_opened")
                yield from _Archive(Path(entry.path)).members(path + INSIDE)
            else:
                yield file


def _of_link(root: Path, link: Path, path: str) -> SourceFile:
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError):
        return SourceFile(path=path, problem="link_broken")
    if not target.is_relative_to(root):
        return SourceFile(path=path, problem="link_outside")
    if target.is_dir():
        return SourceFile(path=path, problem="link_to_folder")
    return _of_file(target, path)


def _of_file(file: Path, path: str) -> SourceFile:
    try:
        status = file.stat()
    except OSError as error:
        return SourceFile(path=path, problem="file_unreadable", detail=error.strerror or "")
    if not stat.S_ISREG(status.st_mode):
        return SourceFile(path=path, problem="not_a_regular_file")
    return SourceFile(path=path, open=lambda: file.open("rb"), size=status.st_size)


def _is_archive(file: Path) -> bool:
    try:
        return file.suffix.lower() == ARCHIVE_SUFFIX and zipfile.is_zipfile(file)
    except OSError:
        return False


class _Archive:
    """A zip on disk; of all zips, only the one last asked is kept open."""

    last: ClassVar[_Archive | None] = None

    def __init__(self, file: Path) -> None:
        self.file = file
        self.handle: zipfile.ZipFile | None = None

    def opened(self) -> zipfile.ZipFile:
        """The zip, open."""
        if self.handle is None:
            if _Archive.last is not None:
                _Archive.last.close()
            self.handle = zipfile.ZipFile(self.file)
            _Archive.last = self
        return self.handle

    def close(self) -> None:
        """Let go of the file; it is opened anew when asked again."""
        if self.handle is not None:
            self.handle.close()
            self.handle = None

    def members(self, prefix: str) -> Iterator[SourceFile]:
        try:
            found = self.opened().infolist()
        except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            yield SourceFile(path=prefix + "*", problem="archive_broken", detail=str(error))
            return
        for info in sorted(found, key=lambda item: item.filename.split("/")):
            if not info.is_dir():
                yield self._member(info, prefix + _shown(info.filename.lstrip("/")))

    def _member(self, info: zipfile.ZipInfo, path: str) -> SourceFile:
        if info.flag_bits & 0x1:
            return SourceFile(path=path, size=info.file_size, problem="archive_encrypted")
        bomb = info.file_size > INFLATED_BYTES and info.file_size > MOST_INFLATED * max(1, info.compress_size)
        if bomb or info.file_size > LARGEST_MEMBER_BYTES:
            return SourceFile(path=path, size=info.file_size, problem="archive_member_too_large")
        if path.lower().endswith(ARCHIVE_SUFFIX):
            return SourceFile(path=path, size=info.file_size, problem="archive_in_archive")
        return SourceFile(path=path, open=lambda: self._stream(info), size=info.file_size)

    def _stream(self, info: zipfile.ZipInfo) -> BinaryIO:
        return cast(BinaryIO, self.opened().open(info))
