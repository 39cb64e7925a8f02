"""Plain files of a folder come in (settings, later images and tables); typed values go out."""

from graybook.files.settings import FILE_NAME, Settings, parse, read
from graybook.files.template import template

__all__ = ["FILE_NAME", "Settings", "parse", "read", "template"]
