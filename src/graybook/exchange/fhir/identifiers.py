"""An element with identifiers comes in; the name that people know it by, and what names it for good, go out."""

from __future__ import annotations

from graybook.exchange.fhir.elements import Element, text
from graybook.exchange.fhir.profiles import MADE

__all__ = ["display_name", "official_uid"]


def official_uid(element: Element) -> str:
    """The official identifier of a resource, without ``urn:oid:``; empty where it has none, or only one that was made for it."""
    return _identifier(element, "official").removeprefix("urn:oid:")


def display_name(element: Element) -> str:
    """The usual identifier of a resource: the name that people know it by."""
    return _identifier(element, "usual")


def _identifier(element: Element, use: str) -> str:
    found = (
        text(one.child("value"))
        for one in element.children("identifier")
        if isinstance(one.value, dict) and one.value.get("use") == use and not _is_made(one)
    )
    return next((one for one in found if one), "")


def _is_made(identifier: Element) -> bool:
    assigner = identifier.child("assigner")
    return assigner is not None and text(assigner.child("display")) == MADE
