"""Moments in the clock of a place come in; the same with the offset that this clock had on that day go out.

A moved date lies in another season, or before clocks had zones: a zone by name would give it another hour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from graybook.dicom.facts import AdministrationFacts
from graybook.errors import InputError
from graybook.files.nuclear_settings import Clock
from graybook.workflow.folder.clock import zone_of
from graybook.workflow.folder.objects import Object

__all__ = ["check_clock", "moments_of", "offset_text", "offset_with", "one_offset"]


def offset_with(clock: Clock) -> Callable[[datetime], timedelta | None]:
    """What gives the offset of a moment without one; None where no clock is stated, or it shows that hour twice or never."""
    zone = zone_of(clock)

    def offset(moment: datetime) -> timedelta | None:
        if zone is None:
            return None
        first, second = (moment.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
        return first if first == second else None

    return offset


def offset_text(offset: timedelta) -> str:
    """
    An offset as a person writes it.

    Examples
    --------
    >>> offset_text(timedelta(hours=2)), offset_text(timedelta(hours=-3, minutes=-30))
    ('+02:00', '-03:30')
    """
    minutes = round(offset.total_seconds() / 60.0)
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}"


def one_offset(moments: Iterable[datetime], clock: Clock) -> timedelta | None:
    """The offset that the clock of the place had at every one of the moments; None where there are two, or none."""
    offset = offset_with(clock)
    found = {offset(one.replace(tzinfo=None)) for one in moments}
    return found.pop() if len(found) == 1 else None


def check_clock(objects: Sequence[Object], clock: Clock, *, has_therapy: bool) -> None:
    """
    Refuse hours that hang on a clock nobody states.

    Raises
    ------
    graybook.errors.InputError
        Images of activity have no offset from UTC, a radionuclide was given, and no zone is stated: whether clocks changed between
        two moments could not be seen any more.
    """
    given = has_therapy or any(isinstance(one, AdministrationFacts) for one in objects)
    bare = [one for one in moments_of(objects) if one.tzinfo is None]
    if given and bare and not clock.known:
        raise InputError(
            "Images of activity do not say how far their clock is from UTC, and dates will be moved over changes of clocks.",
            value=f"{len(bare)} moments without an offset",
            remedy='Say in graybook.toml where they were taken: [nuclear] with zone = "Europe/Paris", or utc_offset.',
        )


def moments_of(objects: Sequence[Object]) -> list[datetime]:
    """Every moment that the activity of a person's images is reckoned from."""
    found = []
    for one in objects:
        activity = getattr(one, "activity", None)
        if activity is not None:
            found += [activity.acquired, activity.reference, activity.administered]
        if isinstance(one, AdministrationFacts):
            found += [given.started for given in one.administrations]
    return [one for one in found if one is not None]
