"""What `osteonode read --language` tells of each study."""

from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import get_args

import pytest
from pydicom import Dataset

from config.reporting import Language
from config.settings import Reporting
from dicom_node.cli.image_files import ImageFile
from dicom_node.cli.narratives import print_narratives
from dicom_node.cli.offline_reading import Answered
from dicom_node.cli.read import LanguageOfText
from dicom_node.ports import ReadImage
from domain.finding import ImageReading, ReadingStatus
from inference.reasons import REASONS
from reporting.context import BundleIdentity
from tests.fakes.impressions import ScriptedWriter
from tests.fakes.report_sources import make_header, read_image

NO_FILE = ImageReading("", "", ReadingStatus.NOT_ANALYSED, "m", REASONS["not-dicom"])


def answer(header: Dataset | None, name: str = "a.dcm") -> Answered:
    reading = read_image(header) if header else NO_FILE
    return Answered(ImageFile(Path(name), header), ReadImage(reading))


def tell(*answered: Answered, language: Language = "fr") -> None:
    print_narratives(answered, bundle=BundleIdentity("limbs-1"), reporting=Reporting(language=language))


def test_a_study_is_one_paragraph_after_its_files(capsys: pytest.CaptureFixture[str]) -> None:
    tell(answer(make_header()), answer(make_header(number=2), "b.dcm"))
    empty, files, paragraph = capsys.readouterr().out.splitlines()
    assert (empty, files) == ("", "a.dcm, b.dcm:")
    assert "Images analysées : 2 sur 2." in paragraph
    assert "ensemble de modèles : limbs-1." in paragraph


def test_two_studies_are_two_paragraphs(capsys: pytest.CaptureFixture[str]) -> None:
    tell(answer(make_header()), answer(make_header(number=2, StudyInstanceUID="1.2.3"), "b.dcm"), language="ar")
    assert capsys.readouterr().out.count("ليست تشخيصًا") == 2


def test_a_file_of_no_study_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    tell(answer(make_header()), answer(None, "notes.txt"))
    said = capsys.readouterr()
    assert "notes.txt" in said.err
    assert "notes.txt" not in said.out


def test_images_of_two_patients_in_a_study_have_no_paragraph(capsys: pytest.CaptureFixture[str]) -> None:
    tell(answer(make_header()), answer(make_header(number=2, PatientID="OTHER")))
    said = capsys.readouterr()
    assert said.out == ""
    assert "different patients" in said.err
    assert "OTHER" not in said.err


def test_a_terminal_without_the_script_is_told_what_to_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdout", TextIOWrapper(BytesIO(), encoding="iso8859-1"))
    tell(answer(make_header()), language="ar")
    assert "LANG=C.UTF-8" in capsys.readouterr().err


def test_the_command_offers_the_languages_of_the_configuration() -> None:
    offered, _ = get_args(get_args(LanguageOfText)[0])
    assert get_args(offered) == get_args(Language)


def test_a_phrase_models_impression_says_who_wrote_it(capsys: pytest.CaptureFixture[str]) -> None:
    answered, writer = answer(make_header()), ScriptedWriter("Nothing that was found.")
    print_narratives([answered], bundle=BundleIdentity("limbs-1"), reporting=Reporting(), writer=writer)
    assert len(writer.asked) == 1
    assert "Wording of the impression: template." in capsys.readouterr().out
