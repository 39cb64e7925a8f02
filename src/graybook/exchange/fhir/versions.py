"""Resources come in; those that are current go out. Versions of one course, one phase or one volume count once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from graybook.exchange.fhir.document import Document, Resource
from graybook.exchange.fhir.doses import doses_of
from graybook.exchange.fhir.elements import text
from graybook.exchange.fhir.identifiers import official_uid
from graybook.record.assessment import Finding, Severity

__all__ = ["current"]

VERSIONED = ("course", "phase", "plan", "volume")


@dataclass(frozen=True, kw_only=True)
class _Chosen:
    kept: Resource
    others: tuple[Resource, ...]
    decided: bool


def current(document: Document) -> tuple[Document, tuple[Finding, ...]]:
    """The document without superseded versions and what was entered in error, and what is said of them.

    References to a superseded version lead to the one that was kept; references to what was entered in error lead nowhere.
    """
    chosen = [_newest(group) for group in _groups(document)]
    dropped = {id(other): one.kept for one in chosen for other in one.others}
    kept = tuple(one for one in document.resources if id(one) not in dropped)
    by_address = {address: dropped.get(id(one), one) for address, one in document.by_address.items()}
    for one in chosen:
        by_address |= dict.fromkeys(one.kept.addresses, one.kept)
    withdrawn = tuple(one for one in kept if one.profile and _in_error(one))
    left = tuple(one for one in kept if one not in withdrawn)
    by_address = {address: one for address, one in by_address.items() if one not in withdrawn}
    findings = (
        *(finding for one in chosen for finding in _said(one)),
        *(_withdrawn(one) for one in withdrawn),
        *_ambiguous(left),
    )
    return replace(document, resources=left, by_address=by_address), findings


def _in_error(resource: Resource) -> bool:
    """Whether those who made a resource say that it should never have been."""
    return text(resource.element.child("status")) == "entered-in-error"


def _withdrawn(resource: Resource) -> Finding:
    return Finding(
        code="exchange_entered_in_error",
        severity=Severity.WARNING,
        subject=resource.name,
        params={"path": f"{resource.element.place}.status", "value": "entered-in-error"},
    )


def _groups(document: Document) -> Iterator[list[Resource]]:
    """Resources of one kind that are versions of one thing, two or more.

    They share an official identifier. Where one of them has none, they share an id; two that have unlike ones are two things.
    """
    for profile in VERSIONED:
        by_uid: dict[str, list[Resource]] = {}
        by_id: dict[str, list[Resource]] = {}
        for one in sorted(document.of(profile), key=lambda one: not official_uid(one.element)):
            uid = official_uid(one.element)
            if uid:
                group = by_uid.setdefault(uid, [])
            else:
                group = by_id.get(one.id, []) if one.id else []
            group.append(one)
            if one.id:
                by_id.setdefault(one.id, group)
        groups = {id(group): group for group in (*by_uid.values(), *by_id.values())}
        yield from (group for group in groups.values() if len(group) > 1)


def _newest(group: list[Resource]) -> _Chosen:
    for rank in (_updated, _version):
        ranks = [rank(one) for one in group]
        best = max((one for one in ranks if one is not None), default=None)
        if None not in ranks and ranks.count(best) == 1:
            kept = group[ranks.index(best)]
            return _Chosen(kept=kept, others=tuple(one for one in group if one is not kept), decided=True)
    kept = max(
        group, key=lambda one: (not _in_error(one), sum(dose.gy or 0.0 for dose in doses_of(one)))
    )  # of versions in an unknown order one may withdraw the other: the dose is kept
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
            params={
                "path": other.element.place,
                "kept": chosen.kept.name,
                "uid": official_uid(other.element),
            },
        )


def _ambiguous(resources: tuple[Resource, ...]) -> Iterator[Finding]:
    """Two things of one id: a reference to it leads to the first, which may be the wrong one."""
    first: dict[tuple[str, str], Resource] = {}
    for one in resources:
        if one.id and one.profile and first.setdefault((one.kind, one.id), one) is not one:
            yield Finding(
                code="exchange_id_twice",
                severity=Severity.ERROR,
                subject=one.name,
                params={"path": one.element.place, "kept": first[one.kind, one.id].element.place},
            )
