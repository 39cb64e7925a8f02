"""Register, images: files of two plain images come in, with masks; a pair to register goes out."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from graybook.errors import UsageError
from graybook.files.volumes import read_mask, read_volume
from graybook.progress import Progress, silent
from graybook.record import InputFile
from graybook.registration.rigid_levels import is_ct
from graybook.registration.volume import Volume
from graybook.workflow.alignment.pair import Pair

__all__ = ["images_pair"]

BLOCK = 1 << 20
"""Bytes read at once for a hash."""

OTHER = "OT"
"""Modality of an image that is no CT, where the other is."""

DETACHED = {".mhd": "ElementDataFile", ".nhdr": "data file"}
"""Headers that keep their voxels in another file, and how they name it."""


def images_pair(
    fixed: Path,
    moving: Path,
    *,
    fixed_mask: Path | None = None,
    moving_mask: Path | None = None,
    around: Path | None = None,
    progress: Progress = silent,
) -> Pair:
    """
    Two images of files that are no DICOM (MetaImage, NIfTI, NRRD).

    Parameters
    ----------
    fixed
        The image whose points are carried.
    moving
        The image they are found in.
    fixed_mask, moving_mask
        Voxels that bear on the alignment, on the grid of their image.
    around
        A mask on the fixed image's grid: what to align around.
    """
    progress("images", 0.0)
    fixed_volume = _volume(fixed, fixed_mask)
    progress("images", 0.4)
    moving_volume = _volume(moving, moving_mask)
    fixed_volume, moving_volume = _kinds(fixed_volume, moving_volume)
    if moving_volume.grid.frame == fixed_volume.grid.frame:  # the same image twice
        moving_volume = replace(
            moving_volume, grid=replace(moving_volume.grid, frame=f"{moving_volume.grid.frame}.1")
        )
    mask = None if around is None else read_mask(around, fixed_volume.grid)
    progress("images", 0.8)
    used = {
        "fixed image": fixed,
        "moving image": moving,
        "fixed mask": fixed_mask,
        "moving mask": moving_mask,
        "around": around,
    }
    return Pair(
        fixed=fixed_volume,
        moving=moving_volume,
        fixed_name=fixed.name,
        moving_name=moving.name,
        around=mask,
        around_name="" if around is None else "mask",
        inputs=tuple(hashed(path, use) for use, path in used.items() if path is not None),
    )


def _volume(path: Path, mask: Path | None) -> Volume:
    read = read_volume(path)
    marked = None if mask is None else read_mask(mask, read.grid)
    return Volume(grid=read.grid, values=read.values, mask=marked)


def _kinds(fixed: Volume, moving: Volume) -> tuple[Volume, Volume]:
    """The images as CT where their values are on its scale; beside a CT any other is said to be of another kind."""
    if not (is_ct(fixed) or is_ct(moving)):
        return fixed, moving
    first, second = (replace(one, modality="CT" if is_ct(one) else OTHER) for one in (fixed, moving))
    return first, second


def hashed(path: Path, used_as: str) -> InputFile:
    """A file by the SHA-256 of its bytes, with those of the file that holds its voxels."""
    digest = hashlib.sha256()
    for one in (path, *_voxels_of(path)):
        try:
            with one.open("rb") as stream:
                while block := stream.read(BLOCK):
                    digest.update(block)
        except OSError as error:
            raise UsageError(
                "A file cannot be read.", value=str(error), remedy="Name a file that exists."
            ) from error
    return InputFile(sha256=digest.hexdigest(), used_as=used_as)


def _voxels_of(path: Path) -> tuple[Path, ...]:
    """The file that a header names as holding its voxels."""
    key = DETACHED.get(path.suffix.lower())
    if key is None:
        return ()
    for line in path.read_text(encoding="latin-1").splitlines():
        name, _, value = line.partition("=" if path.suffix.lower() == ".mhd" else ":")
        if name.strip() == key and value.strip().upper() != "LOCAL":
            return (path.parent / value.strip(),)
    return ()
