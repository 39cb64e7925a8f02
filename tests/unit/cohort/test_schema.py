"""The pool's table."""

from __future__ import annotations

import pyarrow as pa

from graybook.cohort.schema import DOSE_AT_PERCENT, METRICS, TABLE, VOLUME_AT_GY, dose_column, volume_column


def test_numbers_are_whole() -> None:
    """No floating point: sums then do not depend on the order in which an engine adds."""
    assert not [field.name for field in TABLE if pa.types.is_floating(field.type)]


def test_every_metric_and_point_has_a_column_that_names_its_unit() -> None:
    """What the lists promise stands in the table; doses end in ugy, shares in ppm."""
    names = set(TABLE.names)
    assert {f"eqd2_{one}_ugy" for one in METRICS} <= names
    assert {dose_column(one) for one in DOSE_AT_PERCENT} <= names
    assert {volume_column(one) for one in VOLUME_AT_GY} <= names
    assert len(names) == len(TABLE.names)
