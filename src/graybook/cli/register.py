"""``graybook register``: two courses or two images come in; the alignment and how far to trust it are written."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

from graybook.cli.folder_options import Names, Patient
from graybook.cli.output import print_json, print_text, shown_progress
from graybook.cli.stopping import stoppable
from graybook.errors import UsageError
from graybook.text import Language

__all__ = ["register"]

Method: TypeAlias = Literal["auto", "rigid", "local", "deformable"]
"""Of :mod:`graybook.workflow.register`, without loading it."""


def register(
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            help="Where the files go, all together or none; made when missing, may hold other files.",
            show_default=False,
        ),
    ],
    folder: Annotated[
        Path | None,
        typer.Argument(help="A folder or a .zip holding one person's courses.", show_default=False),
    ] = None,
    from_course: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="COURSE",
            help="Id, label or start date of the earlier course, whose dose is to be carried (moving).",
        ),
    ] = None,
    to_course: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="COURSE", help="The same of the course whose anatomy it goes onto (fixed)."
        ),
    ] = None,
    fixed_image: Annotated[
        Path | None,
        typer.Option(
            "--fixed-image",
            metavar="FILE",
            help="Instead of courses: an image (.mha, .mhd, .nii, .nii.gz, .nrrd) whose points are carried.",
        ),
    ] = None,
    moving_image: Annotated[
        Path | None,
        typer.Option("--moving-image", metavar="FILE", help="The image in which they are found."),
    ] = None,
    fixed_mask: Annotated[
        Path | None,
        typer.Option(
            "--fixed-mask", metavar="FILE", help="Voxels of the fixed image that bear on the alignment."
        ),
    ] = None,
    moving_mask: Annotated[
        Path | None, typer.Option("--moving-mask", metavar="FILE", help="The same of the moving image.")
    ] = None,
    method: Annotated[
        Method,
        typer.Option(
            "--method",
            help="What to look for; auto ends deformable, or with --around local: rigid around one structure.",
        ),
    ] = "auto",
    around: Annotated[
        str | None,
        typer.Option(
            "--around",
            metavar="STRUCTURE",
            help="What to align around, and to draw: a structure of the --to course; with images a mask on the fixed one's grid.",
        ),
    ] = None,
    points: Annotated[
        Path | None,
        typer.Option(
            "--points",
            metavar="FILE",
            help="Points of the fixed image (CSV, header x,y,z; mm, LPS): points.csv says where each lies in the moving one.",
        ),
    ] = None,
    landmarks: Annotated[
        Path | None,
        typer.Option(
            "--landmarks",
            metavar="FILE",
            help="Pairs of the same place (CSV, header x,y,z,moved_x,moved_y,moved_z): they measure, they do not steer.",
        ),
    ] = None,
    thresholds: Annotated[
        Path | None,
        typer.Option(
            "--thresholds",
            metavar="FILE",
            help="A centre's limits for the verdicts ([\\[alignment_threshold]] tables, each with author and date).",
        ),
    ] = None,
    patient: Patient = None,
    names: Names = None,
    lang: Annotated[Language, typer.Option("--lang", help="Language of pictures and sentences.")] = "en",
    json: Annotated[bool, typer.Option("--json", help="Print quality.json on stdout.")] = False,
) -> None:
    """Align an earlier course with a later one, or two images, and say how far to trust it.

    The transform carries points of the --to course (fixed) to where the --from course (moving) has them: today's anatomy to the
    earlier dose. Writes it as DICOM registration where the images are DICOM, as ITK transform and displacement field, with
    quality.json, pictures and points.csv, into OUT. It is computed and not approved: a person looks at it and decides.
    """
    given: dict[str, object] = {"FOLDER": folder, "--from": from_course, "--to": to_course}
    images: dict[str, object] = {"--fixed-image": fixed_image, "--moving-image": moving_image}
    masks: dict[str, object] = {"--fixed-mask": fixed_mask, "--moving-mask": moving_mask}
    _check(given, images, masks, {"--patient": patient})
    from graybook.cli.register_page import page
    from graybook.report.alignment_result import json_text
    from graybook.workflow.all_or_nothing import asked_folder
    from graybook.workflow.register import extras_of, register_courses, register_images
    from graybook.workflow.register_files import write_registration_files

    asked_folder(out)
    with shown_progress(quiet=json, language=lang) as shown, stoppable(shown) as progress:
        extras = extras_of(points=points, landmarks=landmarks, thresholds=thresholds)
        if folder is not None:
            found = register_courses(
                folder,
                from_course=from_course or "",
                to_course=to_course or "",
                method=method,
                around=around,
                extras=extras,
                patient=patient,
                names=names,
                progress=progress,
            )
        else:
            found = register_images(
                fixed_image or Path(),
                moving_image or Path(),
                fixed_mask=fixed_mask,
                moving_mask=moving_mask,
                method=method,
                around=None if around is None else Path(around),
                extras=extras,
                progress=progress,
            )
        result = write_registration_files(found, out, language=lang, progress=progress)
    if json:
        print_json(json_module.loads(json_text(result)))
    else:
        print_text(page(result, out, lang))


def _check(
    courses: dict[str, object],
    images: dict[str, object],
    masks: dict[str, object],
    of_folders: dict[str, object],
) -> None:
    """Either a folder with two courses or two images, and nothing of the other kind beside them."""
    remedy = (
        "Give FOLDER --from COURSE --to COURSE, or --fixed-image FILE --moving-image FILE; `graybook scan FOLDER` "
        "lists the courses."
    )
    by_course = any(value is not None for value in courses.values())
    kind, other = (courses, {**images, **masks}) if by_course else (images, of_folders)
    missing = [name for name, value in kind.items() if value is None]
    if missing:
        raise UsageError(
            "Two courses of a folder, or two images, are needed.",
            value=f"{missing[0]} is missing",
            remedy=remedy,
        )
    beside = [name for name, value in other.items() if value is not None]
    if beside:
        raise UsageError(
            f"{beside[0]} does not go with {next(iter(kind))}.", value=", ".join(beside), remedy=remedy
        )
