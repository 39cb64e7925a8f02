"""``graybook background-check``: a base dose and a new dose come in; what both read together, against the truth, is printed."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from graybook.cli.folder_options import AsJson
from graybook.cli.output import print_json, print_text
from graybook.text import Language, phrase

if TYPE_CHECKING:
    from graybook.report.background_check_result import BackgroundCheckResult

__all__ = ["background_check"]


def background_check(
    base: Annotated[
        Path, typer.Argument(help="A base dose that graybook background wrote.", show_default=False)
    ],
    new_dose: Annotated[
        Path,
        typer.Argument(help="The new plan's RT Dose, of all its fractions.", show_default=False),
    ],
    alpha_beta: Annotated[
        float,
        typer.Option("--alpha-beta", metavar="GY", help="At which the sum is read. [Gy]", show_default=False),
    ],
    fractions: Annotated[
        int,
        typer.Option("--fractions", metavar="N", help="Of the new plan.", min=1, show_default=False),
    ],
    prior: Annotated[
        Path | None,
        typer.Option(
            "--prior",
            metavar="FILE",
            help="The earlier EQD2 (prior_eqd2_*.dcm) of the same run: the truth is then known for any new dose.",
        ),
    ] = None,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the sentences.")] = "en",
    json: AsJson = False,
) -> None:
    """Add a new dose to a base dose in Gy, as a planning system does, and compare with the truth.

    Refused for another α/β or number of fractions than the base dose was made for; a warning for another dose.
    """
    from graybook.report.background_check_result import check_text
    from graybook.workflow.background_check import check_background

    found = check_background(
        base, new_dose, alpha_beta_gy=alpha_beta, fractions=fractions, prior=prior, language=lang
    )
    if json:
        print_json(json_module.loads(check_text(found)))
    else:
        print_text(_page(found, lang))


def _page(found: BackgroundCheckResult, language: Language) -> str:
    lines = [
        phrase(
            "background_read",
            language,
            alpha_beta=found.alpha_beta_gy,
            fractions=found.fractions,
            reading=found.reading_gy,
        )
    ]
    if found.truth_gy is None:
        lines.append(phrase("background_truth_unknown", language))
    else:
        lines.append(
            phrase(
                "background_true",
                language,
                truth=found.truth_gy,
                error=found.error_gy,
                percent=found.error_percent,
            )
        )
    if found.lowest_error_gy is not None:
        lines.append(
            phrase("background_everywhere", language, low=found.lowest_error_gy, high=found.highest_error_gy)
        )
    lines += [one.text for one in found.warnings]
    return "\n".join([*lines, found.notice]) + "\n"
