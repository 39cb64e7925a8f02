"""One ``result.json`` as decoded, with its curves, comes in; the person's rows of the pool go out as an Arrow table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from graybook.cohort.agreement import check_doses, contradiction, positive
from graybook.cohort.courses import PooledCourse, Timeline, timeline_of
from graybook.cohort.entry import EDITION, VERSION, Entry, NotPooled
from graybook.cohort.histogram import Curve
from graybook.cohort.outcome import Outcome, outcome_of
from graybook.cohort.person import age_years, birth_date, sex
from graybook.cohort.schema import (
    DOSE_AT_PERCENT,
    METRICS,
    TABLE,
    VOLUME_AT_GY,
    Scope,
    dose_column,
    volume_column,
)
from graybook.record import Finding, Severity
from graybook.tables.structure_names import tg263_name

__all__ = ["PersonRows", "rows"]

Curves = Mapping[tuple[str, str], Curve | None]
Row = dict[str, Any]

BASES = ("table", "tumour", "convention", "override", "no entry", "none")
KINDS = ("target", "organ", "external", "support", "ring", "other")
USES = ("3D sum", "3D sum with envelope", "point sum only")
TYPES = (*("type I", "type II", "repeat organ irradiation", "repeat irradiation", "not determined", "none"),)
CUMULATIVE = "cumulative"
COURSE_METRICS = ("mean", "max", "d0_03cc", "d0_1cc")
"""Of METRICS, those that results state of a single course."""
OTHER_CURVES = (CUMULATIVE, "cumulative_upper", "p5", "p50", "p95", "lowest", "highest")
"""What curves are called that are not of one course."""
_BARE_TG263 = re.compile(r"[A-Za-z0-9_~+-]{1,64}")


@dataclass(frozen=True, kw_only=True)
class PersonRows:
    """The rows of a person, and what of the result found no place in them."""

    table: pa.Table
    left_out: tuple[Finding, ...] = ()


def rows(result: Mapping[str, Any], curves: Curves, *, person: str, name: str, days: int) -> PersonRows:
    """A row for each structure and course that counts, and one for the sum.

    Parameters
    ----------
    result
        ``result.json`` as decoded, numbers with a point as :class:`decimal.Decimal`.
    curves
        Those of ``dvh.csv``; empty without one.
    person
        The person's pseudonym.
    name
        What stands for the result in the project.
    days
        By how many days dates move. [d]

    Raises
    ------
    NotPooled
        The result breaks a rule; nothing of it may enter the pool.
    """
    return _Pooled(result, curves, person=person, name=name, days=days).rows()


class _Pooled:
    def __init__(
        self, result: Mapping[str, Any], curves: Curves, *, person: str, name: str, days: int
    ) -> None:
        self.result = Entry(dict(result))
        self.curves = curves
        created = self.result.entry("provenance").day("created")
        self.timeline: Timeline = timeline_of(self.result, created)
        self.outcome: Outcome = outcome_of(self.result, self.timeline.reference.start, created)
        self.days = days
        self.left_out: Counter[str] = Counter()
        self.person = self._person(person, name)
        self.uses = self._uses()

    def _person(self, person: str, name: str) -> Row:
        """What is the same in every row."""
        patient, made = self.result.entry("patient"), self.result.entry("provenance")
        start = self.timeline.reference.start
        return {
            "person": person,
            "result": name,
            "sex": sex(patient),
            "age_years": age_years(birth_date(patient), start, key=patient.key("birth_date")),
            "courses": len(self.timeline.courses),
            "tables_edition": made.plain("tables_edition", EDITION, "year-month"),
            "software_version": made.plain("version", VERSION, "a version"),
            **self.outcome.columns,
        }

    def _uses(self) -> dict[tuple[str, str], str]:
        """What an alignment may be used for, by course and structure."""
        return {
            (link.text("course"), verdict.text("structure")): verdict.one_of("use", USES) or ""
            for link in self.result.entry("provenance").entries("alignments")
            if link.text("course")
            for verdict in link.entries("verdicts")
        }

    def rows(self) -> PersonRows:
        structures = self.result.entries("structures")
        self._check_curves({one.text("name") for one in structures})
        found: list[Row] = []
        for named, one in zip(self._names(structures), structures, strict=True):
            found += self._structure(named, one)
        found.sort(key=lambda row: (row["structure"], row["scope"], row.get("course", 0)))
        if not structures:
            self.left_out["pool_no_structures"] += 1
        self.left_out["pool_toxicity_elsewhere"] += self.outcome.elsewhere
        self.left_out["pool_before_reference"] += self.outcome.before
        self.left_out["pool_seen_later"] += self.outcome.seen_later
        return PersonRows(
            table=pa.Table.from_pylist(found, schema=TABLE),
            left_out=tuple(
                Finding(code=code, severity=Severity.INFO, params={"n": n})
                for code, n in sorted(self.left_out.items())
                if n
            ),
        )

    def _check_curves(self, names: set[str]) -> None:
        """Curves of another result would lend their doses to this one."""
        known = self.timeline.ids | set(OTHER_CURVES)
        for structure, course in self.curves:
            if structure not in names or course not in known:
                raise NotPooled("pool_other_curves", key="dvh.csv")
        self.left_out["pool_curve_twice"] += sum(one is None for one in self.curves.values())

    def _names(self, structures: list[Entry]) -> Iterator[str]:
        """TG-263 names, each once; else the kind and a number: no name that a person wrote enters the pool."""
        seen: set[str] = set()
        numbers: Counter[str] = Counter()
        for one in structures:
            label, kind = one.maybe_text("tg263") or "", _kind(one)
            known = bool(_BARE_TG263.fullmatch(label)) and tg263_name(label) == label
            if known and label in seen:
                self.left_out["pool_structure_twice"] += 1
            if known and label not in seen:
                seen.add(label)
                yield label
            else:
                numbers[kind] += 1
                yield f"{kind}-{numbers[kind]}"

    def _structure(self, named: str, one: Entry) -> Iterator[Row]:
        name = one.text("name")
        grade, day = self.outcome.at(name, named)
        common = {
            **self.person,
            "structure": named,
            "kind": _kind(one),
            "alpha_beta_mgy": positive(one, "alpha_beta_gy", 3),
            "alpha_beta_basis": one.one_of("alpha_beta_basis", BASES),
            "volume_mm3": one.amount("volume_cm3", 3),
            "toxicity_grade": grade,
            "toxicity_days": day,
        }
        if common["alpha_beta_basis"] == "none":
            common["alpha_beta_basis"] = None
        doses = {dose.text("id"): dose for dose in one.entries("courses")}
        apart = {dose.text("course"): dose for dose in one.entries("apart")}
        if not {*doses, *apart} <= self.timeline.ids:
            raise NotPooled("pool_wrong_key", key=one.key("courses"), expected="ids of courses")
        for course in self.timeline.courses:
            if course.apart:
                values = _apart(apart.get(course.id))
            else:
                values = self._beam(name, course, doses.get(course.id))
            yield {**common, **self._of_course(course), **values}
        yield {**common, **self._cumulative(name, one)}

    def _of_course(self, course: PooledCourse) -> Row:
        return {
            "scope": Scope.COURSE.value,
            "course": course.number,
            "modality": course.modality.value,
            "apart": course.apart,
            "in_sum": course.in_sum and not course.apart,
            "status": course.status.value,
            "evidence_grade": course.grade.value,
            **self._times(course),
        }

    def _times(self, course: PooledCourse) -> Row:
        told = self.result.entry("clinical").entry("reirradiation").one_of("type", TYPES)
        determined = course.is_reference and told != "not determined"
        return {
            "start": self._moved(course),
            "interval_days": course.interval_days,
            "since_first_days": course.since_first_days,
            "fractions": course.fractions,
            "reirradiation": told if determined else None,
        }

    def _moved(self, course: PooledCourse) -> date | None:
        try:
            return None if course.start is None else course.start + timedelta(days=self.days)
        except OverflowError:
            raise NotPooled(
                "pool_out_of_range", key="courses.start_date", value="before the year 170"
            ) from None

    def _beam(self, name: str, course: PooledCourse, dose: Entry | None) -> Row:
        use = self.uses.get((course.id, name)) or None
        if dose is None:
            return {"lower_bound": True, "alignment_use": use, **self._points(name, course.id, None)}
        check_doses(dose)
        mean = dose.amount("mean_gy")
        return {
            "lower_bound": (dose.amount("outside_grid_cm3", 6) or 0) > 0,
            "alignment_use": use,
            "physical_mean_ugy": dose.amount("physical_mean_gy"),
            "physical_d0_03cc_ugy": dose.amount("physical_d0.03cc_gy"),
            **_metrics(dose, COURSE_METRICS),
            **self._points(name, course.id, mean),
        }

    def _cumulative(self, name: str, one: Entry) -> Row:
        low, high = one.entry("cumulative"), one.entry("cumulative_upper")
        check_doses(low)
        check_doses(high)
        least, most = low.amount("mean_gy"), high.amount("mean_gy")
        if least is not None and most is not None and most < least:
            raise contradiction(high, "mean_gy", high.value("mean_gy"), low.key("mean_gy"))
        judged = one.entry("judged").ends("d0.03cc_gy")
        summed = self.timeline.summed
        missing = any(not course.in_sum for course in self.timeline.beams)
        return {
            "scope": Scope.CUMULATIVE.value,
            "apart": False,
            "in_sum": True,
            "status": max((course.status for course in summed), key=_doubt).value,
            "evidence_grade": max(course.grade.value for course in summed),
            "lower_bound": one.flag("lower_bound") or missing or (one.amount("outside_grid_cm3", 6) or 0) > 0,
            "alignment_use": one.one_of("use", USES),
            **self._times(self.timeline.reference),
            **_metrics(low, METRICS),
            "eqd2_mean_low_ugy": low.amount("mean_gy"),
            "eqd2_mean_high_ugy": high.amount("mean_gy"),
            "eqd2_d0_03cc_low_ugy": judged[0],
            "eqd2_d0_03cc_high_ugy": judged[1],
            **self._points(name, CUMULATIVE, low.amount("mean_gy")),
        }

    def _points(self, name: str, course: str, mean_ugy: int | None) -> Row:
        curve = self.curves.get((name, course))
        if curve is None:
            if mean_ugy is not None and self.curves and (name, course) not in self.curves:
                self.left_out["pool_no_curve"] += 1
            return {}
        if mean_ugy is None or not curve.fits_mean(mean_ugy):
            raise NotPooled("pool_other_curves", key="dvh.csv")
        return {
            **dict(zip(map(dose_column, DOSE_AT_PERCENT), curve.doses_ugy(), strict=True)),
            **dict(zip(map(volume_column, VOLUME_AT_GY), curve.volumes_ppm(), strict=True)),
        }


def _doubt(status: str) -> int:
    """How unsure a status is."""
    order = ("delivered", "partly delivered", "assumed delivered", "proposed")
    return order.index(status) if status in order else len(order)


def _kind(one: Entry) -> str:
    kind = one.one_of("kind", KINDS)
    if kind is None:
        raise one.wrong("kind", " | ".join(KINDS))
    return kind


def _metrics(dose: Entry, metrics: tuple[str, ...]) -> Row:
    """EQD2 metrics; those that a row does not know are NULL."""
    keys = {"d0_03cc": "d0.03cc_gy", "d0_1cc": "d0.1cc_gy"}
    return {f"eqd2_{one}_ugy": dose.amount(keys.get(one, f"{one}_gy")) for one in metrics}


def _apart(dose: Entry | None) -> Row:
    """Mean doses of what stands apart; a cycle without a dose makes them a lower bound."""
    if dose is None:
        return {"lower_bound": True}
    check_doses(dose, apart=True)
    return {
        "lower_bound": not dose.flag("complete"),
        "physical_mean_ugy": dose.amount("dose_gy"),
        "eqd2_mean_ugy": dose.amount("eqd2_gy"),
        "eqd2_mean_low_ugy": dose.amount("eqd2_low_gy"),
        "eqd2_mean_high_ugy": dose.amount("eqd2_high_gy"),
    }
