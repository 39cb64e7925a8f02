"""``graybook cohort query``: a pool and the words of a question come in; the guarded answer is printed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from graybook.cli.folder_options import AsJson
from graybook.cli.output import print_json, print_text, shown_progress
from graybook.text import Language

__all__ = ["query"]

# of graybook.cohort, without loading it
Measure = Literal["persons", "mean", "sum", "median", "quartiles"]
Engine = Literal["duckdb", "spark"]
Scope = Literal["course", "cumulative"]
Percent = Literal["row", "column", "all", "pool"]


def query(
    pool: Annotated[
        Path,
        typer.Argument(metavar="POOL", help="A folder that graybook cohort build wrote.", show_default=False),
    ],
    rows: Annotated[
        str | None, typer.Option("--rows", metavar="FIELD", help="A row for each category of it.")
    ] = None,
    columns: Annotated[
        str | None, typer.Option("--columns", metavar="FIELD", help="A column for each category of it.")
    ] = None,
    measure: Annotated[
        Measure, typer.Option("--measure", help="What is given of each cell beside its persons.")
    ] = "persons",
    of: Annotated[
        str | None, typer.Option("--of", metavar="FIELD", help="What is measured: a dose, a share, days.")
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            "--where",
            metavar="CONDITION",
            help="structure=SpinalCord,Brainstem or eqd2_mean>=20; repeatable.",
        ),
    ] = None,
    scope: Annotated[
        Scope, typer.Option("--scope", help="Doses of the sum of all courses, or of each course.")
    ] = "cumulative",
    percent: Annotated[
        Percent | None, typer.Option("--percent", help="Add percentages of this total.")
    ] = None,
    engine: Annotated[Engine, typer.Option("--engine", help="What reads the table.")] = "duckdb",
    sql: Annotated[bool, typer.Option("--sql", help="Print the SQL, and run nothing.")] = False,
    json: AsJson = False,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the sentences.")] = "en",
) -> None:
    """Count and measure persons of a pool. Numbers from 1 to 10, and what would show one, stay hidden; every question is logged."""
    from graybook.cli.cohort_query_page import document, page, sql_page
    from graybook.cohort.query import Condition, Query
    from graybook.cohort.schema import Scope as RowScope
    from graybook.workflow.cohort_query import asked, sql_of

    question = Query(
        rows=rows,
        columns=columns,
        measure=measure,
        of=of,
        scope=RowScope(scope),
        where=tuple(map(Condition.parsed, where or ())),
    )
    if sql:
        found = sql_of(pool, question, engine=engine)
        if json:
            print_json(found)
        else:
            print_text(sql_page(found))
        return
    with shown_progress(quiet=json, language=lang) as progress:
        answer = asked(pool, question, engine=engine, progress=progress)
    if json:
        print_json(document(answer, percent))
    else:
        print_text(page(answer, percent, lang))
