"""Anatomy: a person's number comes in, the bodies of a thorax or a pelvis go out (mm, LPS, the middle of the image at 0)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from graybook.geometry.arrays import FloatArray
from validation.alignment.painting import Body, Scene, capsule, ellipsoid, pillar

__all__ = ["FLOOR_MM", "PELVIS", "THORAX", "Thorax", "pelvis", "thorax"]

THORAX = ("Lung_L", "Lung_R", "Heart", "SpinalCord", "Esophagus", "Liver", "Bone", "Aorta")
"""Structures of the thorax, by TG-263 names where there are any."""

PELVIS = ("Bladder", "Rectum", "Prostate", "Femur_Head_L", "Femur_Head_R", "Bone", "BowelSpace")
"""Structures of the pelvis."""

VESSELS = 210
"""In each lung."""

WIDTH_MM = (52.0, 72.0, 65.0)
FLOOR_MM = -60.0
"""Under this, where a lobe was taken out, fluid lies in its room. [mm]"""

ABOVE_MM = 400.0
"""Where the trunk's pillars end, far beyond any image. [mm]"""


@dataclass(frozen=True, kw_only=True)
class Thorax:
    """What differs between two thoraces: whose it is, how fat, whether arms lie beside it, what is missing or put in."""

    person: int = 0
    fat_mm: float = 12.0
    arms: bool = False
    without_lobe: bool = False
    lobe_tumour: bool = False
    rods: bool = False


def thorax(given: Thorax | None = None) -> Scene:
    """A thorax with 420 vessels."""
    what = given or Thorax()
    rng = np.random.default_rng(1000 + what.person)
    build = 1.0 + 0.09 * rng.uniform(-1.0, 1.0, 3) if what.person else np.ones(3)
    bodies = [*_trunk(rng, 140.0 * build[0], 95.0 * build[1], what.fat_mm), *_ribs(build)]
    for side, name in ((1.0, "Lung_L"), (-1.0, "Lung_R")):
        centre = np.array([side * 68.0 * build[0], -2.0, 60.0 * build[2]])
        radii = np.array(WIDTH_MM) * [build[0], build[1], 1.0]
        bodies.append(pillar(centre.tolist(), radii.tolist(), -820.0, name, 25.0))
        bodies += _vessels(rng, centre, radii, name)
    bodies += _middle(rng, build, what)
    if what.arms:
        for side in (-1.0, 1.0):
            x = side * 186.0 * build[0]
            bodies += [
                capsule([x, 5, -260], [x * 0.97, 8, 150], 31.0, -90.0, "Arm"),
                capsule([x, 5, -260], [x * 0.97, 8, 150], 26.0, 50.0, "Arm"),
                capsule([x, 5, -260], [x * 0.97, 8, 150], 11.0, 450.0, "Humerus"),
                capsule([x, 5, -260], [x * 0.97, 8, 150], 6.0, 60.0, "Humerus"),
            ]
    return Scene(bodies=tuple(bodies))


def _trunk(rng: np.random.Generator, wide: float, deep: float, fat_mm: float) -> list[Body]:
    """Skin and fat, muscle, and the fat between muscles."""
    bodies = [
        pillar([0, 0, ABOVE_MM], [wide + fat_mm, deep + fat_mm, 1.0], -95.0, "Fat", 14.0),
        pillar([0, 0, ABOVE_MM], [wide, deep, 1.0], 45.0, "Muscle", 14.0),
    ]
    for _ in range(80):
        angle, out, z = rng.uniform(0, 2 * np.pi), rng.uniform(0.86, 0.99), rng.uniform(-150, 150)
        centre = [wide * out * np.sin(angle), deep * out * np.cos(angle), z]
        bodies.append(ellipsoid(centre, rng.uniform(4, 14, 3).tolist(), rng.choice([-80.0, 75.0]), "Muscle"))
    return bodies


def _ribs(build: FloatArray) -> list[Body]:
    bodies = []
    angles = np.radians(np.linspace(14, 152, 13))
    for z in np.arange(132.0, -170.0, -26.0):
        for side in (-1.0, 1.0):
            ring = np.stack(
                [
                    side * 127.0 * build[0] * np.sin(angles),
                    85.0 * build[1] * np.cos(angles),
                    z - 34.0 * angles / np.pi,
                ],
                axis=1,
            )
            bodies += [capsule(a, b, 5.5, 320.0, "Bone") for a, b in pairwise(ring)]
    bodies.append(ellipsoid([0, -88 * build[1], 20], [18, 6, 80], 210.0, "Bone"))
    return bodies


def _vessels(rng: np.random.Generator, centre: FloatArray, radii: FloatArray, name: str) -> list[Body]:
    """A tree from the hilum: every branch splits in two, thinner and shorter, and stays in its lung."""
    hilum = np.array([0.32 * centre[0], 14.0, 0.0])
    ends: list[tuple[FloatArray, FloatArray, float, float]] = []
    for _ in range(7):
        way = rng.normal(size=3) * [1, 1, 1.6] + [np.sign(centre[0]) * 0.8, 0, 0]
        start = hilum + np.array([0, 0, rng.uniform(-25, 25)])
        ends.append((start, way / np.linalg.norm(way), 32.0, 4.2))
    found: list[Body] = []
    while ends and len(found) < VESSELS:
        start, way, long, radius = ends.pop(0)
        for _ in range(2):
            turn = way + 0.75 * rng.normal(size=3)
            turn /= np.linalg.norm(turn)
            end = start + turn * long * rng.uniform(0.7, 1.3)
            inside = (end - centre) / radii * [1.0, 1.0, 1.0 if end[2] > centre[2] else 0.0]
            if np.sum(inside**2) > 0.88 or end[2] < -128:
                turn = (centre * [1, 1, 0] + [0, 0, rng.uniform(-100, 100)]) - start
                turn /= np.linalg.norm(turn)
                end = start + turn * 0.6 * long
            value = float(rng.uniform(0, 60))
            found.append(capsule(start, end, max(radius, 0.9), value, name))
            ends.append((end, turn, max(0.86 * long, 15.0), 0.78 * radius))
    return found[:VESSELS]


def _middle(rng: np.random.Generator, build: FloatArray, what: Thorax) -> list[Body]:
    """Organs between and below the lungs, and the spine."""
    x, y = float(build[0]), float(build[1])
    bodies = [
        ellipsoid([-60 * x, -5, -150], [75 * x, 80 * y, 65], 62.0, "Liver", 9.0),
        ellipsoid([-85 * x, 10, -140], [22, 26, 18], 38.0, "Liver", 9.0),
        ellipsoid([70 * x, 5, -158], [62 * x, 68 * y, 56], 40.0, "Stomach", 9.0),
        ellipsoid([92 * x, 30, -150], [22, 30, 30], 65.0, "Stomach"),
        ellipsoid([12 * x, -24, -48], [50 * x, 44 * y, 47], 44.0, "Heart", 9.0),
        ellipsoid([24 * x, -20, -60], [22, 24, 27], 88.0, "Heart", 9.0),
        ellipsoid([-12 * x, -30, -48], [18, 20, 27], 78.0, "Heart", 9.0),
        ellipsoid([8 * x, 2, -28], [25, 12, 16], 92.0, "Heart", 9.0),
        ellipsoid([0, 14, 15], [17, 42, 95], 15.0, "Mediastinum", 9.0),
        capsule([0, 24, 18], [0, 18, 260], 9.0, -960.0, "Trachea"),
        capsule([0, 24, 18], [27 * x, 16, -2], 6.5, -930.0, "Trachea"),
        capsule([0, 24, 18], [-27 * x, 16, -2], 6.5, -930.0, "Trachea"),
        capsule([20, 40, -300], [20, 36, 40], 12.0, 70.0, "Aorta"),
        capsule([20, 36, 40], [-8, 2, 55], 12.0, 70.0, "Aorta"),
        capsule([-8, 2, 55], [-2, -8, -10], 12.0, 70.0, "Aorta"),
        capsule([3, 34, -300], [3, 32, 300], 7.5, 32.0, "Esophagus"),
        capsule([3, 34, -300], [3, 32, 300], 2.2, -250.0, "Esophagus"),
        *_spine(y),
    ]
    side = -68.0 * x
    if what.lobe_tumour:
        bodies.append(ellipsoid([side - 8, 20, -52], [17, 15, 16], 42.0, "GTV"))
    if what.without_lobe:
        bodies.insert(0, pillar([side, -2, FLOOR_MM - 25], [53 * x, 73 * y, 25], 12.0, "Effusion", 6.0))
    if what.rods:
        for dx in (-22, 22):
            bodies.append(capsule([dx, 76, -90], [dx, 76, 70], 3.2, 3000.0, "Implant"))
            bodies += [
                capsule([dx, 76, z], [0.35 * dx, 46, z], 2.6, 3000.0, "Implant") for z in (-84, -36, 12, 60)
            ]
    return bodies


def _spine(deep: float) -> list[Body]:
    bodies = [capsule([0, 56 * deep, -300], [0, 56 * deep, 300], 14.0, 85.0, "Disc")]
    bodies.append(capsule([0, 78 * deep, -300], [0, 78 * deep, 300], 11.5, 380.0, "Bone"))
    for z in np.arange(-276.0, 277.0, 24.0):
        bodies.append(ellipsoid([0, 54 * deep, z], [20, 16, 10.5], 260.0, "Bone", 40.0))
        bodies.append(ellipsoid([0, 93 * deep, z - 6], [4, 9, 7], 380.0, "Bone"))
        for side in (-1, 1):
            bodies.append(ellipsoid([side * 22, 76 * deep, z + 2], [16, 6, 6], 340.0, "Bone"))
    bodies.append(capsule([0, 78 * deep, -300], [0, 78 * deep, 300], 8.5, 12.0, "Canal"))
    bodies.append(capsule([0, 78 * deep, -300], [0, 78 * deep, 300], 5.5, 42.0, "SpinalCord"))
    return bodies


def pelvis(person: int = 0, *, bladder_mm: float = 27.0, hip: bool = False) -> Scene:
    """A pelvis; the bladder is a ball of this radius."""
    rng = np.random.default_rng(2000 + person)
    build = 1.0 + 0.09 * rng.uniform(-1.0, 1.0, 3) if person else np.ones(3)
    x, y = float(build[0]), float(build[1])
    bodies = _trunk(rng, 148.0 * x, 98.0 * y, 14.0)
    for _ in range(70):
        centre = [rng.uniform(-120, 120), rng.uniform(-75, 80), rng.uniform(-140, 140)]
        bodies.append(ellipsoid(centre, rng.uniform(5, 17, 3).tolist(), rng.choice([-90.0, 70.0]), "Muscle"))
    bodies += _pelvic_bones(x, y)
    bodies += [ellipsoid([0, -5, -5], [72 * x, 62 * y, 130], -60.0, "Peritoneum", 25.0)]
    for _ in range(34):
        centre = [rng.uniform(-58, 58) * x, rng.uniform(-55, 30) * y, rng.uniform(48, 140)]
        value = float(rng.choice([30.0, 55.0, -25.0, -600.0], p=[0.4, 0.3, 0.2, 0.1]))
        bodies.append(ellipsoid(centre, rng.uniform(8, 17, 3).tolist(), value, "BowelSpace", 10.0))
    bodies += [
        capsule([0, 46 * y, -140], [0, 44 * y, 0], 15.0, 38.0, "Rectum"),
        capsule([0, 44 * y, 0], [12, 30 * y, 60], 15.0, 38.0, "Rectum"),
        ellipsoid([1, 42 * y, -10], [6, 6, 16], -600.0, "Rectum"),
        ellipsoid([0, -8 * y, -50], [23, 19, 17], 46.0, "Prostate", 6.0),
        ellipsoid([0, -18 * y, 0], [bladder_mm + 3.0] * 3, 40.0, "Bladder"),
        ellipsoid([0, -18 * y, 0], [bladder_mm] * 3, 6.0, "Bladder"),
    ]
    if hip:
        bodies.append(ellipsoid([90 * x, 6, -30], [22, 22, 22], 3000.0, "Implant"))
        bodies.append(capsule([90 * x, 6, -30], [118 * x, 2, -140], 7.0, 3000.0, "Implant"))
    return Scene(bodies=tuple(bodies))


def _pelvic_bones(x: float, y: float) -> list[Body]:
    bodies = [
        ellipsoid([0, 72 * y, 30], [42 * x, 15, 62], 250.0, "Bone", 40.0),
        capsule([0, 66 * y, 80], [0, 54 * y, 300], 20.0, 260.0, "Bone"),
        capsule([-52 * x, -52 * y, -45], [52 * x, -52 * y, -45], 9.0, 330.0, "Bone"),
    ]
    for side, name in ((1.0, "Femur_Head_L"), (-1.0, "Femur_Head_R")):
        s = side * x
        bodies += [
            capsule([36 * s, 66 * y, 30], [102 * s, 20 * y, 92], 11.0, 330.0, "Bone"),
            capsule([102 * s, 20 * y, 92], [92 * s, 4, 8], 10.0, 330.0, "Bone"),
            capsule([40 * s, 66 * y, 10], [88 * s, 22 * y, -6], 10.0, 330.0, "Bone"),
            capsule([52 * s, -52 * y, -45], [84 * s, -14, -20], 9.0, 330.0, "Bone"),
            capsule([80 * s, 34 * y, -30], [66 * s, 30 * y, -95], 10.0, 330.0, "Bone"),
            capsule([96 * s, 6, -34], [126 * s, 2, -72], 12.0, 360.0, "Bone"),
            capsule([124 * s, 2, -66], [112 * s, 0, -300], 15.0, 420.0, "Bone"),
            capsule([124 * s, 2, -80], [112 * s, 0, -300], 9.0, 120.0, "Bone"),
            ellipsoid([90 * s, 6, -30], [24, 24, 24], 420.0, name),
            ellipsoid([90 * s, 6, -30], [20, 20, 20], 260.0, name, 40.0),
        ]
    return bodies
