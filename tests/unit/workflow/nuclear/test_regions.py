"""Regions: drawn on the image, in its frame, as voxels or contours, or carried by one registration; never a pick."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.dicom.facts import FileFacts, RegistrationFacts, SegmentationFacts, SegmentFacts
from graybook.files import Settings, parse
from graybook.geometry import Grid
from graybook.workflow.folder.scan import scan_facts
from graybook.workflow.nuclear.dosimetry import Dosimetry, dosimetry
from phantoms.activity import CUBES, FRAME, SIDE, SPACING_MM, administered, cubes, mbq_of, report, spect
from phantoms.facts import header

HOURS = (24.0, 72.0, 168.0)
CT_FRAME = "1.2.3.900"
SIGNED = 'author = "A"\ndate = 2026-01-31\nreason = "r"\n'


def found(*facts: FileFacts, settings: str = "") -> Dosimetry:
    stated = parse(settings) if settings else Settings()
    images = [spect(f"i{h:g}", {"Kidney_L": mbq_of(100.0, 50.0)}, h) for h in HOURS]
    (person,) = scan_facts([*images, report("sr", administered()), *facts], stated).persons
    return dosimetry(person, stated)


def activities(result: Dosimetry) -> list[float]:
    (cycle,) = result.result.cycles
    return [
        point.activity_mbq
        for organ in cycle.organs
        if organ.organ == "Kidney_L"
        for point in organ.time_points
    ]


def truth() -> list[float]:
    return [100.0 * 2.0 ** (-h / 50.0) for h in HOURS]


def codes(result: Dosimetry) -> set[str]:
    return {one.code for one in result.findings}


def segmentation(label: str = "Left kidney", *, fraction: float = 1.0) -> SegmentationFacts:
    """The left cube as voxels of the image's own grid; ``fraction`` of each voxel."""
    shape = (24, 24, 32)
    mask = np.zeros(shape)
    z, y, x = CUBES["Kidney_L"]
    mask[z : z + SIDE, y : y + SIDE, x : x + SIDE] = fraction
    grid = Grid(
        frame=FRAME, shape=shape, origin_mm=np.zeros(3), spacing_mm=np.full(3, SPACING_MM), axes=np.eye(3)
    )
    segment = SegmentFacts(
        number=1, label=label, category="Anatomical Structure", kind="Left kidney", algorithm="MANUAL",
        mask=lambda: mask, is_fraction=fraction < 1.0,
    )  # fmt: skip
    return SegmentationFacts(
        header=header("seg", "SEG", frame=FRAME), label="seg", grid=grid, segments=(segment,)
    )


def registration(name: str, shift_mm: float, *, approval: str = "") -> RegistrationFacts:
    """From the CT's frame to the image's, by a shift along x."""
    matrix = np.eye(4)
    matrix[0, 3] = shift_mm
    return RegistrationFacts(
        header=header(name, "REG", frame=FRAME), links=((CT_FRAME, FRAME, matrix),), approval=approval
    )


@pytest.mark.parametrize("label", ["Left kidney", "Rein gauche", "segment 1"])
def test_segments(label: str) -> None:
    """Voxels of a segment hold the activity of the cube to the last digit; a label that says nothing leaves it to the code."""
    assert activities(found(segmentation(label))) == pytest.approx(truth(), rel=1e-9)


def test_fractions_of_voxels() -> None:
    """A segment that fills half of each voxel holds half of the activity, in half of the volume."""
    assert activities(found(segmentation(fraction=0.5))) == pytest.approx(
        [0.5 * a for a in truth()], rel=1e-9
    )


def test_carried_by_a_registration() -> None:
    """Contours on a CT whose frame lies 33 mm aside find the cube through the registration, and that is said."""
    drawn = cubes("ct", ("Kidney_L",), frame=CT_FRAME, shift_mm=-33.0)
    result = found(drawn, registration("reg", 33.0))
    assert activities(result) == pytest.approx(truth(), rel=2e-3)
    assert "nuclear_region_carried" in codes(result)


def test_registrations_that_differ() -> None:
    """Two registrations between the frames are a question, until one is approved."""
    drawn = cubes("ct", ("Kidney_L",), frame=CT_FRAME, shift_mm=-33.0)
    pair = [registration("a", 33.0), registration("b", 40.0)]
    asked = found(drawn, *pair)
    assert "nuclear_registrations_several" in codes(asked)
    assert activities(asked) == []
    approved = found(drawn, registration("a", 33.0, approval="APPROVED"), pair[1])
    assert activities(approved) == pytest.approx(truth(), rel=2e-3)


def test_named_by_a_person() -> None:
    """A structure whose name says nothing is the organ that a person names."""
    text = f'[[structure]]\nnames = ["segment 7"]\ntg263 = "Kidney_L"\n{SIGNED}'
    strange = segmentation("segment 7")
    assert activities(found(strange, settings=text)) == pytest.approx(truth(), rel=1e-9)


def test_a_target_of_another_frame_is_not_carried() -> None:
    """Registrations carry organs; a target planned elsewhere is not a region of this image."""
    drawn = cubes("ct", ("Kidney_L",), frame=CT_FRAME, shift_mm=-33.0)
    target = cubes("plan", ("Kidney_R",), frame=CT_FRAME)
    named = f'[[structure]]\nnames = ["Kidney_R"]\nkind = "target"\n{SIGNED}'
    (cycle,) = found(drawn, target, registration("reg", 33.0), settings=named).result.cycles
    assert [one.organ for one in cycle.organs] == ["Kidney_L"]
