"""VTK polygon files (.vtp): one XML file of planar contours comes in; its name and its closed polygons in LPS go out.

Written from the file format's description (VTK user's guide, "VTK file formats"): arrays are base64, in zlib blocks behind
a header of block count, block size, size of the last block and compressed sizes. The points are RAS: x and y change sign.
"""

from __future__ import annotations

import base64
import xml.etree.ElementTree as ET
import zlib
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

__all__ = ["PlanarContours", "planar_contours"]

RAS_TO_LPS = np.array([-1.0, -1.0, 1.0])
TYPES = {"Float32": np.float32, "Float64": np.float64, "Int64": np.int64, "Int32": np.int32}
HEADERS = {"UInt32": np.uint32, "UInt64": np.uint64}


@dataclass(frozen=True, kw_only=True, eq=False)
class PlanarContours:
    """One structure of a file: polygons (n, 3), LPS, not closed explicitly. [mm]"""

    name: str
    polygons: tuple[npt.NDArray[np.float64], ...]
    explicitly_closed: int
    """How many of the polygons ended on their first point."""


def planar_contours(path: Path) -> PlanarContours:
    """Read one file."""
    root = ET.parse(path).getroot()  # noqa: S314 (a file of the test data, not of a user)
    header = HEADERS[root.get("header_type", "UInt32")]
    if root.get("byte_order") != "LittleEndian" or root.get("compressor") != "vtkZLibDataCompressor":
        raise ValueError(f"{path.name}: only little-endian zlib files are read")
    piece = root.find("PolyData/Piece")
    if piece is None:
        raise ValueError(f"{path.name}: no piece")
    points = _array(_named(piece, "Points/DataArray", "Points"), header).reshape(-1, 3).astype(np.float64)
    order = _array(_named(piece, "Lines/DataArray", "connectivity"), header)
    ends = _array(_named(piece, "Lines/DataArray", "offsets"), header)
    lines = [points[part] * RAS_TO_LPS for part in np.split(order, ends[:-1])]
    closed = [len(line) > 1 and bool(np.array_equal(line[0], line[-1])) for line in lines]
    polygons = tuple(
        line[:-1] if ends_on_start else line for line, ends_on_start in zip(lines, closed, strict=True)
    )
    name = _bytes(_named(root, "PolyData/FieldData/Array", "Segment_Name"), header).rstrip(b"\0").decode()
    return PlanarContours(name=name, polygons=polygons, explicitly_closed=sum(closed))


def _named(element: ET.Element, path: str, name: str) -> ET.Element:
    for found in element.iterfind(path):
        if found.get("Name") == name:
            return found
    raise ValueError(f"no array {name}")


def _array(element: ET.Element, header: type[np.unsignedinteger]) -> npt.NDArray[np.generic]:
    return np.frombuffer(_bytes(element, header), dtype=np.dtype(TYPES[element.get("type", "")]))


def _bytes(element: ET.Element, header: type[np.unsignedinteger]) -> bytes:
    """The bytes of one array: header and blocks are two base64 runs, one after the other."""
    text = "".join((element.text or "").split())
    width = np.dtype(header).itemsize
    count = int(np.frombuffer(base64.b64decode(text[:24])[:width], dtype=header)[0])
    if count == 0:
        return b""
    coded = 4 * -(-(3 + count) * width // 3)
    sizes = np.frombuffer(base64.b64decode(text[:coded])[: (3 + count) * width], dtype=header)[3:]
    data = base64.b64decode(text[coded:])
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(int)
    return b"".join(zlib.decompress(data[a:b]) for a, b in pairwise(starts))
