"""Nuclear words: cycles, curves and doses of radionuclides come in; numbers with their spread go out in words."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import datetime

from graybook.report.nuclear_result import CycleResult, NuclearResult, OrganCycleResult, TimeIntegratedChoice
from graybook.report.result import ApartDose
from graybook.report.wording import Wording
from graybook.tables import nuclides
from graybook.text.numbers import DASH, activity_number_text

__all__ = [
    "activity_text",
    "agent_name",
    "apart_text",
    "beyond_last_percent",
    "curve_name",
    "figure_text",
    "given_activity",
    "given_text",
    "is_unknown",
    "least_text",
    "method_name",
    "nuclide_name",
    "percent_text",
    "rate_unknown",
    "repair_of",
    "span_text",
    "spread_text",
    "therapy_text",
    "total_activity",
    "used_choice",
]

_NUCLIDE = re.compile(r"([A-Z][a-z]?)-?(\d+m?)")
_OF_CURVE = "curve"
"""The tail of a fitted curve: the curve itself."""
REPAIR_RANGE = re.compile(r"([\d.]+) to ([\d.]+) h: ")
"""What a source of repair begins with where only a range is known."""
_SUPERSCRIPTS = str.maketrans("0123456789m", "⁰¹²³⁴⁵⁶⁷⁸⁹ᵐ")


def nuclide_name(nuclide: str) -> str:
    """A nuclide as the field writes it.

    Examples
    --------
    >>> nuclide_name("Lu-177")
    '¹⁷⁷Lu'
    """
    found = _NUCLIDE.fullmatch(nuclide)
    return f"{found[2].translate(_SUPERSCRIPTS)}{found[1]}" if found else nuclide


def agent_name(cycle: CycleResult) -> str:
    """What carries the nuclide; empty where that is the device, which has words of its own."""
    return "" if cycle.agent == cycle.device else nuclides.agent_name(cycle.agent)


def given_text(given: str | None, words: Wording) -> str:
    """The moment as given: date, hour and offset where they are known, else the day."""
    if not given:
        return words("undated")
    day = words.date(given)
    if len(given) <= 10:
        return day
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        return given
    offset = "" if moment.utcoffset() is None else given[-6:].removesuffix("Z")
    hour = f"{moment:%H:%M}" + (f" (UTC{offset})" if moment.utcoffset() is not None else "")
    return f"{day} {hour}"


def activity_text(activity_gbq: float | None, words: Wording) -> str:
    """An activity with its unit; "unknown" when nobody says. [GBq]"""
    return (
        words("not_known")
        if activity_gbq is None
        else f"{activity_number_text(activity_gbq, words.language)}\u00a0GBq"
    )


def span_text(low: float | None, high: float | None, words: Wording) -> str:
    """Both ends of an interval; empty when they are not known or are one."""
    if low is None or high is None:
        return ""
    ends = words.number(low), words.number(high)
    return "" if ends[0] == ends[1] else words("range", low=ends[0], high=ends[1])


def figure_text(
    value: float | None, low: float | None, high: float | None, words: Wording, *, unit: bool = True
) -> str:
    """A dose: its value, else its interval, else its lower end, else that it is unknown, never nothing. [Gy]"""
    written = words.gy if unit else words.number
    if value is not None:
        return written(value)
    if low is None:
        return words("not_known")
    if high is None:
        return words("at_least", value=written(low))
    ends = span_text(low, high, words)
    if not ends:
        return written(low)
    return f"{ends}\u00a0Gy" if unit else ends


def least_text(text: str, words: Wording) -> str:
    """A figure as a lower bound; one that says so already stays as it is."""
    return text if text.startswith("≥") else words("at_least", value=text)


def spread_text(value: float | None, low: float | None, high: float | None, kind: str, words: Wording) -> str:
    """What stands beside a dose: its interval and what that is; an interval that stands for the dose is only named."""
    said = words.term("spread", kind) if kind else ""
    ends = "" if value is None else span_text(low, high, words)
    return ", ".join(part for part in (ends, said) if part)


def percent_text(values: Sequence[float], words: Wording) -> str:
    """Differences as a signed range: ``+30.1 to +43.2 %``."""

    def signed(value: float) -> str:
        text = words.number(abs(value), 1)
        return text if not text.strip("0.,") else f"{'+' if value > 0 else '−'}{text}"

    low, high = signed(min(values)), signed(max(values))
    text = low if low == high else words("percent_between", low=low, high=high)
    return f"{text}\u00a0%"


def curve_name(model: str, tail: str, words: Wording) -> str:
    """The model of a curve, with its tail."""
    name = words.term("curve", model)
    return f"{name}, {words.term('tail', tail)}" if tail not in ("", _OF_CURVE) else name


def method_name(method: str, words: Wording) -> str:
    """A dose model; figures that stand behind it, as a constant, in this language's numbers."""
    name, _, figures = method.partition(", ")
    said = words.term("dosimetry", name)
    if not figures:
        return said
    return f"{said}, {figures.replace('.', ',') if words.language == 'fr' else figures}"


def repair_of(organ: OrganCycleResult, words: Wording) -> str:
    """Half-time of repair, or from which to which it was taken; empty when none is known. [h]"""
    if organ.repair_half_time_h is not None:
        return words("repair_of", hours=words.short(organ.repair_half_time_h))
    found = REPAIR_RANGE.match(organ.repair_source)
    if found is None:
        return ""
    low, high = (words.short(float(found[place])) for place in (1, 2))
    return words("repair_of", hours=words("range", low=low, high=high))


def is_unknown(dose: ApartDose) -> bool:
    """Whether nothing is known of what a course left apart."""
    values = (dose.dose_gy, dose.low_gy, dose.eqd2_gy, dose.eqd2_low_gy)
    return all(value is None for value in values)


def rate_unknown(organ: OrganCycleResult) -> bool:
    """Whether neither curve nor half-life tells how fast a dose came: its BED spans every factor G from 0 to 1."""
    return organ.g_factor is None and not organ.exponentials and organ.bed_low_gy is not None


def used_choice(organ: OrganCycleResult) -> TimeIntegratedChoice | None:
    """The model that the time-integrated activity stands on; None where none is marked."""
    return next((one for one in organ.time_integrated_choices if one.used), None)


def beyond_last_percent(organ: OrganCycleResult) -> float | None:
    """
    Share of the fitted curve's integral that lies after the last measurement. [%]

    Σ A exp(-λ t) / λ over Σ A / λ; None without a curve of exponentials.

    Examples
    --------
    >>> from graybook.report.nuclear_result import ExponentialResult, TimePointResult
    >>> organ = OrganCycleResult(
    ...     organ="Liver", low_gy=1.0, high_gy=1.0, interval="no interval", method="",
    ...     time_points=[TimePointResult(hours=50.0, activity_mbq=5.0, sd_mbq=0.5)],
    ...     exponentials=[ExponentialResult(amplitude_mbq=10.0, rate_per_h=0.6931471805599453 / 50.0)],
    ... )
    >>> round(beyond_last_percent(organ), 6)
    50.0
    """
    terms = [(one.amplitude_mbq, one.rate_per_h) for one in organ.exponentials]
    if not terms or not organ.time_points or any(rate <= 0.0 for _, rate in terms):
        return None
    last = max(point.hours for point in organ.time_points)
    whole = math.fsum(amplitude / rate for amplitude, rate in terms)
    rest = math.fsum(amplitude / rate * math.exp(-rate * last) for amplitude, rate in terms)
    return 100.0 * rest / whole if whole > 0.0 else None


def total_activity(cycles: Sequence[CycleResult], words: Wording) -> str:
    """The activity of all cycles; at least that, when one is not known. [GBq]"""
    known = [one.activity_gbq for one in cycles if one.activity_gbq is not None]
    if not known:
        return words("not_known")
    text = activity_text(math.fsum(known), words)
    return words("at_least", value=text) if len(known) < len(cycles) else text


def given_activity(course: str, nuclear: NuclearResult | None, words: Wording) -> tuple[str, ...]:
    """Activity and cycles of one course; empty when it gave none."""
    cycles = [] if nuclear is None else [one for one in nuclear.cycles if one.course == course]
    if not cycles:
        return ()
    return total_activity(cycles, words), words("cycles", n=len(cycles)) if len(cycles) > 1 else ""


def therapy_text(cycles: Sequence[CycleResult], words: Wording) -> str:
    """One therapy: nuclide and agent, number of cycles, activity in all."""
    names = dict.fromkeys(
        "-".join(part for part in (nuclide_name(one.nuclide), agent_name(one)) if part) for one in cycles
    )
    key = "therapy_one" if len(cycles) == 1 else "therapy_many"
    device = ", ".join(dict.fromkeys(words.term("device", one.device) for one in cycles if one.device))
    said = words(key, what=", ".join(names) or DASH, n=len(cycles), activity=total_activity(cycles, words))
    return f"{said}, {device}" if device else said


def apart_text(dose: ApartDose, words: Wording) -> tuple[str, ...]:
    """What one course left apart, in lines: EQD2 or physical dose, its interval, the physical dose, grade, device."""
    if dose.eqd2_gy is not None or dose.eqd2_low_gy is not None:
        ends = (dose.eqd2_gy, dose.eqd2_low_gy, dose.eqd2_high_gy)
        value, physical = figure_text(*ends, words), _physical(dose, words)
    elif dose.dose_gy is not None or dose.low_gy is not None:
        ends = (dose.dose_gy, dose.low_gy, dose.high_gy)
        value, physical = words("physical_only", dose=figure_text(*ends, words)), ""
    else:
        ends, value, physical = (None, None, None), words("not_known"), ""
    if not dose.complete and ends != (None, None, None):
        value = least_text(value, words)
    grade = words("of_grade", grade=dose.evidence_grade) if dose.evidence_grade else ""
    return (
        value,
        spread_text(*ends, dose.interval, words),
        physical,
        ", ".join(part for part in (grade, words.term("device", dose.device) if dose.device else "") if part),
        words("alpha_in_it") if dose.alpha else "",
    )


def _physical(dose: ApartDose, words: Wording) -> str:
    if dose.dose_gy is None and dose.low_gy is None:
        return ""
    return words("physically", dose=figure_text(dose.dose_gy, dose.low_gy, dose.high_gy, words))
