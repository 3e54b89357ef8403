"""What python-hl7, which nobody here wrote, receives of our messages, compared with what the models found."""

import base64
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from dicom_node.deliver.mllp import MllpDestination
from domain.delivery import Outcome
from domain.document import DocumentKind
from domain.finding import Box, FractureState, Labelled
from reporting.compose import Composition
from reporting.hl7.address import address
from reporting.statement import ImageStatement, StudyStatement
from tests.fakes.mllp_receiver import hl7_destination
from tests.fakes.report_sources import (
    VARIANTS,
    compose_images,
    draft_images,
    make_header,
    open_document,
    pick,
    read_image,
    refuse_image,
)
from tests.peers.python_hl7 import run_python_hl7

STATES = {"Present": FractureState.PRESENT, "Absent": FractureState.ABSENT, "Undetermined": FractureState.DOUBT}
NAMES = {
    "Müller^Jörg": {"SpecificCharacterSet": "ISO_IR 100"},
    "قباني^لنزار": {"SpecificCharacterSet": "ISO_IR 127"},
    "山田^太郎": {"SpecificCharacterSet": "ISO_IR 192"},
    "O'Neil|x^A&B": {},
}


def receive(statements: Sequence[StudyStatement | Composition]) -> list[Any]:
    """Send a message of each as the node does; return what arrived."""
    with run_python_hl7() as receiver:
        destination = MllpDestination(hl7_destination(receiver.port))
        documents = [pick(statement, DocumentKind.HL7_ORU)[0] for statement in statements]
        sent = [replace(each, content=address(each.content, "RIS", "HOSP")) for each in documents]
        assert destination.deliver(sent).outcome is Outcome.DELIVERED
    return receiver.messages


def groups_of(message: Any) -> dict[str, dict[str, str]]:
    """Return the value of each concept by group, as the library reads and unescapes it: the text of a code."""
    groups: dict[str, dict[str, str]] = defaultdict(dict)
    for row in message.segments("OBX"):
        value = row[5][0]
        word = value[1][0] if isinstance(value, list) and len(value) > 1 else str(row[5])
        groups[str(row[4])][str(row[3][0][0])] = message.unescape(str(word))
    return groups


def require_image(said: dict[str, str], image: ImageStatement, probability: float) -> None:
    assert image.fracture is not None
    assert STATES[said["72704001"]] is image.fracture.state
    assert float(said["111012"]) == pytest.approx(100 * probability, abs=0.05)
    assert said.get("272741003") == {"L": "Left", "R": "Right", "B": "Bilateral"}.get(image.source.side.value)
    assert said.get("363698007") == (image.site.meaning if image.site else None)


def require_findings(message: Any, statement: StudyStatement) -> None:
    """Every group says what was found, and there is no other group."""
    groups = groups_of(message)
    assert groups[""]["113014"] == statement.study_instance_uid
    for image in statement.read:
        said = groups.pop(str(image.number))
        require_image(said, image, image.fracture.probability if image.fracture else -1)
        for index, finding in enumerate(image.findings, 1):
            part = groups.pop(f"{image.number}.{index}")
            assert part["112040"] == finding.tracking_uid
            require_image(part, image, finding.box.probability)
    assert set(groups) == {"", *(str(image.number) for image in statement.images if image.fracture is None)}


def test_every_source_variant_is_received_and_says_what_was_found() -> None:
    statements = []
    for make in VARIANTS.values():
        header, refused = make(), make_header(number=2)
        if header.get("PatientID") == make_header().PatientID:
            pairs = (header, read_image(header)), (refused, refuse_image(refused))
        else:
            pairs = ((header, read_image(header)),)  # type: ignore[assignment]
        statements.append(draft_images(*pairs))
    messages = receive(statements)
    assert len(messages) == len(VARIANTS)
    for message, statement in zip(messages, statements, strict=True):
        require_findings(message, statement)


def test_findings_of_both_sides_are_received_each_with_its_own() -> None:
    left, right = make_header(Laterality="L"), make_header(number=2, Laterality="R", BodyPartExamined="FOOT")
    boxes = tuple(Box("fracture", 0.9 - index / 10, 5 + 20 * index, 5, 20 + 20 * index, 40) for index in range(4))
    types = (Labelled("spiral fracture", 0.8),)
    first = replace(read_image(left, boxes=boxes), types=types)
    statement = draft_images((left, first), (right, read_image(right, FractureState.ABSENT, region="leg")))
    (message,) = receive([statement])
    require_findings(message, statement)
    assert groups_of(message)["1"]["116676008"] == "Fracture, spiral"


@pytest.mark.parametrize("name", NAMES)
def test_names_of_every_script_and_text_with_separators_arrive_as_they_are(name: str) -> None:
    header = make_header(PatientName=name, AccessionNumber="A|B^C", **NAMES[name])
    (message,) = receive([draft_images((header, read_image(header)))])
    family, given = name.split("^")
    received = [message.unescape(str(part)) for part in message.segment("PID")[5][0]]
    assert received[:2] == [family, given]
    assert message.unescape(str(message.segment("OBR")[18])) == "A|B^C"
    assert str(message.segment("MSH")[18]) == "UNICODE UTF-8"


def test_the_narrative_arrives_line_by_line_in_every_language() -> None:
    header = make_header()
    for language in ("en", "ar", "fr", "es"):
        statement = draft_images((header, read_image(header)), language=language)
        (message,) = receive([statement])
        text = groups_of(message)[""]["19005-8"]
        assert "93" in text
        assert "\\" not in text.replace("\\.br\\", "")


def test_a_message_that_is_sent_again_has_its_control_id_and_another_version_another() -> None:
    header = make_header()
    versions = [draft_images((header, read_image(header)), version=version) for version in (1, 1, 2)]
    messages = receive(versions)
    identifiers = [str(message.segment("MSH")[10]) for message in messages]
    assert identifiers[0] == identifiers[1] != identifiers[2]
    assert str(messages[0]) == str(messages[1])
    assert [str(message.segment("OBR")[25]) for message in messages] == ["P", "P", "C"]


def test_the_enclosed_pdf_and_the_link_arrive_as_they_left() -> None:
    header = make_header()
    link = "https://viewer/?StudyInstanceUIDs={StudyInstanceUID}&mode=a|b^c"
    asked = {"optional_documents": ["encapsulated_pdf"], "hl7_pdf": True, "hl7_link": link}
    composition = compose_images((header, read_image(header)), **asked)
    ds = open_document(composition, DocumentKind.ENCAPSULATED_PDF)
    (message,) = receive([composition])
    rows = {str(row[2]): row for row in message.segments("OBX")}
    assert [str(part) for part in rows["ED"][5][0][:4]] == ["OSTEONODE", "AP", "PDF", "Base64"]
    pdf = base64.b64decode(str(rows["ED"][5][0][4]), validate=True)
    assert pdf == ds.EncapsulatedDocument[: ds.EncapsulatedDocumentLength]
    assert message.unescape(str(rows["RP"][5][0][0])) == link.format(StudyInstanceUID=header.StudyInstanceUID)
    assert {str(row[11]) for row in message.segments("OBX")} == {"P"}


def test_no_message_is_ever_final() -> None:
    header = make_header()
    readings = [read_image(header, state) for state in FractureState] + [refuse_image(header)]
    for version in (1, 2):
        for message in receive([draft_images((header, reading), version=version) for reading in readings]):
            statuses = {str(message.segment("OBR")[25]), *(str(row[11]) for row in message.segments("OBX"))}
            assert statuses <= {"P", "C", "X"}
