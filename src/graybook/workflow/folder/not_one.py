"""Persons that are not established as one come in; the error with the lines that would make them one goes out (rule 8)."""

from __future__ import annotations

from collections.abc import Sequence

from graybook.errors import NotComparable
from graybook.record import Identity, Person, Refusal
from graybook.workflow.folder.identities import correction_block, identity_block, ids_text, same_ins

__all__ = ["not_one"]


def not_one(persons: Sequence[Person], refused: Sequence[Refusal]) -> NotComparable:
    """The error: who was found, and what to paste into ``graybook.toml`` if they are one human."""
    identities = [one for person in persons for one in person.identities]
    known = {one.value for one in identities}
    for refusal in refused:
        told = (refusal.params.get(key) for key in ("owner", "referrer"))
        identities += [Identity(value=str(one)) for one in told if one is not None and one not in known]
    identities = list(dict.fromkeys(identities))
    blocks = _blocks(persons, refused, identities)
    other = "" if refused else " or choose one person: --patient ID;"
    pasted = "\n\n".join(blocks)
    return NotComparable(
        "The files are not established as one person's: their doses cannot be added.",
        value=f"Patient IDs {ids_text(identities)}",
        remedy=f"Take the other person's files out of the folder;{other} or, if they are one, write in graybook.toml:\n{pasted}",
    )


def _blocks(
    persons: Sequence[Person], refused: Sequence[Refusal], identities: Sequence[Identity]
) -> list[str]:
    values = [str(one.params["block"]) for one in refused if one.code == "identity_value_conflict"]
    if not refused:
        values = _differences(persons)
    blocks = list(dict.fromkeys(values))
    if len(identities) > 1 or not blocks:
        blocks.insert(0, identity_block(identities, ins=_shared_ins(persons)))
    return blocks


def _shared_ins(persons: Sequence[Person]) -> str:
    first = persons[0].ins if persons else ""
    return first if len(persons) > 1 and all(same_ins(first, one.ins) for one in persons) else ""


def _differences(persons: Sequence[Person]) -> list[str]:
    """What would contradict a link of the persons, each with its correction."""
    found = []
    first = persons[0]
    for other in persons[1:]:
        number = other.identities[0].value
        if first.birth_date and other.birth_date and first.birth_date != other.birth_date:
            days = (other.birth_date.isoformat(), first.birth_date.isoformat())
            found.append(correction_block("birth date", patient_id=number, wrong=days[0], right=days[1]))
        if {first.sex, other.sex} == {"M", "F"}:
            found.append(correction_block("sex", patient_id=number, wrong=other.sex, right=first.sex))
        if first.ins and other.ins and not same_ins(first.ins, other.ins):
            found.append(correction_block("INS", patient_id=number, wrong=other.ins, right=first.ins))
    return found
