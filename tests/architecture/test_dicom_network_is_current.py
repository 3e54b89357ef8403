"""What docs/dicom-network.md says of this node is what it negotiates and answers."""

import re
from pathlib import Path

from pydicom.uid import UID

from config.image_classes import SOP_CLASS_OF
from config.keys import known_keys
from dicom_node.receive.admission import Rejection
from dicom_node.receive.contexts import decodable, supported_contexts
from dicom_node.receive.element_walk import DEEPEST_NESTING, MOST_ELEMENTS
from dicom_node.receive.header import MOST_HEADER_BYTES
from dicom_node.receive.statuses import ANSWERS
from inference.reasons import MAX_PIXELS, MAX_SIDE_PX, MIN_SIDE_PX

SHEET = (Path(__file__).parents[2] / "docs" / "dicom-network.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table below a heading."""
    section = SHEET.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]


def test_the_kinds_of_image_are_those_that_are_negotiated_and_that_a_configuration_names() -> None:
    negotiated = [context.abstract_syntax for context in supported_contexts()][:-1]  # the last is C-ECHO
    assert [uid for _name, _title, uid in rows("Kinds of image")] == negotiated
    assert [name.strip("`") for name, _title, _uid in rows("Kinds of image")] == [kind.value for kind in SOP_CLASS_OF]
    assert all(UID(uid).name == title for _name, title, uid in rows("Kinds of image"))


def test_the_transfer_syntaxes_are_those_that_are_negotiated_in_their_order() -> None:
    assert [uid for _title, uid in rows("Transfer syntaxes")] == list(decodable())


def test_every_refusal_of_an_association_is_listed() -> None:
    listed = [code.strip("`") for code, _when in rows("Who may call")]
    assert sorted(listed) == sorted("/".join(map(str, each.value)) for each in Rejection)


def test_every_answer_is_listed_with_its_status() -> None:
    listed = {code: int(status, 16) for status, codes, _then in rows("Answers to C-STORE") for code in _codes(codes)}
    answered = {outcome.value: answer.status for outcome, answer in ANSWERS.items()}
    assert listed.items() <= answered.items()
    without_an_association = SHEET.partition("negotiate nothing")[2].partition("\n\n")[0]
    assert set(answered) - set(listed) == set(_codes(without_an_association))


def test_the_limits_are_keys_with_these_defaults() -> None:
    for what, limit, key in rows("Limits"):
        if key == "-":
            continue
        default = known_keys()[tuple(key.strip("`").split("."))].default
        number = re.match(r"\d+", limit)
        assert number is None or int(number[0]) in (default, default / 1024), what


def test_the_limits_without_a_key_are_those_of_the_source() -> None:
    stated = {what: limit for what, limit, key in rows("Limits") if key == "-"}
    assert stated["sequences in sequences"].startswith(f"{DEEPEST_NESTING} deep")
    assert stated["elements, items and fragments, nested ones too"].startswith(f"{MOST_ELEMENTS},")
    assert stated["everything beside the pixel data"].startswith(f"{MOST_HEADER_BYTES >> 20} MiB")
    sides = f"{MIN_SIDE_PX} to {MAX_SIDE_PX} pixels a side, {MAX_PIXELS // 1_000_000} million"
    assert stated["image that is decoded"].startswith(sides)


def _codes(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)
