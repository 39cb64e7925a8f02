"""In print words stay whole where a line is as wide as the page, and break in narrow columns."""

from __future__ import annotations

import json

from graybook.report.blocks import Column, Paragraph, Section, Table, cell
from graybook.report.pdf import typesetting
from graybook.report.plain_sheet import PlainSheet

LONG = "interchangeables."
BREAK = "\u200b"


def test_words_of_sentences_are_not_broken() -> None:
    """A French word of sixteen letters is one piece in lines and paragraphs; in a cell, and a UID anywhere, it may break."""
    uid = "1.2.826.0.1.3680043.10.1561.7.123456789"
    table = Table(columns=(Column(title="A"),), rows=((cell(LONG),),), note=LONG)
    sheet = PlainSheet(
        language="fr", title="T", head="H", head_details="", notice="", notice_long="", version="", headline="",
        lines=(LONG, uid), warnings=(), sections=(Section(id="s", title="S", blocks=(Paragraph(text=LONG), table)),),
    )  # fmt: skip
    data = json.loads(typesetting(sheet, {}, "plain.typ")["sys_inputs"]["sheet"])
    paragraph, shown = data["sections"][0]["blocks"]
    assert data["lines"][0] == paragraph["text"] == shown["note"] == LONG
    assert BREAK in data["lines"][1]
    assert BREAK in shown["rows"][0][0]["lines"][0]
