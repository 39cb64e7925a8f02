"""What is measured of an alignment is true of it, and the verdict follows from the measures."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.record.alignment import Quality, Use
from graybook.registration.quality import quality
from phantoms import aligned

PERSON = aligned.Anatomy()


def value(found: Quality, name: str, structure: str = "") -> float:
    """A measure that is there."""
    (one,) = [row for row in found.measures if (row.name, row.structure) == (name, structure)]
    assert one.value is not None
    return one.value


def test_without_images_nothing_is_said() -> None:
    """A transform alone, without images, landmarks or contours on both sides, gets no verdict but "not measured"."""
    found = quality(
        None,
        None,
        aligned.shifted(np.zeros(3)),
        structures=aligned.pairs(PERSON, np.copy, drawn_on_both=False),
    )
    assert {one.use for one in found.verdicts} == {Use.UNMEASURED}
    assert {one.reasons[0].code for one in found.verdicts} == {"alignment_not_measured"}
    assert found.error_mm is None


def test_landmarks_alone_decide() -> None:
    """Landmarks 3, 4 and 5 mm off: mean 4, worst 5; beyond TG-132's mean of 2 mm, so an envelope of the worst."""
    points = np.array([[48.0, 0.0, 15.0], [60.0, 0.0, 0.0], [48.0, 0.0, 50.0]])
    moving = points + np.array([[3.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 5.0]])
    found = quality(
        None,
        None,
        aligned.shifted(np.zeros(3)),
        structures=aligned.pairs(PERSON, np.copy, drawn_on_both=False)[:1],
        landmarks=(points, moving),
    )
    assert (value(found, "landmark_mean"), value(found, "landmark_max")) == (pytest.approx(4.0), 5.0)
    assert (found.verdicts[0].use, found.verdicts[0].envelope_mm) == (Use.ENVELOPE, 5.0)
    assert found.verdicts[0].reasons[0].code == "alignment_landmark_mean"
