"""A folder of persons and a project come in; the same folder without anything that names them goes out, searched for leaks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from graybook.dicom.deidentify import Leak
from graybook.dicom.reading import read_folder
from graybook.dicom.walk import files_of
from graybook.files.names import with_names
from graybook.files.nuclear_settings import Clock
from graybook.files.project_key_file import key_file, project_key
from graybook.files.settings import Settings, parse, settings_text
from graybook.progress import Progress, silent
from graybook.record.project_key import ProjectKey
from graybook.text import Language
from graybook.workflow.deidentifying.carried import carried
from graybook.workflow.deidentifying.clocks import check_clock, offset_with
from graybook.workflow.deidentifying.copies import Copies, copies
from graybook.workflow.deidentifying.journal import Earlier, earlier_copies
from graybook.workflow.deidentifying.people import LeftOut, Pseudonymous, established, people
from graybook.workflow.deidentifying.places import (
    JOURNAL,
    REPORT,
    REPORT_PAGE,
    apart,
    clear_unfinished,
    files_below,
    settings_of,
    without_foreign_files,
)
from graybook.workflow.deidentifying.report import page_of, report_of, report_text
from graybook.workflow.deidentifying.searched import Searched

__all__ = ["Deidentified", "deidentify"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Deidentified:
    """What a run gave.

    Parameters
    ----------
    key_made
        Whether the project's key is new: then nothing else of the project exists under it.
    key_path
        Where the key lies.
    report
        The document of ``deidentified.json``.
    left_out
        Files that were not written, by their original paths: for the screen, never for OUT.
    leaks
        Original values that were found in OUT; with any, nothing is done and OUT must not leave.
    """

    key_made: bool
    key_path: Path
    report: Mapping[str, object]
    left_out: tuple[LeftOut, ...]
    leaks: tuple[Leak, ...]

    @property
    def done(self) -> bool:
        """Whether OUT may be looked at for leaving."""
        return not self.leaks


def deidentify(
    folder: Path,
    project: str,
    out: Path,
    *,
    key_path: Path | None = None,
    names: Path | None = None,
    language: Language = "en",
    progress: Progress = silent,
) -> Deidentified:
    """
    De-identify a folder into another one, under the key of a project.

    Parameters
    ----------
    folder
        A folder or a zip.
    project
        Its name.
    out
        Where to write; apart from ``folder``.
    key_path
        The file of the key, when not in the user's data folder.
    names
        A centre's file of names of structures: what it says of those in the files goes with them.
    language
        Of the report's page.
    progress
        Told the share that is done; can stop the work, which goes on when called again.

    Raises
    ------
    graybook.errors.UsageError
        FOLDER and OUT overlap, OUT holds other files, or the key lies under it.
    graybook.errors.NotComparable
        Files are not established as one person's.
    graybook.errors.InputError
        ``graybook.toml`` or the key is wrong, or a clock must be stated first.
    """
    apart(folder, out)
    file = key_file(project, key_path)
    made = not file.exists()
    text = _stated(folder, names)
    settings = parse(text)
    facts = read_folder(folder, progress)
    found = established(facts, settings)
    for group in found.groups:
        check_clock(group.objects, settings.nuclear.clock, has_therapy=bool(settings.radionuclides))
    if made:
        without_foreign_files(out, earlier_copies(out, None).copies)  # refused before the key is made
    key = project_key(project, key_path, out=out)
    persons = people(found, key)
    searched = Searched()
    earlier = _earlier(out, key)
    written = _copied(folder, persons, settings, key, out, earlier, searched, progress)
    said = carried(text, persons, facts, settings, key, out, written)
    searched.add_settings(text, [one.text for one in said.values()])
    left = (*found.left_out, *written.left_out)
    own = {one.pseudonym for one in persons}
    report = report_of(
        written.copies,
        key,
        settings=settings_of(out),
        findings=[finding for stated in said.values() for finding in stated.findings],
        earlier=earlier.of_others(own),
        compared=own,
        left_out=left,
    )
    progress("searching")
    return Deidentified(
        key_made=made,
        key_path=file,
        report=report,
        left_out=tuple(sorted(left, key=lambda one: one.path)),
        leaks=_leaks(out, report, own, language, searched),
    )


def _stated(folder: Path, names: Path | None) -> str:
    """The text of the folder's graybook.toml, and after it that of a file of names."""
    with_names(Settings(), names)  # refuses what is none
    learned = "" if names is None else names.read_text(encoding="utf-8")
    return f"{settings_text(folder) or ''}\n{learned}"


def _earlier(out: Path, key: ProjectKey) -> Earlier:
    """What stands in OUT of this project; files of others are refused."""
    found = earlier_copies(out, key)
    without_foreign_files(out, found.copies)
    clear_unfinished(out)
    return found


def _copied(
    folder: Path,
    persons: tuple[Pseudonymous, ...],
    settings: Settings,
    key: ProjectKey,
    out: Path,
    earlier: Earlier,
    searched: Searched,
    progress: Progress,
) -> Copies:
    clock = settings.nuclear.clock
    return copies(
        persons,
        {one.path: one for one in files_of(folder)},
        key,
        out,
        offset_of=offset_with(clock if clock.zone else Clock()),
        clock=clock.zone,
        earlier=earlier,
        seen=lambda person, source, dataset: searched.add_object(person, source.path, dataset),
        progress=lambda share: progress("de-identifying", share),
    )


def _leaks(
    out: Path, report: Mapping[str, object], own: Collection[str], language: Language, searched: Searched
) -> tuple[Leak, ...]:
    """Write the report, search it and what this run wrote; the report stays, and the journal goes, when nothing was found."""
    (out / REPORT).write_text(report_text(report), encoding="utf-8")
    (out / REPORT_PAGE).write_text(page_of(report, language), encoding="utf-8")
    written = [one for one in files_below(out) if one.partition("/")[0] in {*own, REPORT, REPORT_PAGE}]
    found = searched.leaks(out, written, report=report)
    if found:
        (out / REPORT).unlink()
        (out / REPORT_PAGE).unlink()
    else:
        (out / JOURNAL).unlink(missing_ok=True)
    return found
