"""What is seen while rows are read or written comes in; findings go out, what repeats in one column counted once."""

from __future__ import annotations

from collections import Counter

from graybook.record.assessment import Finding, Param, Severity

__all__ = ["Notes"]


class Notes:
    """Findings in the order in which they were made."""

    def __init__(self) -> None:
        self._findings: list[Finding] = []
        self._counts: Counter[tuple[str, Severity, str, tuple[tuple[str, Param], ...]]] = Counter()

    def info(self, code: str, subject: str = "", **params: Param) -> None:
        """Something to know."""
        self._say(code, Severity.INFO, subject, params)

    def warn(self, code: str, subject: str = "", **params: Param) -> None:
        """Something that changes what can be said of a dose."""
        self._say(code, Severity.WARNING, subject, params)

    def error(self, code: str, subject: str = "", **params: Param) -> None:
        """Something that is wrong in the document."""
        self._say(code, Severity.ERROR, subject, params)

    def count(self, code: str, subject: str, severity: Severity = Severity.INFO, **params: Param) -> None:
        """Something that happens in many rows: one finding with the number of rows."""
        self._counts[code, severity, subject, tuple(sorted(params.items()))] += 1

    def _say(self, code: str, severity: Severity, subject: str, params: dict[str, Param]) -> None:
        self._findings.append(Finding(code=code, severity=severity, subject=subject, params=params))

    def findings(self) -> tuple[Finding, ...]:
        """All of them, errors first."""
        counted = [
            Finding(code=code, severity=severity, subject=subject, params={**dict(params), "count": number})
            for (code, severity, subject, params), number in self._counts.items()
        ]
        order = (Severity.ERROR, Severity.WARNING, Severity.INFO)
        return tuple(sorted((*self._findings, *counted), key=lambda one: order.index(one.severity)))
