"""The questions that an Orthanc is asked, and what its answers mean."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx
from pyorthanc.client import Orthanc as RestClient

from config.orthanc import Orthanc
from dicom_node.feed_ports import FeedPosition
from dicom_node.tls.http_transport import NamingTransport
from dicom_node.tls.troubles import Side, explain

_CHANGES_PER_PAGE: Final = 500
_CHUNK_BYTES: Final = 1 << 18
#: Orthanc would compress an image while it sends it, which takes it longer than to send the image.
_AS_IT_IS: Final = {"Accept-Encoding": "identity"}


class SourceDown(Exception):
    """Nothing can be asked of this Orthanc now; the message says why, and what to change where that is known."""


class ResourceFailed(Exception):
    """One resource cannot be had now; others may."""


class ResourceGone(Exception):
    """Orthanc does not have this resource any more."""


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the change feed.

    Attributes:
        kind: such as NewInstance.
        identifier: Orthanc's own, of the resource.
        date: when, in Orthanc's words (local time, to the second).
    """

    sequence: int
    kind: str
    identifier: str
    date: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines of the change feed; `is_last` where no more are there."""

    changes: tuple[Change, ...]
    last_sequence: int
    is_last: bool


class OrthancPeer:
    """One Orthanc. Safe for one thread.

    Args:
        password: empty where none is needed.
        context: for https; None for what the system believes.
        transport: stands in for the network in tests.
    """

    def __init__(
        self,
        settings: Orthanc,
        password: str = "",
        context: ssl.SSLContext | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        if transport is None and context is not None:
            transport = NamingTransport(context, settings.tls.server_name if settings.tls else "")
        self._rest = RestClient(
            settings.url.rstrip("/"),
            settings.user or None,
            password or None,
            return_raw_response=True,
            timeout=settings.timeout_seconds,
            transport=transport,
            verify=context if context is not None else True,
            trust_env=False,  # where to go is told by the configuration alone
        )

    def close(self) -> None:
        """Close its connections."""
        self._rest.close()

    def changes(self, after: int) -> Page:
        """Return the changes behind a sequence number; raises SourceDown."""
        told = self._ask_source(lambda: self._rest.get_changes({"since": after, "limit": _CHANGES_PER_PAGE}))
        try:
            changes = tuple(
                Change(int(each["Seq"]), str(each["ChangeType"]), str(each["ID"]), str(each["Date"]))
                for each in told["Changes"]
            )
            return Page(changes, int(told["Last"]), bool(told["Done"]))
        except (KeyError, TypeError, ValueError) as error:
            raise SourceDown(_NO_ORTHANC) from error

    def end_of_changes(self) -> FeedPosition:
        """Return the position behind the last change; raises SourceDown."""
        told = self._ask_source(lambda: self._rest.get_changes({"last": ""}))
        try:
            dates = [str(each["Date"]) for each in told["Changes"]]
            return FeedPosition(int(told["Last"]), dates[-1] if dates else "")
        except (KeyError, TypeError, ValueError) as error:
            raise SourceDown(_NO_ORTHANC) from error

    def has_labels(self) -> bool:
        """Return whether this Orthanc knows labels (1.12 and later); raises SourceDown."""
        told = self._ask_source(self._rest.get_system)
        return isinstance(told, dict) and bool(told.get("HasLabels", False))

    def metadata(self, instance: str) -> dict[str, str]:
        """Return what Orthanc knows of an instance, such as `RemoteAET` and `SopClassUid`."""
        told = self._ask(lambda: self._rest.get_instances_id_metadata(instance, {"expand": ""})).json()
        return {str(name): str(value) for name, value in told.items()} if isinstance(told, dict) else {}

    def modality(self, instance: str) -> str:
        """Return (0008,0060) Modality of an instance, empty where it has none."""
        try:
            return self._ask(lambda: self._rest.get_instances_id_content_path(instance, "0008-0060")).text.strip("\0 ")
        except ResourceGone:
            return ""

    def study_of(self, instance: str) -> tuple[str, str]:
        """Return Orthanc's identifier of an instance's study, and its Study Instance UID."""
        told = self._ask(lambda: self._rest.get_instances_id_study(instance)).json()
        try:
            return str(told["ID"]), str(told["MainDicomTags"]["StudyInstanceUID"])
        except (KeyError, TypeError) as error:
            raise ResourceFailed("its study has no Study Instance UID") from error

    def instances_of(self, study: str) -> tuple[str, ...]:
        """Return the instances of a study."""
        told = self._ask(lambda: self._rest.get_studies_id_instances(study)).json()
        try:
            return tuple(str(each["ID"]) for each in told)
        except (KeyError, TypeError) as error:
            raise ResourceFailed("the answer is no list of instances") from error

    @contextmanager
    def file(self, instance: str) -> Iterator[Iterator[bytes]]:
        """Give the Part 10 file of an instance piece by piece; pyorthanc's own call holds all of it."""
        url = f"{self._rest.url}/instances/{instance}/file"
        with _told(), self._rest.stream("GET", url, headers=_AS_IT_IS) as response:
            _require(response)
            yield response.iter_bytes(_CHUNK_BYTES)

    def set_label(self, study: str, label: str) -> None:
        """Label a study; safe to repeat."""
        self._ask(lambda: self._rest.put_studies_id_labels_label(study, label))

    def remove_label(self, study: str, label: str) -> None:
        """Take a label off a study."""
        self._ask(lambda: self._rest.delete_studies_id_labels_label(study, label))

    def set_metadata(self, study: str, number: int, value: str) -> None:
        """Set metadata of a study; safe to repeat. pyorthanc's own call uses what httpx is about to drop."""
        self._ask(lambda: self._rest.put(f"{self._rest.url}/studies/{study}/metadata/{number}", content=value))

    def remove_metadata(self, study: str, number: int) -> None:
        """Remove metadata of a study."""
        self._ask(lambda: self._rest.delete_studies_id_metadata_name(study, str(number)))

    def _ask_source(self, question: Any) -> Any:
        """Return the JSON of an answer that does not depend on one resource; raises SourceDown."""
        try:
            return self._ask(question).json()
        except (ResourceFailed, ResourceGone) as error:
            raise SourceDown(str(error)) from error
        except ValueError as error:
            raise SourceDown(_NO_ORTHANC) from error

    def _ask(self, question: Any) -> httpx.Response:
        with _told():
            response: httpx.Response = question()
            _require(response)
            return response


_NO_ORTHANC: Final = "what answers there is no Orthanc: check `url`"


def _require(response: httpx.Response) -> None:
    """Raise what an answer other than success means."""
    status = response.status_code
    if status in (401, 403):
        raise SourceDown(f"it refuses this user ({status}): check `user` and `password_file`, and its RegisteredUsers")
    if status == 404:
        raise ResourceGone("it has no such resource")
    if not response.is_success:
        raise ResourceFailed(f"it answered {status}")


@contextmanager
def _told() -> Iterator[None]:
    """Turn what the network does into what it means; nothing of an answer is repeated, for it may name a patient."""
    try:
        yield
    except httpx.ConnectTimeout as error:
        raise SourceDown("it does not take connections in time: check `url` and the firewalls on the way") from error
    except httpx.HTTPError as error:  # no connection, a time-out, or one that broke
        cause = _find_cause(error)
        if isinstance(cause, ssl.SSLError):
            raise SourceDown(explain(cause, Side.CALLING).replace("this destination", "this [[orthanc]]")) from error
        if isinstance(error, httpx.ConnectError):
            reason = (cause.strerror or type(cause).__name__) if cause else type(error).__name__
            raise SourceDown(f"no connection: {reason}; check that it runs, and `url`") from error
        raise ResourceFailed(f"the answer did not come whole: {type(error).__name__}") from error


def _find_cause(error: BaseException) -> OSError | None:
    """Return the error of the system behind one of the client."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, OSError):
        cause = cause.__cause__ or cause.__context__
    return cause
