"""Plain images: geometry and voxels as SimpleITK has them, a frame from their content, and what is no volume is said."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk

from graybook.errors import InputError, UnreadableFile, UsageError
from graybook.files.volumes import read_mask, read_volume

TURN = np.array([[np.cos(0.3), -np.sin(0.3), 0], [np.sin(0.3), np.cos(0.3), 0], [0, 0, 1]])
VALUES = np.random.default_rng(2).integers(-1000, 2000, size=(4, 5, 6)).astype(np.int16)


def image(values: Any = VALUES, axes: Any = TURN, **changed: Any) -> sitk.Image:
    """An image with a turned grid."""
    made = sitk.GetImageFromArray(values, isVector=changed.get("vector", False))
    if made.GetDimension() == 3:
        made.SetOrigin(changed.get("origin", (-10.5, 20.25, -30.0)))
        made.SetSpacing((1.5, 2.0, 3.0))
        made.SetDirection(np.asarray(axes, dtype=float).ravel().tolist())
    return made


def written(made: sitk.Image, path: Path) -> Path:
    """The image in a file."""
    sitk.WriteImage(made, str(path))
    return path


@pytest.mark.parametrize("suffix", ["mha", "mhd", "nii", "nii.gz", "nrrd"])
@pytest.mark.parametrize("hand", [1, -1])
def test_every_format_gives_the_same_volume(tmp_path: Path, suffix: str, hand: int) -> None:
    """Voxel (i, j, k) lies where SimpleITK says, with its value, in any format; right- or left-handed."""
    made = image(axes=TURN * [1, 1, hand])
    found = read_volume(written(made, tmp_path / f"image.{suffix}"))
    assert np.array_equal(found.values, VALUES)
    assert found.values.dtype == np.float32
    for index in ((0, 0, 0), (5, 0, 0), (1, 4, 2), (3, 2, 3)):
        there = found.grid.points_at(np.array([index], dtype=float))[0]
        np.testing.assert_allclose(there, made.TransformIndexToPhysicalPoint(index), atol=1e-4)


def test_the_frame_is_the_content(tmp_path: Path) -> None:
    """The same image has the same frame in any format; another voxel or another place has another."""
    frames = [
        read_volume(written(image(), tmp_path / name)).grid.frame for name in ("a.mha", "b.nii", "c.nrrd")
    ]
    assert len(set(frames)) == 1
    assert frames[0].startswith("2.25.")
    other = VALUES.copy()
    other[0, 0, 0] += 1
    assert read_volume(written(image(other), tmp_path / "d.mha")).grid.frame != frames[0]
    assert read_volume(written(image(origin=(0, 0, 1)), tmp_path / "e.mha")).grid.frame != frames[0]


def test_masks_lie_on_their_image(tmp_path: Path) -> None:
    """A mask is what is not zero; one of another grid, or an empty one, is refused."""
    on = read_volume(written(image(), tmp_path / "image.mha")).grid
    marked = (VALUES > 0).astype(np.uint8)
    assert np.array_equal(read_mask(written(image(marked), tmp_path / "mask.nii"), on), VALUES > 0)
    with pytest.raises(InputError, match="grid of its image"):
        read_mask(written(image(marked, origin=(-10.5, 20.25, -29.0)), tmp_path / "shifted.mha"), on)
    with pytest.raises(InputError, match="grid of its image"):
        read_mask(written(image(marked[1:]), tmp_path / "short.mha"), on)
    with pytest.raises(InputError, match="marks no voxel"):
        read_mask(written(image(marked * 0), tmp_path / "empty.mha"), on)


def test_what_is_no_volume(tmp_path: Path) -> None:
    """Slices, films, vectors and voxels that are not numbers: the message names the file."""
    flat = written(image(VALUES[0]), tmp_path / "flat.mha")
    film = written(image(VALUES[None]), tmp_path / "film.nrrd")
    vectors = written(image(np.zeros((2, 3, 4, 3)), vector=True), tmp_path / "vectors.mha")
    broken = VALUES.astype(np.float32)
    broken[1, 1, 1] = np.nan
    holes = written(image(broken), tmp_path / "holes.mha")
    for path, said in (
        (flat, "three dimensions"),
        (film, "three dimensions"),
        (vectors, "one number"),
        (holes, "finite"),
    ):
        with pytest.raises(InputError, match=said) as caught:
            read_volume(path)
        assert caught.value.what.startswith(path.name)
        assert caught.value.remedy


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """A missing file and an unknown suffix are wrong calls; bytes that end early or are no image are unreadable."""
    with pytest.raises(UsageError):
        read_volume(tmp_path / "none.mha")
    (tmp_path / "image.txt").write_text("x")
    with pytest.raises(UsageError, match=r"image\.txt"):
        read_volume(tmp_path / "image.txt")
    whole = written(image(), tmp_path / "image.nrrd")
    whole.write_bytes(whole.read_bytes()[:-40])
    (tmp_path / "noise.mha").write_bytes(b"\x00\x01noise" * 20)
    for path in (whole, tmp_path / "noise.mha"):
        with pytest.raises(UnreadableFile) as caught:
            read_volume(path)
        assert str(tmp_path) not in str(caught.value)


def test_a_spacing_of_nothing(tmp_path: Path) -> None:
    """A header with a spacing of zero names the file and gives no volume."""
    path = written(image(), tmp_path / "image.mha")
    path.write_bytes(path.read_bytes().replace(b"ElementSpacing = 1.5", b"ElementSpacing = 0.0"))
    with pytest.raises(InputError, match=r"image\.mha"):
        read_volume(path)


@pytest.mark.parametrize("name", ["image.nii", "image.nii.gz"])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_nifti_loses_no_hole(tmp_path: Path, name: str, kind: type) -> None:
    """A voxel that is not a number, which ITK reads from NIfTI as zero, is refused there too."""
    path = written(image(VALUES.astype(kind)), tmp_path / name)
    assert np.array_equal(read_volume(path).values, VALUES)
    data = bytearray(gzip.decompress(path.read_bytes()) if name.endswith("gz") else path.read_bytes())
    size = np.dtype(kind).itemsize
    data[-size:] = np.array([np.nan], dtype=kind).tobytes()
    path.write_bytes(gzip.compress(bytes(data)) if name.endswith("gz") else bytes(data))
    with pytest.raises(InputError, match="not finite"):
        read_volume(path)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(UnreadableFile):
        read_volume(path)
