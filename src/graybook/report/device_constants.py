"""Cycles of microspheres come in; the constants in use for each device, and what each would do to every dose, go out."""

from __future__ import annotations

import re

from graybook.report.nuclear_result import CycleResult, NuclearResult
from graybook.report.sirt_result import ConstantResult
from graybook.tables.microspheres import constant_of, constants_of

__all__ = ["device_constants"]

_IN_METHOD = re.compile(r"([\d.]+) J/GBq")


def _used(cycles: list[CycleResult], default: float) -> float:
    """The constant that the doses of a device say they stand on, else the table's. [J/GBq]"""
    for cycle in cycles:
        for organ in cycle.organs:
            if found := _IN_METHOD.search(organ.method):
                return float(found[1])
    return default


def device_constants(nuclear: NuclearResult) -> dict[str, list[ConstantResult]]:
    """By device, the constants of the tables, each with its source and the difference of every dose from the one used."""
    by_device: dict[str, list[CycleResult]] = {}
    for cycle in nuclear.cycles:
        if cycle.device:
            by_device.setdefault(cycle.device, []).append(cycle)
    found: dict[str, list[ConstantResult]] = {}
    for device, cycles in by_device.items():
        used = _used(cycles, constant_of(device).j_per_gbq)
        found[device] = [
            ConstantResult(
                j_per_gbq=row.j_per_gbq,
                source=row.source_text,
                tier=row.tier,
                used=abs(row.j_per_gbq - used) < 1e-9,
                difference_percent=100.0 * (row.j_per_gbq / used - 1.0),
            )
            for row in constants_of(device)
        ]
    return found
