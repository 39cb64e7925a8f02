"""Scan: every file of a folder is used or has its reason; persons, courses and what forbids a sum (rules 8, 16)."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from pathlib import Path

import pytest

import graybook.workflow
from graybook.dicom.facts import OtherFacts
from graybook.errors import InputError, NotComparable, UsageError
from graybook.files import Settings, parse
from graybook.progress import silent
from graybook.record import EvidenceGrade, Finding, Quantity, Status
from graybook.text import keys, placeholders
from graybook.workflow.folder.scan import ScanResult, scan, scan_facts
from phantoms import PhantomCourse, PhantomPlan, PhantomStructure, sphere, uniform, write_phantom
from phantoms.facts import a_dose, a_plan, a_slice, structures

DATA_SETS = [
    *("breast_complete", "elastix_lung", "elastix_lung_points", "proton_plan03", "pydicom_rt"),
    *("pymedphys_data", "pyskindose_rdsr", "slicerrt_eclipse", "sts_001_mr"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One small course: 20 Gy in 10, a ball, five slices, ten sessions."""
    ball = PhantomStructure(name="Ball", shape=sphere((0, 0, 0), 8))
    plan = PhantomPlan(dose_gy=uniform(20.0), fractions=10, prescription_gy=20.0, sessions=10)
    course = PhantomCourse(
        name="first",
        day=date(2015, 5, 4),
        structures=(ball,),
        plans=(plan,),
        extent_mm=(20, 20, 20),
        spacing_mm=(5, 5, 5),
    )
    return write_phantom(tmp_path_factory.mktemp("phantom"), (course,))


def reasons(result: ScanResult) -> dict[str, str]:
    return {one.path: one.reason.code for one in result.files if one.reason is not None}


def test_written_course_is_read_back(folder: Path) -> None:
    """A written course comes back: grade A, ten of ten sessions, its dose, its structure, its image."""
    result = scan(folder, silent)
    (person,) = result.persons
    (course,) = person.record.courses
    (phase,) = course.phases
    assert course.evidence_grade is EvidenceGrade.A
    assert (phase.status, phase.fractions_delivered, phase.fractions_planned) == (Status.DELIVERED, 10, 10)
    assert phase.dose is not None
    assert phase.dose.quantity is Quantity.PHYSICAL
    assert float(phase.dose.voxels().max()) == pytest.approx(20.0, rel=1e-3)
    assert [one.name for one in course.structure_sets[0].structures] == ["Ball"]
    assert len(course.images) == 1
    assert course.start_date == date(2015, 5, 4)


@pytest.mark.rule(16)
def test_every_file_of_the_folder_is_listed(folder: Path) -> None:
    """Each file stands once, with a use or a reason."""
    result = scan(folder, silent)
    here = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert sorted(one.path for one in result.files) == here
    assert all((one.used_as is None) == (one.reason is not None) for one in result.files)
    assert {one.used_as for one in result.files} == {
        "plan",
        "dose",
        "structures",
        "image",
        "treatment record",
    }


def test_zip_and_settings_are_listed(folder: Path, tmp_path: Path) -> None:
    """A zip stands beside its members; graybook.toml is used as settings; a text file has its reason."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for path in sorted(folder.rglob("*.dcm")):
            archive.write(path, path.relative_to(folder).as_posix())
    (tmp_path / "graybook.toml").write_text("# nothing yet\n", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("hello", encoding="utf-8")
    result = scan(tmp_path, silent)
    used = {one.path: one.used_as for one in result.files}
    assert used["a.zip"] == "archive"
    assert used["graybook.toml"] == "settings"
    assert used["notes.txt"] is None
    assert any(path.startswith("a.zip!/") and use == "dose" for path, use in used.items())
    inside = scan(tmp_path / "a.zip", silent)
    assert inside.persons[0].record.courses[0].id == result.persons[0].record.courses[0].id


def test_wrong_settings_do_not_stop_the_walk(folder: Path, tmp_path: Path) -> None:
    """A mistake in graybook.toml is kept beside the scan; nothing may be computed until it is mended."""
    (tmp_path / "graybook.toml").write_text('[[course]]\ncours = "x"\n', encoding="utf-8")
    result = scan(tmp_path, silent)
    assert result.settings_error is not None
    with pytest.raises(InputError):
        result.person_to_sum()


def test_objects_of_no_course_have_reasons() -> None:
    """Structures and images that no plan uses, and two contents under one UID, are listed with the reason."""
    uid = "uid.same"
    result = scan_facts(
        [
            a_plan("A"),
            structures("S", frame="1.2.3.9"),
            a_slice(0, frame="1.2.3.8"),
            a_plan("B", sop_instance_uid=uid, frame="1.2.3.7"),
            a_plan("C", sop_instance_uid=uid, frame="1.2.3.7"),
        ],
        Settings(),
    )
    assert reasons(result) == {
        "S": "structures_of_no_plan",
        "ct/0": "image_not_used",
        "B.plan": "file_uid_conflict",
        "C.plan": "file_uid_conflict",
    }


def test_one_person_is_chosen_by_id() -> None:
    """Two persons: a sum needs one of them; an unknown id is a wrong call."""
    result = scan_facts([a_plan("A"), a_plan("B", patient_id="P2")], Settings())
    assert result.person_to_sum("P2").ids == ("P2",)
    with pytest.raises(NotComparable, match="P1"):
        result.person_to_sum()
    with pytest.raises(UsageError):
        result.person_to_sum("P3")


@pytest.mark.rule(8)
def test_remedy_for_persons_can_be_pasted() -> None:
    """The remedy for a link between two persons, pasted into graybook.toml, makes them one and the sum possible."""
    facts = [a_plan("A", patient_id="P2"), a_dose("A", plans=["A"])]
    with pytest.raises(NotComparable) as caught:
        scan_facts(facts, Settings()).person_to_sum()
    pasted = caught.value.remedy[caught.value.remedy.index("[[identity]]") :]
    assert scan_facts(facts, parse(pasted)).person_to_sum().ids == ("P1", "P2")


def test_folder_without_course_is_an_input_error() -> None:
    """Files without a plan or dose allow no sum, and the remedy says where to look."""
    with pytest.raises(InputError, match="no course"):
        scan_facts([structures("S")], Settings()).person_to_sum()


@pytest.mark.parametrize("name", DATA_SETS)
@pytest.mark.rule(16)
def test_real_folders_are_accounted_for(test_data: Path, name: str) -> None:
    """Every file of every public data set is used or has a reason the catalogue can say."""
    root = test_data / name
    result = scan(root, silent)
    here = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    assert sorted(one.path for one in result.files if "!/" not in one.path) == here
    assert all((one.used_as is None) == (one.reason is not None) for one in result.files)
    said = [one.reason for one in result.files if one.reason is not None]
    said += [finding for person in result.persons for finding in person.findings]
    assert {one.code for one in said} <= set(keys())
    for one in said:
        assert placeholders(one.code, "en") <= {*one.params, "subject"}, one


@pytest.mark.rule(8)
def test_proton_plan(test_data: Path) -> None:
    """Public proton plan: PLAN used, BEAMs not summed twice, the plan's other Patient ID said, EFFECTIVE kept as it is."""
    result = scan(test_data / "proton_plan03", silent)
    (person,) = result.persons
    (course,) = person.record.courses
    (phase,) = course.phases
    assert phase.dose is not None
    assert phase.dose.quantity is Quantity.RBE_WEIGHTED
    assert float(phase.dose.voxels().max()) == pytest.approx(2.2102, abs=1e-4)
    assert list(reasons(result).values()).count("dose_not_summed_twice") == 2
    (refusal,) = person.identity_refusals
    assert {refusal.params["owner"], refusal.params["referrer"]} == {"test_LET_ramp", "WTR303030"}
    with pytest.raises(NotComparable, match="not established"):
        result.person_to_sum()


@pytest.mark.rule(1)
def test_breast_plan_is_unapproved(test_data: Path) -> None:
    """Public breast plan: UNAPPROVED and only assumed delivered, both said; all 101 DICOM files used."""
    result = scan(test_data / "breast_complete", silent)
    (person,) = result.persons
    (course,) = person.record.courses
    assert course.evidence_grade is EvidenceGrade.A
    assert {"plan_unapproved", "assumed_delivered"} <= {one.code for one in person.findings}
    assert sum(one.used_as is not None for one in result.files) == 101


@pytest.mark.rule(16)
def test_no_pick_among_doses_of_one_uid() -> None:
    """Two doses of one UID and unlike bytes, of which the readers kept the first: neither is used, both have the reason."""
    kept = a_dose("A", plans=["A"], sop_instance_uid="uid.same")
    second = a_dose("B", plans=["A"], sop_instance_uid="uid.same")
    reason = Finding(code="conflicting_duplicate", params={"file": "B.dose", "first": "A.dose"})
    other = OtherFacts(header=second.header, path="B.dose", reason=reason)
    result = scan_facts([a_plan("A"), kept, other], Settings())
    assert reasons(result) == {"A.dose": "file_uid_conflict", "B.dose": "file_uid_conflict"}
    assert [one.code for one in result.findings] == ["file_uid_conflict", "file_uid_conflict"]
    assert result.persons[0].record.courses[0].phases[0].dose is None


@pytest.mark.rule(8)
def test_sum_of_plans_given_together_stands_for_them() -> None:
    """A MULTI_PLAN dose is for display, unless its plans, without doses of their own, are stated concurrent."""
    facts = [
        a_plan("A", fractions=(25,)),
        a_plan("B", fractions=(25,)),
        a_dose("M", summation="MULTI_PLAN", plans=["A", "B"], dose_gy=50.0),
    ]
    assert reasons(scan_facts(facts, Settings())) == {"M.dose": "dose_multi_plan"}
    stamp = 'author = "A. Physicist"\ndate = 2026-01-31\nreason = "chart"\n'
    settings = parse(f'[[course]]\nplans = ["A", "B"]\nconcurrent = [["A", "B"]]\n{stamp}')
    together = scan_facts(facts, settings)
    assert reasons(together) == {}
    (phase,) = together.persons[0].record.courses[0].phases
    assert (phase.label, phase.fractions_planned) == ("A + B", 25)
    assert phase.dose is not None
    with_member = scan_facts([*facts, a_dose("A", plans=["A"])], settings)
    assert reasons(with_member) == {"M.dose": "dose_multi_plan"}


def test_everything_said_is_in_the_catalogue() -> None:
    """Every code that the modules of a scan write has its sentence in both languages."""
    said = re.compile(r'(?:code=|\b(?:warn|tell|refuse|refuse_file|leave_out|_unused)\([^"]*?)"([a-z_]+)"')
    folder = Path(graybook.workflow.__file__).parent / "folder"
    written = {
        code for module in folder.glob("*.py") for code in said.findall(module.read_text(encoding="utf-8"))
    }
    assert len(written) > 60
    assert written - {"path"} <= set(keys())
