"""Each mistake in a file of assumptions or limits is told with the line it stands on, its table and its key; all at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from graybook.errors import InputError
from graybook.files import parse
from graybook.files.options import parse_scenario, read_scenario
from graybook.files.rulebook import parse_rulebook, read_rulebook

OPTIONS = """\
author = "A. Physicist"
date = 2026-01-31
reason = "tumour board"

[[alpha_beta]]
tg263 = "SpinalCord"
value_gy = 3.0

[[recovery]]
tg263 = "Brainstem"
share = 0.25
from_months = 6
convention = "dose"
source = "protocol 7"

[[recovery]]
tg263 = "Esophagus"
steps = [
  {from_months = 6, share = 0.1},
  {from_months = 12, share = 0.25},
]
convention = "tolerance"
source = "protocol 7"

[[leave_out]]
course = "2009-03-16"
"""

LIMITS = """\
author = "A. Physicist"
date = 2026-01-31
reason = "department"
base = "cumulative"

[[limit]]
id = "ours"
organ = "SpinalCord"
rule = "max <= 60 Gy"
alpha_beta_gy = 2.0
schedule = "50/25"
interval_months_min = 6
fractions_min = 1
fractions_max = 5
modalities = ["photon"]
recovery_in_source = "yes"
source = "rulach2021"

[[limit]]
organ = "Lungs"
metric = "V20Gy[%]"
op = "<"
value = 40
unit = "%"
alpha_beta_gy = 3.0
recovery_in_source = "yes"
source = "rulach2021"
"""

CSV = """\
# base = none
organ,rule,alpha_beta_gy,recovery_in_source,source,author,date,reason
SpinalCord,max <= 60 Gy,2.0,yes,rulach2021,A. Physicist,2026-01-31,department
Esophagus,max <= 75 Gy,3.0,yes,"Rulach, 2021",A. Physicist,2026-01-31,department
"""


def mistake(read: Callable[[str], object], text: str) -> str:
    """What is told of a text."""
    with pytest.raises(InputError) as told:
        read(text)
    return str(told.value)


def options(text: str) -> object:
    """Reads a scenario."""
    return parse_scenario(text, name="board.toml")


def limits(text: str) -> object:
    """Reads a rulebook in TOML."""
    return parse_rulebook(text, name="ours.toml")


def csv(text: str) -> object:
    """Reads a rulebook in CSV."""
    return parse_rulebook(text, name="ours.csv")


def test_the_files_below_are_right_without_their_mistakes() -> None:
    """Unchanged, each text is read."""
    assert [read(text) is not None for read, text in ((options, OPTIONS), (limits, LIMITS), (csv, CSV))]


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("date = 2026-01-31", "date = 31.01.2026", 2, "not valid TOML"),
        ("date = 2026-01-31", 'date = "31/01/2026"', 2, "date is not a date"),
        ('author = "A. Physicist"', "author = 7", 1, "author must be a text"),
        ('reason = "tumour board"', 'reason = " "', 3, "reason must be a text"),
        ('reason = "tumour board"', 'raison = "x"', 3, '"raison" is not a key of this file'),
        ('reason = "tumour board"', 'name = "a\\nb"\nreason = "x"', 3, "name must be one line"),
        ('reason = "tumour board"', 'ntcp = true\nreason = "x"', 3, "ntcp is asked of the headline"),
        ('reason = "tumour board"', 'concurrent = "C1"\nreason = "x"', 3, "concurrent must be a list of texts"),
        ('reason = "tumour board"', 'concurrent = ["C1", "C1"]\nreason = "x"', 3, "names a course twice"),
        ('reason = "tumour board"', 'concurrent = ["2009-03-16"]\nreason = "x"', 3, "that is left out"),
        ("[[alpha_beta]]", "[alpha_beta]", 5, "alpha_beta must be a list of tables"),
        ("[[alpha_beta]]", "[[alpha_betas]]", 5, '"alpha_betas" is not a key of this file'),
        ("[[alpha_beta]]", '[[phase]]\nplan = "A"\n[[alpha_beta]]', 5, '"phase" is no table of this file'),
        ('tg263 = "SpinalCord"', 'tg263 = "Spinal_Cord"', 6, "tg263 is not a TG-263 name"),
        ('tg263 = "SpinalCord"', 'tg263 = "PTV_60"', 6, "tg263 names a target"),
        ('tg263 = "SpinalCord"', 'tg263 = "SpinalCord"\nstructure = "x"', 6, "tg263 and structure stand together"),
        ('tg263 = "SpinalCord"\n', "", 5, "[[alpha_beta]] 1: tg263 is missing"),
        ("value_gy = 3.0", "value_gy = -3.0", 7, "value_gy must be a number above 0"),
        ("value_gy = 3.0", 'value_gy = "3"', 7, "value_gy must be a number above 0"),
        ("value_gy = 3.0", "value_gy = 3,5", 7, "not valid TOML"),
        ("value_gy = 3.0", "value_gy = nan", 7, "value_gy must be a number above 0"),
        ("value_gy = 3.0", "", 5, "value_gy is missing"),
        ("value_gy = 3.0", "value_gy = 3.0\nconcurrent = []", 8, 'Write "concurrent" above the first table'),
        ('tg263 = "Brainstem"', 'tg263 = "GTVp"', 10, "tg263 names a target, not an organ"),
        ('tg263 = "Brainstem"', 'tg263 = "Esophagus"', 17, "[[recovery]] 2: tg263 stands in an earlier table too"),
        ("share = 0.25", "share = 1.4", 11, "share must be a number from 0 to below 1"),
        ("share = 0.25", "share = true", 11, "share must be a number"),
        ("share = 0.25", 'share = 0.2\nmodel = "doi2021"', 11, "share or model must be given"),
        ("share = 0.25\n", "", 9, "[[recovery]] 1: share or steps or model must be given"),
        ("share = 0.25", 'model = "doi2021"', 10, "tg263 is not an organ of doi2021"),
        ("share = 0.25\nfrom_months = 6", 'model = "woolley2018"', 11, "the equation was not read"),
        ("from_months = 6\n", "from_months = -1\n", 12, "from_months must be a number of at least 0"),
        ('convention = "dose"', 'convention = "doses"', 13, "convention has a value that is not known"),
        ('convention = "dose"\n', "", 9, "[[recovery]] 1: convention is missing"),
        ('source = "protocol 7"\n\n[[rec', "\n[[rec", 9, "[[recovery]] 1: source is missing"),
        ("share = 0.1}", "share = 0.5}", 20, "steps 2: from_months and share must rise"),
        ("{from_months = 12", "{from_months = 6", 20, "steps 2: from_months and share must rise"),
        ("from_months = 12, share", "from_month = 12, share", 20, '[[recovery]] 2, steps 2: "from_month"'),
        ("{from_months = 6, share = 0.1},\n", "0.1,\n", 18, "steps must be a list of tables"),
        ("[[leave_out]]", '[[leave_out]]\nauthor = ""', 26, "author must be a text"),
        ('course = "2009-03-16"', "", 25, "course is missing"),
        ('course = "2009-03-16"', 'course = 1\n[[leave_out]]\ncourse = "x"', 26, "course must be a text"),
        ("[[leave_out]]", "[overlap]\nisodose_percent = 50\n[[leave_out]]", 25, "overlap is asked of the headline"),
    ],
)  # fmt: skip
def test_a_mistake_in_assumptions(old: str, new: str, line: int, says: str) -> None:
    """The message names the file, the line and the key."""
    assert old in OPTIONS
    told = mistake(options, OPTIONS.replace(old, new, 1))
    assert f"board.toml, line {line}" in told
    assert says in told


@pytest.mark.parametrize("key", ["author", "date", "reason"])
def test_every_table_is_signed(key: str) -> None:
    """What neither the table nor the file states is missing in each table, on the table's line."""
    unsigned = "\n".join(line for line in OPTIONS.splitlines() if not line.startswith(key))
    told = mistake(options, unsigned)
    assert "board.toml has 4 mistakes" in told
    for line, table in (
        (4, "[[alpha_beta]] 1"),
        (8, "[[recovery]] 1"),
        (15, "[[recovery]] 2"),
        (24, "[[leave_out]] 1"),
    ):
        assert f"board.toml, line {line}, {table}: {key} is missing" in told


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (OPTIONS, 26, "course cannot be left out of the headline"),
        ("ntcp = true\n[overlap]\nisodose_percent = 140\n", 3, "isodose_percent must be a number above 0, at most 100"),
        ("[overlap]\nisodose_percent = 50\nisodose_gy = 40\n", 2, "isodose_percent or isodose_gy must be given"),
        ("ntcp = 1\n", 1, "ntcp must be true or false"),
        ("ntcp = true\n", 1, "author and date and reason are missing"),
        ("[[overlap]]\nisodose_gy = 40\n", 1, "overlap must be one table"),
        ('author = "A"\n', 1, "assumes nothing"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_headline_s(text: str, line: int, says: str) -> None:
    """The headline's own keys are checked as every other."""
    told = mistake(lambda one: parse_scenario(one, name="options.toml", headline=True), text)
    assert f"options.toml, line {line}" in told
    assert says in told


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('base = "cumulative"', 'base = "cumulativ"', 4, "base has a value that is not known"),
        ('base = "cumulative"', 'drop = ["rulach"]', 4, "drop names no row of cumulative"),
        ('base = "cumulative"', 'adopt = ["rulach2021-spinalcord-max"]', 4, "adopt names no row of the tables"),
        ('base = "cumulative"', 'name = "all"', 4, "name must be a name of its own"),
        ('base = "cumulative"', 'bases = "none"', 4, '"bases" is not a key of this file'),
        ('author = "A. Physicist"\n', "", 5, "[[limit]] 1: author is missing"),
        ('id = "ours"', 'id = "our cord"', 7, "id must be one word"),
        ('id = "ours"', 'tier = "gold"', 7, "tier has a value that is not known"),
        ('id = "ours"', 'namespace = "cumulative"', 7, "namespace has a value that is not known"),
        ('id = "ours"', 'namespace = "observed dose"', 9, "rule compares, and what was observed limits nothing"),
        ('id = "ours"', 'dose_of = "sum"', 7, "dose_of has a value that is not known"),
        ('id = "ours"', 'dose_of = "share of the reference course"', 9, "figure above 0, at most 1, for a share"),
        ('id = "ours"', 'scale = "eqd2"', 7, 'Known here: BED, EQD2'),
        ('id = "ours"', "rounding = -0.5", 7, "rounding must be a number of at least 0"),
        ('id = "ours"', "limit_gy = 60", 7, '"limit_gy" is not a key of this table'),
        ('id = "ours"', 'drop = ["x"]', 7, 'Write "drop" above the first table'),
        ('organ = "SpinalCord"', 'organ = "Spinalcord"', 8, 'Did you mean "SpinalCord"?'),
        ('organ = "SpinalCord"', 'organ = "SpinalCord/PTV"', 8, "organ names a target"),
        ('organ = "SpinalCord"\n', "", 6, "organ is missing"),
        ('rule = "max <= 60 Gy"', 'rule = "max: 60 Gy!"', 9, "rule cannot be read"),
        ('rule = "max <= 60 Gy"', 'rule = "max <= 60,5 Gy"', 9, "rule cannot be read"),
        ('rule = "max <= 60 Gy"', 'rule = "CV700cc<21Gy"', 9, "rule cannot be read"),
        ('rule = "max <= 60 Gy"', 'rule = "max <= 0 Gy"', 9, "rule must have a figure above 0"),
        ('rule = "max <= 60 Gy"', 'rule = "max 60 Gy"', 9, "rule has no comparison"),
        ('rule = "max <= 60 Gy"', 'rule = "max <= 60 Gy"\nvalue = 60', 10, "value stands beside rule"),
        ('rule = "max <= 60 Gy"\n', "", 6, "rule is missing"),
        ("alpha_beta_gy = 2.0\n", "", 6, "alpha_beta_gy is missing"),
        ("alpha_beta_gy = 2.0", "alpha_beta_gy = 0", 10, "alpha_beta_gy must be a number above 0"),
        ('schedule = "50/25"', 'schedule = "25 x 2"', 11, "schedule must be dose/fractions"),
        ("interval_months_min = 6", 'interval_months_min = "6"', 12, "interval_months_min must be a number"),
        ("interval_months_min = 6", "interval_months_min = 6\ninterval_months_max = 3", 12, "the smaller first"),
        ("fractions_max = 5\n", "", 13, "fractions_min stands alone"),
        ("fractions_max = 5", "fractions_max = 2.5", 14, "fractions_max must be a whole number"),
        ('modalities = ["photon"]', 'modalities = ["photons"]', 15, "modalities has a value that is not known"),
        ('recovery_in_source = "yes"\n', "", 6, "recovery_in_source is missing"),
        ('recovery_in_source = "yes"', "recovery_in_source = true", 16, "recovery_in_source must be a text"),
        ('source = "rulach2021"\n', "", 6, "source is missing"),
        ('source = "rulach2021"', 'source = ""', 17, "source must be a text"),
        ('[[limit]]\norgan = "Lungs"', '[[limit]]\nid = "ours"\norgan = "Lungs"', 20, "id is that of ours.toml, line 6"),
        ('op = "<"', 'op = "=="', 22, "op has a value that is not known"),
        ("value = 40", "value = -40", 23, "value must be a number above 0"),
        ("value = 40\n", "", 19, "value is missing"),
        ('unit = "%"', "unit = 1", 24, "unit must be a text"),
    ],
)  # fmt: skip
def test_a_mistake_in_limits(old: str, new: str, line: int, says: str) -> None:
    """The message names the file, the line and the key."""
    assert old in LIMITS
    told = mistake(limits, LIMITS.replace(old, new, 1))
    assert f"ours.toml, line {line}" in told
    assert says in told


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("# base = none", "# bose = none", 1, '"bose" is not a key of this file'),
        ("# base = none", "# base = nothing", 1, "base has a value that is not known"),
        ("organ,rule", "organs,rule", 2, '"organs" is not a column of this file'),
        ("rule,alpha", "organ,alpha", 2, 'the column "organ" stands twice'),
        ("max <= 60 Gy", "max <= 60 or so", 3, "rule cannot be read"),
        ("2.0,yes", '"2,0",yes', 3, "alpha_beta_gy must be a number above 0"),
        ("2.0,yes", ",yes", 3, "alpha_beta_gy is missing"),
        ("2026-01-31,department\nEsophagus", "31/01/2026,department\nEsophagus", 3, "date is not a date"),
        ('"Rulach, 2021"', "Rulach, 2021", 4, "the row has more cells than the header"),
        ('"Rulach, 2021"', '"Rulach, 2021', 4, "this is not valid CSV"),
        ("Esophagus,", '"Eso\nphagus",', 4, "organ is not a TG-263 name"),
        ("Esophagus,", "Oesophagus,", 4, 'Did you mean "Esophagus"?'),
    ],
)  # fmt: skip
def test_a_mistake_in_a_csv(old: str, new: str, line: int, says: str) -> None:
    """The message names the file, the line on which the row begins, and the column."""
    assert old in CSV
    told = mistake(csv, CSV.replace(old, new, 1))
    assert f"ours.csv, line {line}" in told
    assert says in told


def test_all_mistakes_are_told_in_the_order_of_their_lines() -> None:
    """Three mistakes in three tables are one message, first line first."""
    text = OPTIONS.replace("3.0", "-3.0").replace("0.25\nfrom", "25\nfrom").replace("2009-03-16", "")
    told = mistake(options, text)
    assert told.startswith("board.toml has 3 mistakes:")
    assert told.index("line 7,") < told.index("line 11,") < told.index("line 26,")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_windows_files_are_read_and_their_lines_counted(tmp_path: Path, end: str, mark: str) -> None:
    """A byte order mark, CRLF and tabs change nothing, and lines are those that an editor shows."""
    for name, text, read in (
        ("board.toml", OPTIONS, read_scenario),
        ("ours.toml", LIMITS, read_rulebook),
        ("ours.csv", CSV, read_rulebook),
    ):
        path = tmp_path / name
        path.write_bytes((mark + text.replace(" = ", "\t=\t").replace("\n", end)).encode())
        assert read(path) is not None
    wrong = tmp_path / "wrong.toml"
    wrong.write_bytes((mark + OPTIONS.replace("share = 0.25", "share = 1.4", 1).replace("\n", end)).encode())
    with pytest.raises(InputError, match=r"wrong\.toml, line 11, \[\[recovery\]\] 1: share"):
        read_scenario(wrong)


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        (OPTIONS.encode("utf-16"), 1, "UTF-16"),
        (OPTIONS.replace("tumour", "tumeur évolutive").encode("latin-1"), 3, "not UTF-8"),
        (OPTIONS.encode() + b"\xff", 27, "not UTF-8"),
        (b"PK\x03\x04\x00\x00", 1, "not valid TOML"),
        (b"x = " + b"[" * 9000 + b"]" * 9000, 1, "brackets within brackets"),
        (b"x = 1\ny = " + b"9" * 9000, 2, "not valid TOML"),
    ],
)
def test_what_is_no_text_of_toml_is_refused(tmp_path: Path, content: bytes, line: int, says: str) -> None:
    """Other encodings, binary content and endless lists are refused with the line."""
    path = tmp_path / "board.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=says) as told:
        read_scenario(path)
    assert f"board.toml, line {line}:" in str(told.value)


def test_graybook_toml_names_lines_too() -> None:
    """A mistake in graybook.toml is told with its line."""
    text = '[[phase]]\nplan = "A"\nfractions_planned = 0\nauthor = "A"\ndate = 2026-01-31\nreason = "x"\n'
    with pytest.raises(
        InputError, match=r"graybook\.toml, line 3, \[\[phase\]\] 1: fractions_planned must be"
    ):
        parse(text)
