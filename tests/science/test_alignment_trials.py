"""The trials of verdicts: forty bad pairs that are bad where they say, thirty good ones that are good."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from validation.alignment.motions import jacobians
from validation.alignment.second import REGIONS, second
from validation.alignment.trials import BAD, GOOD


def test_there_are_forty_bad_and_thirty_good_ones() -> None:
    """Every kind of badness has at least five; names are unique."""
    kinds = Counter(trial.kind for trial in BAD)
    assert len(BAD) == 40
    assert len(GOOD) >= 30
    assert len(kinds) == 6
    assert min(kinds.values()) >= 5
    assert len({trial.name for trial in (*BAD, *GOOD)}) == len(BAD) + len(GOOD)


@pytest.mark.parametrize("kind", sorted({trial.kind for trial in BAD}))
def test_bad_pairs_name_what_is_affected(kind: str) -> None:
    """The first of each kind names structures it has; a good pair names none."""
    trial = next(trial for trial in BAD if trial.kind == kind)
    case = trial.case()
    assert trial.judged(case)
    assert set(case.affected) <= set(case.organs)


def test_a_local_error_is_of_20_mm_at_its_organ() -> None:
    """The transform given misses the truth by 20 mm in the middle of the organ, and by little far from it."""
    trial = next(trial for trial in BAD if trial.organ)
    case = trial.case()
    wrong = trial.given(case)
    assert wrong is not None
    points = case.fixed.grid.centres()[:: case.fixed.grid.shape[2] * 7]
    points = np.concatenate([points, case.points_in(trial.organ)])
    off = np.linalg.norm(wrong.apply(points, frame=case.fixed.grid.frame) - case.truth(points), axis=1)
    assert np.nanmax(off) == pytest.approx(20.0, abs=0.5)
    assert np.nanmin(off) < 1.0
    assert trial.organ in case.affected


@pytest.mark.parametrize("region", REGIONS)
def test_the_second_generator_moves_smoothly(region: str) -> None:
    """Its maps do not fold, carry its structures onto themselves and are the same for the same seed."""
    case, again = second(region, seed=3), second(region, seed=3)
    assert np.array_equal(case.fixed.values, again.fixed.values)
    assert jacobians(case.truth, case.landmarks_mm).min() > 0.4
    for organ in case.organs.values():
        at = np.round(organ.moving_grid.indices_of(case.truth(case.points_in(organ.name)))).astype(int)
        assert organ.moving_mask[at[:, 2], at[:, 1], at[:, 0]].mean() > 0.75


def test_the_second_generator_can_take_an_organ_out() -> None:
    """Then that organ alone is affected."""
    assert second("belly", seed=8, without="Kidney_L").affected == ("Kidney_L",)
