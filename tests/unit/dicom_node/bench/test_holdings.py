"""What a node holds, counted of this very process."""

import os
from pathlib import Path

from dicom_node.bench.holdings import measure_holdings
from dicom_node.ledger.database import create_tables, database_url, open_engine


def test_rows_files_threads_and_disk_are_counted(tmp_path: Path) -> None:
    engine = open_engine(database_url(tmp_path))
    create_tables(engine)
    (tmp_path / "large").write_bytes(bytes(3_000_000))
    with (tmp_path / "large").open("rb"):
        held = measure_holdings(os.getpid(), tmp_path)
    engine.dispose()
    assert held.rows["meta"] == 1
    assert held.rows["study"] == 0
    assert held.disk_mb >= 3.0
    mine = held.processes[0]
    assert mine.pid == os.getpid()
    assert mine.rss_mib > 10
    assert mine.files > 3
    assert mine.threads >= 1


def test_a_process_that_is_gone_holds_nothing(tmp_path: Path) -> None:
    create_tables(open_engine(database_url(tmp_path)))
    (line,) = measure_holdings(2**22 + 1, tmp_path).processes
    assert (line.rss_mib, line.files, line.threads) == (0.0, 0, 0)
