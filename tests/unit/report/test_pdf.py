"""The PDF's first page is one page, its words are never markup, and it is the same bytes again."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
import typst

from graybook.report.material import Material
from graybook.report.pdf import pdf_bytes, typesetting, write_pdf
from graybook.report.pictures import pictures
from graybook.report.sheet import sheet
from graybook.text import Language
from unit.report import left_cases, limit_cases


def first_page_ends_on(material: Material, language: Language) -> int:
    """The page on which the summary ends."""
    call = typesetting(sheet(material, language), pictures(material, language))
    source = call.pop("input")
    found = typst.query(source, "<first-page-ends-on>", field="value", one=True, **call)
    return int(json.loads(found))


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    "builder", ["whole", "single", "six", "refused", "limited", "left", "beside", "hostile"]
)
def test_summary_is_one_page(made: SimpleNamespace, builder: str, language: Language) -> None:
    """The summary fits one A4 page, with six courses, long names, nothing known or hostile names alike."""
    assert first_page_ends_on(getattr(made, builder)(), language) == 1


def test_summary_with_much_to_say_is_one_page(made: SimpleNamespace) -> None:
    """Fifty organs and thirty refusals still give one first page; the rest is counted there and stands behind it."""
    found = made.result()
    organ = found.structures[1]
    organs = [organ.model_copy(update={"name": f"Organ {i} {made.LONG}"}) for i in range(50)]
    refusal = found.refusals[0]
    refusals = [refusal.model_copy(update={"text": f"{i} {refusal.text}" * 3}) for i in range(30)]
    crowded = found.model_copy(update={"structures": organs, "refusals": refusals})
    assert first_page_ends_on(made.material(crowded), "fr") == 1


@pytest.mark.parametrize("language", ["en", "fr"])
def test_long_names_and_sources_of_limits_are_one_page(made: SimpleNamespace, language: Language) -> None:
    """Five limiting organs with long names, a long source without a break, and two flips each leave page 1 one page."""
    source = "Recommandations_du_groupe_de_travail_interrégional_sur_la_réirradiation " * 3
    limits = [
        limit_cases.entry(
            f"{made.LONG} {i}", 60.0, 61.0 + i, 70.0, source=source, source_key="", origin=source,
            alternatives=limit_cases.CORD.alternatives,
        )
        for i in range(7)
    ]  # fmt: skip
    assert first_page_ends_on(made.material(made.result(constraints=limits)), language) == 1


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_is_left_and_bands_with_long_names_are_one_page(
    made: SimpleNamespace, language: Language
) -> None:
    """Limits with long names, ranges left, bands, and two plans stopped by eight limits each leave page 1 one page."""
    names = [f"{made.LONG} {i}" for i in range(8)]
    limits = [
        limit_cases.entry(name, 60.0, 61.0, 70.0, id=name, alternatives=limit_cases.CORD.alternatives)
        for name in names
    ]
    left = [left_cases.remaining(name, name, 60.0, (20.0, 55.0), lower_bound=True) for name in names]
    bands = [left_cases.limit(name, name, 60.0, 61.0, (0.1, 0.9)) for name in names]
    plan = left_cases.SCALING[0].model_copy(
        update={"label": made.LONG, "stopped_by": [f"{name} @ {name}" for name in names]}
    )
    uncertainty = left_cases.UNCERTAINTY.model_copy(update={"limits": bands})
    found = made.result(constraints=limits, remaining=left, scaling=[plan, plan], uncertainty=uncertainty)
    assert first_page_ends_on(made.material(found), language) == 1


def test_words_of_files_never_reach_the_source(made: SimpleNamespace) -> None:
    """The typst source is the same for every person: words go in as JSON, and an attack in them is typeset."""
    calls = [typesetting(sheet(item, "en"), pictures(item, "en")) for item in (made.hostile(), made.whole())]
    assert calls[0]["input"] == calls[1]["input"]
    assert (
        made.HOSTILE
        in json.loads(calls[0]["sys_inputs"]["sheet"].replace("\u200b", ""))["summary"]["details"][0]
    )
    assert pdf_bytes(sheet(made.hostile(), "en"), pictures(made.hostile(), "en")).startswith(b"%PDF-")


@pytest.mark.rule(16)
def test_same_input_gives_same_file(made: SimpleNamespace, tmp_path: Path) -> None:
    """Two writings of the same material are the same bytes: no clock, no random name."""
    write_pdf(made.material(), tmp_path / "a.pdf", "fr")
    write_pdf(made.material(), tmp_path / "b.pdf", "fr")
    first = (tmp_path / "a.pdf").read_bytes()
    assert first == (tmp_path / "b.pdf").read_bytes()
    assert b"CreationDate" not in first


def test_other_scripts_look_for_system_fonts(made: SimpleNamespace) -> None:
    """Only a name in letters that our fonts lack makes typst look at the system's fonts."""
    found = made.result()
    plain = made.material(found)
    person = found.patient.model_copy(update={"name": "山田^太郎"})
    other = made.material(found.model_copy(update={"patient": person}))
    assert typesetting(sheet(plain, "fr"), {})["ignore_system_fonts"] is True
    assert typesetting(sheet(other, "fr"), {})["ignore_system_fonts"] is False
