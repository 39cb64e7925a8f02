"""Verdicts come in; sentences a radiation oncologist can read go out, in both languages, every one of them used."""

from __future__ import annotations

import ast
import re
import tomllib
from importlib import resources
from typing import Any

import pytest

from graybook.constraints import conditions, ntcp
from graybook.constraints.judgement import Judgement
from graybook.tables.limit import Conditions, DoseOf, Limit, Namespace, Scale
from graybook.text import LANGUAGES, phrase, placeholders
from unit.constraints.cases import a_case, a_limit, a_recovery, judged
from unit.constraints.test_conditions import BROKEN, UNKNOWN, limit_of

DERIVED = {"value": 56.0, "schedule": "14/1", "rounding": 0.5}
NO = Conditions(recovery_in_source="no")
CASES: list[tuple[Any, dict[str, Any], dict[str, Any]]] = [
    (60.0, {}, {}),
    ((60.0, 65.0), {}, {}),
    (70.4, {"rounding": 0.5}, {}),
    ((69.0, 70.4), {"rounding": 0.5}, {}),
    (75.0, {}, {}),
    ((75.0, 80.0), {}, {}),
    ((60.0, 75.0), {}, {}),
    (60.0, {}, {"complete": False}),
    (75.0, {}, {"complete": False}),
    ((60.0, None), {}, {}),
    ((None, None), {}, {}),
    *[(value, DERIVED, {"alpha_beta_gy": 3.0}) for value in (40.0, 48.0, 60.0)],
    *[
        (value, {"conditions": NO, "rounding": 0.5}, {"recovery": a_recovery("dose")})
        for value in (60.0, 70.4, 75.0)
    ],
    *[
        (value, {"conditions": NO, "rounding": 0.5}, {"recovery": a_recovery("tolerance")})
        for value in (60.0, 87.9, 90.0)
    ],
    *[(value, {}, {"recovery": a_recovery(how)}) for value in (60.0, 75.0) for how in ("dose", "tolerance")],
    (60.0, {"conditions": Conditions(recovery_in_source="discounted")}, {}),
    (75.0, {"organ": "ThecalSac"}, {}),
    (60.0, {}, {"structure": "SpinalCanal"}),
    (75.0, {"organ": "ThecalSac", "conditions": NO}, {"recovery": a_recovery()}),
    (60.0, {"conditions": NO}, {"structure": "SpinalCanal", "recovery": a_recovery("tolerance")}),
    *[
        (60.0, {"conditions": limit_of({}).conditions} | limit, case)
        for _, limit, case in (*BROKEN, *UNKNOWN)
    ],
]


def entries() -> dict[str, dict[str, str]]:
    """The catalogue of this room."""
    file = resources.files("graybook.text") / "data" / "constraints.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def judgements() -> list[Judgement]:
    """Every case, judged."""
    return [judged(value, a_limit(**limit), a_case(**case)) for value, limit, case in CASES]


def test_every_sentence_is_said() -> None:
    """No sentence stands in the catalogue that no case leads to, and no case lacks its sentence."""
    said = {one.reason.code for one in judgements()} | {ntcp.LABEL}
    assert said == set(entries())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_filled(language: str) -> None:
    """Each placeholder of a sentence has its value."""
    for one in judgements():
        names = placeholders(one.reason.code, language)
        missing = {name for name in names if one.reason.params.get(name) is None}
        if one.reason.code == "constraint_one_end":
            missing -= {"worse"}
        if one.reason.code.endswith("_unknown"):  # nothing was found: a dash
            missing -= {"found"}
        assert missing == set(), one.reason.code


def text(value: Any, limit: Limit, language: str = "en", **case: Any) -> str:
    """The sentence."""
    reason = judged(value, limit, a_case(**case)).reason
    return phrase(reason.code, "fr" if language == "fr" else "en", **reason.params).replace("\u00a0", " ")


@pytest.mark.rule(11)
def test_the_conventions_say_what_was_changed_and_by_whom() -> None:
    """Which figure, by what share, on whose word; in French with a comma."""
    limit = a_limit(value=50.0, conditions=NO)
    dose = text(52.5, limit, recovery=a_recovery("dose"))
    assert "discounts the earlier dose by up to 25 %" in dose
    assert "Dr A. Author; a named source" in dose
    assert "limit stays ≤ 50.00 Gy EQD2" in dose
    assert "52.50: exceeded by 2.50" in dose
    tolerance = text(60.0, limit, recovery=a_recovery("tolerance"))
    assert "raises the tolerance by 25 %" in tolerance
    assert "from 50.00 to 62.50 Gy EQD2; the dose stays whole" in tolerance
    assert "60.00 against ≤ 62.50: met, with 2.50 to spare" in tolerance
    assert "de 50,00 à 62,50 Gy EQD2" in text(60.0, limit, "fr", recovery=a_recovery("tolerance"))


def test_a_derived_tolerance_is_raised_from_the_derived_figure() -> None:
    """14 Gy at once at α/β 3 are 47.6; a quarter more is 59.5, and the sentence says so, not the source's 56."""
    limit = a_limit(**DERIVED, conditions=NO)
    found = text(55.0, limit, alpha_beta_gy=3.0, recovery=a_recovery("tolerance"))
    assert "from 47.60 to 59.50" in found


@pytest.mark.rule(11)
def test_recovery_counted_twice_is_said_in_these_words() -> None:
    """In both languages."""
    assert "recovery counted twice" in text(60.0, a_limit(), recovery=a_recovery())
    assert "récupération comptée deux fois" in text(60.0, a_limit(), "fr", recovery=a_recovery())


def test_a_sentence_has_its_figures() -> None:
    """70.625 against 70 Gy within 0.625, and a share without a unit."""
    near = text(70.625, a_limit(rounding=0.625))
    assert near.startswith("70.62 Gy EQD2 against ≤ 70.00 Gy EQD2: near")
    of_course = a_limit(value=0.5, unit="", dose_of=DoseOf.SHARE)
    assert text(0.25, of_course) == "0.25 against ≤ 0.50: met, with 0.25 to spare."
    volume = a_limit(metric="CV700cc<21Gy", op=">=", value=700.0, unit="cm³", organ="SpinalCord")
    assert text(600.0, volume) == "600.00 cm³ against ≥ 700.00 cm³: exceeded by 100.00."
    percent = a_limit(metric="V20Gy[%]", op="<", value=40.0, unit="%")
    assert text(30.0, percent) == "30.00 % against < 40.00 %: met, with 10.00 to spare."
    physical = a_limit(
        scale=Scale.PHYSICAL, dose_of=DoseOf.REFERENCE, conditions=Conditions(fractions=(5, 5))
    )
    assert text(60.0, physical).startswith("60.00 Gy against")


@pytest.mark.rule(9)
@pytest.mark.parametrize(
    ("ends", "changed", "both"),
    [
        ((60.0, 60.5), {}, False),
        ((60.0, 60.7), {}, True),
        ((1.0, 1.09), {"value": 2.0}, False),
        ((1.0, 1.2), {"value": 2.0}, True),
        ((1.0, 1.09), {"value": 2.0, "metric": "V20Gy[%]", "unit": "%"}, True),
        ((80.0, 80.5), {}, False),
        ((70.1, 70.2), {"rounding": 0.5}, True),
        ((70.2, 70.2), {"rounding": 0.5}, False),
    ],
)
def test_ends_that_agree_are_one_value(
    ends: tuple[float, float], changed: dict[str, Any], both: bool
) -> None:
    """Within 1 % or 0.1 Gy the sentence names one; what is near is told to the digit."""
    assert judged(ends, a_limit(**changed), a_case()).reason.code.endswith("_range") is both


def test_a_missing_end_is_a_dash() -> None:
    """The end that nobody knows prints as one."""
    assert "at worst –" in text((60.0, None), a_limit())


def test_the_report_names_every_condition() -> None:
    """Each condition has its name in both languages, and no module spells one that is not listed."""
    assert all(
        phrase(f"report_condition_{name}", language) for name in conditions.NAMES for language in LANGUAGES
    )
    source = resources.files("graybook.constraints") / "conditions.py"
    spelled = {
        word.value.value
        for call in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        for word in call.keywords
        if word.arg == "name" and isinstance(word.value, ast.Constant)
    }
    assert spelled == set(conditions.NAMES)


def test_no_sentence_gives_orders() -> None:
    """Sentences state; what is done is a person's decision."""
    for entry in entries().values():
        assert not re.search(r"\b(must|should|doit|devez)\b", " ".join(entry.values()))


def test_the_subject_is_the_structure() -> None:
    """Or the limit's organ where the structure is not known; what is met is information, the rest a warning."""
    known, unknown = judged(60.0, a_limit(), a_case()), judged(60.0, a_limit(), a_case(structure=None))
    assert (known.reason.subject, known.reason.severity) == ("SpinalCord", "info")
    assert (unknown.reason.subject, unknown.reason.severity) == ("SpinalCord", "warning")
    observed = a_limit(namespace=Namespace.OBSERVED, op="")
    assert "not a limit" in text(60.0, observed)
