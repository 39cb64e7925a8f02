"""Doses of phases, of courses and of all courses come in; measurements in cGy, linked to what they belong to, go out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from graybook.exchange.course_facts import BiologicalMetric, CourseFacts, PhaseFacts, VolumeDose, VolumeFacts
from graybook.exchange.omop.tables import Tables
from graybook.record.assessment import Severity

__all__ = ["Measured"]

CGY_PER_GY = 100
DECIMALS = 3
"""Of a number in cGy: what a ``numeric`` without a size keeps in DuckDB."""


class Measured:
    """Writes measurements, each with the name of its volume as the value's source."""

    def __init__(self, tables: Tables, volumes: Mapping[str, VolumeFacts]) -> None:
        self._tables = tables
        self._volumes = volumes

    def of_phase(self, phase: PhaseFacts, day: date, procedure: int) -> None:
        """Doses of a phase: modifiers of its procedure."""
        for dose in phase.doses:
            self._of_dose(dose, day, "", procedure)

    def of_course(self, course: CourseFacts, day: date, episode: int) -> None:
        """Doses over all phases of a course: events of its episode."""
        for dose in course.doses:
            self._link(self._of_dose(dose, day, "COURSE_"), (episode,))

    def cumulative(self, doses: Sequence[VolumeDose], day: date, episodes: tuple[int, ...]) -> None:
        """Doses over all courses: events of every episode they come from."""
        for dose in doses:
            self._link(self._of_dose(dose, day, "CUMULATIVE_"), episodes)

    def _link(self, measurements: Sequence[int], episodes: tuple[int, ...]) -> None:
        for measurement in measurements:
            for episode in episodes:
                self._tables.add(
                    "episode_event",
                    episode_id=episode,
                    event_id=measurement,
                    episode_event_field_concept_id=self._tables.concept("field", "measurement"),
                )

    def _of_dose(self, dose: VolumeDose, day: date, scope: str, procedure: int | None = None) -> list[int]:
        volume = self._volumes[dose.volume]
        name = volume.name or volume.key
        numbers: list[tuple[str, float, str | None]] = []
        if dose.dose_gy is not None:
            numbers.append(("TOTAL_DOSE", dose.dose_gy * CGY_PER_GY, "cGy"))
        elif dose.as_found:
            self._tables.say("exchange_omop_dose_left_out", Severity.WARNING, name, stated=dose.as_found[:60])
        if dose.fractions is not None:
            numbers.append(("FRACTIONS", dose.fractions, None))
        if dose.uniform is False:
            self._tables.say("exchange_omop_uneven", Severity.INFO, name)
        numbers += [(one.kind.name, one.value_gy * CGY_PER_GY, _unit(one)) for one in dose.metrics]
        return [
            self._tables.add(
                "measurement",
                measurement_concept_id=0,
                measurement_date=day,
                measurement_type_concept_id=self._tables.concept("type", "record"),
                value_as_number=round(value, DECIMALS),
                unit_concept_id=0 if unit else None,
                measurement_source_value=f"GB:{scope}{what}",
                unit_source_value=unit,
                value_source_value=name,
                measurement_event_id=procedure,
                meas_event_field_concept_id=self._tables.concept("field", "procedure") if procedure else None,
            )
            for what, value, unit in numbers
        ]


def _unit(metric: BiologicalMetric) -> str:
    """The unit of a biological dose, in centigray: ``cGy EQD2 a/b=3``.

    Examples
    --------
    >>> from graybook.exchange.course_facts import MetricKind
    >>> _unit(BiologicalMetric(kind=MetricKind.EQD2, value_gy=68.0, alpha_beta_gy=3.0))
    'cGy EQD2 a/b=3'
    """
    words = ["cGy", metric.kind.name]
    if metric.alpha_beta_gy is not None:
        words.append(f"a/b={metric.alpha_beta_gy:g}")
    if metric.factor is not None:
        words.append(f"factor={metric.factor:g}")
    return " ".join(words)
