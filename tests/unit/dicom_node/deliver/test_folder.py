import os
from pathlib import Path

import pytest

from config.settings import Destination
from dicom_node.deliver.folder import FolderDestination
from domain.delivery import Outcome
from domain.document import Document, DocumentKind
from tests.fakes.documents import STUDY_INSTANCE_UID, make_answer, make_hl7_document
from tests.fakes.file_limit import largest_file


def destination(folder: Path) -> FolderDestination:
    return FolderDestination(Destination(name="files", kind="folder", folder=folder))


def test_each_document_is_a_file_under_its_study(tmp_path: Path) -> None:
    documents = (*make_answer(), make_hl7_document())
    assert destination(tmp_path).deliver(documents).outcome is Outcome.DELIVERED
    files = {path.name: path.read_bytes() for path in (tmp_path / STUDY_INSTANCE_UID).iterdir()}
    assert files == {document.file_name: document.content for document in documents}


def test_writing_again_leaves_the_same_files(tmp_path: Path) -> None:
    for _ in range(2):
        destination(tmp_path).deliver(make_answer())
    assert len(list(tmp_path.rglob("*.dcm"))) == len(list(tmp_path.rglob("*.*"))) - 1 == len(make_answer())


@pytest.mark.parametrize("name", ["../outside", "/etc", "..", ".", "a/b", "", "x" * 300, "nul\0"])
def test_no_uid_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "results"
    attempt = destination(folder).deliver([Document(DocumentKind.SECONDARY_CAPTURE, "2.25.1", name, 1, "1.2", b"x")])
    assert attempt.outcome is Outcome.DELIVERED
    (file,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert file.parent.parent == folder


def test_a_file_in_the_way_is_explained(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    attempt = destination(tmp_path / "taken").deliver(make_answer())
    assert attempt.outcome is Outcome.RETRY
    assert str(tmp_path / "taken") in attempt.explanation


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_explained(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    attempt = destination(tmp_path).deliver(make_answer())
    assert attempt.outcome is Outcome.RETRY
    assert "let the node's user write there" in attempt.explanation


def test_what_the_disk_says_stands_in_the_explanation(tmp_path: Path) -> None:
    with largest_file(100):
        attempt = destination(tmp_path).deliver(make_answer())
    assert attempt.outcome is Outcome.RETRY
    assert len(attempt.receipts) == 4
    assert "File too large" in attempt.explanation
