"""A research project's secret and an original value come in; what stands for the value in that project goes out."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field

from graybook.errors import InputError
from graybook.record.person import Identity, identifiers

__all__ = ["SECRET_BYTES", "ProjectKey"]

SECRET_BYTES = 32
WEEK = 7
"""[d] Dates move by whole weeks: a weekend between two fractions stays one."""
LEAST_WEEKS, MOST_WEEKS = 6262, 8348
"""120 to 160 years: further than a life is long, so that no date of a person becomes another date of the same person."""
PERSON_BYTES = 10


@dataclass(frozen=True, kw_only=True)
class ProjectKey:
    """The key of one project: the same value gets the same stand-in in it, and another one in any other project.

    Stand-ins are HMAC-SHA256 under the secret, the kind of value first (label ``uid``, ``person``, ``date`` or ``name``). Without
    the secret none can be computed from an original, guessed from a list of originals, or linked between projects.

    Parameters
    ----------
    project
        Its name, for people.
    secret
        32 random bytes. Never printed, never written under an output folder.
    """

    project: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != SECRET_BYTES:
            raise InputError(
                f"The key of project {self.project} is not {SECRET_BYTES} bytes long.",
                value=f"{len(self.secret)} bytes",
                remedy="Use the key file as Graybook made it, or take a new project name.",
            )

    def digest(self, label: str, *values: str) -> bytes:
        """The 32 bytes that stand for the values under this label."""
        message = b"".join(len(part).to_bytes(4, "big") + part for part in map(str.encode, (label, *values)))
        return hmac.new(self.secret, message, hashlib.sha256).digest()

    def person(self, identities: Iterable[Identity]) -> str:
        """The pseudonym of a person, ``P-`` and 16 letters or digits.

        It is that of the first identifier, sorted by issuer and value: those of one human must have been put together before. One
        without a value stands for no one; blanks around it, and how accents are composed, make no difference.

        Raises
        ------
        graybook.errors.InputError
            No identifier has a value: all such persons would share one pseudonym.
        """
        known = identifiers(identities)
        if not known:
            raise InputError(
                "A person without any identifier can have no pseudonym.",
                remedy="Say whose the files are: [[identity]] or [person] in graybook.toml.",
            )
        return (
            "P-"
            + base64.b32encode(self.digest("person", known[0].issuer, known[0].value)[:PERSON_BYTES]).decode()
        )

    def uid(self, original: str) -> str:
        """The UID that stands for another: ``2.25.`` and an integer of 128 bits, at most 44 characters."""
        return f"2.25.{int.from_bytes(self.digest('uid', original)[:16], 'big')}"

    def days(self, person: str) -> int:
        """By how many days all dates of a person, given as pseudonym, move; negative, a multiple of 7. [d]"""
        drawn = int.from_bytes(self.digest("date", person)[:8], "big")
        return -WEEK * (LEAST_WEEKS + drawn % (MOST_WEEKS - LEAST_WEEKS))

    def name(self, original: str, *, prefix: str = "") -> str:
        """A short name that stands for a text which may not be shown, ``prefix`` and 8 letters or digits."""
        return prefix + base64.b32encode(self.digest("name", original)[:5]).decode()
