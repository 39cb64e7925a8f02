"""Pictures: material comes in; the SVG of each figure of the report goes out, by name."""

from __future__ import annotations

from types import MappingProxyType
from weakref import WeakKeyDictionary

from graybook.report.alignments import alignment_svg
from graybook.report.drawing import Pictures
from graybook.report.histograms import histograms_svg
from graybook.report.material import Material
from graybook.report.nuclear_figures import nuclear_svg
from graybook.report.sheet import HISTOGRAMS, PLANES, TIMELINE
from graybook.report.slices import slices_svg
from graybook.report.timeline import timeline_svg
from graybook.report.tornado import tornado_svg
from graybook.report.wording import Wording
from graybook.text import Language

__all__ = ["Pictures", "pictures"]

_drawn: WeakKeyDictionary[Material, dict[Language, Pictures]] = WeakKeyDictionary()


def pictures(material: Material, language: Language) -> Pictures:
    """Every figure of the report, drawn once for all the forms it is written in."""
    by_language = _drawn.setdefault(material, {})
    if language not in by_language:
        words = Wording(language)
        by_language[language] = MappingProxyType(
            {
                TIMELINE: timeline_svg(material.result, words),
                PLANES: slices_svg(material, words),
                HISTOGRAMS: histograms_svg(material, words),
                **nuclear_svg(material.result.nuclear, words),
                **tornado_svg(material.result, words),
                **alignment_svg(material, language),
            }
        )
    return by_language[language]
