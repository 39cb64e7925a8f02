"""Read RRDSR: a Radiopharmaceutical Radiation Dose SR (TID 10021, 10022) comes in; what was given, when and how much, goes out."""

from __future__ import annotations

from datetime import tzinfo

from graybook.dicom.attributes import Attributes, NotUsed
from graybook.dicom.facts import AdministrationFacts, Header
from graybook.dicom.moments import offset_of, parsed_date_time
from graybook.dicom.nuclide_codes import nuclide_of, nuclide_of_text
from graybook.dicom.parsing import reason
from graybook.dicom.report_content import ContentItem, content_of
from graybook.record.assessment import Finding, Severity
from graybook.record.paper import Administration

__all__ = ["radiopharmaceutical_dose"]

ADMINISTRATION = {("113502", "DCM")}
AGENT = {("349358000", "SCT"), ("F-61FDB", "SRT"), ("C-B02C9", "SRT")}
NUCLIDE = {("89457008", "SCT"), ("C-10072", "SRT")}
EVENT_UID = {("113503", "DCM")}
START = {("123003", "DCM")}
ACTIVITY = {("113507", "DCM")}
BEFORE, AFTER = {("113508", "DCM")}, {("113509", "DCM")}
EXTRAVASATION = {("113506", "DCM")}
ACTIVITIES_GBQ = {"Bq": 1e-9, "kBq": 1e-6, "MBq": 1e-3, "GBq": 1.0, "mCi": 0.037, "Ci": 37.0, "uCi": 3.7e-5}
"""Units of activity (UCUM). [GBq]"""
PERCENT = "%"
LEAST_GBQ, MOST_GBQ = 1e-6, 1000.0
"""Nobody is given less or more, nor measures it. [GBq]"""
DIFFER = 0.02
"""Share by which the administered activity may differ from that before minus that after."""


def radiopharmaceutical_dose(attributes: Attributes, header: Header) -> AdministrationFacts:
    """The administrations of one report; :class:`NotUsed` when it has none."""
    offset = offset_of(attributes)
    events = list(content_of(attributes).everywhere(ADMINISTRATION))
    if not events:
        raise NotUsed(reason("dose_report_empty", header.path))
    read = [_administration(event, offset, header.path) for event in events]
    return AdministrationFacts(
        header=header,
        administrations=tuple(one for one, _ in read),
        questions=tuple(question for _, asked in read for question in asked),
    )


def _asked(code: str, path: str, **params: str | float | None) -> Finding:
    return reason(code, path, Severity.ERROR, **params)


def _administration(
    event: ContentItem, offset: tzinfo | None, path: str
) -> tuple[Administration, list[Finding]]:
    questions = []
    agent = event.first(AGENT)
    agent_code = None if agent is None else agent.code
    agent_text = "" if agent_code is None else agent_code.meaning
    coded = event.first(NUCLIDE)
    code = None if coded is None else coded.code
    nuclide = nuclide_of(code) if code is not None else nuclide_of_text(agent_text)
    if not nuclide:
        found = agent_text if code is None else f"{code.meaning} ({code.value}, {code.scheme})"
        questions.append(_asked("dose_report_nuclide", path, value=found or "-"))
    started_text = _text(event.first(START), "DateTime")
    started = parsed_date_time(started_text, offset)
    if started is None:
        questions.append(_asked("dose_report_start", path, value=started_text or "-"))
    activity_gbq, asked = _activity_gbq(event, path)
    questions += asked
    administration = Administration(
        nuclide=nuclide,
        agent=agent_text,
        date=None if started is None else started.date(),
        started=started,
        activity_gbq=activity_gbq,
        extravasation_percent=_percent(event.first(EXTRAVASATION)),
        uid=_text(event.first(EVENT_UID), "UID"),
    )
    return administration, questions


def _text(item: ContentItem | None, keyword: str) -> str:
    return "" if item is None else item.attributes.text(keyword)


def _percent(item: ContentItem | None) -> float | None:
    value, unit = (None, "") if item is None else item.measured
    return value if value is not None and unit in (PERCENT, "") and 0.0 <= value <= 100.0 else None


def _activity_gbq(event: ContentItem, path: str) -> tuple[float | None, list[Finding]]:
    """The administered activity; before minus after where it is not stated, and a question where the three disagree. [GBq]

    Pre- and post-administration activities belong to their own times; over hours and days they disagree by decay alone, so that
    only a difference against a measurement before that is too small is asked.
    """
    stated, asked = _one_activity(event.first(ACTIVITY), path)
    before, _ = _one_activity(event.first(BEFORE), path)
    after, _ = _one_activity(event.first(AFTER), path)
    if asked:
        return None, asked
    if stated is None:
        return None, [_asked("dose_report_activity", path, value="-")]
    if before is not None and stated > (before - (after or 0.0)) * (1.0 + DIFFER):
        params = {"given": stated, "before": before, "after": after or 0.0}
        return stated, [_asked("dose_report_contradicts", path, **params)]
    return stated, []


def _one_activity(item: ContentItem | None, path: str) -> tuple[float | None, list[Finding]]:
    if item is None:
        return None, []
    value, unit = item.measured
    per_unit = ACTIVITIES_GBQ.get(unit)
    if value is None or per_unit is None or not LEAST_GBQ < value * per_unit < MOST_GBQ:
        shown = f"{'-' if value is None else value} {unit or '-'}"
        return None, [_asked("dose_report_activity", path, value=shown)]
    return round(value * per_unit, 9), []
