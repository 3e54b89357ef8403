import json
import logging
import sys

import pytest

from dicom_node.cli.logs import LIBRARY_LEVELS, LinesForCollectors, LinesForPeople, tame_libraries
from dicom_node.log_events import hide_uids, name_uid
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


UUID_DERIVED = "2.25.332023117678012711681089183698717788559"
UIDS = ["1.2.826.0.1.3680043.8.498.123", UUID_DERIVED, "1.3.046670589111", "1.2.34567.890123", "0.1.2.3.04"]


@pytest.mark.parametrize("uid", UIDS)
@pytest.mark.parametrize("formatter", [LinesForPeople(), LinesForCollectors()])
def test_a_uid_is_logged_as_a_digest_and_one_of_the_standard_as_it_is(formatter: logging.Formatter, uid: str) -> None:
    sop_class = "1.2.840.10008.5.1.4.1.1.1"
    path = f"/data/instances/{uid}.{'0a1b' * 4}.dcm"
    record = logging.LogRecord("osteonode.receive", logging.INFO, "", 0, "%s %s", (path, sop_class), None)
    record.sop_instance_uid = uid
    line = formatter.format(record)
    assert uid not in line
    assert sop_class in line
    assert f"{name_uid(uid)}.0a1b" in line


def test_what_is_no_uid_is_logged_as_it_is() -> None:
    said = "127.0.0.1:11112 took 1.25 s, 1.123.123.123 had version 2.4.1024, 2026-03-01T08:00:00.000Z"
    assert hide_uids(said) == said


def test_a_collector_gets_the_event_and_the_values_of_a_message() -> None:
    values = ("1.2.3.4.5.6", 2, "pacs", "delivered", "")
    message = "study %s version %d to %s: %s %s"
    record = logging.LogRecord("dicom_node.pipeline.delivering", logging.INFO, "", 0, message, values, None)
    line = json.loads(LinesForCollectors().format(record))
    assert (line["event"], line["destination"], line["outcome"]) == ("delivery.attempted", "pacs", "delivered")
    assert (line["study_instance_uid"], line["version"]) == (name_uid("1.2.3.4.5.6"), 2)


def test_what_a_library_says_has_the_name_of_the_library() -> None:
    record = logging.LogRecord("uvicorn.error", logging.ERROR, "", 0, "oh", (), None)
    assert json.loads(LinesForCollectors().format(record))["event"] == "library.uvicorn"
