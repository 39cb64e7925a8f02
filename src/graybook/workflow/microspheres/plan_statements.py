"""A plan comes in; what must be said of its definitions, its constant and what it leaves open goes out."""

from __future__ import annotations

from graybook.report.sirt_result import DefinitionResult, SirtPlanResult, SirtStatement
from graybook.text import Language, phrase, remedy
from graybook.workflow.microspheres.asked import Asked
from graybook.workflow.microspheres.biology import bed_statements

__all__ = ["device_words", "plan_statements", "statement"]


def statement(code: str, language: Language, **params: object) -> SirtStatement:
    """One sentence of the catalogue, with its remedy where it has one."""
    return SirtStatement(
        code=code, text=phrase(code, language, **params), remedy=remedy(code, language, **params).strip()
    )


def plan_statements(asked: Asked, found: SirtPlanResult, language: Language) -> list[SirtStatement]:
    """What must be said, what was taken for granted first."""
    said = [*_definitions(asked, found, language), _constant(found, language)]
    if found.target is not None and asked.target is None:
        said.insert(0, statement("sirt_target_assumed", language, target=_structure("tumour", language)))
    if asked.whole_normal_kg is None:
        said.append(statement("sirt_normal_all_perfused", language))
    if found.liver.normal_liver == "not assessable":
        said.append(statement("sirt_normal_not_assessable", language, reason=found.liver.reason))
    if not found.liver.child_pugh and found.liver.albi is None:
        said.append(statement("sirt_no_liver_score", language))
    if asked.indication is None or asked.scenario is None:
        said.append(statement("sirt_indication_open", language, count=len(found.recommendations)))
    if not found.biological:
        said.append(statement("sirt_no_bed", language))
    said += bed_statements(found.biological, language)
    said.append(statement("sirt_device_gray", language, device=device_words(found.device, language)))
    said.append(statement("sirt_no_external_limit", language))
    return said


def device_words(device: str, language: Language) -> str:
    """A device as people call it."""
    return phrase(f"sirt_device_{device.replace('-', '_')}", language)


def _definitions(asked: Asked, found: SirtPlanResult, language: Language) -> list[SirtStatement]:
    """The definition of the ratio and of the shunt, stated or taken, with what the other alone would make of the doses."""
    said = []
    for name, stated in (("tn", asked.tn_definition), ("shunt", asked.shunt_definition)):
        other = _other(found, name)
        code = f"sirt_{name}_{'used' if stated is not None else 'assumed'}"
        said.append(
            statement(
                code,
                language,
                definition=phrase(f"sirt_{name}_{getattr(found, f'{name}_definition')}", language),
                other=phrase(f"sirt_{name}_{getattr(other, f'{name}_definition')}", language),
                tumour=other.tumour_gy,
                normal=other.normal_gy,
                lung=other.lung_gy,
                activity=other.activity_gbq,
            )
        )
    return said


def _other(found: SirtPlanResult, name: str) -> DefinitionResult:
    """The reading that differs in this definition alone."""
    kept = "shunt_definition" if name == "tn" else "tn_definition"
    return next(
        one
        for one in found.other_definitions
        if getattr(one, kept) == getattr(found, kept)
        and getattr(one, f"{name}_definition") != getattr(found, f"{name}_definition")
    )


def _constant(found: SirtPlanResult, language: Language) -> SirtStatement:
    shifts = [one.difference_percent for one in found.constants]
    return statement(
        "sirt_constant",
        language,
        constant=found.constant_j_per_gbq,
        source=found.constant_source,
        low=min(shifts),
        high=max(shifts),
    )


def _structure(name: str, language: Language) -> str:
    return phrase(f"sirt_structure_{name}", language)
