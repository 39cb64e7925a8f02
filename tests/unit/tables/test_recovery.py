"""The table of recovery: usable models apart from evidence, and the reason why the rest is not computed with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graybook.errors import InputError, UsageError
from graybook.tables.recovery import recovery_model, recovery_models


def test_usable_models_are_complete_and_checked() -> None:
    """What may be computed with has an organ, a convention and steps, and was read in its primary."""
    usable = [one for one in recovery_models() if one.usable]
    assert usable
    for one in usable:
        assert one.primary_checked
        assert one.organs
        assert one.convention in ("dose", "tolerance")
        assert one.steps


def test_everything_else_says_why() -> None:
    """A row that is not usable has a reason, and a repository row is never usable."""
    rest = [one for one in recovery_models() if not one.usable]
    assert all(one.reason for one in rest)
    assert {one.usable for one in recovery_models() if one.tier == "secondary-repo"} == {False}


def test_evidence_by_name_is_refused_with_its_reason() -> None:
    """Asking for a source without an equation says why there is nothing to compute with."""
    with pytest.raises(UsageError, match="the equation was not read"):
        recovery_model("woolley2018")
    with pytest.raises(UsageError, match="No recovery model"):
        recovery_model("nobody")


@pytest.mark.parametrize(
    "changes",
    [
        {"convention": "both"},
        {"steps": ((12.0, 0.5), (6.0, 0.25))},
        {"steps": ((6.0, 1.0),)},
        {"steps": ()},
        {"organ": ""},
        {"convention": ""},
        {"primary_checked": False},
        {"usable": False},
    ],
)
def test_incomplete_models_are_refused(changes: dict[str, object]) -> None:
    """A usable model lacks nothing; an unusable one has a reason."""
    with pytest.raises(InputError):
        replace(recovery_model("doi2021"), **changes)  # type: ignore[arg-type]
