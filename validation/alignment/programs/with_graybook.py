"""Graybook in a process of its own: two images and points come in; vectors at every voxel, errors at the points and times go out.

Run as ``python -m validation.alignment.programs.with_graybook FIXED MOVING OUT WAY [POINTS]``; ``WAY`` is "automatic", all that
``graybook register`` computes, or "deformable", the rigid step and the deformation one way, as the other programs do.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from graybook.files.volumes import read_volume
from graybook.geometry.arrays import FloatArray
from graybook.geometry.transform import Transform
from graybook.progress import Progress
from graybook.record.alignment import Quality
from graybook.registration.automatic import automatic
from graybook.registration.deformable import deformable
from graybook.registration.quality import errors_at
from graybook.registration.rigid import rigid
from graybook.registration.volume import Volume


def main(fixed_path: str, moving_path: str, out: str, way: str, points_path: str = "") -> None:
    """Register and write ``OUT.npy`` (zyx, 3) and ``OUT.json``."""
    fixed, moving = (_volume(Path(path)) for path in (fixed_path, moving_path))
    steps = _Steps()
    told = Progress(tell=steps.tell)
    quality: Quality | None = None
    transform: Transform
    if way == "automatic":
        alignment = automatic(fixed, moving, progress=told)
        transform, quality = alignment.transform, alignment.quality
    else:
        start = rigid(fixed, moving, progress=told)
        transform = deformable(fixed, moving, start=start.transform, progress=told).transform
    said: dict[str, Any] = {"steps_s": steps.spent()}
    grid = fixed.grid
    nz, ny, nx = grid.shape
    vectors = np.lib.format.open_memmap(out + ".npy", mode="w+", dtype=np.float32, shape=(nz, ny, nx, 3))
    y, x = (side.ravel() for side in np.meshgrid(np.arange(ny), np.arange(nx), indexing="ij"))
    for plane in range(nz):
        places = grid.points_at(np.stack([x, y, np.full(len(x), plane)], axis=1).astype(np.float64))
        vectors[plane] = (transform.apply(places, frame=grid.frame) - places).reshape(ny, nx, 3)
    vectors.flush()
    if points_path and quality is not None and quality.error_mm is not None:
        said["errors_mm"] = _errors(quality, np.load(points_path)).tolist()
    Path(out + ".json").write_text(json.dumps(said))


def _volume(path: Path) -> Volume:
    found = read_volume(path)
    return Volume(grid=found.grid, values=found.values, modality="CT")


def _errors(quality: Quality, points: FloatArray) -> FloatArray:
    assert quality.error_mm is not None  # noqa: S101  (asked before)
    return errors_at(quality.error_mm, points)


class _Steps:
    """Seconds spent in every step, by what the progress tells."""

    def __init__(self) -> None:
        self.times: dict[str, list[float]] = {}

    def tell(self, step: str, _done: float) -> None:
        """Note when a step was last heard of."""
        now = time.perf_counter()
        self.times.setdefault(step, [now, now])[1] = now

    def spent(self) -> dict[str, float]:
        """By step, from its first word to its last."""
        return {name: round(last - first, 2) for name, (first, last) in self.times.items()}


if __name__ == "__main__":
    main(*sys.argv[1:])
