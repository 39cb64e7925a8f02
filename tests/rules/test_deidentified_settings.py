"""graybook.toml goes with the files, de-identified: it selects the same things, says the same of them, and names nobody."""

from __future__ import annotations

import json
import tomllib
from datetime import date, timedelta
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from graybook.errors import InputError, NotComparable
from graybook.record import Person
from graybook.record.person import Identity
from graybook.workflow.cumulative import assess
from graybook.workflow.deidentify import Deidentified, deidentify
from graybook.workflow.radionuclides import radionuclides
from phantoms import PhantomRegistration, rotation_z, write_phantom
from phantoms.nuclear import write_therapy
from phantoms.originals import survivors
from rules.patients import course, plan, structure

OLD, NEW = date(2015, 5, 4), date(2025, 5, 5)
DUPONT = Person(
    identities=(Identity(value="DUP-4711", issuer="HOSPITAL NORTH"),),
    name="Dupontel^Marguerite",
    birth_date=date(1944, 2, 29),
    sex="F",
)
WORDS = (
    *(
        "Dupontel",
        "Marguerite",
        "DUP-4711",
        "DUP-0815",
        "HOSPITAL NORTH",
        "Maiden^Marguerite",
        "Physicist Meier",
        "1944-02-29",
    ),
    *(
        "letter of Dr Huber",
        "Sankt Anna",
        "Boost Dupontel",
        "Plan Huber",
        "Moelle Dupontel",
        "Odd organ 12345",
        "myelitis of Mme D",
    ),
    *(
        "2015-05-04",
        "2025-05-05",
        "20150504",
        "20250505",
        "2009-03-02",
        "2026-01-31",
        "# seen by Huber",
        "the back, as Huber drew it",
    ),
)

SETTINGS = """\
# seen by Huber
[person]
patient_id = "DUP-4711"
issuer = "HOSPITAL NORTH"
name = "Dupontel^Marguerite"
birth_name = "Maiden^Marguerite"
birth_date = 1944-02-29
sex = "F"

[[identity]]
ids = [{ value = "DUP-4711", issuer = "HOSPITAL NORTH" }, { value = "DUP-0815", issuer = "HOSPITAL NORTH" }]
evidence = "register of Sankt Anna"
SIGNED

[[correction]]
patient_id = "DUP-0815"
attribute = "sex"
wrong = "M"
right = "F"
SIGNED

[[course]]
plans = ["Boost Dupontel", "Plan Huber"]
label = "Spine, Sankt Anna"
site = "spine"
levels = "T9-L1"
concurrent = [["Boost Dupontel", "Plan Huber"]]
SIGNED

[[course]]
course = "2025-05-05"
status = "delivered"
intent = "palliative"
SIGNED

[[course]]
label = "Paper, Sankt Anna"
start_date = 2009-03-02
end_date = 2009-03-13
target = "the back, as Huber drew it"
site = "spine"
levels = "T9-L1"
nature = "photons"
energy = "6 MV"
total_gy = 30
fractions = 10
organ_dose = [{ organ = "SpinalCord", dose_gy = 12.5, metric = "max" }]
acute_toxicity = "reddening, seen by Huber"
SIGNED

[[phase]]
plan = "Plan Huber"
fractions_delivered = 10
SIGNED

[[structure]]
names = ["Moelle Dupontel"]
tg263 = "SpinalCord"
kind = "organ"
course = "2015-05-04"
SIGNED

[[alpha_beta]]
structure = "Odd organ 12345"
value_gy = 4.5
SIGNED

[[approval]]
registration = "REGISTRATION"
structures = ["SpinalCord", "Odd organ 12345"]
SIGNED

[[camera]]
camera = "Symbia of Sankt Anna"
nuclide = "Lu-177"
sd_percent = 3
calibrated = 2025-05-05
SIGNED

[clinical]
intent = "palliative"
histology = "as Huber says"
performance_status = "ECOG 1"
toxicity = [{ course = "Paper, Sankt Anna", term = "myelitis of Mme D", grade = 2 }]
cumulative_concern = true

[clinical.outcome]
vital_status = "alive"
last_follow_up = 2026-01-31
toxicity = [{ organ = "SpinalCord", term = "myelitis of Mme D", grade = 0, date = 2026-01-31 }]
""".replace(
    "SIGNED",
    'author = "Physicist Meier"\ndate = 2026-01-31\nreason = "letter of Dr Huber"\nsource = "archive of Sankt Anna"',
)


ORDINARY = {"SpinalCord", "Target", "rtdose", "rtplan", "rtstruct", "Synthetic", "SYNTHETIC", "GRAYBOOK"}
"""What the phantom's files say that the lists let stay: a structure, kinds of objects, who made them."""


def key_of(folder: Path) -> Path:
    """A key that is always the same."""
    file = folder / "P.key"
    file.write_text(f'project = "P"\nsecret = "{bytes(range(32)).hex()}"\n')
    file.chmod(0o600)
    return file


def male(dataset: Dataset) -> None:
    """The old files bear another sex, by mistake."""
    dataset.PatientSex = "M"


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Deidentified]:
    """Two courses in two frames under two identifiers, a registration, and all that can be said of them; de-identified."""
    folder, out = tmp_path_factory.mktemp("in"), tmp_path_factory.mktemp("out") / "OUT"
    drawn = [structure("Moelle Dupontel"), structure("Odd organ 12345")]
    altered = {"alter_plan": male, "alter_dose": male}
    old = course(
        "old",
        OLD,
        plan(40, 20, "Plan Huber", **altered),
        plan(10, 20, "Boost Dupontel", **altered),
        structures=drawn,
        frame="",
        patient_id="DUP-0815",
        alter_structures=male,
    )
    new = course("new", NEW, plan(30, 10, "Plan 3"), structures=[structure("SpinalCord")], frame="")
    one = PhantomRegistration(
        from_course=old, to_course=new, matrix=rotation_z(0.0, shift_mm=(2.0, 0.0, 0.0))
    )
    write_phantom(folder, (old, new), (one,), person=DUPONT)
    uid = pydicom.dcmread(next((folder / "registrations").glob("*.dcm"))).SOPInstanceUID
    (folder / "graybook.toml").write_text(SETTINGS.replace("REGISTRATION", uid), encoding="utf-8")
    result = deidentify(folder, "P", out, key_path=key_of(out.parent))
    assert result.done, result.leaks
    return folder, out, result


def carried(out: Path) -> dict:
    """What was written for the one person."""
    return tomllib.loads(next(out.glob("P-*/graybook.toml")).read_text(encoding="utf-8"))


def test_two_identifiers_are_one_person_with_one_shift(given):
    """One folder, one Patient ID in every file, and the interval between the courses as it was."""
    _, out, _ = given
    (folder,) = out.glob("P-*")
    written = [pydicom.dcmread(one) for one in folder.glob("*.dcm")]
    assert {one.PatientID for one in written} == {folder.name}
    days = sorted({one.RTPlanDate for one in written if one.Modality == "RTPLAN"})
    first, last = (date(int(one[:4]), int(one[4:6]), int(one[6:])) for one in days)
    assert last - first == NEW - OLD
    assert (OLD - first).days % 7 == 0
    assert 119 < (OLD - first).days / 365.25 < 161


def test_no_word_of_the_settings_survives(given):
    """Neither names and letters, nor days, nor the comment, in any file of OUT."""
    folder, out, _ = given
    files = sorted(folder.rglob("*.dcm"))
    assert survivors(files, out, allowed=ORDINARY, words=WORDS) == []


@pytest.fixture
def without_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planes of the report are not drawn: they are not compared."""
    for name in ("planes_through", "_aligned"):
        monkeypatch.setattr(f"graybook.workflow.person.illustrations.{name}", lambda *_, **__: ())


def test_the_same_doses_before_and_after(given, without_pictures):
    """Courses, their status and fractions, structures with their α/β, sums and the course on paper: every figure."""
    folder, out, _ = given
    before, after = assess(folder).result, assess(next(out.glob("P-*"))).result
    assert len(after.structures) == len(before.structures) >= 2
    assert sorted(map(_numbers, after.structures)) == sorted(map(_numbers, before.structures))
    assert [one.evidence_grade for one in after.courses] == [one.evidence_grade for one in before.courses]
    assert [len(one.phases) for one in after.courses] == [len(one.phases) for one in before.courses]
    assert {one.code for one in after.findings} - {one.code for one in before.findings} <= {
        "identity_value_corrected"
    }
    assert not {"setting_names_nothing", "setting_names_several"} & {one.code for one in after.findings}
    assert [one.alpha_beta_gy for one in after.structures if one.alpha_beta_gy == 4.5]
    assert after.clinical.reirradiation is not None
    assert str(after.reirradiation_type) == str(before.reirradiation_type)


def _numbers(model) -> str:
    """All figures of a structure; its names, ids and sources are not compared."""

    def figures(value):
        if isinstance(value, dict):
            return {key: figures(one) for key, one in value.items() if not isinstance(one, str)}
        if isinstance(value, list):  # phases of one day stand in the order of their labels
            return sorted((figures(one) for one in value if not isinstance(one, str)), key=json.dumps)
        return value

    return json.dumps(figures(json.loads(model.model_dump_json(by_alias=True))), sort_keys=True)


def test_what_the_settings_say_now(given):
    """Identity is settled and gone; the wrong sex stays corrected; words of a list stay, others are stand-ins or left out."""
    _, out, result = given
    found = carried(out)
    pseudonym = next(out.glob("P-*")).name
    assert found["person"] == {"patient_id": pseudonym, "sex": "F"}
    assert "identity" not in found
    (correction,) = found["correction"]
    assert (correction["patient_id"], correction["attribute"], correction["right"]) == (pseudonym, "sex", "F")
    (together, by_day, paper) = found["course"]
    plans = {
        str(one.SOPInstanceUID)
        for one in map(pydicom.dcmread, out.glob("P-*/*.dcm"))
        if one.Modality == "RTPLAN"
    }
    assert set(together["plans"]) == set(together["concurrent"][0]) < plans
    assert together["levels"] == "T9-L1"
    assert (by_day["intent"], by_day["status"]) == ("palliative", "delivered")
    assert paper["energy"] == "6 MV"
    assert paper["organ_dose"] == [{"organ": "SpinalCord", "dose_gy": 12.5, "metric": "max"}]
    assert "acute_toxicity" not in paper
    assert paper["end_date"] - paper["start_date"] == timedelta(days=11)
    assert found["clinical"]["performance_status"] == "ECOG 1"
    assert "histology" not in found["clinical"]
    assert found["clinical"]["toxicity"][0]["course"] in (paper["start_date"].isoformat(), paper["label"])
    assert found["clinical"]["outcome"]["toxicity"][0]["term"] == found["clinical"]["toxicity"][0]["term"]
    told = {(one["code"], one["params"].get("table")) for one in result.report["findings"]}
    assert ("deidentify_setting_names_nothing", "camera") in told
    assert ("deidentify_setting_dropped", "clinical") in told


def test_days_of_a_centres_own_entries_do_not_tell_the_shift(given):
    """What a centre writes alike for many persons bears one day for all; what speaks of the person moves with them."""
    _, out, _ = given
    found = carried(out)
    assert {one["date"] for one in found["alpha_beta"] + found["structure"]} == {date(1900, 1, 1)}
    moved = {one["date"] for one in found["phase"] + found["approval"] + found["course"]}
    assert len(moved) == 1
    assert moved.pop().year < 1910


# ---- who cannot be told


def test_files_without_an_identifier_are_refused(tmp_path):
    """Nobody knows whose they are, and all such files would share one pseudonym; nothing is written."""
    nobody = Person(
        identities=(Identity(value=""),), name="Dupontel^Marguerite", birth_date=date(1944, 2, 29), sex="F"
    )
    write_phantom(tmp_path / "in", [course("one", NEW, plan(30, 10))], person=nobody)
    with pytest.raises(InputError, match="no Patient ID"):
        deidentify(tmp_path / "in", "P", tmp_path / "OUT", key_path=key_of(tmp_path))
    assert not (tmp_path / "OUT").exists()


def test_persons_that_contradict_each_other_are_refused(tmp_path):
    """One identifier, two birth dates: which of them is whose must be settled first."""

    def born_later(dataset: Dataset) -> None:
        dataset.PatientBirthDate = "19580101"

    other = course(
        "old", OLD, plan(40, 20, alter_plan=born_later, alter_dose=born_later), alter_structures=born_later
    )
    write_phantom(tmp_path / "in", [other, course("new", NEW, plan(30, 10))], person=DUPONT)
    with pytest.raises(NotComparable, match="not established as one person"):
        deidentify(tmp_path / "in", "P", tmp_path / "OUT", key_path=key_of(tmp_path))


def test_two_identifiers_with_one_ins_are_refused(tmp_path):
    """They may be one person, and after de-identification nobody could say so any more."""

    def with_ins(dataset: Dataset) -> None:
        item = Dataset()
        item.PatientID, item.IssuerOfPatientID = "244022A123456", "1.2.250.1.213.1.4.8"
        dataset.OtherPatientIDsSequence = [item]

    altered = {"alter_plan": with_ins, "alter_dose": with_ins}
    old = course("old", OLD, plan(40, 20, **altered), patient_id="DUP-0815", alter_structures=with_ins)
    new = course("new", NEW, plan(30, 10, **altered), alter_structures=with_ins)
    write_phantom(tmp_path / "in", [old, new], person=DUPONT)
    with pytest.raises(NotComparable, match="one INS") as caught:
        deidentify(tmp_path / "in", "P", tmp_path / "OUT", key_path=key_of(tmp_path))
    assert "[[identity]]" in caught.value.remedy


def test_two_persons_get_two_folders_and_each_their_own_words(tmp_path):
    """Entries go to the person whose plan they name; what may be of either is left out and said."""
    other = Person(
        identities=(Identity(value="MART-1"),), name="Martinez^Ana", birth_date=date(1950, 1, 1), sex="F"
    )
    write_phantom(tmp_path / "in" / "a", [course("a", OLD, plan(40, 20, "PLAN OF A"))], person=DUPONT)
    write_phantom(
        tmp_path / "in" / "b", [course("b", NEW, plan(30, 10, "PLAN OF B"), frame="")], person=other
    )
    signed = 'author = "Physicist Meier"\ndate = 2026-01-31\nreason = "chart"\n'
    (tmp_path / "in" / "graybook.toml").write_text(
        f'[[phase]]\nplan = "PLAN OF A"\nfractions_delivered = 12\n{signed}\n'
        f'[[phase]]\nplan = "PLAN OF B"\nfractions_delivered = 9\n{signed}\n'
        f'[[alpha_beta]]\ntg263 = "SpinalCord"\nvalue_gy = 2.0\n{signed}\n[clinical]\nintent = "palliative"\n'
    )
    result = deidentify(tmp_path / "in", "P", tmp_path / "OUT", key_path=key_of(tmp_path))
    assert result.done, result.leaks
    found = [tomllib.loads(one.read_text()) for one in sorted((tmp_path / "OUT").glob("P-*/graybook.toml"))]
    assert sorted(one["phase"][0]["fractions_delivered"] for one in found) == [9, 12]
    assert all(len(one["phase"]) == 1 and len(one["alpha_beta"]) == 1 for one in found)
    assert not any("clinical" in one for one in found)
    assert "deidentify_setting_of_whom" in {one["code"] for one in result.report["findings"]}
    shifts = {one["phase"][0]["date"] for one in found}
    assert len(shifts) == 2


def test_a_centres_file_of_names_goes_with_the_files(tmp_path):
    """What it says of a name in the files stands in the new graybook.toml; its other names are nobody's business."""
    drawn = [structure("Moelle Dupontel")]
    write_phantom(
        tmp_path / "in", [course("one", NEW, plan(30, 10, "Plan 3"), structures=drawn)], person=DUPONT
    )
    names = tmp_path / "names.toml"
    signed = 'author = "Physicist Meier"\ndate = 2026-01-31\nreason = "habit"\n'
    names.write_text(
        f'[[structure]]\nnames = ["Moelle Dupontel", "ME"]\ntg263 = "SpinalCord"\n{signed}\n'
        f'[[structure]]\nnames = ["PD of Huber"]\ntg263 = "Parotid_R"\n{signed}'
    )
    result = deidentify(tmp_path / "in", "P", tmp_path / "OUT", key_path=key_of(tmp_path), names=names)
    assert result.done, result.leaks
    (said,) = carried(tmp_path / "OUT")["structure"]
    assert said["tg263"] == "SpinalCord"
    (after,) = (tmp_path / "OUT").glob("P-*")
    (before,) = assess(tmp_path / "in", names=names).result.structures
    (now,) = assess(after).result.structures
    assert (now.tg263, _numbers(now)) == (before.tg263, _numbers(before)) == ("SpinalCord", _numbers(before))


# ---- clocks


def _local(folder: Path) -> None:
    """The files as most cameras write them: the clock of the place, an hour ahead of UTC in winter, and no offset."""
    for file in folder.glob("*.dcm"):
        dataset = pydicom.dcmread(file)
        if dataset.Modality not in ("NM", "PT", "SR"):
            continue
        if "TimezoneOffsetFromUTC" in dataset:
            del dataset.TimezoneOffsetFromUTC
        dataset.walk(_bare)
        dataset.save_as(file)


def _bare(_: Dataset, element: pydicom.DataElement) -> None:
    if element.VR == "DT" and element.value:
        element.value = str(element.value).split("+")[0]


def test_a_zone_becomes_the_offset_it_had(tmp_path):
    """Moved dates lie in no zone: each file states its offset, and the doses of the kidney are as they were."""
    folder = tmp_path / "in"
    folder.mkdir()
    _local(write_therapy(folder))
    (folder / "graybook.toml").write_text('[nuclear]\nzone = "Europe/Paris"\n')
    result = deidentify(folder, "P", tmp_path / "OUT", key_path=key_of(tmp_path))
    assert result.done, result.leaks
    (after,) = (tmp_path / "OUT").glob("P-*")
    offsets = {
        one.get("TimezoneOffsetFromUTC")
        for one in map(pydicom.dcmread, after.glob("*.dcm"))
        if one.Modality in ("NM", "PT")
    }
    assert offsets == {"+0100"}
    assert tomllib.loads((after / "graybook.toml").read_text()) == {"nuclear": {"utc_offset": "+01:00"}}
    assert _kidney(after) == _kidney(folder)


def _kidney(folder: Path) -> list[object]:
    (cycle,) = radionuclides(folder).nuclear.cycles
    (kidney,) = cycle.organs
    assert kidney.dose_gy is not None
    return [kidney.organ, kidney.dose_gy, kidney.bed_gy, [one.hours for one in kidney.time_points]]


def test_a_clock_nobody_states_is_asked(tmp_path):
    """Beside a radionuclide that was given: whether clocks changed between two moments could not be seen any more."""
    folder = tmp_path / "in"
    folder.mkdir()
    _local(write_therapy(folder))
    with pytest.raises(InputError, match="UTC") as caught:
        deidentify(folder, "P", tmp_path / "OUT", key_path=key_of(tmp_path))
    assert "zone" in caught.value.remedy
