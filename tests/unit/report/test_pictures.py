"""The pictures are the same bytes for the same input, hold no date, and survive what files contain."""

from __future__ import annotations

import re
import warnings
from types import SimpleNamespace
from xml.parsers.expat import ParserCreate

import numpy as np
import pytest

from graybook.report.drawing import HUES, shortened
from graybook.report.histograms import shown_curves
from graybook.report.material import Plane
from graybook.report.pictures import pictures
from graybook.report.slices import cropped, isodose_levels_gy, outlined_structures
from graybook.report.timeline import years


def well_formed(svg: str) -> None:
    """Raise where the text is no well-formed XML."""
    ParserCreate().Parse(svg, True)


@pytest.mark.rule(16)
def test_same_input_gives_same_bytes(made: SimpleNamespace) -> None:
    """Two materials made alike give the same pictures, and none holds a date of today."""
    first, again = pictures(made.material(), "en"), pictures(made.material(), "en")
    assert dict(first) == dict(again)
    assert all("dc:date" not in svg for svg in first.values())


@pytest.mark.parametrize("builder", ["whole", "single", "six", "left", "hostile"])
def test_pictures_are_well_formed(made: SimpleNamespace, builder: str) -> None:
    """Each picture is well-formed XML, whatever the names in the files."""
    for svg in pictures(getattr(made, builder)(), "fr").values():
        well_formed(svg)
        assert "<script" not in svg


def test_nothing_to_draw_gives_nothing(made: SimpleNamespace) -> None:
    """Without planes and curves there is no picture of them."""
    drawn = pictures(made.refused(), "en")
    assert drawn["planes"] == drawn["histograms"] == ""
    assert drawn["timeline"]


def test_dose_that_is_flat_or_missing(made: SimpleNamespace) -> None:
    """A plane without dose, of one value, or outside every grid is drawn without isodoses."""
    axis = np.arange(-50.0, 50.0, 5.0)
    planes = tuple(
        Plane(
            name=name,
            position_mm=0.0,
            horizontal_mm=axis,
            vertical_mm=axis,
            image=None,
            dose_gy=dose,
            contours=(),
        )
        for name, dose in (
            ("axial", None),
            ("coronal", np.full((20, 20), np.nan)),
            ("sagittal", np.zeros((20, 20))),
        )
    )
    well_formed(pictures(made.material(drawn=planes), "en")["planes"])


def test_letters_without_a_glyph_are_no_error(made: SimpleNamespace) -> None:
    """A structure named in another script is drawn, as boxes at worst."""
    found = made.result()
    renamed = [found.structures[1].model_copy(update={"name": "脊髄"})]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn = pictures(made.material(found.model_copy(update={"structures": renamed})), "en")
    assert drawn["histograms"]


def test_isodoses_are_round() -> None:
    """Levels are round, below the highest dose, six at most."""
    assert isodose_levels_gy(62.0) == (10.0, 20.0, 30.0, 40.0, 50.0, 60.0)
    assert isodose_levels_gy(3.2) == (0.5, 1.0, 1.5, 2.0, 2.5, 3.0)
    assert isodose_levels_gy(0.0) == ()
    assert len(isodose_levels_gy(5000.0)) == 6


def test_outlines_start_with_the_most_loaded_organ(made: SimpleNamespace) -> None:
    """The most loaded organ and the target are outlined; the external contour is not."""
    names = outlined_structures(made.whole())
    assert names[0] == "Poumon D"
    assert names[1].startswith("PTV")
    assert "BODY" not in names


def test_histograms_show_the_most_loaded(made: SimpleNamespace) -> None:
    """The six most loaded organs are drawn, in the order of their load."""
    material = made.whole()
    assert [item.structure for item in shown_curves(material)] == list(material.ranking[:6])


def test_lines_differ_in_more_than_colour(made: SimpleNamespace) -> None:
    """Curves of different courses have different dashes."""
    svg = pictures(made.whole(), "en")["histograms"]
    dashes = {
        colour: set(re.findall(rf"stroke-dasharray: ([\d. ,]+);[^\"]*stroke: {colour.lower()}", svg))
        for colour in HUES[:3]
    }
    assert all(dashes.values())
    assert len({frozenset(found) for found in dashes.values()}) == 3


def test_years_are_to_scale() -> None:
    """A date is its year and the part of it that is over."""
    assert years("2020-01-01") == 2020.0
    assert years("2019-07-02") == pytest.approx(2019.5, abs=0.003)


def test_leading_underscore_survives() -> None:
    """Matplotlib drops legends that begin with an underscore; ours keep them."""
    assert shortened("_cord", 20).strip() == "_cord"
    assert shortened("x" * 50, 10) == "x" * 9 + "…"


def test_air_and_couch_are_cut_away() -> None:
    """A plane is drawn around the patient: air, and a couch apart from the body, are left out."""
    axis = np.arange(-200.0, 200.0, 4.0)
    image = np.full((100, 100), -1000.0)
    image[40:60, 30:70] = 0.0
    image[90:92, :] = 0.0
    plane = Plane(
        name="axial",
        position_mm=0.0,
        horizontal_mm=axis,
        vertical_mm=axis,
        image=image,
        dose_gy=None,
        contours=(),
    )
    cut = cropped(plane, ())
    assert (cut.horizontal_mm[0], cut.horizontal_mm[-1]) == (axis[28], axis[71])
    assert (cut.vertical_mm[0], cut.vertical_mm[-1]) == (axis[38], axis[61])
    assert cut.image is not None
    assert cut.image.shape == (24, 44)
