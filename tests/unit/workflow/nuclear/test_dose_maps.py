"""Dose maps: the energy of all decays lies in them; written, they are read back as what they are and counted as nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import log
from pathlib import Path

import numpy as np
import pydicom
import pytest

from graybook.dicom.reading import read_folder
from graybook.dicom.write_radionuclide_dose import write_radionuclide_dose
from graybook.files import Settings
from graybook.progress import silent
from graybook.record import Finding
from graybook.workflow.folder.scan import scan, scan_facts
from graybook.workflow.nuclear.dose_maps import DoseMap, dose_map
from graybook.workflow.nuclear.dosimetry import dosimetry
from phantoms.activity import SPACING_MM, administered, cubes, mbq_of, report, spect

ACTIVITY = {"Kidney_L": mbq_of(100.0, 50.0)}
JOULE_PER_MBQ_H = 147.923 * 1.602176634e-16 * 3.6e9


def made(hours: Sequence[float], frames: Sequence[str] = ("1.2.3.500",)) -> DoseMap | Finding | None:
    images = [spect(f"i{h:g}", ACTIVITY, h, frame=frames[n % len(frames)]) for n, h in enumerate(hours)]
    files = [*images, cubes(), report("sr", administered())]
    (person,) = scan_facts(files, Settings()).persons
    (cycle,) = dosimetry(person, Settings()).cycles
    return dose_map(cycle.cycle)


def test_energy_is_kept() -> None:
    """All voxels together hold the energy of the electrons, but for what the kernel of 177Lu is known to lack."""
    found = made((24.0, 72.0, 168.0))
    assert isinstance(found, DoseMap)
    assert found.method == "voxel S"
    energy = float(found.gy.sum()) * (SPACING_MM / 10.0) ** 3 * 1.04e-3
    assert 0.94 < energy / (100.0 * 50.0 / log(2.0) * JOULE_PER_MBQ_H) < 1.0


@pytest.mark.parametrize(
    ("hours", "frames"), [((72.0,), ("1.2.3.500",)), ((24.0, 72.0), ("1.2.3.500", "1.2.3.501"))]
)
def test_no_map(hours: Sequence[float], frames: Sequence[str]) -> None:
    """One image, or images in two frames, have no map, and that is said."""
    found = made(hours, frames)
    assert isinstance(found, Finding)
    assert found.code == "nuclear_no_dose_map"


def test_written_map_is_no_course(tmp_path: Path) -> None:
    """The written map gives its doses back and is left out of every course, also when a system wrote it anew without our marks."""
    found = made((24.0, 72.0, 168.0))
    assert isinstance(found, DoseMap)
    (person,) = scan_facts([report("sr", administered())], Settings()).persons
    path = tmp_path / "map.dcm"
    write_radionuclide_dose(
        path,
        grid=found.grid,
        values_gy=found.gy,
        patient=person.record.person,
        study_uid="1.2.3",
        day=date(2025, 11, 3),
        cycle=1,
        method=found.method,
        sources=["1.2.3.4"],
    )
    (dose,) = [one for one in read_folder(tmp_path, silent) if one.header is not None]
    assert hasattr(dose, "voxels")
    np.testing.assert_allclose(dose.voxels(), found.gy, atol=found.gy.max() * 1e-8)
    assert scan(tmp_path, silent).files[0].reason.code == "made_by_graybook"
    again = pydicom.dcmread(path)
    again.Manufacturer = "Another"
    again.remove_private_tags()
    again.save_as(path)
    listed = scan(tmp_path, silent)
    assert listed.files[0].used_as is None
    assert [course for one in listed.persons for course in one.record.courses] == []
