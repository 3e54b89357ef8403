"""Whose clock goes wrong: what peers say the time is, and whether the kernel of this machine is kept right."""

import ctypes
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from dicom_node.association_failures.explanation import Place
from dicom_node.doctor.verdicts import Check, Verdict, good

#: Two clocks that agree within this are both right, for what this node writes: HTTP and HL7 say whole seconds.
MOST_SECONDS: Final = 30.0
#: adjtimex(2): what it returns, and bits that it sets, where nothing keeps the clock right.
_TIME_ERROR: Final = 5
#: Larger than struct timex is on any machine: the kernel fills in its beginning, `modes` = 0 changes nothing.
_TIMEX_BYTES: Final = 512


def compare(theirs: datetime | None, now: datetime) -> Iterator[Check]:
    """Compare what a peer says the time is with what this machine says; nothing where it does not say."""
    if theirs is None:
        return
    ahead_seconds = (theirs - now).total_seconds()
    if abs(ahead_seconds) <= MOST_SECONDS:
        yield good("clock", f"its clock and this one agree within {MOST_SECONDS:g} s")
        return
    way = "ahead of" if ahead_seconds > 0 else "behind"
    meaning = f"its clock is {abs(ahead_seconds):.0f} s {way} this one: times in documents and logs will not agree"
    yield Check("clock", Verdict.WARNING, meaning, "let both follow one time server (NTP)", Place.EITHER)


def read_http_date(header: str | None) -> datetime | None:
    """Return the Date of an HTTP answer (RFC 9110 6.6.1), None where there is none that can be read."""
    try:
        date = parsedate_to_datetime(header or "")
    except ValueError:
        return None
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)


def read_hl7_time(field: str) -> datetime | None:
    """Return a DTM (HL7 v2.5.1 2.A.21) such as MSH-7, to the second; without an offset it is of this machine's zone."""
    digits, offset = field[:14], field[-5:]
    has_offset = offset[:1] in ("+", "-")
    try:
        return datetime.strptime(
            digits + (offset if has_offset else ""), "%Y%m%d%H%M%S" + "%z" * has_offset
        ).astimezone()
    except ValueError:
        return None


def examine_clock() -> Iterator[Check]:
    """Say whether the kernel holds its clock for synchronised."""
    state = _read_state()
    now = f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S %z}"
    if state is None:
        yield Check("clock", Verdict.UNKNOWN, f"it is {now} here; whether a time server keeps it so cannot be seen")
    elif state != _TIME_ERROR:
        yield good("clock", f"it is {now} here, kept by a time server")
    else:
        meaning = f"it is {now} here, and no time server keeps it so, as far as the kernel knows"
        change = "switch NTP on (timedatectl set-ntp true); in a virtual machine or container, on its host"
        yield Check("clock", Verdict.WARNING, meaning, change, Place.HERE)


def _read_state() -> int | None:
    """Return what adjtimex(2) says of the clock, None where it says nothing."""
    if os.name != "posix":
        return None
    try:
        state = int(ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES)))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state
