"""Written RRDSR: what was given to a person comes in, a Radiopharmaceutical Radiation Dose SR (TID 10021, 10022) goes out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydicom.dataset import Dataset

from graybook.dicom.nuclide_codes import Code, nuclide_code
from graybook.dicom.write_header import NOON, SeriesHeader, day_text, decimal, header_dataset, save
from graybook.dicom.write_items import code_item, moment_text

__all__ = ["WrittenAdministration", "rrdsr_dataset", "write_rrdsr"]

RRDSR_STORAGE = "1.2.840.10008.5.1.4.1.1.88.68"
CONTAINS, MODIFIES, PROPERTIES = "CONTAINS", "HAS CONCEPT MOD", "HAS PROPERTIES"
ROOT = Code("113500", "DCM", "Radiopharmaceutical Radiation Dose Report")
EVENT = Code("113502", "DCM", "Radiopharmaceutical Administration")
PROCEDURE = Code("363589002", "SCT", "Associated Procedure")
IMAGING = Code("45316007", "SCT", "Radionuclide localization of tumor")
INTENT = Code("363703001", "SCT", "Has Intent")
THERAPY = Code("262202000", "SCT", "Therapeutic Intent")
AGENT = Code("349358000", "SCT", "Radiopharmaceutical agent")
NUCLIDE = Code("89457008", "SCT", "Radionuclide")
HALF_LIFE = Code("304283002", "SCT", "Radionuclide Half Life")
EVENT_UID = Code("113503", "DCM", "Radiopharmaceutical Administration Event UID")
START = Code("123003", "DCM", "Radiopharmaceutical Start DateTime")
GIVEN = Code("113507", "DCM", "Administered activity")
BEFORE = Code("113508", "DCM", "Pre-Administration Measured Activity")
AFTER = Code("113509", "DCM", "Post-Administration Measured Activity")
LOST = Code("113506", "DCM", "Estimated Extravasation Activity")
ROUTE = Code("410675002", "SCT", "Route of administration")
INTRAVENOUS = Code("47625008", "SCT", "Intravenous route")
SECONDS, MBQ, PERCENT = Code("s", "UCUM", "seconds"), Code("MBq", "UCUM", "MBq"), Code("%", "UCUM", "percent")


@dataclass(frozen=True, kw_only=True)
class WrittenAdministration:
    """One administration as its report states it.

    Parameters
    ----------
    nuclide, agent
        As "Lu-177", "Lutetium^177^ DOTATATE".
    half_life_s
        Physical half-life. [s]
    started
        Start, with its offset from UTC where that is known.
    activity_mbq
        Given at ``started``: before minus after. [MBq]
    before_mbq, after_mbq
        Measured. [MBq]
    extravasation_percent
        Estimated share that was lost at the injection. [%]
    uid
        Radiopharmaceutical Administration Event UID.
    """

    nuclide: str
    agent: str
    half_life_s: float
    started: datetime
    activity_mbq: float
    uid: str
    before_mbq: float | None = None
    after_mbq: float | None = None
    extravasation_percent: float | None = None


def rrdsr_dataset(header: SeriesHeader, *, uid: str, given: WrittenAdministration) -> Dataset:
    """The report of one administration: agent, radionuclide, start, activity and, where known, what was measured and lost."""
    ds = header_dataset(header, sop_class=RRDSR_STORAGE, uid=uid, modality="SR")
    offset = given.started.strftime("%z")
    if offset:
        ds.TimezoneOffsetFromUTC = offset[:5]
    ds.ContentDate = day_text(header.day)
    ds.ContentTime = NOON
    ds.InstanceNumber = 1
    ds.CompletionFlag, ds.VerificationFlag, ds.PreliminaryFlag = "COMPLETE", "UNVERIFIED", "FINAL"
    ds.ReferencedPerformedProcedureStepSequence = []
    ds.PerformedProcedureCodeSequence = []
    ds.DeviceSerialNumber = header.software
    ds.ValueType = "CONTAINER"
    ds.ContinuityOfContent = "SEPARATE"
    ds.ConceptNameCodeSequence = [code_item(ROOT)]
    template = Dataset()
    template.MappingResource, template.TemplateIdentifier = "DCMR", "10021"
    ds.ContentTemplateSequence = [template]
    procedure = _code(MODIFIES, PROCEDURE, IMAGING)
    procedure.ContentSequence = [_code(MODIFIES, INTENT, THERAPY)]
    ds.ContentSequence = [procedure, _event(given)]
    return ds


def _event(given: WrittenAdministration) -> Dataset:
    event = _item(CONTAINS, "CONTAINER", EVENT)
    event.ContinuityOfContent = "SEPARATE"
    agent = _code(CONTAINS, AGENT, Code(given.agent[:16] or "-", "99GRAYBOOK", given.agent[:64] or "-"))
    nuclide = nuclide_code(given.nuclide) or Code(given.nuclide, "99GRAYBOOK", given.nuclide)
    agent.ContentSequence = [
        _code(PROPERTIES, NUCLIDE, nuclide),
        _number(PROPERTIES, HALF_LIFE, given.half_life_s, SECONDS),
    ]
    event_uid = _item(CONTAINS, "UIDREF", EVENT_UID)
    event_uid.UID = given.uid
    start = _item(CONTAINS, "DATETIME", START)
    start.DateTime = moment_text(given.started, like=given.started)
    event.ContentSequence = [
        agent,
        event_uid,
        *_numbers(LOST, given.extravasation_percent, PERCENT),
        start,
        _number(CONTAINS, GIVEN, given.activity_mbq, MBQ),
        *_numbers(BEFORE, given.before_mbq, MBQ),
        *_numbers(AFTER, given.after_mbq, MBQ),
        _code(CONTAINS, ROUTE, INTRAVENOUS),
    ]
    return event


def _item(relation: str, kind: str, concept: Code) -> Dataset:
    item = Dataset()
    item.RelationshipType = relation
    item.ValueType = kind
    item.ConceptNameCodeSequence = [code_item(concept)]
    return item


def _code(relation: str, concept: Code, value: Code) -> Dataset:
    item = _item(relation, "CODE", concept)
    item.ConceptCodeSequence = [code_item(value)]
    return item


def _numbers(concept: Code, value: float | None, unit: Code) -> list[Dataset]:
    return [] if value is None else [_number(CONTAINS, concept, value, unit)]


def _number(relation: str, concept: Code, value: float, unit: Code) -> Dataset:
    item = _item(relation, "NUM", concept)
    measured = Dataset()
    measured.NumericValue = decimal(value)
    measured.MeasurementUnitsCodeSequence = [code_item(unit)]
    item.MeasuredValueSequence = [measured]
    return item


def write_rrdsr(path: Path, *, header: SeriesHeader, uid: str, given: WrittenAdministration) -> str:
    """Write the report of one administration (parameters as :func:`rrdsr_dataset`); gives its SOP Instance UID."""
    return save(rrdsr_dataset(header, uid=uid, given=given), path)
