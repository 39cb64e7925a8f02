"""A name as people write it comes in; its words, folded to plain lower case, go out."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["compact", "words"]

_LIGATURES = str.maketrans({"œ": "oe", "Œ": "Oe", "æ": "ae", "Æ": "Ae", "ß": "ss"})
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")
_WORD = re.compile(r"[a-z]+|\d+|[^\W\d_a-z]+")


def words(text: str) -> tuple[str, ...]:
    """Words of a name: without accents, in lower case, split at signs, digits and capitals.

    Examples
    --------
    >>> words("SpinalCord_PRV05")
    ('spinal', 'cord', 'prv', '05')
    >>> words("Cœur G.")
    ('coeur', 'g')
    """
    plain = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return tuple(_WORD.findall(_CAMEL.sub(" ", plain).lower()))


def compact(text: str) -> str:
    """The words of a name, written together.

    Examples
    --------
    >>> compact("Moelle épinière") == compact("moelle_epiniere") == "moelleepiniere"
    True
    """
    return "".join(words(text))
