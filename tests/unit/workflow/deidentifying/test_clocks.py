"""Zones become offsets, as they were on the day; an hour that a zone has twice has none."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pydicom
import pytest

from graybook.dicom.rewriting import attribute_changes, write_offsets
from graybook.files.nuclear_settings import Clock
from graybook.workflow.deidentifying.clocks import offset_text, offset_with, one_offset

PARIS = Clock(zone="Europe/Paris")


def local(text: str) -> datetime:
    """A moment without an offset."""
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("moment", "hours"),
    [(local("2025-07-01T12:00"), 2), (local("2025-01-01T12:00"), 1), (local("2025-10-26T02:30"), None)],
)
def test_the_offset_of_a_day(moment, hours):
    """Summer 2 h, winter 1 h; half past two of the night in which clocks are put back is no one moment."""
    assert offset_with(PARIS)(moment) == (None if hours is None else timedelta(hours=hours))


def test_without_a_clock_there_is_no_offset():
    """Nothing is guessed."""
    assert offset_with(Clock())(local("2025-07-01T12:00")) is None
    assert offset_with(Clock(offset_minutes=-210))(local("2025-07-01T12:00")) == timedelta(hours=-3.5)


def test_one_offset_for_all_moments_or_none():
    """Two seasons have two: then no one offset may stand for the zone."""
    assert one_offset([local("2025-07-01T12:00"), datetime(2025, 8, 1, 12, tzinfo=UTC)], PARIS) == timedelta(
        hours=2
    )
    assert one_offset([local("2025-07-01T12:00"), local("2025-12-01T12:00")], PARIS) is None
    assert one_offset([], PARIS) is None


def image(**said) -> pydicom.Dataset:
    dataset = pydicom.Dataset()
    dataset.AcquisitionDate, dataset.AcquisitionTime = "20251026", "120000"
    dataset.SeriesDate, dataset.SeriesTime = "20251026", "110000"
    item = pydicom.Dataset()
    item.RadiopharmaceuticalStartDateTime = "20251025120000"
    dataset.RadiopharmaceuticalInformationSequence = [item]
    for keyword, value in said.items():
        setattr(dataset, keyword, value)
    return dataset


def test_each_moment_of_a_file_gets_its_own_offset():
    """Given on Saturday in summer time, seen on Sunday in winter time: 25 h, which one offset for both would make 24."""
    dataset = image()
    write_offsets(dataset, offset_with(PARIS))
    assert dataset.TimezoneOffsetFromUTC == "+0100"
    started = dataset.RadiopharmaceuticalInformationSequence[0].RadiopharmaceuticalStartDateTime
    assert str(started) == "20251025120000+0200"


def test_an_offset_that_a_file_states_stands():
    """The file knows better than the place."""
    dataset = image(TimezoneOffsetFromUTC="+0000")
    write_offsets(dataset, offset_with(PARIS))
    assert dataset.TimezoneOffsetFromUTC == "+0000"
    started = dataset.RadiopharmaceuticalInformationSequence[0].RadiopharmaceuticalStartDateTime
    assert str(started) == "20251025120000"


def test_two_offsets_of_times_without_a_day_of_their_own_are_none():
    """A series begun before clocks changed and a scan after: one offset for the file would be wrong for one of them."""
    dataset = image(SeriesDate="20251025")
    write_offsets(dataset, offset_with(PARIS))
    assert "TimezoneOffsetFromUTC" not in dataset


def test_texts_of_offsets():
    """As graybook.toml writes them."""
    assert [offset_text(timedelta(minutes=one)) for one in (0, 330, -570)] == ["+00:00", "+05:30", "-09:30"]


def test_what_became_of_each_attribute():
    """Kept, replaced, removed and added are told by keyword, items one by one, private ones together."""
    before, after = pydicom.Dataset(), pydicom.Dataset()
    before.PatientName, before.Modality, before.StudyDate = "A^B", "CT", date(2025, 1, 1).strftime("%Y%m%d")
    before.private_block(0x11, "SOMEBODY", create=True).add_new(1, "LO", "x")
    item, new = pydicom.Dataset(), pydicom.Dataset()
    item.BeamName, item.BeamNumber = "front", "1"
    new.BeamName, new.BeamNumber = "N-1", "1"
    before.BeamSequence, after.BeamSequence = [item, item], [new, new]
    after.PatientName, after.Modality, after.PatientIdentityRemoved = "P-1", "CT", "YES"
    assert attribute_changes(before, after) == {
        ("PatientName", "replaced"): 1,
        ("Modality", "kept"): 1,
        ("StudyDate", "removed"): 1,
        ("PatientIdentityRemoved", "added"): 1,
        ("BeamSequence", "kept"): 1,
        ("BeamName", "replaced"): 2,
        ("BeamNumber", "kept"): 2,
        ("private", "removed"): 2,
    }
