"""A storage SCP that keeps what it gets as Part 10 files in a folder. No database, no query: for shows and tests."""

from collections.abc import Iterable
from pathlib import Path
from socketserver import TCPServer
from threading import Thread
from types import TracebackType
from typing import Final, Self

from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import AE, AllStoragePresentationContexts, evt
from pynetdicom.dimse_primitives import C_STORE
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]
from pynetdicom.transport import ThreadedAssociationServer

SUCCESS = 0x0000
OUT_OF_RESOURCES = 0xA700
CANNOT_UNDERSTAND = 0xC000

EVERY_STORAGE_CLASS = tuple(str(context.abstract_syntax) for context in AllStoragePresentationContexts)
UNCOMPRESSED = (str(ExplicitVRLittleEndian), str(ImplicitVRLittleEndian))
#: Stopping waits for one look at the port; pynetdicom itself looks every half second.
_POLL_SECONDS: Final = 0.05
_LOOKS_OF_PYNETDICOM: Final = 10


class _Listener(ThreadedAssociationServer):
    """Looks at its port more often than pynetdicom's, and collects garbage at the same pace."""

    _looks = 0

    def service_actions(self) -> None:
        """Count a look."""
        self._looks += 1
        if self._looks % _LOOKS_OF_PYNETDICOM == 0:
            super().service_actions()

    def shutdown(self) -> None:
        """Stop listening; pynetdicom's own version wants a server that its AE has started."""
        TCPServer.shutdown(self)
        self.server_close()


class Archive:
    """An archive on a loopback port, running between `start` and `stop` or inside `with`.

    Args:
        folder: where the files go, each named <SOP Instance UID>.dcm; a second one of that name is dropped.
        ae_title: what peers must call it.
        port: TCP port; 0 picks a free one, see `port` once it runs.
        sop_class_uids: what it accepts.
        transfer_syntax_uids: in what encodings, the first that a peer proposes wins.
    """

    def __init__(
        self,
        folder: Path,
        *,
        ae_title: str = "ARCHIVE",
        host: str = "127.0.0.1",
        port: int = 0,
        sop_class_uids: Iterable[str] = EVERY_STORAGE_CLASS,
        transfer_syntax_uids: Iterable[str] = UNCOMPRESSED,
    ) -> None:
        self.folder = folder
        self._address = (host, port)
        self._ae = AE(ae_title)
        self._ae.require_called_aet = True
        for uid in sop_class_uids:
            self._ae.add_supported_context(uid, list(transfer_syntax_uids))
        self._ae.add_supported_context(Verification)
        self._server: ThreadedAssociationServer | None = None

    @property
    def ae(self) -> AE:
        """The application entity, for those who want it stricter before it starts."""
        return self._ae

    @property
    def ae_title(self) -> str:
        """What peers must call it."""
        return self._ae.ae_title

    @property
    def port(self) -> int:
        """The TCP port it listens on."""
        if self._server is None or self._server.socket is None:
            raise RuntimeError("the archive does not run")
        return int(self._server.socket.getsockname()[1])

    def files(self) -> tuple[Path, ...]:
        """Return what has arrived, in order of name."""
        return tuple(sorted(self.folder.glob("*.dcm")))

    def start(self) -> None:
        """Listen."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handlers: list[evt.EventHandlerType] = [(evt.EVT_C_STORE, self.store)]
        server = self._ae.make_server(self._address, evt_handlers=handlers, server_class=_Listener)
        Thread(target=server.serve_forever, args=(_POLL_SECONDS,), name="archive", daemon=True).start()
        self._server = server

    def stop(self) -> None:
        """Stop listening and end the associations that are open."""
        if self._server is not None:
            self._server.shutdown()
            self._server = None
        self._ae.shutdown()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def store(self, event: evt.Event) -> int:
        """Keep one instance as it came, and answer for it."""
        if not isinstance(event.request, C_STORE):
            return CANNOT_UNDERSTAND
        sop_instance_uid = UID(event.request.AffectedSOPInstanceUID or "")
        if not sop_instance_uid.is_valid:
            return CANNOT_UNDERSTAND
        path = self.folder / f"{sop_instance_uid}.dcm"
        try:
            if not path.exists():
                unfinished = path.with_suffix(".part")
                unfinished.write_bytes(event.encoded_dataset())
                unfinished.replace(path)
        except OSError:
            return OUT_OF_RESOURCES
        return SUCCESS
