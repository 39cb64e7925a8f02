"""Words of a list stay, others become stand-ins or nothing."""

from __future__ import annotations

import pytest

from graybook.record.project_key import ProjectKey
from graybook.workflow.deidentifying.words import REMOVED, Words

WORDS = Words(key=ProjectKey(project="P", secret=bytes(range(32))))
OTHER = Words(key=ProjectKey(project="Q", secret=bytes(range(1, 33))))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("organ", "SpinalCord"),
        ("names", "Moelle épinière"),
        ("site", "prostate"),
        ("site", "lung"),
        ("energy", "6 MV"),
        ("energy", "10 MV FFF"),
        ("performance_status", "ECOG 1"),
        ("performance_status", "Karnofsky 80 %"),
        ("intent", "Palliative"),
        ("nuclide", "Lu-177"),
        ("agent", "Lutathera"),
        ("levels", "T9-L1"),
    ],
)
def test_plain_words_of_the_field_stay(name, text):
    """They name an organ, a site of the tables, an energy, a state, a nuclide: nobody."""
    assert WORDS.said(name, text, {"nuclide": "Lu-177"}) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("energy", "6 MV, machine of Dr Huber"),
        ("performance_status", "ECOG 1 says Huber"),
        ("intent", "palliative (Mme D)"),
        ("histology", "adenocarcinoma"),
        ("acute_toxicity", "oesophagitis"),
        ("indication", "cancer of Mme D"),
        ("anything else", "text"),
    ],
)
def test_what_is_on_no_list_is_left_out(name, text):
    """Also when it begins with a word that is."""
    assert WORDS.said(name, text, {}) is None


@pytest.mark.parametrize("name", ["author", "label", "target", "term"])
def test_stand_ins_are_the_same_for_the_same_and_others_elsewhere(name):
    """Equal texts stay equal in a project, unequal ones unequal; another project has others, and no word is left."""
    one, same, two = (WORDS.said(name, text, {}) for text in ("Mme Dupont", " Mme Dupont ", "M. Dupont"))
    assert one == same != two
    assert one != OTHER.said(name, "Mme Dupont", {})
    assert "Dupont" not in one


def test_sites_that_are_the_same_stay_the_same():
    """Repeat irradiation of an organ is told by equal sites, whatever their case."""
    assert WORDS.site("Left knee of Mme D") == WORDS.site("left knee of mme d") != WORDS.site("right knee")


def test_reasons_and_sources_say_nothing_and_stand():
    """They are asked for, and nobody needs their words."""
    assert {WORDS.said(one, "letter of Dr Huber", {}) for one in ("reason", "source", "evidence")} == {
        REMOVED
    }


def test_an_indication_that_publications_know_stays():
    """Numbers hang on it: doses per activity of iodine are of thyroid cancer."""
    beside = {"nuclide": "I-131", "agent": "iodide"}
    assert WORDS.said("indication", "thyroid cancer", beside) == "thyroid cancer"
    assert WORDS.said("indication", "goitre of Mme D", beside) is None
