"""Files of the NEMA-like phantom: cases and images come in, DICOM written with pydicom alone goes out.

SPECT as NM with a Real World Value Mapping in Bq/ml, as PET in BQML, or as counts; CT, RTSTRUCT or SEG, and the dose report of
the administration. Nothing of graybook is used here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset, dcmwrite
from pydicom.dataset import FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from phantoms.nema_spect import BODY, Array, Ball, Case, paris

__all__ = ["Written", "uid", "write_case"]

NM, PT, CT = "1.2.840.10008.5.1.4.1.1.20", "1.2.840.10008.5.1.4.1.1.128", "1.2.840.10008.5.1.4.1.1.2"
RTSTRUCT, SEG = "1.2.840.10008.5.1.4.1.1.481.3", "1.2.840.10008.5.1.4.1.1.66.4"
RRDSR = "1.2.840.10008.5.1.4.1.1.88.68"
AXIAL = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]
CT_MM = (5.0, 5.0, 2.0)
SEG_MM = 1.5
ANGLES = 60
VIEWS = 60
"""Projections of a SPECT acquisition."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """How a case becomes files.

    Parameters
    ----------
    image
        "NM" (Bq/ml by its Real World Value Mapping), "PET" (BQML) or "counts" (NM without a scale).
    decay_correction
        Of PET: START, ADMIN or NONE.
    regions
        "RTSTRUCT" or "SEG".
    offsets
        Whether files state their offset from UTC.
    report
        Whether there is a dose report of the administration.
    ct
        Whether there is a CT.
    own_regions
        Whether every time point has a frame and regions of its own.
    """

    image: str = "NM"
    decay_correction: str = "START"
    regions: str = "RTSTRUCT"
    offsets: bool = True
    report: bool = True
    ct: bool = True
    own_regions: bool = False
    name: str = field(default="nema")


def uid(*parts: object) -> str:
    """A UID that depends on its parts alone."""
    return str(generate_uid(entropy_srcs=["nema phantom", *(str(part) for part in parts)]))


def write_case(folder: Path, case: Case, how: Written | None = None) -> Path:
    """Write a case into ``folder``, made when absent; gives it back."""
    how = how or Written()
    folder.mkdir(parents=True, exist_ok=True)
    for number, image in enumerate(case.images()):
        place = folder / f"scan_{number + 1}"
        place.mkdir(exist_ok=True)
        if how.image == "PET":
            _write_pet(place, case, how, number, image)
        else:
            _save(_nm(case, how, number, image), place / "SPECT.dcm")
        if number == 0 or how.own_regions:
            if how.ct:
                _write_ct(place, case, how, number)
            made = _rtstruct(case, how, number) if how.regions == "RTSTRUCT" else _seg(case, how, number)
            _save(made, place / f"{how.regions}.dcm")
    if how.report:
        _save(_report(case, how), folder / "administration.dcm")
    return folder


def _frame(how: Written, number: int) -> str:
    return uid(how.name, "frame", number if how.own_regions else 0)


def _save(dataset: Dataset, path: Path) -> None:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta = meta
    dcmwrite(path, dataset, enforce_file_format=True)


def _item(**values: object) -> Dataset:
    item = Dataset()
    for name, value in values.items():
        setattr(item, name, value)
    return item


def _code(value: str, scheme: str, meaning: str) -> Dataset:
    return _item(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning)


def _da(moment: datetime) -> str:
    return moment.strftime("%Y%m%d")


def _tm(moment: datetime) -> str:
    return moment.strftime("%H%M%S")


def _base(case: Case, how: Written, sop_class: str, modality: str, kind: str, number: int) -> Dataset:
    moment = case.moment(number)
    series = uid(how.name, case.started, kind, number)
    dataset = _item(
        SpecificCharacterSet="ISO_IR 192", SOPClassUID=sop_class, SOPInstanceUID=uid(series, "instance"),
        StudyDate=_da(moment), SeriesDate=_da(moment), StudyTime=_tm(moment), SeriesTime=_tm(moment),
        ContentDate=_da(moment), ContentTime=_tm(moment), AccessionNumber="", Modality=modality,
        Manufacturer="Phantom works", ManufacturerModelName="Balls in water", StationName="CAM1",
        DeviceSerialNumber="7", SoftwareVersions="1", ReferringPhysicianName="", StudyDescription="NEMA-like phantom",
        SeriesDescription=f"{kind} {number + 1}", PatientName="Phantom^Balls", PatientID="NEMA-1",
        IssuerOfPatientID="TEST", PatientBirthDate="19700101", PatientSex="O",
        StudyInstanceUID=uid(how.name, case.started, "study", number), SeriesInstanceUID=series,
        StudyID=str(number + 1), SeriesNumber=1, InstanceNumber=1,
    )  # fmt: skip
    if how.offsets:
        dataset.TimezoneOffsetFromUTC = moment.strftime("%z")
    if kind not in ("report", "SEG", "RTSTRUCT"):
        dataset.AcquisitionDate, dataset.AcquisitionTime = _da(moment), _tm(moment)
    if kind not in ("report", "RTSTRUCT"):
        dataset.FrameOfReferenceUID = _frame(how, number)
        dataset.PositionReferenceIndicator = ""
    return dataset


def _pixels(
    dataset: Dataset, values: NDArray[np.uint16] | NDArray[np.int16], spacing: tuple[float, ...]
) -> None:
    dataset.Rows, dataset.Columns = values.shape[-2:]
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 16, 15
    dataset.PixelRepresentation = int(values.dtype == np.int16)
    dataset.PixelSpacing = [spacing[1], spacing[0]]
    dataset.SliceThickness = spacing[2]
    dataset.PixelData = values.astype("<i2" if values.dtype == np.int16 else "<u2").tobytes()


def _agent(case: Case, *, per_mbq: float, offsets: bool) -> Dataset:
    """The item that says what was given; when, on the clock of the administration, with its offset."""
    given = paris(case.started)
    nuclide = case.nuclide
    return _item(
        Radiopharmaceutical="Phantom filling",
        RadiopharmaceuticalStartTime=_tm(given),
        RadiopharmaceuticalStartDateTime=given.strftime("%Y%m%d%H%M%S%z" if offsets else "%Y%m%d%H%M%S"),
        RadionuclideTotalDose=round(case.administered_mbq * per_mbq, 3),
        RadionuclideCodeSequence=Sequence([_code(nuclide.code, "SCT", nuclide.symbol)]),
        RadionuclideHalfLife=round(nuclide.half_life_h * 3600.0, 1),
    )


def _nm(case: Case, how: Written, number: int, image: Array) -> Dataset:
    """All slices in one file; values in Bq/ml by the mapping, or counts of the whole acquisition."""
    camera = case.camera
    image = image * _held(case, how, number)
    dataset = _base(case, how, NM, "NM", "SPECT", number)
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "RECON TOMO", "EMISSION"]
    n = camera.shape[0]
    dataset.NumberOfFrames, dataset.FrameIncrementPointer = n, 0x00540080
    dataset.SliceVector, dataset.NumberOfSlices = list(range(1, n + 1)), n
    dataset.SpacingBetweenSlices = camera.voxel_mm[2]
    dataset.CorrectedImage = ["ATTN", "SCAT"]
    dataset.CountsAccumulated = 0
    dataset.ActualFrameDuration = int(1000 * camera.duration_s / VIEWS)
    dataset.AcquisitionTerminationCondition = "TIME"
    dataset.NumberOfDetectors = dataset.NumberOfEnergyWindows = dataset.NumberOfRotations = 1
    window = _item(EnergyWindowLowerLimit=187.2, EnergyWindowUpperLimit=228.8)
    dataset.EnergyWindowInformationSequence = Sequence(
        [_item(EnergyWindowName="208", EnergyWindowRangeSequence=Sequence([window]))]
    )
    dataset.RadiopharmaceuticalInformationSequence = Sequence(
        [_agent(case, per_mbq=1.0, offsets=how.offsets)]
    )
    dataset.DetectorInformationSequence = Sequence(
        [_item(CollimatorGridName="MEGP", CollimatorType="PARA",
               ImagePositionPatient=list(camera.origin_mm), ImageOrientationPatient=AXIAL)]
    )  # fmt: skip
    dataset.RotationInformationSequence = Sequence(
        [_item(StartAngle=0.0, AngularStep=360.0 / VIEWS, RotationDirection="CW", ScanArc=360.0,
               ActualFrameDuration=int(1000 * camera.duration_s / VIEWS), NumberOfFramesInRotation=VIEWS,
               DetectorVector=[1], ImagePositionPatient=list(camera.origin_mm))]
    )  # fmt: skip
    if how.image == "counts":
        per_voxel = camera.voxel_ml * camera.cps_per_mbq * camera.duration_s
        _pixels(dataset, np.rint(image * per_voxel).astype(np.uint16), camera.voxel_mm)
        return dataset
    slope = float(f"{1e6 * max(float(image.max()), 1e-6) / 60000.0:.6g}")
    _pixels(dataset, np.rint(1e6 * image / slope).astype(np.uint16), camera.voxel_mm)
    mapping = _item(
        LUTExplanation="Activity concentration", LUTLabel="BQML", RealWorldValueIntercept=0.0, RealWorldValueSlope=slope,
        MeasurementUnitsCodeSequence=Sequence([_code("Bq/ml", "UCUM", "Becquerels/milliliter")]),
    )  # fmt: skip
    mapping.add_new(0x00409216, "US", 0)
    mapping.add_new(0x00409211, "US", 65535)
    dataset.RealWorldValueMappingSequence = Sequence([mapping])
    return dataset


def _held(case: Case, how: Written, number: int) -> float:
    """What files hold over the activity at the start: PET as its decay correction says, NM the mean of the acquisition."""
    rate = case.nuclide.rate_per_h
    if how.image == "PET" and how.decay_correction == "ADMIN":
        return math.exp(rate * case.hours[number])
    if how.image != "PET" or how.decay_correction == "NONE":
        during = rate * case.camera.duration_s / 3600.0
        return -math.expm1(-during) / during
    return 1.0


def _write_pet(place: Path, case: Case, how: Written, number: int, image: Array) -> None:
    """A file for each slice, BQML, each with a slope of its own."""
    camera = case.camera
    held = 1e6 * image * _held(case, how, number)
    for k, plane in enumerate(held):
        dataset = _base(case, how, PT, "PT", "SPECT", number)
        dataset.SOPInstanceUID, dataset.InstanceNumber = uid(dataset.SeriesInstanceUID, k), k + 1
        dataset.ImageType, dataset.SeriesType = ["ORIGINAL", "PRIMARY"], ["STATIC", "IMAGE"]
        dataset.Units, dataset.CountsSource, dataset.DecayCorrection = (
            "BQML",
            "EMISSION",
            how.decay_correction,
        )
        dataset.CorrectedImage = ["ATTN", "SCAT"] + ([] if how.decay_correction == "NONE" else ["DECY"])
        dataset.NumberOfSlices, dataset.ImageIndex = len(held), k + 1
        dataset.CollimatorType, dataset.FrameReferenceTime = "NONE", 0.0
        dataset.ActualFrameDuration = int(1000 * camera.duration_s)
        dataset.ImagePositionPatient = [
            *camera.origin_mm[:2],
            round(camera.origin_mm[2] + k * camera.voxel_mm[2], 4),
        ]
        dataset.ImageOrientationPatient = AXIAL
        dataset.RadiopharmaceuticalInformationSequence = Sequence(
            [_agent(case, per_mbq=1e6, offsets=how.offsets)]
        )
        slope = float(f"{max(float(plane.max()), 1.0) / 32000.0:.6g}")
        dataset.RescaleSlope, dataset.RescaleIntercept = slope, 0.0
        _pixels(dataset, np.rint(plane / slope).astype(np.int16), camera.voxel_mm)
        _save(dataset, place / f"PT_{k + 1:03d}.dcm")


def _planes(case: Case) -> list[float]:
    """Heights of the CT's slices: those of the body, and some air. [mm]"""
    return [float(z) for z in np.arange(-BODY.half_length_mm - 7.0, BODY.half_length_mm + 8.0, CT_MM[2])]


def _ct_uid(case: Case, how: Written, number: int, k: int) -> str:
    return uid(how.name, case.started, "CT", number, k)


def _write_ct(place: Path, case: Case, how: Written, number: int) -> None:
    x = np.arange(-165.0, 166.0, CT_MM[0])
    y = np.arange(-130.0, 131.0, CT_MM[1])
    inside = (x[None, :] / BODY.semi_x_mm) ** 2 + (y[:, None] / BODY.semi_y_mm) ** 2 < 1.0
    for k, z in enumerate(_planes(case)):
        dataset = _base(case, how, CT, "CT", "CT", number)
        dataset.SOPInstanceUID, dataset.InstanceNumber = _ct_uid(case, how, number, k), k + 1
        dataset.ImageType, dataset.KVP, dataset.AcquisitionNumber = ["ORIGINAL", "PRIMARY", "AXIAL"], 120, 1
        dataset.ImagePositionPatient, dataset.ImageOrientationPatient = [float(x[0]), float(y[0]), z], AXIAL
        dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = 0, 1, "HU"
        water = inside & (abs(z) <= BODY.half_length_mm)
        _pixels(dataset, np.where(water, 0, -1000).astype(np.int16), CT_MM)
        _save(dataset, place / f"CT_{k + 1:03d}.dcm")


def _circles(ball: Ball, radius_mm: float, planes: list[float]) -> list[tuple[float, Array]]:
    """Polygons of the ball's sections, each of the area of its circle. [mm]"""
    angles = 2.0 * np.pi * np.arange(ANGLES) / ANGLES
    wider = math.sqrt(2.0 * math.pi / (ANGLES * math.sin(2.0 * math.pi / ANGLES)))
    found = []
    for z in planes:
        square = radius_mm**2 - (z - ball.centre_mm[2]) ** 2
        if square > 0.0:
            r = wider * math.sqrt(square)
            x, y = ball.centre_mm[0] + r * np.cos(angles), ball.centre_mm[1] + r * np.sin(angles)
            found.append((z, np.column_stack([x, y, np.full(ANGLES, z)])))
    return found


def _rtstruct(case: Case, how: Written, number: int) -> Dataset:
    dataset = _base(case, how, RTSTRUCT, "RTSTRUCT", "RTSTRUCT", number)
    moment, frame = case.moment(number), _frame(how, number)
    dataset.StructureSetLabel, dataset.StructureSetDate, dataset.StructureSetTime = (
        "Balls",
        _da(moment),
        _tm(moment),
    )
    planes = _planes(case)
    angles = 2.0 * np.pi * np.arange(ANGLES) / ANGLES
    ellipse = np.column_stack([BODY.semi_x_mm * np.cos(angles), BODY.semi_y_mm * np.sin(angles)])
    body = [
        (z, np.column_stack([ellipse, np.full(ANGLES, z)])) for z in planes if abs(z) < BODY.half_length_mm
    ]
    drawn = [("External", "EXTERNAL", body)] + [
        (one.name, "ORGAN", _circles(one, 0.5 * one.diameter_mm * case.drawn.get(one.name, 1.0), planes))
        for one in case.balls
    ]
    series = uid(how.name, case.started, "CT", number)
    uids = {z: _ct_uid(case, how, number, k) for k, z in enumerate(planes)}
    referenced = _item(FrameOfReferenceUID=frame)
    if how.ct:
        images = [_item(ReferencedSOPClassUID=CT, ReferencedSOPInstanceUID=one) for one in uids.values()]
        of_series = _item(SeriesInstanceUID=series, ContourImageSequence=Sequence(images))
        study = _item(ReferencedSOPClassUID="1.2.840.10008.3.1.2.3.1", ReferencedSOPInstanceUID=dataset.StudyInstanceUID,
                      RTReferencedSeriesSequence=Sequence([of_series]))  # fmt: skip
        referenced.RTReferencedStudySequence = Sequence([study])
    dataset.ReferencedFrameOfReferenceSequence = Sequence([referenced])
    rois, contours, observations = [], [], []
    for roi, (name, kind, polygons) in enumerate(drawn, start=1):
        rois.append(
            _item(
                ROINumber=roi,
                ReferencedFrameOfReferenceUID=frame,
                ROIName=name,
                ROIGenerationAlgorithm="MANUAL",
            )
        )
        items = []
        for z, points in polygons:
            contour = _item(ContourGeometricType="CLOSED_PLANAR", NumberOfContourPoints=len(points),
                            ContourData=[f"{value:.4f}" for value in points.ravel()])  # fmt: skip
            if how.ct:
                image = _item(ReferencedSOPClassUID=CT, ReferencedSOPInstanceUID=uids[z])
                contour.ContourImageSequence = Sequence([image])
            items.append(contour)
        contours.append(_item(ReferencedROINumber=roi, ContourSequence=Sequence(items)))
        observations.append(
            _item(
                ObservationNumber=roi, ReferencedROINumber=roi, RTROIInterpretedType=kind, ROIInterpreter=""
            )
        )
    dataset.StructureSetROISequence, dataset.ROIContourSequence = Sequence(rois), Sequence(contours)
    dataset.RTROIObservationsSequence = Sequence(observations)
    dataset.ApprovalStatus = "UNAPPROVED"
    return dataset


def _seg(case: Case, how: Written, number: int) -> Dataset:
    """Binary segments of the balls on a grid of their own; only planes that hold something."""
    dataset = _base(case, how, SEG, "SEG", "SEG", number)
    x, y = np.arange(-120.0, 121.0, SEG_MM), np.arange(-90.0, 91.0, SEG_MM)
    planes = [float(z) for z in np.arange(-90.0, 71.0, SEG_MM)]
    segments, masks, frames = [], [], []
    for segment, ball in enumerate(case.balls, start=1):
        segments.append(_item(
            SegmentNumber=segment, SegmentLabel=ball.name, SegmentAlgorithmType="MANUAL",
            SegmentedPropertyCategoryCodeSequence=Sequence([_code("123037004", "SCT", "Anatomical Structure")]),
            SegmentedPropertyTypeCodeSequence=Sequence([_code("123037004", "SCT", "Anatomical Structure")]),
        ))  # fmt: skip
        cx, cy, cz = ball.centre_mm
        radius = 0.5 * ball.diameter_mm * case.drawn.get(ball.name, 1.0)
        for k, z in enumerate(planes):
            mask = (x[None, :] - cx) ** 2 + (y[:, None] - cy) ** 2 + (z - cz) ** 2 < radius**2
            if mask.any():
                masks.append(mask)
                frames.append(_item(
                    FrameContentSequence=Sequence([_item(DimensionIndexValues=[segment, k + 1])]),
                    PlanePositionSequence=Sequence([_item(ImagePositionPatient=[float(x[0]), float(y[0]), z])]),
                    SegmentIdentificationSequence=Sequence([_item(ReferencedSegmentNumber=segment)]),
                ))  # fmt: skip
    dataset.ImageType, dataset.ContentLabel, dataset.ContentDescription = ["DERIVED", "PRIMARY"], "BALLS", ""
    dataset.ContentCreatorName, dataset.SegmentationType, dataset.LossyImageCompression = "", "BINARY", "00"
    dataset.NumberOfFrames = len(masks)
    dataset.Rows, dataset.Columns = len(y), len(x)
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 1, 1, 0, 0
    packed = np.packbits(np.array(masks).ravel(), bitorder="little").tobytes()
    dataset.PixelData = packed + b"\0" * (len(packed) % 2)
    dataset.SegmentSequence = Sequence(segments)
    organization = uid(dataset.SeriesInstanceUID, "dimensions")
    dataset.DimensionOrganizationSequence = Sequence([_item(DimensionOrganizationUID=organization)])
    dataset.DimensionIndexSequence = Sequence([
        _item(DimensionIndexPointer=0x0062000B, FunctionalGroupPointer=0x0062000A, DimensionOrganizationUID=organization),
        _item(DimensionIndexPointer=0x00200032, FunctionalGroupPointer=0x00209113, DimensionOrganizationUID=organization),
    ])  # fmt: skip
    measures = _item(PixelSpacing=[SEG_MM, SEG_MM], SliceThickness=SEG_MM, SpacingBetweenSlices=SEG_MM)
    dataset.SharedFunctionalGroupsSequence = Sequence([_item(
        PixelMeasuresSequence=Sequence([measures]),
        PlaneOrientationSequence=Sequence([_item(ImageOrientationPatient=AXIAL)]),
    )])  # fmt: skip
    dataset.PerFrameFunctionalGroupsSequence = Sequence(frames)
    return dataset


def _content(
    kind: str, concept: tuple[str, str, str], relation: str = "CONTAINS", **values: object
) -> Dataset:
    return _item(
        RelationshipType=relation,
        ValueType=kind,
        ConceptNameCodeSequence=Sequence([_code(*concept)]),
        **values,
    )


def _number(concept: tuple[str, str, str], value: float, unit: str, relation: str = "CONTAINS") -> Dataset:
    measured = _item(
        NumericValue=f"{value:.10g}", MeasurementUnitsCodeSequence=Sequence([_code(unit, "UCUM", unit)])
    )
    return _content("NUM", concept, relation, MeasuredValueSequence=Sequence([measured]))


def _report(case: Case, how: Written) -> Dataset:
    """Radiopharmaceutical Radiation Dose SR, templates 10021 and 10022: one administration."""
    given, nuclide = paris(case.started), case.nuclide
    dataset = _base(case, how, RRDSR, "SR", "report", 0)
    for name in ("Study", "Series", "Content"):
        setattr(dataset, f"{name}Date", _da(given))
        setattr(dataset, f"{name}Time", _tm(given))
    if how.offsets:
        dataset.TimezoneOffsetFromUTC = given.strftime("%z")
    dataset.CompletionFlag, dataset.VerificationFlag = "COMPLETE", "UNVERIFIED"
    dataset.ReferencedPerformedProcedureStepSequence = dataset.PerformedProcedureCodeSequence = Sequence([])
    agent = _content(
        "CODE", ("349358000", "SCT", "Radiopharmaceutical agent"),
        ConceptCodeSequence=Sequence([_code("99001", "99PHANTOM", "Phantom filling")]),
        ContentSequence=Sequence([
            _content("CODE", ("89457008", "SCT", "Radionuclide"), "HAS PROPERTIES",
                     ConceptCodeSequence=Sequence([_code(nuclide.code, "SCT", nuclide.symbol)])),
            _number(("304283002", "SCT", "Radionuclide Half Life"), nuclide.half_life_h * 3600.0, "s", "HAS PROPERTIES"),
        ]),
    )  # fmt: skip
    clock = "%Y%m%d%H%M%S%z" if how.offsets else "%Y%m%d%H%M%S"
    event = _content(
        "CONTAINER", ("113502", "DCM", "Radiopharmaceutical Administration"), ContinuityOfContent="SEPARATE",
        ContentSequence=Sequence([
            agent,
            _content("UIDREF", ("113503", "DCM", "Radiopharmaceutical Administration Event UID"),
                     UID=uid(how.name, case.started, "event")),
            _content("DATETIME", ("123003", "DCM", "Radiopharmaceutical Start DateTime"), DateTime=given.strftime(clock)),
            _content("DATETIME", ("123004", "DCM", "Radiopharmaceutical Stop DateTime"),
                     DateTime=paris(case.started + timedelta(minutes=20)).strftime(clock)),
            _number(("113507", "DCM", "Administered activity"), case.administered_mbq, "MBq"),
        ]),
    )  # fmt: skip
    procedure = _content(
        "CODE", ("363589002", "SCT", "Associated Procedure"), "HAS CONCEPT MOD",
        ConceptCodeSequence=Sequence([_code("277132007", "SCT", "Therapeutic procedure")]),
        ContentSequence=Sequence([_content("CODE", ("363703001", "SCT", "Has Intent"), "HAS CONCEPT MOD",
                                  ConceptCodeSequence=Sequence([_code("262202000", "SCT", "Therapeutic Intent")]))]),
    )  # fmt: skip
    dataset.ValueType, dataset.ContinuityOfContent = "CONTAINER", "SEPARATE"
    dataset.ConceptNameCodeSequence = Sequence(
        [_code("113500", "DCM", "Radiopharmaceutical Radiation Dose Report")]
    )
    dataset.ContentTemplateSequence = Sequence([_item(MappingResource="DCMR", TemplateIdentifier="10021")])
    dataset.ContentSequence = Sequence([procedure, event])
    return dataset
