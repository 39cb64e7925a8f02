"""Texts that a person wrote come in; what may stand for them outside the hospital goes out, or nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from graybook.dicom.deidentify import Guard, structure_name, structure_stays
from graybook.errors import InputError
from graybook.record import Levels
from graybook.record.project_key import ProjectKey
from graybook.tables.agent_names import agent_named
from graybook.tables.alpha_beta import default_for_target
from graybook.tables.fractionation import rows
from graybook.tables.nuclides import nuclide_name
from graybook.tables.organ_dose_per_activity import published_intervals

__all__ = ["REMOVED", "Words"]

REMOVED = "removed"
"""Stands where a text is required and nobody needs its words."""

ENERGY = re.compile(r"\d{1,3}([.,]\d{1,2})? ?(kV|MV|MeV|MVp|kVp)( FFF)?", re.IGNORECASE)
PERFORMANCE = re.compile(
    r"(ECOG|WHO|OMS|Karnofsky|KPS|IK)( PS| performance status)?:? ?\d{1,3} ?%?", re.IGNORECASE
)
INTENTS = frozenset(
    (
        "curative", "palliative", "radical", "adjuvant", "neoadjuvant", "prophylactic", "salvage", "consolidation", "ablative",
        "curatif", "palliatif", "prophylactique", "rattrapage", "symptomatic", "curative intent", "palliative intent",
    )
)  # fmt: skip
"""Plain words of the field; an intent in other words is left out."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """
    What stands for a text, under a project's key.

    Parameters
    ----------
    key
        Of the project.
    guard
        Of the person's files: what the name of a structure must not hold.
    """

    key: ProjectKey
    guard: Guard = field(default_factory=Guard)

    KEYED: ClassVar[Mapping[str, str]] = {
        "author": "author-",
        "label": "course-",
        "target": "target-",
        "term": "term-",
    }
    """Texts that must stay the same where they are the same: who said it, which course, which toxicity."""
    WITHOUT: ClassVar[frozenset[str]] = frozenset(("reason", "source", "evidence"))

    def said(self, name: str, text: str, beside: Mapping[str, object]) -> str | None:
        """What stands for the text of a key; None when it is left out. ``beside`` are the other values of its table."""
        if not text.strip():
            return None
        if name in self.KEYED:
            return self.keyed(self.KEYED[name], text)
        if name in self.WITHOUT:
            return REMOVED
        if name in ("organ", "tg263", "structure", "names", "structures", "organs"):
            return self.structure(text)
        if name == "site":
            return self.site(text)
        return self._of_a_list(name, text.strip(), beside)

    def _of_a_list(self, name: str, text: str, beside: Mapping[str, object]) -> str | None:
        """Words that are known and name nobody; else nothing, or a stand-in where numbers hang on it."""
        if name == "nuclide":
            return text if nuclide_name(text) else self.keyed("nuclide-", text)
        if name == "agent":
            nuclide = nuclide_name(str(beside.get("nuclide", ""))) or ""
            return text if agent_named(text, nuclide) else self.keyed("agent-", text)
        if name == "levels":
            return _levels(text)
        if name == "indication":
            return text if _is_indication(text, beside) else None
        fits = {
            "energy": ENERGY.fullmatch(text) is not None,
            "performance_status": PERFORMANCE.fullmatch(text) is not None,
            "intent": text.casefold() in INTENTS,
        }
        return text if fits.get(name, False) else None

    def keyed(self, prefix: str, text: str) -> str:
        """A stand-in that is the same for the same text."""
        return self.key.name(text.strip(), prefix=prefix)

    def structure(self, name: str) -> str:
        """A structure as the files of the project call it."""
        return structure_name(name, self.key, self.guard)

    def site(self, text: str) -> str:
        """A site that the tables know, or that is an organ, stays; another keeps only that it is the same site."""
        plain = text.strip()
        known = structure_stays(plain, self.guard) or any(
            one.site.casefold() == plain.casefold() for one in rows()
        )
        if known or default_for_target(plain) != default_for_target(None):
            return plain
        return self.keyed("site-", plain.casefold())


def _is_indication(text: str, beside: Mapping[str, object]) -> bool:
    """Whether published doses of the agent are of the disease that is named."""
    nuclide, agent = nuclide_name(str(beside.get("nuclide", ""))) or "", str(beside.get("agent", ""))
    named = published_intervals(nuclide, agent, text)
    return named != published_intervals(nuclide, agent)


def _levels(text: str) -> str | None:
    try:
        return Levels.parse(text).text
    except InputError:  # pragma: no cover - read before
        return None
