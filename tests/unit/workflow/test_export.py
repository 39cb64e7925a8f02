"""A record leaves as FHIR, OSIRIS or OMOP and comes back: doses given, EQD2 as by hand, what is lost is said."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from phantoms import write_phantom
from phantoms.demo import synthetic_patient
from rules.patients import SIGNED, course, eqd2, folder_bytes, organ, plan, result_of, run, state

DATA = Path(__file__).resolve().parents[2] / "data" / "fhir"
EARLIER, LATER = date(2019, 3, 4), date(2025, 5, 5)


def exported(folder: Path, out: Path, to: str, *words: object, status: int = 0) -> dict[str, Any]:
    """The document that ``graybook export --json`` prints."""
    ran = run("export", folder, "--to", to, "--out", out, "--json", *words)
    assert ran.exit_code == status, ran.output
    document: dict[str, Any] = json.loads(ran.stdout)
    return document


def imported(source: Path, out: Path, file_format: str = "fhir") -> Path:
    """The folder that ``graybook import`` writes."""
    ran = run("import", source, "--from", file_format, "--out", out)
    assert ran.exit_code == 0, ran.output
    return out


def metrics(bundle: Path) -> dict[str, set[float]]:
    """Values of radiobiologic metrics of a bundle by unit, wherever they stand."""
    found: dict[str, set[float]] = {}

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if str(node.get("url", "")).endswith("codexrt-radiobiologic-metric"):
                quantity = node["valueQuantity"]
                found.setdefault(quantity["unit"], set()).add(quantity["value"])
            for one in node.values():
                walk(one)
        elif isinstance(node, list):
            for one in node:
                walk(one)

    walk(json.loads(bundle.read_text(encoding="utf-8")))
    return found


def rows(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file."""
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


@pytest.mark.rule(3)
@pytest.mark.parametrize("to", ["fhir", "osiris"])
def test_two_courses_go_out_and_come_back(tmp_path: Path, to: str) -> None:
    """XRTS-05 in, out and in again: the same dates, and 68.00 on the brain at α/β 3."""
    first = imported(DATA / "xrts-05.json", tmp_path / "first")
    exported(first, tmp_path / "out", to)
    source = tmp_path / "out" / "bundle.json" if to == "fhir" else tmp_path / "out"
    second = imported(source, tmp_path / "second", to)
    once, twice = result_of(first), result_of(second)
    assert organ(twice, "Brain").point_sum == organ(once, "Brain").point_sum
    assert organ(twice, "Brain").point_sum.customary_d0_03cc_gy == 68.0
    assert [(one.start_date, one.end_date) for one in twice.courses] == [
        (one.start_date, one.end_date) for one in once.courses
    ]


@pytest.mark.rule(3)
@pytest.mark.parametrize("to", ["fhir", "osiris"])
def test_three_phases_go_out_and_come_back(tmp_path: Path, to: str) -> None:
    """XRTS-04 in, out and in again: both breasts as before, the left one 9 Gy in 3 and 8 Gy in 4 at the α/β of the table."""
    first = imported(DATA / "xrts-04.json", tmp_path / "first")
    exported(first, tmp_path / "out", to)
    source = tmp_path / "out" / "bundle.json" if to == "fhir" else tmp_path / "out"
    result = result_of(imported(source, tmp_path / "second", to))
    left, right = organ(result, "Breast_L"), organ(result, "Breast_R")
    ratio = left.alpha_beta_gy or 0.0
    assert left.point_sum.customary_d0_03cc_gy == pytest.approx(
        eqd2(9, 3, ratio) + eqd2(8, 4, ratio), abs=1e-6
    )
    assert right.point_sum.customary_d0_03cc_gy == pytest.approx(eqd2(9, 3, ratio), abs=1e-6)
    assert sorted(one.fractions_delivered or 0 for one in result.courses[0].phases) == [3, 3, 4]


def test_eqd2_stands_in_the_bundle_as_by_hand(tmp_path: Path) -> None:
    """The brain: 43.75 and 30, 40 and 28, 31.25 and 23.33 by course; 73.75, 68.00 and 54.58 over both."""
    first = imported(DATA / "xrts-05.json", tmp_path / "first")
    exported(first, tmp_path / "out", "fhir")
    found = metrics(tmp_path / "out" / "bundle.json")
    for ratio in (2.0, 3.0, 10.0):
        both = [eqd2(25, 5, ratio), eqd2(20, 5, ratio)]
        unit = f"EQD2Gy(a/b={ratio:g})"
        assert sorted(found[unit]) == pytest.approx(sorted([*both, sum(both)]), abs=1e-6)


@pytest.mark.rule(3)
def test_a_boost_is_summed_by_phase(tmp_path: Path) -> None:
    """XRTS-04: the boost has 18.80 at α/β 3, the breasts 10.80; another α/β only where it is asked for."""
    first = imported(DATA / "xrts-04.json", tmp_path / "first")
    exported(first, tmp_path / "out", "fhir", "--alpha-beta", 3)
    assert metrics(tmp_path / "out" / "bundle.json") == {"EQD2Gy(a/b=3)": {10.8, 18.8}}


@pytest.mark.rule(1)
def test_what_leaves_is_what_was_given(tmp_path: Path) -> None:
    """60 Gy in 30 stopped at 12 leaves as 24 Gy in 12, in each format; never as 60."""
    folder = write_phantom(tmp_path / "in", [course("new", LATER, plan(60, 30))])
    state(folder, '[[phase]]\nplan = "PLAN"\nstatus = "partly_delivered"\nfractions_delivered = 12')
    for to in ("fhir", "osiris", "omop"):
        exported(folder, tmp_path / to, to)
    bundle = json.loads((tmp_path / "fhir" / "bundle.json").read_text(encoding="utf-8"))
    doses = {
        (part[1]["valueQuantity"]["value"], part[1]["valueQuantity"]["code"])
        for entry in bundle["entry"]
        for one in entry["resource"].get("extension", [])
        if one["url"].endswith("dose-delivered-to-volume")
        for part in [one["extension"]]
    }
    assert doses == {(2400, "cGy")}
    (dose,) = rows(tmp_path / "osiris" / "Dose_To_Volume.csv")
    assert (float(dose["TotalDosis"]), dose["DoseNbFractions"]) == (2400.0, "12")
    measured = rows(tmp_path / "omop" / "measurement.csv")
    totals = [one for one in measured if one["measurement_source_value"] == "GB:TOTAL_DOSE"]
    assert [(float(one["value_as_number"]), one["unit_source_value"]) for one in totals] == [(2400.0, "cGy")]


@pytest.mark.rule(1)
def test_a_proposal_is_not_written_as_given(tmp_path: Path) -> None:
    """A proposed course: no bundle says that it was treated, and the list says why."""
    folder = write_phantom(
        tmp_path / "in",
        [course("old", EARLIER, plan(50, 25, "OLD")), course("new", LATER, plan(60, 30, "NEW"))],
    )
    state(folder, f'[[course]]\ncourse = "{LATER}"\nstatus = "proposed"')
    document = exported(folder, tmp_path / "out", "fhir")
    text = (tmp_path / "out" / "bundle.json").read_text(encoding="utf-8")
    assert "OLD" in text
    assert "NEW" not in text
    assert any("proposed" in one["text"] for one in document["findings"])


def test_fractions_that_nobody_knows_give_no_dose(tmp_path: Path) -> None:
    """A letter without fractions leaves with its dose and without EQD2; a plan of unknown delivery without a delivered dose."""
    (tmp_path / "in").mkdir()
    state(
        tmp_path / "in",
        '[[course]]\nlabel = "letter"\nstart_date = 2009-03-02\nlevels = "T9-L1"\ntotal_gy = 50\n'
        "fractions_min = 5\nfractions_max = 25",
    )
    path = tmp_path / "in" / "graybook.toml"
    path.write_text('[person]\npatient_id = "P-1"\n' + path.read_text(encoding="utf-8"), encoding="utf-8")
    document = exported(tmp_path / "in", tmp_path / "out", "fhir")
    assert metrics(tmp_path / "out" / "bundle.json") == {}
    said = next(one for one in document["findings"] if one["code"] == "export_fractions_range")
    assert said["value"] == "5-25"


def test_re_irradiation_comes_from_an_assessment(tmp_path: Path) -> None:
    """Two letters on shared vertebrae are type I: true with the result, and without it nothing, never false."""
    folder = tmp_path / "in"
    folder.mkdir()
    letter = '[[course]]\nlabel = "{}"\nstart_date = {}\nlevels = "T9-L1"\nnature = "photons"\ntotal_gy = 30\nfractions = 10'
    state(folder, letter.format("old", EARLIER), letter.format("new", LATER))
    path = folder / "graybook.toml"
    path.write_text('[person]\npatient_id = "P-1"\n' + path.read_text(encoding="utf-8"), encoding="utf-8")
    bare = exported(folder, tmp_path / "bare", "fhir")
    assert "reirradiation" not in (tmp_path / "bare" / "bundle.json").read_text(encoding="utf-8")
    assert "export_reirradiation_unknown" in {one["code"] for one in bare["findings"]}
    assert run("assess", folder, "--out", tmp_path / "assessed").exit_code == 0
    exported(folder, tmp_path / "out", "fhir", "--result", tmp_path / "assessed")
    bundle = json.loads((tmp_path / "out" / "bundle.json").read_text(encoding="utf-8"))
    flags = [
        (entry["resource"]["performedPeriod"]["start"], one["valueBoolean"])
        for entry in bundle["entry"]
        for one in entry["resource"].get("extension", [])
        if one["url"].endswith("course-involves-reirradiation")
    ]
    assert flags == [(LATER.isoformat(), True)]
    other = imported(DATA / "xrts-05.json", tmp_path / "other")
    ran = run("export", other, "--to", "fhir", "--out", tmp_path / "no", "--result", tmp_path / "assessed")
    assert ran.exit_code == 3
    assert "of other courses" in ran.stderr


def test_the_demo_goes_out_and_comes_back(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """36 Gy in 20, 20 Gy in 10 and 54 Gy in 3 come back as they were prescribed; the proposal and Lu-177 bring no dose."""
    patient = synthetic_patient(tmp_path_factory.getbasetemp())
    document = exported(patient, tmp_path / "out", "fhir")
    assert document["counts"]["error"] == 0
    second = imported(tmp_path / "out" / "bundle.json", tmp_path / "second")
    ran = run("scan", second, "--json")
    (person,) = json.loads(ran.stdout)["persons"]
    doses = {
        (asked["target"], asked["dose_gy"], phase["fractions_delivered"])
        for one in person["courses"]
        for phase in one["phases"]
        for asked in phase["prescriptions"]
    }
    assert doses == {("CTV mediastin", 36.0, 20), ("CTV lomboaortique", 20.0, 10), ("PTV_RLL", 54.0, 3)}
    assert {one["modality"] for one in person["courses"]} == {"photon", "radionuclide"}


def test_a_record_that_names_nobody_leaves_with_the_same_doses(tmp_path: Path) -> None:
    """XRTS-05 in, de-identified, out: no name, number or date of the person in any file, and the EQD2 as before."""
    first = imported(DATA / "xrts-05.json", tmp_path / "first")
    key = tmp_path / "keys" / "p.key"
    key.parent.mkdir(mode=0o700)
    ran = run("deidentify", first, "--project", "P", "--out", tmp_path / "second", "--key", key)
    assert ran.exit_code == 0, ran.output
    (folder,) = [one.parent for one in (tmp_path / "second").rglob("graybook.toml")]
    for name, source in (("named", first), ("unnamed", folder)):
        exported(source, tmp_path / name, "fhir")
    written = b"".join(folder_bytes(tmp_path / "unnamed").values())
    for original in (b"XRTS-05_22B", b"Daughter", b"Joan", b"1960-02-05", b"2020-09-07", b"2021-09-24"):
        assert original not in written
    assert metrics(tmp_path / "unnamed" / "bundle.json") == metrics(tmp_path / "named" / "bundle.json")


@pytest.mark.rule(16)
@pytest.mark.parametrize("to", ["fhir", "osiris", "omop"])
def test_the_same_record_gives_the_same_bytes(tmp_path: Path, to: str) -> None:
    """Two exports differ in nothing, and hold no path."""
    first = imported(DATA / "xrts-04.json", tmp_path / "first")
    for name in ("a", "b"):
        exported(first, tmp_path / name, to)
    assert folder_bytes(tmp_path / "a") == folder_bytes(tmp_path / "b")
    assert not any(str(tmp_path).encode() in content for content in folder_bytes(tmp_path / "a").values())


def test_a_radionuclide_leaves_without_its_activity_and_says_so(tmp_path: Path) -> None:
    """7.4 GBq of Lu-177: no format has a place for it, and the finding names nuclide, activity and day."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "graybook.toml").write_text(
        '[person]\npatient_id = "P-1"\n\n[[radionuclide]]\nnuclide = "Lu-177"\nactivity_gbq = 7.4\n'
        f"given = 2024-03-04\n{SIGNED}",
        encoding="utf-8",
    )
    for to in ("fhir", "osiris", "omop"):
        document = exported(folder, tmp_path / to, to)
        values = [one["value"] for one in document["findings"] if one["code"] == "export_activity_left"]
        assert values == ["Lu-177 7.4 GBq 2024-03-04"]


def test_what_nobody_says_was_given_is_said_on_the_way_out(tmp_path: Path) -> None:
    """40 Gy given and 20 Gy of unknown status: the bundle has no completed course and no EQD2 of 60 Gy, and says why."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "graybook.toml").write_text(
        '[person]\npatient_id = "P-1"\n\n[[course]]\nlabel = "C1"\nstart_date = 2019-05-06\n'
        f'nature = "photons"\nsite = "brain"\n{SIGNED}\n'
        '[[course.phase]]\nlabel = "one"\nfractions = 20\ntotal_gy = 40\ntarget = "PTV"\n\n'
        '[[course.phase]]\nlabel = "two"\nstatus = "unknown"\ntotal_gy = 20\ntarget = "PTV"\n',
        encoding="utf-8",
    )
    document = exported(folder, tmp_path / "out", "fhir")
    assert "export_phase_unsure" in {one["code"] for one in document["findings"]}
    bundle = json.loads((tmp_path / "out" / "bundle.json").read_text(encoding="utf-8"))
    (summary,) = (
        one["resource"]
        for one in bundle["entry"]
        if "1217123003" in json.dumps(one["resource"].get("code", {}))
    )
    assert summary["status"] == "stopped"
    assert metrics(tmp_path / "out" / "bundle.json") == {}
