"""Registered: what a registration of two images found, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from graybook.geometry.transform import Transform

__all__ = ["Method", "Registered"]

Method: TypeAlias = Literal["rigid", "local", "deformable"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Registered:
    """A registration found.

    Parameters
    ----------
    transform
        **From** the fixed image's frame **to** the moving image's.
    method
        Which kind of transform was looked for.
    similarity
        Of the two images where both are, -1 to 1, higher is more alike.
    settings
        Everything needed to find the same transform again.
    """

    transform: Transform
    method: Method
    similarity: float
    settings: Mapping[str, str | float | int] = field(default_factory=dict)
