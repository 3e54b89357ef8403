from pathlib import Path

import pydicom
from pydicom import Dataset
from pydicom.uid import ExplicitVRLittleEndian

from dicom_node.console.readable.report import ReportItem, read_report


def code(meaning: str) -> list[Dataset]:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = "1", "99X", meaning
    return [item]


def make_item(kind: str, name: str, **values: object) -> Dataset:
    item = Dataset()
    item.ValueType, item.ConceptNameCodeSequence = kind, code(name)
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return item


def write(path: Path, *items: Dataset) -> Path:
    ds = make_item("CONTAINER", "Imaging Measurement Report", ContentSequence=list(items))
    ds.SOPClassUID, ds.SOPInstanceUID = "1.2", "1.3"
    ds.file_meta = pydicom.dataset.FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.save_as(path, enforce_file_format=True)
    return path


def test_a_report_is_an_outline_of_names_and_values(tmp_path: Path) -> None:
    measured = Dataset()
    measured.NumericValue, measured.MeasurementUnitsCodeSequence = "93.5", code("percent")
    group = make_item(
        "CONTAINER",
        "Measurement Group",
        ContentSequence=[
            make_item("CODE", "Fracture", ConceptCodeSequence=code("Present")),
            make_item("NUM", "Certainty of Finding", MeasuredValueSequence=[measured]),
            make_item("SCOORD", "Region", GraphicType="POLYLINE", GraphicData=[1.0, 2.4, 3.0, 4.0]),
        ],
    )
    report = read_report(write(tmp_path / "report.dcm", group, make_item("TEXT", "Comment", TextValue="left wrist")))
    assert report.name == "Imaging Measurement Report"
    assert [each.value for each in report.items[0].items] == ["Present", "93.5 percent", "polyline: 1, 2, 3, 4"]
    assert report.items[1] == ReportItem("Comment", "left wrist")


def test_a_value_of_a_kind_that_nobody_knows_is_left_out(tmp_path: Path) -> None:
    report = read_report(
        write(tmp_path / "report.dcm", make_item("WAVEFORM", "Something"), make_item("NUM", "Nothing"))
    )
    assert [each.value for each in report.items] == ["", ""]
