"""Nuclear results: what one radionuclide therapy gave each organ, cycle by cycle, with every choice that moves the answer."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "CameraResult",
    "ChainMemberResult",
    "CycleResult",
    "DoseChoice",
    "ExponentialResult",
    "KernelResult",
    "LineResult",
    "LineStep",
    "NuclearResult",
    "NuclideResult",
    "OrganCycleResult",
    "TimeIntegratedChoice",
    "TimePointResult",
]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class TimePointResult(_Model):
    """Activity of one organ at one time, decay included (as it was there, not corrected to the administration)."""

    hours: float = Field(description="After the start of the administration. [h]")
    activity_mbq: float
    sd_mbq: float = Field(description="One standard deviation: calibration, recovery, volume, noise. [MBq]")
    image: str = Field(default="", description="Series Instance UID.")


class ExponentialResult(_Model):
    """One exponential of the activity: amplitude · exp(-rate · t)."""

    amplitude_mbq: float
    rate_per_h: float


class TimeIntegratedChoice(_Model):
    """Time-integrated activity under one model of the curve and its tail. The one used is marked."""

    model: str = Field(
        description="mono, bi, uptake, tri, trapezoid with a tail by name, single time point by name."
    )
    tail: str = ""
    mbq_h: float
    difference_percent: float = Field(description="From the one used. [%]")
    used: bool = False
    note: str = ""


class DoseChoice(_Model):
    """Mean dose under one dose model; the one used is marked. [Gy]"""

    method: str = Field(description="local deposition, voxel S, sphere, organ S.")
    dose_gy: float
    used: bool = False
    note: str = ""


class ChainMemberResult(_Model):
    """Absorbed dose by one nuclide of a chain, its decays taken for where the parent's are; nothing weighted."""

    nuclide: str
    mbq_h: float = Field(description="Time-integrated activity in the organ. [MBq h]")
    alpha_gy: float
    electron_gy: float
    recoil_gy: float = Field(description="By recoiling nuclei, in no sum. [Gy]")
    photon_gy: float = Field(description="If all photons stayed: an upper end, in no sum. [Gy]")


class OrganCycleResult(_Model):
    """One organ in one cycle."""

    organ: str
    tg263: str | None = None
    volume_cm3: float | None = None
    mass_g: float | None = None
    recovery: float | None = Field(
        default=None, description="Recovery coefficient that activity was divided by."
    )
    recovery_source: str = ""
    time_points: list[TimePointResult] = []
    model: str = ""
    aicc: float | None = None
    exponentials: list[ExponentialResult] = []
    effective_half_life_h: float | None = Field(
        default=None, description="Of the slowest exponential: ln 2 / rate. [h]"
    )
    time_integrated_mbq_h: float | None = None
    time_integrated_sd_mbq_h: float | None = None
    time_integrated_choices: list[TimeIntegratedChoice] = []
    dose_gy: float | None = Field(default=None, description="null where only an interval is known. [Gy]")
    low_gy: float
    high_gy: float
    interval: str = Field(
        description='"90 % band", "published interval", "stated interval" or "no interval".'
    )
    method: str
    source: str = ""
    dose_choices: list[DoseChoice] = []
    alpha_gy: float = Field(default=0.0, description="Share by α particles, in dose_gy, not weighted. [Gy]")
    rbe: float | None = Field(default=None, description="RBE set for the α share; null: not weighted.")
    rbe_weighted_gy: float | None = None
    chain: list[ChainMemberResult] = Field(
        default=[],
        description="Of an α emitter measured in images: by each nuclide of its chain, the parent first.",
    )
    alpha_beta_gy: float | None = None
    repair_half_time_h: float | None = None
    repair_source: str = ""
    g_factor: float | None = Field(default=None, description="Lea-Catcheside.")
    bed_gy: float | None = None
    bed_low_gy: float | None = None
    bed_high_gy: float | None = None
    eqd2_gy: float | None = None
    eqd2_low_gy: float | None = None
    eqd2_high_gy: float | None = None


class CycleResult(_Model):
    """One administration: one phase."""

    course: str
    phase: str
    number: int
    given: str | None = Field(description="Start with its offset from UTC where it is known, else the day.")
    nuclide: str
    agent: str = ""
    activity_gbq: float | None
    extravasation_percent: float | None = None
    device: str = ""
    evidence_grade: str
    origin: str = Field(description='"images", "activity", "partition model", "stated", or "unknown".')
    organs: list[OrganCycleResult] = []


class NuclideResult(_Model):
    """The decay data used."""

    nuclide: str
    half_life_h: float
    electron_kev: float
    photon_kev: float
    alpha_kev: float = 0.0
    local_j_per_gbq: float = Field(
        description="Energy deposited locally per GBq decayed in place: constant used. [J/GBq]"
    )
    source: str
    chain: list[str] = Field(default=[], description="Daughters counted in place.")


class KernelResult(_Model):
    """A voxel-S kernel used, and how well its energy closes."""

    nuclide: str
    tissue: str
    voxel_mm: float
    density_g_cm3: float
    closure: float = Field(
        description="Energy deposited by the whole kernel over the electron energy emitted."
    )
    of_sizes_mm: list[float] = Field(
        default=[],
        description="Sizes of the table that the kernel comes from: its own, or the two it lies between.",
    )
    resampled_from_mm: list[float] = Field(
        default=[],
        description="Edges of the voxels, zyx, whose activity was put into cubes of the kernel's size.",
    )
    lost_at_border: float = Field(
        default=0.0, description="Largest share of the energy of an image that fell outside it."
    )
    source: str


class CameraResult(_Model):
    """How counts became activity."""

    image: str = Field(description="Series Instance UID.")
    camera: str = ""
    units: str = Field(description="As the file states them, or the calibration that made Bq/ml of counts.")
    source: str = ""
    decay_correction: str = ""
    reference: str | None = Field(default=None, description="Moment that the voxels' activity is true at.")


class LineStep(_Model):
    """An organ's running totals after one cycle."""

    course: str
    phase: str
    number: int
    given: str | None
    dose_gy: float | None
    low_gy: float
    high_gy: float
    bed_gy: float | None
    bed_low_gy: float | None
    bed_high_gy: float | None


class LineResult(_Model):
    """One organ over all lines of radionuclide therapy: cycle after cycle, BED of each with its own G, then summed."""

    organ: str
    complete: bool = Field(description="False when a cycle's dose to it is unknown: a lower bound.")
    steps: list[LineStep]


class NuclearResult(_Model):
    """All radionuclide therapies of a person."""

    cycles: list[CycleResult] = []
    lines: list[LineResult] = []
    nuclides: list[NuclideResult] = []
    kernels: list[KernelResult] = []
    cameras: list[CameraResult] = []
