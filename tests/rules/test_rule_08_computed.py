"""Rule 8, computed: two frames with images and no registration come in; an alignment that is labelled, and never more, goes out.

The engine is a stand-in that gives a known deformation and known verdicts: how well the real one aligns is tested elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import dcmread

from graybook.dvh.sampling import structure_samples
from graybook.geometry import ContourStack, Displacement
from graybook.geometry.arrays import FloatArray
from graybook.record.alignment import Alignment, Quality, Use, Verdict
from graybook.record.assessment import Finding
from graybook.registration.volume import Volume
from graybook.report.result import Result, json_text
from graybook.workflow.alignment import course_registration
from phantoms import PhantomStructure, linear, sphere, write_phantom
from rules.patients import (
    apart,
    codes,
    cord,
    course,
    eqd2,
    metrics,
    organ,
    plan,
    result_of,
    run,
    scanned,
    state,
)

OLD, NEW = date(2015, 5, 4), date(2025, 5, 5)
SHIFT = np.array([5.0, 0.0, 0.0])
"""From a point of today to the same tissue then. [mm]"""


@dataclass(kw_only=True)
class Engine:
    """Gives a deformation and a verdict on every structure, and counts how often it was asked."""

    use: Use = Use.SUM
    envelope_mm: float | None = None
    undefined_above_x: float = np.inf
    steepness: float = 0.0
    asked: list[str] = field(default_factory=list)
    limits: list[float] = field(default_factory=list)

    def __call__(self, fixed: Volume, moving: Volume, *, method: str, **wanted: Any) -> Alignment:
        """In place of :func:`graybook.registration.automatic.automatic`."""
        self.asked.append(method)
        self.limits += [row.sum_limit for row in wanted["thresholds"].of("estimated_error_p95")]
        x = fixed.grid.centres()[:, 0].reshape(fixed.grid.shape)
        vectors = np.broadcast_to(SHIFT, (*fixed.grid.shape, 3)).copy()
        vectors[..., 0] += self.steepness * x
        vectors[x > self.undefined_above_x] = np.nan
        way = Displacement.from_vectors(vectors, fixed.grid, to_frame=moving.grid.frame)
        verdicts = tuple(
            Verdict(
                structure=pair.name, use=self.use, envelope_mm=self.envelope_mm, reasons=(_why(pair.name),)
            )
            for pair in wanted["structures"]
        )
        return Alignment(
            transform=way, source=("computed",), method="deformable", quality=Quality(verdicts=verdicts)
        )


def _why(name: str) -> Finding:
    return Finding(code="alignment_within_limits", subject=name)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The stand-in, in its place."""
    stands = Engine()
    monkeypatch.setattr(course_registration, "automatic", stands)
    return stands


def _folder(folder: Path, *, old_structures: Sequence[PhantomStructure] | None = None) -> Path:
    """30 + 0.5 x Gy in 15 then, 20 Gy in 10 today, each with its CT, in two frames."""
    said: dict[str, Any] = {"image": True}
    then = course(
        "old",
        OLD,
        plan(30, 15, "OLD", dose_gy=linear(30.0, (0.5, 0.0, 0.0))),
        structures=old_structures,
        **said,
    )
    return write_phantom(folder, [apart(then), apart(course("new", NEW, plan(20, 10, "NEW"), **said))])


def _highest(x_mm: float) -> float:
    """The sum at a point of today: the old dose lies 5 mm further along x."""
    return eqd2(30 + 0.5 * (x_mm + 5.0), 15) + 20.0


def _values(of: Result) -> dict[str, float | None]:
    return metrics(organ(of).cumulative)


@pytest.mark.rule(8)
def test_computed_marked_and_right(tmp_path: Path, engine: Engine) -> None:
    """The sum goes through the deformation; computed, not approved, in result.json and in words; asked once."""
    result = result_of(_folder(tmp_path))
    cumulative = organ(result).cumulative
    assert cumulative.max_gy == pytest.approx(_highest(10.0), rel=0.002)
    assert cumulative.min_gy == pytest.approx(_highest(-10.0), rel=0.005)
    (link,) = result.provenance.alignments
    assert (link.method, link.source, link.approved) == ("deformable", ["computed"], False)
    assert link.approval == "computed, not approved"
    assert (link.verdicts[0].structure, link.verdicts[0].use) == ("SpinalCord", "3D sum")
    assert "SpinalCord" in link.verdicts[0].reasons[0]
    assert "alignment_computed" in codes(result)
    assert not result.refusals
    assert [one.alignment for one in result.courses] == ["computed", "reference"]
    assert organ(result).judged.basis == "3D sum"
    assert engine.asked == ["auto"]


@pytest.mark.rule(8)
def test_declined_is_a_refusal_with_its_remedy(tmp_path: Path, engine: Engine) -> None:
    """--register never: nothing is computed; no 3D sum, the point sums serve, and the remedy names the option."""
    result = result_of(_folder(tmp_path), register="never")
    assert engine.asked == []
    assert set(_values(result).values()) == {None}
    cord_row = organ(result)
    assert cord_row.point_sum.complete
    assert cord_row.judged.basis == "point sum"
    assert cord_row.judged.d0_03cc_gy is not None
    assert cord_row.judged.d0_03cc_gy[0] == cord_row.point_sum.customary_d0_03cc_gy
    (refusal,) = [one for one in result.refusals if one.code == "no_alignment"]
    assert "--register" in refusal.remedy


@pytest.mark.rule(8)
@pytest.mark.parametrize("method", ["rigid", "deformable"])
def test_a_kind_asked_for_is_passed_on(tmp_path: Path, engine: Engine, method: str) -> None:
    """The option reaches the engine from the command line."""
    folder = _folder(tmp_path / "in")
    ran = run("assess", folder, "--out", tmp_path / "out", "--register", method)
    assert ran.exit_code == 0, ran.output
    assert engine.asked == [method]


@pytest.mark.rule(8)
def test_a_centre_changes_the_limits(tmp_path: Path, engine: Engine) -> None:
    """Limits of a centre's file reach the verdicts, and stand in the result with who changed them, when and why."""
    file = tmp_path / "limits.toml"
    file.write_text(
        '[[alignment_threshold]]\nmeasure = "estimated_error_p95"\nsum = 3.25\nauthor = "A. Physicist"\n'
        'date = 2026-01-31\nreason = "our own phantoms"\n'
    )
    out = tmp_path / "out"
    ran = run("assess", _folder(tmp_path / "in"), "--out", out, "--thresholds", file)
    assert ran.exit_code == 0, ran.output
    assert engine.limits == [3.25]
    (change,) = json.loads((out / "result.json").read_text())["provenance"]["overrides"]
    assert change["key"] == "alignment_threshold estimated_error_p95"
    assert change["value"].startswith("3D sum 3.25")
    assert (change["author"], change["date"], change["reason"]) == (
        "A. Physicist", "2026-01-31", "our own phantoms"
    )  # fmt: skip


@pytest.mark.rule(10)
def test_point_sum_only_labels_and_removes_nothing(tmp_path: Path, engine: Engine) -> None:
    """The same figures as under a good verdict, marked; limits see the point sum; the report is written in both languages."""
    folder = _folder(tmp_path / "in")
    good = result_of(folder)
    engine.use = Use.POINTS
    poor = result_of(folder)
    assert _values(poor) == _values(good)
    assert None not in (organ(poor).cumulative.mean_gy, organ(poor).cumulative.d0_1cc_gy)
    row = organ(poor)
    assert row.use == "point sum only"
    assert row.judged.basis == "point sum"
    assert row.judged.d0_03cc_gy == (
        row.point_sum.customary_d0_03cc_gy,
        row.point_sum.bound_d0_03cc_gy,
    )
    assert "alignment_points_only" in codes(poor)
    for language, words in (("en", "not judged by"), ("fr", "hors jugement")):
        out = tmp_path / language
        assert run("assess", folder, "--out", out, "--lang", language).exit_code == 0
        assert words in (out / "report.html").read_text(encoding="utf-8")


@pytest.mark.rule(10)
def test_the_structures_own_envelope(tmp_path: Path, engine: Engine) -> None:
    """3D sum with an envelope of 4 mm: 0.5 Gy/mm up and down in the old dose, and the range is what limits see."""
    engine.use, engine.envelope_mm = Use.ENVELOPE, 4.0
    row = organ(result_of(_folder(tmp_path)))
    assert row.envelope is not None
    assert row.envelope.d0_03cc_gy is not None
    assert (row.envelope.shift_mm, row.envelope.assumed) == (4.0, False)
    at = 10 - 30 / 400
    low, high = row.envelope.d0_03cc_gy
    assert high == pytest.approx(_highest(at + 4.0), rel=0.005)
    assert low == pytest.approx(_highest(at - 4.0), rel=0.005)
    assert row.judged.basis == "3D sum with envelope"
    assert row.judged.d0_03cc_gy == (low, high)


@pytest.mark.rule(9)
def test_partly_outside_the_deformation_is_an_interval(tmp_path: Path, engine: Engine) -> None:
    """Not defined beyond x = 2: half the cord may have received any dose of the old course, from none to its highest; said."""
    engine.undefined_above_x = 2.0
    folder = _folder(tmp_path / "in")
    assert run("assess", folder, "--out", tmp_path / "out").exit_code == 0
    result = result_of(folder)
    row = organ(result)
    assert row.cumulative.min_gy == 20.0
    assert row.cumulative_upper.max_gy == pytest.approx(eqd2(30 + 0.5 * 30.0, 15) + 20.0, rel=0.02)
    assert {one.metric for one in row.printed_as_range} >= {"mean", "min"}
    assert "outside_deformation" in codes(result)
    assert "NaN" not in json_text(result)


@pytest.mark.rule(8)
@pytest.mark.parametrize(("steepness", "told"), [(-1.5, True), (1.5, True), (0.2, False)])
def test_a_doubtful_mapping_is_said(tmp_path: Path, engine: Engine, steepness: float, told: bool) -> None:
    """Volumes times -0.5 (folded) or 2.5: said; times 1.2: not."""
    engine.steepness = steepness
    assert ("mapping_doubtful" in codes(result_of(_folder(tmp_path)))) == told


def _volume_cm3(polygons: Sequence[FloatArray]) -> float:
    return float(structure_samples(ContourStack(frame="f", polygons=tuple(polygons))).volumes_cm3.sum())


@pytest.mark.rule(14)
def test_propagated_structures_are_written(tmp_path: Path, engine: Engine) -> None:
    """A heart drawn only then: an RTSTRUCT on today's image, marked, 5 mm back along x, its volume kept; never a course's."""
    heart = PhantomStructure(name="Coeur", shape=sphere((5.0, 0.0, 0.0), 12.0), slice_mm=2.0)
    folder = _folder(tmp_path / "in", old_structures=[cord(), heart])
    out = folder / "report"
    assert run("assess", folder, "--out", out).exit_code == 0
    written = dcmread(out / "propagated.dcm")
    assert written.StructureSetLabel == "PROPAGATED"
    assert written.SeriesDescription.startswith("GRAYBOOK PROPAGATED")
    (roi,) = written.StructureSetROISequence
    assert (roi.ROIName, roi.ROIGenerationAlgorithm) == ("Coeur", "AUTOMATIC")
    assert "not approved" in roi.ROIDescription
    image = dcmread(next((folder / "new").rglob("CT*")))
    assert written.FrameOfReferenceUID == image.FrameOfReferenceUID
    contours = written.ROIContourSequence[0].ContourSequence
    named = {one.ContourImageSequence[0].ReferencedSOPInstanceUID for one in contours}
    assert image.SOPInstanceUID in {dcmread(path).SOPInstanceUID for path in (folder / "new").rglob("CT*")}
    assert named <= {dcmread(path).SOPInstanceUID for path in (folder / "new").rglob("CT*")}
    polygons = [np.array(one.ContourData, dtype=float).reshape(-1, 3) for one in contours]
    centre = np.concatenate(polygons).mean(axis=0)
    assert centre == pytest.approx([0.0, 0.0, 0.0], abs=0.5)
    assert _volume_cm3(polygons) == pytest.approx(4.0 / 3.0 * np.pi * 1.2**3, rel=0.05)
    listed = {one["path"]: one for one in scanned(folder)["files"]}
    assert listed["report/propagated.dcm"]["used_as"] is None
    assert json_text(result_of(folder)) == (out / "result.json").read_text(encoding="utf-8")
    row = organ(result_of(folder), "Coeur")
    assert row.origin == "propagated"
    assert row.cumulative.max_gy == pytest.approx(eqd2(30 + 0.5 * 17.0, 15, 2.5) + 20.0, rel=0.003)


@pytest.mark.rule(14)
def test_nothing_is_written_where_nothing_was_propagated(tmp_path: Path, engine: Engine) -> None:
    """All organs drawn today: no file; one of an earlier run is taken away."""
    folder = _folder(tmp_path / "in")
    out = tmp_path / "out"
    out.mkdir()
    (out / "propagated.dcm").write_bytes(b"old")
    assert run("assess", folder, "--out", out).exit_code == 0
    assert not (out / "propagated.dcm").exists()


@pytest.mark.rule(8)
def test_an_alignment_may_be_declined(tmp_path: Path, engine: Engine) -> None:
    """A person wants none: nothing computed, nothing refused; the point sums serve, and page 1 says that it was a choice."""
    folder = state(_folder(tmp_path / "in"), f'[[course]]\ncourse = "{OLD}"\nalignment = "declined"')
    result = result_of(folder)
    assert engine.asked == []
    assert result.refusals == []
    assert set(_values(result).values()) == {None}
    assert organ(result).judged.basis == "point sum"
    assert organ(result).point_sum.complete
    assert "alignment_declined" in codes(result)
    assert run("assess", folder, "--out", tmp_path / "out").exit_code == 0
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "By choice no alignment of" in page
