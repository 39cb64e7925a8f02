"""The moment PET is corrected to, against the SUV factors published with cornerstonejs/calculate-suv for eight real headers.

Headers and factors: test/metadata and test/calculateSUV_SampleData.test.ts of that project (MIT). A factor is weight over the
administered activity decayed to the moment of correction, so it fixes that moment; two more come from the vendor (Philips).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from graybook.dicom.attributes import Attributes, Notes
from graybook.dicom.read_activity import activity

DAY = "20201217"
ALL = ["DECY", "ATTN", "SCAT", "DTIM", "RAN", "NORM"]
F18 = {"CodeValue": "C-111A1", "CodingSchemeDesignator": "SRT", "CodeMeaning": "^18^Fluorine"}

CASES = {
    "Siemens": ("104829", "104830.351370", 38.51336, 74.324, 67.0, 374e6, 6586.2, "083045", 0.00042748316),
    "GE": ("095621", "095621", 0.0, 120.0, 52.0, 152022720.0, 6586.2002, "084500", 0.00053673877),
    "Philips in Bq/ml": ("110155", "110156", 1328.7, 120.7, 64.0, 126e6, 6586.199707, "100058", 0.00074637470),
    "acquired 5 µs before the series":
        ("123515", "123514.999995", 59.936854672596, 120.0, 65.0, 225e6, 6586.2, "114100", 0.00040691569),
    "series made anew": ("134918", "130348.234000", 0.0, 180.0, 69.0, 388e6, 6586.2, "120037", 0.00026503313),
    "a late bed position":
        ("135431.843", "141555.687", 1372.8579232493, 180.0, 102.0, 412e6, 6586.2, "125000", 0.00037210892),
}  # fmt: skip


def header(
    series: str, acquired: str, frame_s: float, duration_s: float, dose: float, half_life: float, **more: Any
) -> Dataset:
    """A PET header with the times of a case; the administration by its time of day alone."""
    ds = Dataset()
    ds.Modality, ds.SOPClassUID = "PT", "1.2.840.10008.5.1.4.1.1.128"
    ds.SeriesDate = ds.AcquisitionDate = DAY
    ds.TimezoneOffsetFromUTC = "+0000"
    ds.SeriesTime, ds.AcquisitionTime = series, acquired
    ds.Units, ds.DecayCorrection, ds.CorrectedImage = "BQML", "START", ALL
    ds.FrameReferenceTime, ds.ActualFrameDuration = f"{1000 * frame_s:.12g}", str(round(1000 * duration_s))
    ds.RescaleSlope, ds.RescaleIntercept = "2.5", "0"
    code = Dataset()
    for keyword, value in F18.items():
        setattr(code, keyword, value)
    given = Dataset()
    given.RadionuclideTotalDose, given.RadionuclideHalfLife = f"{dose:.12g}", f"{half_life:.12g}"
    given.RadionuclideCodeSequence = Sequence([code])
    ds.RadiopharmaceuticalInformationSequence = Sequence([given])
    for keyword, value in more.items():
        setattr(ds, keyword, value)
    return ds


def read(ds: Dataset) -> Any:
    """Facts of a header."""
    return activity(Attributes(ds, Notes(path="a.dcm")), ((2.5, 0.0),))


def suv_per_bq_per_ml(facts: Any, weight_kg: float, injected: str) -> float:
    """Weight over what is left of the administered activity at the moment of correction. [g/Bq]"""
    given = datetime.strptime(DAY + injected + "+0000", "%Y%m%d%H%M%S%z")
    seconds = (facts.reference - given).total_seconds()
    return float(1000.0 * weight_kg / (facts.administered_bq * 2.0 ** (-seconds / facts.half_life_s)))


@pytest.mark.parametrize("name", sorted(CASES))
def test_published_suv_factors(name: str) -> None:
    """Each published factor comes out to 1e-6 when the dose is decayed to the reference moment, without a question."""
    series, acquired, frame_s, duration_s, weight, dose, half_life, injected, factor = CASES[name]
    facts = read(header(series, acquired, frame_s, duration_s, dose, half_life))
    assert facts.questions == ()
    assert facts.bq_per_ml_per_value == 1.0
    assert suv_per_bq_per_ml(facts, weight, injected) == pytest.approx(factor, abs=1e-9)


def philips(factor: str) -> Dataset:
    """A header in counts with the vendor's private factors."""
    ds = header("093556", "095439", 1183.0, 120.0, 238e6, 6588.0, Units="CNTS")
    block = ds.private_block(0x7053, "Philips PET Private Group", create=True)
    block.add_new(0x00, "DS", "0.000551")
    if factor:
        block.add_new(0x09, "DS", factor)
    return ds


def test_both_factors_of_philips_agree() -> None:
    """Activity per count (7053,1009) times the SUV factor is the vendor's own SUV per count (7053,1000), 0.000551, to 3 digits."""
    facts = read(philips("1.602563"))
    assert (facts.bq_per_ml_per_value, facts.scale_source) == (1.602563, "Philips (7053,1009)")
    per_count = facts.bq_per_ml_per_value * suv_per_bq_per_ml(facts, 54.0, "083000")
    assert per_count == pytest.approx(0.000551, rel=1e-3)


def test_counts_without_the_factor_are_counts() -> None:
    """With an SUV factor alone, counts are counts: no activity, and nothing assumed."""
    facts = read(philips(""))
    assert facts.bq_per_ml_per_value is None
    assert facts.counts_per_value == 1.0


def test_a_moment_nothing_confirms_is_asked() -> None:
    """A series time 2 h before the acquisition, which no frame time confirms, is half of the activity of 18F: asked."""
    facts = read(header("095439", "115439", 0.0, 120.0, 238e6, 6588.0))
    assert facts.reference is None
    assert [one.code for one in facts.questions] == ["activity_reference_apart"]


def test_scan_start_of_ge() -> None:
    """A series made anew keeps the scan start of GE (0009,100D): that is the reference, not the later series time."""
    ds = header("180000", "095640", 0.0, 120.0, 238e6, 6588.0)
    ds.private_block(0x0009, "GEMS_PETD_01", create=True).add_new(0x0D, "DT", "20201217095621.00")
    assert read(ds).reference == datetime(2020, 12, 17, 9, 56, 21, tzinfo=UTC)


def test_frame_time_counts_back_to_the_scan() -> None:
    """Of a later bed position of a series made anew, acquisition - frame reference time + mean-rate time is the scan start."""
    duration_s, half_life_s, start_s = 180.0, 6586.2, 600.0
    x = np.log(2.0) * duration_s / half_life_s
    frame_s = start_s + np.log(x / (1.0 - np.exp(-x))) / x * duration_s
    ds = header("180000", "100000", frame_s, duration_s, 238e6, half_life_s)
    found = read(ds).reference
    assert abs((found - datetime(2020, 12, 17, 9, 50, tzinfo=UTC)).total_seconds()) < 0.01
