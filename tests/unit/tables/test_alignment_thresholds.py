"""The limits of alignment quality: each with its source, the tissue's before the general, changed by named people only."""

from __future__ import annotations

from datetime import date

import pytest

from graybook.errors import InputError, UsageError
from graybook.tables.alignment_thresholds import Threshold, default_thresholds


def test_tg132_landmark_limits() -> None:
    """TG-132 as applied by Latifi 2018: a mean of 2 mm and a maximum of 5 mm."""
    (mean,), (highest,) = (default_thresholds().of(name) for name in ("landmark_mean", "landmark_max"))
    assert (mean.sum_limit, highest.sum_limit) == (2.0, 5.0)
    assert "10.1002/acm2.12348" in mean.source_text


def test_a_row_without_source_says_so() -> None:
    """A limit of Graybook's own is marked as assigned and says that no source was found."""
    own = [row for row in default_thresholds().rows if row.source == "graybook"]
    assert own
    assert all(row.tier == "assigned" and "own choice, no source found" in row.note for row in own)


def test_tissue_comes_before_the_general() -> None:
    """The liver has a curl limit of its own (0.2), any other organ the general one; a mean Jacobian is held on both sides."""
    limits = default_thresholds()
    assert limits.of("curl_p95", ("liver",))[0].sum_limit == 0.2
    assert limits.of("curl_p95", ("heart",))[0].tissue == ""
    assert {row.worse for row in limits.of("jacobian_mean", ("kidney",))} == {"above", "below"}
    assert limits.of("jacobian_mean") == ()


@pytest.mark.parametrize(
    ("value", "level"), [(0.9, 0), (0.8, 0), (0.7, 1), (0.6, 1), (0.59, 2), (float("nan"), 2)]
)
def test_level(value: float, level: int) -> None:
    """A Dice of 0.8 lets into the sum, of 0.6 into the sum with an envelope; what is no number lets into neither."""
    assert default_thresholds().of("dice")[0].level(value) == level


def test_change_keeps_the_rest() -> None:
    """A change is of one row, leaves the table it came from, and a tissue without a row gets one."""
    limits = default_thresholds()
    stamp = {"author": "A. Physicist", "changed_on": date(2026, 1, 31), "reason": "own phantoms"}
    changed = limits.changed("estimated_error_p95", tissue="liver", sum_limit=3.0, **stamp)  # type: ignore[arg-type]
    assert changed.of("estimated_error_p95", ("liver",))[0].sum_limit == 3.0
    assert changed.of("estimated_error_p95") == limits.of("estimated_error_p95")
    assert len(changed.rows) == len(limits.rows) + 1


def test_what_cannot_be_changed() -> None:
    """A change needs an author and a reason, a known measure, and the side where a measure has two."""
    limits, day = default_thresholds(), date(2026, 1, 31)
    with pytest.raises(InputError, match="author"):
        limits.changed("dice", sum_limit=0.9, author=" ", changed_on=day, reason="x")
    with pytest.raises(UsageError, match="No limit"):
        limits.changed("magic", sum_limit=0.9, author="A", changed_on=day, reason="x")
    with pytest.raises(UsageError, match="both sides"):
        limits.changed("jacobian_mean", tissue="liver", sum_limit=0.9, author="A", changed_on=day, reason="x")
    with pytest.raises(InputError, match="contradict"):
        Threshold(measure="dice", worse="below", sum_limit=0.5, envelope_limit=0.8)
