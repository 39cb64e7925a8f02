"""Laterality: organs with their sample centroids come in; those named one side and lying on the other are flagged (rule 14)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from graybook.record import Finding, Severity
from graybook.record.assessment import Param
from graybook.tables.structure_names import side

__all__ = ["side_findings"]

CLEARLY_MM = 5.0
"""Organs nearer to the midline than this are not judged. [mm]"""


MIDLINE = ("SpinalCord", "SpinalCanal", "Brainstem", "OpticChiasm", "Trachea")
"""Organs that lie on the midline, when neither the external contour nor the other of a pair is drawn."""


def side_findings(
    centroids: Mapping[str, tuple[str | None, str, float]], *, course: str
) -> tuple[Finding, ...]:
    """
    Organs whose name and place disagree.

    Parameters
    ----------
    centroids
        Structure name to (TG-263 name, kind, x of its centre in LPS mm), of one course in its own frame.
    course
        Its label.

    Returns
    -------
    One finding per organ. The midline is that of the external contour; without one, halfway between the two of a
    pair; else that of an organ on it.
    """
    findings = []
    external = [x for _, kind, x in centroids.values() if kind == "external"]
    for name, (tg263, _, x_mm) in centroids.items():
        named = side(tg263) if tg263 else None
        if named is None or tg263 is None:
            continue
        midline = external[0] if external else _between_pair(tg263, x_mm, centroids.values())
        if midline is None:
            midline = next((x for label, _, x in centroids.values() if label in MIDLINE), None)
        if midline is None:
            continue
        offset_mm = x_mm - midline
        if abs(offset_mm) > CLEARLY_MM and (offset_mm > 0) != (named == "L"):
            params: dict[str, Param] = {"course": course, "side": named, "offset_mm": abs(offset_mm)}
            findings.append(
                Finding(code="structure_side", severity=Severity.ERROR, subject=name, params=params)
            )
    return tuple(findings)


def _between_pair(tg263: str, x_mm: float, all_of: Iterable[tuple[str | None, str, float]]) -> float | None:
    other = tg263[:-1] + ("R" if tg263.endswith("L") else "L")
    for name, _, other_x_mm in all_of:
        if name == other:
            return (x_mm + other_x_mm) / 2.0
    return None
