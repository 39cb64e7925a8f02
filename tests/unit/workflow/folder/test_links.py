"""Links: by UID, else the unambiguous one of the frame, said; never a guess among several."""

from __future__ import annotations

from graybook.workflow.folder.links import links_of
from graybook.workflow.folder.objects import Object, Objects, objects_of
from phantoms.activity import FRAME, cubes, spect
from phantoms.facts import a_dose, a_plan, a_slice, structures


def objects(*facts: Object) -> Objects:
    return objects_of(facts)


def test_links_by_uid() -> None:
    """Dose, plan, structure set and image series find each other by UID, without a word."""
    plan, dose = a_plan("A", structure_set="S"), a_dose("A", plans=["A"])
    links = links_of(objects(plan, dose, structures("S", series=["ct"]), a_slice(0), a_slice(1)))
    assert links.plan_of_dose["A.dose"] is plan
    assert links.structures_of["A.plan"].header.path == "S"
    assert links.structures_of["A.dose"].header.path == "S"
    assert links.series_of["S"] == ("ct",)
    assert not links.findings


def test_dose_without_references_takes_the_one_structure_set_of_its_frame() -> None:
    """A dose that refers to nothing takes the only RTSTRUCT of its frame, said as inferred."""
    links = links_of(objects(a_dose("A"), structures("S"), structures("T", frame="1.2.3.999")))
    assert links.structures_of["A.dose"].header.path == "S"
    assert [one.code for one in links.findings] == ["link_inferred"]


def test_two_candidates_are_never_picked_from() -> None:
    """Two structure sets of one frame and study: no link, and both are named."""
    links = links_of(objects(a_dose("A"), structures("S"), structures("T")))
    assert "A.dose" not in links.structures_of
    (finding,) = links.findings
    assert finding.code == "link_ambiguous"
    assert finding.params["targets"] == "S, T"


def test_same_study_comes_first() -> None:
    """Of two structure sets of the frame, the one of the dose's study is unambiguous."""
    links = links_of(objects(a_dose("A"), structures("S"), structures("T", study_uid="other")))
    assert links.structures_of["A.dose"].header.path == "S"


def test_named_plan_that_is_absent_is_not_replaced() -> None:
    """A dose that names a plan which is not here is never given another plan."""
    links = links_of(objects(a_dose("A", plans=["gone"]), a_plan("B")))
    assert "A.dose" not in links.plan_of_dose
    assert [one.code for one in links.findings] == ["link_target_missing"]


def test_plan_that_names_its_dose() -> None:
    """A dose without a plan reference takes the only free plan of its frame."""
    plan = a_plan("B")
    links = links_of(objects(a_dose("A"), plan))
    assert links.plan_of_dose["A.dose"] is plan
    assert [one.code for one in links.findings] == ["link_inferred"]


def test_two_doses_for_one_free_plan_are_ambiguous() -> None:
    """Two doses without reference and one plan: neither dose is given the plan."""
    links = links_of(objects(a_dose("A"), a_dose("B"), a_plan("C")))
    assert not links.plan_of_dose
    assert {one.code for one in links.findings} == {"link_ambiguous"}


def test_structures_on_activity_images_have_none_to_choose() -> None:
    """A set in the frame of four SPECT of 177Lu, with or without their CTs, is used on each: nothing is ambiguous. Of FDG it is."""
    scans = [spect(f"s{hours}", {}, hours) for hours in (4, 24, 72, 168)]
    cts = [a_slice(0, series=name, frame=FRAME) for name in ("ct1", "ct2")]
    for images in (scans, [*scans, *cts]):
        assert links_of(objects(cubes(), *images)).findings == ()
    for images in (cts, [spect(f"p{n}", {}, n, nuclide="F-18") for n in (1, 2)]):
        assert [one.code for one in links_of(objects(cubes(), *images)).findings] == ["link_ambiguous"]
    planned = objects(a_plan("A", structure_set="S"), structures("S", frame=FRAME), *scans)
    assert [one.code for one in links_of(planned).findings] == ["link_ambiguous"]


def test_image_of_the_frame_is_inferred_identity() -> None:
    """A structure set that names no image takes the only series of its frame, said as inferred."""
    links = links_of(objects(structures("S"), a_slice(0), a_slice(1)))
    assert links.series_of["S"] == ("ct",)
    assert [one.code for one in links.findings] == ["image_inferred_by_frame"]


def test_frame_of_a_plan_is_that_of_its_structures() -> None:
    """A plan without a frame of its own lies in the frame of its structure set."""
    links = links_of(objects(a_plan("A", frame="", structure_set="S"), structures("S", series=["ct"])))
    assert links.frame_of["A.plan"] == "1.2.3.100"
