"""Automatic: two images come in; the alignment between them goes out, with its quality and its verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from graybook.errors import UsageError
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.progress import Progress, silent
from graybook.record.alignment import Alignment
from graybook.registration.deformable import deformable
from graybook.registration.guidance import Guide
from graybook.registration.local import local
from graybook.registration.quality import StructurePair, quality
from graybook.registration.registered import Registered
from graybook.registration.rigid import rigid
from graybook.registration.volume import Volume
from graybook.tables.alignment_thresholds import Thresholds

__all__ = ["Wanted", "automatic"]

Wanted: TypeAlias = Literal["auto", "rigid", "local", "deformable"]

PARTS = {
    "auto": (0.15, 0.45, 0.75),
    "deformable": (0.15, 0.45, 0.75),
    "rigid": (0.5, 0.5, 0.5),
    "local": (0.5, 0.6, 0.6),
}
"""Shares of the work that are done after the rigid step, the way there and the way back; measuring takes the rest."""


def automatic(
    fixed: Volume,
    moving: Volume,
    *,
    method: Wanted = "auto",
    around: BoolArray | None = None,
    guidance: Sequence[Guide] = (),
    structures: Sequence[StructurePair] = (),
    landmarks: tuple[FloatArray, FloatArray] | None = None,
    thresholds: Thresholds | None = None,
    progress: Progress = silent,
) -> Alignment:
    """
    The alignment that carries points of the fixed image to the moving one.

    Rigid first, from many starts; then, unless a rigid one was asked for, deformable, both ways: how far a point carried there
    and back misses its start is the best witness of error. The same input gives the same alignment.

    Parameters
    ----------
    fixed, moving
        Today's image and the earlier one.
    method
        "auto" ends deformable.
    around
        Voxels of the fixed image that "local" is about.
    guidance
        Structures whose borders a deformation draws to each other.
    structures
        Delineated on either side; each gets a verdict.
    landmarks
        The same places (n, 3) in the fixed and the moving frame, to measure with; they do not steer. [mm]
    thresholds
        Of the verdicts; the tables' when None.
    """
    if method == "local" and around is None:
        raise UsageError(
            "A local registration needs the structure it is about.", value=None, remedy="Name it (--around)."
        )
    ends = PARTS[method]
    forward = rigid(fixed, moving, progress=_part(progress, 0.0, ends[0]))
    backward: Registered | None = None
    settings = {f"rigid: {key}": value for key, value in forward.settings.items()}
    if method == "local" and around is not None:
        told = _part(progress, ends[0], ends[1])
        forward = local(fixed, moving, around=around, start=forward.transform, progress=told)  # type: ignore[arg-type]
    elif method in ("auto", "deformable"):
        start = forward.transform
        told = _part(progress, ends[0], ends[1])
        forward = deformable(fixed, moving, start=start, guidance=guidance, progress=told)
        back = tuple(Guide(name=one.name, fixed=one.moving, moving=one.fixed) for one in guidance)
        told = _part(progress, ends[1], ends[2])
        backward = deformable(moving, fixed, start=start.inverse(), guidance=back, progress=told)
    found = quality(
        fixed,
        moving,
        forward,
        backward,
        structures=structures,
        landmarks=landmarks,
        thresholds=thresholds,
        progress=_part(progress, ends[2], 1.0),
    )
    if forward.method != "rigid":
        settings |= {f"{forward.method}: {key}": value for key, value in forward.settings.items()}
    return Alignment(
        transform=forward.transform,
        source=("computed",),
        method=forward.method,
        quality=found,
        settings=settings,
    )


def _part(progress: Progress, first: float, last: float) -> Progress:
    """A progress whose whole is a part of another's; steps that begin anew do not take back what was told."""
    reached = first

    def tell(step: str, done: float) -> None:
        nonlocal reached
        reached = max(reached, first + done * (last - first))
        progress(step, reached)

    return Progress(tell=tell, cancelled=progress.cancelled)
