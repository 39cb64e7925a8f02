"""Where: frames, grids, transforms, fields and contours. Arrays are zyx; points are xyz in mm, LPS."""

from graybook.geometry.contours import ContourStack
from graybook.geometry.displacement import Displacement
from graybook.geometry.field import Field, FieldSamples, GridField, MappedField
from graybook.geometry.grid import Grid
from graybook.geometry.transform import Affine, Chained, Transform

__all__ = [
    "Affine",
    "Chained",
    "ContourStack",
    "Displacement",
    "Field",
    "FieldSamples",
    "Grid",
    "GridField",
    "MappedField",
    "Transform",
]
