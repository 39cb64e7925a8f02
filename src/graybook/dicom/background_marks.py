"""Background marks: what a file for a planning system is valid for comes in; its private elements go out, and come back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydicom.dataset import Dataset

from graybook.dicom.marks import PRIVATE_CREATOR, PRIVATE_GROUP, TAG_ALPHA_BETA, TAG_QUANTITY, add_marks

__all__ = ["CHECK_FIRST", "BackgroundMarks", "add_background_marks", "background_marks"]

CHECK_FIRST = "CHECK INDEPENDENTLY BEFORE USE"
"""What these files say in place of NOT FOR PLANNING: planning is what they are made for."""

TAG_FRACTIONS = 0x05
"""US: number of fractions that the file is valid for."""
TAG_LIMIT = 0x06
"""FD: EQD2 of the limit, of remaining dose. [Gy]"""
TAG_EXPECTED_PLAN = 0x07
"""UI: SOP Instance UID of the expected plan, of a base dose; empty for a dose without a plan."""
TAG_EXPECTED_DOSE = 0x08
"""LO: SHA-256 of the expected dose."""
TAG_TRUTH = 0x09
"""FD: highest cumulative EQD2 with the expected dose, over the voxels of the file. [Gy]"""
TAG_LOWER_BOUND = 0x0A
"""CS: YES where an earlier course is missing."""
TAG_EXPECTED_LABEL = 0x0B
"""LO: label of the expected plan."""

Quantity = Literal["EQD2", "REMAINING", "BASE"]


@dataclass(frozen=True, kw_only=True)
class BackgroundMarks:
    """
    What a file for a planning system says of itself.

    Parameters
    ----------
    quantity
        Prior EQD2, physical dose that a limit leaves, or physical base dose.
    alpha_beta_gy
        The only one that it is right for. [Gy]
    fractions
        n that it is valid for; None for EQD2.
    limit_eqd2_gy
        Of remaining dose. [Gy]
    expected_plan_uid, expected_sha256, expected_label
        Of a base dose: the new dose that it is valid for.
    truth_eqd2_gy
        Of a base dose: the highest cumulative EQD2 with the expected dose. [Gy]
    lower_bound
        Whether an earlier course is missing.
    """

    quantity: Quantity
    alpha_beta_gy: float
    fractions: int | None = None
    limit_eqd2_gy: float | None = None
    expected_plan_uid: str = ""
    expected_sha256: str = ""
    expected_label: str = ""
    truth_eqd2_gy: float | None = None
    lower_bound: bool = False


def add_background_marks(dataset: Dataset, marks: BackgroundMarks, *, sources: list[str]) -> None:
    """Write the marks into ``dataset``, in place, beside those of every Graybook dose."""
    add_marks(
        dataset,
        quantity=marks.quantity,
        alpha_beta_gy=marks.alpha_beta_gy,
        sources=sources,
        notice=CHECK_FIRST,
    )
    block = dataset.private_block(PRIVATE_GROUP, PRIVATE_CREATOR)
    block.add_new(TAG_LOWER_BOUND, "CS", "YES" if marks.lower_bound else "NO")
    if marks.fractions is not None:
        block.add_new(TAG_FRACTIONS, "US", marks.fractions)
    if marks.limit_eqd2_gy is not None:
        block.add_new(TAG_LIMIT, "FD", float(marks.limit_eqd2_gy))
    if marks.quantity == "BASE":
        block.add_new(TAG_EXPECTED_PLAN, "UI", marks.expected_plan_uid)
        block.add_new(TAG_EXPECTED_DOSE, "LO", marks.expected_sha256)
        block.add_new(TAG_EXPECTED_LABEL, "LO", marks.expected_label.replace("\\", "/")[:64])
        block.add_new(TAG_TRUTH, "FD", float(marks.truth_eqd2_gy or 0.0))


def background_marks(dataset: Dataset) -> BackgroundMarks | None:
    """The marks of a dataset; None for what is no file for a planning system, or has lost them."""
    try:
        block = dataset.private_block(PRIVATE_GROUP, PRIVATE_CREATOR)
        quantity, ratio = str(block[TAG_QUANTITY].value), float(block[TAG_ALPHA_BETA].value)
        lower_bound = TAG_LOWER_BOUND in block and str(block[TAG_LOWER_BOUND].value) == "YES"
    except (KeyError, TypeError, ValueError):
        return None
    if quantity not in ("EQD2", "REMAINING", "BASE"):
        return None

    def text(tag: int) -> str:
        return str(block[tag].value or "") if tag in block else ""

    def number(tag: int) -> float | None:
        return float(block[tag].value) if tag in block else None

    fractions = number(TAG_FRACTIONS)
    return BackgroundMarks(
        quantity=quantity,  # type: ignore[arg-type]
        alpha_beta_gy=ratio,
        fractions=None if fractions is None else int(fractions),
        limit_eqd2_gy=number(TAG_LIMIT),
        expected_plan_uid=text(TAG_EXPECTED_PLAN),
        expected_sha256=text(TAG_EXPECTED_DOSE),
        expected_label=text(TAG_EXPECTED_LABEL),
        truth_eqd2_gy=number(TAG_TRUTH),
        lower_bound=lower_bound,
    )
