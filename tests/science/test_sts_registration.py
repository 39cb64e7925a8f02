"""A real MR and CT of one thigh, and the commercial registration between them: what can be recovered, and what cannot.

``sts_001_mr`` holds an MR in its own oblique frame, the same MR resampled into the CT's frame by a commercial system, and the CT.

* MR to resampled MR are one image twice: the commercial transform itself comes back. It is proved by what no registration here has
  seen: the contour of GTV_Mass, drawn on the MR and carried by the commercial system into the CT's frame.
* MR to CT are two images of a leg that lay differently. From whatever start, Graybook ends at one place, about 3 degrees and 9 mm
  from the commercial transform at GTV_Mass. Which of the two is nearer is decided by bone: compact bone gives no MR signal.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from graybook.geometry import Grid, GridField
from graybook.geometry.arrays import FloatArray
from graybook.geometry.transform import Affine
from graybook.registration.rigid import rigid
from graybook.registration.volume import Volume


def _volume(folder: Path, frame: str) -> Volume:
    slices = [pydicom.dcmread(file) for file in sorted((folder / frame / "image").rglob("*.dcm"))]
    along = np.array(slices[0].ImageOrientationPatient, dtype=float)
    axes = np.stack([along[:3], along[3:], np.cross(along[:3], along[3:])], axis=1)
    slices.sort(key=lambda one: float(axes[:, 2] @ np.array(one.ImagePositionPatient, dtype=float)))
    first, last = (np.array(slices[k].ImagePositionPatient, dtype=float) for k in (0, -1))
    rows_mm, columns_mm = (float(v) for v in slices[0].PixelSpacing)
    values = [
        one.pixel_array * float(one.get("RescaleSlope", 1)) + float(one.get("RescaleIntercept", 0))
        for one in slices
    ]
    return Volume(
        grid=Grid(
            frame=frame,
            shape=(len(slices), *values[0].shape),
            origin_mm=first,
            spacing_mm=np.array([columns_mm, rows_mm, np.linalg.norm(last - first) / (len(slices) - 1)]),
            axes=axes,
        ),
        values=np.stack(values).astype(np.float32),
        modality=str(slices[0].Modality),
    )


def _contour(folder: Path, frame: str) -> FloatArray:
    """Points of GTV_Mass."""
    file = next((folder / frame / "mask").rglob("*.dcm"))
    structures = pydicom.dcmread(file)
    numbers = {
        int(one.ROINumber)
        for one in structures.StructureSetROISequence
        if str(one.ROIName).startswith("GTV_Mass")
    }
    (roi,) = (one for one in structures.ROIContourSequence if int(one.ReferencedROINumber) in numbers)
    return np.concatenate(
        [np.array(one.ContourData, dtype=float).reshape(-1, 3) for one in roi.ContourSequence]
    )


@pytest.fixture(scope="module")
def folder(test_data: Path) -> Path:
    return test_data / "sts_001_mr"


@pytest.fixture(scope="module")
def images(folder: Path) -> dict[str, Volume]:
    return {frame: _volume(folder, frame) for frame in ("CT", "native_MR_T1", "registered_MR_T1")}


@pytest.fixture(scope="module")
def commercial(images: dict[str, Volume]) -> Affine:
    """The commercial transform, from the CT's frame to the MR's, as the two copies of the MR show it."""
    found = rigid(images["registered_MR_T1"], images["native_MR_T1"]).transform
    assert isinstance(found, Affine)
    return Affine(from_frame="CT", to_frame="native_MR_T1", matrix=found.matrix)


def _between(one: Affine, two: Affine, point_mm: FloatArray) -> tuple[float, float]:
    """Degrees and mm (at a point of the CT's frame) between two transforms."""
    turn = one.matrix[:3, :3] @ two.matrix[:3, :3].T
    there = one.apply(point_mm[None], frame="CT") - two.apply(point_mm[None], frame="CT")
    return float(np.degrees(Rotation.from_matrix(turn).magnitude())), float(np.linalg.norm(there))


def test_the_two_copies_of_the_mr_give_the_commercial_transform(
    folder: Path, images: dict[str, Volume], commercial: Affine
) -> None:
    """35 degrees; the contour it carried lies on the contour it was given; the other way round agrees to 0.1 degree, 0.3 mm."""
    turn = Rotation.from_matrix(commercial.matrix[:3, :3])
    assert np.degrees(turn.magnitude()) == pytest.approx(35.3, abs=0.2)
    carried, drawn = _contour(folder, "CT"), _contour(folder, "native_MR_T1")
    middle = (carried.min(axis=0) + carried.max(axis=0)) / 2
    there = commercial.apply(carried, frame="CT")
    # points of either contour are up to 5 mm apart; the ends of the structure, along the MR's own planes, are exact
    assert np.median(cKDTree(there).query(drawn)[0]) < 1.5
    assert np.linalg.norm(there.mean(axis=0) - drawn.mean(axis=0)) < 2.0
    back = rigid(images["native_MR_T1"], images["registered_MR_T1"]).transform
    assert isinstance(back, Affine)
    again = Affine(from_frame="CT", to_frame="native_MR_T1", matrix=back.inverse().matrix)
    degrees, distance_mm = _between(again, commercial, middle)
    assert degrees < 0.1
    assert distance_mm < 0.3


def test_mr_to_ct_ends_at_one_place_that_fits_bone(
    folder: Path, images: dict[str, Volume], commercial: Affine
) -> None:
    """Three starts agree within 1 degree and 1 mm; compact bone is darker on the MR there than under the commercial transform."""
    contour = _contour(folder, "CT")
    middle = (contour.min(axis=0) + contour.max(axis=0)) / 2
    found = [rigid(images["CT"], images["native_MR_T1"]).transform]
    for turn_deg, shift_mm in (((10, -5, 3), (10, -8, 12)), ((-8, 6, -6), (-12, 8, -14))):
        off = np.eye(4)
        off[:3, :3] = Rotation.from_rotvec(np.radians(turn_deg)).as_matrix()
        off[:3, 3] = middle - off[:3, :3] @ middle + shift_mm
        start = Affine(from_frame="CT", to_frame="CT", matrix=off).then(commercial)
        found.append(rigid(images["CT"], images["native_MR_T1"], starts=[start]).transform)
    for one in found:
        assert isinstance(one, Affine)
        assert isinstance(found[0], Affine)
        degrees, distance_mm = _between(one, found[0], middle)
        assert degrees < 1.0
        assert distance_mm < 1.0
        degrees, distance_mm = _between(one, commercial, middle)
        assert degrees < 4.0
        assert distance_mm < 11.0
        assert _bone_signal(images, one) < 0.7 * _bone_signal(images, commercial)


def _bone_signal(images: dict[str, Volume], transform: Affine) -> float:
    """Mean MR signal where the CT shows compact bone."""
    ct, mr = images["CT"], images["native_MR_T1"]
    compact = ct.grid.points_at(np.argwhere(ct.values > 900.0)[:, ::-1].astype(float))
    field = GridField(grid=mr.grid, values=mr.values.astype(float))
    samples = field.sample(transform.apply(compact, frame="CT"))
    return float(samples.low[samples.inside].mean())
