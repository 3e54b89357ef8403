"""The part of Orthanc's REST interface that following needs, in memory."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
from pydicom import Dataset

from tests.fakes.stow import encode_file


class BreakingStream(httpx.SyncByteStream):
    """A body whose connection breaks in its middle."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __iter__(self) -> Iterator[bytes]:
        yield self._content
        raise httpx.ReadError("connection reset")


class FakeOrthanc:
    """A transport for httpx.

    Attributes:
        down: nobody takes connections.
        refuses: every answer is 401.
        has_labels: it is 1.12 or later.
        broken: what happens when the file of an instance is asked for: a status, or None for a connection that breaks.
        fetched: identifiers of instances whose file was asked for, in order.
        accepted_encodings: what was asked for with the files.
        labels, metadata: what studies were marked with.
    """

    def __init__(self, *, has_labels: bool = True) -> None:
        self.down = self.refuses = False
        self.has_labels = has_labels
        self.broken: dict[str, int | None] = {}
        self.fetched: list[str] = []
        self.accepted_encodings: set[str] = set()
        self.labels: dict[str, set[str]] = {}
        self.metadata: dict[str, str] = {}
        self._changes: list[dict[str, Any]] = []
        self._sequence = 0
        self._files: dict[str, tuple[Dataset, bytes, str]] = {}

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._serve)

    def receive(self, ds: Dataset, *, remote_ae_title: str = "MODALITY", date: str = "20260301T080000") -> str:
        """Take an instance in and return its identifier."""
        identifier = f"i-{ds.SOPInstanceUID}"
        self._files[identifier] = (ds, encode_file(ds), remote_ae_title)
        self._change("NewInstance", identifier, date)
        self._change("NewStudy", _study(ds), date)
        return identifier

    def settle(self, ds: Dataset, date: str = "20260301T080100") -> None:
        """Call the study of an instance stable."""
        self._change("StableStudy", _study(ds), date)

    def delete(self, identifier: str) -> None:
        """Delete an instance, and with it every change that speaks of it or of its study."""
        ds, _content, _title = self._files.pop(identifier)
        self._changes = [each for each in self._changes if each["ID"] not in (identifier, _study(ds))]

    def start_anew(self) -> None:
        """Lose everything and begin to count from 1."""
        self._files.clear()
        self._changes.clear()
        self._sequence = 0

    def _change(self, kind: str, identifier: str, date: str) -> None:
        self._sequence += 1
        self._changes.append({"Seq": self._sequence, "ChangeType": kind, "ID": identifier, "Date": date})

    def _serve(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            raise httpx.ConnectError("refused") from ConnectionRefusedError(111, "Connection refused")
        if self.refuses:
            return httpx.Response(401)
        _root, kind, *rest = request.url.path.split("/")
        answers: dict[str, Callable[..., httpx.Response]] = {
            "changes": self._answer_changes,
            "system": lambda _request: _json({"HasLabels": True} if self.has_labels else {"Version": "1.10.1"}),
            "instances": self._answer_instance,
            "studies": self._answer_study,
        }
        return answers[kind](request, *rest)

    def _answer_changes(self, request: httpx.Request) -> httpx.Response:
        if "last" in request.url.params:
            found, is_last = self._changes[-1:], True
        else:
            since, limit = int(request.url.params["since"]), int(request.url.params["limit"])
            later = [each for each in self._changes if each["Seq"] > since]
            found, is_last = later[:limit], len(later) <= limit
        newest = self._changes[-1]["Seq"] if self._changes else 0
        return _json({"Changes": found, "Done": is_last, "Last": found[-1]["Seq"] if found else newest})

    def _answer_instance(self, request: httpx.Request, identifier: str, *what: str) -> httpx.Response:
        if identifier not in self._files:
            return httpx.Response(404)
        ds, content, title = self._files[identifier]
        if what == ("file",):
            self.fetched.append(identifier)
            self.accepted_encodings.add(request.headers["Accept-Encoding"])
            return self._answer_file(identifier, content)
        if what == ("metadata",):
            return _json({"SopClassUid": ds.SOPClassUID, "RemoteAET": title})
        if what == ("study",):
            return _json({"ID": _study(ds), "MainDicomTags": {"StudyInstanceUID": ds.StudyInstanceUID}})
        assert what == ("content", "0008-0060")
        return httpx.Response(200, text=f"{ds.Modality} ")

    def _answer_file(self, identifier: str, content: bytes) -> httpx.Response:
        status = self.broken.get(identifier, 200)
        if status is None:
            return httpx.Response(200, stream=BreakingStream(content[:1000]))
        return httpx.Response(status, content=content if status == 200 else b"")

    def _answer_study(self, request: httpx.Request, identifier: str, *what: str) -> httpx.Response:
        if what == ("instances",):
            return _json([{"ID": each} for each, (ds, _, _) in self._files.items() if _study(ds) == identifier])
        if what[0] == "labels" and self.has_labels:
            change = set.add if request.method == "PUT" else set.discard
            change(self.labels.setdefault(identifier, set()), what[1])
            return httpx.Response(200)
        if what[0] == "metadata":
            self.metadata[identifier] = request.content.decode()
            if request.method == "DELETE":
                del self.metadata[identifier]
            return httpx.Response(200)
        return httpx.Response(404)


def _study(ds: Dataset) -> str:
    return f"s-{ds.StudyInstanceUID}"


def _json(content: Any) -> httpx.Response:
    return httpx.Response(200, content=json.dumps(content), headers={"Content-Type": "application/json"})
