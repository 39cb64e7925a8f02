"""Other programs and Graybook: a pair of images comes in; the vectors, times and memory of each, every one a process, go out."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from graybook.geometry import Grid
from graybook.geometry.arrays import FloatArray
from graybook.registration.volume import Volume
from validation.programs import ENVIRONMENTS

__all__ = ["THREADS", "Answer", "answer", "available", "kept_words", "write_image"]

HOME = Path(__file__).resolve().parent
THREADS = 2
LONGEST_S = 1500.0
KEPT = "GRAYBOOK_VALIDATION_KEPT"

SPLINE_12 = """(FixedInternalImagePixelType "float")
(MovingInternalImagePixelType "float")
(UseDirectionCosines "true")
(Registration "MultiResolutionRegistration")
(Interpolator "BSplineInterpolator")
(ResampleInterpolator "FinalBSplineInterpolator")
(Resampler "DefaultResampler")
(FixedImagePyramid "FixedSmoothingImagePyramid")
(MovingImagePyramid "MovingSmoothingImagePyramid")
(Optimizer "AdaptiveStochasticGradientDescent")
(Transform "BSplineTransform")
(Metric "AdvancedNormalizedCorrelation")
(FinalGridSpacingInPhysicalUnits 12)
(HowToCombineTransforms "Compose")
(ErodeMask "false")
(NumberOfResolutions 4)
(MaximumNumberOfIterations 500)
(NumberOfSpatialSamples 4096)
(NewSamplesEveryIteration "true")
(ImageSampler "RandomCoordinate")
(BSplineInterpolationOrder 1)
(FinalBSplineInterpolationOrder 3)
(DefaultPixelValue -1000)
(WriteResultImage "false")
"""
"""elastix: correlation, four resolutions of 500 steps, 12 mm between control points."""

PLASTIMATCH = """[GLOBAL]
fixed={fixed}
moving={moving}
vf_out={out}
default_value=-1000

[STAGE]
xform=bspline
optim=lbfgsb
impl=plastimatch
metric=mse
max_its=60
grid_spac=60 60 60
res=4 4 2
regularization_lambda=0.005

[STAGE]
max_its=60
grid_spac=30 30 30
res=2 2 1

[STAGE]
max_its=60
grid_spac=15 15 15
res=1 1 1
"""
"""plastimatch: mean square difference, control points every 60, 30 and 15 mm."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Answer:
    """What one program made of a pair.

    Parameters
    ----------
    vectors_mm
        float32, (nz, ny, nx, 3), at the fixed image's voxels; None when it failed.
    wall_s, cpu_s, peak_mb
        Of its process, from start to end, files included.
    said
        More of what it told.
    """

    program: str
    grid: Grid
    vectors_mm: npt.NDArray[np.float32] | None = None
    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_mb: float = 0.0
    failed: str = ""
    said: Mapping[str, Any] = field(default_factory=dict)

    def moved(self, points_mm: FloatArray) -> FloatArray:
        """Where points (n, 3) of the fixed frame lie, by trilinear interpolation of the vectors. [mm]"""
        assert self.vectors_mm is not None  # noqa: S101  (asked of answers only)
        last = np.array(self.grid.shape[::-1]) - 1.0
        at = np.clip(self.grid.indices_of(points_mm), 0.0, last)
        low = np.minimum(at.astype(np.int64), (last - 1.0).astype(np.int64))
        share = at - low
        found = np.zeros_like(at)
        for corner in np.ndindex(2, 2, 2):
            weight = np.prod([share[:, k] if corner[k] else 1.0 - share[:, k] for k in range(3)], axis=0)
            x, y, z = (low[:, k] + corner[k] for k in range(3))
            found += weight[:, None] * self.vectors_mm[z, y, x]
        return np.asarray(points_mm + found)

    def jacobians(self) -> FloatArray:
        """Determinant at every voxel, by central differences of the vectors on the grid's axes."""
        assert self.vectors_mm is not None  # noqa: S101
        spacing = self.grid.spacing_mm[::-1]
        matrix = np.empty((*self.grid.shape, 3, 3), dtype=np.float32)
        for k in range(3):
            for j, slope in enumerate(np.gradient(self.vectors_mm[..., k], *spacing)):
                matrix[..., k, 2 - j] = slope
        matrix += np.eye(3, dtype=np.float32)
        a, b, c = (matrix[..., k, :] for k in range(3))
        return np.asarray(np.sum(a * np.cross(b, c), axis=-1))


def kept_words(answers: Iterable[Answer]) -> list[str]:
    """What the page says when answers of other programs are from an earlier run; nothing else."""
    names = dict.fromkeys(one.program for one in answers if one.said.get("kept"))
    if not names:
        return []
    return [
        f"Answers and times of {' and '.join(names)} are kept from an earlier run on the same images and machine."
    ]


def available() -> tuple[str, ...]:
    """Programs that are there."""
    found = [name for name in ("elastix", "plastimatch") if shutil.which(name)]
    return (*found, *(["platipy"] if (ENVIRONMENTS / "platipy" / "bin" / "python").exists() else []))


def write_image(volume: Volume, path: Path) -> Path:
    """A volume as a file of whole numbers that every program reads."""
    image = sitk.GetImageFromArray(np.round(volume.values).astype(np.int16))
    image.SetOrigin(volume.grid.origin_mm.tolist())
    image.SetSpacing(volume.grid.spacing_mm.tolist())
    image.SetDirection(volume.grid.axes.ravel().tolist())
    sitk.WriteImage(image, str(path))
    return path


def answer(
    program: str,
    fixed: Path,
    moving: Path,
    grid: Grid,
    *,
    points_mm: FloatArray | None = None,
    parameters: Sequence[Path] = (),
) -> Answer:
    """One program on one pair of files; ``parameters`` are elastix's, one after the other, else the 12 mm B-spline's.

    ``program``: "elastix", "plastimatch", "platipy", "Graybook" (one deformation) or "Graybook, register" (all of it).
    Where the variable :data:`KEPT` names a folder, answers of the other programs are kept there, by the images' bytes.
    """
    kept = _kept(program, fixed, moving, parameters)
    if kept is not None and kept.exists():
        found = np.load(kept)
        wall_s, cpu_s, peak_mb = found["used"].tolist()
        return Answer(
            program=program,
            grid=grid,
            vectors_mm=found["vectors"],
            wall_s=wall_s,
            cpu_s=cpu_s,
            peak_mb=peak_mb,
        )
    one = _answer(program, fixed, moving, grid, points_mm, parameters)
    if kept is not None and not one.failed and one.vectors_mm is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.savez(kept, vectors=one.vectors_mm, used=np.array([one.wall_s, one.cpu_s, one.peak_mb]))
    return one


def _kept(program: str, fixed: Path, moving: Path, parameters: Sequence[Path]) -> Path | None:
    """Where an answer of another program is kept; None where none is to be."""
    folder = os.environ.get(KEPT)
    if not folder or program.startswith("Graybook"):
        return None
    settings = [path.read_text() for path in parameters] or [
        SPLINE_12 if program == "elastix" else PLASTIMATCH
    ]
    told = hashlib.sha256("\n".join([program, *settings]).encode())
    for path in (fixed, moving):
        told.update(path.read_bytes())
    return Path(folder) / f"{program}-{told.hexdigest()[:20]}.npz"


def _answer(
    program: str,
    fixed: Path,
    moving: Path,
    grid: Grid,
    points_mm: FloatArray | None,
    parameters: Sequence[Path],
) -> Answer:
    with tempfile.TemporaryDirectory(prefix="alignment-") as name:
        work = Path(name)
        try:
            if program == "elastix":
                return _elastix(fixed, moving, grid, work, parameters)
            if program == "plastimatch":
                (work / "told.txt").write_text(
                    PLASTIMATCH.format(fixed=fixed, moving=moving, out=work / "field.mha")
                )
                used = _run(["plastimatch", "register", work / "told.txt"])
                return _of_image(program, grid, work / "field.mha", used)
            if program == "platipy":
                python = ENVIRONMENTS / "platipy" / "bin" / "python"
                used = _run(
                    [python, HOME / "programs" / "with_platipy.py", fixed, moving, work / "field.mha"]
                )
                return _of_image(program, grid, work / "field.mha", used)
            return _graybook(program, fixed, moving, grid, work, points_mm)
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            return Answer(program=program, grid=grid, failed=f"{type(error).__name__}: {error}"[:200])


def _run(words: Sequence[object], **more: str) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and peak memory (MB) of a command."""
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": str(THREADS),
        "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS": str(THREADS),
        **more,
    }
    watched = [sys.executable, "-S", str(HOME / "programs" / "watched.py"), *map(str, words)]
    done = subprocess.run(
        watched,
        capture_output=True,
        text=True,
        errors="replace",
        env=environment,
        timeout=LONGEST_S,
        check=True,
    )
    said = done.stderr.strip().splitlines()
    status, wall_s, cpu_s, peak_mb = json.loads(said[-1])
    if status != 0:
        last = [*done.stdout.strip().splitlines()[-1:], *said[-3:-1]]
        raise RuntimeError(f"{Path(str(words[0])).name} ended with {status}: {' '.join(last)}")
    return wall_s, cpu_s, peak_mb


def _elastix(fixed: Path, moving: Path, grid: Grid, work: Path, parameters: Sequence[Path]) -> Answer:
    given = list(parameters)
    if not given:
        given = [work / "spline.txt"]
        given[0].write_text(SPLINE_12)
    words: list[object] = ["elastix", "-f", fixed, "-m", moving, "-out", work, "-threads", THREADS]
    for path in given:
        words += ["-p", path]
    used = _run(words)
    last = work / f"TransformParameters.{len(given) - 1}.txt"
    _run(["transformix", "-def", "all", "-tp", last, "-out", work, "-threads", THREADS])
    found = next(path for path in work.iterdir() if path.stem == "deformationField" and path.suffix != ".raw")
    return _of_image("elastix", grid, found, used)


def _of_image(program: str, grid: Grid, path: Path, used: tuple[float, float, float]) -> Answer:
    vectors = sitk.GetArrayFromImage(sitk.ReadImage(str(path))).astype(np.float32)
    if vectors.shape != (*grid.shape, 3):
        raise RuntimeError(f"a field of {vectors.shape}")
    return Answer(
        program=program, grid=grid, vectors_mm=vectors, wall_s=used[0], cpu_s=used[1], peak_mb=used[2]
    )


def _graybook(
    program: str, fixed: Path, moving: Path, grid: Grid, work: Path, points_mm: FloatArray | None
) -> Answer:
    way = "automatic" if program.endswith("register") else "deformable"
    words: list[object] = [
        sys.executable, "-m", "validation.alignment.programs.with_graybook", fixed, moving, work / "out", way,
    ]  # fmt: skip
    if points_mm is not None:
        np.save(work / "points.npy", points_mm)
        words.append(work / "points.npy")
    root = str(HOME.parent.parent)
    used = _run(words, NUMBA_NUM_THREADS=str(THREADS), PYTHONPATH=root)
    said = json.loads((work / "out.json").read_text())
    return Answer(
        program=program, grid=grid, vectors_mm=np.load(work / "out.npy"), wall_s=used[0], cpu_s=used[1],
        peak_mb=used[2], said=said,
    )  # fmt: skip
