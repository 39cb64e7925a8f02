"""Image slices with what they say of activity come in; volumes of Bq/ml with the moment they are true at, or questions, go out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

import numpy as np

from graybook.dicom.activity_facts import Camera
from graybook.dicom.facts import ActivityFacts, ImageSliceFacts
from graybook.dicom.images import image_of
from graybook.errors import InputError
from graybook.files.nuclear_settings import ImageAnswer, NuclearSettings
from graybook.geometry import Grid
from graybook.geometry.arrays import FloatArray, read_only
from graybook.nuclear.decay import decay_factor
from graybook.record import Finding
from graybook.tables.nuclides import known_nuclide
from graybook.workflow.folder.clock import hours_between
from graybook.workflow.nuclear.image_scale import Scale, answered, scale_of

__all__ = ["ActivityImage", "activity_images", "series_of"]


@dataclass(frozen=True, kw_only=True, eq=False)
class ActivityImage:
    """One series as activity concentration.

    Parameters
    ----------
    nuclide
        Name in the table of decay data.
    moment
        When the activity in the voxels was there: beginning of the acquisition, or its middle where nothing was corrected.
    scale
        How values became Bq/ml, and its error.
    facts
        What the first file says.
    source
        Gives Bq/ml, zyx; read when first asked for.
    """

    series_uid: str
    study_uid: str
    path: str
    nuclide: str
    moment: datetime
    grid: Grid
    scale: Scale
    facts: ActivityFacts
    source: Callable[[], FloatArray] = field(repr=False)

    @property
    def frame(self) -> str:
        """Frame of Reference UID."""
        return self.grid.frame

    @property
    def camera(self) -> Camera:
        """What took it."""
        return self.facts.camera

    @cached_property
    def bq_per_ml(self) -> FloatArray:
        """Activity concentration at ``moment``, zyx. [Bq/ml]"""
        return read_only(self.source())

    @property
    def name(self) -> str:
        """Its first file: what a reader can look for."""
        return self.path


def series_of(slices: Sequence[ImageSliceFacts]) -> dict[str, tuple[ImageSliceFacts, ...]]:
    """The slices that say something of activity, by Series Instance UID, in the order of UIDs."""
    found: dict[str, list[ImageSliceFacts]] = {}
    for one in slices:
        if one.activity is not None:
            found.setdefault(one.header.series_uid, []).append(one)
    return {uid: tuple(found[uid]) for uid in sorted(found)}


def activity_images(
    slices: Sequence[ImageSliceFacts], settings: NuclearSettings
) -> tuple[tuple[ActivityImage, ...], tuple[Finding, ...]]:
    """Every series that can be read as activity, in time order, and the questions of those that cannot."""
    images: list[ActivityImage] = []
    questions: list[Finding] = []
    for uid, files in series_of(slices).items():
        answer = next((one for one in settings.images if one.series == uid), None)
        if answer is not None and answer.leave_out:
            continue
        found = _image(files, answer, settings)
        if isinstance(found, ActivityImage):
            images.append(found)
        else:
            questions.extend(found)
    images.sort(key=lambda one: (one.moment.replace(tzinfo=None), one.series_uid))
    return tuple(images), tuple(questions)


def _image(
    files: Sequence[ImageSliceFacts], answer: ImageAnswer | None, settings: NuclearSettings
) -> ActivityImage | list[Finding]:
    facts = [answered(one.activity, answer) for one in files if one.activity is not None]
    first, path = facts[0], files[0].header.path
    questions = [finding for one in facts for finding in one.questions]
    if questions:
        return _once(questions)
    for what in ("units", "nuclide", "decay_correction"):
        values = sorted({str(getattr(one, what)) for one in facts})
        if len(values) > 1:
            return [_asked("nuclear_image_mixed", path, what=what, values=", ".join(values))]
    nuclide = known_nuclide(first.nuclide)
    if nuclide is None:
        return [_asked("nuclear_image_nuclide_unknown", path, nuclide=first.nuclide or "-")]
    moments = [_moment(one) for one in facts]
    known = [one for one in moments if one is not None]
    if len(known) < len(moments):
        return [_asked("nuclear_image_time_unknown", path)]
    scale = scale_of(first, nuclide.name, _voxel_ml(files), settings.cameras, path)
    if isinstance(scale, Finding):
        return [scale]
    moment = min(known)
    scaled = []
    for file, said in zip(files, facts, strict=True):
        factor = _to_moment(said, moment, nuclide.half_life_h, settings, path)
        if isinstance(factor, Finding):
            return [factor]
        own = scale_of(said, nuclide.name, scale.voxel_ml, settings.cameras, path)
        if isinstance(own, Finding):
            return [own]
        scaled.append(replace(file, voxels=_scaled(file.voxels, own.factor, own.offset, factor)))
    try:
        read = image_of(scaled)
    except InputError as error:
        return [_asked("nuclear_image_not_read", path, why=str(error))]
    return ActivityImage(
        series_uid=files[0].header.series_uid,
        study_uid=files[0].header.study_uid,
        path=path,
        nuclide=nuclide.name,
        moment=moment,
        grid=read.image.grid,
        scale=scale,
        facts=first,
        source=read.image.voxels,
    )


def _moment(facts: ActivityFacts) -> datetime | None:
    """When the voxels' activity was there: the acquisition, or what the values are true at when that is later (its middle)."""
    if facts.acquired is None or facts.reference is None:
        return None
    same = (facts.acquired.tzinfo is None) == (facts.reference.tzinfo is None)
    return max(facts.acquired, facts.reference) if same else facts.acquired


def _to_moment(
    facts: ActivityFacts, moment: datetime, half_life_h: float, settings: NuclearSettings, path: str
) -> float | Finding:
    """What takes the values from the moment they were corrected to, to the one they are wanted at."""
    if facts.reference is None or facts.reference == moment:
        return 1.0
    passed = hours_between(facts.reference, moment, settings.clock, subject=path)
    if passed.question is not None or passed.hours is None:
        return passed.question or _asked("nuclear_image_time_unknown", path)
    return float(decay_factor(passed.hours, half_life_h))


def _scaled(
    voxels: Callable[[], FloatArray], factor: float, offset: float, decay: float
) -> Callable[[], FloatArray]:
    def scaled() -> FloatArray:
        return np.asarray((voxels().astype(np.float64) * factor + offset) * decay)

    return scaled


def _voxel_ml(files: Sequence[ImageSliceFacts]) -> float:
    """Volume of a voxel of the series by its geometry; 0 where there is none. [ml]"""
    try:
        return image_of(files).image.grid.voxel_cm3
    except InputError:
        return 0.0


def _once(questions: Sequence[Finding]) -> list[Finding]:
    """Each question once, however many slices ask it."""
    kept: list[Finding] = []
    for one in questions:
        if not any(one.code == other.code for other in kept):
            kept.append(one)
    return kept


def _asked(code: str, path: str, **params: str) -> Finding:
    return Finding(code=code, subject=path, params={"path": path, **params})
