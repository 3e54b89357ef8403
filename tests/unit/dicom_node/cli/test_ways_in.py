"""What check-config says of the ways in."""

from config.settings import Settings
from dicom_node.cli.ways_in import describe_ways


def describe(**tables: object) -> str:
    return "\n".join(describe_ways(Settings.model_validate(tables)))


def test_a_node_that_takes_c_store_alone_says_nothing_more() -> None:
    assert describe() == ""


def test_a_watched_folder_is_told_with_its_title_and_with_what_becomes_of_files() -> None:
    said = describe(folder=[{"name": "export", "path": "/srv/export", "ae_title": "EXPORT", "taken": "delete"}])
    assert "/srv/export come in as EXPORT" in said
    assert "deleted" in said
