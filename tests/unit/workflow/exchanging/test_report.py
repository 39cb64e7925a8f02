"""The list of findings: errors first, each once, with its place and value, as a page and as a document."""

from __future__ import annotations

import json
from pathlib import Path

from graybook.record import Finding, Severity
from graybook.workflow.exchanging.report import finding_lines, report_document, write_report

NOTE = Finding(code="import_not_kept", severity=Severity.INFO, subject="C1", params={"value": "sessions 6"})
DOSE = Finding(
    code="import_dose_without_unit", subject="C1", params={"path": "PTV | left\nbreast", "value": "4256"}
)
WRONG = Finding(code="import_only_planned", severity=Severity.ERROR, subject="C2")


def test_errors_come_first_and_each_once() -> None:
    """By weight, then in the order of the document; what is said twice stands once."""
    lines = finding_lines([NOTE, DOSE, WRONG, DOSE], "en")
    assert [one.severity for one in lines] == ["error", "warning", "info"]
    assert (lines[1].path, lines[1].value) == ("PTV | left\nbreast", "4256")
    assert "4256" in lines[1].text
    assert lines[1].remedy.startswith("Ask for the dose")
    assert (lines[0].path, lines[2].remedy) == ("C2", "")


def test_the_document_counts() -> None:
    """Counts by weight beside the findings, every finding with the same keys."""
    document = report_document([NOTE, DOSE], "fr", file_format="osiris", direction="import")
    assert document["counts"] == {"error": 0, "warning": 1, "info": 1}
    assert (document["format"], document["direction"]) == ("osiris", "import")
    (keys,) = {tuple(one) for one in document["findings"]}  # type: ignore[attr-defined]
    assert keys == ("code", "severity", "subject", "path", "value", "text", "remedy")


def test_a_page_stays_a_table(tmp_path: Path) -> None:
    """A bar or a line break in a value breaks no row; without findings the page says that there are none."""
    write_report(tmp_path, [NOTE, DOSE], "en", file_format="fhir", direction="export")
    rows = (tmp_path / "findings.md").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "# What did not fit into HL7 FHIR"
    assert len(rows) == 2 + 2 + 2
    assert "PTV \\| left breast" in rows[4]
    assert len(json.loads((tmp_path / "findings.json").read_text(encoding="utf-8"))["findings"]) == 2
    write_report(tmp_path, [], "fr", file_format="omop", direction="export")
    assert "Rien à signaler." in (tmp_path / "findings.md").read_text(encoding="utf-8")
