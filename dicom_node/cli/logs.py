"""Logging of a running node: lines for people or JSON for a collector, codes and digests of UIDs only.

Libraries quote the values they trip over, and a value may be a patient's name. So theirs are kept to errors, pydicom's
are dropped, and a traceback shows the places but never the message of an error that is not our own.
"""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from functools import lru_cache
from types import TracebackType

from config.settings import Console
from dicom_node.log_events import describe_event, hide_uids
from domain.errors import OsteonodeError

#: Least severe event of a library that is logged; pydicom's say the values of elements.
LIBRARY_LEVELS = {
    "pydicom": logging.CRITICAL + 1,
    "highdicom": logging.CRITICAL + 1,
    "hl7apy": logging.CRITICAL + 1,
    "pynetdicom": logging.ERROR,
    # Who could not be reached is told by the delivery, in words and once.
    "pynetdicom.transport": logging.CRITICAL,
    "dbos": logging.WARNING,
    "sqlalchemy": logging.WARNING,
    "alembic": logging.WARNING,
    # What was refused or failed is told by receiving, in words; httpx writes every address that it asks.
    "uvicorn": logging.CRITICAL,
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    # Why a web destination did not answer is told by the delivery, in words and without a traceback.
    "retrying": logging.ERROR,
    "urllib3": logging.ERROR,
    # That traces are not taken is told once, by the loop that sends them.
    "opentelemetry": logging.CRITICAL,
    "PIL": logging.WARNING,
    "openvino": logging.WARNING,
    "pebble": logging.WARNING,
}
#: What every record has; all else are the fields that an event was logged with.
_PLAIN_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
_ErrorInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class LinesForPeople(logging.Formatter):
    """`2026-01-31T12:00:00Z INFO receive: ...`, UTC."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one event as text."""
        line = f"{_time(record)} {record.levelname:<7} {record.name}: {record.getMessage()}"
        return hide_uids(f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line)

    def formatException(self, ei: _ErrorInfo) -> str:  # noqa: N802 - logging's name
        """Return where an error happened; what it says only where it is our own."""
        return describe_error(ei)


class LinesForCollectors(logging.Formatter):
    """One JSON object per line: time, level, event, logger, message, the fields of the event, where an error was."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one event as one line of JSON."""
        line = {"time": _time(record), "level": record.levelname, **describe_event(record), "logger": record.name}
        line["message"] = record.getMessage()
        line |= {key: value for key, value in vars(record).items() if key not in _PLAIN_FIELDS}
        if record.exc_info:
            line["error"] = describe_error(record.exc_info)
        return hide_uids(json.dumps(line, ensure_ascii=False, default=str))


def configure_logging(console: Console) -> None:
    """Send the events of this process to stderr, as the configuration says."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(console.log_level)  # what is refused reaches the audit trail, however little is logged
    handler.setFormatter(LinesForCollectors() if console.log_format == "json" else LinesForPeople())
    logging.basicConfig(handlers=[handler], level=console.log_level, force=True)
    tame_libraries()


def tame_libraries() -> None:
    """Keep what libraries say to what a person needs and may see."""
    for name, level in LIBRARY_LEVELS.items():
        logger = logging.getLogger(name)
        logger.setLevel(level)
        logger.handlers.clear()
        logger.propagate = True


def describe_error(info: _ErrorInfo) -> str:
    """Return type and place of an error and of its causes; the message only of our own errors and of the system's."""
    lines: list[str] = []
    error = info[1]
    while error is not None:
        places = "".join(traceback.format_list(traceback.extract_tb(error.__traceback__))).rstrip()
        lines.insert(0, f"{_name(error)}\n{places}" if places else _name(error))
        error = error.__cause__ or error.__context__
    return "\n".join(lines)


def _name(error: BaseException) -> str:
    if isinstance(error, OsteonodeError):
        return f"{type(error).__name__}: {error}"
    if isinstance(error, OSError):
        return f"{type(error).__name__}: {error.strerror}"
    return type(error).__name__


def _time(record: logging.LogRecord) -> str:
    second, rest = divmod(record.created, 1)
    return f"{_write_second(int(second))}.{int(rest * 1000):03d}Z"


@lru_cache(maxsize=16)
def _write_second(second: int) -> str:
    """Return a time without its fraction; hundreds of images may come in one second."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
