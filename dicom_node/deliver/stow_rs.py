"""DICOM objects to an archive by STOW-RS (PS3.18 10.5), all documents of a study in one request."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import requests
from dicomweb_client import DICOMwebClient
from pydicom import Dataset
from urllib3.exceptions import HTTPError

from config.settings import Destination
from dicom_node.deliver.dicom_objects import read_object, reply_for_both, separate
from dicom_node.deliver.http_statuses import interpret_http, retry_after_seconds
from dicom_node.deliver.parcels import Parcel, plan
from dicom_node.deliver.replies import Reply, conclude, reply
from dicom_node.deliver.statuses import StatusMeaning
from dicom_node.deliver.stow_answer import StowAnswer, parse_answer
from dicom_node.deliver.web_errors import explain_silence
from dicom_node.deliver.web_session import open_session
from dicom_node.ports import Probe
from domain.delivery import Attempt, Outcome
from domain.document import Document
from domain.errors import ConfigError, DocumentError

#: A link slower than this is taken for broken: the wait for an answer grows with the size of what is sent.
SLOWEST_BYTES_PER_SECOND = 250_000
#: An answer has some hundred bytes for each instance.
ANSWER_LIMIT_BYTES = 4 << 20
#: JSON is rather taken, but some archives write XML alone.
ACCEPT = "application/dicom+json, application/dicom+xml;q=0.9"
#: Statuses whose answer speaks of each instance (PS3.18 Table 10.5.3-1).
_PER_INSTANCE = (200, 202, 409)
_NO_ANSWER = (requests.RequestException, HTTPError)
_SOP_CLASS_NOT_SUPPORTED = 0x0122
_NO_SEARCH = (400, 404, 405, 406, 501)
_NOBODYS_STUDY = "2.25.0"
_SILENT = StatusMeaning(
    Outcome.RETRY, "not said to be stored", "check that url of this destination is that of a DICOMweb service"
)


@dataclass(frozen=True, slots=True)
class _Response:
    """An HTTP answer, read as far as `ANSWER_LIMIT_BYTES`."""

    status: int
    media_type: str
    retry_after_seconds: float
    body: bytes


class StowDestination:
    """Sends the documents of a study in one request. Safe to call from several threads.

    Args:
        settings: a destination of kind `stow`.
    """

    def __init__(self, settings: Destination) -> None:
        self.name = settings.name
        self._settings = settings

    def deliver(self, documents: Sequence[Document]) -> Attempt:
        """Send each document; delivered is only what the answer names as stored, or as already there.

        Of a pair where one stands in for the other only the first is sent, and the other where its class is refused.

        Returns:
            One receipt per document passed.
        """
        objects, strangers = separate(documents)
        if not objects:
            return conclude(strangers)
        course = _Course(self._settings)
        try:
            replies = course.send(plan(objects, frozenset(each.sop_class_uid for each in objects)))
        except ConfigError as error:
            return conclude([*_unsent(objects), *strangers], f"{self._settings.url}: {error.args[0]}")
        except _NO_ANSWER as error:
            return conclude([*_unsent(objects), *strangers], explain_silence(error, self._settings.url))
        return conclude([*replies, *strangers], left_alone_seconds=course.left_alone_seconds)

    def probe(self) -> Probe:
        """Search for a study that nobody has: the answer shows that the service is there, and nothing of a patient."""
        at = f"{self._settings.url.rstrip('/')}/studies"
        try:
            with open_session(self._settings) as session:
                answer = session.get(
                    at,
                    params={"StudyInstanceUID": _NOBODYS_STUDY, "limit": "1"},
                    headers={"Accept": ACCEPT},
                    timeout=self._settings.timeout_seconds,
                    allow_redirects=False,
                )
        except ConfigError as error:
            return Probe(False, f"{at}: {error.args[0]}")
        except _NO_ANSWER as error:
            return Probe(False, explain_silence(error, at))
        status = answer.status_code
        if status < 300:
            return Probe(True, f"{at} answers")
        if status in _NO_SEARCH:  # it may store all the same
            return Probe(
                True, f"{at} answers, but {status} to a search: whether it stores shows with the next delivery"
            )
        meaning = interpret_http(status)
        return Probe(False, f"{at} answers {status} {meaning.words}; {meaning.advice}")


class _Course:
    """One delivery: at most two requests."""

    def __init__(self, settings: Destination) -> None:
        self._settings = settings
        self._responses: list[_Response] = []

    @property
    def left_alone_seconds(self) -> float:
        """How long the peer wants to be left alone."""
        return max((each.retry_after_seconds for each in self._responses), default=0.0)

    def send(self, parcels: Sequence[Parcel], *, is_second: bool = False) -> list[Reply]:
        """Send parcels, and what stands in for those whose class the peer refuses."""
        replies: list[Reply] = []
        second: list[Parcel] = []
        for parcel, (meaning, status, reason) in zip(parcels, self._post(parcels), strict=True):
            if reason == _SOP_CLASS_NOT_SUPPORTED and parcel.spared is not None and not is_second:
                second.append(Parcel(parcel.spared, True, spared=parcel.document))
            else:
                replies += reply_for_both(parcel, meaning.outcome, status, meaning.advice)
        return replies + (self.send(second, is_second=True) if second else [])

    def _post(self, parcels: Sequence[Parcel]) -> list[tuple[StatusMeaning, str, int]]:
        """Return for each parcel what follows, the status in words, and the reason that the peer gave."""
        sets, verdicts = _read_all(parcels)
        if sets:
            response = self._exchange(list(sets.values()), sum(len(each.document.content) for each in parcels))
            answer = parse_answer(response.body, response.media_type) if response.status in _PER_INSTANCE else None
            verdicts |= {uid: _judge(uid, response, answer) for uid in sets}
        return [verdicts[parcel.document.identifier] for parcel in parcels]

    def _exchange(self, sets: list[Dataset], size_bytes: int) -> _Response:
        wait_seconds = self._settings.timeout_seconds + size_bytes / SLOWEST_BYTES_PER_SECOND
        with open_session(self._settings) as session:
            session.headers["Accept"] = ACCEPT
            client = DICOMwebClient(
                self._settings.url.rstrip("/"),
                session=session,
                callback=self._keep,
                timeout=(self._settings.timeout_seconds, wait_seconds),
            )
            client.set_http_retry_params(retry=False)
            client.store_instances(sets)
        return self._responses[-1]

    def _keep(self, response: requests.Response, *_arguments: Any, **_keywords: Any) -> requests.Response:
        """Keep the answer, and give the library an empty one: it loses statuses and follows redirections."""
        body = response.raw.read(ANSWER_LIMIT_BYTES, decode_content=True)
        waits = retry_after_seconds(response.headers.get("Retry-After"))
        media_type = response.headers.get("Content-Type", "")
        self._responses.append(_Response(response.status_code, media_type, waits, body))
        response.close()
        empty = requests.Response()
        empty.status_code, empty._content, empty.url = 200, b"", response.url
        return empty


def _read_all(parcels: Sequence[Parcel]) -> tuple[dict[str, Dataset], dict[str, tuple[StatusMeaning, str, int]]]:
    """Return the data sets to send by SOP Instance UID, and what is to be said of those that cannot be."""
    sets, faults = {}, {}
    for parcel in parcels:
        uid = parcel.document.identifier
        try:
            sets[uid] = read_object(parcel.document)
        except DocumentError as error:
            meaning = StatusMeaning(Outcome.REFUSED, "", "report this: it is a fault here")
            faults[uid] = meaning, f"not sent: {error}", 0
    return sets, faults


def _judge(uid: str, response: _Response, answer: StowAnswer | None) -> tuple[StatusMeaning, str, int]:
    said = answer.meaning_of(uid) if answer is not None else None
    if said is not None:
        meaning, reason = said
        shown = f" 0x{reason:04X}" if reason else ""
        return meaning, f"{response.status}{shown} {meaning.words}", reason
    meaning = _SILENT if response.status in (200, 202) else interpret_http(response.status)
    return meaning, f"{response.status} {meaning.words}", 0


def _unsent(objects: Sequence[Document]) -> list[Reply]:
    return [reply(each.identifier, Outcome.RETRY, "not sent") for each in objects]
