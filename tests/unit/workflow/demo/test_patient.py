"""The synthetic patient's folder: what lies in it, that it tells the truth, that it repeats."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pydicom
import pytest
from scipy.interpolate import RegularGridInterpolator

from graybook.errors import Cancelled
from graybook.files.settings import parse
from graybook.progress import Progress
from graybook.record.course import Status
from graybook.workflow.demo.courses import COURSES, REFERENCE, SyntheticCourse, SyntheticPlan
from graybook.workflow.demo.patient import settings_text, write_synthetic_patient
from phantoms.demo import synthetic_patient


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The synthetic patient."""
    return synthetic_patient(tmp_path_factory.getbasetemp())


def plan_path(folder: Path, course: SyntheticCourse, plan: SyntheticPlan, kind: str) -> Path:
    """The file of a plan ("RP") or its dose ("RD")."""
    return folder / course.key / f"{kind}_{plan.label.replace(' ', '_')}.dcm"


def test_folder_is_complete_and_small(folder: Path) -> None:
    """Three courses of external beam, three cycles with six SPECT, their segments and dose reports; under 63 MB."""
    kinds: dict[str, int] = {}
    for path in folder.rglob("*.dcm"):
        modality = pydicom.dcmread(path, specific_tags=["Modality"]).Modality
        kinds[modality] = kinds.get(modality, 0) + 1
    beams = {"CT": 330, "RTSTRUCT": 3, "RTPLAN": 5, "RTDOSE": 5, "RTRECORD": 3, "REG": 2}
    assert kinds == {**beams, "NM": 6, "SEG": 3, "SR": 3}
    assert sum(path.stat().st_size for path in folder.rglob("*")) < 63e6


def test_settings_say_proposed_and_sequential(folder: Path) -> None:
    """graybook.toml reads without complaint and orders the plans of the courses of two phases, named as the files label them."""
    text = (folder / "graybook.toml").read_text(encoding="utf-8")
    assert text == settings_text()
    said = parse(text).courses
    assert [one.status for one in said] == [Status.PROPOSED, None]
    for setting, course in zip(said, (REFERENCE, COURSES[0]), strict=True):
        labels = [pydicom.dcmread(plan_path(folder, course, plan, "RP")).RTPlanLabel for plan in course.plans]
        assert setting.plans == tuple(labels)
        assert setting.sequential


def test_written_dose_is_the_closed_form(folder: Path) -> None:
    """Between voxels the stored dose interpolates to the closed form within 3.5 % of the peak, on average 0.5 %.

    An error-function edge of standard deviation s has curvature 0.242 / s² at most, a chord of length h errs by h²/8 of it:
    1.7 % for s = 4 mm and h = 3 mm, twice that where two edges cross.
    """
    rng = np.random.default_rng(7)
    for course in COURSES:
        for plan in course.plans:
            ds = pydicom.dcmread(plan_path(folder, course, plan, "RD"))
            values = ds.pixel_array * float(ds.DoseGridScaling)
            x0, y0, z0 = (float(v) for v in ds.ImagePositionPatient)
            axes = [start + 3.0 * np.arange(n) for start, n in zip((z0, y0, x0), values.shape, strict=True)]
            look = RegularGridInterpolator(axes, values)
            points = np.array(plan.arrangement.isocentre_mm) + rng.uniform(-60, 60, (400, 3))
            points[:, 2] = np.clip(points[:, 2], axes[0][0], axes[0][-1])
            points[:, 1] = np.clip(points[:, 1], axes[1][0], axes[1][-1])
            truth = course.physical_dose_gy(plan, points)
            off = np.abs(look(points[:, ::-1]) - truth) / plan.arrangement.peak_gy
            assert off.max() < 0.035
            assert off.mean() < 0.005


def test_registrations_bring_isocentres_home(folder: Path) -> None:
    """Each registration's matrix takes the isocentre of its course to the target's middle in the reference frame."""
    for course in COURSES[:-1]:
        ds = pydicom.dcmread(folder / REFERENCE.key / f"REG_{course.key}_to_{REFERENCE.key}.dcm")
        item = next(i for i in ds.RegistrationSequence if i.FrameOfReferenceUID == course.frame)
        step = item.MatrixRegistrationSequence[0].MatrixSequence[0]
        matrix = np.array(step.FrameOfReferenceTransformationMatrix, dtype=float).reshape(4, 4)
        organ, _ = course.targets[course.plans[0].target]
        centre = [*organ.middle(0.0), 0.5 * (organ.low_mm + organ.high_mm)]
        mapped = matrix @ [*course.plans[0].arrangement.isocentre_mm, 1.0]
        assert ds.FrameOfReferenceUID == REFERENCE.frame
        assert np.abs(mapped[:3] - centre).max() < 0.1


def test_only_the_sabr_course_has_records(folder: Path) -> None:
    """2019 was recorded session by session, 2009 is assumed delivered, 2026 is not given."""
    assert {path.parent.name for path in folder.rglob("RT_*.dcm")} == {"2019"}
    assert (
        pydicom.dcmread(plan_path(folder, REFERENCE, REFERENCE.plans[0], "RP")).ApprovalStatus == "UNAPPROVED"
    )


def test_the_person_says_so(folder: Path) -> None:
    """Every file names the same invented person and nobody claims to be Graybook's result."""
    for path in [*folder.rglob("R*.dcm"), *folder.rglob("CT_0001.dcm")]:
        ds = pydicom.dcmread(path, stop_before_pixels=True)
        assert (str(ds.PatientName), ds.PatientID) == ("Démonstration^Élise", "GRAYBOOK-DEMO")
        assert ds.InstitutionName == "SYNTHETIC, NOT A PERSON"
        assert ds.Manufacturer != "Graybook"


def test_writing_can_be_stopped(tmp_path: Path) -> None:
    """A user who stops is obeyed at the next step."""
    with pytest.raises(Cancelled):
        write_synthetic_patient(tmp_path, Progress(cancelled=lambda: True))


@pytest.mark.slow
def test_writing_again_gives_the_same_bytes_in_time(folder: Path, tmp_path: Path) -> None:
    """A second writing is equal byte by byte and takes less than 30 s (15 s on an idle machine)."""
    started = time.monotonic()
    write_synthetic_patient(tmp_path)
    assert time.monotonic() - started < 30
    for path in folder.rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / path.relative_to(folder)).read_bytes(), path.name
