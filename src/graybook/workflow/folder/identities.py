"""What files say of their person comes in; whether two can be one human, and the lines that would say so, go out (rule 8)."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from graybook.dicom.facts import Header
from graybook.files.person_settings import CorrectionSetting
from graybook.files.settings import Settings
from graybook.record import Finding, Identity
from graybook.record.assessment import Param
from graybook.record.person import INS_DIGITS, INS_ISSUER, same_spelling

__all__ = [
    "ATTRIBUTES",
    "NAME",
    "Profile",
    "contradiction",
    "corrected",
    "correction_block",
    "corrections_said",
    "identity_block",
    "ids_text",
    "ins_of",
    "names_agree",
    "plain_name",
    "profile_of",
    "same_ins",
    "shown",
]

TRUNCATED_BYTES = 63
"""DICOM allows 64 characters of a name; software that counts bytes stops at 63 or 64 of them."""

NAME = "name"
"""The one difference a linking user may overrule: names change, birth dates do not."""

ATTRIBUTES = {"birth date": "birth_date", "sex": "sex", "INS": "ins"}
"""What contradicts a link, and how ``[[correction]]`` calls it."""

_LIGATURES = str.maketrans(
    {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"}
)


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What one file says of its person, corrected by a named user where it was wrong."""

    patient_id: str
    issuer: str
    name: str
    birth_date: date | None
    sex: str
    study: str = ""
    birth_name: str = ""
    ins: str = ""
    cut: tuple[str, ...] = ()
    """Plain names that fill DICOM's 64 characters, so that their end is missing."""

    @property
    def names(self) -> tuple[str, ...]:
        """The name in use and the name at birth."""
        return tuple(dict.fromkeys(one for one in (self.name, self.birth_name) if one))


def plain_name(name: str) -> str:
    """A DICOM person name to compare by: upper case, no accents, hyphens or apostrophes, no trailing ``^``.

    Examples
    --------
    >>> plain_name("Lefèvre-d'Arc^Zoé^^") == plain_name("LEFEVRE DARC^ZOE")
    True
    """
    folded = unicodedata.normalize("NFKD", name.split("=")[0].translate(_LIGATURES)).upper()
    letters = "".join(sign for sign in folded if sign.isalnum() or sign == "^")
    return letters.rstrip("^")


def _is_cut(name: str) -> bool:
    return len(name.split("=")[0].encode()) >= TRUNCATED_BYTES


def ins_of(header: Header) -> str:
    """The INS a file carries, as found; empty without one."""
    return next((value for value, issuer in header.other_ids if INS_ISSUER in issuer.split("&")), "")


def same_ins(one: str, other: str) -> bool:
    """Whether two INS are there and equal; the key at the end is left out where one has none."""
    first, second = _plain_ins(one), _plain_ins(other)
    return bool(first) and first == second


def _plain_ins(ins: str) -> str:
    return "".join(sign for sign in ins.upper() if sign.isalnum())[:INS_DIGITS]


def profile_of(header: Header, settings: Settings) -> Profile:
    """What a file says of its person, with the corrections of the settings."""
    patient_id = same_spelling(header.patient_id)
    named = patient_id or plain_name(header.patient_name)
    raw = (header.patient_name, header.birth_name)
    found = Profile(
        patient_id=patient_id,
        issuer=same_spelling(header.issuer_of_patient_id),
        name=plain_name(header.patient_name),
        birth_name=plain_name(header.birth_name),
        birth_date=header.birth_date,
        sex=header.sex.strip().upper(),
        ins=ins_of(header),
        study="" if named else header.study_uid or header.path,
        cut=tuple(plain_name(one) for one in raw if _is_cut(one)),
    )
    return corrected(found, settings)


def corrected(profile: Profile, settings: Settings) -> Profile:
    """The profile with each value a named user corrected for its identifier."""
    for one in settings.corrections:
        if one.patient_id != profile.patient_id or one.issuer not in ("", profile.issuer):
            continue
        if one.attribute == "birth_date" and str(profile.birth_date) == one.wrong:
            profile = replace(profile, birth_date=date.fromisoformat(one.right))
        elif one.attribute == "sex" and profile.sex == one.wrong:
            profile = replace(profile, sex=one.right)
        elif one.attribute == "ins" and same_ins(profile.ins, one.wrong):
            profile = replace(profile, ins=one.right)
    return profile


def corrections_said(headers: Iterable[Header], settings: Settings) -> tuple[Finding, ...]:
    """Each correction with who made it, or that it meets no file."""
    bare = [profile_of(one, Settings()) for one in headers]
    said = []
    for one in settings.corrections:
        alone = replace(settings, corrections=(one,))
        met = any(corrected(profile, alone) != profile for profile in bare) or _meets_person(one, settings)
        params: dict[str, Param] = {
            "id": one.patient_id,
            "what": one.attribute.replace("_", " "),
            "wrong": one.wrong,
            "right": one.right,
            "author": one.author,
            "kind": "value",
            "name": f"{one.patient_id} {one.attribute} {one.wrong}",
        }
        code = "identity_value_corrected" if met else "setting_names_nothing"
        said.append(Finding(code=code, subject=one.patient_id, params=params))
    return tuple(said)


def _meets_person(correction: CorrectionSetting, settings: Settings) -> bool:
    person = settings.person
    return person is not None and person.patient_id == correction.patient_id


def names_agree(one: Profile, other: Profile) -> bool:
    """Whether a name of one, in use or at birth, is a name of the other; a name cut at 64 characters matches its beginning."""
    cut = {*one.cut, *other.cut}
    return any(_agree(first, second, cut) for first in one.names for second in other.names)


def _agree(first: str, second: str, cut: set[str]) -> bool:
    if "^" not in first or "^" not in second:  # a birth name is often the family name alone
        first, second = (name if name in cut else name.split("^")[0] for name in (first, second))
    return (
        first == second
        or (first in cut and second.startswith(first))
        or (second in cut and first.startswith(second))
    )


def contradiction(one: Profile, other: Profile) -> str:
    """What says that two profiles are two people: "birth date", "sex", "INS", "name", or nothing."""
    if one.birth_date and other.birth_date and one.birth_date != other.birth_date:
        return "birth date"
    if {one.sex, other.sex} == {"M", "F"}:
        return "sex"
    if one.ins and other.ins and not same_ins(one.ins, other.ins):
        return "INS"
    supported = one.birth_date is not None and one.birth_date == other.birth_date
    if one.names and other.names and not names_agree(one, other) and not supported:
        return NAME
    return ""


def shown(profile: Profile, what: str) -> str:
    """The contradicting value as a reader may compare it."""
    if what == "birth date":
        return str(profile.birth_date)
    return {"sex": profile.sex, "INS": profile.ins}.get(what, profile.name)


def ids_text(identities: Iterable[Identity]) -> str:
    """Identifiers as they stand in ``ids = [...]``."""
    return ", ".join(dict.fromkeys(_id_text(one) for one in identities))


def _id_text(identity: Identity) -> str:
    value = json.dumps(identity.value, ensure_ascii=False)
    if not identity.issuer:
        return f"{{ value = {value} }}"
    return f"{{ value = {value}, issuer = {json.dumps(identity.issuer, ensure_ascii=False)} }}"


_STAMP = 'author = "your name"\ndate = 2026-01-31\n'


def identity_block(identities: Sequence[Identity], *, ins: str = "") -> str:
    """The lines of ``graybook.toml`` that link identifiers, ready to paste."""
    same = f"# The files of each carry the same INS, {ins}: check it against the person.\n" if ins else ""
    return (
        f"{same}[[identity]]\nids = [{ids_text(identities)}]\n{_STAMP}"
        'reason = "how you know"\nevidence = "identity card, letter, register"'
    )


def correction_block(what: str, *, patient_id: str, wrong: str, right: str) -> str:
    """The lines that correct one value, ready to paste; which of the two is wrong is the reader's to say."""
    attribute = ATTRIBUTES[what]
    quoted = (wrong, right) if attribute == "birth_date" else (f'"{wrong}"', f'"{right}"')
    return (
        f"[[correction]]\npatient_id = {json.dumps(patient_id, ensure_ascii=False)}\n"
        f'attribute = "{attribute}"\nwrong = {quoted[0]}  # or the other way round\nright = {quoted[1]}\n'
        f'{_STAMP}reason = "how you know which is wrong"\nsource = "identity card, register"'
    )
