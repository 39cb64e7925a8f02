"""Administrations: each once, from a person, a dose report or an image; what disagrees is said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from graybook.dicom.facts import AdministrationFacts, ImageSliceFacts
from graybook.files.nuclear_settings import Clock
from graybook.record import Administration
from graybook.workflow.folder.administrations import administrations_of
from graybook.workflow.folder.notes import Notes
from phantoms.activity import MOMENT, administered, mbq_of, report, spect

at = datetime.fromisoformat

KIDNEYS = {"Kidney_L": mbq_of(100.0, 50.0)}


def merged(
    stated: Sequence[Administration] = (),
    reports: Sequence[AdministrationFacts] = (),
    slices: Sequence[ImageSliceFacts] = (),
) -> tuple[tuple[Administration, ...], list[str]]:
    notes = Notes()
    found = administrations_of(stated, reports, slices, Clock(), notes)
    return found, [one.code for one in notes.findings]


def image(hours: float = 24.0, **said: object) -> ImageSliceFacts:
    return spect("spect", KIDNEYS, hours, **{"administered": MOMENT, "administered_bq": 7.4e9, **said})


def test_stated_and_reported_are_one() -> None:
    """A day stated and a report of that day are one administration: the person's activity, the report's time."""
    stated = administered(started=MOMENT, activity_gbq=7.4)
    day_only = Administration(nuclide="177Lu", date=stated.date, activity_gbq=7.4, cycle=1)
    (one,), said = merged([day_only], [report("sr", administered(activity_gbq=7.35, uid="1.2"))])
    assert (one.activity_gbq, one.started, one.uid, one.cycle) == (7.4, MOMENT, "1.2", 1)
    assert said == []


def test_activities_that_disagree_are_said() -> None:
    """7.4 GBq stated and 5.5 GBq reported: the person's stands, and both are named."""
    (one,), said = merged([administered(activity_gbq=7.4)], [report("sr", administered(activity_gbq=5.5))])
    assert one.activity_gbq == 7.4
    assert said == ["nuclear_administration_disputed"]


def test_two_reports_are_two_cycles() -> None:
    """Reports of two days are two administrations in time order; the same report twice is one."""
    later = MOMENT + timedelta(days=56)
    first, second = (
        report(name, administered(started=when, uid=name)) for name, when in (("b", later), ("a", MOMENT))
    )
    found, _ = merged((), [first, second, second])
    assert [one.started for one in found] == [MOMENT, later]


def test_image_alone_is_a_source_and_said() -> None:
    """An administration of which only an image header speaks is known from there, with its activity in GBq, and said."""
    (one,), said = merged((), (), [image()])
    assert (one.nuclide, one.activity_gbq, one.started) == ("Lu-177", 7.4, MOMENT)
    assert said == ["nuclear_administration_from_image"]


def test_image_gives_the_time_of_a_day() -> None:
    """A day without a time takes the time that an image header states for that day."""
    day_only = Administration(nuclide="Lu-177", date=MOMENT.date(), activity_gbq=7.4)
    (one,), said = merged([day_only], (), [image()])
    assert one.started == MOMENT
    assert said == ["nuclear_start_from_image"]


def test_image_of_a_day_nobody_knows() -> None:
    """A header that names another day than any administration makes no administration of its own."""
    found, _ = merged([administered()], (), [image(administered=at("2025-09-01 09:00"))])
    assert len(found) == 1


def test_a_day_off_is_one_administration() -> None:
    """7.4 GBq stated on 2 November, reported and headed on 3 November: once, as stated, and both days are a question."""
    stated = administered(started=MOMENT - timedelta(days=1))
    reported = report("sr", administered(uid="1.2"))
    for reports in ([reported], [reported, reported], []):
        (one,), said = merged([stated], reports, [image(), image(72.0)])
        assert (one.started, one.activity_gbq) == (stated.started, 7.4)
        assert "nuclear_administration_days_apart" in said


def test_a_report_and_an_image_of_two_days() -> None:
    """A report and a header four days apart are one administration, said once for all images; the same on its day is not said."""
    reported = report("sr", administered(started=MOMENT - timedelta(days=4)))
    (one,), said = merged((), [reported], [image(), image(72.0)])
    assert one.started == MOMENT - timedelta(days=4)
    assert said == ["nuclear_administration_days_apart"]


def test_days_apart_of_one_origin_or_matched_stay_two() -> None:
    """Two entries of a person, two reports, or a report beside one that matches on its day, are two; so are five days."""
    day = timedelta(days=1)
    first, second = administered(uid="1"), administered(started=MOMENT + day, uid="2")
    assert len(merged([administered(), administered(2, started=MOMENT + day)])[0]) == 2
    assert len(merged((), [report("a", first), report("b", second)])[0]) == 2
    for reports in ([report("a", first), report("b", second)], [report("b", second), report("a", first)]):
        assert len(merged([administered()], reports)[0]) == 2
    later = report("c", administered(started=MOMENT + 5 * day, uid="3"))
    assert len(merged([administered()], [later])[0]) == 2


def test_a_diagnosis_is_no_course() -> None:
    """68Ga and 18F are given to see, and microspheres are a course of their own: none of these is a radionuclide course."""
    reports = [
        report("ga", administered(nuclide="Ga-68", agent="DOTATOC")),
        report("y", administered(nuclide="Y-90", agent="SIR-Spheres")),
    ]
    assert merged((), reports, [image(nuclide="F-18", agent="FDG")]) == ((), [])
