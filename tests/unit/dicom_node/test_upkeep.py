"""Which loops a node has beside its pipeline, by what it is configured to do."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from config.settings import Settings
from dicom_node.clock import SystemClock
from dicom_node.upkeep import Upkeep
from tests.fakes.starts import FakeStarts


def names(folder: Path, **tables: Any) -> set[str]:
    settings = Settings.model_validate({"node": {"data": str(folder)}, **tables})
    upkeep = Upkeep(settings, create_engine("sqlite://"), SystemClock(), folder)
    return {each.name for each in upkeep.loops(FakeStarts())}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("tables", "notes"),
    [({}, True), ({"console": {"enabled": True}}, False), ({"orders": {}, "final_reports": {}}, False)],
)
def test_accession_numbers_are_noted_by_the_node_where_nobody_else_does(
    tables: dict[str, Any], notes: bool, tmp_path: Path
) -> None:
    assert ("study-entries" in names(tmp_path, **tables)) is notes
