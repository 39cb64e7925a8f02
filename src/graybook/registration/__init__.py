"""How one frame is found in another: links between frames come in, alignments go out."""

from graybook.registration.chain import Chains, Link, chains_between, spread_at_source_mm, spread_mm

__all__ = ["Chains", "Link", "chains_between", "spread_at_source_mm", "spread_mm"]
