"""Phantoms: courses with closed-form doses and shapes come in, DICOM folders with known truth go out.

A smallest two-course folder::

    from phantoms import PhantomCourse, PhantomPlan, PhantomStructure, linear, sphere, write_phantom

    ball = PhantomStructure(name="Ball", shape=sphere((0, 0, 0), 20))
    first = PhantomCourse(name="first", day=date(2015, 5, 4), structures=(ball,),
                          plans=(PhantomPlan(dose_gy=linear(50, (0.5, 0, 0)), fractions=25, prescription_gy=50),))
    second = PhantomCourse(name="second", day=date(2025, 5, 5), ...)
    write_phantom(tmp_path, (first, second), registrations=(PhantomRegistration(
        from_course=first, to_course=second, matrix=rotation_z(10, shift_mm=(5, 0, 0))),))
"""

from phantoms.course import (
    PhantomCourse,
    PhantomDeformation,
    PhantomPlan,
    PhantomRegistration,
    PhantomStructure,
)
from phantoms.doses import gaussian, linear, moved, uniform
from phantoms.folder import PERSON, write_phantom
from phantoms.shapes import Shape, box, cylinder, rotation, rotation_z, sphere

__all__ = [
    "PERSON",
    "PhantomCourse",
    "PhantomDeformation",
    "PhantomPlan",
    "PhantomRegistration",
    "PhantomStructure",
    "Shape",
    "box",
    "cylinder",
    "gaussian",
    "linear",
    "moved",
    "rotation",
    "rotation_z",
    "sphere",
    "uniform",
    "write_phantom",
]
