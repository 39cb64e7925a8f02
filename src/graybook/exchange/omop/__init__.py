"""A person's courses go out as rows of the OMOP Common Data Model 5.4."""

from graybook.exchange.omop.ddl import omop_ddl
from graybook.exchange.omop.write import omop_tables

__all__ = ["omop_ddl", "omop_tables"]
