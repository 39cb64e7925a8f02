"""PDF: material comes in; an A4 document goes out, typeset without any system font."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graybook.errors import GraybookError
from graybook.report.material import Material
from graybook.report.pictures import Pictures, pictures
from graybook.report.sheet import sheet
from graybook.report.wording import wrappable
from graybook.text import Language

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from typst import Fonts

__all__ = ["pdf_bytes", "typesetting", "write_pdf"]

_LAST_COVERED = 0x052F
"""Last of the letters (Latin, Greek, Cyrillic) that the fonts inside the product hold."""


_WORD = 30
"""Letters from which a word of a line as wide as the page is broken; no word of either language is as long."""


def _wrappable(value: Any, key: str = "", *, narrow: bool = False) -> Any:
    """Places to break: in columns of tables inside long words too, elsewhere only in what is no word."""
    if isinstance(value, str):
        if key in ("id", "kind", "name", "language", "address"):
            return value
        return wrappable(value) if narrow else wrappable(value, _WORD)
    if isinstance(value, dict):
        return {
            name: _wrappable(item, name, narrow=narrow or name in ("rows", "columns"))
            for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_wrappable(item, narrow=narrow) for item in value]
    return value


def _fonts(*, system: bool) -> Fonts:
    import matplotlib
    import typst

    held = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return typst.Fonts(include_system_fonts=system, include_embedded_fonts=True, font_paths=[str(held)])


def typesetting(page: DataclassInstance, drawn: Pictures, template: str = "report.typ") -> dict[str, Any]:
    """What typst is called with. What comes from files reaches it as JSON, never as source, so nothing in it is markup.

    ``template`` lays out this kind of sheet; page.typ, which all share, stands before it.
    System fonts are looked for only when a name needs letters that no font of the product holds.
    """
    data = json.dumps(_wrappable(asdict(page)), ensure_ascii=False)
    exotic = any(_LAST_COVERED < ord(letter) < 0x2000 or ord(letter) > 0x2FFF for letter in data)
    templates = resources.files("graybook.report") / "templates"
    return {
        "input": (templates / "page.typ").read_bytes() + (templates / template).read_bytes(),
        "font_paths": _fonts(system=exotic),
        "ignore_system_fonts": not exotic,
        "sys_inputs": {"sheet": data, **drawn},
    }


def pdf_bytes(page: DataclassInstance, drawn: Pictures, template: str = "report.typ") -> bytes:
    """The document."""
    import typst

    remedy = "Use the HTML beside it, and report this as a fault of Graybook."
    try:
        made = typst.compile(**typesetting(page, drawn, template), format="pdf")
    except typst.TypstError as error:
        what = "The PDF of the report could not be typeset."
        raise GraybookError(what, value=str(error), remedy=remedy) from error
    if not isinstance(made, bytes):
        what = "The PDF of the report came out in pieces."
        raise GraybookError(what, value=type(made).__name__, remedy=remedy)
    return made


def write_pdf(material: Material, path: Path, language: Language) -> None:
    """Write the report as an A4 PDF."""
    path.write_bytes(pdf_bytes(sheet(material, language), pictures(material, language)))
