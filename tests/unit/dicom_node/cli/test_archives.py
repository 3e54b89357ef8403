import pytest

from config.completion import Query
from dicom_node.cli.archives import choose_archive
from domain.errors import ConfigError

PACS = Query(sender="PACS", ae_title="PACS", host="pacs", port=104)
VNA = Query(sender="CR1", ae_title="VNA", host="vna", port=104)


def test_the_only_archive_is_meant() -> None:
    assert choose_archive([PACS], "") == PACS


def test_the_archive_of_the_studys_sender_is_meant() -> None:
    assert choose_archive([PACS, VNA], "", {"CR1"}) == VNA


def test_a_name_decides() -> None:
    assert choose_archive([PACS, VNA], "VNA", {"PACS"}) == VNA


@pytest.mark.parametrize(("queries", "name"), [([], ""), ([PACS, VNA], ""), ([PACS], "VNA")])
def test_what_is_not_clear_is_asked_for(queries: list[Query], name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        choose_archive(queries, name)
    assert "the configuration has" in caught.value.problems[0]
