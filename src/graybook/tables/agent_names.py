"""What a radiopharmaceutical is called comes in, by its many names; the one name the tables know it by goes out."""

from __future__ import annotations

from functools import cache

from graybook.errors import InputError
from graybook.tables._rows import table_rows
from graybook.tables._spelling import compact

__all__ = ["agent_named", "agents"]

_FILE = "agent_names.csv"


@cache
def agents() -> dict[str, str]:
    """Agent by each of its names, as ``compact`` writes them.

    Raises
    ------
    InputError
        Two agents share a name.
    """
    found: dict[str, str] = {}
    for row in table_rows(_FILE, ("agent", "names", "note")):
        for name in (row["agent"], *row["names"].split(";")):
            if found.setdefault(compact(name), row["agent"]) != row["agent"]:
                raise InputError(
                    f"Table {_FILE}: two agents have one name",
                    value=name,
                    remedy="leave the name with the agent it means, or with neither",
                )
    return found


def agent_named(text: str, nuclide: str = "") -> str | None:
    """
    The agent that a text names, or None; the nuclide may stand before it.

    Parameters
    ----------
    text
        As a person or a file writes it.
    nuclide
        The nuclide given, as ``Lu-177``; without it a text that names it too is not recognised.

    Examples
    --------
    >>> agent_named("[177Lu]Lu-DOTA-TATE", "Lu-177"), agent_named("Lutathera"), agent_named("antibody") is None
    ('DOTATATE', 'DOTATATE', True)
    """
    symbol, _, mass = nuclide.lower().partition("-")
    written = compact(text)
    before = [one for one in (mass + symbol, symbol + mass, symbol) if one]
    while written:
        if written in agents():
            return agents()[written]
        prefix = next((one for one in before if written.startswith(one)), None)
        if prefix is None:
            return None
        written = written.removeprefix(prefix)
    return None
