"""What an organ's dose was computed from, and how sure each part is, come in; its 90 % band, and what is not in it, go out."""

from __future__ import annotations

from dataclasses import dataclass

from graybook.files.nuclear_settings import OrganWish
from graybook.nuclear.uncertainty import Budget, budget, volume_sd_cm3
from graybook.workflow.nuclear.organ_curve import OrganCurve
from graybook.workflow.nuclear.organ_dose import Mass
from graybook.workflow.nuclear.organ_points import OrganPoints

__all__ = ["Band", "organ_band"]


@dataclass(frozen=True, kw_only=True)
class Band:
    """Error of a dose.

    Parameters
    ----------
    relative_sd
        Of all that is known. [-]
    budget
        With its shares; those unknown are 0 in it.
    missing
        Shares that nobody states the error of, by name.
    systematic_sd
        As ``relative_sd``, of what all times share: calibration and recovery. [-]
    """

    relative_sd: float
    budget: Budget
    missing: tuple[str, ...]
    systematic_sd: float

    def of(self, dose_gy: float) -> tuple[float, float]:
        """5 and 95 % of a dose. [Gy]"""
        return self.budget.band(dose_gy) or (dose_gy, dose_gy)


def organ_band(points: OrganPoints, curve: OrganCurve, mass: Mass, wish: OrganWish | None) -> Band:
    """The error of an organ's dose: curve, calibration, recovery and volume, as far as anybody states them."""
    calibration = [one.image.scale.sd_percent for one in points.points]
    known = [one for one in calibration if one is not None]
    shares = [one.recovery.sd_share for one in points.points]
    terms: dict[str, float | None] = {
        "curve": curve.used.relative_sd,
        "calibration": max(known) / 100.0 if len(known) == len(calibration) else None,
        "recovery": sum(shares) / len(shares),
        "volume": _volume_share(points, wish),
    }
    found = budget(
        curve_relative_sd=terms["curve"] or 0.0,
        curve_spare_points=curve.spare_points or None,
        calibration_relative_sd=terms["calibration"] or 0.0,
        recovery_relative_sd=terms["recovery"] or 0.0,
        recovery_slope=sum(one.recovery.slope for one in points.points) / len(points.points),
        volume_relative_sd=terms["volume"] or 0.0,
        mass_slope=0.0 if mass.stated else -1.0,
    )
    shared = (terms["calibration"] or 0.0) ** 2 + (terms["recovery"] or 0.0) ** 2
    return Band(
        relative_sd=found.relative_sd or 0.0,
        budget=found,
        missing=tuple(name for name, value in terms.items() if value is None),
        systematic_sd=float(shared**0.5),
    )


def _volume_share(points: OrganPoints, wish: OrganWish | None) -> float:
    """Standard error of the volume as a share: a person's, else by how finely the region was drawn."""
    if wish is not None and wish.volume_sd_percent is not None:
        return wish.volume_sd_percent / 100.0
    edge_mm = max(one.placed.region.edge_mm() for one in points.points)
    return volume_sd_cm3(points.volume_cm3, voxel_mm=edge_mm) / points.volume_cm3
