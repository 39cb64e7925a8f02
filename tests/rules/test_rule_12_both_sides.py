"""Rule 12: a limit on a pair of organs is asked of both sides together, where nobody drew them as one."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from phantoms import box, linear, write_phantom
from rules.limit_cases import NEW, OLD, entries
from rules.patients import course, plan, result_of, structure

pytestmark = pytest.mark.rule(12)

MEAN, VOLUME = "rulach2021-troost-lungs-mean", "rulach2021-ars-lungs-v20gy"
LEFT = structure("Lung_L", box((5.0, -10.0, -10.0), (15.0, 10.0, 10.0)))
RIGHT = structure("Lung_R", box((-15.0, -10.0, -10.0), (-5.0, 10.0, 10.0)))


def _folder(folder: Path, *drawn: object) -> Path:
    """Two courses of 16 Gy in 16 fractions at the origin, rising by 0.5 Gy a millimetre to the left."""
    sloping = plan(16, 16, dose_gy=linear(16.0, (0.5, 0.0, 0.0)))
    return write_phantom(
        folder, [course(name, day, sloping, structures=list(drawn)) for name, day in (("a", OLD), ("b", NEW))]
    )


def _mean_gy(start: float, end: float) -> float:
    """Of 2 n d (d + 3) / 5 over x, with d = 1 + x / 32 and n = 16: the antiderivative in d is 6.4 (d³/3 + 3 d²/2)."""

    def until(x: float) -> float:
        d = 1.0 + x / 32.0
        return 6.4 * (d**3 / 3.0 + 1.5 * d**2)

    return 32.0 * (until(end) - until(start)) / (end - start)


def test_left_and_right_are_judged_together(tmp_path: Path) -> None:
    """The mean is that of both; 20 Gy is passed where 6.4 d (d + 3) is, left of x = -5.8 mm: all of the left, 8 % of the right."""
    result = result_of(_folder(tmp_path, LEFT, RIGHT))
    (mean,) = entries(result, MEAN)
    assert mean.structure in ("Lung_L + Lung_R", "Lung_R + Lung_L")
    both = (_mean_gy(5.0, 15.0) + _mean_gy(-15.0, -5.0)) / 2.0
    assert mean.value == pytest.approx(both, rel=2e-3)
    assert mean.status == ("met" if both < 22.0 else "exceeded")
    (volume,) = entries(result, VOLUME)
    passed = 32.0 * ((math.sqrt(9.0 + 4.0 * 20.0 / 6.4) - 3.0) / 2.0 - 1.0)
    assert volume.value == pytest.approx(50.0 + 50.0 * (-5.0 - passed) / 10.0, abs=0.2)
    assert volume.status == "exceeded"


def test_one_side_alone_is_no_pair(tmp_path: Path) -> None:
    """With one lung drawn no limit on both is asked."""
    assert not entries(result_of(_folder(tmp_path, LEFT)), MEAN)


def test_a_pair_that_is_drawn_is_asked_itself(tmp_path: Path) -> None:
    """With the lungs drawn as one there is one entry, on what was drawn."""
    lungs = structure("Lungs", box((-15.0, -10.0, -10.0), (15.0, 10.0, 10.0)))
    (mean,) = entries(result_of(_folder(tmp_path, LEFT, RIGHT, lungs)), MEAN)
    assert mean.structure == "Lungs"
    assert mean.value == pytest.approx(_mean_gy(-15.0, 15.0), rel=2e-3)
