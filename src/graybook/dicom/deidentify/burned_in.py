"""A dataset comes in; why it is not copied, or what may be written in its pixels, goes out."""

from __future__ import annotations

from graybook.dicom.attributes import Attributes
from graybook.record.assessment import Finding, Severity
from graybook.tables.deidentification import class_handling

__all__ = ["pixel_findings", "refusal"]

REFUSED = {
    "refused_picture": "deidentify_picture",
    "refused_document": "deidentify_document",
    "refused_directory": "deidentify_directory",
    None: "deidentify_class_unknown",
}
FIRST_OVERLAY, LAST_OVERLAY = 0x6000, 0x601E


def refusal(attributes: Attributes, sop_class_uid: str, subject: str) -> Finding | None:
    """Why an object is not copied; None for one that is."""
    handling = class_handling(sop_class_uid)
    if handling in REFUSED:
        return Finding(code=REFUSED[handling], subject=subject)
    if attributes.code("BurnedInAnnotation") == "YES":
        return Finding(code="deidentify_burned_in", subject=subject)
    return None


def pixel_findings(attributes: Attributes, sop_class_uid: str, subject: str) -> list[Finding]:
    """What somebody should look at, because pixels are copied as they are."""
    found = []
    if _may_show_text(attributes, sop_class_uid):
        found.append(Finding(code="deidentify_picture_suspect", subject=subject))
    if any(_lies_in_pixels(attributes, group) for group in range(FIRST_OVERLAY, LAST_OVERLAY + 2, 2)):
        found.append(Finding(code="deidentify_overlay_in_pixels", subject=subject, severity=Severity.WARNING))
    return found


def _may_show_text(attributes: Attributes, sop_class_uid: str) -> bool:
    if attributes.code("BurnedInAnnotation") == "NO":
        return False
    coloured = (attributes.whole("SamplesPerPixel") or 1) > 1
    converted = "ConversionType" in attributes or "SCREEN" in attributes.code("ImageType")
    return class_handling(sop_class_uid) == "flagged" or coloured or converted


def _lies_in_pixels(attributes: Attributes, group: int) -> bool:
    """Whether an overlay is kept in unused bits of the pixels: its rows are stated and it has no data of its own."""
    present = attributes.dataset._dict
    return (group << 16) + 0x0010 in present and (group << 16) + 0x3000 not in present
