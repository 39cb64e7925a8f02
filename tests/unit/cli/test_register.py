"""``graybook register``: the files, the direction, the refusals, and nothing half-written; the engine is tested elsewhere."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from typer.testing import CliRunner, Result

from graybook.cli.main import app
from graybook.errors import Cancelled
from graybook.geometry import Affine, Displacement, GridField
from graybook.geometry.arrays import FloatArray
from graybook.record.alignment import Alignment, Measure, Quality, Use, Verdict
from graybook.record.assessment import Finding
from graybook.registration.volume import Volume
from graybook.report.alignment_result import schema_text
from graybook.workflow import register as register_workflow
from phantoms import PhantomCourse, PhantomPlan, PhantomStructure, box, write_phantom
from phantoms.aligned import Anatomy, fixed_image, moving_image, smooth
from phantoms.doses import uniform

SHIFT = np.array([7.0, -3.0, 11.0])
"""From a point of the fixed image to the same tissue in the moving one. [mm]"""

PLAIN = {"checkerboard.png", "edges.png", "error.png", "jacobian.png", "displacement.mha", "quality.json"}


class Engine:
    """What stands for the engine: a known shift with an error estimate, or a known deformation."""

    def __init__(self) -> None:
        self.called: dict[str, Any] = {}
        self.deforms = False

    def __call__(self, fixed: Volume, moving: Volume, **wanted: Any) -> Alignment:
        """The alignment, and what was asked for is kept."""
        self.called = {"fixed": fixed, "moving": moving, **wanted}
        wanted["progress"]("engine", 0.5)
        grid = fixed.grid
        matrix = np.eye(4)
        matrix[:3, 3] = SHIFT
        frames = {"from_frame": grid.frame, "to_frame": moving.grid.frame}
        shift = Affine(**frames, matrix=matrix)
        error = np.full(grid.shape, 1.5)
        error[0] = np.inf
        why = Finding(code="alignment_within_limits", subject="SpinalCord")
        quality = Quality(
            measures=(Measure(name="local_correlation", value=0.9), Measure(name="coverage", value=np.nan)),
            verdicts=(
                Verdict(structure="SpinalCord", use=Use.SUM, reasons=(why,)),
                Verdict(structure="Lung_L", use=Use.ENVELOPE, envelope_mm=4.0),
            ),
            error_mm=GridField(grid=grid, values=error),
        )
        method = wanted["method"] if wanted["method"] in ("rigid", "local") else "deformable"
        if method != "deformable":
            return Alignment(transform=shift, source=("computed",), method=method, quality=quality)
        field = Displacement.sampled(shift, grid)
        return Alignment(transform=field, source=("computed",), method=method, quality=quality)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The command with a known engine."""
    made = Engine()
    monkeypatch.setattr(register_workflow, "automatic", made)
    return made


def ran(*words: object) -> Result:
    """The command's end."""
    return CliRunner().invoke(app, ["register", *map(str, words)])


def written(path: Path, values: FloatArray, spacing: Sequence[float] = (4.0, 4.0, 5.0)) -> Path:
    """A plain image whose middle lies at (0, 0, 100)."""
    image = sitk.GetImageFromArray(values.astype(np.int16))
    image.SetSpacing(tuple(spacing))
    size = np.array(values.shape[::-1]) - 1
    image.SetOrigin(tuple(np.array([0.0, 0.0, 100.0]) - size * spacing / 2.0))
    sitk.WriteImage(image, str(path))
    return path


@pytest.fixture
def images(tmp_path: Path) -> tuple[str, ...]:
    """A block of tissue in air, and the same again: the words that name them."""
    values = np.full((12, 24, 30), -1000.0)
    values[2:-2, 4:-4, 5:-5] = 30.0
    fixed, moving = written(tmp_path / "F.mha", values), written(tmp_path / "M.mha", values + 1.0)
    return ("--fixed-image", str(fixed), "--moving-image", str(moving))


def table(path: Path) -> list[list[str]]:
    """The cells of a CSV."""
    return list(csv.reader(path.read_text().splitlines()))


def names(folder: Path) -> set[str]:
    """All that a folder holds."""
    return {one.name for one in folder.iterdir()}


@pytest.mark.usefixtures("engine")
def test_plain_images(images: tuple[str, ...], tmp_path: Path) -> None:
    """All files are there, under their names; quality.json keeps its schema, and says by whom nothing was approved."""
    out = tmp_path / "out"
    shown = ran(*images, "--out", out)
    assert shown.exit_code == 0, shown.output
    assert names(out) == PLAIN | {"transform.h5"}
    found = json.loads((out / "quality.json").read_text("utf-8"))
    jsonschema.validate(found, json.loads(schema_text()))
    assert found["standing"] == "computed, not approved"
    assert (found["method_asked"], found["method"]) == ("auto", "deformable")
    assert set(found["files"]) == names(out) - {"quality.json"}
    assert {one["used_as"] for one in found["provenance"]["inputs"]} == {"fixed image", "moving image"}
    assert [one["use"] for one in found["verdicts"]] == ["3D sum", "3D sum with envelope"]
    assert str(tmp_path) not in json.dumps(found)
    assert "not CE-marked" in shown.stdout
    assert "3D sum with envelope of 4.0" in shown.stdout


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("method", ["rigid", "deformable"])
def test_other_programs_move_points_alike(images: tuple[str, ...], tmp_path: Path, method: str) -> None:
    """SimpleITK moves points of the fixed image by the transform and by the displacement field to where the tissue lies."""
    assert ran(*images, "--method", method, "--out", tmp_path / "out").exit_code == 0
    name = "transform.tfm" if method == "rigid" else "transform.h5"
    field = sitk.ReadImage(str(tmp_path / "out" / "displacement.mha"), sitk.sitkVectorFloat64)
    for moves in (
        sitk.ReadTransform(str(tmp_path / "out" / name)),
        sitk.DisplacementFieldTransform(field),
    ):
        for point in ((0.0, 0.0, 100.0), (-50.0, 40.0, 75.0), (57.9, -45.9, 127.4)):
            assert np.subtract(moves.TransformPoint(point), point) == pytest.approx(SHIFT, abs=1e-4)


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("method", ["rigid", "deformable"])
def test_points_are_carried(images: tuple[str, ...], tmp_path: Path, method: str) -> None:
    """A row for each row, in order; outside, the nearest extrapolation and an infinite error."""
    rows = [(0.0, 0.0, 100.0), (500.0, 0.0, 100.0), (0.0, 0.0, 100.0), (-12.5, 4.25, 110.0), (0.0, 0.0, 73.0)]
    points = tmp_path / "points.csv"
    points.write_text("x,y,z\n" + "".join(f"{x},{y},{z}\n" for x, y, z in rows))
    assert ran(*images, "--method", method, "--points", points, "--out", tmp_path / "out").exit_code == 0
    header, *found = table(tmp_path / "out" / "points.csv")
    assert header == ["x", "y", "z", "moved_x", "moved_y", "moved_z", "error_mm"]
    numbers = np.array(found, dtype=float)
    assert numbers[:, :3].tolist() == [list(row) for row in rows]
    assert numbers[:, 3:6] == pytest.approx(np.array(rows) + SHIFT, abs=1e-4)
    assert numbers[:, 6].tolist() == [1.5, np.inf, 1.5, 1.5, np.inf]
    assert found[1][6] == "inf"


def test_what_is_asked_reaches_the_engine(images: tuple[str, ...], tmp_path: Path, engine: Engine) -> None:
    """Masks, landmarks, a mask to align around and a centre's limits; around something, auto is local."""
    mask = np.zeros((12, 24, 30))
    mask[5, 10, 12] = 1
    file = written(tmp_path / "mask.nii.gz", mask)
    pairs = tmp_path / "landmarks.csv"
    pairs.write_text("x,y,z,moved_x,moved_y,moved_z\n1,2,103,4,5,106\n")
    limits = tmp_path / "limits.toml"
    limits.write_text(
        '[[alignment_threshold]]\nmeasure = "estimated_error_p95"\nsum = 4.0\nauthor = "A. Physicist"\n'
        'date = 2026-01-31\nreason = "our own phantom study"\n'
    )
    words = ("--fixed-mask", file, "--moving-mask", file, "--around", file, "--landmarks", pairs)
    shown = ran(*images, *words, "--thresholds", limits, "--out", tmp_path / "out", "--json")
    assert shown.exit_code == 0, shown.output
    called = engine.called
    assert called["method"] == "local"
    assert called["around"].sum() == called["fixed"].mask.sum() == called["moving"].mask.sum() == 1
    assert [side.tolist() for side in called["landmarks"]] == [[[1.0, 2.0, 103.0]], [[4.0, 5.0, 106.0]]]
    found = json.loads(shown.stdout)
    assert found == json.loads((tmp_path / "out" / "quality.json").read_text("utf-8"))
    assert (found["landmarks"], found["fixed"]["mask_voxels"], found["around"]) == (1, 1, "mask")
    assert [one["author"] for one in found["thresholds_changed"]] == ["A. Physicist"]


@pytest.mark.usefixtures("engine")
def test_same_input_same_files(images: tuple[str, ...], tmp_path: Path) -> None:
    """Twice the same command gives twice the same bytes, pictures too."""
    for name in ("one", "two"):
        assert ran(*images, "--method", "rigid", "--out", tmp_path / name).exit_code == 0
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


@pytest.mark.usefixtures("engine")
def test_french(images: tuple[str, ...], tmp_path: Path) -> None:
    """The page is in the language asked for."""
    shown = ran(*images, "--out", tmp_path / "out", "--lang", "fr")
    assert "non approuvé" in shown.stdout
    assert "somme 3D avec enveloppe" in shown.stdout


def course(name: str, day: date, *, image: bool = True) -> PhantomCourse:
    """A course in a frame of its own with a cord."""
    cord = box((-9.0, -9.0, -20.0), (9.0, 9.0, 20.0))
    return PhantomCourse(
        name=name,
        day=day,
        structures=(PhantomStructure(name="SpinalCord", shape=cord, slice_mm=5.0),),
        plans=(PhantomPlan(dose_gy=uniform(40.0), fractions=20, prescription_gy=40.0),),
        image=image,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two courses."""
    write_phantom(tmp_path / "in", (course("then", date(2015, 5, 4)), course("now", date(2025, 5, 5))))
    return tmp_path / "in"


def days(folder: Path) -> tuple[object, ...]:
    """The command on the two courses."""
    return (folder, "--from", "2015-05-04", "--to", "2025-05-05")


@pytest.mark.parametrize("method", ["rigid", "deformable"])
def test_courses(folder: Path, tmp_path: Path, engine: Engine, method: str) -> None:
    """Fixed is --to, moving is --from; the DICOM registration read back moves points of today to the earlier course."""
    shown = ran(*days(folder), "--method", method, "--out", tmp_path / "out")
    assert shown.exit_code == 0, shown.output
    found = json.loads((tmp_path / "out" / "quality.json").read_text("utf-8"))
    assert (found["fixed"]["start_date"], found["moving"]["start_date"]) == ("2025-05-05", "2015-05-04")
    assert {one["used_as"] for one in found["provenance"]["inputs"]} == {"image", "structures"}
    assert engine.called["structures"][0].name == "SpinalCord"
    ds = pydicom.dcmread(tmp_path / "out" / "registration.dcm")
    fixed, moving = found["fixed"]["frame"], found["moving"]["frame"]
    assert ds.FrameOfReferenceUID == fixed
    assert ds.Manufacturer == "Graybook"
    if method == "rigid":
        source = next(one for one in ds.RegistrationSequence if one.FrameOfReferenceUID == moving)
        matrix = source.MatrixRegistrationSequence[0].MatrixSequence[0].FrameOfReferenceTransformationMatrix
        back = np.array(matrix, dtype=float).reshape(
            4, 4
        )  # C.20.2: from the source (earlier) to the registered (today)
        assert back[:3, 3] == pytest.approx(-SHIFT, abs=1e-6)
    else:
        item = next(
            one for one in ds.DeformableRegistrationSequence if one.SourceFrameOfReferenceUID == moving
        )
        vectors = np.frombuffer(item.DeformableRegistrationGridSequence[0].VectorGridData, dtype="<f4")
        assert vectors.reshape(-1, 3).mean(axis=0) == pytest.approx(
            SHIFT, abs=1e-4
        )  # C.20.3: from registered to source
    again = ran_scan(folder, tmp_path)
    assert "registration" in again


def ran_scan(folder: Path, tmp_path: Path) -> set[str]:
    """What the files are used as once the registration was put beside the courses."""
    (folder / "registration.dcm").write_bytes((tmp_path / "out" / "registration.dcm").read_bytes())
    shown = CliRunner().invoke(app, ["scan", str(folder), "--json"])
    return {one["used_as"] for one in json.loads(shown.stdout)["files"]}


@pytest.mark.usefixtures("engine")
def test_structures_are_carried(folder: Path, tmp_path: Path) -> None:
    """The earlier cord lies on today's image where today's points are carried into it: shifted against the transform."""
    assert ran(*days(folder), "--method", "rigid", "--out", tmp_path / "out").exit_code == 0
    ds = pydicom.dcmread(tmp_path / "out" / "structures.dcm")
    assert ds.StructureSetROISequence[0].ROIName == "SpinalCord"
    assert ds.StructureSetROISequence[0].ROIGenerationAlgorithm == "AUTOMATIC"
    assert "not approved" in ds.StructureSetROISequence[0].ROIDescription
    points = np.concatenate(
        [
            np.array(one.ContourData, dtype=float).reshape(-1, 3)
            for one in ds.ROIContourSequence[0].ContourSequence
        ]
    )
    assert (points.min(axis=0) + points.max(axis=0))[:2] / 2.0 == pytest.approx(-SHIFT[:2], abs=0.6)
    assert np.ptp(points, axis=0)[:2] == pytest.approx([18.0, 18.0], abs=0.6)


def test_around_a_structure(folder: Path, tmp_path: Path, engine: Engine) -> None:
    """The voxels whose centres lie in the structure; one that is not there is refused with those that are."""
    shown = ran(*days(folder), "--around", "spinalcord", "--out", tmp_path / "out")
    assert shown.exit_code == 0, shown.output
    assert engine.called["method"] == "local"
    grid, mask = engine.called["fixed"].grid, engine.called["around"]
    centres = grid.centres().reshape(*grid.shape, 3)
    held = (np.abs(centres[..., :2]) <= 9.0).all(axis=-1) & (np.abs(centres[..., 2]) <= 20.0)
    assert np.array_equal(mask, held)
    wrong = ran(*days(folder), "--around", "Chiasm", "--out", tmp_path / "none")
    assert wrong.exit_code == 2
    assert "SpinalCord" in wrong.output
    assert not (tmp_path / "none").exists()


WRONG_CALLS: list[tuple[tuple[str, ...], str]] = [
    ((), "--from is missing"),
    (("--from", "2015-05-04"), "--to is missing"),
    (("--from", "2015-05-04", "--to", "2015-05-04"), "same course"),
    (("--from", "2014-01-01", "--to", "2025-05-05"), "RT"),
    (("--from", "2015-05-04", "--to", "2025-05-05", "--fixed-image", "F.mha"), "does not go with FOLDER"),
    (("--from", "2015-05-04", "--to", "2025-05-05", "--method", "local"), "--around"),
    (("--from", "2015-05-04", "--to", "2025-05-05", "--points", "none.csv"), "no such file"),
]


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(("words", "said"), WRONG_CALLS, ids=[said for _, said in WRONG_CALLS])
def test_wrong_calls(folder: Path, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    """Status 2 with a remedy, and nothing written."""
    shown = ran(folder, *words, "--out", tmp_path / "out")
    assert shown.exit_code == 2
    assert "Remedy: " in shown.output
    if said != "RT":
        assert said in shown.output
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("engine")
def test_images_need_each_other(images: tuple[str, ...], tmp_path: Path) -> None:
    """One image alone, none at all, or images with a patient: status 2."""
    for words in (images[:2], (), (*images, "--patient", "1")):
        assert ran(*words, "--out", tmp_path / "out").exit_code == 2


@pytest.mark.usefixtures("engine")
def test_course_without_image(tmp_path: Path) -> None:
    """Status 3, and what to add."""
    first, second = course("then", date(2015, 5, 4), image=False), course("now", date(2025, 5, 5))
    write_phantom(tmp_path / "in", (first, second))
    shown = ran(*days(tmp_path / "in"), "--out", tmp_path / "out")
    assert shown.exit_code == 3
    assert "planning CT" in shown.output


@pytest.mark.usefixtures("engine")
def test_one_frame(tmp_path: Path) -> None:
    """Two courses of one frame: status 3; a registration would have nowhere to lead."""
    first, second = course("then", date(2015, 5, 4)), course("now", date(2025, 5, 5))
    made = [replace(one, frame="1.2.3") for one in (first, second)]
    write_phantom(tmp_path / "in", made)
    shown = ran(*days(tmp_path / "in"), "--out", tmp_path / "out")
    assert shown.exit_code == 3
    assert "one frame of reference" in shown.output


@pytest.mark.usefixtures("engine")
def test_bad_files(images: tuple[str, ...], tmp_path: Path) -> None:
    """A mask on another grid, a points file with a bad line, an image that is none: status 3, the place, the remedy."""
    mask = written(tmp_path / "mask.mha", np.ones((12, 24, 29)))
    points = tmp_path / "points.csv"
    points.write_text("x,y,z\n1,2,3\n1,2\n")
    text = tmp_path / "text.mha"
    text.write_text("no image")
    for words, said in (
        ((*images, "--fixed-mask", mask), "mask.mha"),
        ((*images, "--points", points), "points.csv, line 3"),
        (("--fixed-image", text, "--moving-image", images[3]), "text.mha"),
    ):
        shown = ran(*words, "--out", tmp_path / "out")
        assert shown.exit_code == 3, shown.output
        assert said in shown.output
    assert not (tmp_path / "out").exists()


def test_no_overlap(images: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An alignment that carries nothing into the moving image is none: status 3."""

    def far(fixed: Volume, moving: Volume, **wanted: Any) -> Alignment:
        matrix = np.eye(4)
        matrix[0, 3] = 1e4
        shift = Affine(from_frame=fixed.grid.frame, to_frame=moving.grid.frame, matrix=matrix)
        return Alignment(transform=shift, source=("computed",), method="rigid")

    monkeypatch.setattr(register_workflow, "automatic", far)
    shown = ran(*images, "--out", tmp_path / "out")
    assert shown.exit_code == 3
    assert "share any region" in shown.output


def test_stopped(images: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped in the engine: status 1, OUT as it was, nothing beside it."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "quality.json").write_text("earlier")
    before = names(tmp_path)

    def stopped(*_: object, **__: object) -> Alignment:
        raise Cancelled

    monkeypatch.setattr(register_workflow, "automatic", stopped)
    shown = ran(*images, "--out", out)
    assert shown.exit_code == 1
    assert "Stopped" in shown.output
    assert names(tmp_path) == before
    assert (out / "quality.json").read_text() == "earlier"


HOLDING = """\
import sys, time
from pathlib import Path
import numpy as np
from graybook.cli.main import app
from graybook.geometry import Affine
from graybook.record.alignment import Alignment
from graybook.workflow import register, {module} as module
def quick(fixed, moving, **wanted):
    still = Affine(from_frame=fixed.grid.frame, to_frame=moving.grid.frame, matrix=np.eye(4))
    return Alignment(transform=still, source=("computed",), method="rigid")
register.automatic = quick
def held(*words, **named):
    Path({mark!r}).write_text("here")
    time.sleep(60)
module.{name} = held
app({words!r})
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    ("module", "name"), [("register", "automatic"), ("register_files", "alignment_result")]
)
def test_killed_in_the_middle(
    images: tuple[str, ...], tmp_path: Path, number: signal.Signals, module: str, name: str
) -> None:
    """Ctrl-C or SIGTERM in the engine, or when all but quality.json is written: status 1, and no file is left anywhere."""
    mark, out = tmp_path / "mark", tmp_path / "results" / "out"
    words = ["register", *images, "--method", "rigid", "--out", str(out)]
    code = HOLDING.format(module=module, name=name, mark=str(mark), words=words)
    environment = {**os.environ, "GRAYBOOK_DEBUG": "0"}
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    )
    started = time.monotonic()
    while not mark.exists() and process.poll() is None and time.monotonic() - started < 120.0:
        time.sleep(0.05)
    process.send_signal(number)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 1, error
    assert b"Stopped by the user" in error
    left = list((tmp_path / "results").rglob("*")) if (tmp_path / "results").exists() else []
    assert left == []


@pytest.mark.slow
def test_real_engine(tmp_path: Path) -> None:
    """Two images of a known deformation, no masks or method given: points are carried to within 2 mm in the mean."""
    anatomy = Anatomy()
    for name, volume in (("F", fixed_image(anatomy, smooth)), ("M", moving_image(anatomy))):
        image = sitk.GetImageFromArray(volume.values)
        image.SetOrigin(tuple(volume.grid.origin_mm))
        image.SetSpacing(tuple(volume.grid.spacing_mm))
        sitk.WriteImage(image, str(tmp_path / f"{name}.mha"))
    random = np.random.default_rng(3)
    points = random.uniform([-70.0, -50.0, -90.0], [70.0, 50.0, 90.0], (200, 3))
    rows = "".join(",".join(map(repr, point)) + "\n" for point in points.tolist())
    (tmp_path / "points.csv").write_text("x,y,z\n" + rows)
    words = ("--fixed-image", tmp_path / "F.mha", "--moving-image", tmp_path / "M.mha")
    shown = ran(*words, "--points", tmp_path / "points.csv", "--out", tmp_path / "out")
    assert shown.exit_code == 0, shown.output
    found = np.array(table(tmp_path / "out" / "points.csv")[1:], dtype=float)
    missed = np.linalg.norm(found[:, 3:6] - smooth(points), axis=1)
    assert missed.mean() < 2.0
    assert np.mean(missed <= found[:, 6]) > 0.8
    assert json.loads((tmp_path / "out" / "quality.json").read_text("utf-8"))["method"] == "deformable"
