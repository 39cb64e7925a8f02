"""A FHIR document comes in: a Bundle, or one resource; its resources go out, found by every name they go by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from graybook.errors import InputError
from graybook.exchange.fhir.elements import Element, day, text
from graybook.exchange.fhir.identifiers import official_uid
from graybook.exchange.fhir.profiles import procedure_profile

__all__ = ["Document", "Resource", "document_of", "made_on"]

DEEPEST = 60
"""Levels of a document; what a profile asks for has ten."""

_ENTRY = re.compile(r"entry\[\d+\]\.resource")
_IDENTIFIER = "identifier "
_KINDS = {"Patient": "patient", "BodyStructure": "volume"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Resource:
    """One resource.

    Parameters
    ----------
    kind
        ``Procedure``, ``BodyStructure``, ``Patient`` ...
    id
        Empty where it has none.
    profile
        ``course``, ``phase``, ``plan``, ``volume``, ``patient``; empty for what is not read.
    addresses
        Every name that a reference may call it by.
    """

    kind: str
    id: str
    profile: str
    element: Element
    addresses: tuple[str, ...]

    @property
    def name(self) -> str:
        """How findings call it."""
        return f"{self.kind}/{self.id}" if self.id else self.element.place or self.kind


def made_on(document: object) -> date | None:
    """The last day on which a document says that it, or a resource of it, was written; None where it says none."""
    whole = Element(place="", value=document)
    resources = [one for entry in whole.children("entry") for one in entry.children("resource")]
    stamps = [whole.child("timestamp")]
    for one in (whole, *resources):
        stamps += [meta.child("lastUpdated") for meta in one.children("meta")]
    return max((found for one in stamps if (found := day(one)) is not None), default=None)


@dataclass(frozen=True, kw_only=True, eq=False)
class Document:
    """Resources in the order of the document, and those that a reference leads to."""

    resources: tuple[Resource, ...]
    by_address: Mapping[str, Resource] = field(repr=False)

    def of(self, *profiles: str) -> tuple[Resource, ...]:
        """The resources of these profiles."""
        return tuple(one for one in self.resources if one.profile in profiles)

    def referred(self, reference: Element | None) -> Resource | None:
        """The resource that a Reference leads to: by its address, or by its official identifier; or None."""
        written = reference_text(reference)
        if reference is None or not written:
            return None
        if written.startswith("#"):
            written = f"{_holder(reference.place)}{written}"
        return self.by_address.get(written) or self.by_address.get(_local(written))


def reference_text(reference: Element | None) -> str:
    """What a Reference calls its target, without a version: an address, else an identifier; empty where it calls it nothing."""
    if reference is None:
        return ""
    found = text(reference.child("reference")).partition("/_history/")[0]
    identifier = reference.child("identifier")
    if found or identifier is None:
        return found
    value = text(identifier.child("value")).removeprefix("urn:oid:")
    return f"{_IDENTIFIER}{value}" if value else ""


def _holder(place: str) -> str:
    """The resource of the bundle in which an element stands; empty for a document of one resource."""
    found = _ENTRY.match(place)
    return found[0] if found else ""


def _local(address: str) -> str:
    parts = address.rsplit("/", 2)
    return "/".join(parts[-2:]) if len(parts) > 2 else address


def document_of(document: object) -> Document:
    """The resources of a document.

    Raises
    ------
    InputError
        It is no JSON object of FHIR, or nested without end.
    """
    if not isinstance(document, Mapping):
        raise InputError(
            "The document is not a JSON object of FHIR.",
            value=type(document).__name__,
            remedy="Give a Bundle, or one resource, as JSON.",
        )
    _require_shallow(document)
    top = Element(place="", value=dict(document))
    if document.get("resourceType") == "Bundle":
        own = [
            (one, text(entry.child("fullUrl")))
            for entry in top.children("entry")
            for one in entry.children("resource")
            if isinstance(one.value, dict)
        ]
    else:
        own = [(top, "")]
    found = []
    for element, full_url in own:
        owner = text(element.child("id"))
        found += [
            _resource(inner, f"{element.place}#{text(inner.child('id'))}", owner=owner)
            for inner in element.children("contained")
            if isinstance(inner.value, dict)
        ]
        found.append(_resource(element, full_url))
    by_address: dict[str, Resource] = {}
    for one in found:
        for address in one.addresses:
            by_address.setdefault(address, one)
    return Document(resources=tuple(found), by_address=by_address)


def _resource(element: Element, full_url: str, *, owner: str | None = None) -> Resource:
    """A resource under its addresses; one that is contained in an owner has an id and an address only there."""
    kind, identifier = text(element.child("resourceType")), text(element.child("id"))
    profile = procedure_profile(element) if kind == "Procedure" else _KINDS.get(kind, "")
    addresses = [f"{kind}/{identifier}"] if kind and identifier and owner is None else []
    if uid := official_uid(element):
        addresses.append(f"{_IDENTIFIER}{uid}")
    return Resource(
        kind=kind or "?",
        id=f"{owner}.{identifier}" if owner and identifier else identifier,
        profile=profile,
        element=element,
        addresses=tuple(one for one in (full_url, *addresses) if one),
    )


def _require_shallow(document: Mapping[str, Any]) -> None:
    level: list[tuple[str, Any]] = [("", document)]
    for _ in range(DEEPEST):
        deeper: list[tuple[str, Any]] = []
        for place, value in level:
            if isinstance(value, Mapping):
                deeper += [(f"{place}.{key}", one) for key, one in value.items() if _nests(one)]
            else:
                deeper += [(f"{place}[{at}]", one) for at, one in enumerate(value) if _nests(one)]
        if not deeper:
            return
        level = list({id(value): (place, value) for place, value in deeper}.values())
    raise InputError(
        f"The document is nested deeper than {DEEPEST} levels.",
        value=level[0][0][:120],
        remedy="Give the document as its system exported it.",
    )


def _nests(value: object) -> bool:
    return isinstance(value, Mapping | list | tuple) and bool(value)
