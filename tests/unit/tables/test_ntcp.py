"""The table of complication probability: one model to compute with, the rest shown with the reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graybook.errors import InputError
from graybook.tables.ntcp import ntcp_parameters, usable_ntcp


def test_ids_are_unique() -> None:
    """Each row has a key of its own."""
    assert len({one.id for one in ntcp_parameters()}) == len(ntcp_parameters())


def test_only_primaries_are_usable() -> None:
    """Of 49 rows the rectum alone may be computed with; each other row says why not."""
    assert [one.organ for one in ntcp_parameters() if one.usable] == ["Rectum"]
    assert all(one.reason for one in ntcp_parameters() if not one.usable)
    assert usable_ntcp("SpinalCord") == ()


def test_coefficients_are_named() -> None:
    """A logistic model's coefficients stand by name."""
    row = next(one for one in ntcp_parameters() if one.endpoint == "RP G2+ (Jackson)")
    assert dict(row.coefficients) == {"b0": -3.64, "MLD_Gy": 0.269}


@pytest.mark.parametrize(
    "changes",
    [{"m": None}, {"primary_checked": False}, {"model": "guess"}, {"model": "logistic"}, {"usable": False}],
)
def test_incomplete_models_are_refused(changes: dict[str, object]) -> None:
    """A usable model is LKB, complete, and read in its primary; an unusable one has a reason."""
    with pytest.raises(InputError):
        replace(usable_ntcp("Rectum")[0], **changes)  # type: ignore[arg-type]
