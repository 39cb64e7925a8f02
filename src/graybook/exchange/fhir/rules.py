"""A resource and the rules of its profile come in; what each element breaks goes out: number, type, codes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from graybook.exchange.fhir.document import Resource
from graybook.exchange.fhir.elements import Coding, Element, codings, printable
from graybook.exchange.fhir.profiles import ABSENT, canonical
from graybook.record.assessment import Finding, Param, Severity
from graybook.tables.fhir import FhirCode, FhirRule, fhir_codes, fhir_rules

__all__ = ["rule_findings", "shown"]

_STEP = re.compile(r"([^\[(]+)(?:\((.+)\))?(?:\[(\w+)=(\w+)\])?")
_DATE_TIME = re.compile(
    r"\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?)?)?", re.ASCII
)
_LONGEST = 60
_LONGEST_NUMBER = 10**60


def shown(value: object) -> str:
    """A value as a finding quotes it: short, on one line."""
    words = _words(value) if isinstance(value, str | int | float) else type(value).__name__
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"


def _words(value: str | int | float) -> str:
    if isinstance(value, int) and abs(value) >= _LONGEST_NUMBER:
        return "a number of more than 60 figures"
    return printable(" ".join(str(value).split()))


def rule_findings(resource: Resource) -> Iterator[Finding]:
    """What a resource breaks of the rules of its profile."""
    for rule in fhir_rules(resource.profile):
        *before, last = rule.path.split(".")
        parents = [resource.element]
        for step in before:
            parents = [one for parent in parents for one in _steps(parent, step)]
        for parent in parents:
            yield from _broken(_Said(resource=resource, rule=rule), parent, last)


def _steps(parent: Element, step: str) -> Iterator[Element]:
    for one in step.split("|"):
        found = _STEP.fullmatch(one)
        if found is None:
            continue
        name, address, key, value = found.groups()
        children = parent.extensions(canonical(address)) if address else parent.children(name)
        yield from (
            child
            for child in children
            if key is None or (isinstance(child.value, dict) and child.value.get(key) == value)
        )


@dataclass(frozen=True, kw_only=True)
class _Said:
    """What is said of one rule on one resource."""

    resource: Resource
    rule: FhirRule

    def finding(
        self, code: str, place: str, *, severity: Severity | None = None, **params: str | int
    ) -> Finding:
        usual = Severity.ERROR if self.rule.error else Severity.WARNING
        where: dict[str, Param] = {"path": place or self.resource.kind, "profile": self.rule.profile}
        return Finding(
            code=code, severity=severity or usual, subject=self.resource.name, params=where | params
        )


def _broken(said: _Said, parent: Element, step: str) -> Iterator[Finding]:
    rule = said.rule
    place = f"{parent.place}.{step}".removeprefix(".")
    found = list(_steps(parent, step))
    if len(found) < rule.least and not _stated_absent(parent, step):
        yield said.finding("exchange_element_missing", place, found=len(found), least=rule.least)
    if rule.most is not None and len(found) > rule.most:
        code = "exchange_element_too_many" if rule.most else "exchange_element_not_used"
        yield said.finding(code, place, found=len(found), most=rule.most)
    for one in found:
        if rule.types and not any(_is_of(one, kind) for kind in rule.types):
            value, expected = shown(_value_of(one).value), " | ".join(rule.types)
            yield said.finding("exchange_element_type", one.place, value=value, expected=expected)
        elif rule.codes:
            yield from _code_findings(said, one)


def _code_findings(said: _Said, element: Element) -> Iterator[Finding]:
    name = said.rule.codes
    codes = codings(_value_of(element))
    for coding in codes:
        if coding.code != coding.code.strip():
            yield said.finding(
                "exchange_code_with_blank", coding.place, severity=Severity.ERROR, value=repr(coding.code)
            )
    fits = [one for one in (_known(coding, name) for coding in codes) if one is not None]
    if not codes:
        if not _says_absent(element):
            yield said.finding("exchange_code_missing", element.place, set=name)
    elif not fits:
        system, code = codes[0].system, shown(codes[0].code)
        value = f"{system}|{code}" if system else code
        yield said.finding("exchange_code_not_allowed", element.place, value=value, set=name)
    elif all(one.old for one in fits):
        current = next(one.code for one in fhir_codes(name) if not one.old)
        yield said.finding(
            "exchange_code_old", element.place, severity=Severity.WARNING, value=fits[0].code, current=current
        )


def _known(coding: Coding, name: str) -> FhirCode | None:
    for one in fhir_codes(name):
        if one.code == coding.code.strip() and one.system in ("*", coding.system):
            return one
    return None


def _value_of(element: Element) -> Element:
    """The value of an extension; any other element is its own."""
    held = _held(element)
    return (element.child(held[0]) or element) if held and "url" in element.value else element


def _held(element: Element) -> list[str]:
    if not isinstance(element.value, dict):
        return []
    return [key for key in element.value if isinstance(key, str) and key in VALUES]


def _says_absent(element: Element) -> bool:
    return element.extension(ABSENT) is not None or any(
        beside.extension(ABSENT) is not None for key in VALUES for beside in element.children(f"_{key}")
    )


def _stated_absent(parent: Element, step: str) -> bool:
    """Whether an element says itself that its value is absent, by the extension that FHIR has for it."""
    name = step.partition("[")[0]
    return any(beside.extension(ABSENT) is not None for beside in parent.children(f"_{name}"))


def _is_of(element: Element, kind: str) -> bool:
    value = element.value
    if kind == "Extension":
        return element.child("extension") is not None
    if kind in VALUES:
        held = _held(element)
        return (held == [kind] and all(_is_of(one, VALUES[kind]) for one in element.children(kind))) or (
            not held and isinstance(value, dict) and _says_absent(element)
        )
    if kind in _PLAIN:
        return _PLAIN[kind](value)
    return isinstance(value, dict) and _is_object(element, kind)


def _is_object(element: Element, kind: str) -> bool:
    if kind == "Reference":
        named = [one for key in ("reference", "identifier") for one in element.children(key)]
        return bool(named) and all(isinstance(one.value, str | dict) for one in named)
    if kind == "Period":
        return all(_is_moment(one.value) for key in ("start", "end") for one in element.children(key))
    if kind == "CodeableConcept":
        return bool(codings(element)) or isinstance(element.value.get("text"), str) or _says_absent(element)
    return True


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_moment(value: object) -> bool:
    return isinstance(value, str) and _DATE_TIME.fullmatch(value) is not None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


VALUES = {
    "valueBoolean": "boolean",
    "valueUnsignedInt": "unsignedInt",
    "valueQuantity": "Quantity",
    "valueReference": "Reference",
    "valueCodeableConcept": "CodeableConcept",
    "valueCoding": "Coding",
    "valueId": "id",
    "valueString": "string",
}
"""Keys under which an extension holds its value, with the type of each."""

_PLAIN: dict[str, Callable[[object], bool]] = {
    "boolean": lambda value: isinstance(value, bool),
    "code": _is_text,
    "date": _is_moment,
    "decimal": _is_number,
    "id": _is_text,
    "string": _is_text,
    "unsignedInt": _is_count,
    "uri": _is_text,
}
