"""Radiopharmaceutical dose reports: what is written is read, old and new codes alike, and nothing missing is guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom.dataset import Dataset

from graybook.dicom.facts import AdministrationFacts, OtherFacts
from graybook.dicom.write_header import SeriesHeader
from graybook.dicom.write_rrdsr import WrittenAdministration, rrdsr_dataset, write_rrdsr
from graybook.record.person import Identity, Person

HEADER = SeriesHeader(
    person=Person(identities=(Identity(value="P1"),), name="Phantom^One"),
    study_uid="1.2.3.1",
    series_uid="1.2.3.2",
    day=date(2024, 12, 31),
)
GIVEN = WrittenAdministration(
    nuclide="Lu-177",
    agent="Lutetium^177^ DOTATATE",
    half_life_s=574300.8,
    started=datetime(2024, 12, 31, 23, 45, tzinfo=timezone(timedelta(hours=1))),
    activity_mbq=7355.0,
    before_mbq=7400.0,
    after_mbq=45.0,
    extravasation_percent=2.0,
    uid="1.2.3.55",
)


def dataset(given: WrittenAdministration = GIVEN) -> Dataset:
    """The report."""
    return rrdsr_dataset(HEADER, uid="1.2.3.4", given=given)


def items(tree: Dataset) -> list[Dataset]:
    """Every content item."""
    found = []
    for item in tree.get("ContentSequence", []):
        found += [item, *items(item)]
    return found


def item(tree: Dataset, code: str) -> Dataset:
    """The item of a concept."""
    return next(one for one in items(tree) if one.ConceptNameCodeSequence[0].CodeValue == code)


def test_a_report_is_read_as_written(read: Any) -> None:
    """Nuclide, agent, start with its offset, before minus after, extravasation and event UID: as stated, in GBq."""
    facts = read(dataset())
    assert isinstance(facts, AdministrationFacts)
    assert facts.questions == ()
    (given,) = facts.administrations
    assert (given.nuclide, given.agent, given.uid) == ("Lu-177", "Lutetium^177^ DOTATATE", "1.2.3.55")
    assert given.started == datetime(2024, 12, 31, 22, 45, tzinfo=UTC)
    assert given.date == date(2024, 12, 31)
    assert given.activity_gbq == pytest.approx(7.355)
    assert given.extravasation_percent == 2.0


def test_a_written_report_is_of_its_template(tmp_path: Path) -> None:
    """Root 113500 of template 10021, one administration 113502 with agent, nuclide, UID, start and activity in MBq (TID 10022)."""
    write_rrdsr(tmp_path / "sr.dcm", header=HEADER, uid="1.2.3.4", given=GIVEN)
    ds = pydicom.dcmread(tmp_path / "sr.dcm")
    assert ds.SOPClassUID == "1.2.840.10008.5.1.4.1.1.88.68"
    assert (ds.ConceptNameCodeSequence[0].CodeValue, ds.ContentTemplateSequence[0].TemplateIdentifier) == (
        "113500",
        "10021",
    )
    event = item(ds, "113502")
    below = [one.ConceptNameCodeSequence[0].CodeValue for one in event.ContentSequence]
    assert below[:2] == ["349358000", "113503"]
    assert {"123003", "113507", "113508", "113509", "113506"} <= set(below)
    measured = item(ds, "113507").MeasuredValueSequence[0]
    assert (float(measured.NumericValue), measured.MeasurementUnitsCodeSequence[0].CodeValue) == (
        7355.0,
        "MBq",
    )
    assert item(ds, "123003").DateTime == "20241231234500.000000+0100"


@pytest.mark.parametrize("code", [("99-LU", "99LOCAL"), ("C-101ED", "SRT"), ("447553000", "SCT")])
def test_old_and_new_codes(read: Any, code: tuple[str, str]) -> None:
    """SNOMED-RT concepts and values are read like those of SNOMED CT; a value nobody knows by its meaning."""
    tree = dataset()
    for concept, old in (("349358000", "F-61FDB"), ("89457008", "C-10072")):
        name = item(tree, concept).ConceptNameCodeSequence[0]
        name.CodeValue, name.CodingSchemeDesignator = old, "SRT"
    value = item(tree, "C-10072").ConceptCodeSequence[0]
    value.CodeValue, value.CodingSchemeDesignator = code
    facts = read(tree)
    assert [one.nuclide for one in facts.administrations] == ["Lu-177"]


def test_code_against_its_meaning_is_asked(read: Any) -> None:
    """A value of 177Lu with the meaning of 131I is no nuclide, but a question."""
    tree = dataset()
    item(tree, "89457008").ConceptCodeSequence[0].CodeMeaning = "^131^Iodine"
    facts = read(tree)
    assert [one.code for one in facts.questions] == ["dose_report_nuclide"]
    assert facts.administrations[0].nuclide == ""


@pytest.mark.parametrize(
    ("value", "unit", "gbq"),
    [("7400", "MBq", 7.4), ("7.4", "GBq", 7.4), ("7.4e9", "Bq", 7.4), ("200", "mCi", 7.4)],
)
def test_units_of_activity(read: Any, value: str, unit: str, gbq: float) -> None:
    """MBq as the template asks, and other units of activity by their code: 200 mCi are 7.4 GBq."""
    tree = dataset()
    event = item(tree, "113502")
    event.ContentSequence = [
        one
        for one in event.ContentSequence
        if one.ConceptNameCodeSequence[0].CodeValue not in ("113508", "113509")
    ]
    measured = item(tree, "113507").MeasuredValueSequence[0]
    measured.NumericValue, measured.MeasurementUnitsCodeSequence[0].CodeValue = value, unit
    assert read(tree).administrations[0].activity_gbq == pytest.approx(gbq)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"113507": {"unit": "mGy"}}, "dose_report_activity"),
        ({"113507": {"unit": "mBq"}}, "dose_report_activity"),
        ({"113507": {"value": "0"}}, "dose_report_activity"),
        ({"113507": {"value": "7.4e12"}}, "dose_report_activity"),
        ({"113507": {"value": "1e-9"}}, "dose_report_activity"),
        ({"113507": {"value": "7900"}}, "dose_report_contradicts"),
        ({"123003": {"time": "20241231"}}, "dose_report_start"),
        ({"123003": {"time": "20241331234500"}}, "dose_report_start"),
    ],
)
def test_what_is_missing_or_wrong_is_asked(read: Any, changes: dict[str, dict[str, str]], code: str) -> None:
    """No unit of activity, none at all, more than was measured before, no time of day: a question, and never a guessed value."""
    tree = dataset()
    for concept, change in changes.items():
        found = item(tree, concept)
        if "time" in change:
            found.DateTime = change["time"]
        else:
            measured = found.MeasuredValueSequence[0]
            measured.NumericValue = change.get("value", measured.NumericValue)
            unit = measured.MeasurementUnitsCodeSequence[0]
            unit.CodeValue = change.get("unit", unit.CodeValue)
    facts = read(tree)
    assert [one.code for one in facts.questions] == [code]
    (given,) = facts.administrations
    assert given.activity_gbq != 0.0
    assert given.started is not None or code == "dose_report_start"


def test_a_report_of_nothing_is_listed(read: Any) -> None:
    """A report without an administration is not used, with the reason."""
    tree = dataset()
    tree.ContentSequence = []
    facts = read(tree)
    assert isinstance(facts, OtherFacts)
    assert facts.reason.code == "dose_report_empty"
