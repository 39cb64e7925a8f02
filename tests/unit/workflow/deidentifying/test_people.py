"""Who is de-identified is called as in the project's pool."""

from __future__ import annotations

import pytest

from graybook.cohort.entry import Entry
from graybook.cohort.person import identities_of
from graybook.files import Settings
from graybook.record.project_key import ProjectKey
from graybook.workflow.deidentifying.people import established, people
from graybook.workflow.person.results import patient_result
from phantoms.facts import a_plan

KEY = ProjectKey(project="p", secret=bytes(range(32)))
INS = "1.2.250.1.213.1.4.8"


@pytest.mark.rule(8)
@pytest.mark.parametrize("ins", ["", "269054958815780"])
def test_the_pseudonym_is_that_of_the_pool(ins: str) -> None:
    """Of the same person, also where files pad identifiers, compose accents otherwise, or leave out the national one's key."""
    spelled = ("\u00c9X", "E\u0301X ", " \u00c9X\0")
    plans = [
        a_plan(str(number), patient_id=one, other_ids=((ins[: 13 + number], INS),) if ins else ())
        for number, one in enumerate(spelled)
    ]
    (found,) = people(established(plans, Settings()), KEY)
    pooled = identities_of(Entry(patient_result(found.person).model_dump()))
    assert KEY.person(pooled) == found.pseudonym
    by_hand = identities_of(Entry({"id": "\u00c9X", "issuer": "", "ins": ins[:13], "identities": []}))
    assert KEY.person(by_hand) == found.pseudonym
