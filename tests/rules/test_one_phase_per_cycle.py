"""One phase for each cycle: doses of cycles are not added before their effect is computed (rules 2 and 3)."""

from __future__ import annotations

from datetime import timedelta
from math import log

import pytest

from graybook.dicom.facts import FileFacts
from graybook.files import parse
from graybook.record import Modality
from graybook.workflow.folder.scan import PersonScan, scan_facts
from graybook.workflow.nuclear.dosimetry import Dosimetry, dosimetry
from phantoms.activity import MOMENT, administered, cubes, mbq_of, report, spect

HALF_LIFE_H, ALPHA_BETA_GY, REPAIR_H, CYCLE_GY = 50.0, 2.6, 2.8, 6.0
AMPLITUDE_MBQ = 110.0
GY_G_PER_MBQ_H = 147.923 * 1.602176634e-16 * 3.6e9 * 1e3
"""Electrons of 177Lu (ICRP-107) left in a gram by a MBq h."""
MASS_G = AMPLITUDE_MBQ * HALF_LIFE_H / log(2.0) * GY_G_PER_MBQ_H / CYCLE_GY
"""The mass in which 110 MBq with 50 h leave 6 Gy."""
SETTINGS = f"""
[[nuclear_organ]]
organ = "Kidney_L"
curve = "mono"
mass_g = {MASS_G}
repair_half_time_h = {REPAIR_H}
author = "A"
date = 2026-01-31
reason = "r"
source = "s"

[[alpha_beta]]
tg263 = "Kidney_L"
value_gy = {ALPHA_BETA_GY}
author = "A"
date = 2026-01-31
reason = "r"
"""


def four_cycles() -> list[FileFacts]:
    """Four administrations, eight weeks apart, each imaged three times in a frame of its own."""
    files: list[FileFacts] = []
    for number in range(1, 5):
        started, frame = MOMENT + timedelta(days=56 * (number - 1)), f"1.2.3.{number}"
        kidney = {"Kidney_L": mbq_of(AMPLITUDE_MBQ, HALF_LIFE_H)}
        files += [
            spect(f"c{number}/{hours}", kidney, hours, started=started, frame=frame)
            for hours in (24, 72, 168)
        ]
        files += [
            cubes(f"c{number}/structures", ("Kidney_L",), frame=frame),
            report(f"c{number}/report", administered(number, started=started, uid=f"9.{number}")),
        ]
    return files


@pytest.fixture(scope="module")
def found() -> tuple[PersonScan, Dosimetry]:
    """The four cycles, scanned and computed."""
    settings = parse(SETTINGS)
    (person,) = scan_facts(four_cycles(), settings).persons
    return person, dosimetry(person, settings)


@pytest.mark.rule(2)
def test_each_administration_is_a_phase(found: tuple[PersonScan, Dosimetry]) -> None:
    """Four administrations of one course are four phases, each with doses of its own."""
    person, doses = found
    (course,) = person.record.courses
    assert course.modality is Modality.RADIONUCLIDE
    assert set(doses.doses) == {phase.id for phase in course.phases}
    assert len(doses.doses) == 4


@pytest.mark.rule(2)
def test_four_times_6_gy(found: tuple[PersonScan, Dosimetry]) -> None:
    """4 x 6 Gy, α/β 2.6 Gy, repair 2.8 h, effective half-life 50 h: BED 26.937 Gy, never the 35.75 of 24 Gy at once."""
    (line,) = found[1].result.lines
    last = line.steps[-1]
    assert last.dose_gy == pytest.approx(24.0, rel=5e-4)
    assert last.bed_gy == pytest.approx(26.937, rel=5e-4)
    g = REPAIR_H / (REPAIR_H + HALF_LIFE_H)
    pooled = 24.0 * (1.0 + g * 24.0 / ALPHA_BETA_GY)
    assert pooled == pytest.approx(35.75, abs=5e-3)


@pytest.mark.rule(2)
def test_each_cycle_has_its_own_factor(found: tuple[PersonScan, Dosimetry]) -> None:
    """G of every cycle is T_rep / (T_rep + T_eff), and its BED 6 (1 + G 6 / 2.6)."""
    g = REPAIR_H / (REPAIR_H + HALF_LIFE_H)
    for cycle in found[1].result.cycles:
        (kidney,) = cycle.organs
        assert kidney.g_factor == pytest.approx(g, rel=1e-4)
        assert kidney.bed_gy == pytest.approx(6.0 * (1.0 + g * 6.0 / 2.6), rel=5e-4)
