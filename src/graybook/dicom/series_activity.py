"""Series activity: facts of all files of a folder come in; they go out with what only a whole series tells of its activity.

The moment that PET was corrected to is that of the earliest file of its series; files of one series that mean unlike things are
a question.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from graybook.dicom.activity_facts import ActivityFacts
from graybook.dicom.activity_reference import reference_moment
from graybook.dicom.facts import FileFacts, ImageSliceFacts
from graybook.record.assessment import Finding, Severity

__all__ = ["with_series_activity"]

ALIKE = {
    "units": "Units (0054,1001)",
    "decay_correction": "Decay Correction (0054,1102)",
    "nuclide": "Radionuclide Code Sequence (0054,0300)",
    "modality": "Modality (0008,0060)",
    "series_began": "Series Date and Time (0008,0021), (0008,0031)",
    "administered": "Radiopharmaceutical Start DateTime (0018,1078)",
}
"""What the files of one series have in common."""
OF_THE_MOMENT = frozenset({"activity_date_missing", "activity_clocks_differ", "activity_reference_apart"})
"""Questions of a file that its series answers, or asks anew."""


def with_series_activity(facts: Iterable[FileFacts]) -> list[FileFacts]:
    """The same facts in their order; images of activity with the reference moment and the questions of their series."""
    listed = list(facts)
    series: dict[str, list[int]] = {}
    for place, fact in enumerate(listed):
        if isinstance(fact, ImageSliceFacts) and fact.activity is not None:
            series.setdefault(fact.header.series_uid, []).append(place)
    for places in series.values():
        if len(places) > 1:
            files = [one for one in (listed[place] for place in places) if isinstance(one, ImageSliceFacts)]
            for place, file in zip(places, _together(files), strict=True):
                listed[place] = file
    return listed


def _together(files: Sequence[ImageSliceFacts]) -> list[ImageSliceFacts]:
    activities = [one.activity for one in files if one.activity is not None]
    path = files[0].header.path
    mixed = _mixed(path, activities)
    if mixed:
        return [
            _with(file, replace(said, questions=(*said.questions, *mixed))) for file, said in _pairs(files)
        ]
    if activities[0].decay_correction != "START":
        return list(files)
    reference, asked = reference_moment(path, activities)
    together = []
    for file, said in _pairs(files):
        kept = tuple(one for one in said.questions if one.code not in OF_THE_MOMENT)
        contradicts = any(one.code == "activity_decay_correction" for one in kept)
        moment = None if contradicts else reference
        together.append(_with(file, replace(said, reference=moment, questions=(*kept, *asked))))
    return together


def _pairs(files: Sequence[ImageSliceFacts]) -> list[tuple[ImageSliceFacts, ActivityFacts]]:
    return [(file, file.activity) for file in files if file.activity is not None]


def _with(file: ImageSliceFacts, activity: ActivityFacts) -> ImageSliceFacts:
    return replace(file, activity=activity)


def _mixed(path: str, activities: Sequence[ActivityFacts]) -> tuple[Finding, ...]:
    """What the files of one series must have in common and have not."""
    found = []
    for name, shown in ALIKE.items():
        values = {getattr(one, name) for one in activities}
        if len(values) > 1:
            texts = sorted(str(value or "-") for value in values)
            params = {"file": path, "what": shown, "values": ", ".join(texts[:4])}
            found.append(
                Finding(code="activity_series_mixed", severity=Severity.ERROR, subject=path, params=params)
            )
    return tuple(found)
