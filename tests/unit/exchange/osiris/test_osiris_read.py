"""What OSIRIS' tables state comes in as stated; what is wrong or unsaid in them is reported, and never guessed at."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from graybook.errors import InputError
from graybook.exchange.course_facts import PersonFacts, VolumeDose
from graybook.exchange.osiris import facts_from_osiris, tables_from_csv
from graybook.exchange.paper import courses_of
from graybook.record import Finding, Modality, Severity, Status
from unit.exchange.osiris.osiris_example import PIVOTS, Table, as_tables


def said(findings: tuple[Finding, ...], code: str) -> list[Finding]:
    """The findings of one code."""
    return [one for one in findings if one.code == f"exchange_osiris_{code}"]


def read(tables: dict[str, Table]) -> tuple[PersonFacts, tuple[Finding, ...]]:
    """Facts and findings."""
    return facts_from_osiris(tables)


def dose(tables: dict[str, Table]) -> tuple[VolumeDose, tuple[Finding, ...]]:
    """The one dose of the one course."""
    facts, findings = read(tables)
    (found,) = [one for course in facts.courses for phase in course.phases for one in phase.doses]
    return found, findings


class TestExample:
    """The example of the FHIR guide, with its errors."""

    def test_dose_without_a_unit_is_reported_and_not_taken(self) -> None:
        """4256 = 266 × 16 has no unit: no Gy come in, and the finding says 42.56 Gy would follow from cGy."""
        found, findings = dose(as_tables())
        assert found.dose_gy is None
        assert found.fractions == 16
        assert found.as_found == "4256 (266 × 16)"
        (finding,) = said(findings, "no_unit")
        assert finding.params["dose_gy"] == 42.56
        assert finding.severity is Severity.WARNING

    def test_phase_of_a_course_that_is_not_there(self) -> None:
        """Phase 6 points to course 6, which does not exist: an error, and neither phase nor dose is taken."""
        facts, findings = read(as_tables())
        (finding,) = said(findings, "dangling")
        assert (finding.subject, finding.params["value"], finding.params["target"]) == (
            "Phase 6",
            "6",
            "Course",
        )
        assert finding.severity is Severity.ERROR
        assert "phase-6" not in [phase.key for course in facts.courses for phase in course.phases]

    def test_planned_and_delivered_are_one_course(self) -> None:
        """Course 1 is the plan of course 2 (one treatment): one course comes in, the delivered one, of 2 phases."""
        facts, findings = read(as_tables())
        (course,) = facts.courses
        assert (course.key, course.status, len(course.phases)) == ("course-2", Status.DELIVERED, 2)
        assert [one.subject for one in said(findings, "plan_of_given")] == ["Course 1"]

    def test_planned_without_a_link_is_not_given(self) -> None:
        """Without the treatment both come in, and the planned one is not counted as given."""
        tables = as_tables()
        for link in tables["Graybook_Course_Link"]:
            link["FK_TreatmentID"] = None
        facts, findings = read(tables)
        statuses = {one.key: one.status for one in facts.courses}
        assert statuses == {"course-1": Status.UNKNOWN, "course-2": Status.DELIVERED}
        assert [one.subject for one in said(findings, "planned")] == ["Course 1"]

    def test_what_stands_for_nothing_is_nothing(self) -> None:
        """999999 as energy, Unknown as UID, 1000-01-01 as date: no value comes in, and each column is named."""
        facts, findings = read(as_tables())
        phase = facts.courses[0].phases[0]
        assert (phase.energy, phase.uids, phase.dose_uids) == ("", (), ())
        columns = {one.params["column"] for one in said(findings, "missing_value")}
        assert {"EI_Quantity", "UIDRTplan", "UIDRTdose", "PlanStartDate"} <= columns

    def test_unknown_links_nothing(self) -> None:
        """Two volumes that both are called Unknown, in one course, are two volumes."""
        tables = as_tables()
        tables["Phase"][5]["FK_Course_ID"] = 2
        for volume in tables["ROI_Volume"]:
            volume["ROIidentifier"] = "Unknown"
        assert len(read(tables)[0].volumes) == 2

    def test_sessions_that_do_not_add_up_are_said(self) -> None:
        """36 sessions stated, 16 + 4 fractions of the phases that can be taken."""
        (finding,) = said(read(as_tables())[1], "sessions_differ")
        assert (finding.params["sessions"], finding.params["fractions"]) == (36, 20)

    def test_birth_on_the_15th_is_no_birthday(self) -> None:
        """OSIRIS writes the 15th for every day: no date of birth comes in."""
        facts, findings = read(as_tables())
        assert (facts.person.identities[0].value, facts.person.birth_date) == ("P1", None)
        assert said(findings, "birth_day")

    def test_volume_has_its_codes(self) -> None:
        """UID without urn:oid:, place and side as SNOMED CT codes, and the name."""
        (volume,) = read(as_tables())[0].volumes
        assert volume.uid == "1.2.246.352.71.842418.2121.20150602151.102"
        assert (volume.site, volume.laterality, volume.name) == ("76752008", "7771000", "Left Breast")

    def test_phase_has_modality_and_technique(self) -> None:
        """Photons by their code, and the technique's code."""
        phase = read(as_tables())[0].courses[0].phases[0]
        assert (phase.modality, phase.modality_code, phase.technique) == (
            Modality.PHOTON,
            "1156506007",
            "1162782007",
        )


class TestDoses:
    """One row of a dose."""

    @pytest.mark.parametrize(
        ("total", "each", "expected_gy"),
        [
            (4256, "266 cGy", 42.56),
            ("4256 cGy", "266", 42.56),
            ("42.56 Gy", "2.66 Gy", 42.56),
            ("42.56 Gy", "266 cGy", 42.56),
            (4256, "Unknown cGy", 42.56),
        ],
    )
    def test_unit_in_either_column(self, total: Any, each: str, expected_gy: float) -> None:
        """A unit stands for the row; two units are each taken at their word."""
        tables = as_tables()
        tables["Dose_To_Volume"][0] |= {"TotalDosis": total, "ScheduledDosePerFraction": each}
        assert dose(tables)[0].dose_gy == pytest.approx(expected_gy, abs=1e-12)

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"TotalDosis": "4256 rad"}, "unit_unknown"),
            ({"ScheduledDosePerFraction": "266 cgy"}, "unit_unknown"),
            ({"TotalDosis": None, "ScheduledDosePerFraction": "266 cGy"}, "dose_missing"),
            ({"TotalDosis": 999999, "ScheduledDosePerFraction": "266 cGy"}, "dose_missing"),
            ({"TotalDosis": "42,56 Gy"}, "unreadable"),
            ({"TotalDosis": "-4256 cGy"}, "unreadable"),
            ({"TotalDosis": ["4256"]}, "unreadable"),
            ({"TotalDosis": "6000", "ScheduledDosePerFraction": "266 cGy"}, "dose_unlike"),
            ({"ScheduledDosePerFraction": "133 cGy", "DoseNbFractions": 32}, "fractions_differ"),
        ],
    )
    def test_what_is_wrong_gives_no_dose(self, changes: dict[str, Any], code: str) -> None:
        """An unknown or missing unit, a decimal comma, a contradiction: no Gy, and the reason."""
        tables = as_tables()
        tables["Dose_To_Volume"][0] |= changes
        found, findings = dose(tables)
        assert found.dose_gy is None
        assert said(findings, code)

    def test_inverted_definition_is_named(self) -> None:
        """16 / 4256 = 0.003759 as dose per fraction is the dictionary's mistake; the total keeps its unit."""
        tables = as_tables()
        tables["Dose_To_Volume"][0] |= {"ScheduledDosePerFraction": "0.003759", "TotalDosis": "4256 cGy"}
        found, findings = dose(tables)
        assert found.dose_gy == 42.56
        assert said(findings, "fraction_dose_inverted")

    def test_planned_dose_is_none_that_was_given(self) -> None:
        """A dose below a planned plan of a delivered phase of 12 fractions: 30 × 2 Gy were planned, and nothing comes in."""
        tables = as_tables()
        tables["Phase"][3]["PhaseNbFractions"] = 12
        tables["Plan"][0] |= {"PlanType": "Planned", "NbOfFractions": 30}
        tables["Dose_To_Volume"][0] |= {
            "ScheduledDosePerFraction": "200 cGy",
            "DoseNbFractions": 30,
            "TotalDosis": 6000,
        }
        found, findings = dose(tables)
        assert found.dose_gy is None
        assert said(findings, "dose_planned")
        phase = read(tables)[0].courses[0].phases[0]
        assert (phase.fractions_planned, phase.fractions_delivered) == (30, 12)

    @pytest.mark.parametrize("of_plan", [12, 30, None])
    def test_total_of_more_fractions_than_were_given_is_not_taken(self, of_plan: int | None) -> None:
        """60 Gy in 30 stated of a phase of which 12 were delivered: neither 60 nor 24 Gy, whatever the plan says of its number."""
        tables = as_tables()
        tables["Phase"][3]["PhaseNbFractions"] = 12
        tables["Plan"][0]["NbOfFractions"] = of_plan
        tables["Dose_To_Volume"][0] |= {
            "ScheduledDosePerFraction": "200 cGy",
            "DoseNbFractions": 30,
            "TotalDosis": 6000,
        }
        found, findings = dose(tables)
        assert found.dose_gy is None
        assert said(findings, "fractions_differ")
        assert bool(said(findings, "plan_fractions")) == (of_plan == 30)

    def test_fractions_of_a_refused_dose_are_not_those_of_its_phase(self) -> None:
        """18 Gy × 5 stated of a phase of 3 fractions: the phase on paper keeps its 3, for a person adds the dose to it."""
        tables = as_tables()
        tables["Phase"][3]["PhaseNbFractions"] = 3
        tables["Plan"][0]["NbOfFractions"] = 3
        tables["Dose_To_Volume"][0] |= {
            "ScheduledDosePerFraction": "1800 cGy",
            "DoseNbFractions": 5,
            "TotalDosis": 5400,
        }
        facts, findings = read(tables)
        assert said(findings, "fractions_differ")
        assert courses_of(facts)[0].phases[0].fractions_delivered == 3

    def test_a_planned_course_with_a_delivered_phase_was_given(self) -> None:
        """The row of the course says planned, that of its phase delivered: the phase counts, and only this is said."""
        tables = as_tables()
        for link in tables["Graybook_Course_Link"]:
            link["FK_TreatmentID"] = None
        for course in tables["Course"]:
            course["CourseType"] = "Planned"
        facts, findings = read(tables)
        statuses = {one.key: one.status for one in facts.courses}
        assert statuses == {"course-1": Status.UNKNOWN, "course-2": Status.DELIVERED}
        assert [one.subject for one in said(findings, "planned_given")] == ["Course 2"]
        assert [one.subject for one in said(findings, "planned")] == ["Course 1"]

    def test_a_dose_without_a_volume_is_kept(self) -> None:
        """It stands for a volume without a name, and is said."""
        tables = as_tables()
        tables["ROI_Volume"] = []
        tables["Dose_To_Volume"][0]["ScheduledDosePerFraction"] = "266 cGy"
        found, findings = dose(tables)
        assert found.dose_gy == 42.56
        assert said(findings, "dose_of_nothing")

    def test_two_doses_of_one_volume(self) -> None:
        """Two rows of one plan for one volume may be parts or copies: none is taken."""
        tables = as_tables()
        for row, volume in zip(tables["Dose_To_Volume"], tables["ROI_Volume"], strict=True):
            row |= {"FK_Plan_ID": 1, "ScheduledDosePerFraction": "266 cGy"}
            assert volume
        found, findings = dose(tables)
        assert (found.dose_gy, found.as_found) == (None, "4256 cGy (266 × 16); 4256 cGy (266 × 16)")
        assert said(findings, "volume_twice")


class TestPlans:
    """Several plans of one phase."""

    @staticmethod
    def two_plans(first: int, second: int) -> dict[str, Table]:
        """Phase 4 of 16 fractions with two plans of 266 cGy a fraction."""
        tables = as_tables()
        tables["Plan"][1]["FK_Phase_ID"] = 4
        for plan, row, number in zip(tables["Plan"], tables["Dose_To_Volume"], (first, second), strict=True):
            plan["NbOfFractions"] = number
            row |= {
                "DoseNbFractions": number,
                "TotalDosis": 266 * number,
                "ScheduledDosePerFraction": "266 cGy",
            }
        return tables

    def test_one_after_the_other(self) -> None:
        """10 + 6 = 16 fractions: two phases, 26.60 and 15.96 Gy."""
        facts, findings = read(self.two_plans(10, 6))
        doses = [one.dose_gy for phase in facts.courses[0].phases for one in phase.doses]
        assert doses == [26.6, 15.96]
        assert said(findings, "plans_in_turn")

    def test_in_the_same_sessions(self) -> None:
        """16 and 16 of 16: one phase; the volume both name has two doses, and none is taken."""
        facts, findings = read(self.two_plans(16, 16))
        (phase,) = [one for one in facts.courses[0].phases if one.doses]
        assert [one.dose_gy for one in phase.doses] == [None]
        assert said(findings, "plans_together")
        assert said(findings, "volume_twice")


class TestPeople:
    """Whose courses."""

    def test_without_a_link_the_one_patient(self) -> None:
        """Course has no column for a patient: with one patient it is theirs, and that is said."""
        tables = as_tables()
        del tables["Graybook_Course_Link"]
        facts, findings = read(tables)
        assert len(facts.courses) == 2
        assert [one.subject for one in said(findings, "course_of_whom")] == ["Course 1", "Course 2"]

    def test_of_two_patients_one_must_be_named(self) -> None:
        """Two patients are refused; named, each gets the courses linked to them."""
        tables = as_tables()
        tables["Patient"].append({"PK_PatientID": 2, "Ext_PatientID": "P2"})
        tables["Graybook_Course_Link"][0]["FK_PatientID"] = 2
        with pytest.raises(InputError, match="several patients"):
            facts_from_osiris(tables)
        first, _ = facts_from_osiris(tables, patient="P1")
        second, findings = facts_from_osiris(tables, patient="P2")
        assert [one.key for one in first.courses] == ["course-2"]
        assert [one.key for one in second.courses] == ["course-1"]
        assert [one.params["count"] for one in said(findings, "other_patients")] == [1]

    def test_of_two_patients_an_unlinked_course_is_nobodys(self) -> None:
        """With two patients a course without a link is not taken, and that is an error."""
        tables = as_tables()
        tables["Patient"].append({"PK_PatientID": 2, "Ext_PatientID": "P2"})
        del tables["Graybook_Course_Link"][1]
        facts, findings = facts_from_osiris(tables, patient="P1")
        assert [one.key for one in facts.courses] == ["course-1"]
        assert [one.subject for one in said(findings, "course_of_nobody")] == ["Course 2"]

    def test_nobody(self) -> None:
        """Without a patient the person has no identifier, and that is an error."""
        tables = as_tables()
        del tables["Patient"], tables["Graybook_Course_Link"]
        facts, findings = read(tables)
        assert facts.person.identities == ()
        assert said(findings, "person_unknown")[0].severity is Severity.ERROR


class TestPivots:
    """Pivot files."""

    def test_are_read_with_their_blanks(self) -> None:
        """Names of columns that end in a blank are those columns; the dose with its unit comes in, the one without does not."""
        facts, findings = facts_from_osiris(tables_from_csv(PIVOTS))
        (course,) = facts.courses
        (phase,) = course.phases
        assert [one.name for one in facts.volumes] == ["Left Breast", "Left Breast Surgical Bed"]
        assert [one.dose_gy for one in phase.doses] == [42.56, None]
        assert (phase.uids, phase.energy, phase.modality) == (("1.2.3.4.5.6",), "6", Modality.PHOTON)
        assert (course.intent, course.termination, course.sessions) == ("curative", "182992009", 16)
        assert (course.start_date, course.end_date) == (date(2018, 8, 15), date(2018, 11, 25))
        assert (facts.person.birth_date, facts.person.sex) == (date(1961, 7, 2), "F")
        assert len(said(findings, "no_unit")) == 1

    def test_plan_of_the_same_treatment_is_left_out(self) -> None:
        """The pivot files name the treatment: the planned course of it is not a second one."""
        _, findings = facts_from_osiris(tables_from_csv(PIVOTS))
        assert [one.subject for one in said(findings, "plan_of_given")] == ["OSIRIS_pivot_CourseRT c1"]

    def test_nothing_is_skipped_in_silence(self) -> None:
        """A volume no dose names, a column no fact takes, an energy without a unit: each is said."""
        _, findings = facts_from_osiris(tables_from_csv(PIVOTS))
        assert [one.subject for one in said(findings, "unreferenced")] == ["OSIRIS_pivot_VolumeRT v3"]
        unread = {one.params["column"] for one in said(findings, "column_unread")}
        assert "Patient_LastNewsStatus" in unread
        assert [one.params["energy"] for one in said(findings, "energy_no_unit")] == ["6"]

    def test_a_patient_no_file_lists(self) -> None:
        """A course of a patient who is not in the file of patients is nobody's."""
        files = PIVOTS | {
            "OSIRIS_pivot_CourseRT.csv": PIVOTS["OSIRIS_pivot_CourseRT.csv"].replace("P1;t1", "P7;t1")
        }
        facts, findings = facts_from_osiris(tables_from_csv(files))
        assert facts.courses == ()
        assert {one.params["value"] for one in said(findings, "dangling")} == {"P7"}


@pytest.mark.parametrize("tables", [{}, {"Patient": []}, {"x": [{}]}, []])
def test_no_osiris_is_refused(tables: Any) -> None:
    """What holds no table of OSIRIS' radiotherapy is refused with what would be taken."""
    with pytest.raises(InputError):
        facts_from_osiris(tables)


def test_keys() -> None:
    """A row without a key is not taken; a copy counts once; two rows of one key that differ are both left out."""
    tables = as_tables()
    tables["Phase"].append(dict(tables["Phase"][3]))
    tables["Course"][1]["PK_Course_ID"] = 1
    tables["Plan"][1]["PK_Plan_ID"] = None
    _, findings = read(tables)
    assert [one.subject for one in said(findings, "copies")] == ["Phase 4"]
    assert [one.subject for one in said(findings, "key_twice")] == ["Course 1"]
    assert [one.subject for one in said(findings, "key_missing")] == ["Plan, row 2"]


def test_dates_the_wrong_way_round_are_none() -> None:
    """A course that ends before it starts has no dates."""
    tables = as_tables()
    tables["Course"][1]["CourseEndDate"] = "2018-08-14"
    facts, findings = read(tables)
    assert (facts.courses[0].start_date, facts.courses[0].end_date) == (None, None)
    assert said(findings, "dates_reversed")


def test_capitals_do_not_matter() -> None:
    """A database gives names in lower case: the facts are the same."""
    lower = {
        table.lower(): [{name.lower(): value for name, value in row.items()} for row in rows]
        for table, rows in as_tables().items()
    }
    assert read(lower)[0] == read(as_tables())[0]
