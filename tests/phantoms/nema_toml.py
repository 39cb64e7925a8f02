"""What a centre would write beside the NEMA-like phantom: a case and a calibration come in, ``graybook.toml`` goes out."""

from __future__ import annotations

from phantoms.nema_spect import Calibration, Case

__all__ = ["settings_of"]

SAID = 'author = "A. Physicist"\ndate = 2025-01-10\nreason = "Measured."\nsource = "Phantom of the centre"\n'


def settings_of(
    case: Case, calibration: Calibration, *, camera_sd_percent: float = 2.0, more: str = ""
) -> str:
    """Recovery coefficients and the camera's factor as they were measured, each with its error."""
    points = ", ".join(
        f"{{ volume_cm3 = {volume:.4f}, coefficient = {found:.5f} }}"
        for volume, found in zip(calibration.volumes_ml, calibration.recoveries, strict=True)
    )
    head = f'camera = "Phantom works"\nnuclide = "{case.nuclide.name}"\n'
    return (
        f"{more}\n[[recovery_coefficient]]\n{head}points = [{points}]\nsd = {max(calibration.sds):.4f}\n{SAID}\n"
        f"[[camera]]\n{head}cps_per_mbq = {case.camera.cps_per_mbq}\nsd_percent = {camera_sd_percent}\n"
        f"calibrated = 2025-01-10\n{SAID}"
    )
