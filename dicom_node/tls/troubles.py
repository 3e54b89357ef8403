"""Why TLS failed, in words: what was seen, and which side has to change what.

The keys are the names that OpenSSL gives its errors and the alerts of the peer (RFC 8446 6.2), and the codes of its
certificate check (x509_vfy.h). Nothing of a certificate stands in the words: it may name a person.
"""

import ssl
from enum import Enum


class Side(Enum):
    """Who is told: the one who called, about the peer's listener; or the one who listens, about the caller."""

    CALLING = "calling"
    LISTENING = "listening"


_Words = tuple[str, str]

#: What we find wrong in the certificate of the peer, by the code of the check.
_NEW_LIST = "put the new list of its authority into the file that tls.revocation_files names"
_CLOCK = "check the clocks of both sides"
_LISTS = "tls.revocation_files"
_CHECKS: dict[int, tuple[str, str, str]] = {
    3: (
        "cannot be checked: there is no revocation list of its authority",
        f"add that list to {_LISTS} of this destination",
        f"add that list to {_LISTS} of this node",
    ),
    8: ("cannot be checked: the revocation list is not signed by its authority", _NEW_LIST, _NEW_LIST),
    9: ("is not valid yet", _CLOCK, _CLOCK),
    10: ("has expired", "the peer needs a new certificate", "the caller needs a new certificate"),
    11: ("cannot be checked: the revocation list is not valid yet", _CLOCK, _CLOCK),
    12: ("cannot be checked: the revocation list has expired", _NEW_LIST, _NEW_LIST),
    18: (
        "is signed by itself alone",
        "put it into tls.authorities_file of this destination, or give the peer one of an authority that stands there",
        "put it into tls.authorities_file of this node, or give the caller one of an authority that stands there",
    ),
    19: (
        "ends at an authority that is not believed here",
        "add that authority to tls.authorities_file of this destination",
        "add that authority to tls.authorities_file of this node, or give the caller another certificate",
    ),
    20: (
        "is of an authority that is not believed here",
        "add it to tls.authorities_file of this destination, or let the peer send what stands between (its chain)",
        "add it to tls.authorities_file of this node, or let the caller send what stands between (its chain)",
    ),
    23: (
        "was revoked by its authority",
        "the peer needs a new certificate; ask its owner why: its key may be in other hands",
        "the caller needs a new certificate; ask its owner why: its key may be in other hands",
    ),
    26: (
        "is not made for this",
        "the peer needs one with the extended key usage serverAuth",
        "the caller needs one with the extended key usage clientAuth",
    ),
    62: (
        "names another host",
        "the peer needs a certificate with the name in `host`; or set tls.server_name of this destination to a name "
        "that the certificate has (`osteonode certs peers` shows them)",
        "give the caller another certificate",
    ),
    66: ("has too short a key", "the peer needs RSA of 2048 bits or more", "the caller needs RSA of 2048 bits or more"),
    68: ("is signed too weakly", "the peer needs one signed with SHA-256", "the caller needs one signed with SHA-256"),
}
_SAME_CHECK = {21: 20, 2: 20, 64: 62, 67: 66}

_PLAIN_PEER = (
    "the peer does not speak TLS at this port",
    "give `port` of this destination the peer's TLS port, or remove [destination.tls] to call it plainly",
)
_PLAIN_CALLER = (
    "the caller spoke without TLS",
    "let it call node.port for that, or switch on TLS for this connection in the caller",
)
_NO_COMMON = "both sides have no cipher suite in common"
_OWN_UNKNOWN = "the peer does not believe this node's certificate"
_UNBELIEVED = "give the caller the authority of this node's certificate, or this node a certificate of its authorities"

_CALLING: dict[str, _Words] = {
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": (
        "the peer asks for a certificate and got none",
        "set tls.certificate_file and tls.key_file of this destination",
    ),
    "SSLV3_ALERT_HANDSHAKE_FAILURE": (
        "the peer refused the handshake",
        "it asks for a certificate (set tls.certificate_file and tls.key_file of this destination), or must be set to "
        "cipher suites of BCP 195 (ECDHE with GCM)",
    ),
    "TLSV1_ALERT_UNKNOWN_CA": (_OWN_UNKNOWN, "add the authority of this node's certificate at the peer"),
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": (
        "this node's certificate has expired",
        "renew tls.certificate_file of this destination; where `osteonode certs check` finds it good, the peer's "
        "revocation list has expired",
    ),
    "SSLV3_ALERT_CERTIFICATE_REVOKED": (
        "this node's certificate was revoked",
        "ask its authority why, and for a new one: tls.certificate_file of this destination",
    ),
    "SSLV3_ALERT_BAD_CERTIFICATE": (_OWN_UNKNOWN, "look in the peer's log, and at `osteonode certs check`"),
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": (_OWN_UNKNOWN, "look in the peer's log, and at `osteonode certs check`"),
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE": (
        _OWN_UNKNOWN,
        "it may lack the extended key usage clientAuth; look in the peer's log",
    ),
    "TLSV1_ALERT_PROTOCOL_VERSION": (
        "the peer does not take TLS 1.2 or 1.3",
        "switch one of them on at the peer: this node speaks nothing older (BCP 195)",
    ),
    "UNSUPPORTED_PROTOCOL": (
        "the peer speaks an older TLS than 1.2",
        "switch on TLS 1.2 or 1.3 at the peer: this node speaks nothing older (BCP 195)",
    ),
    "TLSV1_ALERT_INSUFFICIENT_SECURITY": (_NO_COMMON, "switch on cipher suites of BCP 195 at the peer"),
    "TLSV1_UNRECOGNIZED_NAME": (
        "the peer has no certificate for this name",
        "set tls.server_name of this destination to the name it knows",
    ),
    "WRONG_VERSION_NUMBER": _PLAIN_PEER,
    "UNEXPECTED_EOF_WHILE_READING": (
        "the peer closed the connection",
        "it may not speak TLS at this port (check `port`, or remove [destination.tls]), or want another certificate of "
        "this node (tls.certificate_file): its log says which",
    ),
}
_LISTENING: dict[str, _Words] = {
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": (
        "the caller showed no certificate",
        'give it one of an authority in tls.authorities_file, or set tls.client_certificates = "optional"',
    ),
    "HTTP_REQUEST": _PLAIN_CALLER,
    "WRONG_VERSION_NUMBER": _PLAIN_CALLER,
    "UNSUPPORTED_PROTOCOL": (
        "the caller offers nothing newer than TLS 1.1",
        "switch on TLS 1.2 or 1.3 in the caller: this node speaks nothing older (BCP 195)",
    ),
    "VERSION_TOO_LOW": (
        "the caller offers nothing newer than TLS 1.1",
        "switch on TLS 1.2 or 1.3 in the caller: this node speaks nothing older (BCP 195)",
    ),
    "NO_SHARED_CIPHER": (_NO_COMMON, "switch on cipher suites of BCP 195 (ECDHE with GCM) in the caller"),
    "NO_SUITABLE_SIGNATURE_ALGORITHM": (_NO_COMMON, "switch on signatures with SHA-256 in the caller"),
    "TLSV1_ALERT_UNKNOWN_CA": ("the caller does not believe this node's certificate", _UNBELIEVED),
    "SSLV3_ALERT_BAD_CERTIFICATE": ("the caller does not take this node's certificate", _UNBELIEVED),
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": ("the caller does not take this node's certificate", _UNBELIEVED),
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": (
        "this node's certificate has expired",
        "renew tls.certificate_file; see `osteonode certs check`",
    ),
    "SSLV3_ALERT_CERTIFICATE_REVOKED": (
        "this node's certificate was revoked",
        "ask its authority why, and for a new one: tls.certificate_file",
    ),
    "UNEXPECTED_EOF_WHILE_READING": (
        "the caller closed during the handshake",
        "look in its log: it may not believe this node's certificate, or be no DICOM program",
    ),
}
_OF_SIDE = {Side.CALLING: _CALLING, Side.LISTENING: _LISTENING}
_NOT_KNOWN = "look in the log of both sides"


def explain(error: OSError, side: Side) -> str:
    """Return what went wrong and what to change: `TLS failed: the certificate of the peer has expired; ...`."""
    return f"TLS failed: {'; '.join(describe(error, side))}"


def describe(error: OSError, side: Side) -> tuple[str, str]:
    """Return what went wrong, and what to change."""
    return _explain_check(error, side) or _explain_reason(error, side)


def _explain_check(error: OSError, side: Side) -> _Words | None:
    if not isinstance(error, ssl.SSLCertVerificationError):
        return None
    code = _SAME_CHECK.get(error.verify_code, error.verify_code)
    whose = "the certificate of the peer" if side is Side.CALLING else "the certificate of the caller"
    if code not in _CHECKS:
        return f"{whose} is not believed ({error.verify_message})", _NOT_KNOWN
    what, at_peer, at_caller = _CHECKS[code]
    return f"{whose} {what}", at_peer if side is Side.CALLING else at_caller


def _explain_reason(error: OSError, side: Side) -> _Words:
    reason = getattr(error, "reason", None) or ""
    other = "the peer" if side is Side.CALLING else "the caller"
    if isinstance(error, TimeoutError):
        return (
            f"{other} did not finish the handshake in time",
            f"check that it speaks TLS at this port, and {_NOT_KNOWN}",
        )
    if isinstance(error, ConnectionError | ssl.SSLEOFError):
        reason = "UNEXPECTED_EOF_WHILE_READING"
    # Most alerts are named alike in all versions, but for what stands before.
    return _OF_SIDE[side].get(reason, (f"{reason or type(error).__name__} ({other})", _NOT_KNOWN))
