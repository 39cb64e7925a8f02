"""What other formats state of courses."""

from __future__ import annotations

import pytest

from graybook.errors import InputError
from graybook.exchange.course_facts import CourseFacts, PersonFacts, PhaseFacts, VolumeDose, VolumeFacts
from graybook.record.person import Identity, Person

PERSON = Person(identities=(Identity(value="1"),))


@pytest.mark.parametrize("place", ["course", "phase", "cumulative"])
def test_a_dose_needs_its_volume(place: str) -> None:
    """A dose to a volume that nothing describes is refused, wherever it stands."""
    doses = (VolumeDose(volume="boost", dose_gy=8.0, fractions=4),)
    phase = PhaseFacts(key="p", doses=doses if place == "phase" else ())
    course = CourseFacts(key="c", phases=(phase,), doses=doses if place == "course" else ())
    cumulative = doses if place == "cumulative" else ()
    with pytest.raises(InputError, match="boost"):
        PersonFacts(person=PERSON, courses=(course,), cumulative=cumulative)
    known = (VolumeFacts(key="boost", name="Boost"),)
    assert PersonFacts(person=PERSON, courses=(course,), volumes=known, cumulative=cumulative)


def test_a_negative_dose_is_refused() -> None:
    """No dose is below nothing."""
    with pytest.raises(InputError, match="negative"):
        VolumeDose(volume="boost", dose_gy=-1.0)
