"""Peers that are called by HTTP: STOW-RS archives, and Orthancs as destination or as source."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from config.orthanc import Orthanc
from config.settings import Destination, DestinationTls
from dicom_node.association_failures.explanation import Place
from dicom_node.deliver.http_statuses import interpret_http
from dicom_node.deliver.web_errors import explain_silence
from dicom_node.doctor.archive_services import NOBODYS_STUDY
from dicom_node.doctor.clocks import compare, read_http_date
from dicom_node.doctor.reaching import Way, reach, shake
from dicom_node.doctor.verdicts import Check, Verdict, good
from dicom_node.tls.inspection import Call

_PORTS: Final = {"http": 80, "https": 443}
#: An archive may store and not search (PS3.18 10.5 and 10.6 are services of their own).
_NO_SEARCH: Final = (400, 405, 406, 501)
#: Labels came with this version of Orthanc.
_LABELS_FROM: Final = (1, 12)


def _go_to(peer: Destination) -> Way:
    parts = urlsplit(peer.url)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    if not (yield from reach(host, port, peer.timeout_seconds)):
        return False
    if parts.scheme != "https":
        return True
    return (yield from shake(Call(peer.name, host, port, peer.tls or DestinationTls(), peer.timeout_seconds)))


def examine_stow(peer: Destination) -> Iterator[Check]:
    """Look at a DICOMweb archive: searches for a study that nobody has."""
    import requests

    from dicom_node.deliver.web_session import open_session

    if not (yield from _go_to(peer)):
        return
    at = f"{peer.url.rstrip('/')}/studies"
    query = {"StudyInstanceUID": NOBODYS_STUDY, "limit": "1"}
    headers = {"Accept": "application/dicom+json"}
    try:
        with open_session(peer) as session:
            answer = session.get(at, params=query, headers=headers, timeout=peer.timeout_seconds, allow_redirects=False)
    except requests.RequestException as error:
        yield _silent(error, at)
        return
    yield from _judge_search(answer.status_code, at, peer)
    yield from compare(read_http_date(answer.headers.get("Date")), datetime.now(UTC))


def _judge_search(status: int, at: str, peer: Destination) -> Iterator[Check]:
    if status < 300:
        yield good("DICOMweb", f"{at} answers searches with {status}")
    elif status in _NO_SEARCH:
        meaning = f"{at} answers {status} to a search: whether it stores shows with the first delivery"
        yield Check("DICOMweb", Verdict.WARNING, meaning, "allow QIDO-RS there, if it can", Place.PEER)
    elif status == 404 and _is_orthanc(peer):
        meaning = f"{at} answers 404, and an Orthanc is there: its DICOMweb plugin is absent, or has another root"
        change = 'load the plugin there (Plugins, DicomWeb.Enable and DicomWeb.Root), or set kind = "orthanc" here'
        yield Check("DICOMweb", Verdict.FAULT, meaning, change, Place.PEER)
    else:
        yield _refused("DICOMweb", at, status)


def _is_orthanc(peer: Destination) -> bool:
    parts = urlsplit(peer.url)
    root = peer.model_copy(update={"url": f"{parts.scheme}://{parts.netloc}"})
    answer, _problem = _ask_system(root)
    return answer is not None and (answer.status_code == 401 or bool(_version_of(answer)))


def examine_orthanc(peer: Destination) -> Iterator[Check]:
    """Look at an Orthanc that is called by its own REST: asks for its version."""
    if not (yield from _go_to(peer)):
        return
    at = f"{peer.url.rstrip('/')}/system"
    answer, problem = _ask_system(peer)
    if answer is None:
        yield problem or Check("HTTP", Verdict.FAULT, f"{at} gives no answer")
        return
    if answer.status_code != 200:
        yield _refused("HTTP", at, answer.status_code)
    elif not (version := _version_of(answer)):
        meaning = f"{at} answers, and is no Orthanc"
        yield Check("HTTP", Verdict.FAULT, meaning, "correct `url` to the root of an Orthanc", Place.HERE)
    else:
        known = ", and takes these credentials" if peer.user or peer.token_file else ""
        yield good("HTTP", f"Orthanc {version} answers{known}")
        yield from _judge_labels(peer, version)
    yield from compare(read_http_date(answer.headers.get("Date")), datetime.now(UTC))


def _judge_labels(peer: Destination, version: str) -> Iterator[Check]:
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())
    if peer.labels and len(numbers) == len(_LABELS_FROM) and numbers < _LABELS_FROM:
        meaning = f"`labels` is set, and Orthanc {version} has none: they came with 1.12"
        yield Check("labels", Verdict.WARNING, meaning, "update it, or leave `labels` out here", Place.EITHER)


def as_peer(source: Orthanc, timeout_seconds: float) -> Destination:
    """Return an Orthanc that is followed in the form that one which is delivered to has."""
    return Destination.model_construct(
        name=source.name,
        kind="orthanc",
        url=source.url,
        user=source.user,
        password_file=source.password_file,
        tls=source.tls,
        timeout_seconds=timeout_seconds,
    )


def _ask_system(peer: Destination) -> tuple[Any, Check | None]:
    import httpx

    from dicom_node.deliver.orthanc import open_orthanc

    try:
        with open_orthanc(peer) as orthanc:
            return orthanc.get_system(), None
    except (httpx.RequestError, httpx.InvalidURL) as error:
        return None, _silent(error, peer.url)


def _version_of(answer: Any) -> str:
    try:
        said = answer.json()
    except ValueError:
        return ""
    return str(said.get("Version", "")) if isinstance(said, dict) else ""


def _refused(probe: str, at: str, status: int) -> Check:
    meaning = interpret_http(status)
    place = Place.EITHER if status in (401, 403) else Place.HERE if status in (404, 405, 415) else Place.PEER
    return Check(probe, Verdict.FAULT, f"{at} answers {status} {meaning.words}", meaning.advice, place)


def _silent(error: Exception, at: str) -> Check:
    what, _, advice = explain_silence(error, at).partition("; ")
    return Check("HTTP", Verdict.FAULT, what, advice, Place.EITHER)
