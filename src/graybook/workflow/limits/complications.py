"""Complications: assessed organs come in; probabilities of first-course models, labelled extrapolated, go out when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graybook.constraints.ntcp import complication
from graybook.record.alignment import Use
from graybook.report.constraint_result import NtcpResult
from graybook.tables.ntcp import usable_ntcp
from graybook.text import Language, phrase
from graybook.workflow.organs.assessing import AssessedOrgan
from graybook.workflow.organs.dose import eqd2_on_organ
from graybook.workflow.organs.judgement import basis_of

__all__ = ["complications"]


def complications(organs: Sequence[AssessedOrgan], language: Language) -> list[NtcpResult]:
    """
    The complication probabilities of organs for which a model's parameters were read in their primary.

    Only on a 3D sum that may be judged and lacks no course; never on a point sum or an envelope. No recovery enters.
    """
    return [one for organ in organs for one in _of(organ, language)]


def _of(organ: AssessedOrgan, language: Language) -> Iterator[NtcpResult]:
    result, doses = organ.result, organ.doses
    if (
        result is None
        or doses is None
        or result.tg263 is None
        or result.alpha_beta_gy is None
        or basis_of(result) != Use.SUM.value
    ):
        return
    for parameters in usable_ntcp(result.tg263):
        volumes = doses.samples.volumes_cm3
        n = len(volumes)
        total = eqd2_on_organ(doses.mapped, result.alpha_beta_gy, concurrent=frozenset())
        found = complication(parameters, total.low[:n], total.high[:n], volumes)
        if found is not None:
            yield NtcpResult(
                structure=result.name,
                endpoint=parameters.endpoint,
                model=parameters.model,
                value_percent=round(found.low_percent, 6),
                value_upper_percent=round(found.high_percent, 6),
                label=phrase(found.label, language),
                source=parameters.source_text,
                tier=parameters.tier,
            )
