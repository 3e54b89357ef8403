"""Name, TCP and TLS: the way to a peer, before anything of DICOM, HL7 or HTTP."""

import socket
import time
from collections.abc import Generator
from datetime import UTC, datetime

from dicom_node.association_failures.connections import TIMED_OUT, code_of, explain_connection
from dicom_node.association_failures.explanation import Place
from dicom_node.doctor.verdicts import Check, Verdict, faulty, good
from dicom_node.tls.certificates import WARNING_DAYS, Certificate
from dicom_node.tls.inspection import Call, inspect

#: Yields checks; returns whether to go on.
Way = Generator[Check, None, bool]


def reach(host: str, port: int, timeout_seconds: float) -> Way:
    """Look a name up and open a TCP connection."""
    began, at = time.monotonic(), f"{host}:{port}"
    try:
        with socket.create_connection((host, port), timeout_seconds) as connection:
            address = str(connection.getpeername()[0])
    except (OSError, UnicodeError) as error:
        code = code_of(error)
        yield faulty("TCP", explain_connection(code, at, timeout_seconds if code == TIMED_OUT else None))
        return False
    named = f" ({address})" if address != host else ""
    yield good("TCP", f"{at}{named} takes connections, after {1000 * (time.monotonic() - began):.0f} ms")
    return True


def shake(call: Call) -> Way:
    """Shake hands as a call would; say what the peer shows, and whether each side believes the other."""
    shown = inspect(call)
    if shown.problem:
        what, _, advice = shown.problem.partition("; ")
        yield Check("TLS", Verdict.FAULT, what, advice, Place.EITHER, "TLS-FAILED")
        if shown.certificate is not None:
            yield _judge(shown.certificate)
        return False
    yield good("TLS", f"{shown.version}: each side believes the other")
    if shown.certificate is not None:
        yield _judge(shown.certificate)
    return True


def _judge(certificate: Certificate) -> Check:
    now = datetime.now(UTC)
    verdict, days = certificate.verdict(now), certificate.days_left(now)
    names = ", ".join(certificate.names) or "no host name"
    ends = f"the peer's certificate is for {names} and ends on {certificate.not_after:%Y-%m-%d}"
    if verdict == "good":
        return good("certificate", f"{ends}, in {days} days")
    if verdict == "near its end":
        meaning = f"{ends}, in {days} days (below {WARNING_DAYS})"
        return Check("certificate", Verdict.WARNING, meaning, "have it renewed there", Place.PEER)
    meaning = f"{ends}: it {'has expired' if verdict == 'expired' else 'is not valid yet'}"
    return Check("certificate", Verdict.FAULT, meaning, "the peer needs a new one; check both clocks", Place.PEER)
