"""A person's courses go out as OSIRIS' radiotherapy tables, and come in from them or from its pivot files."""

from graybook.exchange.osiris.csv_files import osiris_csv, tables_from_csv
from graybook.exchange.osiris.read import facts_from_osiris
from graybook.exchange.osiris.sql import osiris_sql
from graybook.exchange.osiris.write import osiris_tables

__all__ = ["facts_from_osiris", "osiris_csv", "osiris_sql", "osiris_tables", "tables_from_csv"]
