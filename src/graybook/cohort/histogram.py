"""The bytes of ``dvh.csv`` come in; each curve in whole µGy and millionths of the volume, and its points, go out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
from numpy.typing import NDArray

from graybook.cohort.entry import LARGEST, NotPooled
from graybook.cohort.schema import DOSE_AT_PERCENT, UGY_PER_GY, VOLUME_AT_GY

__all__ = ["Curve", "curves_of"]

Whole = NDArray[np.int64]

COLUMNS = ("structure", "course", "dose_gy_eqd2", "volume_percent")
WHOLE_PPM = 1_000_000
PPM_PER_PERCENT = 10_000
_NUMBERS = pa.decimal128(18, 6), pa.decimal128(18, 4)
"""As written: µGy and millionths are then whole numbers, and nothing is rounded."""


_CODED = pa.dictionary(pa.int32(), pa.string())


@dataclass(frozen=True, kw_only=True, eq=False)
class Curve:
    """A cumulative histogram: the share of the volume that gets at least each dose. [µGy, millionths]"""

    dose_ugy: Whole
    volume_ppm: Whole

    def doses_ugy(self) -> tuple[int, ...]:
        """The highest doses that at least each share of ``DOSE_AT_PERCENT`` gets, linear between points, half to even. [µGy]"""
        wanted = np.array(DOSE_AT_PERCENT, dtype=np.int64) * PPM_PER_PERCENT
        # volumes fall: the last point that still has the share
        at = np.searchsorted(-self.volume_ppm, -wanted, side="right") - 1
        d, v = self.dose_ugy, self.volume_ppm
        return _between(d[at], d[at + 1] - d[at], v[at] - wanted, v[at] - v[at + 1])

    def volumes_ppm(self) -> tuple[int, ...]:
        """The shares that get at least each dose of ``VOLUME_AT_GY``, linear between points, half to even. [millionths]"""
        wanted = np.array(VOLUME_AT_GY, dtype=np.int64) * UGY_PER_GY
        d, v = self.dose_ugy, self.volume_ppm
        at = np.clip(np.searchsorted(d, wanted, side="right") - 1, 0, len(d) - 2)
        within = np.minimum(wanted, d[-1])
        return _between(v[at], v[at + 1] - v[at], within - d[at], d[at + 1] - d[at])

    def fits_mean(self, mean_ugy: int) -> bool:
        """Whether a mean dose can be that of the curve: between the sums over its steps from the right and from the left."""
        steps = np.diff(self.dose_ugy)
        low, high = (int(np.sum(steps * side)) for side in (self.volume_ppm[1:], self.volume_ppm[:-1]))
        rounding = (
            int(self.dose_ugy[-1]) + WHOLE_PPM
        )  # half a millionth of the volume at each step, half a µGy of the mean
        return low - rounding <= mean_ugy * WHOLE_PPM <= high + rounding


def _between(start: Whole, rise: Whole, part: Whole, whole: Whole) -> tuple[int, ...]:
    """``start + rise · part / whole`` in whole numbers, halves to even."""
    down, rest = np.divmod(rise * part, whole)
    up = (2 * rest > whole) | ((2 * rest == whole) & ((start + down) % 2 == 1))
    return tuple(int(one) for one in start + down + up)


def curves_of(data: bytes) -> dict[tuple[str, str], Curve | None]:
    """Every curve by structure and course; None where two structures of one name make it unknown whose it is.

    Raises
    ------
    NotPooled
        A line is none, a number is none, or a curve does not fall from the whole volume at dose 0 to nothing.
    """
    table = _table(data)
    (names, named), (courses, called) = (_coded(table.column(name)) for name in COLUMNS[:2])
    dose, volume = (_unscaled(table.column(name)) for name in COLUMNS[2:])
    found: dict[tuple[str, str], Curve | None] = {}
    for first, last in _runs(named, called, dose):
        key = names[named[first]], courses[called[first]]
        curve = Curve(dose_ugy=dose[first:last], volume_ppm=volume[first:last])
        _check(curve, first + 2)
        found[key] = None if key in found else curve
    return found


def _table(data: bytes) -> Any:
    types = dict(zip(COLUMNS, (_CODED, _CODED, *_NUMBERS), strict=True))
    try:
        return pa.csv.read_csv(
            io.BytesIO(data),
            read_options=pa.csv.ReadOptions(use_threads=False, block_size=max(len(data), 1)),
            parse_options=pa.csv.ParseOptions(newlines_in_values=True),
            convert_options=pa.csv.ConvertOptions(
                column_types=types,
                include_columns=COLUMNS,
                null_values=[],
                strings_can_be_null=False,
            ),
        ).combine_chunks()
    except (pa.ArrowException, ValueError) as error:
        raise _bad_line(data) from error


def _coded(column: Any) -> tuple[list[str], NDArray[Any]]:
    """The different texts of a column, and which of them each line has."""
    chunk = column.combine_chunks()
    return chunk.dictionary.to_pylist(), chunk.indices.to_numpy()


def _unscaled(column: Any) -> Whole:
    """The whole numbers that decimals are stored as: 16 bytes each, little-endian, here always below 2^63."""
    chunk = column.combine_chunks()
    words = np.frombuffer(chunk.buffers()[1], dtype="<i8").reshape(-1, 2)
    return words[chunk.offset : chunk.offset + len(chunk), 0].astype(np.int64)


def _runs(names: NDArray[Any], courses: NDArray[Any], dose: Whole) -> Iterator[tuple[int, int]]:
    """Where each curve starts and ends: another name, or the dose starts again."""
    if len(dose) == 0:
        return
    fresh = (names[1:] != names[:-1]) | (courses[1:] != courses[:-1]) | (dose[1:] < dose[:-1])
    edges = [0, *(np.flatnonzero(fresh) + 1).tolist(), len(dose)]
    yield from pairwise(edges)


def _check(curve: Curve, line: int) -> None:
    d, v = curve.dose_ugy, curve.volume_ppm
    if len(d) < 2 or d[0] != 0 or v[0] != WHOLE_PPM or v[-1] != 0:
        raise NotPooled("pool_curve_incomplete", line=line)
    if not np.all(np.diff(d) > 0) or not np.all(np.diff(v) <= 0) or d[-1] > LARGEST * UGY_PER_GY:
        raise NotPooled("pool_curve_incomplete", line=line)


def _bad_line(data: bytes) -> NotPooled:
    """Which line it is; asked only when reading failed."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return NotPooled("pool_bad_line", line=line, key="dvh.csv", value="not UTF-8")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    if tuple(rows.fieldnames or ()) != COLUMNS:
        return NotPooled("pool_bad_line", line=1, key="dvh.csv", value=",".join(rows.fieldnames or ())[:80])
    for row in rows:
        bad = _bad_value(row)
        if bad is not None:
            return NotPooled("pool_bad_line", line=rows.line_num, key=bad[0], value=bad[1])
    return NotPooled("pool_bad_line", line=rows.line_num, key="dvh.csv", value="")


def _bad_value(row: Mapping[str | None, object]) -> tuple[str, str] | None:
    if None in row or None in row.values():
        return "dvh.csv", f"not {len(COLUMNS)} values"
    for name, kind in zip(COLUMNS[2:], _NUMBERS, strict=True):
        try:
            pa.array([row[name]], pa.string()).cast(kind)
        except pa.ArrowException:
            return name, str(row[name])[:24]
    return None
