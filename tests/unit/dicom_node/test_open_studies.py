"""What a person is told of a study that is not complete yet."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from dicom_node.cli.main import run
from dicom_node.ledger.orders import OrderBook
from dicom_node.ledger.performed_steps import StepBook
from dicom_node.open_studies import OpenStudies
from dicom_node.receive.association_marks import FOLDER, FileMarks
from dicom_node.study_ports import Wait
from domain.order import EntityIdentifier, ImagingOrder
from domain.performed_step import PerformedStep
from tests.fakes.hospital import make_settings
from tests.fakes.orders import keep
from tests.unit.dicom_node.pipeline.workbench import Workbench

PROCEDURE = {"procedure": [{"code": "XRHAN2", "views": 2}]}
OWN_TITLE = {"application_entity": [{"ae_title": "OSTEONODE", "quiet_seconds": 5, "hard_cap_seconds": 20}]}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    """Return a ledger with one open study, 1.1."""
    bench = Workbench(tmp_path)
    bench.arrive("1", "1")
    yield bench
    bench.close()


def wait(bench: Workbench, **tables: object) -> Wait:
    settings = make_settings(bench.folder, quiet_seconds=10, **tables)
    look = OpenStudies(settings, bench.engine, bench.folder, bench.clock)
    return look.waits(bench.ledger.open_studies())["1.1"]


def test_nothing_known_leaves_the_silence_and_the_cap(bench: Workbench) -> None:
    found = wait(bench)
    assert found.why == "waits for 10 s without an image"
    assert found.until - bench.clock.now() == timedelta(seconds=60)


def test_rules_of_an_own_title_are_the_ones_that_are_told(bench: Workbench) -> None:
    found = wait(bench, **OWN_TITLE)
    assert (found.why, found.until - bench.clock.now()) == ("waits for 5 s without an image", timedelta(seconds=20))


def test_images_that_the_order_expects_and_a_step_in_progress_are_named(bench: Workbench) -> None:
    placer = EntityIdentifier("PL-1")
    keep(
        OrderBook(bench.engine, bench.clock),
        ImagingOrder(placer=placer, study_instance_uid="1.1", procedure=("XRHAN2", "Hand", "L")),
    )
    assert wait(bench, **PROCEDURE).why == "waits: 1 of 2 expected by the order"
    StepBook(bench.engine, bench.clock).create_step(PerformedStep("9.1", ("1.1",)))
    assert wait(bench).why == "waits: MPPS still in progress"


def test_a_look_takes_no_mark_of_an_association_away(bench: Workbench) -> None:
    marks = FileMarks(bench.folder)
    marks.sweep()
    for study in ("1.1", "1.2"):
        marks.bring(study, study)
        marks.end(study, released=True)
    assert wait(bench).why == "waits for 10 s without an image"
    assert len(list((bench.folder / FOLDER).iterdir())) == 2


def test_both_lists_of_the_command_line_say_it(bench: Workbench, capsys: pytest.CaptureFixture[str]) -> None:
    config = bench.folder / "site.toml"
    config.write_text(f'[node]\ndata = "{bench.folder}"\n')
    for command in (["studies"], ["show", "1.1"]):
        assert run([*command, "--config", str(config)]) == 0
        assert "waits for 60 s without an image; closes" in capsys.readouterr().out
    bench.complete()
    assert run(["studies", "--config", str(config)]) == 0
    assert "quiet time" in capsys.readouterr().out
