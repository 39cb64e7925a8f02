"""Uncertainty: errors of volume, recovery, calibration, curve and dose factor come in; a dose's error and 90 % band go out."""

from __future__ import annotations

from dataclasses import dataclass
from math import cbrt, exp, fsum, inf, log, pi, sqrt

from graybook.errors import UsageError

__all__ = ["GEAR", "Budget", "Term", "budget", "volume_sd_cm3"]

GEAR = (
    "law of propagation of uncertainty on the chain of Gear 2018, Eur J Nucl Med Mol Imaging 45:2456-2474, "
    "doi:10.1007/s00259-018-4136-7 (abstract and figures read; the derivatives are our own)"
)

_UPPER = 0.95


@dataclass(frozen=True, kw_only=True)
class Term:
    """One share of the error.

    Parameters
    ----------
    name
        ``curve``, ``calibration``, ``recovery``, ``volume``, ``density`` or ``dose factor``.
    relative_sd
        Of the dose, by this alone; None where unknown.
    spare_points
        Measurements beyond those needed that it rests on; None where it is taken as known well.
    """

    name: str
    relative_sd: float | None
    spare_points: int | None = None


@dataclass(frozen=True, kw_only=True)
class Budget:
    """The error of a mean dose, with its shares.

    Examples
    --------
    >>> found = budget(curve_relative_sd=0.03, calibration_relative_sd=0.04)
    >>> round(found.relative_sd, 6), [round(one, 4) for one in found.band(2.0)]
    (0.05, [1.8421, 2.1714])
    """

    terms: tuple[Term, ...]

    @property
    def relative_sd(self) -> float | None:
        """Root of the sum of squares; None where one share is unknown."""
        known = [one.relative_sd for one in self.terms if one.relative_sd is not None]
        return sqrt(fsum(one**2 for one in known)) if len(known) == len(self.terms) else None

    @property
    def unknown(self) -> tuple[str, ...]:
        """Shares that are unknown."""
        return tuple(one.name for one in self.terms if one.relative_sd is None)

    @property
    def spare_points(self) -> float:
        """Effective spare points of the whole (Welch and Satterthwaite); infinite where all shares are known well."""
        total = self.relative_sd
        few = fsum(
            one.relative_sd**4 / one.spare_points
            for one in self.terms
            if one.relative_sd is not None and one.spare_points
        )
        return inf if not few or total is None else total**4 / few

    def band(self, value: float) -> tuple[float, float] | None:
        """
        5 and 95 % of a value that is never below 0; None where a share of the error is unknown.

        The logarithm of the value is taken to err symmetrically; with few spare points by Student's distribution.
        """
        relative = self.relative_sd
        if relative is None:
            return None
        width = _quantile(self.spare_points) * relative
        return value * exp(-width), value * exp(width)


def budget(
    *,
    curve_relative_sd: float | None,
    curve_spare_points: int | None = None,
    calibration_relative_sd: float | None = 0.0,
    recovery_relative_sd: float | None = 0.0,
    recovery_slope: float = 0.0,
    volume_relative_sd: float | None = 0.0,
    counts_slope: float = 0.0,
    mass_slope: float = -1.0,
    density_relative_sd: float | None = 0.0,
    dose_factor_relative_sd: float | None = 0.0,
) -> Budget:
    r"""
    The error of a mean dose from the errors of what it was computed from.

    With :math:`D = \tilde{A} S`, :math:`A = \dot{C}/(Q R)`, and :math:`\dot{C}`, R and S all depending on the volume V,

    .. math::

        \frac{u^2(D)}{D^2} = \frac{u^2(\tilde{A})}{\tilde{A}^2} + \frac{u^2(Q)}{Q^2} + \frac{u^2(R)}{R^2} +
        \left(\frac{\mathrm{d} \ln \dot{C}}{\mathrm{d} \ln V} - \frac{\mathrm{d} \ln R}{\mathrm{d} \ln V} +
        \frac{\mathrm{d} \ln S}{\mathrm{d} \ln V}\right)^2 \frac{u^2(V)}{V^2} + \dots

    so that a region drawn too large, which raises counts and mass together, is not counted as two independent errors. Calibration,
    recovery, volume and density are shared by all time points and therefore no part of the curve's own error.

    Parameters
    ----------
    curve_relative_sd, curve_spare_points
        Of the time-integrated activity by random errors; None where unknown. Spare points where the error comes from the scatter
        of few points; None where the points' errors were stated.
    calibration_relative_sd, recovery_relative_sd, density_relative_sd, dose_factor_relative_sd
        Of each; None where unknown.
    recovery_slope
        d ln R / d ln V, of :class:`graybook.nuclear.recovery.Recovery`.
    volume_relative_sd
        Of the volume.
    counts_slope
        d ln C / d ln V: 0 where the counts do not grow with the region, 1 where the surroundings hold as much.
    mass_slope
        d ln S / d ln V: -1 where dose is energy over mass.

    References
    ----------
    Gear 2018, doi:10.1007/s00259-018-4136-7, for the chain; the derivatives follow from it.

    Examples
    --------
    A volume known to 10 %, recovery rising by 0.2 % per cent of volume:

    >>> round(budget(curve_relative_sd=0.0, volume_relative_sd=0.1, recovery_slope=0.2).relative_sd, 6)
    0.12
    """
    slope = abs(counts_slope - recovery_slope + mass_slope)
    terms = (
        Term(name="curve", relative_sd=curve_relative_sd, spare_points=curve_spare_points),
        Term(name="calibration", relative_sd=calibration_relative_sd),
        Term(name="recovery", relative_sd=recovery_relative_sd),
        Term(name="volume", relative_sd=None if volume_relative_sd is None else slope * volume_relative_sd),
        Term(name="density", relative_sd=density_relative_sd),
        Term(name="dose factor", relative_sd=dose_factor_relative_sd),
    )
    for term in terms:
        if term.relative_sd is not None and not 0.0 <= term.relative_sd < inf:
            raise UsageError(
                f"The error of the {term.name} is below 0 or endless.",
                value=term.relative_sd,
                remedy="Give one standard deviation as a share, or None where it is unknown.",
            )
    return Budget(terms=terms)


def volume_sd_cm3(
    volume_cm3: float, *, voxel_mm: float, resolution_fwhm_mm: float = 0.0, drawing_sd_mm: float = 0.0
) -> float:
    r"""
    Standard error of a region's volume from how well its border is known.

    Both ends of a diameter d of the sphere of this volume err alike: by the voxel (evenly within ± a/2: variance a²/12), by the
    image's blur (standard deviation FWHM / √(8 ln 2)) where it was drawn on it, and by the hand that drew it:

    .. math::

        u^2(d) = 2 \left(\frac{a^2}{12} + \frac{\mathrm{FWHM}^2}{8 \ln 2} + s^2\right), \qquad
        \frac{u(V)}{V} = 3 \frac{u(d)}{d}

    Parameters
    ----------
    volume_cm3
        Of the region. [cm³]
    voxel_mm
        Edge of a voxel of the image it was drawn on. [mm]
    resolution_fwhm_mm
        Of that image; 0 where it was drawn on CT. [mm]
    drawing_sd_mm
        Of the border between observers. [mm]

    Examples
    --------
    A ball of 10 mm radius drawn on 1 mm voxels:

    >>> round(volume_sd_cm3(4.18879, voxel_mm=1.0) / 4.18879, 4)
    0.0612
    """
    for value, what in (
        (volume_cm3, "volume"),
        (voxel_mm, "voxel"),
    ):
        if not 0.0 < value < inf:
            raise UsageError(f"The {what} must be above 0.", value=value, remedy="Give it in cm³ or mm.")
    diameter_mm = 10.0 * cbrt(6.0 * volume_cm3 / pi)
    edge = voxel_mm**2 / 12.0 + resolution_fwhm_mm**2 / (8.0 * log(2.0)) + drawing_sd_mm**2
    return volume_cm3 * 3.0 * sqrt(2.0 * edge) / diameter_mm


def _quantile(spare_points: float) -> float:
    """95 % of Student's distribution, or of the normal one."""
    from scipy.special import ndtri, stdtrit

    return float(ndtri(_UPPER) if spare_points == inf else stdtrit(spare_points, _UPPER))
