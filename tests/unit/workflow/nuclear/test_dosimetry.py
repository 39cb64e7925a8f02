"""Dosimetry: known activities in cubes come back as doses, one phase for each cycle; what is not known is asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from math import log
from typing import Any

import numpy as np
import pytest

from graybook.dicom.facts import FileFacts
from graybook.files import Settings, parse
from graybook.record import IntervalKind, MeanDose
from graybook.report.nuclear_result import OrganCycleResult
from graybook.workflow.folder.scan import scan_facts
from graybook.workflow.nuclear.dosimetry import Dosimetry, dosimetry
from phantoms.activity import CUBES, MOMENT, SIDE, SPACING_MM, administered, cubes, mbq_of, report, spect

HOURS = (4.0, 24.0, 72.0, 168.0)
KIDNEYS = {"Kidney_L": mbq_of(110.0, 50.0), "Kidney_R": mbq_of(90.0, 45.0)}
VOLUME_CM3 = (SIDE * SPACING_MM / 10.0) ** 3
JOULE_PER_MBQ_H = 147.923 * 1.602176634e-16 * 3.6e9
"""Electrons of 177Lu (ICRP-107), per MBq h."""
SIGNED = 'author = "A"\ndate = 2026-01-31\nreason = "r"\nsource = "s"\n'


def found(*facts: FileFacts, settings: str = "") -> Dosimetry:
    stated = parse(settings) if settings else Settings()
    (person,) = scan_facts(facts, stated).persons
    return dosimetry(person, stated)


def cycle(number: int = 1, *, hours: Sequence[float] = HOURS, days: int = 0, **said: Any) -> list[FileFacts]:
    """A cycle with its report, its images and its structures in a frame of their own."""
    started = MOMENT + timedelta(days=days)
    frame = f"1.2.3.{number}"
    images = [spect(f"c{number}/{h:g}", KIDNEYS, h, started=started, frame=frame, **said) for h in hours]
    given = report(f"c{number}/sr", administered(number, started=started, uid=f"9.{number}"))
    return [*images, cubes(f"c{number}/rtstruct", frame=frame), given]


def codes(result: Dosimetry) -> set[str]:
    return {one.code for one in result.findings}


def organ(result: Dosimetry, name: str = "Kidney_L", place: int = 0) -> OrganCycleResult:
    (one,) = [each for each in result.result.cycles[place].organs if each.organ == name]
    return one


def mean(result: Dosimetry, name: str = "Kidney_L") -> MeanDose:
    (doses,) = result.doses.values()
    (one,) = [each for each in doses.doses if each.organ == name]
    return one


def test_activity_comes_back() -> None:
    """A cube's activity at each time is that put in, and its volume that of its voxels."""
    left = organ(found(*cycle()))
    assert left.volume_cm3 == pytest.approx(VOLUME_CM3, rel=1e-3)
    assert [one.hours for one in left.time_points] == pytest.approx(HOURS)
    assert [one.activity_mbq for one in left.time_points] == pytest.approx(
        [110.0 * 2.0 ** (-h / 50.0) for h in HOURS], rel=1e-3
    )


def test_dose_is_energy_over_mass() -> None:
    """A single exponential of 110 MBq and 50 h: Ã = A₀ T / ln 2, D = Ã E / (V 1.04), inside its band."""
    result = found(*cycle())
    truth = 110.0 * 50.0 / log(2.0) * JOULE_PER_MBQ_H / (VOLUME_CM3 * 1.04e-3)
    left = organ(result)
    assert (left.model, left.method, left.interval) == ("mono", "local deposition", "90 % band")
    assert left.effective_half_life_h == pytest.approx(50.0, rel=1e-3)
    assert left.dose_gy == pytest.approx(truth, rel=2e-3)
    assert left.low_gy < truth < left.high_gy


def stated(*given: str, gbq: float = 3.7) -> str:
    """Administrations of 177Lu, each of ``gbq``."""
    entry = (
        f'[[radionuclide]]\nnuclide = "Lu-177"\nagent = "DOTATATE"\nactivity_gbq = {gbq}\n{SIGNED}given = '
    )
    return "".join(f"{entry}{moment}\n" for moment in given)


@pytest.mark.parametrize("second", ["2025-11-03", "2025-11-03T15:00:00", "2025-11-04T08:59:00"])
def test_two_administrations_within_a_day(second: str) -> None:
    """Images show both halves: none is used for either, no half is measured and the other added; as one of 7.4 GBq they are."""
    images = [spect(f"{h:g}", KIDNEYS, h) for h in HOURS]
    first = "2025-11-03" if len(second) == 10 else "2025-11-03T09:00:00"
    result = found(*images, cubes(), settings=stated(first, second))
    assert [one.activity_gbq for one in result.result.cycles] == [3.7, 3.7]
    assert {one.origin for one in result.result.cycles} == {"activity"}
    assert "nuclear_administrations_together" in codes(result)
    whole = found(*images, cubes(), settings=stated("2025-11-03T09:00:00", gbq=7.4))
    assert [one.origin for one in whole.result.cycles] == ["images"]
    apart = found(*images, cubes(), settings=stated("2025-11-03T09:00:00", "2025-09-03T09:00:00"))
    assert "nuclear_administrations_together" not in codes(apart)


def test_no_organ_holds_more_than_was_given() -> None:
    """7.4 MBq reported for GBq: 104 MBq are no 7.3, no dose follows from either; 105 % of 110 MBq is the last that is taken."""
    given = report("sr", administered(activity_gbq=0.0074))
    images = [spect(f"{h:g}", KIDNEYS, h) for h in HOURS]
    result = found(*images, cubes(), given)
    said = {one.subject: one.params for one in result.findings if one.code == "nuclear_more_than_given"}
    assert set(said) == {"Kidney_L", "Kidney_R"}
    assert (said["Kidney_L"]["hours"], said["Kidney_L"]["held"], said["Kidney_L"]["left"]) == (
        "4.0",
        "104",
        "7.27",
    )
    assert result.doses == {}
    assert len(result.doubted) == 1
    for share, computed in ((1.04, True), (1.06, False)):
        kidney = {"Kidney_L": mbq_of(share * 110.0, 159.528)}
        result = found(
            *(spect(f"{h:g}", kidney, h) for h in HOURS),
            cubes(organs=("Kidney_L",)),
            report("sr", administered(activity_gbq=0.11)),
        )
        assert bool(result.doses) is computed


def test_wish_for_an_organ_known_by_activity() -> None:
    """[[nuclear_organ]] Kidneys of a cycle without images moves their BED, so that it is not said to name nothing; Kidny is."""
    said = administered(activity_gbq=7.4)
    wish = f'[[nuclear_organ]]\norgan = "{{}}"\nrepair_half_time_h = 9.0\n{SIGNED}'
    bare, used = (found(report("sr", said), settings=text) for text in ("", wish.format("Kidneys")))
    assert organ(used, "Kidneys").repair_half_time_h == 9.0 != organ(bare, "Kidneys").repair_half_time_h
    assert "nuclear_wish_names_nothing" not in codes(used)
    assert "nuclear_wish_names_nothing" in codes(found(report("sr", said), settings=wish.format("Kidny")))


def test_dose_rate_integrates_to_the_dose() -> None:
    """The exponentials of a mean dose, integrated for ever, are the dose: BED needs both."""
    one = mean(found(*cycle()))
    assert one.decaying is not None
    integral = np.sum(one.decaying.amplitudes_gy_per_h / one.decaying.rates_per_h)
    assert integral == pytest.approx(one.mean_gy, rel=1e-9)
    assert one.interval is IntervalKind.BAND


def test_choices_stand_beside() -> None:
    """Other curves, tails and voxel S stand beside what was used, which is marked once in each list."""
    left = organ(found(*cycle()))
    assert [one.used for one in left.time_integrated_choices].count(True) == 1
    assert {one.model for one in left.time_integrated_choices} >= {"mono", "trapezoid"}
    by = {one.method: one.dose_gy for one in left.dose_choices}
    assert 0.85 < by["voxel S"] / by["local deposition"] < 1.0


def test_bed_of_each_cycle_then_summed() -> None:
    """Two equal cycles are two phases whose BED adds: twice that of one, less than that of twice the dose."""
    result = found(*cycle(1), *cycle(2, days=56))
    assert len(result.doses) == 2
    first, second = (organ(result, place=place) for place in (0, 1))
    (line,) = [one for one in result.result.lines if one.organ == "Kidney_L"]
    assert line.complete
    assert line.steps[-1].bed_gy == pytest.approx((first.bed_gy or 0) + (second.bed_gy or 0))
    assert first.bed_gy == pytest.approx(second.bed_gy, rel=1e-6)


def test_stated_repair_and_alpha_beta() -> None:
    """G = T_rep / (T_rep + T_eff) for one exponential, with the half-time and α/β that a person states."""
    text = f'[[nuclear_organ]]\norgan = "Kidney_L"\nrepair_half_time_h = 2.8\n{SIGNED}'
    text += f'[[alpha_beta]]\ntg263 = "Kidney_L"\nvalue_gy = 2.6\n{SIGNED}'
    left = organ(found(*cycle(), settings=text))
    g = 2.8 / (2.8 + 50.0)
    assert left.g_factor == pytest.approx(g, rel=1e-3)
    assert left.bed_gy == pytest.approx(left.dose_gy * (1 + g * left.dose_gy / 2.6), rel=1e-3)
    assert organ(found(*cycle())).repair_source.startswith("2.5 to 2.8 h")


def test_one_time_point_with_a_half_life_of_another_cycle() -> None:
    """One image in cycle 2: Madsen with the 50 h of cycle 1 gives the same integral, and says so."""
    result = found(*cycle(1), *cycle(2, days=56, hours=(72.0,)))
    second = organ(result, place=1)
    assert second.model == "madsen"
    assert second.time_integrated_mbq_h == pytest.approx(110.0 * 50.0 / log(2.0), rel=1e-3)
    assert "nuclear_one_time_of_cycle" in codes(result)


def test_one_time_point_alone() -> None:
    """One image and no half-life: Hänscheid's 2 A t / ln 2, exact at two half-lives, BED by half-lives and no curve."""
    result = found(*cycle(hours=(100.0,)))
    left = organ(result)
    assert left.model == "hanscheid"
    assert left.time_integrated_mbq_h == pytest.approx(110.0 * 50.0 / log(2.0), rel=1e-3)
    assert mean(result).decaying is None
    assert "nuclear_one_time_hanscheid" in codes(result)


def test_one_time_point_with_a_half_life_of_a_population() -> None:
    """A half-life that a person states with its source: Madsen's estimate with it, and its source is said."""
    text = f'[[nuclear_organ]]\norgan = "Kidney_L"\nhalf_life_h = 50\n{SIGNED}'
    result = found(*cycle(hours=(72.0,)), settings=text)
    assert organ(result).model == "madsen"
    assert organ(result).time_integrated_mbq_h == pytest.approx(110.0 * 50.0 / log(2.0), rel=1e-3)
    assert "nuclear_one_time_of_source" in codes(result)


def test_recovery_is_undone() -> None:
    """A coefficient of 0.8 for the cube's volume makes each activity 1/0.8 of what is seen, its error widens the band."""
    text = '[[recovery_coefficient]]\ncamera = "Twin"\nnuclide = "177Lu"\nsd = 0.04\n'
    text += "points = [{ volume_cm3 = 20, coefficient = 0.8 }, { volume_cm3 = 200, coefficient = 0.8 }]\n"
    plain, recovered = organ(found(*cycle())), organ(found(*cycle(), settings=text + SIGNED))
    assert recovered.recovery == pytest.approx(0.8)
    assert recovered.dose_gy == pytest.approx((plain.dose_gy or 0) / 0.8, rel=1e-6)
    assert "nuclear_recovery_missing" not in codes(found(*cycle(), settings=text + SIGNED))


def test_counts_need_a_calibration() -> None:
    """Counts without a calibration are asked; with 8000 cps/MBq the same activity comes back."""
    counts = {"units": "CNTS", "bq_per_ml_per_value": None, "counts_per_value": 1.0}
    asked = found(*cycle(**counts))
    assert "nuclear_calibration_missing" in codes(asked)
    assert asked.result.cycles[0].origin != "images"
    # values of the phantom are Bq/ml; as counts in 1200 s at 8000 cps/MBq one of them is 1/(1200 * 8000) MBq per voxel
    camera = '[[camera]]\ncamera = "Twin"\nnuclide = "Lu-177"\ncps_per_mbq = 8000\nsd_percent = 3\ncalibrated = 2025-01-01\n'
    left = organ(found(*cycle(**counts), settings=camera + SIGNED))
    per_value = 1.0 / (1200.0 * 8000.0) / ((SPACING_MM / 10.0) ** 3 * 1e-6)
    assert left.time_points[0].activity_mbq == pytest.approx(110.0 * 2 ** (-4 / 50) * per_value, rel=1e-3)


def test_decay_corrected_to_the_administration() -> None:
    """Values corrected to the administration are brought back to the image's moment by physical decay alone."""
    images = [
        spect("adm", {"Kidney_L": mbq_of(110.0, 50.0)}, h, decay_correction="ADMIN", reference=MOMENT)
        for h in (24.0,)
    ]
    left = organ(found(*images, cubes(), report("sr", administered())))
    seen = 110.0 * 2.0 ** (-24.0 / 50.0) * 2.0 ** (-24.0 / 159.528)
    assert left.time_points[0].activity_mbq == pytest.approx(seen, rel=1e-3)


def test_image_before_any_administration() -> None:
    """An image before the administration is in no cycle, and asked."""
    early = spect("early", KIDNEYS, -30.0, frame="1.2.3.1")
    result = found(*cycle(), early)
    assert "nuclear_image_before_administration" in codes(result)
    assert [len(one.time_points) for one in result.result.cycles[0].organs] == [4, 4]


def test_image_of_another_administration() -> None:
    """An image whose header names an administration that nobody states is in no cycle: it never bends another one's curve."""
    later = MOMENT + timedelta(days=20)
    other = spect("other", KIDNEYS, 24.0, started=later, frame="1.2.3.1", administered=later)
    result = found(*cycle(), other)
    assert "nuclear_image_of_another_administration" in codes(result)
    assert [len(one.time_points) for one in result.result.cycles[0].organs] == [4, 4]


def test_image_with_nothing_left() -> None:
    """Eight weeks after 177Lu less than 1 % is left by decay alone: such an image is of something else, and asked."""
    result = found(*cycle(), spect("late", KIDNEYS, 24.0 * 56, frame="1.2.3.1"))
    assert "nuclear_image_too_late" in codes(result)
    assert [len(one.time_points) for one in result.result.cycles[0].organs] == [4, 4]


def test_start_unknown_is_asked() -> None:
    """A day without a time gives no hours: the doses of that cycle are not measured."""
    day = '[[radionuclide]]\nnuclide = "Lu-177"\nagent = "DOTATATE"\ngiven = 2025-11-03\nactivity_gbq = 7.4\n'
    files = [one for one in cycle() if "sr" not in one.header.path]
    result = found(*files, settings=day + SIGNED)
    assert "nuclear_start_unknown" in codes(result)
    assert result.result.cycles[0].origin != "images"


def test_organ_out_of_the_image() -> None:
    """A region that reaches out of the image has an unknown activity there, not a smaller one."""
    files = [one for one in cycle() if "rtstruct" not in one.header.path]
    result = found(*files, cubes("moved", ("Kidney_R",), frame="1.2.3.1", shift_mm=60.0))
    assert "nuclear_organ_outside_image" in codes(result)
    assert result.result.cycles[0].origin != "images"


def test_image_without_any_region() -> None:
    """Images in whose frame nothing is drawn, and where no registration leads, are named."""
    files = [one for one in cycle() if "rtstruct" not in one.header.path]
    assert "nuclear_image_without_regions" in codes(found(*files, cubes("other", frame="9.9")))


def test_two_regions_of_one_organ_are_asked() -> None:
    """Two sets that draw the same organ in the image's frame: none is picked."""
    result = found(*cycle(), cubes("again", frame="1.2.3.1"))
    assert "nuclear_regions_several" in codes(result)
    assert result.result.cycles[0].origin != "images"


def test_region_drawn_on_the_image_comes_first() -> None:
    """A set that names the image's series is taken before one of its frame alone."""
    series = [f"series.c1/{h:g}" for h in HOURS]
    drawn = cubes("own", ("Kidney_L",), frame="1.2.3.1", series=series)
    assert organ(found(*cycle(), drawn)).dose_gy == pytest.approx(organ(found(*cycle())).dose_gy)


def test_two_reconstructions_of_one_moment() -> None:
    """Two images of one acquisition are rivals: none is picked until one is left out."""
    again = spect("c1/again", KIDNEYS, 24.0, frame="1.2.3.1")
    result = found(*cycle(), again)
    assert "nuclear_images_rival" in codes(result)
    assert result.result.cycles[0].origin != "images"
    left_out = f'[[nuclear_image]]\nseries = "series.c1/again"\nleave_out = true\n{SIGNED}'
    assert len(organ(found(*cycle(), again, settings=left_out)).time_points) == 4


def test_organ_that_one_cycle_lacks() -> None:
    """An organ drawn in cycle 1 alone: unknown in cycle 2, said, and its line is a lower bound."""
    second = [one for one in cycle(2, days=56) if "rtstruct" not in one.header.path]
    result = found(*cycle(1), *second, cubes("c2/rtstruct", ("Kidney_L",), frame="1.2.3.2"))
    assert "nuclear_organ_not_in_cycle" in codes(result)
    assert {one.organ: one.complete for one in result.result.lines} == {"Kidney_L": True, "Kidney_R": False}


def test_image_without_a_known_agent_may_be_microspheres() -> None:
    """An image of 90Y that does not say what carries it makes no radionuclide course: it is asked."""
    image = spect("y", KIDNEYS, 24.0, nuclide="Y-90", agent="", administered=MOMENT)
    (person,) = scan_facts([image], Settings()).persons
    assert person.record.courses == ()
    assert "nuclear_spheres_or_not" in {one.code for one in person.findings}


def test_alpha_chain() -> None:
    """225Ac: α of the whole chain in place and electrons, 5626 J/GBq of all decays, the RBE not applied."""
    said = {"nuclide": "Ac-225", "agent": "PSMA"}
    images = [spect(f"a{h}", {"Kidney_L": mbq_of(0.5, 60.0)}, h, **said) for h in (24.0, 72.0, 168.0)]
    result = found(*images, cubes(), report("sr", administered(activity_gbq=0.008, **said)))
    left = organ(result)
    joule = 0.5 * 60.0 / log(2.0) * (27481.44 + 689.54) * 1.602176634e-16 * 3.6e9
    assert left.dose_gy == pytest.approx(joule / (VOLUME_CM3 * 1.04e-3), rel=2e-3)
    assert left.alpha_gy == pytest.approx((left.dose_gy or 0) * 27481.44 / (27481.44 + 689.54), rel=1e-4)
    assert [one.nuclide for one in left.chain][:5] == ["Ac-225", "Fr-221", "At-217", "Bi-213", "Po-213"]
    assert sum(one.alpha_gy for one in left.chain) == pytest.approx(left.alpha_gy, rel=1e-6)
    francium, actinium = left.chain[1], left.chain[0]
    assert francium.alpha_gy / actinium.alpha_gy == pytest.approx(6303.61 / 5787.18, rel=1e-5)
    assert "nuclear_alpha_unweighted" in codes(result)
    assert result.result.nuclides[0].local_j_per_gbq == pytest.approx(5626.01, rel=1e-4)


def test_all_organs_are_named_once() -> None:
    """Both kidneys of the phantom and nothing else."""
    result = found(*cycle())
    assert [one.organ for one in result.result.cycles[0].organs] == sorted(CUBES)
