"""Doses written one plane a file become one volume when they are one; else each says why not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from graybook.dicom.dose_planes import with_assembled_planes

STORED = np.arange(24).reshape(4, 2, 3)
ORDER = (2, 0, 3, 1)


def plane(tiny: Any, read: Any, k: int, z: float, scaling: float = 0.01, **changes: Any) -> Any:
    dataset = tiny.dose(
        np.round(STORED[k : k + 1] * 0.01 / scaling),
        uid=f"1.2.3.50.{k}",
        ImagePositionPatient=[-10, -20, z],
        DoseGridScaling=str(scaling),
        **{"GridFrameOffsetVector": None, **changes},
    )
    return read(dataset, f"{k}.dcm")


def test_planes_make_one_volume(tiny: Any, read: Any) -> None:
    """Four files, each with its own scaling, are the dose of one four-plane file, in any order of the files."""
    planes = [plane(tiny, read, k, -30 + 3.0 * k, scaling=0.01 / (k + 1)) for k in ORDER]
    (whole,), (said,) = with_assembled_planes(planes)
    twin = read(tiny.dose())
    assert whole.problem is None
    assert whole.parts == ("0.dcm", "1.dcm", "2.dcm", "3.dcm")
    assert (said.code, said.params["count"]) == ("dose_planes_assembled", 4)
    np.testing.assert_allclose(whole.grid.centres(), twin.grid.centres())
    np.testing.assert_allclose(whole.voxels(), twin.voxels(), atol=1e-12)
    (again,), _ = with_assembled_planes(planes[::-1])
    assert (again.header.sha256, again.header.sop_instance_uid) == (
        whole.header.sha256,
        whole.header.sop_instance_uid,
    )


def test_uneven_planes_of_single_files(tiny: Any, read: Any) -> None:
    """Planes 2, 2 and 3 mm apart keep their places."""
    planes = [plane(tiny, read, k, z) for k, z in enumerate((0.0, 2.0, 4.0, 7.0))]
    (whole,), _ = with_assembled_planes(planes)
    assert whole.grid.offsets_mm.tolist() == [0, 2, 4, 7]


@pytest.mark.parametrize(
    ("heights", "changes", "why"),
    [
        ((0.0, 3.0, 3.0, 6.0), {}, "two planes at one position"),
        ((0.0, 3.0, 9.0, 12.0), {}, "a plane is missing in a gap of 6 mm"),
        ((0.0, 3.0, 6.0, 9.0), {"ImageOrientationPatient": [0, 1, 0, -1, 0, 0]}, "not parallel"),
        ((0.0, 3.0, 6.0, 9.0), {"PixelSpacing": [2, 4]}, "different size"),
    ],
)
def test_planes_that_make_no_volume(
    tiny: Any, read: Any, heights: tuple[float, ...], changes: dict[str, Any], why: str
) -> None:
    """Repeated, missing, turned or unlike planes: every file keeps a problem that says why."""
    planes = [plane(tiny, read, k, z, **(changes if k == 2 else {})) for k, z in enumerate(heights)]
    doses, said = with_assembled_planes(planes)
    assert (len(doses), said) == (4, ())
    assert {dose.problem.code for dose in doses} == {"dose_planes_apart"}
    assert all(why in dose.problem.params["value"] for dose in doses)


def test_planes_of_other_plans_stay_apart(tiny: Any, read: Any) -> None:
    """Planes that name another beam are not mixed; a lone plane keeps its reason."""
    planes = [plane(tiny, read, k, 3.0 * k) for k in range(3)]
    lone = plane(tiny, read, 3, 9.0, DoseComment="other")
    doses, _ = with_assembled_planes([*planes, lone])
    assert [dose.problem and dose.problem.code for dose in doses] == [None, "dose_single_plane"]
    whole = read(tiny.dose())
    assert with_assembled_planes([whole]) == ((whole,), ())


def test_planes_without_a_frame_stay_apart(tiny: Any, read: Any) -> None:
    """Planes of no frame of reference could lie anywhere: they are not put together."""
    planes = [plane(tiny, read, k, 3.0 * k, FrameOfReferenceUID=None) for k in range(3)]
    doses, _ = with_assembled_planes(planes)
    assert [dose.problem.code for dose in doses] == ["dose_single_plane"] * 3
