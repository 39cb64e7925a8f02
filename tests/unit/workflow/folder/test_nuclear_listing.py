"""Nuclear files are listed by what they are used as, or with the reason why nothing uses them."""

from __future__ import annotations

from pathlib import Path

import pydicom
import pytest

from graybook.cli.main import app
from graybook.progress import silent
from graybook.text import LANGUAGES, phrase
from graybook.workflow.folder.scan import scan
from phantoms.nuclear import write_therapy


def test_files_of_a_therapy_are_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """SPECT and PET of the nuclide given are activity images, the report is an administration, and the page of scan names them."""
    write_therapy(tmp_path)
    used = {one.path: one.used_as for one in scan(tmp_path, silent).files}
    assert {name.split("_")[0].split(".")[0]: use for name, use in used.items()} == {
        "NM": "activity",
        "PT": "activity",
        "SR": "administration",
        "SEG": "segmentation",
    }
    with pytest.raises(SystemExit) as ended:
        app(["scan", str(tmp_path)])
    assert ended.value.code == 0
    assert "12 activity images" in capsys.readouterr().out
    for language in LANGUAGES:
        assert all(
            phrase(f"{kind}_{use}", language) for kind in ("scan_use", "report_used") for use in used.values()
        )


def test_images_with_a_question_are_listed_with_it(tmp_path: Path) -> None:
    """A SPECT whose slope is gone is not used, and its reason is the question."""
    write_therapy(tmp_path)
    file = tmp_path / "NM_024h.dcm"
    ds = pydicom.dcmread(file)
    del ds.RealWorldValueMappingSequence[0].RealWorldValueSlope
    ds.save_as(file)
    (entry,) = [one for one in scan(tmp_path, silent).files if one.path == file.name]
    assert entry.reason is not None
    assert entry.reason.code == "activity_mapping_unusable"


def test_files_of_no_therapy_are_listed(tmp_path: Path) -> None:
    """A diagnostic report, and a segmentation in a frame without activity images, are listed with the reason."""
    write_therapy(tmp_path)
    for file in [*tmp_path.glob("NM*"), *tmp_path.glob("PT*")]:
        file.unlink()
    reasons = {one.path: one.reason for one in scan(tmp_path, silent).files}
    assert reasons["SEG.dcm"] is not None
    assert reasons["SEG.dcm"].code == "segmentation_of_no_image"
    file = tmp_path / "SR.dcm"
    ds = pydicom.dcmread(file)
    agent = ds.ContentSequence[1].ContentSequence[0]
    code = agent.ContentSequence[0].ConceptCodeSequence[0]
    code.CodeValue, code.CodeMeaning = "77004003", "^18^Fluorine"
    ds.save_as(file)
    reason = next(one.reason for one in scan(tmp_path, silent).files if one.path == "SR.dcm")
    assert reason is not None
    assert reason.code == "dose_report_of_no_course"
