"""Speed of a scan: thousands of image slices come in; time against a bare header read, and memory, are bounded."""

from __future__ import annotations

import time
import tracemalloc
from datetime import date
from pathlib import Path

import numpy as np
import pydicom
import pytest

from graybook.dicom.write_ct import ct_slice_dataset
from graybook.dicom.write_header import SeriesHeader, save
from graybook.geometry.grid import Grid
from graybook.workflow.folder.scan import scan
from phantoms import PERSON

MOST_RATIO = 2.0
USUAL = {
    "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
    "StationName": "CT99",
    "InstitutionName": "Clinic",
    "ManufacturerModelName": "Scanner",
    "SoftwareVersions": "1.0",
    "ProtocolName": "Thorax",
    "KVP": "120",
    "SliceThickness": "3",
    "DataCollectionDiameter": "500",
    "ReconstructionDiameter": "500",
    "ExposureTime": "800",
    "XRayTubeCurrent": "200",
    "Exposure": "160",
    "FilterType": "BODY",
    "ConvolutionKernel": "B30f",
    "StudyID": "1",
    "AcquisitionNumber": "1",
    "SliceLocation": "0",
    "WindowCenter": "40",
    "WindowWidth": "400",
    "AccessionNumber": "A1",
    "ReferringPhysicianName": "Dr^A",
    "BodyPartExamined": "CHEST",
    "TableHeight": "150",
    "RotationDirection": "CW",
    "GantryDetectorTilt": "0",
    "AcquisitionTime": "101112",
    "ContentTime": "101113",
}
"""What a CT slice of a clinic says besides what Graybook reads."""


def slices(folder: Path, count: int, width: int) -> Path:
    """One CT series of ``count`` slices of width x width."""
    grid = Grid(
        frame="1.2.3.9",
        shape=(count, width, width),
        origin_mm=np.zeros(3),
        spacing_mm=np.array([1.0, 1.0, 1.0]),
        axes=np.eye(3),
    )
    header = SeriesHeader(
        person=PERSON, study_uid="1.2.3.1", series_uid="1.2.3.2", day=date(2025, 5, 5), frame="1.2.3.9",
        series_description="ct", study_description="speed",
    )  # fmt: skip
    hu = np.zeros((width, width))
    for index in range(count):
        dataset = ct_slice_dataset(header, grid=grid, hu=hu, index=index)
        for keyword, value in USUAL.items():
            setattr(dataset, keyword, value)
        save(dataset, folder / f"{index // 500:03d}" / f"CT_{index:05d}.dcm")
    return folder


def _bare_s(folder: Path) -> float:
    begin = time.perf_counter()
    for file in sorted(folder.rglob("*.dcm")):
        pydicom.dcmread(file, stop_before_pixels=True)
    return time.perf_counter() - begin


@pytest.mark.slow
def test_five_thousand_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Scan of 5,000 slices takes at most twice a bare pydicom header read of them in the same run, and tells its progress."""
    folder = slices(tmp_path / "in", 5000, 128)
    _bare_s(folder)  # both find the files in memory
    told: list[float] = []
    ratios = []
    for _ in range(3):
        bare = _bare_s(folder)
        begin = time.perf_counter()
        found = scan(folder, lambda step, share: told.append(share))
        ratios.append((time.perf_counter() - begin) / bare)
        assert len(found.files) == 5000
    with capsys.disabled():
        print(f"\nscan of 5,000 files / bare header read: {', '.join(f'{one:.2f}' for one in ratios)}")
    assert min(ratios) <= MOST_RATIO
    assert len(told) >= 5000


def test_memory_does_not_follow_the_pixels(tmp_path: Path) -> None:
    """Slices of 512 x 512 need no more memory to list than slices of 32 x 32 but one read buffer."""
    peaks = []
    for width in (32, 512):
        folder = slices(tmp_path / str(width), 60, width)
        tracemalloc.start()
        scan(folder, lambda step, share: None)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < 1 << 20  # 60 slices hold 31 MB more pixels
