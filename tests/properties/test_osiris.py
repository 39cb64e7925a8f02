"""Courses through OSIRIS' rows and CSV files and back: doses to 1e-8 Gy, fractions, dates and names as they were."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from graybook.exchange.course_facts import CourseFacts, PersonFacts, PhaseFacts, VolumeDose, VolumeFacts
from graybook.exchange.osiris import facts_from_osiris, osiris_csv, osiris_tables, tables_from_csv
from graybook.record import Identity, Modality, Person

MISSING = {"", "?", "-1", "unknown", "999999", "999999.0", "nan"}
NAMES = st.text(st.characters(codec="utf-8"), max_size=60)
DAYS = st.dates(date(1950, 1, 1), date(2090, 1, 1))


@st.composite
def phases(draw: st.DrawFn, number: int) -> PhaseFacts:
    """A delivered phase with a dose of its own volume and of one that all share."""
    fractions = draw(st.integers(1, 60))
    start, end = sorted((draw(DAYS), draw(DAYS)))
    doses = draw(st.lists(st.floats(0.0, 200.0), min_size=2, max_size=2))
    return PhaseFacts(
        key=f"p{number}",
        modality=draw(
            st.sampled_from([Modality.PHOTON, Modality.ELECTRON, Modality.PROTON, Modality.CARBON])
        ),
        fractions_delivered=fractions,
        start_date=start,
        end_date=end,
        doses=tuple(
            VolumeDose(volume=volume, dose_gy=dose, fractions=fractions)
            for volume, dose in zip(("shared", f"v{number}"), doses, strict=True)
        ),
    )


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=3, unique=True).flatmap(
        lambda n: st.tuples(*map(phases, n))
    ),
    NAMES,
)
def test_there_and_back(given_phases: tuple[PhaseFacts, ...], name: str) -> None:
    """Rows, and rows written to CSV and read as texts, give back the phases in order of time, whatever a volume is called."""
    volumes = [VolumeFacts(key="shared", name=name)]
    volumes += [VolumeFacts(key=f"v{one.key[1:]}", name="PTV") for one in given_phases]
    facts = PersonFacts(
        person=Person(identities=(Identity(value="P"),)),
        volumes=tuple(volumes),
        courses=(CourseFacts(key="c", phases=given_phases),),
    )
    rows = osiris_tables(facts, created=date(2026, 11, 22)).document
    read, _ = facts_from_osiris(rows)
    assert facts_from_osiris(tables_from_csv(osiris_csv(rows)))[0] == read
    (course,) = read.courses
    expected = sorted(given_phases, key=lambda one: one.start_date or date.max)
    for back, first in zip(course.phases, expected, strict=True):
        assert (back.start_date, back.end_date) == (first.start_date, first.end_date)
        assert (back.modality, back.fractions_delivered) == (first.modality, first.fractions_delivered)
        for mine, theirs in zip(back.doses, first.doses, strict=True):
            assert mine.dose_gy is not None
            assert theirs.dose_gy is not None
            assert abs(mine.dose_gy - theirs.dose_gy) <= 1e-8
    plain = name.replace("\x00", "").strip()
    named = next(one.name for one in read.volumes if one.key == "shared")
    assert named == ("shared" if plain.casefold() in MISSING or plain.startswith("1000-01-01") else plain)
