"""Rows of volumes come in; the volumes that a person's doses name go out, each once where it can be told that it is the same."""

from __future__ import annotations

from graybook.exchange.course_facts import VolumeFacts
from graybook.exchange.osiris import values
from graybook.exchange.osiris.layout import Row, Rows, children

__all__ = ["Volumes"]


class Volumes:
    """The volumes of a person, collected dose by dose.

    In the SQL tables each dose has a row for its volume, so that one volume has many rows. Two are the same when they state the
    same UID; or when, in one course, they state the same identifier, place and description. An identifier alone does not link
    courses: it may be the number of a contour, which means something else in each structure set; and "Unknown" links nothing.
    """

    def __init__(self, rows: Rows) -> None:
        volumes, doses = rows.get("volume", []), rows.get("dose", [])
        self._of_dose: dict[str, list[Row]] = {}
        self._found: dict[tuple[str, ...], VolumeFacts] = {}
        self._all = volumes
        if volumes and "dose" in volumes[0].columns:
            self._of_dose = children(volumes, "dose", doses, "Dose_To_Volume")
        elif doses and "volume" in doses[0].columns:
            by_key = {row.key(): row for row in volumes}
            linked = children(doses, "volume", volumes, "VolumeRT")
            for key, several in linked.items():
                for dose in several:
                    self._of_dose[dose.key()] = [by_key[key]]

    def of_dose(self, dose: Row, course: str) -> list[str]:
        """Keys of the volumes that a dose was given to; a volume without a name where the dose names none."""
        rows = self._of_dose.get(dose.key(), [])
        if not rows:
            dose.notes.warn("exchange_osiris_dose_of_nothing", dose.place)
            facts = VolumeFacts(key=f"volume of dose {dose.key()}", name="")
            self._found["", dose.key()] = facts
            return [facts.key]
        return list(dict.fromkeys(self._key(row, course) for row in rows))

    def _key(self, row: Row, course: str) -> str:
        identifier, name = row.text("identifier"), row.text("name")
        site, laterality = self._code(row, "site"), self._code(row, "laterality")
        uid = values.uid(identifier)
        same: tuple[str, ...] = ("uid", uid)
        if not uid:
            same = (course, identifier or f"row {row.key()}", site, laterality, name or "")
        if "dose" not in row.columns:
            same = ("row", row.key())
        if same not in self._found:
            key = uid or identifier or f"volume {row.key()}"
            taken = {one.key for one in self._found.values()}
            self._found[same] = VolumeFacts(
                key=f"{key} ({row.place})" if key in taken else key,
                name=name or identifier or "",
                site=site,
                laterality=laterality,
                uid=uid,
            )
        elif self._found[same].name != (name or identifier or ""):
            row.notes.warn(
                "exchange_osiris_volume_unlike", row.place, name=name, other=self._found[same].name
            )
        return self._found[same].key

    def _code(self, row: Row, field: str) -> str:
        found = row.text(field) or ""
        if found and not (found.isascii() and found.isdigit()):
            row.refuse(field)
            return ""
        return found

    def facts(self) -> tuple[VolumeFacts, ...]:
        """All that a dose named, in that order."""
        return tuple(self._found.values())

    def report_unnamed(self) -> None:
        """Say which rows of the pivot files no dose names; in the SQL tables such a row points to nothing, and was reported."""
        named = {row.key() for rows in self._of_dose.values() for row in rows}
        for row in self._all:
            if "dose" not in row.columns and row.key() not in named:
                row.notes.info("exchange_osiris_unreferenced", row.place)
