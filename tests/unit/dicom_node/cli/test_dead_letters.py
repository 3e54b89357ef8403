"""dead-letters: what failed for good, since when and why, and what a person does about it."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from dbos import DBOS

from dicom_node.cli.dead_letters import write_age
from dicom_node.cli.main import run
from dicom_node.ledger.database import database_url
from domain.delivery import DeliveryState, Outcome
from tests.unit.dicom_node.pipeline.workbench import Workbench

SECRET = "Roe^Richard moved away"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Path, Workbench]]:
    """Return a configuration whose ledger has one dead letter, of study 1.1 to the archive."""
    data = tmp_path / "data"
    data.mkdir()
    DBOS.migrate(database_url(data))
    bench = Workbench(data)
    bench.expect(pacs=[Outcome.REFUSED])
    bench.arrive("1", "1")
    bench.complete()
    bench.deliver()
    config = tmp_path / "site.toml"
    config.write_text(f'[node]\ndata = "{data}"\n')
    yield config, bench
    bench.close()


def call(config: Path, *arguments: str) -> int:
    command, *more = arguments or ("",)
    return run(["dead-letters", *filter(None, [command]), *more, "--config", str(config)])


def test_the_list_says_where_since_when_and_why(
    site: tuple[Path, Workbench], capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(site[0]) == 0
    out = capsys.readouterr().out
    assert all(words in out for words in ("1.1", "pacs", "2026-03-01", "scripted", "1 dead letter;"))
    assert run(["studies", "--config", str(site[0])]) == 0
    assert "1 delivery failed for good: `osteonode dead-letters` says why." in capsys.readouterr().out


def test_the_list_as_json_has_the_words_of_the_peer_for_each_document(
    site: tuple[Path, Workbench], capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(site[0], "--json") == 0
    (letter,) = json.loads(capsys.readouterr().out)
    assert (letter["study_instance_uid"], letter["destination"], letter["attempts"]) == ("1.1", "pacs", 1)
    assert letter["receipts"] == [{"identifier": "1.1.1.0", "outcome": "refused", "status": "scripted refused"}]


def test_a_replay_plans_it_anew_and_then_there_is_none(
    site: tuple[Path, Workbench], capsys: pytest.CaptureFixture[str]
) -> None:
    config, bench = site
    assert call(config, "replay", "--destination", "pacs") == 0
    assert "1 dead letter to be sent again now" in capsys.readouterr().out
    assert bench.ledger.delivery("1.1", 1, "pacs").state is DeliveryState.WAITING
    assert call(config, "replay", "--all") == 1
    assert "nothing to replay" in capsys.readouterr().out


def test_a_replay_of_nothing_in_particular_is_wrong_usage(
    site: tuple[Path, Workbench], capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(site[0], "replay") == 2
    assert "--all" in capsys.readouterr().err


def test_an_option_before_the_command_is_refused_and_not_forgotten(
    site: tuple[Path, Workbench], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["dead-letters", "--config", str(site[0]), "replay", "--all"]) == 2
    assert "options stand behind replay" in capsys.readouterr().err


def test_giving_up_needs_a_reason_which_is_shown_to_people_and_not_logged(
    site: tuple[Path, Workbench], capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    config, _bench = site
    assert call(config, "discard", "1.1") == 2
    assert call(config, "discard", "1.1", "--reason", " ") == 2
    assert call(config, "discard", "1.1", "--reason", SECRET, "--by", "PACS office") == 0
    assert call(config) == 0
    assert "nothing has failed for good" in capsys.readouterr().out
    assert run(["show", "1.1", "--config", str(config)]) == 0
    shown = capsys.readouterr().out
    assert SECRET in shown
    assert "PACS office" in shown
    assert "Roe" not in caplog.text


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (59, "59 s"), (61, "1 min 1 s"), (3600, "1 h"), (273600, "3 d 4 h"), (-5, "0 s")]
)
def test_an_age_is_told_in_its_two_largest_units(seconds: int, words: str) -> None:
    assert write_age(timedelta(seconds=seconds)) == words
