"""Time-integrated activity and mass come in; the mean dose goes out when all electrons stay where they are born."""

from __future__ import annotations

import numpy as np

from graybook.errors import UsageError
from graybook.geometry.arrays import FloatArray
from graybook.nuclear.decay import J_PER_KEV, SECONDS_PER_HOUR, mbq_h_of_all_decays
from graybook.tables.nuclides import Nuclide

__all__ = ["gy_g_per_mbq_h", "j_per_gbq", "local_deposition_gy"]


def gy_g_per_mbq_h(energy_kev: float) -> float:
    """
    Dose to one gram by one MBq h of a nuclide that leaves an energy there at each decay. [Gy g/(MBq h)]

    Parameters
    ----------
    energy_kev
        Energy per decay that stays. [keV]

    Examples
    --------
    >>> round(gy_g_per_mbq_h(147.923), 6)
    0.08532
    """
    joules_per_mbq_h = energy_kev * J_PER_KEV * 1e6 * SECONDS_PER_HOUR
    return joules_per_mbq_h * 1e3


def j_per_gbq(nuclide: Nuclide, *, energy_kev: float | None = None) -> float:
    """
    Energy that 1 GBq of a nuclide leaves when all of it decays in place. [J/GBq]

    Parameters
    ----------
    nuclide
        Its half-life, and its electrons unless told otherwise.
    energy_kev
        Energy per decay that stays; None: the electrons of the nuclide. [keV]

    Examples
    --------
    >>> from graybook.tables.nuclides import nuclide
    >>> round(j_per_gbq(nuclide("Y-90")), 3)
    49.771
    """
    energy = nuclide.electron_kev if energy_kev is None else energy_kev
    return mbq_h_of_all_decays(1e3, nuclide.half_life_h) * gy_g_per_mbq_h(energy) * 1e-3


def local_deposition_gy(
    mbq_h: float | FloatArray, mass_g: float | FloatArray, *, energy_kev: float
) -> FloatArray:
    """
    Mean dose D = Ã E / m of a region, or of each voxel, in which all of the energy stays. [Gy]

    Photons leave, and electrons do not: too low in a large organ, too high in a small one.

    Parameters
    ----------
    mbq_h
        Time-integrated activity Ã. [MBq h]
    mass_g
        Mass m. [g]
    energy_kev
        Energy E per decay that stays: ``Nuclide.electron_kev`` of a β emitter, α and electrons of a chain in place. [keV]

    Raises
    ------
    UsageError
        A mass is not above 0, or an activity is below 0.

    Examples
    --------
    >>> round(float(local_deposition_gy(7593.753, 245.0, energy_kev=147.923)), 3)
    2.644
    """
    integrated, mass = np.asarray(mbq_h, dtype=np.float64), np.asarray(mass_g, dtype=np.float64)
    if not np.all(mass > 0.0):
        raise UsageError(
            "A mass is not above 0 g.", value=float(np.min(mass)), remedy="Give the mass in grams."
        )
    if not np.all(integrated >= 0.0):
        raise UsageError(
            "A time-integrated activity is below 0 MBq h, or unknown.",
            value=float(np.min(integrated)),
            remedy="Leave a region whose activity cannot be had out: its dose is unknown.",
        )
    dose: FloatArray = integrated * gy_g_per_mbq_h(energy_kev) / mass
    return dose
