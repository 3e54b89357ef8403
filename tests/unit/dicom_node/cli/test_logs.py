import json
import logging
import sys

import pytest

from dicom_node.cli.logs import LIBRARY_LEVELS, LinesForCollectors, LinesForPeople, tame_libraries
from domain.errors import LedgerError

NAME = "Zzyzx^Quilla"


def record_of(error: Exception | None = None, **fields: str) -> logging.LogRecord:
    info = None
    if error is not None:
        try:
            raise error
        except Exception:
            info = sys.exc_info()
    record = logging.LogRecord("osteonode.receive", logging.ERROR, "", 0, "image %s", ("1.2.3",), info)
    vars(record).update(fields)
    return record


def test_a_line_for_people_has_time_in_utc_level_logger_and_message() -> None:
    line = LinesForPeople().format(record_of())
    assert line.split(" ", 1)[0].endswith("Z")
    assert line.split(" ", 1)[1] == "ERROR   osteonode.receive: image 1.2.3"


def test_a_line_for_collectors_is_one_json_object_with_the_fields_of_the_event() -> None:
    line = json.loads(LinesForCollectors().format(record_of(event="receive.instance_stored", status="0x0000")))
    assert line["message"] == "image 1.2.3"
    assert (line["event"], line["status"], line["level"]) == ("receive.instance_stored", "0x0000", "ERROR")
    assert set(line) == {"time", "level", "logger", "message", "event", "status"}


@pytest.mark.parametrize("formatter", [LinesForPeople(), LinesForCollectors()])
def test_the_message_of_a_library_s_error_is_never_logged_for_it_may_quote_a_name(formatter: logging.Formatter) -> None:
    error = ValueError(f"cannot encode {NAME}")
    error.__cause__ = KeyError(NAME)
    line = formatter.format(record_of(error))
    assert NAME not in line
    assert "ValueError" in line
    assert "KeyError" in line
    assert "test_logs.py" in line


def test_the_message_of_our_own_error_is_logged() -> None:
    assert "LEDGER: it is closed (1.2.3)" in LinesForPeople().format(
        record_of(LedgerError("it is closed", subject="1.2.3"))
    )


def test_pydicom_says_nothing_because_it_quotes_values(caplog: pytest.LogCaptureFixture) -> None:
    before = {name: logging.getLogger(name).level for name in LIBRARY_LEVELS}
    try:
        tame_libraries()
        logging.getLogger("pydicom").critical("invalid value %s", NAME)
        assert NAME not in caplog.text
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
