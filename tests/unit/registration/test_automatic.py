"""Automatic alignment of two images: what runs, what is told, and what stands in the result."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.errors import UsageError
from graybook.geometry.displacement import Displacement
from graybook.geometry.transform import Affine
from graybook.progress import Progress
from graybook.registration.automatic import automatic
from validation.alignment import phantoms

TINY = phantoms.Size(shape=(30, 36, 48), scale=0.6)


@pytest.fixture(scope="module")
def pair() -> phantoms.Case:
    return phantoms.made("smooth thorax", TINY)


def test_auto_ends_deformable_nearer_than_rigid(pair: phantoms.Case):
    """The deformation lies nearer to the true map than the rigid transform; both carry a quality and their settings."""
    told: list[float] = []
    progress = Progress(tell=lambda _, done: told.append(done))
    free = automatic(pair.fixed, pair.moving, progress=progress)
    stiff = automatic(pair.fixed, pair.moving, method="rigid")
    points, frame = pair.landmarks_mm, pair.fixed.grid.frame
    errors = [
        float(np.mean(np.linalg.norm(one.transform.apply(points, frame=frame) - pair.truth(points), axis=1)))
        for one in (free, stiff)
    ]
    assert errors[0] < 0.5 * errors[1]
    assert (free.method, stiff.method) == ("deformable", "rigid")
    assert isinstance(free.transform, Displacement)
    assert isinstance(stiff.transform, Affine)
    assert free.source == stiff.source == ("computed",)
    assert {name.split(":")[0] for name in free.settings} == {"rigid", "deformable"}
    assert {name.split(":")[0] for name in stiff.settings} == {"rigid"}
    for one in (free, stiff):
        assert one.quality is not None
        assert one.quality.error_mm is not None
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)


def test_local_needs_the_structure_it_is_about(pair: phantoms.Case):
    """Without it the remedy names the option."""
    with pytest.raises(UsageError, match="around"):
        automatic(pair.fixed, pair.moving, method="local")
