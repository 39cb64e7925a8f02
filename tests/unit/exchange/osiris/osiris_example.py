"""The example of OSIRIS' FHIR guide, as rows: two courses of one treatment, six phases, one of them of a course that is not there.

Figures as in InstitutNationalduCancer/ImplementationGuide_OsirisFHIR, input/fsh/EX_Radiotherapy*.fsh @ 29bdb5f2: 266 × 16 = 4256
without a unit, an energy of 999999, and "Unknown" for what is not known.
"""

from __future__ import annotations

from typing import Any

Table = list[dict[str, Any]]

COURSES: Table = [
    {
        "PK_Course_ID": number,
        "CourseType": kind,
        "CourseObjective": "373808002",
        "CourseEndReason": None,
        "CourseNbSessions": 36,
        "CourseStartDate": "2018-08-15",
        "CourseEndDate": "2018-12-25",
    }
    for number, kind in ((1, "Planned"), (2, "Delivered"))
]

PHASES: Table = [
    {
        "PK_Phase_ID": number,
        "FK_Course_ID": course,
        "PhaseType": kind,
        "PhaseNbFractions": fractions,
        "PhaseStartDate": start,
        "PhaseEndDate": end,
    }
    for number, course, kind, fractions, start, end in (
        (1, 1, "Planned", 16, "2018-08-15", "2018-11-25"),
        (2, 1, "Planned", 4, "2018-11-25", "2018-12-25"),
        (3, 1, "Planned", 16, "2018-09-15", "2018-12-25"),
        (4, 2, "Delivered", 16, "2018-08-15", "2018-11-25"),
        (5, 2, "Delivered", 4, "2018-11-25", "2018-12-25"),
        (6, 6, "Delivered", 16, "2018-09-15", "2018-12-25"),
    )
]

UID = "urn:oid:1.2.246.352.71.842418.2121.20150602151.102"


def as_tables() -> dict[str, Table]:
    """The delivered phases 4 and 6 with a plan and a dose each, as SQL tables."""
    return {
        "Patient": [
            {
                "PK_PatientID": 1,
                "Ext_PatientID": "P1",
                "BirthDate": "1961-07-15",
                "Gender": "F",
                "Ethnicity": "Unknown",
            }
        ],
        "Course": [dict(row) for row in COURSES],
        "Graybook_Course_Link": [
            {"FK_Course_ID": number, "FK_PatientID": 1, "FK_TreatmentID": 1} for number in (1, 2)
        ],
        "Phase": [dict(row) for row in PHASES],
        "Plan": [
            {
                "PK_Plan_ID": plan,
                "FK_Phase_ID": phase,
                "PlanType": "Delivered",
                "NbOfFractions": 16,
                "PlanStartDate": "1000-01-01",
                "PlanEndDate": "1000-01-01",
                "PlanAlgoName": "Unknown",
                "UIDRTdose": "Unknown",
                "UIDRTplan": "Unknown",
            }
            for plan, phase in ((1, 4), (2, 6))
        ],
        "Dose_To_Volume": [
            {
                "PK_DoseToVol_ID": dose,
                "FK_Plan_ID": plan,
                "ScheduledDosePerFraction": "266",
                "DoseNbFractions": 16,
                "TotalDosis": "4256",
            }
            for dose, plan in ((1, 1), (2, 2))
        ],
        "ROI_Volume": [
            {
                "PK_ROI_Vol_ID": number,
                "FK_Dose_to_Vol_ID": number,
                "ROIidentifier": UID,
                "ROIlocation": 76752008,
                "ROIlocationCodes": 7771000,
                "ROIdescription": "Left Breast",
            }
            for number in (1, 2)
        ],
        "Modality_and_Tech": [
            {"PK_Modal_Tech_ID": 1, "FK_Plan_ID": 1, "Technique": "1162782007", "Modality": "1156506007"}
        ],
        "Energy_Isotope": [
            {"PK_Energy_Isotope_ID": 1, "FK_Plan_ID": 1, "EI_Quantity": 999999, "IsotopeName": "Unknown"}
        ],
    }


PIVOTS = {
    "OSIRIS_pivot_Patient.csv": (
        "Instance_Id;Patient_Id;Patient_Gender;Patient_BirthDate;Patient_LastNewsStatus\n1;P1;F;1961-07-02;alive\n"
    ),
    "OSIRIS_pivot_CourseRT.csv": (
        "Instance_Id;Patient_Id;Treatment_Ref;Course_Type;Course_TreatmentIntent;Course_TerminationReason;"
        "Course_NumberOfSessions;Course_StartDate;Course_EndDate\n"
        "c1;P1;t1;Planned;373808002;;16;2018-08-15;2018-11-25\n"
        "c2;P1;t1;Delivered;373808002;182992009;16;2018-08-15;2018-11-25\n"
    ),
    "OSIRIS_pivot_PhaseRT.csv": (
        "Instance_Id;Patient_Id;CourseRT_Ref;Phase_Type;Phase_NumberOfFractions;Phase_StartDate;Phase_EndDate\n"
        "p1;P1;c2;Delivered;16;2018-08-15;2018-11-25\n"
    ),
    "OSIRIS_pivot_PlanRT.csv": (
        "Instance_Id;Patient_Id;PhaseRT_Ref;Plan_Type;Plan_NumberOfFractions;Plan_RtPlanUID;Plan_RtDoseUID;Plan_StartDate;"
        "Plan_EndDate;ModalityAndTechnique_Ref\n"
        "pl1;P1;p1;Delivered;16;1.2.3.4.5.6;Unknown;2018-08-15;2018-11-25;m1\n"
    ),
    "OSIRIS_pivot_DoseToVolumeRT.csv": (
        "Instance_Id;Patient_Id;PlanRT_Ref;VolumeRT_Ref;DoseToVolume_FractionDose;DoseToVolume_NumberOfFractions;"
        "DoseToVolume_TotalDose\n"
        "d1;P1;pl1;v1;266 cGy;16;4256 cGy\n"
        "d2;P1;pl1;v2;266;16;4256\n"
    ),
    "OSIRIS_pivot_VolumeRT.csv": (
        "Instance_Id;Volume_LocationQualifier ;Volume_Description ;Volume_Identifier;Volume_Location\n"
        "v1;7771000;Left Breast;102;76752008\n"
        "v2;7771000;Left Breast Surgical Bed;103;76752008\n"
        "v3;24028007;Right Breast;105;76752008\n"
    ),
    "OSIRIS_pivot_ModalityAndTechniqueRT.csv": (
        "Instance_Id;ModalityAndTechnique_Modality;ModalityAndTechnique_Technique;"
        "ModalityAndTechnique_TreatmentMachinePlanned\nm1;1156506007;1162782007;Unknown\n"
    ),
    "OSIRIS_pivot_EnergyOrIsotopeRT.csv": (
        "Instance_Id;Patient_Id;PlanRT_Ref;EnergyOrIsotope_Quantity;EnergyOrIsotope_IsotopeName\ne1;P1;pl1;6;\n"
    ),
}
"""One delivered phase as pivot files, with trailing blanks in two names of columns, and a unit in one of two doses."""
