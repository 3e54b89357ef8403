"""Source images as hospitals really send them, as files with pixels; each is a study of its own.

Drawn radiographs whose headers are whole, so that a validator has nothing to say of them but for what a row says.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from pydicom import Dataset, uid
from pydicom.config import disable_value_validation
from pydicom.encaps import encapsulate
from pydicom.uid import UID, ExplicitVRLittleEndian

from domain.uid import derive_uid
from inference.phantom.dicom import make_dataset
from inference.phantom.drawing import draw_phantom
from inference.phantom.identity import PhantomIdentity
from inference.phantom.spec import PhantomSpec
from tests.fakes.encoded_images import HTJ2K_RAMP, LOSSY_WRITERS, WRITERS, rewrite
from tests.fakes.pixel_images import save


@dataclass(frozen=True)
class Variant:
    """How one source differs from a whole CR of a left hand.

    Attributes:
        elements: other values by keyword, none of them checked.
        drop: elements that are not there.
        enlarge: how many times a drawn pixel is repeated either way.
        region: what the models are to see.
    """

    modality: str = "CR"
    rows: int = 160
    columns: int = 128
    bits: int = 12
    photometric_interpretation: str = "MONOCHROME2"
    body_part: str | None = "WRIST"
    region: str = "hand"
    side: str | None = "L"
    enlarge: int = 1
    syntax: UID = ExplicitVRLittleEndian
    elements: Mapping[str, Any] = field(default_factory=dict)
    drop: tuple[str, ...] = ()


def _with(*drop: str, **elements: Any) -> Variant:
    return Variant(elements=elements, drop=drop)


_TYPE_2 = (
    *("PatientSex", "PatientBirthDate", "StudyID", "StudyTime", "AccessionNumber", "ReferringPhysicianName"),
    *("PatientName", "PatientOrientation"),
)
_OPTIONAL = ("ImagerPixelSpacing", "WindowCenter", "WindowWidth", "RescaleIntercept", "RescaleSlope", "RescaleType")


def _lut(explanation: str) -> list[Dataset]:
    """Return a VOI LUT of 4096 entries of sixteen bits (PS3.3 C.11.2)."""
    ds = Dataset()
    ds.add_new("LUTDescriptor", "US", [4096, 0, 16])
    ds.LUTExplanation = explanation
    ds.add_new("LUTData", "OW", (np.arange(4096, dtype="<u2") * 16).tobytes())
    return [ds]


#: What the header says of patient, study and side.
_IDENTITIES = {
    "plain": Variant(),
    "no accession": _with("AccessionNumber"),
    "missing type 2": _with(*_TYPE_2, *_OPTIONAL, "IssuerOfPatientID", "Laterality"),
    "empty type 2": Variant(elements=dict.fromkeys(_TYPE_2, "")),
    "sex U": _with(PatientSex="U"),
    "sex in words": _with(PatientSex="female"),
    "odd dates": _with(StudyDate="2026.01.02", PatientBirthDate="", StudyTime="10:11:12"),
    "other time zone": _with(TimezoneOffsetFromUTC="+0900"),
    "no caret": _with(PatientName="DOE JANE"),
    "long name": _with(PatientName=f"{'Wolfeschlegelsteinhausen' * 2}^Hubert Blaine"),
    "latin-1": _with(SpecificCharacterSet="ISO_IR 100", PatientName="Müller^Jörg", ReferringPhysicianName="Åkesson^L"),
    "cyrillic": _with(SpecificCharacterSet="ISO_IR 144", PatientName="Люкceмбypг"),  # noqa: RUF001
    "greek": _with(SpecificCharacterSet="ISO_IR 126", PatientName="Διονυσιος"),
    "arabic": _with(SpecificCharacterSet="ISO_IR 127", PatientName="قباني^لنزار"),
    "hebrew": _with(SpecificCharacterSet="ISO_IR 138", PatientName="שרון^דבורה"),
    "utf-8": _with(SpecificCharacterSet="ISO_IR 192", PatientName="Wang^XiaoDong=王^小东"),
    "gb18030": _with(SpecificCharacterSet="GB18030", PatientName="Wang^XiaoDong=王^小东"),
    "japanese": _with(SpecificCharacterSet=["", "ISO 2022 IR 87"], PatientName="Yamada^Tarou=山田^太郎=やまだ^たろう"),
    "half-width kana": _with(
        SpecificCharacterSet=["ISO 2022 IR 13", "ISO 2022 IR 87"], PatientName="ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"
    ),
    "korean": _with(SpecificCharacterSet=["", "ISO 2022 IR 149"], PatientName="Hong^Gildong=洪^吉洞=홍^길동"),
    "no side": _with("Laterality"),
    "contradictory sides": _with(ImageLaterality="R"),
    "both sides": Variant("DX", elements={"ImageLaterality": "B"}),
    "unpaired": Variant(region="hip", body_part="PELVIS", side=None),
    "unknown body part": _with(BodyPartExamined="Hand li."),
    "no body part": _with("BodyPartExamined"),
    "another body part": _with(BodyPartExamined="KNEE"),
}
#: What it says of the pixels.
_PIXELS = {
    "dx": Variant("DX"),
    "monochrome1": Variant(photometric_interpretation="MONOCHROME1"),
    "dx monochrome1": Variant("DX", photometric_interpretation="MONOCHROME1"),
    "eight bits": Variant(bits=8),
    "sixteen bits": Variant(bits=16),
    "big": Variant("DX", 1072, 880, bits=14, enlarge=4),
    "tiny": Variant(rows=64, columns=64),
    "landscape": Variant(rows=96, columns=251),
    "tower": Variant(rows=401, columns=64),
    "pixel aspect ratio": _with("ImagerPixelSpacing", PixelAspectRatio=[4, 3]),
    "oblong pixels": _with(ImagerPixelSpacing=["0.2", "0.1"]),
    "lut shape alone": _with("WindowCenter", "WindowWidth", PresentationLUTShape="IDENTITY"),
    "voi lut": _with("WindowCenter", "WindowWidth", VOILUTSequence=_lut("BONE")),
    "voi lut in latin-1": _with(
        "WindowCenter", "WindowWidth", SpecificCharacterSet="ISO_IR 100", VOILUTSequence=_lut("Größe")
    ),
    "two windows": _with(WindowCenter=["1400", "900"], WindowWidth=["2800", "1200"]),
    "turned": _with(PatientOrientation=["F", "R"]),
    "flipped": _with(PatientOrientation=["L", "F"]),
    "field of view turned": Variant("DX", elements={"FieldOfViewRotation": "90", "FieldOfViewHorizontalFlip": "YES"}),
    "stated lossy": _with(
        LossyImageCompression="01", LossyImageCompressionRatio="10", LossyImageCompressionMethod="ISO_10918_1"
    ),
    "burnt in": _with(BurnedInAnnotation="YES"),
}
_SYNTAXES = {
    syntax.name: Variant(syntax=syntax, bits=8 if syntax == uid.JPEGBaseline8Bit else 12)
    for syntax in (*WRITERS, *LOSSY_WRITERS, uid.HTJ2KLossless)
}
VARIANTS: Mapping[str, Variant] = {**_IDENTITIES, **_PIXELS, **_SYNTAXES}


_IDENTITY = PhantomIdentity(
    patient_name="Doe^Jane^Q^Dr^III",
    patient_id="PID",
    birth_date="19800131",
    sex="F",
    accession_number="ACC-0815",
    study_date="20260102",
    study_time="101112",
)


def write_variant(name: str, folder: Path) -> Path:
    """Write the source of a name as a Part 10 file and return its path."""
    variant = VARIANTS[name]
    ds = _draw(name, variant)
    folder.mkdir(parents=True, exist_ok=True)
    if variant.syntax == uid.HTJ2KLossless:
        _take_ramp(ds)
    elif variant.syntax != ExplicitVRLittleEndian:
        ds = rewrite(ds, folder, variant.syntax)
    path = save(ds, folder / "image.dcm")
    for scratch in ("source.dcm", "target.dcm"):
        (folder / scratch).unlink(missing_ok=True)
    return path


def _draw(name: str, variant: Variant) -> Dataset:
    spec = PhantomSpec(
        variant.region,
        True,
        variant.rows,
        variant.columns,
        seed=7,
        laterality=variant.side,
        bits_stored=variant.bits,
        photometric_interpretation=variant.photometric_interpretation,
        body_part=variant.body_part,
        plain=True,
    )
    phantom = draw_phantom(spec)
    ds = make_dataset(phantom, identity=_IDENTITY, modality=variant.modality)
    _enlarge(ds, phantom.pixels, variant.enlarge)
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
        setattr(ds, keyword, derive_uid("source variant", name, keyword))
    ds.PatientID = f"PID-{list(VARIANTS).index(name):03}"
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    _change(ds, variant)
    return ds


def _enlarge(ds: Dataset, pixels: np.ndarray, times: int) -> None:
    if times > 1:
        large = pixels.repeat(times, axis=0).repeat(times, axis=1)
        ds.Rows, ds.Columns = large.shape
        ds.PixelData = large.tobytes()


def _change(ds: Dataset, variant: Variant) -> None:
    with disable_value_validation():
        for keyword, value in variant.elements.items():
            if keyword in ds:
                delattr(ds, keyword)  # an element keeps the strictness that it was made with
            setattr(ds, keyword, value)
    for keyword in variant.drop:
        if keyword in ds:
            delattr(ds, keyword)


def _take_ramp(ds: Dataset) -> None:
    """Give an image the one code stream of this syntax that is at hand: 96 rows, 80 columns, twelve bits."""
    ds.Rows, ds.Columns = 96, 80
    ds.PixelData = encapsulate([HTJ2K_RAMP])
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = True
    ds.file_meta.TransferSyntaxUID = uid.HTJ2KLossless
