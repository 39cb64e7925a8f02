"""The one French and English catalogue: codes and values come in, sentences go out."""

from graybook.text.catalogue import LANGUAGES, Language, keys, phrase, placeholders, remedy
from graybook.text.numbers import date_text, dose_text, number_text

__all__ = [
    "LANGUAGES",
    "Language",
    "date_text",
    "dose_text",
    "keys",
    "number_text",
    "phrase",
    "placeholders",
    "remedy",
]
