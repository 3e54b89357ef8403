"""osteonode read: the JSON contract, documents, exit codes, and no network."""

import json
from pathlib import Path
from typing import Any

import pydicom
import pytest
from PIL import Image

from inference.phantom.dicom import make_study, write_part10
from inference.phantom.drawing import draw_phantom
from inference.phantom.samples import SAMPLE_STUDIES
from inference.phantom.spec import PhantomSpec
from tests.fakes.stand_in_bundle import write_bundle
from tests.system.command_line import run_command

pytestmark = pytest.mark.system

#: Key -> types that may stand there (None is the null of JSON).
LINE = {
    "path": str,
    "study_instance_uid": str | None,
    "sop_instance_uid": str | None,
    "status": str,
    "reason": dict | None,
    "region": dict | None,
    "fracture": dict | None,
    "boxes": list,
    "types": list,
    "members": list,
    "silent": list,
    "milliseconds": float,
    "recommendations": list,
}
FRACTURE = {"state": str, "probability": float, "interval": list}
BOX = {"label": str, "probability": float, "x_min_px": float, "y_min_px": float, "x_max_px": float, "y_max_px": float}
MEMBER = {"model": str, "version": str, "sha256": str, "probability": float | None, "milliseconds": float}
LABELLED = {"label": str, "probability": float}
REASON = {"code": str, "text": str}

#: A hook that every Python process of the command installs: it notes each attempt to use the network. That urllib3
#: binds a socket to a free loopback port and closes it, to see whether there is IPv6, sends nothing to anybody.
HOOK = """
import sys
def note(event, arguments):
    if event == "socket.bind" and arguments[1][:2] == ("::1", 0):
        return
    if event in ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendmsg", "socket.sendto"):
        with open({path!r}, "a") as file:
            print(event, file=file)
sys.addaudithook(note)
"""


def has_shape(value: dict[str, Any], shape: dict[str, Any]) -> bool:
    """Say whether a JSON object has just these keys, with values of these types."""
    return list(value) == list(shape) and all(isinstance(value[key], kind) for key, kind in shape.items())


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a DICOM file, its picture as PNG and JPEG, a cut JPEG, and files that are no image."""
    folder = tmp_path_factory.mktemp("images")
    phantom = draw_phantom(PhantomSpec("hand", True, 384, 320, 5, "L", 12, body_part="WRIST"))
    (ds,) = make_study([phantom], identity=SAMPLE_STUDIES[0].identity)
    write_part10(folder / "a.dcm", ds)
    picture = Image.fromarray((phantom.pixels >> 4).astype("uint8"))
    picture.save(folder / "b.png")
    picture.save(folder / "c.jpg", quality=95)
    whole = (folder / "c.jpg").read_bytes()
    (folder / "d.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "e.dcm").write_bytes(b"this is no DICOM file")
    (folder / "notes.txt").write_text("not an image either")
    return folder


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bundle(tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="module")
def outcome(
    images: Path, bundle: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[dict[str, Any]], Path, Path]:
    """Run the command once; return its lines, its documents' folder, and what used the network."""
    work = tmp_path_factory.mktemp("work")
    (work / "sitecustomize.py").write_text(HOOK.format(path=str(work / "network.txt")))
    findings, out = work / "findings.jsonl", work / "documents"
    options = ("--json", findings, "--out", out, "--bundle", bundle)
    done = run_command("read", images, *options, PYTHONPATH=str(work))
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return [json.loads(line) for line in findings.read_text().splitlines()], out, work / "network.txt"


def test_each_image_has_one_line_in_order_and_what_is_no_image_has_none(outcome: Any) -> None:
    lines, _, _ = outcome
    assert [Path(line["path"]).name for line in lines] == ["a.dcm", "b.png", "c.jpg", "d.jpg", "e.dcm"]
    assert all(has_shape(line, LINE) for line in lines)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_dicom_png_and_jpeg_are_read(outcome: Any, number: int) -> None:
    line = outcome[0][number]
    assert (line["status"], line["reason"]) == ("read", None)
    assert has_shape(line["fracture"], FRACTURE)
    assert line["fracture"]["state"] in {"present", "absent", "doubt"}
    low, high = line["fracture"]["interval"]
    assert 0 <= low <= line["fracture"]["probability"] <= high <= 1
    assert has_shape(line["region"], LABELLED)
    assert [has_shape(member, MEMBER) for member in line["members"]] == [True, True]
    assert line["boxes"]
    for box in line["boxes"]:
        assert has_shape(box, BOX)
        assert 0 <= box["x_min_px"] < box["x_max_px"] <= 320
        assert 0 <= box["y_min_px"] < box["y_max_px"] <= 384
        assert box["probability"] >= 0.05


@pytest.mark.parametrize("number", [3, 4])
def test_what_is_damaged_is_not_analysed_with_its_reason(outcome: Any, number: int) -> None:
    line = outcome[0][number]
    assert line["status"] == "not_analysed"
    assert has_shape(line["reason"], REASON)
    assert line["reason"]["code"] == "not-dicom"
    assert (line["region"], line["fracture"], line["boxes"]) == (None, None, [])


def test_guidelines_speak_only_when_asked(outcome: Any, images: Path, bundle: Path, tmp_path: Path) -> None:
    findings, out = tmp_path / "findings.jsonl", tmp_path / "documents"
    options = ("--recommendations", "--json", findings, "--out", out, "--bundle", bundle)
    done = run_command("read", images / "a.dcm", *options)
    (line,) = map(json.loads, findings.read_text().splitlines())
    texts = [suggestion["text"] for suggestion in line["recommendations"]]
    assert texts
    assert all(text in done.stdout for text in texts)
    (message,) = out.rglob("*.hl7")
    assert message.read_text().count("121075^Recommendation^DCM") == 1
    assert message.read_text().count("not an order. Source: ") == len(texts)
    assert [each["recommendations"] for each in outcome[0]] == [[]] * 5


def test_uids_are_those_of_the_header(outcome: Any, images: Path) -> None:
    line, ds = outcome[0][0], pydicom.dcmread(images / "a.dcm", stop_before_pixels=True)
    assert (line["study_instance_uid"], line["sop_instance_uid"]) == (ds.StudyInstanceUID, ds.SOPInstanceUID)


def test_documents_of_each_study_are_in_a_folder_of_its_uid(outcome: Any) -> None:
    lines, out, _ = outcome
    read = [line for line in lines if line["status"] == "read"]
    assert {folder.name for folder in out.iterdir()} == {line["study_instance_uid"] for line in read}
    for line in read:
        kinds = {path.name.split("-")[0] for path in (out / line["study_instance_uid"]).iterdir()}
        assert {"structured_report", "summary_capture", "secondary_capture", "presentation_state"} <= kinds
    assert any((out / read[0]["study_instance_uid"]).glob("hl7_oru-*.hl7"))


def test_the_report_of_each_study_is_a_pdf_beside_its_dicom_object(outcome: Any) -> None:
    lines, out, _ = outcome
    for uid in {line["study_instance_uid"] for line in lines if line["status"] == "read"}:
        (encapsulated,) = (out / uid).glob("encapsulated_pdf-*.dcm")
        ds = pydicom.dcmread(encapsulated)
        pdf = (out / uid / "report.pdf").read_bytes()
        assert pdf == ds.EncapsulatedDocument[: ds.EncapsulatedDocumentLength]
        assert pdf.startswith(b"%PDF-")


def test_no_process_of_the_command_touches_the_network(outcome: Any) -> None:
    assert not outcome[2].exists(), outcome[2].read_text()


def test_nothing_but_damage_ends_with_1(images: Path, bundle: Path) -> None:
    done = run_command("read", images / "e.dcm", "--bundle", bundle)
    assert done.returncode == 1
    assert "not analysed: not-dicom" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_folder_without_images_is_wrong_usage(tmp_path: Path, bundle: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing here")
    done = run_command("read", tmp_path, "--bundle", bundle)
    assert done.returncode == 2
    assert "no DICOM file and no PNG or JPEG there" in done.stderr


def test_language_tells_the_study_and_writes_its_documents_in_it(images: Path, bundle: Path, tmp_path: Path) -> None:
    options = ("--language", "ar", "--out", tmp_path, "--bundle", bundle)
    done = run_command("read", images / "a.dcm", *options)
    assert done.returncode == 0, done.stderr
    told = done.stdout.splitlines()[-1]
    assert told.startswith("نتيجة أولية من برنامج ذكاء اصطناعي، وهي ليست تشخيصًا. ")
    (message,) = tmp_path.glob("*/*.hl7")
    assert told.encode() in message.read_bytes()
