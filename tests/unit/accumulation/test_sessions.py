"""Runs of sessions."""

from __future__ import annotations

from graybook.accumulation.sessions import concurrent_runs, sequential_runs


def test_unequal_concurrent_phases_share_the_first_sessions() -> None:
    """28, 28 and 10 fractions together: ten sessions of all three, then eighteen of two."""
    runs = concurrent_runs([28, 10, 28])
    assert [(run.sessions, run.phases) for run in runs] == [(10, (0, 1, 2)), (18, (0, 2))]


def test_a_phase_not_given_takes_no_session() -> None:
    """Zero fractions delivered are no run, neither alone nor together."""
    assert [run.phases for run in sequential_runs([0, 5])] == [(1,)]
    assert [run.phases for run in concurrent_runs([0, 5])] == [(1,)]


def test_every_fraction_is_given_once() -> None:
    """Counted over runs, each phase gets its own number of fractions, however they are grouped."""
    wanted = [3, 7, 7, 1]
    for runs in (sequential_runs(wanted), concurrent_runs(wanted)):
        given = [sum(run.sessions for run in runs if phase in run.phases) for phase in range(4)]
        assert given == wanted
