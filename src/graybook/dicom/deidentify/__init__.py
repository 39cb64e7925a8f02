"""De-identification: an object of one person and a project's key come in; the object without anything that names them goes out."""

from graybook.dicom.deidentify.guard import Guard, guard_of
from graybook.dicom.deidentify.objects import deidentified, encoded
from graybook.dicom.deidentify.originals import Originals, originals
from graybook.dicom.deidentify.scan import Leak, leaks
from graybook.dicom.deidentify.texts import label_name, structure_name, structure_stays
from graybook.dicom.deidentify.uids import replaced_uid

__all__ = [
    "Guard",
    "Leak",
    "Originals",
    "deidentified",
    "encoded",
    "guard_of",
    "label_name",
    "leaks",
    "originals",
    "replaced_uid",
    "structure_name",
    "structure_stays",
]
