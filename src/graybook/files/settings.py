"""``graybook.toml``, what DICOM does not say, comes in as text; checked settings with author, date and reason go out."""

from __future__ import annotations

import hashlib
import tomllib
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from graybook.errors import InputError
from graybook.files._fractions_a_day import DAY_KEYS, fractions_a_day
from graybook.files._lines import toml_lines
from graybook.files._tables import Entry, nearest
from graybook.files.clinical_settings import ClinicalSetting, clinical_setting
from graybook.files.nuclear_settings import NUCLEAR_TABLES, NuclearSettings, nuclear_settings
from graybook.files.paper_settings import (
    REGION_KEYS,
    PaperCourseSetting,
    is_paper,
    paper_course_setting,
    region_of,
)
from graybook.files.person_settings import (
    CorrectionSetting,
    IdentitySetting,
    PersonSetting,
    correction_setting,
    identity_setting,
    person_setting,
)
from graybook.files.radioembolisation_settings import radioembolisation_setting
from graybook.files.radionuclide_settings import radionuclide_setting
from graybook.record.alignment import Approval
from graybook.record.course import Status
from graybook.record.override import Override
from graybook.record.paper import Administration
from graybook.record.radioembolisation import Radioembolisation
from graybook.record.region import Region

__all__ = [
    "FILE_NAME",
    "AlphaBetaSetting",
    "ApprovalSetting",
    "CourseSetting",
    "PhaseSetting",
    "RegistrationSetting",
    "Settings",
    "StructureSetting",
    "parse",
    "read",
    "settings_text",
]

FILE_NAME = "graybook.toml"

STATUSES = {status.value.replace(" ", "_"): status for status in Status}
DOSE_SCALES = ("total", "per_fraction")
RBE_ANSWERS = ("1.1 included", "physical", "photon")
KINDS = ("target", "organ", "external", "support", "ring", "other")


@dataclass(frozen=True, kw_only=True)
class CourseSetting:
    """What a person states of one course.

    Parameters
    ----------
    course
        Id, label or start date of the course it speaks of; empty when ``plans`` makes one.
    plans
        Labels or UIDs of the plans that are this course.
    use
        Label or UID of the plan that was accepted among rivals.
    concurrent
        Groups of plans given in the same sessions.
    sequential
        True when its phases were given one after the other.
    region
        Where it was given.
    declined
        True when no alignment of it is wanted: its point sums serve.
    """

    course: str = ""
    plans: tuple[str, ...] = ()
    label: str = ""
    region: Region = field(default_factory=Region)
    intent: str = ""
    status: Status | None = None
    use: str = ""
    concurrent: tuple[tuple[str, ...], ...] = ()
    sequential: bool = False
    declined: bool = False

    @property
    def site(self) -> str:
        """The treated site in words."""
        return self.region.site


@dataclass(frozen=True, kw_only=True)
class PhaseSetting:
    """What a person states of one plan, or of a dose without a plan (its SOP Instance UID).

    ``fractions_per_day`` is 1 when a person says so, and None when nobody says anything; more than one come with ``interval_h``,
    between the fractions of a day. [h]
    """

    plan: str
    status: Status | None = None
    fractions_planned: int | None = None
    fractions_delivered: int | None = None
    fractions_range: tuple[int, int] | None = None
    fractions_per_day: int | None = None
    interval_h: float | None = None
    dose_scale: str = ""
    rbe: str = ""


@dataclass(frozen=True, kw_only=True)
class StructureSetting:
    """Names that mean one structure, in one course or in all."""

    names: tuple[str, ...]
    tg263: str = ""
    kind: str = ""
    course: str = ""


@dataclass(frozen=True, kw_only=True)
class AlphaBetaSetting:
    """The α/β of a structure by its name as found, or by its TG-263 name. [Gy]"""

    value_gy: float
    structure: str = ""
    tg263: str = ""


@dataclass(frozen=True, kw_only=True)
class RegistrationSetting:
    """The registration to use between its two frames, by SOP Instance UID, and its error if known. [mm]"""

    use: str
    error_mm: float | None = None


@dataclass(frozen=True, kw_only=True)
class ApprovalSetting:
    """That a named person approves a registration, by SOP Instance UID, or takes that back; of all structures, or of some."""

    registration: str
    approval: Approval


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The whole of ``graybook.toml``; empty when there is none.

    ``overrides`` states every key with its author, date, reason and source; ``sha256`` is that of the text, empty without one.
    """

    courses: tuple[CourseSetting, ...] = ()
    phases: tuple[PhaseSetting, ...] = ()
    structures: tuple[StructureSetting, ...] = ()
    alpha_betas: tuple[AlphaBetaSetting, ...] = ()
    registrations: tuple[RegistrationSetting, ...] = ()
    approvals: tuple[ApprovalSetting, ...] = ()
    identities: tuple[IdentitySetting, ...] = ()
    corrections: tuple[CorrectionSetting, ...] = ()
    person: PersonSetting | None = None
    paper_courses: tuple[PaperCourseSetting, ...] = ()
    radionuclides: tuple[Administration, ...] = ()
    radioembolisations: tuple[Radioembolisation, ...] = ()
    clinical: ClinicalSetting = field(default_factory=ClinicalSetting)
    nuclear: NuclearSettings = field(default_factory=NuclearSettings)
    overrides: tuple[Override, ...] = ()
    sha256: str = ""

    @property
    def on_paper(self) -> bool:
        """Whether it states courses of which there is no file."""
        return bool(self.paper_courses or self.radionuclides or self.radioembolisations)


TABLES = (
    "course",
    "radionuclide",
    "radioembolisation",
    "phase",
    "structure",
    "alpha_beta",
    "registration",
    "approval",
    "identity",
    "correction",
    *NUCLEAR_TABLES,
)
"""Tables of which there may be several, each entry with its author."""

SINGLE = ("person", "clinical", "nuclear")
"""Tables of which there is one: they state what no file says and correct nothing, so that an author is asked of none."""


def read(folder: Path) -> Settings:
    """The settings of a folder or zip: its own ``graybook.toml``, not one of a folder inside; empty ones without it."""
    text = settings_text(folder)
    return Settings() if text is None else parse(text, FILE_NAME)


def settings_text(folder: Path) -> str | None:
    """The text of a folder's or zip's own ``graybook.toml``; None without one."""
    try:
        return _text(folder)
    except (OSError, UnicodeDecodeError, zipfile.BadZipFile, RuntimeError) as error:
        raise InputError(
            f"{FILE_NAME} cannot be read as UTF-8 text.", value=str(error), remedy="Save it as UTF-8."
        ) from error


def _text(folder: Path) -> str | None:
    if folder.is_file() and zipfile.is_zipfile(folder):
        with zipfile.ZipFile(folder) as archive:
            return archive.read(FILE_NAME).decode("utf-8") if FILE_NAME in archive.namelist() else None
    path = folder / FILE_NAME
    return path.read_text(encoding="utf-8") if path.is_file() else None


def parse(text: str, name: str = FILE_NAME) -> Settings:
    """Settings from the text of a file called ``name``.

    Raises
    ------
    InputError
        Not TOML, an unknown key, a bad value, or a correction without author, date or reason.

    Examples
    --------
    >>> parse('''
    ... [[alpha_beta]]
    ... tg263 = "SpinalCord"
    ... value_gy = 2.0
    ... author = "A. Physicist"
    ... date = 2026-01-31
    ... reason = "local protocol"
    ... ''').alpha_betas[0].value_gy
    2.0
    """
    entries = _entries(text, name)
    return Settings(
        courses=tuple(_course(entry) for entry in entries["course"] if not is_paper(entry)),
        paper_courses=_paper_courses([entry for entry in entries["course"] if is_paper(entry)]),
        radionuclides=tuple(radionuclide_setting(entry) for entry in entries["radionuclide"]),
        radioembolisations=tuple(radioembolisation_setting(entry) for entry in entries["radioembolisation"]),
        phases=tuple(_phase(entry) for entry in entries["phase"]),
        structures=tuple(_structure(entry) for entry in entries["structure"]),
        alpha_betas=tuple(_alpha_beta(entry) for entry in entries["alpha_beta"]),
        registrations=tuple(_registration(entry) for entry in entries["registration"]),
        approvals=tuple(_approval(entry) for entry in entries["approval"]),
        identities=tuple(identity_setting(entry) for entry in entries["identity"]),
        corrections=tuple(correction_setting(entry) for entry in entries["correction"]),
        person=next((person_setting(entry) for entry in entries["person"]), None),
        clinical=next((clinical_setting(entry) for entry in entries["clinical"]), ClinicalSetting()),
        nuclear=nuclear_settings(entries),
        overrides=tuple(
            override
            for table in TABLES
            for entry in entries[table]
            for override in entry.overrides(_subject(entry), whole=_whole(table, entry))
        ),
        sha256=hashlib.sha256(text.encode("utf-8")).hexdigest(),
    )


def _entries(text: str, name: str) -> dict[str, list[Entry]]:
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            f"{name} is not valid TOML.",
            value=str(error),
            remedy="Mend the line it names; texts stand in quotes.",
        ) from error
    lines = toml_lines(text)
    entries: dict[str, list[Entry]] = {table: [] for table in (*TABLES, *SINGLE)}
    for table, items in tables.items():
        if table not in entries:
            raise InputError(
                f"{name}: there is no table [[{table}]].", value=table, remedy=nearest(table, entries)
            )
        if table in SINGLE:
            if not isinstance(items, dict):
                raise InputError(
                    f"{name}: {table} must be one table.",
                    value=items,
                    remedy=f"Write [{table}], one bracket.",
                )
            entries[table] = [Entry(file=name, where=f"[{table}]", values=items, lines=lines, place=(table,))]
            continue
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise InputError(
                f"{name}: {table} must be a list of tables.",
                value=items,
                remedy=f"Write [[{table}]], two brackets.",
            )
        entries[table] = [
            Entry(
                file=name, where=f"[[{table}]] {number}", values=item, lines=lines, place=(table, number - 1)
            )
            for number, item in enumerate(items, start=1)
        ]
    return entries


def _paper_courses(entries: list[Entry]) -> tuple[PaperCourseSetting, ...]:
    found = [paper_course_setting(entry, STATUSES) for entry in entries]
    for place, one in enumerate(found):
        if one in found[:place]:
            raise entries[place].refuse(
                "course",
                "stands twice",
                value=one.label or one.start_date,
                remedy="Remove one of the two; if both were given, tell them apart by label or date.",
            )
    return tuple(found)


def _whole(table: str, entry: Entry) -> str:
    """What an entry that changes no file's word is called among the overrides."""
    if table in ("radionuclide", "radioembolisation"):
        return "given"
    return "stated on paper" if table == "course" and is_paper(entry) else ""


def _subject(entry: Entry) -> str:
    for key in (
        "course",
        "plan",
        "tg263",
        "structure",
        "use",
        "registration",
        "patient_id",
        "camera",
        "series",
        "organ",
        "nuclide",
        "device",
        "label",
        "start_date",
    ):
        if key in entry.values:
            return entry.selector(key)
    for key in ("plans", "names"):
        if key in entry.values:
            return " + ".join(entry.texts(key))
    return " + ".join(identity_setting(entry).ids) if "ids" in entry.values else ""


def _status(entry: Entry) -> Status | None:
    return STATUSES.get(entry.text("status", among=STATUSES))


def _course(entry: Entry) -> CourseSetting:
    known = ("course", "plans", "label", "intent", "status", "use", "concurrent", "sequential", "alignment")
    entry.only((*known, *REGION_KEYS))
    entry.required("course", "plans")
    setting = CourseSetting(
        course=entry.selector("course"),
        plans=entry.texts("plans"),
        label=entry.text("label"),
        region=region_of(entry),
        intent=entry.text("intent"),
        status=_status(entry),
        use=entry.text("use"),
        concurrent=entry.groups("concurrent"),
        sequential=entry.flag("sequential"),
        declined=entry.text("alignment", among=("declined",)) != "",
    )
    if setting.course and setting.plans:
        raise entry.refuse(
            "course and plans",
            "stand together",
            value=setting.course,
            remedy="Keep one: plans makes a course, course names one.",
        )
    if setting.concurrent and setting.sequential:
        raise entry.refuse(
            "concurrent and sequential",
            "contradict each other",
            value=True,
            remedy="Keep the one that is true.",
        )
    return setting


def _phase(entry: Entry) -> PhaseSetting:
    entry.only(
        (
            "plan",
            "status",
            "fractions_planned",
            "fractions_delivered",
            "fractions_min",
            "fractions_max",
            *DAY_KEYS,
            "dose_scale",
            "rbe",
        )
    )
    entry.required("plan")
    per_day, interval_h = fractions_a_day(entry)
    return PhaseSetting(
        plan=entry.text("plan"),
        status=_status(entry),
        fractions_planned=entry.whole("fractions_planned", least=1),
        fractions_delivered=entry.whole("fractions_delivered", least=0),
        fractions_range=entry.span("fractions_min", "fractions_max"),
        fractions_per_day=per_day,
        interval_h=interval_h,
        dose_scale=entry.text("dose_scale", among=DOSE_SCALES),
        rbe=entry.text("rbe", among=RBE_ANSWERS),
    )


def _structure(entry: Entry) -> StructureSetting:
    entry.only(("names", "tg263", "kind", "course"))
    entry.required("names")
    entry.required("tg263", "kind")
    return StructureSetting(
        names=entry.texts("names"),
        tg263=entry.text("tg263"),
        kind=entry.text("kind", among=KINDS),
        course=entry.selector("course"),
    )


def _alpha_beta(entry: Entry) -> AlphaBetaSetting:
    entry.only(("structure", "tg263", "value_gy"))
    entry.required("structure", "tg263")
    value_gy = entry.positive("value_gy")
    if value_gy is None:
        raise entry.refuse("value_gy", "is missing", value=None, remedy="Add value_gy = 2.0, say.")
    return AlphaBetaSetting(value_gy=value_gy, structure=entry.text("structure"), tg263=entry.text("tg263"))


def _registration(entry: Entry) -> RegistrationSetting:
    entry.only(("use", "error_mm"))
    entry.required("use")
    return RegistrationSetting(use=entry.text("use"), error_mm=entry.positive("error_mm"))


def _approval(entry: Entry) -> ApprovalSetting:
    entry.only(("registration", "structures", "revoked"))
    entry.required("registration")
    approval = Approval(
        who=entry.text("author"),
        when=entry.day("date"),
        approved=not entry.flag("revoked"),
        reason=entry.text("reason"),
        structures=entry.texts("structures"),
    )
    return ApprovalSetting(registration=entry.text("registration"), approval=approval)
