"""Report content: the content tree of a structured report comes in; its items by coded concept, old and new codes alike, go out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from graybook.dicom.attributes import Attributes
from graybook.dicom.nuclide_codes import Code, code_of

__all__ = ["ContentItem", "content_of"]

DEEPEST = 40
"""Content nested deeper than this is none of any template."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ContentItem:
    """One item of the content tree: its concept and what it holds."""

    attributes: Attributes
    depth: int = 0

    @property
    def concept(self) -> Code | None:
        """Concept Name Code."""
        return code_of(self.attributes, "ConceptNameCodeSequence")

    def means(self, concepts: Collection[tuple[str, str]]) -> bool:
        """Whether its concept is one of these, each (value, scheme)."""
        concept = self.concept
        return concept is not None and (concept.value, concept.scheme) in concepts

    @property
    def items(self) -> tuple[ContentItem, ...]:
        """The items directly below."""
        if self.depth >= DEEPEST:
            return ()
        below = self.attributes.items("ContentSequence")
        return tuple(ContentItem(attributes=one, depth=self.depth + 1) for one in below)

    def everywhere(self, concepts: Collection[tuple[str, str]]) -> Iterator[ContentItem]:
        """Every item of these concepts at any depth below, in order."""
        for item in self.items:
            if item.means(concepts):
                yield item
            yield from item.everywhere(concepts)

    def first(self, concepts: Collection[tuple[str, str]]) -> ContentItem | None:
        """The first of them."""
        return next(self.everywhere(concepts), None)

    @property
    def code(self) -> Code | None:
        """Value of a CODE."""
        return code_of(self.attributes, "ConceptCodeSequence")

    @property
    def measured(self) -> tuple[float | None, str]:
        """Value and unit of a NUM."""
        value = next(iter(self.attributes.items("MeasuredValueSequence")), None)
        if value is None:
            return None, ""
        unit = code_of(value, "MeasurementUnitsCodeSequence")
        return value.number("NumericValue"), "" if unit is None else unit.value


def content_of(attributes: Attributes) -> ContentItem:
    """The root of a report's content."""
    return ContentItem(attributes=attributes)
