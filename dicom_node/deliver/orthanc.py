"""DICOM objects to an Orthanc by its own REST interface: `POST /instances`, one file a request."""

from collections.abc import Sequence
from typing import Any, Final

import httpx
from pyorthanc import Orthanc

from config.settings import Destination, DestinationTls
from dicom_node.deliver.dicom_objects import reply_for_both, separate
from dicom_node.deliver.http_statuses import interpret_http, retry_after_seconds
from dicom_node.deliver.parcels import Parcel, plan
from dicom_node.deliver.replies import Reply, conclude
from dicom_node.deliver.web_credentials import read_credentials
from dicom_node.deliver.web_errors import explain_silence
from dicom_node.ports import Probe
from dicom_node.tls.contexts import make_client_context
from dicom_node.tls.http_transport import NamingTransport
from domain.delivery import Attempt, Outcome
from domain.document import Document
from domain.errors import ConfigError

#: What Orthanc answers in `Status`: what follows, and what a person can do.
STATUSES: Final[dict[str, tuple[Outcome, str]]] = {
    "Success": (Outcome.DELIVERED, ""),
    "AlreadyStored": (Outcome.DELIVERED, ""),
    "FilteredOut": (
        Outcome.REFUSED,
        "a script or plugin of that Orthanc (ReceivedInstanceFilter) drops it: change that",
    ),
    "StorageFull": (Outcome.RETRY, "raise MaximumStorageSize of that Orthanc, or free disk space there"),
}
_UNKNOWN_STATUS = (Outcome.RETRY, "look in Orthanc's log for the reason")
_NO_ANSWER = (httpx.RequestError, httpx.InvalidURL)
#: An answer that is none of Orthanc's `POST /instances`.
_STRANGE = "not said to be stored", "check that url of this destination is the root of an Orthanc"


class OrthancDestination:
    """Sends the documents of a study, one after the other. Safe to call from several threads.

    Args:
        settings: a destination of kind `orthanc`.
    """

    def __init__(self, settings: Destination) -> None:
        self.name = settings.name
        self._settings = settings

    def deliver(self, documents: Sequence[Document]) -> Attempt:
        """Send each document, of a pair only the first; then label the study where labels are wanted.

        Returns:
            One receipt per document passed. A label that was not taken is told, and no reason to send again.
        """
        objects, strangers = separate(documents)
        if not objects:
            return conclude(strangers)
        course = _Course(self._settings)
        parcels = plan(objects, frozenset(each.sop_class_uid for each in objects))
        replies = [each for parcel in parcels for each in course.send(parcel)]
        explanation = course.explanation
        if not explanation and all(each.receipt.outcome is Outcome.DELIVERED for each in replies):
            explanation = course.label()
        course.close()
        return conclude([*replies, *strangers], explanation, left_alone_seconds=course.left_alone_seconds)

    def probe(self) -> Probe:
        """Ask for Orthanc's version."""
        at = f"{self._settings.url.rstrip('/')}/system"
        try:
            with open_orthanc(self._settings) as orthanc:
                answer: Any = orthanc.get_system()
        except ConfigError as error:
            return Probe(False, f"{at}: {error.args[0]}")
        except _NO_ANSWER as error:
            return Probe(False, explain_silence(error, at))
        if answer.status_code == 200:
            is_orthanc = "Version" in _read_json(answer)
            return Probe(is_orthanc, f"{at} answers" if is_orthanc else f"{at} is no Orthanc: correct url")
        meaning = interpret_http(answer.status_code)
        return Probe(False, f"{at} answers {answer.status_code} {meaning.words}; {meaning.advice}")


class _Course:
    """One delivery: it goes on until Orthanc is silent, and then no more is sent."""

    def __init__(self, settings: Destination) -> None:
        self._settings = settings
        self._orthanc: Orthanc | None = None
        self._study = ""
        self.explanation = ""
        self.left_alone_seconds = 0.0

    def send(self, parcel: Parcel) -> tuple[Reply, ...]:
        """Upload one document; nothing where an earlier one found nobody."""
        if self.explanation:
            return reply_for_both(parcel, Outcome.RETRY, "not sent")
        try:
            if self._orthanc is None:
                self._orthanc = open_orthanc(self._settings)
            answer: Any = self._orthanc.post_instances(parcel.document.content)
        except ConfigError as error:
            self.explanation = f"{self._settings.url}: {error.args[0]}"
            return reply_for_both(parcel, Outcome.RETRY, "not sent")
        except _NO_ANSWER as error:
            self.explanation = explain_silence(error, self._settings.url)
            return reply_for_both(parcel, Outcome.RETRY, "no answer")
        return reply_for_both(parcel, *self._judge(answer))

    def label(self) -> str:
        """Put the labels on the study; return what a person should know of those that Orthanc did not take."""
        refused = [label for label in self._settings.labels if not self._put(label)]
        if not refused:
            return ""
        return (
            f"delivered, but {self._settings.url} did not take the labels {', '.join(refused)}: they need Orthanc "
            "1.12.0 or later, and a user who may label; or leave `labels` out"
        )

    def close(self) -> None:
        """Close the connections."""
        if self._orthanc is not None:
            self._orthanc.close()

    def _put(self, label: str) -> bool:
        assert self._orthanc is not None
        try:
            answer: Any = self._orthanc.put_studies_id_labels_label(self._study, label)
        except _NO_ANSWER:
            return False
        return bool(answer.is_success)

    def _judge(self, answer: httpx.Response) -> tuple[Outcome, str, str]:
        if not answer.is_success:
            meaning = interpret_http(answer.status_code)
            waits = retry_after_seconds(answer.headers.get("Retry-After"))
            self.left_alone_seconds = max(self.left_alone_seconds, waits)
            return meaning.outcome, f"{answer.status_code} {meaning.words}", meaning.advice
        said = _read_json(answer)
        status = said.get("Status")
        if not isinstance(status, str):
            return (Outcome.RETRY, *_STRANGE)
        self._study = str(said.get("ParentStudy", ""))
        outcome, advice = STATUSES.get(status, _UNKNOWN_STATUS)
        return outcome, status, advice


def open_orthanc(settings: Destination) -> Orthanc:
    """Return a client that raises for no status; close it after use.

    Raises:
        ConfigError: a file of `[destination.tls]` or a secret cannot be used.
    """
    tls = settings.tls or DestinationTls()
    return Orthanc(
        settings.url.rstrip("/"),
        return_raw_response=True,
        headers=read_credentials(settings),
        timeout=settings.timeout_seconds,
        trust_env=False,  # neither proxies nor passwords (.netrc) from the environment
        transport=NamingTransport(make_client_context(tls), tls.server_name),
    )


def _read_json(answer: httpx.Response) -> dict[str, Any]:
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
