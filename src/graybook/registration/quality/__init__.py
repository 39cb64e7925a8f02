"""An alignment, the images and the structures it joins come in; measures, verdicts and an estimate of its error go out."""

from __future__ import annotations

from graybook.registration.quality.error import errors_at
from graybook.registration.quality.measured import measured as quality
from graybook.registration.quality.pairs import StructurePair, paired

__all__ = ["StructurePair", "errors_at", "paired", "quality"]
