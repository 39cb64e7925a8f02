"""Tables of limits: whatever stands in a cell, a limit or a refusal with a remedy comes out, never a foreign error."""

from __future__ import annotations

import csv
import io
from importlib.resources import files

from hypothesis import given, settings
from hypothesis import strategies as st

from graybook.errors import InputError
from graybook.tables import edition
from graybook.tables.limits import FILES, limits, parsed_limits
from graybook.tables.rulebook import RULEBOOKS, rulebook
from graybook.workflow.tables import limit_fields

TEXT = files("graybook.tables").joinpath("data", edition(), FILES[0]).read_text(encoding="utf-8")
HEADER, *ROWS = list(csv.reader(io.StringIO(TEXT)))
CELLS = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=12),
    st.floats().map(repr),
    st.integers(-5, 200).map(str),
    st.sampled_from(["yes", "no", "EQD2", "BED", "max", "<=", ">", "observed dose", "secondary-repo", ""]),
)


@settings(max_examples=150, deadline=None)
@given(row=st.integers(0, len(ROWS) - 1), column=st.integers(0, len(HEADER) - 1), cell=CELLS)
def test_any_cell_is_read_or_refused(row: int, column: int, cell: str) -> None:
    """One cell of one row replaced by anything gives a limit that holds what was written, or a refusal that names the line."""
    cells = list(ROWS[row])
    cells[column] = cell
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([HEADER, cells])
    refused: InputError | None = None
    try:
        found = parsed_limits(stream.getvalue(), file="limits.csv")
    except InputError as error:
        refused, found = error, ()
    assert refused is None or ("limits.csv, line 2" in refused.what and refused.remedy)
    assert refused is not None or (len(found) == 1 and found[0].value > 0 and found[0].source_text)


@given(st.sampled_from(limits()))
def test_a_limit_as_text_keeps_every_figure(limit: object) -> None:
    """Value, rounding and α/β of a limit read back from their text are the same."""
    shown = limit_fields(limit)  # type: ignore[arg-type]
    assert float(shown["value"]) == limit.value  # type: ignore[attr-defined]
    assert float(shown["rounding"]) == limit.rounding  # type: ignore[attr-defined]


@given(st.sampled_from(RULEBOOKS))
def test_a_rulebook_is_part_of_all(name: str) -> None:
    """Every row of every rulebook that ships is a row of the rulebook of all, unchanged."""
    assert set(rulebook(name).limits) <= set(rulebook("all").limits)
