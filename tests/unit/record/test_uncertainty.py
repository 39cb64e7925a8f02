"""What a person states of random terms."""

from __future__ import annotations

from datetime import date

import pytest

from graybook.errors import InputError
from graybook.record import Override, Spread, Uncertainty

BY = Override(key="k", value="v", author="A. Physicist", date=date(2026, 1, 31), reason="measured")


def test_a_course_of_its_own_comes_before_all_courses() -> None:
    """A course named by itself keeps its figure in whatever order the tables stand; another takes the general one."""
    own, general = Spread(term="dose", size=3.0, course="C1", by=BY), Spread(term="dose", size=2.0, by=BY)
    for spreads in ((own, general), (general, own)):
        settings = Uncertainty(spreads=spreads)
        assert settings.spread("dose", ("C1", "first")) is own
        assert settings.spread("dose", ("C2", "")) is general
        assert settings.spread("delivery", ("C1",)) is None


@pytest.mark.parametrize(("term", "size"), [("dose", -1.0), ("delivery", 51.0), ("registration", 101.0)])
def test_sizes_beyond_reason_are_refused(term: str, size: float) -> None:
    """A spread below 0 or beyond any measured one is a mistake of scale."""
    with pytest.raises(InputError):
        Spread(term=term, size=size, by=BY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes", [{"samples": 99}, {"samples": 100_001}, {"seed": -1}, {"correlation_mm": 0.0}]
)
def test_settings_out_of_range_are_refused(changes: dict[str, float]) -> None:
    """Too few samples have no 5 % end; a seed and a length have ranges."""
    with pytest.raises(InputError):
        Uncertainty(**changes)  # type: ignore[arg-type]
