"""Sides (rule 14). LPS: x grows towards the patient's left."""

from __future__ import annotations

from functools import partial

import pytest

from graybook.workflow.organs import laterality

side_findings = partial(laterality.side_findings, course="2019")


@pytest.mark.rule(14)
def test_left_organ_on_the_right_is_flagged() -> None:
    """A left lung at x = -60 of a patient whose midline is at 10."""
    found = side_findings({"BODY": ("External", "external", 10.0), "Lung L": ("Lung_L", "organ", -60.0)})
    assert [(one.code, one.subject, one.params["offset_mm"]) for one in found] == [
        ("structure_side", "Lung L", 70.0)
    ]


def test_right_places_are_not_flagged() -> None:
    """Left at larger x than right, with and without an external contour."""
    pair = {"L": ("Lung_L", "organ", 80.0), "R": ("Lung_R", "organ", -50.0)}
    assert side_findings(pair) == ()
    assert side_findings({"BODY": ("External", "external", 10.0), **pair}) == ()


def test_swapped_pair_is_flagged_without_external() -> None:
    """Each organ of the pair lies beyond the middle of both."""
    found = side_findings({"L": ("Kidney_L", "organ", -50.0), "R": ("Kidney_R", "organ", 50.0)})
    assert [one.subject for one in found] == ["L", "R"]


def test_near_the_midline_nothing_is_judged() -> None:
    """A brachial plexus of 4 mm past the midline may be drawn so."""
    assert (
        side_findings({"BODY": ("External", "external", 0.0), "P": ("BrachialPlex_L", "organ", -4.0)}) == ()
    )


def test_one_side_alone_without_external_is_not_judged() -> None:
    """Nothing tells where the midline is."""
    assert side_findings({"L": ("Lung_L", "organ", -80.0)}) == ()
