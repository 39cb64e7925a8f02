"""Files of ``graybook background``, as SimpleITK (GDCM), DCMTK, plastimatch and dicom3tools see them: values and geometry.

Two courses in doses that are linear in space, so that the dose in the middle of every voxel of the planning CT has a closed form.
The planning CT lies head first, feet first, prone and oblique.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from numpy.typing import NDArray

from phantoms import PhantomCourse, PhantomPlan, box, linear, rotation, write_phantom
from rules.patients import run, state, structure

PACKAGES = {
    "dciodvfy": "dicom3tools",
    "dcmdump": "dcmtk",
    "plastimatch": "plastimatch",
}
WAYS = {
    "head first": np.eye(3),
    "prone": np.diag([-1.0, -1.0, 1.0]),
    "feet first": np.diag([-1.0, 1.0, -1.0]),
    "feet first prone": np.diag([1.0, -1.0, -1.0]),
    "oblique": rotation((1, 2, 3), 40)[:3, :3],
}
"""Columns: the directions of columns, rows and planes of the planning CT."""

OLD_N, FRACTIONS = 10, 30
OLD_GY, OLD_SLOPE = 24.0, np.array([0.11, -0.07, 0.05])
NEW_GY, NEW_SLOPE = 30.0, np.array([-0.06, 0.09, 0.12])
FRAME = "1.2.826.0.1.3680043.8.498.21"
WITHIN_GY = 2e-5

Array = NDArray[np.float64]


def eqd2(dose: Array, fractions: int, ratio: float) -> Array:
    """D (D/n + α/β) / (2 + α/β). [Gy]"""
    return dose * (dose / fractions + ratio) / (2.0 + ratio)


def in_fractions(eqd2_gy: Array, ratio: float) -> Array:
    """The dose in n fractions with this EQD2; nothing where it is below 0. [Gy]"""
    left = np.maximum(eqd2_gy, 0.0)
    return FRACTIONS / 2.0 * (np.sqrt(ratio**2 + 4.0 * left * (2.0 + ratio) / FRACTIONS) - ratio)


def call(program: str, *arguments: object) -> str:
    """Output of a program, both streams; skips with the Debian package that holds it."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed: Debian package {PACKAGES[program]}")
    done = subprocess.run(
        [program, *map(str, arguments)], capture_output=True, check=False, encoding="utf-8", errors="replace"
    )
    assert done.returncode == 0 or program == "dciodvfy", done.stderr
    return done.stdout + done.stderr


@dataclass(frozen=True, kw_only=True, eq=False)
class Written:
    """A patient, what was written for it, and the planning CT as SimpleITK reads it."""

    out: Path
    document: dict[str, Any]
    ct: sitk.Image
    slices: Sequence[str]

    def files(self, kind: str) -> list[dict[str, Any]]:
        """The files of a kind, as background.json lists them."""
        return [one for one in self.document["files"] if one["kind"] == kind]

    def middles_mm(self) -> Array:
        """The middle of every voxel of the CT, zyx, by what SimpleITK says of it. [mm]"""
        nx, ny, nz = self.ct.GetSize()
        z, y, x = np.meshgrid(*(np.arange(n) for n in (nz, ny, nx)), indexing="ij")
        steps = np.stack([x, y, z], axis=-1) * np.array(self.ct.GetSpacing())
        return np.array(self.ct.GetOrigin()) + steps @ np.array(self.ct.GetDirection()).reshape(3, 3).T

    def truth(self, file: dict[str, Any]) -> Array:
        """What every voxel of a file must hold, worked out from the doses' closed forms. [Gy]"""
        points, ratio = self.middles_mm(), float(file["alpha_beta_gy"])
        prior = eqd2(OLD_GY + points @ OLD_SLOPE, OLD_N, ratio)
        if file["kind"] == "EQD2":
            return prior
        if file["kind"] == "REMAINING":
            return in_fractions(float(file["limit_eqd2_gy"]) - prior, ratio)
        new = NEW_GY + points @ NEW_SLOPE
        return in_fractions(prior + eqd2(new, FRACTIONS, ratio), ratio) - new


def patient(folder: Path, axes: Array) -> Path:
    """Years apart, one frame: 10 fractions, then a plan in 30 on a CT of 13 x 17 x 11 voxels that lies as asked."""
    old = PhantomCourse(
        name="old",
        day=date(2015, 5, 4),
        frame=FRAME,
        extent_mm=(60.0, 60.0, 60.0),
        spacing_mm=(10.0, 10.0, 10.0),
        plans=(
            PhantomPlan(
                dose_gy=linear(OLD_GY, OLD_SLOPE),
                fractions=OLD_N,
                prescription_gy=OLD_GY,
                label="OLD",
                bits=32,
            ),
        ),
        image=False,
    )
    middle = box((-10.0, -10.0, -10.0), (10.0, 10.0, 10.0))
    new = PhantomCourse(
        name="new",
        day=date(2025, 5, 5),
        frame=FRAME,
        extent_mm=(20.0, 24.0, 30.0),
        image_spacing_mm=(4.0, 3.0, 5.0),
        image_axes=axes,
        plans=(
            PhantomPlan(
                dose_gy=linear(NEW_GY, NEW_SLOPE),
                fractions=FRACTIONS,
                prescription_gy=NEW_GY,
                label="NEW",
                bits=32,
            ),
        ),
        structures=(structure("SpinalCord", middle), structure("Esophagus", middle)),
    )
    wide = PhantomPlan(**{**vars(new.plans[0]), "grid": old.dose_grid()})
    write_phantom(folder, [old, PhantomCourse(**{**vars(new), "plans": (wide,)})])
    return state(folder, '[[course]]\ncourse = "2025-05-05"\nstatus = "proposed"')


@pytest.fixture(scope="module", params=WAYS)
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The files for a planning CT that lies one way."""
    base = tmp_path_factory.mktemp(request.param.replace(" ", "_"))
    folder, out = patient(base / "in", WAYS[request.param]), base / "out"
    ran = run("background", folder, "--fractions", FRACTIONS, "--expected", "NEW", "--out", out)
    assert ran.exit_code == 0, ran.output
    document = json.loads((out / "background.json").read_text(encoding="utf-8"))
    reader = sitk.ImageSeriesReader()
    series = document["geometry"]["series_uid"]
    slices = reader.GetGDCMSeriesFileNames(str(folder / "new"), series)
    reader.SetFileNames(slices)
    return Written(out=out, document=document, ct=reader.Execute(), slices=slices)


def by_itk(path: Path) -> tuple[sitk.Image, Array]:
    """An RT Dose as SimpleITK reads it: it leaves Dose Grid Scaling to the caller. [Gy]"""
    image = sitk.ReadImage(str(path))
    stored = sitk.GetArrayFromImage(image).astype(np.float64)
    return image, stored * float(image.GetMetaData("3004|000e"))


def attribute(path: str | Path, tag: str) -> str:
    """The value of an attribute, as dcmdump prints it."""
    line = call("dcmdump", "--search", tag, "--load-short", path).splitlines()[0]
    return line.split("[", 1)[1].rsplit("]", 1)[0] if "[" in line else line.split()[2]


def test_every_kind_of_file_is_there(written: Written) -> None:
    """EQD2 and base dose for each α/β of an organ (cord 2, oesophagus 3), and what limits of either leave."""
    for kind in ("EQD2", "BASE"):
        assert {2.0, 3.0} <= {one["alpha_beta_gy"] for one in written.files(kind)}
    assert {2.0, 3.0} <= {one["alpha_beta_gy"] for one in written.files("REMAINING")}
    assert all((written.out / one["name"]).is_file() for one in written.document["files"])


def test_simpleitk_finds_the_values_at_every_voxel(written: Written) -> None:
    """EQD2, what is left and base dose: at each of 2,431 voxels the closed form, to 0.00002 Gy."""
    for file in written.document["files"]:
        _, found = by_itk(written.out / file["name"])
        np.testing.assert_allclose(found, written.truth(file), atol=WITHIN_GY, err_msg=file["name"])


def test_simpleitk_finds_the_geometry_of_the_planning_ct(written: Written) -> None:
    """Size, origin, spacing and directions are those of the CT, whichever way it lies."""
    for file in written.document["files"]:
        image, _ = by_itk(written.out / file["name"])
        assert image.GetSize() == written.ct.GetSize()
        np.testing.assert_allclose(image.GetOrigin(), written.ct.GetOrigin(), atol=1e-6)
        np.testing.assert_allclose(image.GetSpacing(), written.ct.GetSpacing(), atol=1e-6)
        np.testing.assert_allclose(image.GetDirection(), written.ct.GetDirection(), atol=1e-6)


def test_dcmtk_finds_frame_and_values(written: Written, tmp_path: Path) -> None:
    """DCMTK reads the CT's Frame of Reference UID, and stored values that are the closed form also when taken for signed ones."""
    frame = attribute(written.slices[0], "FrameOfReferenceUID")
    assert frame == FRAME
    for file in written.document["files"]:
        path, raw = written.out / file["name"], tmp_path / Path(file["name"]).stem
        raw.mkdir()
        assert attribute(path, "FrameOfReferenceUID") == frame
        assert "E: " not in call("dcmdump", "--write-pixel", raw, path)
        (pixels,) = raw.iterdir()
        stored = np.fromfile(pixels, dtype="<i4").astype(np.float64)
        truth = written.truth(file)
        found = stored.reshape(truth.shape) * float(attribute(path, "DoseGridScaling"))
        np.testing.assert_allclose(found, truth, atol=WITHIN_GY, err_msg=file["name"])


def test_plastimatch_finds_values_and_geometry(written: Written, tmp_path: Path) -> None:
    """plastimatch converts each kind of file to the closed form, at the CT's origin and spacing; its statistics are those of it.

    Directions are asked of grids along the axes: of an oblique RT Dose plastimatch 1.9 gives the transposed matrix.
    """
    for kind in ("EQD2", "REMAINING", "BASE"):
        file = written.files(kind)[0]
        image, truth = tmp_path / f"{kind}.mha", written.truth(file)
        call("plastimatch", "convert", "--input", written.out / file["name"], "--output-dose-img", image)
        read = sitk.ReadImage(str(image))
        np.testing.assert_allclose(sitk.GetArrayFromImage(read), truth, atol=WITHIN_GY)
        np.testing.assert_allclose(read.GetOrigin(), written.ct.GetOrigin(), atol=1e-3)
        np.testing.assert_allclose(read.GetSpacing(), written.ct.GetSpacing(), atol=1e-3)
        turned = np.abs(np.array(written.ct.GetDirection()))
        if np.allclose(turned, np.rint(turned), atol=1e-9):
            np.testing.assert_allclose(read.GetDirection(), written.ct.GetDirection(), atol=1e-6)
        words = call("plastimatch", "stats", image).split()
        for word, value in (("MIN", truth.min()), ("AVE", truth.mean()), ("MAX", truth.max())):
            assert float(words[words.index(word) + 1]) == pytest.approx(value, abs=1e-3)


def test_dciodvfy_finds_no_error(written: Written) -> None:
    """dicom3tools finds no error in any file; of one earlier plan only that MULTI_PLAN usually has two."""
    for file in written.document["files"]:
        said = call("dciodvfy", written.out / file["name"])
        assert said.strip()
        wrong = [line for line in said.splitlines() if line.startswith("Error")]
        assert [line for line in wrong if "Two or more items required" not in line] == [], file["name"]


def test_a_base_dose_reads_the_truth_in_another_program(written: Written) -> None:
    """SimpleITK adds base and new dose in Gy, as a planning system would: converted once, the cumulative EQD2 within 0.001 Gy."""
    points = written.middles_mm()
    new = NEW_GY + points @ NEW_SLOPE
    for file in written.files("BASE"):
        ratio = float(file["alpha_beta_gy"])
        base, _ = by_itk(written.out / file["name"])
        scaling = float(base.GetMetaData("3004|000e"))
        plan = sitk.GetImageFromArray(new)
        plan.CopyInformation(base)
        total = sitk.GetArrayFromImage(sitk.Cast(base, sitk.sitkFloat64) * scaling + plan)
        truth = eqd2(OLD_GY + points @ OLD_SLOPE, OLD_N, ratio) + eqd2(new, FRACTIONS, ratio)
        np.testing.assert_allclose(eqd2(total, FRACTIONS, ratio), truth, atol=1e-3)
