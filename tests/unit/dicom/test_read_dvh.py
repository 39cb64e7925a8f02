"""DVH statistics leave the reader in Gy, also when the file wrote percent and called it Gy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

WIDTH_GY = 0.01


def dvh(tiny: Any, number: int, low: float, high: float, factor: float = 1.0, **changes: Any) -> Any:
    """A DVH of a uniform spread of dose from low to high, 10 cm³; its statistics are divided by ``factor``."""
    edges = np.arange(0, high + WIDTH_GY, WIDTH_GY)
    volume = 10 * np.clip((high - edges) / (high - low), 0, 1)
    stated = [low / factor, (low + high) / 2 / factor, high / factor]
    values = {
        "DVHReferencedROISequence": [tiny.item(ReferencedROINumber=number)],
        "DVHType": "CUMULATIVE",
        "DoseUnits": "GY",
        "DVHDoseScaling": "1",
        "DVHVolumeUnits": "CM3",
        "DVHNumberOfBins": len(edges),
        "DVHData": np.stack([np.full_like(edges, WIDTH_GY), volume], axis=1).round(6).ravel().tolist(),
        "DVHMinimumDose": f"{stated[0]:.9g}",
        "DVHMeanDose": f"{stated[1]:.9g}",
        "DVHMaximumDose": f"{stated[2]:.9g}",
    }
    return tiny.item(**{**values, **changes})


SPREADS = [(1, 1.0, 5.0), (2, 0.0, 20.0), (3, 40.0, 44.0), (4, 10.0, 30.0)]


def test_statistics_in_gy_stay(tiny: Any, read: Any) -> None:
    """Stated Gy that agree with their curves are given as they are, with the volume."""
    fact = read(tiny.dose(DVHSequence=[dvh(tiny, *spread) for spread in SPREADS]))
    assert [item.mean_gy for item in fact.dvhs] == [3.0, 10.0, 42.0, 20.0]
    assert [item.volume_cm3 for item in fact.dvhs] == [10.0] * 4
    assert not any(item.percent_trap for item in fact.dvhs)
    assert fact.dvh_hundred_percent_gy is None


def test_percent_called_gy_is_found_and_converted(tiny: Any, read: Any) -> None:
    """Statistics in percent of 42 Gy are converted exactly, although the prescription is not in the dose file."""
    fact = read(tiny.dose(DVHSequence=[dvh(tiny, *spread, factor=0.42) for spread in SPREADS]))
    assert fact.dvh_hundred_percent_gy == 42.0
    assert [item.mean_gy for item in fact.dvhs] == pytest.approx([3.0, 10.0, 42.0, 20.0], rel=1e-6)
    assert [item.max_gy for item in fact.dvhs] == pytest.approx([5.0, 20.0, 44.0, 30.0], rel=1e-6)
    assert all(item.percent_trap for item in fact.dvhs)
    assert "dvh_percent_for_gy" in {finding.code for finding in fact.header.findings}


def test_statistics_that_fit_nothing_are_left_out(tiny: Any, read: Any) -> None:
    """A stated mean that contradicts its curve, while the others agree, is not passed on."""
    odd = dvh(tiny, 9, 10.0, 30.0, DVHMeanDose="3")
    fact = read(tiny.dose(DVHSequence=[*(dvh(tiny, *spread) for spread in SPREADS), odd]))
    assert [item.mean_gy for item in fact.dvhs] == [3.0, 10.0, 42.0, 20.0, None]
    assert "dvh_statistics_disagree" in {finding.code for finding in fact.header.findings}


def test_other_curves(tiny: Any, read: Any) -> None:
    """A differential curve is checked too; malformed data and a DVH of two ROIs are said, never a crash."""
    bins = np.stack([np.full(100, 0.1), np.full(100, 0.1)], axis=1).round(3).ravel().tolist()
    flat = dvh(tiny, 1, 0.0, 10.0, DVHType="DIFFERENTIAL", DVHData=bins)
    torn = dvh(tiny, 2, 0.0, 10.0)
    torn.DVHData = [1.0, 2.0, 3.0]
    two = dvh(tiny, 3, 0.0, 10.0)
    two.DVHReferencedROISequence = [tiny.item(ReferencedROINumber=n) for n in (3, 4)]
    fact = read(tiny.dose(DVHSequence=[flat, torn, two]))
    assert [(item.roi_number, item.mean_gy, item.volume_cm3) for item in fact.dvhs] == [
        (1, 5.0, pytest.approx(10.0)),
        (2, 5.0, None),
    ]
    assert "dvh_not_of_one_roi" in {finding.code for finding in fact.header.findings}
