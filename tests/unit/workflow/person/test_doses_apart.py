"""Doses that stand apart in a study: what images contradict has none, also none by its activity."""

from __future__ import annotations

import pytest

from graybook.files import Settings
from graybook.workflow.folder.scan import scan_facts
from graybook.workflow.person.doses_apart import doses_apart
from phantoms.activity import administered, cubes, mbq_of, report, spect


@pytest.mark.parametrize(("given_gbq", "known"), [(7.4, True), (0.0074, False)])
def test_an_activity_that_images_contradict_gives_no_dose(given_gbq: float, known: bool) -> None:
    """A kidney of 110 MBq after 7.4 GBq has a dose; after 7.4 MBq, mistaken for it, none at all: not by images, not by activity."""
    kidney = {"Kidney_L": mbq_of(110.0, 50.0)}
    facts = [spect(f"{hours:g}", kidney, hours) for hours in (4.0, 24.0, 72.0, 168.0)]
    said = report("sr", administered(activity_gbq=given_gbq))
    (person,) = scan_facts([*facts, cubes(organs=("Kidney_L",)), said], Settings()).persons
    found = doses_apart(person, Settings())
    (course,) = [one for one in found.person.record.courses if one.modality.stands_apart]
    assert [phase.organ_doses is not None for phase in course.phases] == [known]
    assert ("nuclear_more_than_given" in {one.code for one in found.person.findings}) is not known
