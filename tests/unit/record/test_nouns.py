"""The nouns of a record refuse what cannot be, and cannot be changed once made."""

from __future__ import annotations

import dataclasses
from datetime import date

import numpy as np
import pytest

from graybook.errors import InputError
from graybook.geometry import Grid
from graybook.record import DoseVolume, Fractionated, Override, Phase, Quantity, Status

GRID = Grid(
    frame="1.2.3",
    shape=(1, 1, 1),
    origin_mm=np.zeros(3),
    spacing_mm=np.ones(3),
    axes=np.eye(3),
)


def a_dose(quantity: Quantity, **more: object) -> DoseVolume:
    """A dose of one voxel whose voxels must not be asked for."""

    def unread() -> np.ndarray:
        raise AssertionError("listing a record loads no voxels")

    return DoseVolume(grid=GRID, voxels=unread, quantity=quantity, **more)  # type: ignore[arg-type]


@pytest.mark.rule(1)
@pytest.mark.parametrize("status", Status)
def test_only_given_and_proposed_phases_count(status: Status) -> None:
    """Rivals, phases not given and phases of unknown state never enter a sum."""
    assert status.counts is (status.value not in {"alternative", "not given", "unknown"})


@pytest.mark.rule(7)
@pytest.mark.parametrize("quantity", [Quantity.BED, Quantity.EQD2])
def test_biological_dose_states_its_alpha_beta(quantity: Quantity) -> None:
    """A dose in BED or EQD2 without its α/β is refused; with it, it is made without reading a voxel."""
    with pytest.raises(InputError, match="α/β"):
        a_dose(quantity)
    assert a_dose(quantity, alpha_beta_gy=3.0).alpha_beta_gy == 3.0


@pytest.mark.rule(7)
def test_weighted_dose_names_its_model() -> None:
    """An RBE-weighted dose without a model is refused."""
    with pytest.raises(InputError, match="model"):
        a_dose(Quantity.RBE_WEIGHTED)


@pytest.mark.parametrize("field", ["fractions_planned", "fractions_delivered"])
def test_sessions_are_not_negative(field: str) -> None:
    """A phase of minus one session is refused, with the file to correct."""
    with pytest.raises(InputError, match=r"graybook\.toml"):
        Phase(id="a", label="A", status=Status.DELIVERED, **{field: -1})


def test_a_fractionated_delivery_has_a_fraction() -> None:
    """No dose arrives in no fraction."""
    with pytest.raises(InputError, match="at least one fraction"):
        Fractionated(fractions=0)


@pytest.mark.parametrize("missing", ["author", "reason"])
def test_nothing_is_overridden_anonymously(missing: str) -> None:
    """A correction whose author or reason is blank is refused by name."""
    stated = {"author": "A. Physicist", "reason": "chart", missing: "  "}
    with pytest.raises(InputError, match=missing):
        Override(key="phase", value="12", date=date(2026, 1, 31), **stated)


def test_values_cannot_be_changed() -> None:
    """A phase is a value: a change gives a new one."""
    phase = Phase(id="a", label="A", status=Status.PROPOSED)
    with pytest.raises(dataclasses.FrozenInstanceError):
        phase.status = Status.DELIVERED  # type: ignore[misc]
    assert dataclasses.replace(phase, status=Status.DELIVERED).status is Status.DELIVERED
