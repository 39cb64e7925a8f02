"""Where: frames, grids, transforms, fields and contours. Arrays are zyx; points are xyz in mm, LPS."""

from graybook.geometry.contours import ContourStack
from graybook.geometry.field import Field, FieldSamples, GridField, MappedField
from graybook.geometry.grid import Grid
from graybook.geometry.transform import Affine

__all__ = ["Affine", "ContourStack", "Field", "FieldSamples", "Grid", "GridField", "MappedField"]
