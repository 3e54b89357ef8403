"""Text is written where its character set carries it, by the words of PS3.5 6.1 and not by what a library lets pass."""

from io import BytesIO

import pytest
from pydicom import Dataset, dcmread
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from reporting.character_set import can_carry

ARABIC, FRENCH, JAPANESE = "كسر في الرسغ", "côté gauche", "骨折"


def make(*terms: str) -> Dataset:
    ds = Dataset()
    if terms:
        ds.SpecificCharacterSet = list(terms) if len(terms) > 1 else terms[0]
    return ds


@pytest.mark.parametrize(
    ("terms", "carried"),
    [
        ((), ""),
        (("",), ""),
        (("ISO_IR 6",), ""),
        (("ISO_IR 100",), FRENCH),
        (("ISO_IR 127",), ARABIC),
        (("ISO_IR 144",), ""),
        (("ISO_IR 192",), ARABIC + FRENCH + JAPANESE),
        (("GB18030",), ARABIC + FRENCH + JAPANESE),
        (("", "ISO 2022 IR 87"), JAPANESE),
        (("", "ISO 2022 IR 127"), ARABIC),
        (("", "ISO 2022 IR 100"), ""),  # pydicom would write the accent without its escape
        (("ISO_IR 999",), ""),
    ],
)
def test_text_is_carried_where_the_set_has_it(terms: tuple[str, ...], carried: str) -> None:
    assert can_carry(make(*terms), "plain words")
    for text in (ARABIC, FRENCH, JAPANESE):
        assert can_carry(make(*terms), text) is (text in carried), text


@pytest.mark.parametrize("terms", [("ISO_IR 127",), ("", "ISO 2022 IR 127"), ("ISO_IR 192",)])
def test_what_is_said_to_be_carried_comes_back_from_its_bytes(terms: tuple[str, ...]) -> None:
    ds, file = make(*terms), BytesIO()
    ds.SOPClassUID, ds.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.88.34", "1.2.3"
    ds.TextValue = ARABIC
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.save_as(file, enforce_file_format=False, implicit_vr=False, little_endian=True)
    back = dcmread(BytesIO(file.getvalue()), force=True)
    assert back.TextValue == ARABIC
