"""What check-config says of the ways in."""

from config.settings import Settings
from dicom_node.config_check.ways_in import describe_ways


def describe(**tables: object) -> str:
    return "\n".join(describe_ways(Settings.model_validate(tables)))


def test_a_node_that_takes_c_store_alone_says_nothing_more() -> None:
    assert describe() == ""


def test_a_watched_folder_is_told_with_its_title_and_with_what_becomes_of_files() -> None:
    said = describe(folder=[{"name": "export", "path": "/srv/export", "ae_title": "EXPORT", "taken": "delete"}])
    assert "/srv/export come in as EXPORT" in said
    assert "deleted" in said


def test_each_client_is_told_with_what_it_is_known_by() -> None:
    clients = [
        {"name": "ward", "address": "10.1.0.0/16"},
        {"name": "gateway", "token_file": "gateway.token", "ae_title": "GATEWAY"},
    ]
    said = describe(http={"bind": "0.0.0.0"}, http_client=clients)
    assert "STOW-RS at http://0.0.0.0:8080/studies" in said
    assert 'ward posts from 10.1.0.0/16 and comes in as HTTP, tier "full"\n' in said
    assert "gateway posts with a token and comes in as GATEWAY" in said
    assert said.count("its token can be read on the way") == 1


def test_a_listener_without_clients_is_told_to_be_of_no_use() -> None:
    assert "nobody may post" in describe(http={})


def test_clients_without_a_listener_are_told_to_be_of_no_use() -> None:
    assert "no [http] to listen" in describe(http_client=[{"name": "ward", "address": "10.1.0.0/16"}])


def test_an_orthanc_is_told_with_what_is_fetched_and_how_it_is_told() -> None:
    said = describe(orthanc=[{"name": "ward", "url": "http://10.1.2.3:8042", "follow": "StableStudy"}])
    assert "Orthanc ward at http://10.1.2.3:8042: studies when they are stable come in as ORTHANC" in said
    assert 'labelled "osteonode"' in said
