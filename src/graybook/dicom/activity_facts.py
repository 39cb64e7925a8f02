"""Activity facts: what a PET, NM or SPECT image says of the activity in its voxels, typed; None and empty where it is silent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from graybook.record.assessment import Finding

__all__ = ["ActivityFacts", "Camera", "EnergyWindow"]


@dataclass(frozen=True, kw_only=True)
class Camera:
    """What took the image: a calibration belongs to one of these."""

    manufacturer: str = ""
    model: str = ""
    station: str = ""
    serial: str = ""


@dataclass(frozen=True, kw_only=True)
class EnergyWindow:
    """One energy window; a window of several ranges has one of these for each. [keV]"""

    name: str
    lower_kev: float
    upper_kev: float


@dataclass(frozen=True, kw_only=True)
class ActivityFacts:
    """What the voxels of one file mean as activity.

    The activity concentration is ``bq_per_ml_per_value`` times what ``voxels()`` gives, plus ``scale_offset``.

    Parameters
    ----------
    units
        As found: BQML, CNTS, GML, PROPCNTS, or the UCUM code of a Real World Value Mapping; empty when none is stated.
    bq_per_ml_per_value
        Activity concentration per unit of what ``voxels()`` gives; None when the file does not say. [Bq/ml]
    scale_source
        Where that comes from: "Units", "Real World Value Mapping", "Philips (7053,1009)"; empty when unknown.
    scale_offset
        Activity concentration of the value 0. [Bq/ml]
    counts_per_value
        Counts per unit of what ``voxels()`` gives, of images in counts and NM without units; None when they are no counts. Where
        ``bq_per_ml_per_value`` is None, a calibration of the camera is then needed.
    mapping_without_units
        Slope and intercept, on what ``voxels()`` gives, of a mapping whose unit nobody states.
    acquired
        When the acquisition of this file's voxels began; aware when the file states its offset from UTC.
    reference
        The moment the voxels' activity is true at; None when the file does not say.
    decay_correction
        START, ADMIN, NONE, or TIME (to a moment that the file states); empty when nothing is said.
    frame_duration_s
        Length of the acquisition. [s]
    nuclide
        As "Lu-177"; empty when not said or not understood (then a question says what was found).
    agent
        Radiopharmaceutical as found.
    half_life_s
        As the file states it. [s]
    administered
        When the administration began, by date and time.
    administered_clock
        The time of day, where the file states it without a date; never joined with a date that was not stated for it.
    administered_bq
        Administered activity, after the check of its unit by magnitude. [Bq]
    camera, energy_windows
        What took the image, and with which windows.
    modality
        PT or NM: what a missing statement means depends on it.
    series_began
        Series Date and Time.
    scan_began
        When the scan began, where a vendor keeps it apart (GE: (0009,100D)).
    frame_reference_s
        Frame Reference Time of PET: from the start of the scan to the moment of this frame's mean count rate. [s]
    parts
        What makes the file less than a static image: DYNAMIC, GATED, REPROJECTION.
    questions
        What must be answered before the activity may be used.
    """

    units: str = ""
    bq_per_ml_per_value: float | None = None
    scale_source: str = ""
    scale_offset: float = 0.0
    counts_per_value: float | None = None
    mapping_without_units: tuple[float, float] | None = None
    acquired: datetime | None = None
    reference: datetime | None = None
    decay_correction: str = ""
    frame_duration_s: float | None = None
    nuclide: str = ""
    agent: str = ""
    half_life_s: float | None = None
    administered: datetime | None = None
    administered_clock: time | None = None
    administered_bq: float | None = None
    camera: Camera = Camera()
    energy_windows: tuple[EnergyWindow, ...] = ()
    modality: str = ""
    series_began: datetime | None = None
    scan_began: datetime | None = None
    frame_reference_s: float | None = None
    parts: tuple[str, ...] = ()
    questions: tuple[Finding, ...] = ()
