"""300 mutated PET, SPECT, dose report and segmentation files: no crash, every file accounted for, no silent zero."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graybook.cli.output import remedy_text, sentence
from graybook.dicom.facts import (
    AdministrationFacts,
    FileFacts,
    ImageSliceFacts,
    OtherFacts,
    SegmentationFacts,
)
from graybook.dicom.reading import read_folder
from graybook.errors import GraybookError
from graybook.progress import silent
from graybook.record import Finding
from graybook.text import LANGUAGES, keys
from graybook.workflow.folder.scan import scan
from graybook.workflow.nuclear.dosimetry import dosimetry
from phantoms.nuclear import write_therapy
from phantoms.nuclear_mutations import mutated_nuclear

SEEDS, THROUGH = 300, 25
"""Every one is read; every 25th, and every one whose voxels are all zero, goes through scan and dosimetry as well."""
LEAST_BQ_ML = 1e-6


def faults_of_image(fact: ImageSliceFacts) -> Iterator[str]:
    """An image that asks nothing has a positive activity at a known moment, or its voxels are refused."""
    found = fact.activity
    if found is None or found.questions or found.bq_per_ml_per_value is None:
        return
    if found.reference is None or not found.nuclide:
        yield "no moment or nuclide, and no question"
    try:
        values = fact.voxels().astype(np.float64) * found.bq_per_ml_per_value + found.scale_offset
    except GraybookError:
        return
    if not np.all(np.isfinite(values)):
        yield "activity that is no number"
    elif not abs(values).max() > LEAST_BQ_ML and not fact.header.findings:
        yield "silent zero"


def faults(fact: FileFacts) -> Iterator[str]:
    """What is wrong with the facts of one file."""
    if isinstance(fact, ImageSliceFacts):
        yield from faults_of_image(fact)
    elif isinstance(fact, AdministrationFacts):
        for one in fact.administrations:
            incomplete = one.activity_gbq is None or one.started is None or not one.nuclide
            if (incomplete and not fact.questions) or one.activity_gbq == 0.0:
                yield "an administration without activity, start or nuclide, and no question"
    elif isinstance(fact, SegmentationFacts):
        for segment in fact.segments:
            try:
                mask = segment.mask()
            except GraybookError:
                continue
            if not mask.any() and not fact.header.findings:
                yield "an empty segment, unsaid"


def said(fact: FileFacts) -> Iterator[Finding]:
    """What is said or asked of one file."""
    if isinstance(fact, OtherFacts):
        yield fact.reason
        return
    yield from fact.header.findings
    if isinstance(fact, ImageSliceFacts) and fact.activity is not None:
        yield from fact.activity.questions
    elif isinstance(fact, AdministrationFacts):
        yield from fact.questions


def through(folder: Path) -> Iterator[str]:
    """What scan and dosimetry make of the folder: doses above zero, or something said."""
    found = scan(folder, silent)
    listed = {one.path.split("!/")[0] for one in found.files}
    yield from (f"{one.name} is not listed" for one in folder.iterdir() if one.name not in listed)
    for person in found.persons:
        try:
            result = dosimetry(person, found.settings)
        except GraybookError:
            continue
        doses = [dose for organs in result.doses.values() for dose in organs.doses]
        yield from (f"{dose.organ} 0 Gy" for dose in doses if dose.high_gy == 0.0 or dose.mean_gy == 0.0)
        if not doses and not (result.findings or found.findings or person.findings or found.refusals):
            yield "no dose, and nothing said"


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder before it is damaged."""
    return write_therapy(tmp_path_factory.mktemp("nuclear") / "clean")


def test_three_hundred_mutated_files(clean: Path, tmp_path: Path) -> None:
    """Read one by one, 300 damaged files raise nothing foreign, none is zero unsaid, and all that is said has its words."""
    found: list[Any] = []
    codes: set[str] = set()
    for seed in range(SEEDS):
        place = tmp_path / "in"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(clean, place)
        kind, file = mutated_nuclear(place, seed)
        try:
            is_blank_volume = kind == "blank" and not file.name.startswith("PT")
            facts = read_folder(file, silent)
            wrong = [one for fact in facts for one in faults(fact)]
            codes.update(one.code for fact in facts for one in said(fact))
            for one in (finding for fact in facts for finding in said(fact)):
                assert one.code in keys()
                assert all(sentence(one, language) + remedy_text(one, language) for language in LANGUAGES)
            wrong += [] if facts else ["not listed"]
            wrong = [] if kind == "blank" else wrong
            wrong += list(through(place)) if is_blank_volume or seed % THROUGH == 0 else []
        except Exception as error:
            wrong = [f"{type(error).__name__}: {error}"]
        found += [f"seed {seed}, {kind} of {file.name}: {one}" for one in wrong]
    assert found == []
    assert len(codes) > 20


def test_the_clean_folder_has_its_dose(clean: Path) -> None:
    """100 MBq in 13.27 ml of density 1.04, 50 h: amplitude x half-life / ln 2 x 147.923 keV / mass = 44.6 Gy, from five images."""
    found = scan(clean, silent)
    assert [one.reason for one in found.files if one.used_as is None] == []
    (person,) = found.persons
    ((dose,),) = [organs.doses for organs in dosimetry(person, found.settings).doses.values()]
    joule = 100e6 * 50.0 * 3600.0 / np.log(2.0) * 147.923e3 * 1.602176634e-19
    assert dose.mean_gy == pytest.approx(joule / (13.27104e-3 * 1.04), rel=2e-3)
