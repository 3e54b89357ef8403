"""What is done by command stands in the audit trail and in the history of the study, with who did it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from dbos import DBOS

from dicom_node.act_records import name_commander
from dicom_node.audit_ports import AuditRecord
from dicom_node.cli.main import run
from dicom_node.ledger.audit_book import AuditBook
from dicom_node.ledger.database import database_url
from dicom_node.ledger.queries import LedgerView
from dicom_node.ledger.timeline import Timelines
from dicom_node.receive.shelf import Shelf
from dicom_node.study_ports import Happening, HappeningKind
from domain.audit import Action, EventID, EventOutcome
from domain.delivery import Outcome
from tests.fakes.radiographs import make_radiograph, save_radiograph
from tests.unit.dicom_node.pipeline.workbench import Workbench

ME = name_commander()


class Site:
    """A configuration, and the ledger of its data folder."""

    def __init__(self, folder: Path) -> None:
        self.data, self.config = folder / "data", folder / "site.toml"
        self.data.mkdir()
        DBOS.migrate(database_url(self.data))
        self.bench = Workbench(self.data)
        Shelf(self.data).prepare()
        archive = '[[query]]\nae_title = "PACS"\nhost = "127.0.0.1"\nport = 1\nsender = "MODALITY"\n'
        self.config.write_text(f'[node]\ndata = "{self.data}"\n[limits]\nfree_disk_mib = 1\n{archive}')

    def do(self, *arguments: str) -> int:
        return run([*arguments, "--config", str(self.config)])

    def records(self) -> list[AuditRecord]:
        """Return what the trail says that somebody did, the oldest first."""
        found = AuditBook(self.bench.engine).records()
        return [each for each in reversed(found) if each.event.event_id is EventID.INSTANCES_ACCESSED]

    def told(self) -> list[tuple[str, str, EventOutcome]]:
        return [(each.event.who, each.event.explanation, each.event.outcome) for each in self.records()]

    def happened(self, kind: HappeningKind) -> list[Happening]:
        timelines = Timelines(self.bench.engine, LedgerView(self.bench.engine, self.data))
        return [each for each in timelines.timeline("1.1") if each.kind is kind]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    site.bench.close()


@pytest.fixture
def answered(site: Site) -> Site:
    """Return a site with one answered study, 1.1, which the archive refused."""
    site.bench.expect(pacs=[Outcome.REFUSED])
    site.bench.arrive("1", "1")
    site.bench.complete()
    site.bench.deliver()
    return site


def test_commands_on_a_study_are_recorded_and_told_in_its_history_those_that_were_refused_too(answered: Site) -> None:
    assert answered.do("dead-letters", "replay", "--all") == 0
    for command in ("retry", "hold", "release", "reread"):
        assert answered.do(command, "1.1") == 0
    assert answered.do("reread", "1.1") == 1
    done = ["dead letters sent again", "retry", "hold", "release", "reread"]
    refused = (ME, "reread", EventOutcome.MINOR_FAILURE)
    assert answered.told() == [*((ME, each, EventOutcome.SUCCESS) for each in done), refused]
    assert {each.event.studies[0].study_instance_uid for each in answered.records()} == {"1.1"}
    asked = answered.happened(HappeningKind.ASKED)
    assert [each.facts["action"] for each in asked] == [*done[1:], "reread"]
    assert {each.by for each in asked} == {ME}
    assert "INTERVENTION-REFUSED" in asked[-1].note


def test_documents_name_who_decided_and_the_history_who_gave_the_command(answered: Site) -> None:
    assert answered.do("retract", "1.1", "--reason", "other", "--by", "Dr Roe") == 0
    assert answered.told() == [(ME, "retract", EventOutcome.SUCCESS)]
    assert [each.by for each in answered.happened(HappeningKind.RETRACTED)] == ["Dr Roe"]
    assert [each.by for each in answered.happened(HappeningKind.ASKED)] == [ME]


def test_who_gives_up_is_kept_where_nobody_else_is_named(answered: Site) -> None:
    assert answered.do("dead-letters", "discard", "1.1", "--reason", "not needed") == 0
    assert answered.told() == [(ME, "dead letters given up", EventOutcome.SUCCESS)]
    assert [each.by for each in answered.happened(HappeningKind.DISCARDED)] == [ME]
    assert answered.do("priors", "1.1") == 1  # nobody answers at that port
    found = AuditBook(answered.bench.engine).records()
    (asked,) = [each.event for each in found if each.event.event_id is EventID.QUERY]
    assert (asked.who, asked.studies[0].study_instance_uid) == (ME, "1.1")
    assert asked.resources[0].query == "other studies of the patient of 1.1"  # no ID, which could not be erased


def test_files_of_the_quarantine_and_studies_that_are_fetched_are_recorded(site: Site) -> None:
    for name in ("1.2", "1.3"):
        path = save_radiograph(make_radiograph(), site.data / "quarantine" / f"{name}.dcm")
        site.bench.ledger.quarantine(path, reason_code="NOT-RECORDED", reason="", calling_ae_title="MOD1")
    assert site.do("quarantine", "retry", "1") == 0
    assert site.do("quarantine", "discard", "2", "--yes") == 0
    assert site.do("fetch", "1.2.3") == 0
    done = ["quarantine retry", "quarantine discard", "fetch from PACS"]
    assert site.told() == [(ME, each, EventOutcome.SUCCESS) for each in done]
    events = [each.event for each in site.records()]
    assert [each.action for each in events] == [Action.UPDATE, Action.DELETE, Action.UPDATE]
    assert [each.resources[0].identifier[-1] for each in events[:2]] == ["1", "2"]


def test_who_looks_at_a_study_by_command_is_recorded_and_what_is_written_of_it_is_an_export(
    answered: Site, tmp_path: Path
) -> None:
    assert answered.do("show", "1.1") == answered.do("route", "1.1") == 0
    assert answered.do("show", "quarantine") == answered.do("studies") == 0
    assert answered.told() == [(ME, "", EventOutcome.SUCCESS)] * 2
    looks = [each.event for each in answered.records()]
    assert {each.action for each in looks} == {Action.READ}
    assert {each.studies[0].study_instance_uid for each in looks} == {"1.1"}


def test_a_study_that_is_not_there_was_looked_at_by_nobody(answered: Site) -> None:
    assert answered.do("show", "9.9") == answered.do("route", "9.9") == 1
    assert answered.told() == []
