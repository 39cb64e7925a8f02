"""The files written for a planning system come in; the lines that the terminal shows of them go out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from graybook.report.background_result import BackgroundResult
from graybook.text import Language, phrase

__all__ = ["page"]


def page(result: BackgroundResult, out: Path, language: Language) -> str:
    """Each file with its only use, the trap in this patient's numbers, what is missing, and what to read first."""
    return "\n".join(_lines(result, out, language)) + "\n"


def _lines(result: BackgroundResult, out: Path, language: Language) -> Iterator[str]:
    for one in result.files:
        yield f"{out / one.name}"
        yield f"    {one.valid_for}"
    trap = result.trap
    if trap is not None:
        yield phrase(
            f"background_trap_{'expected' if trap.of == 'expected dose' else 'example'}",
            language,
            organs=", ".join(trap.structures) or None,
            prior=trap.prior_eqd2_gy,
            new=trap.new_gy,
            fractions=trap.fractions,
            alpha_beta=trap.alpha_beta_gy,
            truth=trap.truth_gy,
            read=trap.reading_gy,
            plain=trap.reading_of_eqd2_gy,
        )
    for missed in result.errors:
        yield phrase(
            "background_missed",
            language,
            percent=100.0 * missed.share,
            alpha_beta=missed.alpha_beta_gy,
            low=missed.lowest_gy,
            high=missed.highest_gy,
            hottest=missed.at_hottest_gy,
        )
    yield from result.reasons
    yield from (one.text for one in result.warnings)
    if result.not_voxelwise:
        listed = dict.fromkeys(f"{one.structure} {one.metric}" for one in result.not_voxelwise)
        yield phrase("background_listed", language, limits=", ".join(listed))
    yield phrase("background_read_first", language, path=str(out / "READ-FIRST.pdf"))
    yield result.notice
