"""Published facts come in as tables of one edition; rows with source, tier and check go out."""

from __future__ import annotations

from graybook.tables._rows import edition

__all__ = ["edition"]
