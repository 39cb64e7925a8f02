"""The pictures of an alignment: the two images, the change of volume and the error, in both languages."""

from __future__ import annotations

import struct
from dataclasses import replace

import numpy as np
import pytest

from graybook.report.alignment_figures import alignment_pngs, alignment_svgs
from graybook.report.alignment_material import AlignedPlane, AlignmentPictures
from graybook.text import Language


def plane(name: str = "axial") -> AlignedPlane:
    """A disc of tissue, found a little larger in the moving image, which ends before the disc does."""
    across, along = np.arange(-90.0, 90.0, 2.0), np.arange(-60.0, 60.0, 2.0)
    x, y = np.meshgrid(across, along)
    moved = np.where(np.hypot(x, y) < 46.0, 30.0, -1000.0)
    return AlignedPlane(
        name=name,
        position_mm=-12.0,
        horizontal_mm=across,
        vertical_mm=along,
        fixed=np.where(np.hypot(x, y) < 44.0, 30.0, -1000.0),
        moved=np.where(x > 30.0, np.nan, moved),
        volume_ratio=np.where(np.hypot(x, y) < 5.0, -0.1, 1.1),
        error_mm=np.where(y > 20.0, np.inf, 1.5),
    )


def shown(*planes: AlignedPlane) -> AlignmentPictures:
    """What is drawn, with names of courses that need care."""
    return AlignmentPictures(
        planes=planes,
        fixed_name="<b>Poumon</b> $2026$, 2026-01-05",
        moving_name="Médiastin 2009, 2009-03-02",
        fixed_window=(-160.0, 240.0),
        moving_window=(-160.0, 240.0),
        method="deformable",
    )


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_picture_is_drawn(language: Language) -> None:
    """Four PNG files as wide as the page's text, and the same as SVG."""
    planes = (plane("axial"), plane("coronal"), plane("sagittal"))
    drawn = alignment_pngs(shown(*planes), language)
    assert list(drawn) == ["checkerboard", "edges", "jacobian", "error"]
    for data in drawn.values():
        assert data.startswith(b"\x89PNG")
        assert struct.unpack(">I", data[16:20])[0] == round(7.1 * 220)
    assert all(text.count("<svg") == 1 for text in alignment_svgs(shown(*planes), language).values())


def test_languages_differ() -> None:
    """What is printed is printed in the language asked for."""
    assert alignment_pngs(shown(plane()), "en")["edges"] != alignment_pngs(shown(plane()), "fr")["edges"]


def test_same_planes_same_bytes() -> None:
    """No clock and no version enters a picture."""
    assert alignment_pngs(shown(plane()), "en") == alignment_pngs(shown(plane()), "en")


def test_no_error_no_map() -> None:
    """Without an estimate there is no picture of one."""
    bare = shown(replace(plane(), error_mm=None))
    assert "error" not in alignment_pngs(bare, "en")
    assert alignment_svgs(bare, "en")["error"] == ""


def test_nothing_to_draw() -> None:
    """Without a plane there is no picture at all."""
    assert alignment_pngs(shown(), "en") == {}


@pytest.mark.parametrize("value", [np.nan, -1000.0, 30.0])
def test_odd_planes_are_drawn(value: float) -> None:
    """A plane outside the image, one of air and one of nothing but tissue are drawn without a warning."""
    one = plane()
    odd = replace(one, fixed=np.full(one.fixed.shape, value), moved=np.full(one.fixed.shape, np.nan))
    assert len(alignment_pngs(shown(odd), "en")) == 4
