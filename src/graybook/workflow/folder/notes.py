"""What is to be said while a folder is understood comes in one by one; findings, refusals and files not used go out."""

from __future__ import annotations

from dataclasses import dataclass, field

from graybook.record import Finding, Refusal, Severity
from graybook.record.assessment import Param
from graybook.workflow.folder.objects import Unused

__all__ = ["Notes"]


@dataclass(kw_only=True, eq=False)
class Notes:
    """A pad that the steps of one scan write on; the only mutable thing among them."""

    findings: list[Finding] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    unused: list[Unused] = field(default_factory=list)

    def warn(self, code: str, subject: str, **params: Param) -> None:
        """Note a warning."""
        self.findings.append(Finding(code=code, subject=subject, params=params))

    def tell(self, code: str, subject: str, **params: Param) -> None:
        """Note a piece of information."""
        self.findings.append(Finding(code=code, severity=Severity.INFO, subject=subject, params=params))

    def refuse(self, code: str, subject: str, **params: Param) -> None:
        """Note that something is not computed."""
        self.refusals.append(Refusal(code=code, subject=subject, params=params))

    def leave_out(self, path: str, code: str, severity: Severity = Severity.INFO, **params: Param) -> None:
        """Note that a file is not used, and why."""
        reason = Finding(code=code, severity=severity, subject=path, params={"path": path, **params})
        self.unused.append(Unused(path=path, reason=reason))

    def refuse_file(self, path: str, code: str, **params: Param) -> None:
        """Note that a file is refused: a refusal, and the reason beside the file."""
        self.refuse(code, path, path=path, **params)
        self.leave_out(path, code, Severity.ERROR, **params)
