"""Uncertainty words: random terms and what is not known come in; their rows and sentences, in one language, go out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from graybook.record import Finding
from graybook.report.uncertainty_result import TermResult
from graybook.text import Language, phrase
from graybook.workflow.limits.asking import Asked
from graybook.workflow.organs.samples import Setting
from graybook.workflow.uncertain.assumptions import Unknowns
from graybook.workflow.uncertain.organs import SizedTerm

__all__ = ["UncertaintyWords"]

NAMED_LIMITS = 3
"""Up to so many limits are named in one line."""


@dataclass(frozen=True, kw_only=True)
class UncertaintyWords:
    """Sentences in one language; courses by what they are called."""

    language: Language
    courses: Mapping[str, str]

    @classmethod
    def of(cls, setting: Setting, language: Language) -> UncertaintyWords:
        """Of the courses of an assessment: the label, and the date of its start."""
        courses = [one.course for one in setting.courses]
        named = {
            one.id: ", ".join(part for part in (one.label or one.id, str(one.start_date or "")) if part)
            for one in courses
        }
        return cls(language=language, courses=named)

    def term(self, term: SizedTerm) -> str:
        """A random term in words."""
        return phrase(
            f"uncertainty_{term.term}", self.language, course=self.courses[term.course], size=term.size
        )

    def term_result(self, term: SizedTerm, structure: str = "") -> TermResult:
        """A random term as the result lists it."""
        return TermResult(
            term=term.term,
            course=term.course,
            structure=structure,
            size=round(term.size, 6),
            unit="mm" if term.term == "registration" else "%",
            assumed=term.assumed,
            source=self._source(term),
        )

    def kind(self, kind: str, unknowns: Unknowns) -> str:
        """A kind of what is not known, as a bar of a tornado."""
        return phrase(f"uncertainty_{kind}", self.language, **_range(unknowns))

    def unknown(self, structure: str, unknowns: Unknowns) -> Iterator[str]:
        """What was spanned of one structure."""
        spanned = (
            ("uncertainty_alpha_beta", unknowns.alpha_betas_gy),
            ("uncertainty_unknown_order", unknowns.orders),
            ("uncertainty_unknown_ends", unknowns.ends),
            ("uncertainty_unknown_recovery", unknowns.kept),
        )
        for key, ends in spanned:
            if len(ends) > 1:
                words = phrase(key, self.language, **_range(unknowns))
                yield phrase("uncertainty_unknown", self.language, structure=structure, unknown=words)

    def why(self, finding: Finding) -> str:
        """Why a structure has no band."""
        return phrase(finding.code, self.language, subject=finding.subject)

    def limits(self, skipped: Sequence[tuple[Asked, str]]) -> Iterator[str]:
        """Why limits have none: a line for each structure and reason, which counts them where they are many."""
        found: dict[tuple[str, str], list[str]] = {}
        for asked, why in skipped:
            name = "" if asked.organ.result is None else asked.organ.result.name
            found.setdefault((name, why), []).append(asked.limit.id)
        for (name, why), ids in found.items():
            many = len(ids) > NAMED_LIMITS
            yield phrase(
                "uncertainty_limit",
                self.language,
                subject=name,
                limit=phrase("uncertainty_limits", self.language, count=len(ids)) if many else ", ".join(ids),
                why=phrase(why, self.language),
            )

    def _source(self, term: SizedTerm) -> str:
        if term.stated is not None:
            by = term.stated.by
            said = (by.author, by.date.isoformat(), by.reason, by.source)
            return "; ".join(part for part in said if part)
        if term.source:
            return term.source
        if term.term == "registration":
            code = "uncertainty_source_convention" if term.assumed else "uncertainty_source_measured"
            return phrase(code, self.language)
        return phrase("uncertainty_source_none", self.language, key=f"{term.term}_percent")


def _range(unknowns: Unknowns) -> dict[str, float]:
    values: Sequence[float] = unknowns.alpha_betas_gy
    return {"low": min(values), "high": max(values)}
