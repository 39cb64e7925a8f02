"""Every table, key and item of a TOML file has the line it stands on."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graybook.files._lines import Lines, Place, toml_lines

TEXT = """\
# a remark = 1 [not.a.table]
top = 2 # "quoted # sign"
"quoted key" = 3
dotted.key = 4
list = [5, 5, # a remark
  6,
  [7, 7],
]
inline = {a = 9, b = [9, {c = 9}]}
several = \"\"\"
from \\"\"\" here = 1
[to] here\"\"\"
after = 13
'literal' = 'C:\\path # no remark'
day = 2026-01-31 10:00:00
days = [2026-01-31 10:00:00, 16]

[table]
key = 19
[table.below.deeper]
key = 21
[[array]]
key = 23
[[array.inner]]
key = 25
[[array.inner]]
key = 27
[[ array ]]
key = 29
[array.sub]
key = 31
"""


def leaves(value: object, place: Place = ()) -> Iterator[tuple[Place, object]]:
    """Each value that is no table and no list, with its place."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*place, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from leaves(item, (*place, number))
    else:
        yield place, value


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_value_that_is_its_line_is_found_on_it(end: str) -> None:
    """Each number of the text is the line it stands on, whatever ends the lines."""
    text = TEXT.replace("\n", end)
    lines = toml_lines(text)
    numbers = [(place, value) for place, value in leaves(tomllib.loads(text)) if isinstance(value, int)]
    assert len(numbers) == 20
    assert [(place, lines.places.get(place)) for place, _ in numbers] == numbers
    places = [("several",), ("literal",), ("day",), ("table",), ("array", 1), ("array", 0, "inner", 1)]
    assert [lines.of(place) for place in places] == [10, 14, 15, 18, 28, 26]


def test_what_is_not_there_has_the_line_of_what_it_lies_in() -> None:
    """A missing key has the line of its table; what has no table has the first line."""
    lines = toml_lines(TEXT)
    assert (lines.of(("table", "missing")), lines.of(("nothing", 3)), Lines(places={}).of(("x",))) == (
        18,
        1,
        1,
    )


KEY = st.from_regex(r"[a-z]{1,3}", fullmatch=True)
VALUE = st.sampled_from(["{0}", "[{0}, {0}]", "[\n{1},\n{2}]", "{{x = {0}, y = [{0}]}}", '"""\n"""', "'#'"])
STATEMENT = st.one_of(
    st.sampled_from(["", "# = [["]),
    st.tuples(st.sampled_from(["[{}]", "[[{}]]"]), st.lists(KEY, min_size=1, max_size=3)),
    st.tuples(st.just("="), st.lists(KEY, min_size=1, max_size=2), VALUE),
)


def document(statements: list[object]) -> str:
    """A text in which every number is the line it stands on."""
    lines: list[str] = []
    for one in statements:
        if isinstance(one, tuple) and one[0] == "=":
            at = len(lines) + 1
            written = ".".join(one[1]) + " = " + one[2].format(at, at + 1, at + 2)
        elif isinstance(one, tuple):
            written = one[0].format(".".join(one[1]))
        else:
            written = str(one)
        lines += written.split("\n")
    return "\n".join(lines)


@settings(max_examples=300, deadline=None)
@given(st.lists(STATEMENT, max_size=12))
def test_any_document_that_toml_accepts(statements: list[object]) -> None:
    """Whatever is nested in whatever, each number is found on its line."""
    text = document(statements)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    lines = toml_lines(text)
    wrong = [
        (place, value)
        for place, value in leaves(values)
        if place not in lines.places or (isinstance(value, int) and lines.of(place) != value)
    ]
    assert wrong == []
