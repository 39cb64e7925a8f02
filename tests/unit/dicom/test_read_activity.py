"""What PET and NM say of activity is taken as stated, with dates; what they leave open is asked, and nothing becomes zero."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from graybook.dicom.facts import ImageSliceFacts, OtherFacts
from graybook.dicom.reading import read_folder
from graybook.progress import silent

ALL = ["DECY", "ATTN", "SCAT", "DTIM", "RAN", "NORM"]
LU = {"CodeValue": "447553000", "CodingSchemeDesignator": "SCT", "CodeMeaning": "^177^Lutetium"}
HALF_LIFE_S = 574300.8


def given(tiny: Any, **changes: Any) -> Any:
    """The radiopharmaceutical of a file."""
    item = tiny.item(
        Radiopharmaceutical="DOTATATE",
        RadionuclideTotalDose="7400000000",
        RadionuclideHalfLife=str(HALF_LIFE_S),
        RadiopharmaceuticalStartDateTime="20241230140000.00",
        RadionuclideCodeSequence=[tiny.item(**LU)],
    )
    return tiny.changed(item, **changes)


def pet(tiny: Any, z_mm: float = 0.0, *, drug: dict[str, Any] | None = None, **changes: Any) -> Any:
    """A PET slice in Bq/ml, taken on 31 December 2024 at 23:50, UTC+1."""
    values = {
        "Modality": "PT",
        "SOPClassUID": "1.2.840.10008.5.1.4.1.1.128",
        "RescaleSlope": "2.5",
        "RescaleIntercept": "0",
        "Units": "BQML",
        "DecayCorrection": "START",
        "CorrectedImage": ALL,
        "TimezoneOffsetFromUTC": "+0100",
        "SeriesDate": "20241231",
        "SeriesTime": "235000",
        "AcquisitionDate": "20241231",
        "AcquisitionTime": "235000.000",
        "ActualFrameDuration": "1200000",
        "RadiopharmaceuticalInformationSequence": [given(tiny, **(drug or {}))],
    }
    return tiny.ct(z_mm, **{**values, **changes})


def coded(tiny: Any, meaning: str) -> list[Any]:
    """A code that is known by its meaning alone."""
    return [tiny.item(CodeValue="X", CodingSchemeDesignator="99L", CodeMeaning=meaning)]


def mapping(
    tiny: Any, units: str = "Bq/ml", slope: float = 5.0, intercept: float = 0.0, **changes: Any
) -> Any:
    """A Real World Value Mapping."""
    item = tiny.item(
        RealWorldValueSlope=slope,
        RealWorldValueIntercept=intercept,
        MeasurementUnitsCodeSequence=[
            tiny.item(CodeValue=units, CodingSchemeDesignator="UCUM", CodeMeaning=units)
        ],
    )
    return tiny.changed(item, **changes)


def spect(tiny: Any, **changes: Any) -> Any:
    """A reconstructed NM volume of three slices, stored values 0 to 17, with 177Lu."""
    values = {
        "Modality": "NM",
        "SOPClassUID": "1.2.840.10008.5.1.4.1.1.20",
        "ImageType": ["ORIGINAL", "PRIMARY", "RECON TOMO", "EMISSION"],
        "NumberOfFrames": 3,
        "NumberOfDetectors": 1,
        "SpacingBetweenSlices": "4",
        "PixelData": np.arange(18, dtype="<i2").tobytes(),
        "RescaleSlope": None,
        "RescaleIntercept": None,
        "TimezoneOffsetFromUTC": "+0100",
        "AcquisitionDate": "20241231",
        "AcquisitionTime": "235000",
        "RadiopharmaceuticalInformationSequence": [given(tiny, RadionuclideTotalDose="7400")],
        "RotationInformationSequence": [tiny.item(ActualFrameDuration="20000", NumberOfFramesInRotation=60)],
    }
    return tiny.ct(**{**values, **changes})


def asked(facts: Any) -> list[str]:
    """Codes of what must be answered."""
    return [one.code for one in facts.activity.questions]


def test_pet_in_bq_per_ml(tiny: Any, read: Any) -> None:
    """BQML: the rescaled value is the activity; nuclide, half-life, dose, camera and moments as stated, in the file's offset."""
    facts = read(pet(tiny, ManufacturerModelName="Ring", StationName="PET1", DeviceSerialNumber="7"))
    found = facts.activity
    assert (found.units, found.bq_per_ml_per_value, found.scale_source, found.questions) == (
        "BQML",
        1.0,
        "Units",
        (),
    )
    assert (found.nuclide, found.agent, found.half_life_s) == ("Lu-177", "DOTATATE", HALF_LIFE_S)
    assert found.administered_bq == 7.4e9
    assert found.administered == datetime(2024, 12, 30, 13, 0, tzinfo=UTC)
    assert found.acquired == found.reference == datetime(2024, 12, 31, 22, 50, tzinfo=UTC)
    assert (found.camera.model, found.camera.station, found.camera.serial) == ("Ring", "PET1", "7")
    assert facts.voxels()[0, 1] == 2.5


def test_ct_says_nothing_of_activity(tiny: Any, read: Any) -> None:
    """A CT has no activity."""
    assert read(tiny.ct()).activity is None


@pytest.mark.parametrize(
    ("units", "factor", "counts", "codes"),
    [
        ("KBQML", 1000.0, None, []),
        ("CNTS", None, 1.0, []),
        ("PROPCNTS", None, None, ["activity_proportional"]),
        ("GML", None, None, ["activity_in_suv"]),
        ("MLMINML", None, None, ["activity_units_unknown"]),
        ("bqml", None, None, ["activity_units_unknown"]),
        (None, None, None, ["activity_without_units"]),
    ],
)
def test_units(tiny: Any, read: Any, units: Any, factor: Any, counts: Any, codes: list[str]) -> None:
    """Only units of activity concentration give Bq/ml; counts stay counts; everything else is asked."""
    facts = read(pet(tiny, Units=units))
    assert (facts.activity.bq_per_ml_per_value, facts.activity.counts_per_value) == (factor, counts)
    assert asked(facts) == codes


@pytest.mark.parametrize("slope", [None, "0", "-2"])
def test_bq_per_ml_without_a_slope(tiny: Any, read: Any, slope: Any) -> None:
    """A missing, zero or negative slope is asked: taken for 1 it would be a guess, taken as it is, zero."""
    facts = read(pet(tiny, RescaleSlope=slope))
    assert facts.activity.bq_per_ml_per_value is None
    assert asked(facts) == ["activity_scale_missing"]


def test_mapping_applies_to_stored_values(tiny: Any, read: Any) -> None:
    """NM without units, stored value s, slope 5 and intercept 10: 5 s + 10 Bq/ml, whatever the rescaling is."""
    for slope, intercept in ((None, None), ("2", "-1000")):
        facts = read(
            spect(
                tiny,
                RescaleSlope=slope,
                RescaleIntercept=intercept,
                RealWorldValueMappingSequence=[mapping(tiny, slope=5.0, intercept=10.0)],
            )
        )
        found = facts.activity
        bq_per_ml = facts.voxels() * found.bq_per_ml_per_value + found.scale_offset
        np.testing.assert_allclose(bq_per_ml.ravel(), 5.0 * np.arange(18) + 10.0, rtol=1e-5)
        assert (found.scale_source, found.units, found.questions) == ("Real World Value Mapping", "Bq/ml", ())


def test_mapping_in_other_units(tiny: Any, read: Any) -> None:
    """kBq/ml and MBq/ml are taken by their prefix, case and all: mBq/ml is none of them; an SUV mapping beside is passed over."""
    pairs = (("kBq/ml", 5.0e3), ("MBq/ml", 5.0e6))
    for units, factor in pairs:
        both = [mapping(tiny, "{SUVbw}g/ml", 0.1), mapping(tiny, units)]
        assert read(spect(tiny, RealWorldValueMappingSequence=both)).activity.bq_per_ml_per_value == factor
    milli = read(spect(tiny, RealWorldValueMappingSequence=[mapping(tiny, "mBq/ml")]))
    assert milli.activity.bq_per_ml_per_value is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"slopes": (5.0, 6.0)}, "activity_mappings_differ"),
        ({"slopes": (0.0,)}, "activity_mapping_unusable"),
        ({"slopes": (-5.0,)}, "activity_mapping_unusable"),
        ({"slopes": (5.0,), "units": "BQML"}, "activity_scales_contradict"),
    ],
)
def test_mappings_that_say_two_things(tiny: Any, read: Any, changes: dict[str, Any], code: str) -> None:
    """Two activities for one value, none, or one against the Units (slope 2.5) are a question, never a choice."""
    items = [mapping(tiny, slope=slope) for slope in changes["slopes"]]
    facts = read(pet(tiny, Units=changes.get("units"), RealWorldValueMappingSequence=items))
    assert facts.activity.bq_per_ml_per_value is None
    assert asked(facts) == [code]


def test_mapping_that_agrees_with_the_units(tiny: Any, read: Any) -> None:
    """A mapping of slope 2.5 beside Rescale Slope 2.5 in BQML says the same: one Bq/ml per rescaled value."""
    facts = read(pet(tiny, RealWorldValueMappingSequence=[mapping(tiny, slope=2.5)]))
    assert facts.activity.bq_per_ml_per_value == pytest.approx(1.0)
    assert asked(facts) == []


@pytest.mark.parametrize("units", ["", "1", "{none}", None])
@pytest.mark.parametrize("kind", ["PT", "NM"])
def test_mapping_without_a_unit_is_no_counts(tiny: Any, read: Any, kind: str, units: str | None) -> None:
    """A slope without a unit, with an empty, unknown or "no units" one, is asked: taken for counts it gave 335 times the dose."""
    item = mapping(tiny, units or "", 20.0)
    if units is None:
        item = mapping(tiny, "Bq/ml", 20.0, MeasurementUnitsCodeSequence=None)
    changes = {"Units": None, "RealWorldValueMappingSequence": [item]}
    facts = read(spect(tiny, **changes) if kind == "NM" else pet(tiny, **changes))
    assert (facts.activity.bq_per_ml_per_value, facts.activity.counts_per_value) == (None, None)
    assert asked(facts) == ["activity_mapping_without_units"]
    rescale = 1.0 if kind == "NM" else 2.5
    assert facts.activity.mapping_without_units == pytest.approx((20.0 / rescale, 0.0))


def test_mapping_in_counts_is_counts(tiny: Any, read: Any) -> None:
    """A mapping whose unit is counts says so: two counts per stored value."""
    facts = read(spect(tiny, RealWorldValueMappingSequence=[mapping(tiny, "{counts}", 2.0)]))
    assert (facts.activity.counts_per_value, asked(facts)) == (2.0, [])


def test_nm_without_units_is_counts(tiny: Any, read: Any) -> None:
    """An NM volume without units or mapping holds counts, taken over 60 views of 20 s each, which is said: it may be half."""
    facts = read(spect(tiny))
    found = facts.activity
    said = {one.code: one.params for one in facts.header.findings}["activity_duration_of_views"]
    assert (said["views"], said["seconds"], said["minutes"]) == (60, 20.0, 20.0)
    assert (found.bq_per_ml_per_value, found.counts_per_value, found.frame_duration_s) == (None, 1.0, 1200.0)
    assert found.administered_bq == 7.4e9


def test_duration_of_several_detectors_is_not_known(tiny: Any, read: Any) -> None:
    """With two detectors the views may be counted together or apart: no duration, rather than one wrong by a factor of 2; said."""
    facts = read(spect(tiny, NumberOfDetectors=2))
    assert facts.activity.frame_duration_s is None
    assert facts.activity.reference == facts.activity.acquired
    assert [one.code for one in facts.header.findings] == ["activity_duration_missing"]


def test_time_of_a_view_beside_the_rotation_is_not_the_whole(tiny: Any, read: Any) -> None:
    """20 s beside a rotation of 60 views of 20 s is a view's: 1200 s, not counts sixty times too fast; 1201 s is the whole."""
    assert read(spect(tiny, ActualFrameDuration="20000")).activity.frame_duration_s == 1200.0
    assert read(spect(tiny, ActualFrameDuration="1201000")).activity.frame_duration_s == 1201.0
    both = spect(tiny, ActualFrameDuration="20000", NumberOfDetectors=2)
    assert read(both).activity.frame_duration_s is None


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (["ORIGINAL", "PRIMARY", "TOMO", "EMISSION"], "nuclear_counts"),
        (["ORIGINAL", "PRIMARY", "WHOLE BODY", "EMISSION"], "nuclear_counts"),
        (["ORIGINAL", "PRIMARY", "STATIC", "EMISSION"], "nuclear_counts"),
        (["ORIGINAL", "PRIMARY", "RECON GATED TOMO", "EMISSION"], "nuclear_gated"),
    ],
)
def test_nm_that_is_no_volume_is_listed(tiny: Any, read: Any, kind: list[str], code: str) -> None:
    """Projections, planar and gated images are listed with what they are."""
    facts = read(spect(tiny, ImageType=kind))
    assert isinstance(facts, OtherFacts)
    assert facts.reason.code == code


@pytest.mark.parametrize("kind", [["DYNAMIC", "IMAGE"], ["GATED", "IMAGE"], ["STATIC", "REPROJECTION"]])
def test_parts_of_an_acquisition_are_asked(tiny: Any, read: Any, kind: list[str]) -> None:
    """A time frame, a gate or a reprojection is no static image; a dynamic series of one time slice is."""
    assert asked(read(pet(tiny, SeriesType=kind))) == ["activity_series_parts"]
    assert asked(read(pet(tiny, SeriesType=["DYNAMIC", "IMAGE"], NumberOfTimeSlices=1))) == []


def test_admin_needs_the_day_of_the_administration(tiny: Any, read: Any) -> None:
    """ADMIN is true at the administration, days before; a time of day without its day is never joined with the image's day."""
    found = read(pet(tiny, DecayCorrection="ADMIN")).activity
    assert found.reference == datetime(2024, 12, 30, 13, 0, tzinfo=UTC)
    clock = {"RadiopharmaceuticalStartDateTime": None, "RadiopharmaceuticalStartTime": "140000"}
    facts = read(pet(tiny, DecayCorrection="ADMIN", drug=clock))
    assert (facts.activity.reference, asked(facts)) == (None, ["activity_administration_day"])


def test_none_is_true_at_the_mean_of_the_frame(tiny: Any, read: Any) -> None:
    """Uncorrected: the moment whose activity is the frame's mean, by the closed form, past midnight and the year's end."""
    facts = read(pet(tiny, DecayCorrection="NONE", CorrectedImage=["ATTN"], AcquisitionTime="235500"))
    x = np.log(2.0) * 1200.0 / HALF_LIFE_S
    mean = (1.0 - np.exp(-x)) / x
    after_s = (facts.activity.reference - facts.activity.acquired).total_seconds()
    assert np.exp(-np.log(2.0) * after_s / HALF_LIFE_S) == pytest.approx(mean, abs=1e-9)
    assert facts.activity.reference.date().isoformat() == "2025-01-01"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"DecayCorrection": None}, "activity_decay_correction"),
        ({"DecayCorrection": "NONE"}, "activity_decay_correction"),
        ({"CorrectedImage": ["ATTN", "SCAT"]}, "activity_decay_correction"),
        ({"DecayCorrection": "LATER"}, "activity_decay_correction"),
        ({"AcquisitionDate": None}, "activity_date_missing"),
        ({"AcquisitionTime": None}, "activity_date_missing"),
        ({"AcquisitionDate": "20241331"}, "activity_date_missing"),
        ({"AcquisitionTime": "250000"}, "activity_date_missing"),
        ({"CorrectedImage": ["DECY", "SCAT"]}, "activity_without_attenuation"),
        ({"AcquisitionDate": "20241229", "SeriesDate": "20241229"}, "activity_before_administration"),
    ],
)
def test_what_is_missing_or_contradicts_itself_is_asked(
    tiny: Any, read: Any, changes: dict[str, Any], code: str
) -> None:
    """No correction stated, against Corrected Image, no date, no attenuation correction, before the administration: asked."""
    assert asked(read(pet(tiny, **changes))) == [code]


def test_nm_may_say_nothing_of_decay(tiny: Any, read: Any) -> None:
    """20 min of 177Lu without a word on decay is taken at its mean; of 68Ga (68 min) it is asked; DECY without a moment too."""
    assert asked(read(spect(tiny))) == []
    gallium = given(tiny, RadionuclideHalfLife="4080", RadionuclideCodeSequence=coded(tiny, "^68^Gallium"))
    short = read(spect(tiny, RadiopharmaceuticalInformationSequence=[gallium]))
    assert asked(short) == ["activity_decay_correction"]
    assert asked(read(spect(tiny, CorrectedImage=["DECY", "ATTN"]))) == ["activity_decay_correction"]


def test_decay_correction_to_a_stated_moment(tiny: Any, read: Any) -> None:
    """Decay Correction DateTime names the moment itself, with its own offset."""
    facts = read(spect(tiny, DecayCorrectionDateTime="20241231230000+0000"))
    assert (facts.activity.decay_correction, facts.activity.reference) == (
        "TIME",
        datetime(2024, 12, 31, 23, 0, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("offset", "taken", "injected", "hours"),
    [
        ("+0100", ("20250101", "001500"), "20241231234500", 0.5),
        ("+0200", ("20250330", "040000"), "20250329120000+0100", 15.0),
        ("+0100", ("20251026", "120000"), "20251025120000+0200", 25.0),
        ("-0500", ("20240301", "000000"), "20240228120000", 36.0),
        ("+0545", ("20250101", "054500"), "20241231234500+0000", 0.25),
    ],
    ids=["year's end", "into summer time", "out of summer time", "leap day", "other offset"],
)
def test_time_since_administration(
    tiny: Any, read: Any, offset: str, taken: tuple[str, str], injected: str, hours: float
) -> None:
    """Across midnight, year's end, a leap day and daylight saving the elapsed time is the one a clock in UTC shows."""
    day, clock = taken
    facts = read(
        pet(
            tiny,
            TimezoneOffsetFromUTC=offset,
            SeriesDate=day,
            SeriesTime=clock,
            AcquisitionDate=day,
            AcquisitionTime=clock,
            drug={"RadiopharmaceuticalStartDateTime": injected},
        )
    )
    assert facts.activity.questions == ()
    assert facts.activity.reference - facts.activity.administered == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("modality", "total", "bq", "said"),
    [
        ("PT", "7.4e9", 7.4e9, None),
        ("PT", "7400", 7.4e9, "MBq"),
        ("PT", "185", 1.85e8, "MBq"),
        ("NM", "7400", 7.4e9, None),
        ("NM", "7.4e9", 7.4e9, "Bq"),
        ("NM", "8", 8e6, None),
        ("PT", "0", None, ""),
        ("PT", "-5", None, ""),
        ("PT", "7.4e13", None, ""),
    ],
)
def test_total_dose_in_bq_or_mbq(
    tiny: Any, read: Any, modality: str, total: str, bq: float | None, said: str | None
) -> None:
    """By magnitude; said when it is not the unit of its kind of file; nothing and nonsense are no activity."""
    drug = given(tiny, RadionuclideTotalDose=total)
    make = pet if modality == "PT" else spect
    facts = read(make(tiny, RadiopharmaceuticalInformationSequence=[drug]))
    assert facts.activity.administered_bq == bq
    findings = [one for one in facts.header.findings if one.code.startswith("activity_total")]
    codes = {one.code: one.params.get("unit", "") for one in findings}
    expected = {} if said is None else {"activity_total_unit" if said else "activity_total_implausible": said}
    assert codes == expected


@pytest.mark.parametrize(
    ("code", "agent", "nuclide"),
    [
        ({"CodeValue": "C-111A1", "CodingSchemeDesignator": "SNM3", "CodeMeaning": ""}, "FDG", "F-18"),
        ({"CodeValue": "X", "CodingSchemeDesignator": "99L", "CodeMeaning": "Y-90"}, "SIR-Spheres", "Y-90"),
        (None, "Lu-177 DOTATATE", "Lu-177"),
        (None, "DOTATATE", ""),
        ({"CodeValue": "447553000", "CodingSchemeDesignator": "SCT", "CodeMeaning": "^18^Fluorine"}, "", ""),
    ],
)
def test_nuclides(tiny: Any, read: Any, code: Any, agent: str, nuclide: str) -> None:
    """By code, old or new, else by its meaning, else by the agent's name; a code against its meaning is none, and asked."""
    codes = [tiny.item(**code)] if code else []
    drug = {"RadionuclideCodeSequence": codes, "Radiopharmaceutical": agent, "RadionuclideHalfLife": None}
    facts = read(pet(tiny, drug=drug))
    assert facts.activity.nuclide == nuclide
    assert asked(facts) == ([] if nuclide else ["activity_nuclide"])


@pytest.mark.parametrize("half_life", ["6586.2", "159.53", "6.647", "574300800"])
def test_a_half_life_of_another_nuclide_is_asked(tiny: Any, read: Any, half_life: str) -> None:
    """18F's half-life on 177Lu, or 177Lu's in hours, days or milliseconds: one of the two is wrong, and asked."""
    assert "activity_half_life" in asked(read(pet(tiny, drug={"RadionuclideHalfLife": half_life})))


def test_two_nuclides_are_asked(tiny: Any, read: Any) -> None:
    """177Lu and 99mTc in one image: which one the counts are of is not guessed."""
    other = given(
        tiny,
        RadionuclideCodeSequence=[tiny.item(CodeMeaning="Tc-99m", CodeValue="X", CodingSchemeDesignator="L")],
    )
    facts = read(pet(tiny, RadiopharmaceuticalInformationSequence=[given(tiny), other]))
    assert (facts.activity.nuclide, asked(facts)) == ("", ["activity_nuclides_several"])


def activities(folder: Any, files: dict[str, Any]) -> list[Any]:
    """Activity of the files of a folder, in their order."""
    facts = read_folder(folder(files), silent)
    return [one.activity for one in facts if isinstance(one, ImageSliceFacts)]


def test_bed_positions_share_the_first_ones_start(tiny: Any, folder: Any) -> None:
    """START is one moment for the whole series, also when the series was made anew, later than every acquisition."""
    later = {"SeriesTime": "235900"}
    files = {
        f"{k}.dcm": pet(tiny, 3.0 * k, AcquisitionTime=f"235{2 * k}00", FrameReferenceTime="0", **later)
        for k in range(3)
    }
    found = activities(folder, files)
    assert [one.reference for one in found] == [datetime(2024, 12, 31, 22, 50, tzinfo=UTC)] * 3
    assert {one.questions for one in found} == {()}


def test_slopes_of_slices_are_their_own(tiny: Any, folder: Any) -> None:
    """Slices of other slopes are each in Bq/ml by their own; none is scaled by another's."""
    files = {f"{k}.dcm": pet(tiny, 3.0 * k, RescaleSlope=str(k + 1)) for k in range(3)}
    facts = [one for one in read_folder(folder(files), silent) if isinstance(one, ImageSliceFacts)]
    assert [float(one.voxels()[0, 1]) * (one.activity.bq_per_ml_per_value or 0) for one in facts] == [
        1.0,
        2.0,
        3.0,
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"Units": "CNTS"},
        {"DecayCorrection": "ADMIN"},
        {"SeriesDate": "20241230"},
        {"TimezoneOffsetFromUTC": None},
    ],
)
def test_a_mixed_series_is_asked(tiny: Any, folder: Any, change: dict[str, Any]) -> None:
    """Files of one series in other units, corrected to other moments, or of another clock: every one of them asks."""
    files = {f"{k}.dcm": pet(tiny, 3.0 * k, **(change if k == 1 else {})) for k in range(3)}
    for one in activities(folder, files):
        assert "activity_series_mixed" in [two.code for two in one.questions]


@pytest.mark.parametrize(
    ("nuclide", "half_life", "codes"),
    [("^177^Lutetium", str(HALF_LIFE_S), []), ("^99m^Technetium", "21624", ["activity_reference_apart"])],
)
def test_bed_positions_of_nm(tiny: Any, folder: Any, nuclide: str, half_life: str, codes: list[str]) -> None:
    """Two beds 30 min apart, START: the earlier start for 177Lu (0.2 %); asked for 99mTc (5.6 %), whose beds may mean their own."""
    drug = given(tiny, RadionuclideHalfLife=half_life, RadionuclideCodeSequence=coded(tiny, nuclide))
    files = {
        f"{k}.dcm": spect(
            tiny,
            uid=f"1.2.3.{k + 1}",
            DecayCorrection="START",
            AcquisitionTime=("230000", "233000")[k],
            RadiopharmaceuticalInformationSequence=[drug],
        )
        for k in range(2)
    }
    for one in activities(folder, files):
        assert [two.code for two in one.questions] == codes
        assert one.reference == (None if codes else datetime(2024, 12, 31, 22, 0, tzinfo=UTC))
