"""What an HTTP status means for a delivery (RFC 9110 15, PS3.18 8.5 and 10.5.3)."""

from http import HTTPStatus

from dicom_node.deliver.statuses import StatusMeaning
from domain.delivery import Outcome

_LOG = "look in the peer's log for the reason"
_WHO = "check user and password_file, or token_file, of this destination, and what the peer lets this caller do"
_REFUSED, _RETRY = Outcome.REFUSED, Outcome.RETRY

#: What a status other than success means; those not listed follow their hundred.
HTTP_STATUSES: dict[int, StatusMeaning] = {
    400: StatusMeaning(_REFUSED, "Bad Request", _LOG),
    401: StatusMeaning(_REFUSED, "Unauthorized", _WHO),
    403: StatusMeaning(_REFUSED, "Forbidden", _WHO),
    404: StatusMeaning(_REFUSED, "Not Found", "url of this destination leads to no such service: correct it"),
    405: StatusMeaning(_REFUSED, "Method Not Allowed", "the service at url takes no uploads: allow them at the peer"),
    406: StatusMeaning(_REFUSED, "Not Acceptable", _LOG),
    407: StatusMeaning(_REFUSED, "Proxy Authentication Required", "a proxy stands between: call the peer directly"),
    408: StatusMeaning(_RETRY, "Request Timeout", "the peer or a proxy before it is slow; nothing to change at first"),
    413: StatusMeaning(_REFUSED, "Content Too Large", "raise the largest upload at the peer or the proxy before it"),
    415: StatusMeaning(_REFUSED, "Unsupported Media Type", "the service at url takes no DICOM files: correct url"),
    425: StatusMeaning(_RETRY, "Too Early", _LOG),
    429: StatusMeaning(_RETRY, "Too Many Requests", "the peer is busy: lower concurrency of this destination"),
    500: StatusMeaning(_RETRY, "Internal Server Error", _LOG),
    501: StatusMeaning(_REFUSED, "Not Implemented", "the service at url takes no uploads: correct url"),
    502: StatusMeaning(_RETRY, "Bad Gateway", "the proxy before the peer does not reach it: look there"),
    503: StatusMeaning(_RETRY, "Service Unavailable", "the peer is busy or stopping; nothing to change at first"),
    504: StatusMeaning(_RETRY, "Gateway Timeout", "the proxy before the peer does not reach it in time: look there"),
    507: StatusMeaning(_RETRY, "Insufficient Storage", "free disk space at the peer"),
}
_OF_HUNDRED = {
    3: (_REFUSED, "set url of this destination to the address that the peer now has: a redirection is not followed"),
    4: (_REFUSED, _LOG),
    5: (_RETRY, _LOG),
}


def interpret_http(status: int) -> StatusMeaning:
    """Return the meaning of a status that is no success."""
    if status in HTTP_STATUSES:
        return HTTP_STATUSES[status]
    outcome, advice = _OF_HUNDRED.get(status // 100, (_RETRY, _LOG))
    return StatusMeaning(outcome, _name(status), advice)


def retry_after_seconds(header: str | None) -> float:
    """Return how long the peer wants to be left alone (RFC 9110 10.2.3); 0 where it does not say, or says a date."""
    return float(header) if header is not None and header.isascii() and header.isdigit() else 0.0


def _name(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "a status that HTTP does not list"
