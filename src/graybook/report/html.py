"""HTML: material comes in; one self-contained document goes out, without script or request."""

from __future__ import annotations

import base64
from dataclasses import asdict
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from graybook.report.blocks import Sheet
from graybook.report.material import Material
from graybook.report.pictures import Pictures, pictures
from graybook.report.sheet import sheet
from graybook.text import Language

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

__all__ = ["data_addresses", "html_text", "style", "template", "write_html"]

_ORGANS = 10
_UNKNOWN = 10


def _template_text(name: str) -> str:
    return (resources.files("graybook.report") / "templates" / name).read_text(encoding="utf-8")


@cache
def template(name: str) -> Template:
    """A page by the name of its template; whatever it is given is escaped."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(_template_text), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template(name)


def style() -> Markup:
    """The style sheet of every page."""
    from markupsafe import Markup

    return Markup(_template_text("report.css"))


def data_addresses(drawn: Pictures) -> dict[str, str]:
    """Every picture as an address that holds it."""
    return {name: _data_address(svg) for name, svg in drawn.items()}


def _data_address(svg: str) -> str:
    """An SVG as an image that cannot run anything; empty for no picture."""
    if not svg:
        return ""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def html_text(page: Sheet, drawn: Pictures) -> str:
    """The document. Everything that comes from files is escaped; the policy in its head forbids scripts and requests."""
    content = asdict(page)
    text = template("report.html.j2").render(
        sheet=content,
        first=content["summary"],
        images=data_addresses(drawn),
        css=style(),
        most=_ORGANS,
        most_unknown=_UNKNOWN,
    )
    return text + "\n"


def write_html(material: Material, path: Path, language: Language) -> None:
    """Write the report as one HTML file."""
    path.write_bytes(html_text(sheet(material, language), pictures(material, language)).encode())
