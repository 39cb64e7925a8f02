"""The persons of a pool come in; what stands for their rows, kept beside those of earlier buildings that were asked, goes out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from graybook.cohort.ledger import LEDGER
from graybook.cohort.manifest import BUILDINGS, buildings_text, pool_name, read_buildings
from graybook.workflow.pooling.choice import Chosen
from graybook.workflow.pooling.listing import write_private

__all__ = ["tidied_buildings", "written_buildings"]


def written_buildings(persons: Sequence[Chosen], pool: Path) -> None:
    """Write what stands for each person's rows beside that of earlier buildings, for the guard of answers; for the owner alone."""
    counted = [one for one in persons if one.part.rows]
    name = pool_name((one.person, one.part.result) for one in counted)
    kept = {old: rows for old, rows in read_buildings(pool).items() if old != name}
    write_private(pool / BUILDINGS, buildings_text({**kept, name: [one.part.digest for one in counted]}))


def tidied_buildings(pool: Path) -> None:
    """Take away the earlier buildings that no question was asked of: who left the pool is else nowhere in it."""
    known = read_buildings(pool)
    kept = _asked(pool) | set([*known][-1:])
    write_private(
        pool / BUILDINGS, buildings_text({name: rows for name, rows in known.items() if name in kept})
    )


def _asked(pool: Path) -> set[str]:
    """The buildings that the log of questions names; a line that cannot be read names none here, and stops every question."""
    file = pool / LEDGER
    found: set[str] = set()
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        try:
            found.add(str(json.loads(line)["pool"]))
        except (ValueError, KeyError, TypeError):
            continue
    return found
