"""A phantom as a DICOM instance of a CR or DX machine that does not exist."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    UID,
    ComputedRadiographyImageStorage,
    DigitalXRayImageStorageForPresentation,
    DigitalXRayImageStorageForProcessing,
    ExplicitVRLittleEndian,
)

from domain.uid import derive_uid
from inference.phantom.anatomic_codes import code_region, code_view, is_paired, name_view_position
from inference.phantom.identity import PhantomIdentity
from inference.phantom.spec import Phantom

FOR_PRESENTATION, FOR_PROCESSING = "FOR PRESENTATION", "FOR PROCESSING"
SOP_CLASSES = {
    ("CR", FOR_PRESENTATION): ComputedRadiographyImageStorage,
    ("DX", FOR_PRESENTATION): DigitalXRayImageStorageForPresentation,
    ("DX", FOR_PROCESSING): DigitalXRayImageStorageForProcessing,
}
WINDOW_PERCENTILES = (4.0, 99.8)
"""Grey levels between which the window shows the picture: from background to the densest bone."""


def make_dataset(
    phantom: Phantom,
    *,
    identity: PhantomIdentity,
    modality: str = "CR",
    presentation_intent: str = FOR_PRESENTATION,
    series_number: int = 1,
    instance_number: int = 1,
) -> Dataset:
    """Return a complete instance with file meta information, in Explicit VR Little Endian.

    The same arguments give the same UIDs. The header's side is the letter's: Laterality (0020,0060) in CR,
    ImageLaterality (0020,0062) in DX; unpaired body parts have none (U in DX). IODs: PS3.3 A.2 (CR), A.26 (DX).

    Raises ValueError for a combination of modality and intent that has no storage class, and for a DX image of a
    paired body part without laterality, because there the attribute is mandatory.
    """
    sop_class_uid = SOP_CLASSES.get((modality, presentation_intent))
    if sop_class_uid is None:
        raise ValueError(f"no storage SOP class for modality {modality}, {presentation_intent.lower()}")
    ds = Dataset()
    ds.SOPClassUID = sop_class_uid
    ds.SOPInstanceUID = _derive_instance_uid(phantom, identity, sop_class_uid, series_number, instance_number)
    _set_patient_and_study(ds, identity)
    _set_series(ds, identity, modality, series_number)
    _set_equipment(ds)
    _set_image(ds, phantom, identity, instance_number)
    (_set_dx if modality == "DX" else _set_cr)(ds, phantom, presentation_intent)
    _set_pixels(ds, phantom)
    ds.file_meta = _make_file_meta(ds)
    return ds


def make_study(phantoms: Sequence[Phantom], *, identity: PhantomIdentity, modality: str = "CR") -> tuple[Dataset, ...]:
    """Return the instances of one study: a series for each body part and side, numbered as they come."""
    series: list[tuple[str, str | None]] = []
    instances: list[Dataset] = []
    for phantom in phantoms:
        key = (phantom.body_part, phantom.spec.laterality)
        if key not in series:
            series.append(key)
        number = 1 + sum((other.body_part, other.spec.laterality) == key for other in phantoms[: len(instances)])
        instances.append(
            make_dataset(
                phantom,
                identity=identity,
                modality=modality,
                series_number=series.index(key) + 1,
                instance_number=number,
            )
        )
    return tuple(instances)


def write_part10(path: Path, ds: Dataset) -> None:
    """Write a DICOM file with preamble and file meta information (PS3.10)."""
    ds.save_as(path, enforce_file_format=True)


def _derive_instance_uid(
    phantom: Phantom, identity: PhantomIdentity, sop_class_uid: str, series_number: int, instance_number: int
) -> str:
    numbers = (str(series_number), str(instance_number))
    return derive_uid("phantom instance", identity.digest(), repr(phantom.spec), sop_class_uid, *numbers)


def _set_patient_and_study(ds: Dataset, identity: PhantomIdentity) -> None:
    if identity.character_set:
        ds.SpecificCharacterSet = list(identity.character_set)
    ds.PatientName = identity.patient_name
    ds.PatientID = identity.patient_id
    ds.IssuerOfPatientID = identity.issuer_of_patient_id
    ds.PatientBirthDate = identity.birth_date
    ds.PatientSex = identity.sex
    ds.StudyInstanceUID = derive_uid("phantom study", identity.digest())
    ds.StudyDate, ds.StudyTime = identity.study_date, identity.study_time
    ds.ReferringPhysicianName = identity.referring_physician_name
    ds.StudyID = identity.study_id
    ds.AccessionNumber = identity.accession_number
    if identity.study_description:
        ds.StudyDescription = identity.study_description
    ds.InstitutionName = identity.institution_name


def _set_series(ds: Dataset, identity: PhantomIdentity, modality: str, series_number: int) -> None:
    ds.Modality = modality
    ds.SeriesInstanceUID = derive_uid("phantom series", identity.digest(), ds.SOPClassUID, str(series_number))
    ds.SeriesNumber = series_number
    ds.SeriesDate, ds.SeriesTime = identity.study_date, identity.study_time


def _set_equipment(ds: Dataset) -> None:
    ds.Manufacturer = "Osteonode"
    ds.ManufacturerModelName = "Phantom generator"
    ds.DeviceSerialNumber = "0"
    ds.SoftwareVersions = "1"


def _set_image(ds: Dataset, phantom: Phantom, identity: PhantomIdentity, instance_number: int) -> None:
    ds.InstanceNumber = instance_number
    ds.AcquisitionNumber = instance_number
    ds.AcquisitionDate = ds.ContentDate = identity.study_date
    ds.AcquisitionTime = ds.ContentTime = identity.study_time
    ds.BodyPartExamined = phantom.body_part
    ds.ViewPosition = name_view_position(phantom.spec.view, phantom.spec.laterality)
    ds.PatientOrientation = list(phantom.patient_orientation)
    spacing = f"{phantom.spacing_mm:.6f}"
    ds.ImagerPixelSpacing = [spacing, spacing]
    ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = "0", "1", "US"
    inverse = phantom.spec.photometric_interpretation == "MONOCHROME1"
    ds.PresentationLUTShape = "INVERSE" if inverse else "IDENTITY"
    ds.BurnedInAnnotation = "NO"  # a lead letter names a side and nobody
    ds.LossyImageCompression = "00"


def _set_cr(ds: Dataset, phantom: Phantom, _: str) -> None:
    ds.ImageType = ["ORIGINAL", "PRIMARY"]
    _set_window(ds, phantom)
    if is_paired(phantom.body_part) and phantom.spec.laterality:
        ds.Laterality = phantom.spec.laterality


def _set_dx(ds: Dataset, phantom: Phantom, presentation_intent: str) -> None:
    paired = is_paired(phantom.body_part)
    if paired and not phantom.spec.laterality:
        raise ValueError("a DX image of a paired body part has a laterality")
    ds.ImageType = ["ORIGINAL", "PRIMARY", ""]
    ds.PresentationIntentType = presentation_intent
    ds.ImageLaterality = phantom.spec.laterality if paired else "U"
    ds.AnatomicRegionSequence = [code_region(phantom.body_part)]
    ds.ViewCodeSequence = [code_view(phantom.spec.view)]
    ds.PixelIntensityRelationship = "LOG"
    # Dense bone lets less through: bright in MONOCHROME2 (-1), dark numbers in MONOCHROME1 (1). PS3.3 C.8.11.3.1.2
    ds.PixelIntensityRelationshipSign = 1 if phantom.spec.photometric_interpretation == "MONOCHROME1" else -1
    ds.PositionerType = "NONE"
    ds.DetectorType = "SCINTILLATOR"
    ds.AcquisitionContextSequence = []
    if presentation_intent == FOR_PRESENTATION:
        _set_window(ds, phantom)


def _set_window(ds: Dataset, phantom: Phantom) -> None:
    """Set the window from stored values; mirrored for MONOCHROME1, so that both show the same picture."""
    top = (1 << phantom.spec.bits_stored) - 1
    inverse = phantom.spec.photometric_interpretation == "MONOCHROME1"
    shown = top - phantom.pixels[::4, ::4].astype(np.int64) if inverse else phantom.pixels[::4, ::4]
    low, high = (float(level) for level in np.percentile(shown, WINDOW_PERCENTILES))
    low, high = (top - high, top - low) if inverse else (low, high)
    # The LINEAR function of PS3.3 C.11.2.1.2 is black at centre - 0.5 - (width - 1) / 2.
    ds.WindowCenter = f"{(low + high + 1) / 2:.1f}"
    ds.WindowWidth = f"{max(high - low + 1, 2.0):.1f}"


def _set_pixels(ds: Dataset, phantom: Phantom) -> None:
    spec = phantom.spec
    allocated = 8 if spec.bits_stored == 8 else 16
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = spec.photometric_interpretation
    ds.Rows, ds.Columns = phantom.pixels.shape
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = allocated, spec.bits_stored, spec.bits_stored - 1
    ds.PixelRepresentation = 0
    raw = phantom.pixels.astype("<u2" if allocated == 16 else "u1").tobytes()
    ds.PixelData = raw + b"\x00" * (len(raw) % 2)
    ds["PixelData"].VR = "OW" if allocated == 16 else "OB"


def _make_file_meta(ds: Dataset) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = ds.SOPClassUID
    meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = UID(derive_uid("osteonode", "phantom generator"))
    meta.ImplementationVersionName = "OSTEONODE_PHANT"
    return meta
