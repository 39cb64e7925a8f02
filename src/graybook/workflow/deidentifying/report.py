"""What a run did comes in; ``deidentified.json`` and the same for a person to read go out, with no original value in them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict

import graybook
from graybook.record import Finding
from graybook.record.project_key import ProjectKey
from graybook.tables import edition
from graybook.text import Language, phrase
from graybook.workflow.deidentifying.journal import Copy, Earlier, fingerprint
from graybook.workflow.deidentifying.people import LeftOut

__all__ = ["FORM", "attributes_of", "not_compared", "page_of", "report_of", "report_text", "said_of"]

FORM = "1"
"""Form of the report."""
SHOWN = 15
"""Attributes in each list of the page; the rest are counted."""
TABLE = "| {} | {} |"


def report_of(
    copies: Sequence[Copy],
    key: ProjectKey,
    *,
    settings: Sequence[str],
    findings: Sequence[Finding],
    earlier: Earlier,
    compared: Collection[str],
    left_out: Sequence[LeftOut],
) -> dict[str, object]:
    """
    The report as a document, of a run and of other persons' ``earlier`` ones; files in the order of names, no clock in it.

    ``compared`` are the persons of the run, whose originals were read: of others OUT was searched by the run that wrote them.
    """
    copies = sorted((*copies, *earlier.copies.values()), key=lambda one: one.file)
    persons = Counter(one.file.partition("/")[0] for one in copies)
    persons.update(dict.fromkeys(settings, 0))
    return {
        "form": FORM,
        "software": graybook.__version__,
        "tables": edition(),
        "project": key.project,
        "key": fingerprint(key),
        "persons": [{"person": one, "files": persons[one]} for one in sorted(persons)],
        "not_compared": sorted(persons.keys() - set(compared)),
        "settings": sorted(settings),
        "left_out": _counted(one.reason.code for one in left_out),
        "findings": [
            *earlier.findings,
            *(
                {
                    "code": one.code,
                    "severity": one.severity.value,
                    "subject": one.subject,
                    "params": one.params,
                }
                for one in findings
            ),
        ],
        "said": said_of(copies),
        "attributes": attributes_of(copies),
        "files": [asdict(one) for one in copies],
    }


def report_text(document: Mapping[str, object]) -> str:
    """The bytes of ``deidentified.json``, as text."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))


def said_of(copies: Sequence[Copy]) -> dict[str, int]:
    """How often each finding was made, over all files."""
    found: Counter[str] = Counter()
    for one in copies:
        found.update(one.said)
    return dict(sorted(found.items()))


def attributes_of(copies: Sequence[Copy]) -> dict[str, dict[str, int]]:
    """How many elements of each attribute were kept, replaced, removed and added, over all files."""
    found: dict[str, Counter[str]] = {}
    for one in copies:
        for name, done in one.attributes.items():
            found.setdefault(name, Counter()).update(done)
    return {name: dict(sorted(found[name].items())) for name in sorted(found)}


def page_of(document: Mapping[str, object], language: Language) -> str:
    """``deidentified.md``: who, how many, what was kept, replaced and removed, what to look at."""
    persons: list[dict[str, object]] = document["persons"]  # type: ignore[assignment]
    parts = [
        f"# {phrase('deidentified_title', language, project=document['project'])}",
        phrase("deidentified_what", language),
        phrase("deidentified_not", language),
        f"## {phrase('deidentified_persons', language)}",
        _table(
            (phrase("deidentified_person", language), phrase("deidentified_files", language)),
            [(one["person"], one["files"]) for one in persons],
        ),
    ]
    if document["not_compared"]:
        parts.append(not_compared(document, language))
    said: dict[str, int] = document["said"]  # type: ignore[assignment]
    left: dict[str, int] = document["left_out"]  # type: ignore[assignment]
    for title, counted in (("deidentified_said", said), ("deidentified_left_out", left)):
        if counted:
            rows = [(_sentence(code, count, language), count) for code, count in counted.items()]
            heads = (phrase("deidentified_finding", language), phrase("deidentified_count", language))
            parts += [f"## {phrase(title, language)}", _table(heads, rows)]
    parts += _attributes(document, language)
    return "\n\n".join(parts) + "\n"


def not_compared(document: Mapping[str, object], language: Language) -> str:
    """Which persons of earlier runs stand in OUT and were not searched for what their files held."""
    others: list[str] = document["not_compared"]  # type: ignore[assignment]
    return phrase("deidentified_not_compared", language, count=len(others), persons=", ".join(others))


def _sentence(code: str, count: int, language: Language) -> str:
    from graybook.text import keys

    return (
        phrase(code, language, count=count)
        if code in keys() and code.startswith("deidentif")
        else f"`{code}`"
    )


def _attributes(document: Mapping[str, object], language: Language) -> list[str]:
    attributes: dict[str, dict[str, int]] = document["attributes"]  # type: ignore[assignment]
    parts = []
    for what in ("kept", "replaced", "removed"):
        names = [name for name, done in attributes.items() if done.get(what)]
        if names:
            parts += [
                f"## {phrase(f'deidentified_{what}', language)}",
                ", ".join(names) + ".",
            ]
    return parts


def _table(heads: tuple[str, str], rows: Sequence[tuple[object, object]]) -> str:
    lines = [TABLE.format(*heads), TABLE.format("---", "---")]
    return "\n".join([*lines, *(TABLE.format(*row) for row in rows)])
