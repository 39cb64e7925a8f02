"""Size: a pair of 512 x 512 x 200 voxels is made plane by plane and deformed in a process of its own; time and memory go out."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk

from graybook import __version__
from graybook.geometry import Grid
from validation.alignment.anatomy import thorax
from validation.alignment.figures import errors_mm, mm
from validation.alignment.motions import Motion, breathing, moved, rigid, still
from validation.alignment.others import answer
from validation.alignment.phantoms import NOISE_HU
from validation.sections import Options, section, table

__all__ = ["measured", "painted_file"]

SHAPE = (200, 512, 512)
QUICK = (50, 128, 128)
MOST_S, MOST_MB = 300.0, 6000.0
"""What is asked for, on two cores. [s], [MB]"""

FIELD_MM = np.array([380.0, 380.0, 300.0])


def measured(options: Options) -> dict[str, Any]:
    """The deformation one way, and all that ``graybook register`` computes, each in a fresh process."""
    shape = QUICK if options.quick else SHAPE
    motion = moved(breathing(0.8), rigid((1.0, -1.0, 2.0), (6.0, -4.0, 8.0)))
    grid = _grid(shape)
    rng = np.random.default_rng(9)
    points = rng.uniform(-1.0, 1.0, (600, 3)) * [110.0, 75.0, 110.0]
    rows: list[list[object]] = []
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="alignment-") as name:
        fixed, moving = Path(name) / "fixed.mha", Path(name) / "moving.mha"
        painted_file(fixed, grid, motion, seed=1)
        painted_file(moving, grid, still, seed=2)
        for program in ("Graybook", "Graybook, register"):
            one = answer(program, fixed, moving, grid)
            if one.failed:
                raise RuntimeError(f"{program}: {one.failed}")
            errors = errors_mm(one.moved(points), motion(points))
            rows.append(
                [program, f"{one.wall_s:.0f}", f"{one.cpu_s:.0f}", f"{one.peak_mb:.0f}", mm(float(errors.mean())),
                 mm(float(errors.max()))]
            )  # fmt: skip
            figures |= {
                f"{program}: wall, s": round(one.wall_s, 1),
                f"{program}: memory, MB": round(one.peak_mb),
            }
    size = " × ".join(str(n) for n in shape[::-1])
    return section(
        "A large pair",
        texts=[
            f"{size} voxels, from two files to the vectors at every voxel, in a fresh process on two cores; asked for are "
            f"{MOST_S:.0f} s and {MOST_MB / 1000:g} GB. Memory is the highest resident set.",
        ],
        tables=[
            table(
                f"{size} voxels",
                ("what", "wall, s", "processor, s", "memory, MB", "mean error, mm", "worst, mm"),
                rows,
                note="*Graybook*: the rigid step and the deformation one way; *Graybook, register*: with the way back, the "
                "measures and the error estimate. Errors at 600 random places in the trunk.",
            )
        ],
        versions={"graybook": __version__},
        figures=figures,
    )


def _grid(shape: tuple[int, int, int]) -> Grid:
    spacing = FIELD_MM / np.array(shape[::-1])
    origin = -0.5 * spacing * (np.array(shape[::-1]) - 1.0)
    return Grid(frame="2.25.60401", shape=shape, origin_mm=origin, spacing_mm=spacing, axes=np.eye(3))


def painted_file(path: Path, grid: Grid, motion: Motion, *, seed: int) -> None:
    """A thorax as a file of whole numbers, painted a few planes at a time."""
    rng, scene = np.random.default_rng(seed), thorax()
    nz, ny, nx = grid.shape
    image = np.empty(grid.shape, dtype=np.int16)
    z, y, x = np.meshgrid(np.arange(4), np.arange(ny), np.arange(nx), indexing="ij")
    indices = np.stack([x.ravel(), y.ravel(), z.ravel()], axis=1).astype(np.float64)
    for first in range(0, nz, 4):
        depth = min(4, nz - first)
        block = grid.points_at(indices[: depth * ny * nx] + np.array([0.0, 0.0, first]))
        values, _ = scene.painted(motion(block))
        noisy = values + rng.normal(0.0, NOISE_HU, len(values))
        image[first : first + depth] = np.round(noisy).astype(np.int16).reshape(depth, ny, nx)
    file = sitk.GetImageFromArray(image)
    file.SetOrigin(grid.origin_mm.tolist())
    file.SetSpacing(grid.spacing_mm.tolist())
    sitk.WriteImage(file, str(path))
