"""Resources come in; those that are current go out. Versions of one course, one phase or one volume count once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from graybook.exchange.fhir.document import Document, Resource
from graybook.exchange.fhir.doses import doses_of
from graybook.exchange.fhir.elements import Element, is_missing, text
from graybook.exchange.fhir.profiles import MADE
from graybook.record.assessment import Finding, Severity

__all__ = ["current", "display_name", "official_uid"]

VERSIONED = ("course", "phase", "plan", "volume")


def official_uid(resource: Resource) -> str:
    """The official identifier of a resource, without ``urn:oid:``; empty where it has none, or only one that was made for it."""
    return _identifier(resource.element, "official").removeprefix("urn:oid:")


def display_name(resource: Resource) -> str:
    """The usual identifier of a resource: the name that people know it by."""
    return _identifier(resource.element, "usual")


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


@dataclass(frozen=True, kw_only=True)
class _Chosen:
    kept: Resource
    others: tuple[Resource, ...]
    decided: bool


def current(document: Document) -> tuple[Document, tuple[Finding, ...]]:
    """The document without superseded versions, references to which lead to the version kept; and what is said of them."""
    chosen = [_newest(group) for group in _groups(document)]
    dropped = {id(other): one.kept for one in chosen for other in one.others}
    kept = tuple(one for one in document.resources if id(one) not in dropped)
    by_address = {address: dropped.get(id(one), one) for address, one in document.by_address.items()}
    for one in chosen:
        by_address |= dict.fromkeys(one.kept.addresses, one.kept)
    findings = tuple(finding for one in chosen for finding in _said(one))
    return replace(document, resources=kept, by_address=by_address), findings


def _groups(document: Document) -> Iterator[list[Resource]]:
    """Resources of one kind that share an id or an official identifier, two or more."""
    for profile in VERSIONED:
        found: list[tuple[set[str], list[Resource]]] = []
        for one in document.of(profile):
            names = {f"id {one.id}"} if one.id else set()
            if (uid := official_uid(one)) and not is_missing(uid):
                names.add(f"uid {uid}")
            same = [group for group in found if group[0] & names]
            found = [group for group in found if not group[0] & names]
            members = [member for group in same for member in group[1]]
            found.append((names.union(*(group[0] for group in same)), [*members, one]))
        yield from (members for _, members in found if len(members) > 1)


def _newest(group: list[Resource]) -> _Chosen:
    for rank in (_updated, _version):
        ranks = [rank(one) for one in group]
        best = max((one for one in ranks if one is not None), default=None)
        if None not in ranks and ranks.count(best) == 1:
            kept = group[ranks.index(best)]
            return _Chosen(kept=kept, others=tuple(one for one in group if one is not kept), decided=True)
    kept = max(group, key=lambda one: sum(dose.gy or 0.0 for dose in doses_of(one)))
    alike = all(_content(one) == _content(kept) for one in group)
    return _Chosen(kept=kept, others=tuple(one for one in group if one is not kept), decided=alike)


def _updated(resource: Resource) -> float | None:
    meta = resource.element.child("meta")
    written = text(meta.child("lastUpdated")) if meta is not None else ""
    try:
        found = datetime.fromisoformat(written)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _version(resource: Resource) -> float | None:
    meta = resource.element.child("meta")
    written = text(meta.child("versionId")) if meta is not None else ""
    return float(written) if written.isascii() and written.isdecimal() and len(written) < 15 else None


def _content(resource: Resource) -> dict[str, object]:
    return {key: value for key, value in resource.element.value.items() if key not in ("id", "meta")}


def _said(chosen: _Chosen) -> Iterator[Finding]:
    for other in chosen.others:
        yield Finding(
            code="exchange_version_superseded" if chosen.decided else "exchange_versions_undecided",
            severity=Severity.INFO if chosen.decided else Severity.ERROR,
            subject=other.name,
            params={"path": other.element.place, "kept": chosen.kept.name, "uid": official_uid(other)},
        )
