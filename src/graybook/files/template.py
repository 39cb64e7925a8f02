"""The courses found come in; a commented ``graybook.toml`` that a person can fill in goes out."""

from __future__ import annotations

from collections.abc import Iterable

from graybook.record.course import Course

__all__ = ["template"]

_HEAD = """\
# graybook.toml: what DICOM does not say. Everything here is optional.
# Take the "#" away from a table's lines to use it. Every table states who changed what, when and why:
#   author = "..."   date = 2026-01-31   reason = "..."   (and source = "..." where there is one);
# without author, date and reason it is refused. A course is named by its id, its label or its start date;
# a plan by its label or its SOP Instance UID (a dose without a plan by the dose's SOP Instance UID).
"""

_BODY = """
# ---- Courses -------------------------------------------------------------------------------------------
# [[course]]
# course = "2019-05-02"              # the course this speaks of; or make one:  plans = ["Plan A", "Plan B"]
# label = "Left lung SBRT"
# site = "lung"
# side = "left"                      # left, right, both, midline
# levels = "T12-L3"                  # vertebrae of the treated region: C1 to C7, T1 to T12, L1 to L5, S1 to S5 or sacrum
# organs = ["SpinalCord"]            # organs that lie in it
# intent = "curative"
# status = "proposed"                # delivered, partly_delivered, assumed_delivered, proposed, alternative, not_given, unknown
# use = "Plan A"                     # the plan that was treated, where two plans are rivals
# sequential = true                  # phases given one after the other; or, given in the same sessions:
# concurrent = [["Plan A", "Plan B"]]
# author = "..."
# date = 2026-01-31
# reason = "..."

# ---- Courses known from a letter: no "course" and no "plans", but dates and dose --------------------------
# [person]                           # whose they are; needed when the folder holds no DICOM of the person
# patient_id = "123456"
# issuer = "HOSPITAL A"
# name = "FAMILY^Given"
# birth_name = "FAMILY"
# birth_date = 1950-01-31
# sex = "F"
# ins = "..."
#
# [[course]]
# label = "Spine 2009"
# start_date = 2009-03-02
# end_date = 2009-03-13
# target = "T9 to L1"
# levels = "T9-L1"
# nature = "photons"                 # photons, electrons, protons, carbon, brachytherapy, x-ray
# energy = "6 MV"
# total_gy = 30
# fractions = 10                     # or fractions_min and fractions_max
# overall_days = 12
# organ_dose = [{ organ = "Kidney_L", dose_gy = 12, metric = "mean" }]   # max, mean, D0.03cc, D0.1cc
# acute_toxicity = "oesophagitis grade 1"
# author = "..."
# date = 2026-01-31
# reason = "end-of-treatment report of 2009-03-20"
#
# [[course]]                         # one of several phases: dose and fractions stand in them and not in the course
# label = "Left breast 2012"
# author = "..."
# date = 2026-01-31
# reason = "end-of-treatment report of 2012-06-01"
# [[course.phase]]
# label = "tangents"
# start_date = 2012-04-02
# nature = "photons"
# fractions = 25
# dose = [{ target = "Breast", total_gy = 50, site = "breast", side = "left" }]   # one for each target
# [[course.phase]]
# label = "boost"
# nature = "electrons"
# fractions = 8
# target = "Boost"                   # or the one target so
# total_gy = 16
# site = "breast"
# side = "left"
#
# [[radionuclide]]
# nuclide = "Lu-177"
# agent = "DOTATATE"
# given = 2020-01-02T10:15:00+01:00   # or the day alone
# activity_gbq = 7.4
# cycle = 1
# organ_dose = [{ organ = "Kidneys", gy_per_gbq = 0.62, low = 0.54, high = 0.70, half_life_h = 51, source = "..." }]
# author = "..."
# date = 2026-01-31
# reason = "..."
#
# [[radioembolisation]]
# device = "y90-glass"               # y90-glass, y90-resin, ho166
# given = 2024-05-06
# activity_gbq = 2.0                 # what reached the patient
# tumour_kg = 0.2
# normal_kg = 1.3
# lung_kg = 1.0
# liver_kg = 1.8                     # the whole liver with its tumours
# tn_ratio = 3.0
# tn_definition = "concentration"    # concentration, activity
# lung_shunt = 0.05
# shunt_definition = "liver"         # liver, tumour
# bilirubin_mg_dl = 0.8              # or bilirubin_umol_l
# child_pugh = "A5"
# author = "..."
# date = 2026-01-31
# reason = "..."

# ---- Images of radionuclides: what `graybook nuclear` asks ---------------------------------------------------
# [nuclear]
# zone = "Europe/Paris"              # where clocks without an offset stand; or utc_offset = "+01:00"
#
# [[camera]]
# camera = "Symbia T2"               # text of the file's manufacturer, model, station or serial number
# nuclide = "Lu-177"
# cps_per_mbq = 9.36                 # for images in counts
# sd_percent = 3
# calibrated = 2025-11-03
# author = "..."
# date = 2026-01-31
# reason = "..."
# source = "..."
#
# [[recovery_coefficient]]
# camera = "Symbia T2"
# nuclide = "Lu-177"
# points = [{ volume_cm3 = 10, coefficient = 0.62, sd = 0.03 }, { volume_cm3 = 100, coefficient = 0.85, sd = 0.02 }]
# author = "..."
# date = 2026-01-31
# reason = "..."
# source = "..."
#
# [[nuclear_image]]
# series = "1.2.3"                   # Series Instance UID
# units = "Bq/ml"                    # Bq/ml, kBq/ml, MBq/ml, counts
# decay_correction = "START"         # START, ADMIN, NONE
# author = "..."
# date = 2026-01-31
# reason = "..."
#
# [[nuclear_organ]]
# organ = "Kidney_L"
# curve = "auto"                     # mono, uptake, bi, tri, trapezoid, hanscheid, madsen
# dose = "local deposition"          # voxel S, sphere, organ S
# density_g_per_cm3 = 1.05           # or mass_g
# repair_half_time_h = 2.8
# author = "..."
# date = 2026-01-31
# reason = "..."
# source = "..."

# ---- Clinical headings; unfilled ones are printed as missing ----------------------------------------------
# [clinical]
# intent = "palliative"
# histology = "..."
# performance_status = "ECOG 1"
# recurrence = "in field"            # in field, marginal, out of field, no recurrence
# toxicity = [{ course = "Spine 2009", term = "oesophagitis", grade = 1 }]   # CTCAE, of earlier courses
# cumulative_concern = true          # without overlap: is there concern for toxicity from cumulative dose?
# [clinical.outcome]                 # for research: what happened after the course the report is about
# vital_status = "alive"             # or "dead", with death_date
# last_follow_up = 2026-11-03
# recurrence = false                 # true with recurrence_date = ...
# toxicity = [{ organ = "SpinalCord", term = "myelitis", grade = 0, date = 2026-11-03 }]   # CTCAE, after that course

# ---- Phases: one plan each -------------------------------------------------------------------------------
# [[phase]]
# plan = "Plan A"
# fractions_delivered = 12           # sessions given, when no treatment record says so
# fractions_planned = 30             # only when the plan does not say
# fractions_min = 5                  # when nobody knows: from ...
# fractions_max = 25                 # ... to
# fractions_per_day = 2              # several a day, with the hours between two of them:
# interval_h = 6.0
# dose_scale = "total"               # what the dose file holds: "total", or "per_fraction"
# rbe = "1.1 included"               # what it means: "1.1 included", "physical" (proton, without RBE) or "photon"
# author = "..."
# date = 2026-01-31
# reason = "..."

# ---- Structures: names that mean the same, what a structure is -------------------------------------------
# [[structure]]
# names = ["Moelle", "cord 2019"]
# tg263 = "SpinalCord"
# kind = "organ"                     # target, organ, external, support, ring, other
# course = "2019-05-02"              # only there; leave out for all courses
# author = "..."
# date = 2026-01-31
# reason = "..."

# ---- Alpha/beta -------------------------------------------------------------------------------------------
# [[alpha_beta]]
# tg263 = "SpinalCord"               # or structure = "name as found"
# value_gy = 2.0
# author = "..."
# date = 2026-01-31
# reason = "..."
# source = "..."

# ---- Registrations: the one to use between two frames -----------------------------------------------------
# [[registration]]
# use = "1.2.3"                      # SOP Instance UID of the registration, rigid or deformable
# error_mm = 2.0                     # its error, where someone measured it
# author = "..."
# date = 2026-01-31
# reason = "..."

# ---- Approvals of registrations: who, when, for which structures; the last one by date holds ----------------
# [[approval]]
# registration = "1.2.3"             # SOP Instance UID
# structures = ["SpinalCord"]        # those it is approved for; all when left out
# revoked = true                     # takes an earlier approval back
# author = "..."
# date = 2026-01-31
# reason = "..."

# ---- Persons: identifiers that are one person -------------------------------------------------------------
# [[identity]]
# ids = [{ value = "123456", issuer = "HOSPITAL A" }, { value = "A-98765" }]   # without issuer: whoever issued it
# author = "..."
# date = 2026-01-31
# reason = "..."
# evidence = "..."                   # identity card, letter, register

# ---- Wrong values: a birth date, sex or INS that forbids the link -----------------------------------------
# [[correction]]
# patient_id = "A-98765"
# attribute = "birth_date"           # birth_date, sex or ins
# wrong = 1951-02-03
# right = 1950-02-03
# author = "..."
# date = 2026-01-31
# reason = "..."
# source = "..."
"""


def template(courses: Iterable[Course] = ()) -> str:
    """A commented ``graybook.toml``; the courses found stand in it as comments, ready to be named."""
    return _HEAD + "".join(_found(courses)) + _BODY


def _found(courses: Iterable[Course]) -> Iterable[str]:
    for number, course in enumerate(courses):
        if number == 0:
            yield "\n# ---- Found in this folder ------------------------------------------------------------------\n"
        yield f"# course {_line(course.id)}: {_line(course.label)}, grade {course.evidence_grade.value}\n"
        for phase in course.phases:
            given = "?" if phase.fractions_delivered is None else phase.fractions_delivered
            planned = "?" if phase.fractions_planned is None else phase.fractions_planned
            label = _line(phase.label or "dose without a plan")
            yield f"#   plan {label}: {phase.status.value}, {given} of {planned} fractions\n"


def _line(text: str) -> str:
    return " ".join(text.split())
