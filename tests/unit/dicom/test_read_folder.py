"""Every file of a folder or zip gives exactly one fact, used or with its reason."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from graybook.dicom.facts import DoseFacts, ImageSliceFacts, OtherFacts
from graybook.dicom.reading import read_folder
from graybook.dicom.walk import files_of
from graybook.errors import Cancelled, UsageError
from graybook.progress import Progress, silent
from graybook.text.catalogue import keys


def reasons(folder: Path) -> dict[str, str]:
    """Path to reason code, "used" for those that are."""
    facts = read_folder(folder, silent)
    return {
        fact.path if isinstance(fact, OtherFacts) else fact.header.path: fact.reason.code
        if isinstance(fact, OtherFacts)
        else "used"
        for fact in facts
    }


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip of files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.rule(16)
def test_every_file_is_accounted_for(tiny: Any, folder: Any) -> None:
    """DICOM, text, settings, an empty file, a cut file and an unread modality each stand once, sorted, with a reason."""
    whole = tiny.coded(tiny.dose())
    found = reasons(
        folder(
            {
                "b/dose.dcm": whole,
                "a.txt": b"hello",
                "graybook.toml": b"",
                "empty": b"",
                "cut.dcm": whole[:-7],
                "us.dcm": tiny.made("6.1", "US", "1.2.3.4"),
                "no_object.dcm": tiny.changed(tiny.ct(), SOPClassUID=None, Modality=None),
            }
        )
    )
    assert found == {
        "a.txt": "not_dicom",
        "b/dose.dcm": "used",
        "cut.dcm": "truncated",
        "empty": "not_dicom",
        "graybook.toml": "settings",
        "us.dcm": "modality_not_read",
        "no_object.dcm": "dicom_without_object",
    }
    assert list(found) == sorted(found)
    assert set(found.values()) - {"used"} <= set(keys())


def test_a_zip_is_read_like_a_folder(tiny: Any, folder: Any, tmp_path: Path) -> None:
    """Files inside a zip are used; the zip itself, a zip in it and a broken one are listed with reasons."""
    inner = {"x/dose.dcm": tiny.coded(tiny.dose()), "deep.zip": b"PK", "note.txt": b"n"}
    found = reasons(folder({"export.zip": zipped(inner), "torn.ZIP": zipped(inner)[:-30]}))
    assert found == {
        "export.zip": "archive_opened",
        "export.zip!/deep.zip": "archive_in_archive",
        "export.zip!/note.txt": "not_dicom",
        "export.zip!/x/dose.dcm": "used",
        "torn.ZIP": "not_dicom",
    }
    alone = tmp_path / "alone.zip"
    alone.write_bytes(zipped(inner))
    assert reasons(alone)["x/dose.dcm"] == "used"


def test_voxels_inside_a_zip_can_be_had_later(tiny: Any, folder: Any) -> None:
    """The lazy source of a zipped dose opens its archive again after the walk is over."""
    facts = read_folder(folder({"e.zip": zipped({"d": tiny.coded(tiny.dose())})}), silent)
    (dose,) = [fact for fact in facts if isinstance(fact, DoseFacts)]
    assert dose.voxels()[3, 1, 2] == pytest.approx(0.23)


def test_links_are_not_followed_outside(tiny: Any, folder: Any, tmp_path: Path) -> None:
    """A link out of the folder, a loop, a dead link and a pipe are listed, never followed or opened."""
    root = folder({"d/dose.dcm": tiny.dose()})
    (tmp_path / "secret").write_bytes(b"x")
    (root / "out").symlink_to(tmp_path / "secret")
    (root / "d" / "loop").symlink_to(root)
    (root / "dead").symlink_to(root / "nowhere")
    (root / "twin").symlink_to(root / "d" / "dose.dcm")
    os.mkfifo(root / "pipe")
    assert reasons(root) == {
        "d/dose.dcm": "used",
        "d/loop": "link_to_folder",
        "dead": "link_broken",
        "out": "link_outside",
        "pipe": "not_a_regular_file",
        "twin": "duplicate",
    }


def test_copies_of_an_object(tiny: Any, folder: Any) -> None:
    """The first by path is used; an equal copy is a duplicate, one of other content a conflicting duplicate."""
    root = folder({"1.dcm": tiny.dose(), "2.dcm": tiny.dose(), "3.dcm": tiny.dose(DoseGridScaling="0.02")})
    facts = read_folder(root, silent)
    assert isinstance(facts[0], DoseFacts)
    assert [fact.reason.code for fact in facts[1:]] == ["duplicate", "conflicting_duplicate"]
    assert facts[2].reason.severity == "warning"
    assert facts[2].reason.params["first"] == "1.dcm"


def test_no_preamble_is_no_obstacle(tiny: Any, read: Any) -> None:
    """A file without preamble and meta header is read, in implicit or explicit VR."""
    data = tiny.coded(tiny.ct(3.0))
    length = 12 + int.from_bytes(data[140:144], "little")
    fact = read(data[132 + length :])
    assert isinstance(fact, ImageSliceFacts)
    assert fact.voxels().tolist() == [[-1000, -998, -996], [-994, -992, -990]]


def test_malformed_attributes_are_warnings(tiny: Any, read: Any, capfd: Any) -> None:
    """A bad birth date, an unknown character set and a bad UID leave the dose usable, said in findings, not on stderr."""
    dataset = tiny.dose(SpecificCharacterSet="ISO 99", PatientName="Jane^Doe", StudyDate="20201399")
    data = tiny.coded(dataset).replace(b"19500102", b"19509902").replace(b"1.2.3.1\x00", b"1.02.3.1")
    fact = read(data)
    assert isinstance(fact, DoseFacts)
    assert fact.header.birth_date is None
    assert fact.header.patient_name == "Jane^Doe"
    assert {"attribute_malformed", "charset_unknown"} <= {finding.code for finding in fact.header.findings}
    assert capfd.readouterr() == ("", "")


def test_a_missing_uid_is_derived_from_the_content(tiny: Any, read: Any) -> None:
    """Two doses without SOP Instance UID and frame get different UIDs and frames, the same on every run."""
    bare = {"SOPInstanceUID": None, "FrameOfReferenceUID": None}
    one, two = read(tiny.dose(**bare)), read(tiny.dose(DoseGridScaling="0.02", **bare))
    assert one.header.sop_instance_uid.startswith("2.25.")
    assert one.header.sop_instance_uid == read(tiny.dose(**bare)).header.sop_instance_uid
    assert one.header.sop_instance_uid != two.header.sop_instance_uid
    assert one.grid.frame != two.grid.frame
    assert one.header.frame == ""


def test_placeholder_dates_give_way(tiny: Any, read: Any) -> None:
    """A content date of 1901 loses against a real study date, and is kept, noted, when nothing better is there."""
    fact = read(tiny.dose(ContentDate="19010101"))
    assert (fact.header.date.isoformat(), fact.header.date_source) == ("2020-03-04", "StudyDate")
    fact = read(tiny.dose(ContentDate="19010101", StudyDate="19000101"))
    assert fact.header.date.isoformat() == "1901-01-01"
    assert "date_implausible" in {finding.code for finding in fact.header.findings}


def test_shifted_dates_are_read_where_the_file_says_so(tiny: Any, read: Any) -> None:
    """Dates moved by 160 years are dates in a file marked MODIFIED, and stay none in any other."""
    moved = {"ContentDate": "17410101", "StudyDate": "18600304"}
    fact = read(tiny.dose(**moved, LongitudinalTemporalInformationModified="MODIFIED"))
    assert (fact.header.date.isoformat(), fact.header.date_source) == ("1860-03-04", "StudyDate")
    fact = read(tiny.dose(**moved))
    assert {"attribute_malformed", "date_implausible"} <= {one.code for one in fact.header.findings}


def test_own_results_are_recognised(tiny: Any, read: Any) -> None:
    """Manufacturer Graybook with its series description marks a result; the synthetic patient is an ordinary course."""
    own = read(tiny.dose(Manufacturer="Graybook", SeriesDescription="GRAYBOOK EQD2 ab=3 NOT FOR PLANNING"))
    assert (own.header.made_by_graybook, own.biological) == (True, "EQD2")
    synthetic = read(tiny.dose(Manufacturer="Graybook synthetic", SeriesDescription="GRAYBOOK phantom"))
    assert (synthetic.header.made_by_graybook, synthetic.biological) == (False, "")


def test_progress_and_stop(tiny: Any, folder: Any) -> None:
    """The share of files read is told up to 1, and a stop is honoured."""
    root = folder({"1": b"a", "2": b"b"})
    told: list[float] = []
    read_folder(root, Progress(tell=lambda _, done: told.append(done)))
    assert told == [0.0, 0.5, 1.0]
    with pytest.raises(Cancelled):
        read_folder(root, Progress(cancelled=lambda: True))


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """A wrong path is a call that was wrong."""
    with pytest.raises(UsageError, match="no such folder"):
        list(files_of(tmp_path / "nothing"))
