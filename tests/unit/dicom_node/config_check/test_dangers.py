from typing import Any

import pytest

from config.settings import Settings
from dicom_node.config_check.dangers import find_dangers

CR1 = {"ae_title": "CR1", "address": "10.1.2.3"}
PACS = {"name": "pacs", "kind": "dicom", "ae_title": "PACS", "host": "127.0.0.1", "port": 104}
OPEN = {"bind": "0.0.0.0"}


def dangers(**tables: Any) -> str:
    site = {"sender": [CR1], "destination": [PACS], **tables}
    return "\n".join(find_dangers(Settings.model_validate(site)))


def pacs(**keys: Any) -> list[dict[str, Any]]:
    return [PACS | keys]


def test_a_site_that_means_what_it_says_hears_nothing() -> None:
    assert dangers() == ""


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"sender": []}, "nobody may send images here"),
        ({"destination": []}, "nobody gets the answer"),
        ({"node": OPEN, "sender": [{"ae_title": "*"}]}, "every machine that reaches node.port may send"),
        ({"node": OPEN, "sender": [{"ae_title": "CR1"}]}, "sender CR1: address is not set"),
        ({"node": OPEN}, "[tls] is not there: images can be read"),
        ({"http": {"bind": "0.0.0.0"}}, "set http.tls"),
        ({"console": {"enabled": True, "bind": "0.0.0.0"}}, "set console.tls"),
        ({"destination": pacs(host="10.1.2.3")}, "results can be read on their way to 10.1.2.3"),
        ({"destination": [{"name": "w", "kind": "stow", "url": "http://10.1.2.3/dicom-web"}]}, "use https"),
        ({"audit": {"repository": "10.1.2.3", "transport": "udp"}}, "messages name patients"),
        ({"destination": pacs(port=11112)}, "results would come back as images"),
        ({"destination": pacs(ae_title="OSTEONODE")}, "give it the archive's own title"),
        ({"destination": [PACS, PACS | {"name": "again"}]}, "destinations pacs and again are the same peer"),
        ({"destination": pacs(retry={"max_attempts": 2})}, "held for a person before the destination is left alone"),
        (
            {"destination": pacs(retry={"max_attempts": 9}, breaker={"failures": 0})},
            "gives up after 0.4 h at most",
        ),
        ({"completion": {"quiet_seconds": 2}}, "has its study answered in parts"),
        ({"node": {**OPEN, "port": 0}}, "no peer can know it"),
    ],
)
def test_each_danger_is_told_with_its_key(tables: dict[str, Any], words: str) -> None:
    assert words in dangers(**tables)


def test_what_stays_on_this_machine_is_no_danger() -> None:
    on_loopback = [{"ae_title": "*"}]
    assert dangers(sender=on_loopback, completion={"quiet_seconds": 2}) == ""


def test_two_destinations_that_get_different_documents_are_no_repetition() -> None:
    captures = PACS | {"name": "viewer", "documents": ["secondary_capture"]}
    reports = PACS | {"documents": ["structured_report"]}
    assert dangers(destination=[captures, reports]) == ""
