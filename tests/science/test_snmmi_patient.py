"""A published patient: activities of four organs at four times, with the curves and doses another program found.

SNMMI challenge patient, 7210.4 MBq of 177Lu-DOTATATE; times, activities, volumes, integrals and doses from qurit/PyTheranostics,
tests/data/voxel_dosimetry_validation (expected_results.csv and expected_df_ad.csv).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.ndimage import convolve

from graybook.nuclear.single_time_point import hanscheid
from graybook.nuclear.time_activity import CurveFit, FitNote, fit_curve
from graybook.nuclear.time_integrated import choices
from graybook.nuclear.trapezoid import trapezoid
from graybook.nuclear.voxel_s_kernel import voxel_s_kernel

TIMES = (3.741111111111111, 27.725277777777777, 103.09416666666667, 123.98361111111112)
LU_177_H = 159.528
ELECTRON_KEV = 147.923
"""Per decay of 177Lu, ICRP-107."""
GY_PER_MBQ_H_AT_1_G = ELECTRON_KEV * 1.602176634e-16 * 1e6 * 3600.0 * 1e3
DENSITY = 1.04


@dataclass(frozen=True)
class Organ:
    """One organ as published."""

    activity_mbq: tuple[float, ...]
    mbq_h: float
    rates_per_h: tuple[float, float]
    amplitude_mbq: float
    volumes_cm3: tuple[float, ...]
    dose_gy: float


ORGANS = {
    "Kidney_L": Organ(
        (98.561432, 73.599408, 25.39568, 19.04661),
        7593.752576123306,
        (0.01408142600216577, 0.8454291282326525),
        108.74206751059795,
        (233.60824584960938, 234.09175872802734, 247.64728546142578, 248.5828399658203),
        2.741417121338495,
    ),
    "Kidney_R": Organ(
        (92.891448, 66.860492, 23.209494, 15.666982),
        6797.106045193271,
        (0.014525034301202456, 1.0572026378865176),
        100.10353294428627,
        (250.99468231201172, 226.09806060791016, 240.1714324951172, 231.58836364746094),
        2.2888928278245335,
    ),
    "Liver": Organ(
        (378.4744, 347.404416, 192.66408, 173.225408),
        56425.334754817464,
        (0.0074761967214427676, 0.6575597175063645),
        426.6982953753453,
        (2037.3516082763672, 2166.8357849121094, 2008.5783004760742, 2248.795509338379),
        2.347015734546143,
    ),
    "Spleen": Organ(
        (87.206832, 77.633392, 34.655492, 27.94343),
        9600.898902876934,
        (0.01065558561011114, 0.5562306512948885),
        104.30127630893381,
        (268.9018249511719, 273.8170623779297, 233.95729064941406, 235.11028289794922),
        3.017681578796798,
    ),
}
NAMES = list(ORGANS)


def fitted(name: str, **changed: object) -> CurveFit:
    """The organ's curve with uptake, as the publication chose."""
    given: dict[str, object] = {"physical_half_life_h": LU_177_H, "model": "uptake", "organ": name}
    return fit_curve(TIMES, ORGANS[name].activity_mbq, **(given | changed))  # type: ignore[arg-type]


def misfit(organ: Organ, amplitude: float, rates: tuple[float, ...]) -> float:
    """Sum of squared residuals, written out again."""
    times = np.array(TIMES)
    curve = amplitude * (np.exp(-rates[0] * times) - np.exp(-rates[1] * times))
    return float(((curve - np.array(organ.activity_mbq)) ** 2).sum())


@pytest.mark.parametrize("name", NAMES)
def test_time_integrated_activity_to_the_printed_digit(name: str) -> None:
    """Integrals agree to 2 in ten million; where the last printed digit differs our curve lies nearer to the points."""
    organ, fit = ORGANS[name], fitted(name)
    assert fit.curve.integral_mbq_h == pytest.approx(organ.mbq_h, rel=2e-7)
    ours = misfit(organ, fit.curve.amplitudes_mbq[0], fit.curve.rates_per_h)
    theirs = misfit(organ, organ.amplitude_mbq, organ.rates_per_h)
    assert ours <= theirs * (1 + 1e-9)
    assert fit.curve.rates_per_h == pytest.approx(organ.rates_per_h, rel=2e-6)


@pytest.mark.parametrize(("name", "printed"), [("Kidney_L", "7593.753"), ("Spleen", "9600.899")])
def test_printed_digits_where_the_other_fit_had_converged(name: str, printed: str) -> None:
    """To the printed digit, all seven of them."""
    assert f"{fitted(name).curve.integral_mbq_h:.3f}" == printed


@pytest.mark.parametrize(
    ("name", "half_life"), [("Kidney_L", 49.22), ("Kidney_R", 47.72), ("Liver", 92.71), ("Spleen", 65.05)]
)
def test_effective_half_lives(name: str, half_life: float) -> None:
    """As published, to the printed digit."""
    assert round(fitted(name).curve.effective_half_life_h, 2) == half_life


def spread(name: str, value: float) -> float:
    """Per cent above the curve with uptake."""
    return 100.0 * (value / fitted(name).curve.integral_mbq_h - 1.0)


def test_trapezoid_with_a_physical_tail_is_30_to_43_percent_high() -> None:
    """Straight lines from 0 MBq, then physical decay."""
    found = [
        spread(
            name,
            trapezoid(TIMES, organ.activity_mbq, physical_half_life_h=LU_177_H, tail="physical").mbq_h,
        )
        for name, organ in ORGANS.items()
    ]
    assert [round(min(found)), round(max(found))] == [30, 43]


def test_one_exponential_is_2_to_5_percent_high() -> None:
    """Uptake at once instead of uptake and washout."""
    found = [spread(name, fitted(name, model="mono").curve.integral_mbq_h) for name in NAMES]
    assert [round(min(found), 1), round(max(found), 1)] == [1.5, 5.0]


def test_hanscheid_at_103_h() -> None:
    """One point, at 103 h: from -0.5 to +7.4 %."""
    found = [spread(name, hanscheid(TIMES[2], organ.activity_mbq[2]).mbq_h) for name, organ in ORGANS.items()]
    assert [round(min(found), 1), round(max(found), 1)] == [-0.5, 7.4]


def test_choices_carry_the_same_spreads() -> None:
    """The table of choices has the used one first and the others' differences beside it."""
    for name in NAMES:
        rows = choices(fitted(name), population_half_life_h=50.0)
        assert rows[0].used
        assert (rows[0].model, rows[0].difference_percent) == ("uptake", 0.0)
        assert sum(one.used for one in rows) == 1
        physical = next(one for one in rows if one.tail == "physical")
        assert 30.0 < physical.difference_percent < 43.0
        mono = next(one for one in rows if one.model == "mono")
        assert 1.5 < mono.difference_percent < 5.05
        assert any(one.model == "hanscheid" for one in rows)
        assert any(one.model == "madsen" for one in rows)
        none = next(one for one in rows if one.tail == "none")
        assert none.difference_percent < 0


def test_four_points_cannot_tell_uptake_by_themselves() -> None:
    """AICc of three parameters is undefined on four points: the simpler curve is taken and that is noted."""
    fit = fitted("Kidney_L", model="auto")
    assert fit.model.value == "mono"
    assert FitNote.AICC_UNDEFINED in fit.notes
    by_model = {one.model.value: one for one in fit.candidates}
    assert by_model["uptake"].aicc is None
    assert by_model["uptake"].integral_mbq_h == pytest.approx(7593.753, rel=1e-6)
    assert FitNote.TOO_FEW_POINTS in by_model["tri"].notes


def ball_over_local(volume_cm3: float, reach: int) -> float:
    """Mean dose of an even ball by the 4.8 mm kernel out to ``reach`` voxels, over the electrons' energy in its mass."""
    kernel = voxel_s_kernel("Lu-177", tissue="soft", voxel_mm=4.8)
    near = kernel.values[5 - reach : 6 + reach, 5 - reach : 6 + reach, 5 - reach : 6 + reach]
    radius = (3.0 * volume_cm3 * 1e3 / (4.0 * np.pi)) ** (1.0 / 3.0) / 4.8
    line = np.arange(-int(radius) - 6, int(radius) + 7)
    z, y, x = np.meshgrid(line, line, line, indexing="ij")
    ball = x**2 + y**2 + z**2 <= radius**2
    dose = convolve(ball.astype(float), near, mode="constant")
    return float(dose[ball].mean() * kernel.voxel_g / GY_PER_MBQ_H_AT_1_G)


def test_reference_looks_like_a_kernel_cut_at_25_mm() -> None:
    """Cut at 5 voxels of 4.8 mm, a kernel gives all organs the same share within 0.5 %, as the reference's 1.028 to 1.033.

    The reference's program cuts its kernel at 25 mm. Uncut, a ball as large as the liver gets 4 % more than one as large as a
    kidney (published sphere S-values: 1.055 and 1.094). What is left beside our kernel is one factor.
    """
    volumes = [ORGANS[name].volumes_cm3[0] for name in NAMES]
    cut = [ball_over_local(volume, 2) for volume in volumes]
    assert max(cut) / min(cut) < 1.005
    reference = [
        ORGANS[name].dose_gy / local_deposition_gy(ORGANS[name], ORGANS[name].volumes_cm3[0])
        for name in NAMES
    ]
    factors = [a / b for a, b in zip(reference, cut, strict=True)]
    assert (round(min(factors), 3), round(max(factors), 3)) == (1.096, 1.099)


def local_deposition_gy(organ: Organ, volume_cm3: float) -> float:
    """Electron energy over mass."""
    return organ.mbq_h * GY_PER_MBQ_H_AT_1_G / (volume_cm3 * DENSITY)


def test_left_kidney_by_local_deposition() -> None:
    """2.667 Gy on the volume at the first time, beside the reference's 2.741."""
    kidney = ORGANS["Kidney_L"]
    assert f"{local_deposition_gy(kidney, kidney.volumes_cm3[0]):.3f}" == "2.667"
    assert f"{kidney.dose_gy:.3f}" == "2.741"


def test_reference_is_3_percent_above_local_deposition_in_every_organ() -> None:
    """1.028 to 1.033 on the volume at the first time at 1.04 g/cm³; on the mean volume the ratios scatter more."""
    first = [o.dose_gy / local_deposition_gy(o, o.volumes_cm3[0]) for o in ORGANS.values()]
    assert [round(min(first), 3), round(max(first), 3)] == [1.028, 1.033]
    mean = [o.dose_gy / local_deposition_gy(o, float(np.mean(o.volumes_cm3))) for o in ORGANS.values()]
    assert max(mean) - min(mean) > 10 * (max(first) - min(first))
