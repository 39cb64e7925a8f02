"""What Graybook writes, as other programs see it: dciodvfy (dicom3tools), dcmdump (DCMTK), plastimatch."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from graybook.dicom.write_eqd2 import write_eqd2_dose
from graybook.dicom.write_rtdose import WrittenDvh
from graybook.geometry.grid import Grid
from graybook.workflow.demo.courses import COURSES, SyntheticCourse
from phantoms import (
    PERSON,
    PhantomCourse,
    PhantomPlan,
    PhantomRegistration,
    PhantomStructure,
    linear,
    rotation,
    rotation_z,
    sphere,
    uniform,
    write_phantom,
)
from phantoms.demo import synthetic_patient

PACKAGES = {"dciodvfy": "dicom3tools", "dcmdump": "dcmtk", "plastimatch": "plastimatch"}


def run(program: str, *arguments: object) -> str:
    """Output of a program, both streams; skips with the Debian package that holds it."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed: Debian package {PACKAGES[program]}")
    done = subprocess.run(
        [program, *map(str, arguments)], capture_output=True, check=False, encoding="utf-8", errors="replace"
    )
    assert done.returncode == 0 or program == "dciodvfy", done.stderr
    return done.stdout + done.stderr


def errors(path: Path) -> list[str]:
    """The lines in which dciodvfy says Error."""
    said = run("dciodvfy", path)
    assert said.strip(), f"dciodvfy said nothing of {path}"
    return [f"{path.name}: {line}" for line in said.splitlines() if line.startswith("Error")]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The synthetic patient."""
    return synthetic_patient(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def phantom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A phantom with every kind of object: beams, ions, DVHs, a rotated grid, points, records, an affine registration."""
    ball = PhantomStructure(name="Ball", shape=sphere((5, -10, 0), 25), interpreted_type="PTV", slice_mm=2.5)
    dvh = WrittenDvh(
        roi_number=1, bin_width_gy=1.0, volumes_cm3=(65.0, 20.0, 1.0), min_gy=1, mean_gy=2, max_gy=3
    )
    ramp = linear(30, (0.2, -0.1, 0.3))
    first = PhantomCourse(
        name="first",
        day=date(2015, 5, 4),
        structures=(ball,),
        image_spacing_mm=(2.5, 2.5, 2.5),
        plans=(
            PhantomPlan(
                dose_gy=ramp,
                fractions=15,
                prescription_gy=30,
                target_structure="Ball",
                sessions=2,
                dvhs=(dvh,),
            ),
        ),
    )
    second = PhantomCourse(
        name="second",
        day=date(2025, 5, 5),
        structures=(ball,),
        axes=rotation((1, 1, 0), 12)[:3, :3],
        plans=(
            PhantomPlan(
                dose_gy=ramp,
                fractions=5,
                prescription_gy=30,
                summation="BEAM",
                prescription_point_mm=(0.0, 0.0, 0.0),
                approval="UNAPPROVED",
            ),
            PhantomPlan(
                label="protons",
                dose_gy=uniform(20),
                fractions=10,
                prescription_gy=20,
                ion=True,
                radiation_type="PROTON",
                dose_type="EFFECTIVE",
                intent="",
            ),
        ),
    )
    matrix = rotation_z(5, (1, 2, 3))
    matrix[0, 0] *= 1.02
    registrations = (
        PhantomRegistration(from_course=first, to_course=second, matrix=rotation_z(5, (1, 2, 3))),
        PhantomRegistration(from_course=first, to_course=second, matrix=matrix, name="affine"),
    )
    return write_phantom(tmp_path_factory.mktemp("written"), (first, second), registrations)


def one_slice_of_each(folder: Path) -> list[Path]:
    """Every file but the CT slices after the first of each series: they differ in position only."""
    return [
        path
        for path in sorted(folder.rglob("*.dcm"))
        if not path.name.startswith("CT_") or path.name.endswith("_0001.dcm")
    ]


def test_dciodvfy_finds_no_error_in_the_synthetic_patient(demo: Path) -> None:
    """dciodvfy reports no Error in any object of the synthetic patient."""
    assert [line for path in one_slice_of_each(demo) for line in errors(path)] == []


def test_dciodvfy_finds_no_error_in_phantoms(phantom: Path) -> None:
    """dciodvfy reports no Error in beams, ions, DVHs, rotated grids, records and affine registrations."""
    assert [line for path in one_slice_of_each(phantom) for line in errors(path)] == []


def test_dciodvfy_finds_no_error_in_the_written_total(tmp_path: Path) -> None:
    """dciodvfy reports no Error in an EQD2 total of two plans; of one plan only that MULTI_PLAN usually has two."""
    grid = Grid(frame="1.2.3", shape=(3, 4, 5), origin_mm=np.zeros(3), spacing_mm=np.ones(3), axes=np.eye(3))

    def total(*plan_uids: str) -> list[str]:
        path = tmp_path / "total.dcm"
        write_eqd2_dose(
            path,
            grid=grid,
            values_gy=np.arange(60.0).reshape(3, 4, 5),
            alpha_beta_gy=3,
            patient=PERSON,
            study_uid="1.2.1",
            day=date(2026, 1, 2),
            plan_uids=plan_uids,
            sources=["1.2.7"],
        )
        return errors(path)

    assert total("1.2.5", "1.2.6") == []
    assert all(
        "Two or more items required if DoseSummationType is MULTI_PLAN" in line for line in total("1.2.5")
    )


def test_dcmdump_reads_names_and_nesting(demo: Path) -> None:
    """DCMTK reads every kind of object to its end, and the accents as UTF-8."""
    for path in one_slice_of_each(demo):
        said = run("dcmdump", "--load-short", path)
        assert "E: " not in said
        assert "Démonstration^Élise" in said


def probed(image: Path, *points: np.ndarray) -> list[float]:
    """plastimatch's interpolated values of an image at points."""
    where = ";".join(" ".join(f"{value:.4f}" for value in point) for point in points)
    said = run("plastimatch", "probe", "--location", where, image)
    return [float(line.rsplit(";", 1)[1]) for line in said.splitlines() if line.count(";") == 2]


@pytest.mark.parametrize("course", COURSES, ids=[course.key for course in COURSES])
def test_plastimatch_sees_the_same_dose_and_ct(demo: Path, tmp_path: Path, course: SyntheticCourse) -> None:
    """plastimatch finds the closed-form dose at and around the isocentre (1 %), and soft tissue or tumour in the CT there."""
    plan = course.plans[0]
    middle = np.array(plan.arrangement.isocentre_mm)
    path = demo / course.key / f"RD_{plan.label.replace(' ', '_')}.dcm"
    run("plastimatch", "convert", "--input", path, "--output-dose-img", tmp_path / "dose.mha")
    run("plastimatch", "convert", "--input", demo / course.key / "CT", "--output-img", tmp_path / "ct.mha")
    points = middle + np.array([[0.0, 0, 0], [6, 3, -6], [-40, 9, 6], [0, 45, 0]])
    truth = course.physical_dose_gy(plan, points)
    assert probed(tmp_path / "dose.mha", *points) == pytest.approx(truth, abs=0.01 * plan.arrangement.peak_gy)
    (hu,) = probed(tmp_path / "ct.mha", middle)
    assert hu == pytest.approx(44, abs=25)


def test_plastimatch_sees_the_same_ball(phantom: Path, tmp_path: Path) -> None:
    """plastimatch rasterises the ball of a phantom to 4/3 pi r³ within 3 % and finds its mean dose, that of the centre."""
    image, dose = tmp_path / "ss" / "Ball.mha", tmp_path / "dose.mha"
    run("plastimatch", "convert", "--input", phantom / "first", "--output-prefix", tmp_path / "ss",
        "--prefix-format", "mha", "--output-dose-img", dose)  # fmt: skip
    words = run("plastimatch", "stats", image).split()
    voxels = float(words[words.index("NONZERO") + 1])
    spacing = run("plastimatch", "header", image).split("Spacing =")[1].split()[:3]
    volume_cm3 = voxels * float(np.prod([float(word) for word in spacing])) / 1000
    assert volume_cm3 == pytest.approx(4 / 3 * np.pi * 2.5**3, rel=0.03)
    (centre,) = probed(dose, np.array([5.0, -10.0, 0.0]))
    assert centre == pytest.approx(30 + 0.2 * 5 + 0.1 * 10, abs=0.01)
