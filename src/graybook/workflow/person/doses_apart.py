"""A person's files and statements come in; the same with the doses of organs that radionuclides and microspheres gave, go out."""

from __future__ import annotations

from dataclasses import replace

from graybook.workflow.folder.scan import PersonScan
from graybook.workflow.microspheres.on_paper import with_partition_doses
from graybook.workflow.nuclear.from_activity import with_activity_doses

__all__ = ["with_doses_apart"]


def with_doses_apart(person: PersonScan) -> PersonScan:
    """Each phase that stands apart with what is known of its organs (rule 15); a phase that has doses keeps them."""
    courses, of_activity = with_activity_doses(person.record.courses)
    courses, of_partition = with_partition_doses(courses)
    return replace(
        person,
        record=replace(person.record, courses=courses),
        findings=(*person.findings, *of_activity, *of_partition),
    )
