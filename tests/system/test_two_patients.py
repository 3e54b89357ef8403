"""Patients whose images come and are read at once never mix: each has a pattern of its own in the pixels of each image.

What arrives is held against the pixels: a document with the name of one patient and the picture, box or side of
another fails, whichever of the two went astray.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom import Dataset
from pydicom.uid import (
    Comprehensive3DSRStorage,
    GrayscaleSoftcopyPresentationStateStorage,
    SecondaryCaptureImageStorage,
)

from config.settings import Settings
from dicom_node.demo_peers.archive import Archive
from dicom_node.demo_peers.mllp_receiver import MllpReceiver
from dicom_node.service import Service
from domain.delivery import DeliveryState
from domain.uid import derive_uid
from reporting.instance import SERIES_NUMBERS
from tests.fakes.hospital import make_settings, send, wait_until
from tests.fakes.pixel_images import WHOLE_WINDOW, make_image, save
from tests.fakes.planted_boxes import Mask, assert_shown_as_stored
from tests.fakes.stand_in_bundle import write_bundle

pytestmark = [pytest.mark.system, pytest.mark.slow]
SIDE_PX, BLOCK_PX, PATIENTS, IMAGES = 512, 96, 4, 2


@dataclass(frozen=True)
class Patient:
    """One patient with two images, each bright at a place of its own among all images of all patients."""

    number: int

    @property
    def patient_id(self) -> str:
        return f"PID-{self.number}"

    @property
    def side(self) -> str:
        return "LR"[self.number % 2]

    @property
    def study_instance_uid(self) -> str:
        return derive_uid("two patients", str(self.number))

    def sop_instance_uid(self, image: int) -> str:
        return derive_uid("two patients", str(self.number), str(image))

    def pattern(self, image: int) -> Mask:
        """Where the image is bright: one of eight places on a grid."""
        row, column = divmod(self.number * IMAGES + image, 4)
        top, left = 40 + row * 240, 16 + column * 128
        mask = np.zeros((SIDE_PX, SIDE_PX), bool)
        mask[top : top + BLOCK_PX, left : left + BLOCK_PX] = True
        return mask

    def write(self, image: int, folder: Path) -> Path:
        pixels = np.full((SIDE_PX, SIDE_PX), 400, np.uint16)
        pixels[::2] = 200
        pixels[self.pattern(image)] = 4000
        ds = make_image(
            pixels,
            PatientID=self.patient_id,
            PatientName=f"Twin^Number{self.number}",
            AccessionNumber=f"ACC-{self.number}",
            Laterality=self.side,
            StudyInstanceUID=self.study_instance_uid,
            SeriesInstanceUID=derive_uid(self.study_instance_uid, "series"),
            SOPInstanceUID=self.sop_instance_uid(image),
            SeriesNumber=1,
            InstanceNumber=image + 1,
            **WHOLE_WINDOW,
        )
        ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
        folder.mkdir(exist_ok=True)
        return save(ds, folder / f"{self.number}-{image}.dcm")


EVERYONE = tuple(map(Patient, range(PATIENTS)))


@dataclass(frozen=True)
class Received:
    """What came back on all patients together."""

    objects: list[Dataset]
    messages: list[bytes]

    def of(self, patient: Patient, sop_class_uid: str) -> list[Dataset]:
        """Return the objects that name a patient, of one class."""
        mine = (each for each in self.objects if each.PatientID == patient.patient_id)
        return [each for each in mine if each.SOPClassUID == sop_class_uid]

    @cached_property
    def identities(self) -> set[tuple[str, str, str]]:
        """Every combination of patient, accession number and study that an object states."""
        return {(str(ds.PatientID), str(ds.AccessionNumber), str(ds.StudyInstanceUID)) for ds in self.objects}


@pytest.fixture(scope="module")
def received(tmp_path_factory: pytest.TempPathFactory) -> Received:
    """Send everyone's images in turns over two associations at once to a node with two reader processes."""
    folder = tmp_path_factory.mktemp("patients")
    archive, ris = Archive(folder / "archive"), MllpReceiver()
    archive.start()
    ris.start()
    node = Service(make_node(folder, archive.port, ris.port))
    node.start()
    try:
        send_in_turns(node.port, folder / "in")
        wait_until(lambda: len(ris.messages) == PATIENTS, 120)
        wait_until(lambda: set(node.view.counts().deliveries) == {DeliveryState.DELIVERED}, 60)
        return Received([pydicom.dcmread(path, force=True) for path in archive.files()], list(ris.messages))
    finally:
        node.stop()
        archive.stop()
        ris.stop()


def make_node(folder: Path, pacs: int, ris: int) -> Settings:
    reading = {"bundle": str(write_bundle(folder / "bundle")), "processes": 2}
    reporting = {"assigning_authority": "NORTH"}
    return make_settings(folder / "data", pacs=pacs, ris=ris, quiet_seconds=4.0, reading=reading, reporting=reporting)


def send_in_turns(port: int, folder: Path) -> None:
    """Each association carries one image of everyone, so that every study is open while all the others are."""
    turns = [[patient.write(image, folder) for patient in EVERYONE] for image in range(IMAGES)]
    statuses: list[set[int]] = []
    threads = [
        threading.Thread(target=lambda paths=paths: statuses.append(set(send(paths, port).values()))) for paths in turns
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [{0}] * IMAGES


def check_report(report: Dataset, patient: Patient) -> None:
    """Every box lies on the pattern of the image that it names, and every side is the patient's."""
    groups = report.ContentSequence[-1].ContentSequence
    regions = [each for group in groups for each in group.ContentSequence if each.ValueType == "SCOORD"]
    named = [each.ContentSequence[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID for each in regions]
    assert set(named) == {patient.sop_instance_uid(image) for image in range(IMAGES)}
    for region, uid in zip(regions, named, strict=True):
        check_place(region.GraphicData, patient, uid)
    sides = {code.CodeMeaning for code in find_values(report, "272741003")}
    assert sides == {{"L": "Left", "R": "Right"}[patient.side]}


def find_values(item: Dataset, code_value: str) -> Iterator[Dataset]:
    for child in item.get("ContentSequence") or ():
        if child.ConceptNameCodeSequence[0].CodeValue == code_value:
            yield child.ConceptCodeSequence[0]
        yield from find_values(child, code_value)


def check_place(points: object, patient: Patient, sop_instance_uid: str) -> None:
    (image,) = [each for each in range(IMAGES) if patient.sop_instance_uid(each) == sop_instance_uid]
    column, row = np.asarray(points, np.float64).reshape(-1, 2).mean(axis=0)
    assert patient.pattern(image)[int(row), int(column)]


def check_overlay(overlay: Dataset, patient: Patient) -> None:
    uid = overlay.ReferencedSeriesSequence[0].ReferencedImageSequence[0].ReferencedSOPInstanceUID
    for drawn in overlay.GraphicAnnotationSequence[0].GraphicObjectSequence:
        check_place(drawn.GraphicData, patient, uid)


def check_capture(capture: Dataset, patient: Patient) -> None:
    """The picture is the patient's own, pixel for pixel where it is bright."""
    uid = capture.SourceImageSequence[0].ReferencedSOPInstanceUID
    (image,) = [each for each in range(IMAGES) if patient.sop_instance_uid(each) == uid]
    assert_shown_as_stored(capture.pixel_array, patient.pattern(image))
    assert patient.side == capture.Laterality


def captures(received: Received, patient: Patient) -> list[Dataset]:
    """The captures of single images: a summary has both, and a heat map is in colour."""
    found = received.of(patient, SecondaryCaptureImageStorage)
    return [each for each in found if len(each.SourceImageSequence) == 1 and each.SeriesNumber == SERIES_NUMBERS["SC"]]


@pytest.mark.parametrize("patient", EVERYONE, ids=lambda patient: patient.patient_id)
def test_every_document_of_a_patient_shows_that_patients_pixels(patient: Patient, received: Received) -> None:
    reports = received.of(patient, Comprehensive3DSRStorage)
    overlays = received.of(patient, GrayscaleSoftcopyPresentationStateStorage)
    assert [len(each) for each in (reports, overlays, captures(received, patient))] == [1, IMAGES, IMAGES]
    check_report(reports[0], patient)
    for overlay in overlays:
        check_overlay(overlay, patient)
    for capture in captures(received, patient):
        check_capture(capture, patient)


def test_every_object_names_one_patient_and_that_patients_own_study(received: Received) -> None:
    assert received.identities == {
        (each.patient_id, f"ACC-{each.number}", each.study_instance_uid) for each in EVERYONE
    }


def test_every_message_is_of_one_patient_study_and_side(received: Received) -> None:
    for patient in EVERYONE:
        (message,) = [each for each in received.messages if f"|{patient.patient_id}^".encode() in each]
        assert f"|{patient.study_instance_uid}|".encode() in message
        others = [other for other in EVERYONE if other is not patient]
        assert not any(other.study_instance_uid.encode() in message for other in others)
        assert {"L": b"^Right^", "R": b"^Left^"}[patient.side] not in message


def test_a_mix_of_any_two_patients_would_be_noticed(received: Received) -> None:
    """The checks above fail where a document is held against any other patient's pixels."""
    for patient, other in permutations(EVERYONE, 2):
        with pytest.raises((AssertionError, ValueError)):
            check_report(received.of(patient, Comprehensive3DSRStorage)[0], other)
        swapped = captures(received, patient)[0]
        with pytest.raises(AssertionError):
            assert_shown_as_stored(swapped.pixel_array, other.pattern(0))
