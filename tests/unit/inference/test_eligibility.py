import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import Dataset, uid

from inference.eligibility import RULES, why_not
from inference.header import read_header
from inference.reasons import REASONS
from tests.fakes.pixel_images import make_image, ramp


def _code(ds: Dataset) -> str | None:
    reason = why_not(read_header(ds))
    return reason.code if reason else None


def _region(scheme: str, value: str) -> Dataset:
    item = Dataset()
    item.CodingSchemeDesignator, item.CodeValue, item.CodeMeaning = scheme, value, "x"
    return item


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({"SOPClassUID": uid.CTImageStorage}, "sop-class-not-supported"),
        ({"SOPClassUID": uid.ComprehensiveSRStorage}, "sop-class-not-supported"),
        ({"SecondaryCaptureDeviceManufacturerModelName": "Osteonode"}, "own-result"),
        ({"Modality": "US"}, "modality-not-supported"),
        ({"SOPClassUID": uid.SecondaryCaptureImageStorage, "Modality": "CT"}, "modality-not-supported"),
        ({"SOPClassUID": uid.DigitalXRayImageStorageForProcessing, "Modality": "DX"}, "for-processing"),
        ({"PresentationIntentType": "FOR PROCESSING"}, "for-processing"),
        ({"BodyPartExamined": "CHEST"}, "body-part-not-supported"),
        ({"BodyPartExamined": "L-SPINE"}, "body-part-not-supported"),
        ({"AnatomicRegionSequence": [_region("SCT", "89546000")]}, "body-part-not-supported"),
        ({"AnatomicRegionSequence": [_region("SRT", "T-D4000")]}, "body-part-not-supported"),
        ({"AnatomicRegionSequence": [_region("SNM3", "T-D3000")]}, "body-part-not-supported"),
        ({"PixelData": None}, "no-pixel-data"),
        ({"NumberOfFrames": 2}, "multi-frame"),
        ({"Rows": 63}, "image-size-not-supported"),
        ({"Columns": 16385}, "image-size-not-supported"),
        ({"Rows": 15000, "Columns": 15000}, "image-size-not-supported"),
        ({"Rows": None}, "image-size-not-supported"),
        ({"PhotometricInterpretation": "PALETTE COLOR"}, "pixel-format-not-supported"),
        ({"SamplesPerPixel": 3}, "pixel-format-not-supported"),
        ({"BitsAllocated": 32}, "pixel-format-not-supported"),
        ({"BitsStored": 0}, "pixel-format-not-supported"),
        ({"HighBit": 16}, "pixel-format-not-supported"),
        ({"PixelData": b"\0" * 100}, "pixel-data-truncated"),
        ({"PixelData": b""}, "pixel-data-truncated"),
    ],
    ids=str,
)
def test_an_image_the_models_may_not_read_has_a_coded_reason(attributes: dict[str, object], code: str) -> None:
    assert _code(make_image(ramp(), **attributes)) == code


@pytest.mark.parametrize(
    "syntax", [uid.MPEG2MPML, uid.JPEGExtended12Bit, "1.2.840.10008.1.2.4.110", "1.2.3", ""], ids=str
)
def test_an_unknown_compression_is_told_before_anything_is_decoded(syntax: str) -> None:
    ds = make_image(ramp())
    ds.file_meta.TransferSyntaxUID = uid.UID(syntax)
    assert _code(ds) == "transfer-syntax-not-decodable"


def test_a_data_set_without_file_meta_cannot_be_decoded() -> None:
    ds = make_image(ramp())
    del ds.file_meta
    assert _code(ds) == "transfer-syntax-not-decodable"


@pytest.mark.parametrize(
    "body_part", ["HAND", "wrist", "HIP", "PELVIS", "EXTREMITY", "KNEE", "ELBOW", "", None, "NONSENSE"]
)
def test_other_body_parts_are_left_to_the_region_model(body_part: str | None) -> None:
    assert _code(make_image(ramp(), BodyPartExamined=body_part)) is None


@pytest.mark.parametrize("modality", ["CR", "DX", "RF", "OT", "", None])
def test_radiographs_and_captures_of_them_may_be_read(modality: str | None) -> None:
    assert _code(make_image(ramp(), SOPClassUID=uid.SecondaryCaptureImageStorage, Modality=modality)) is None


def test_colour_of_eight_bits_may_be_read() -> None:
    assert _code(make_image(np.zeros((64, 64, 3), dtype=np.uint8))) is None


def test_a_huge_image_is_refused_although_its_pixel_data_are_a_few_bytes() -> None:
    hostile = make_image(ramp(), Rows=65535, Columns=65535, PixelData=b"\0\0")
    assert _code(hostile) == "image-size-not-supported"


@settings(deadline=None)
@given(
    rows=st.integers(0, 65535),
    columns=st.integers(0, 65535),
    samples=st.integers(0, 4),
    allocated=st.sampled_from([0, 1, 8, 12, 16, 32, 64]),
    stored=st.integers(0, 64),
    high=st.integers(0, 64),
    frames=st.sampled_from(["", "0", "1", "7", "-3", "x"]),
    text=st.text(max_size=12),
)
def test_no_header_makes_the_rules_raise(
    rows: int, columns: int, samples: int, allocated: int, stored: int, high: int, frames: str, text: str
) -> None:
    ds = make_image(ramp(), Rows=rows, Columns=columns, SamplesPerPixel=samples, BitsAllocated=allocated)
    ds.BitsStored, ds.HighBit = stored, high
    ds.add_new("NumberOfFrames", "LO", frames)
    ds.add_new("BodyPartExamined", "LO", text)
    ds.add_new("PixelSpacing", "LO", [text, text])
    code = _code(ds)
    assert code is None or code in REASONS


def test_every_rule_has_its_reason_in_one_sentence_of_ascii() -> None:
    assert {code for code, _ in RULES} <= set(REASONS)
    for code, reason in REASONS.items():
        assert code == reason.code == code.lower().replace("_", "-")
        assert reason.text.isascii()
        assert reason.text.endswith(".")
        assert reason.text.count(". ") == 0
