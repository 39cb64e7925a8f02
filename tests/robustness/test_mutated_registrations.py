"""Damaged registration files: reading ends, in time, in a registration that carries points or in a reason that names the file."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from graybook.dicom.facts import OtherFacts, RegistrationFacts
from graybook.dicom.reading import read_file
from graybook.dicom.walk import SourceFile
from graybook.dicom.write_deformable import write_deformable
from graybook.dicom.write_header import SeriesHeader
from graybook.dicom.write_registration import write_registration
from graybook.errors import GraybookError
from graybook.files.points import read_points
from graybook.files.transforms import (
    read_displacement_field,
    read_transform,
    write_displacement_field,
    write_transform,
)
from graybook.files.volumes import read_volume
from graybook.geometry import Affine, Displacement, Grid
from graybook.text.catalogue import phrase
from phantoms import PERSON
from phantoms.mutations import MUTATIONS

LONGEST_S = 2.0
SEEDS = 12
KINDS = [kind for kind, (_, suffix) in MUTATIONS.items() if suffix == ".dcm" and kind != "strange contours"]
GRID = Grid(frame="1.2.3", shape=(4, 5, 6), origin_mm=[-9.0, 4, 7], spacing_mm=[4.0, 5, 6], axes=np.eye(3))
FIELD = Displacement.from_vectors(
    np.random.default_rng(1).normal(scale=5.0, size=(4, 5, 6, 3)), GRID, to_frame="1.2.4"
)
LINEAR = Affine(from_frame="1.2.4", to_frame="1.2.3", matrix=np.diag([1.0, 1.0, 1.0, 1.0]))


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One undamaged file of each kind."""
    folder = tmp_path_factory.mktemp("clean")
    header = SeriesHeader(
        person=PERSON, study_uid="1.2.1", series_uid="1.2.2", day=date(2026, 1, 31), frame="1.2.3"
    )
    write_deformable(folder / "deformable.dcm", header=header, transform=FIELD)
    write_registration(folder / "rigid.dcm", header=header, uid="1.2.5", transform=LINEAR)
    write_displacement_field(FIELD, None, folder / "field.mha")
    write_displacement_field(FIELD, None, folder / "field.nii.gz")
    write_displacement_field(FIELD, None, folder / "field.nrrd")
    write_transform(FIELD, folder / "field.h5")
    write_transform(FIELD, folder / "field.tfm")
    (folder / "points.csv").write_text("x,y,z\n1,2,3\n4.5,-6,7e1\n")
    return folder


@pytest.mark.parametrize("name", ["deformable.dcm", "rigid.dcm"])
@pytest.mark.parametrize("kind", KINDS)
def test_damaged_objects(clean: Path, name: str, kind: str) -> None:
    """No foreign exception, within 2 s; what is still used carries points or says that it cannot."""
    whole = (clean / name).read_bytes()
    mutation, _ = MUTATIONS[kind]
    for seed in range(SEEDS):
        data = mutation(whole, random.Random(seed))  # noqa: S311 - dice, no secret
        begin = time.process_time()
        fact = read_file(SourceFile(path=name, open=lambda data=data: BytesIO(data), size=len(data)))
        if isinstance(fact, OtherFacts):
            assert phrase(fact.reason.code, "en", **fact.reason.params)
        elif isinstance(fact, RegistrationFacts):
            for one in fact.deformations:
                found = one.displacement()
                found.apply(found.grid.centres()[:10], frame=found.from_frame)
        assert time.process_time() - begin < LONGEST_S, f"seed {seed}"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("field.h5", "truncated"),  # its damaged inside is the affair of HDF5's library
        *(
            (name, kind)
            for name in ("field.mha", "field.nii.gz", "field.nrrd", "field.tfm", "points.csv")
            for kind in ("truncated", "flipped", "shifted")
        ),
    ],
)
def test_damaged_plain_files(clean: Path, tmp_path: Path, name: str, kind: str) -> None:
    """Images, transforms and points end in a value or in an error in our own words, without a folder in it."""
    mutation, _ = MUTATIONS[kind]
    readers: dict[str, Callable[[Path], object]] = {
        "h5": read_transform,
        "tfm": read_transform,
        "csv": read_points,
    }
    path = tmp_path / name
    padded = b"\0" * 140 + (clean / name).read_bytes()  # mutations leave a preamble alone
    for seed in range(SEEDS):
        path.write_bytes(mutation(padded, random.Random(seed))[140:])  # noqa: S311 - dice, no secret
        for reader in (readers.get(name.rpartition(".")[2], read_displacement_field), read_volume):
            said = _said(reader, path)
            assert str(tmp_path) not in said


def _said(reader: Callable[[Path], object], path: Path) -> str:
    """What a reader says of a file; nothing when it reads it."""
    try:
        reader(path)
    except GraybookError as error:
        return str(error)
    return ""
