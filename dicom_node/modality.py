"""What a modality does: C-STORE of Part 10 files to a node, one association, as they lie on disk."""

import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydicom.errors import InvalidDicomError
from pydicom.filereader import read_file_meta_info
from pydicom.uid import UID
from pynetdicom import AE, _config
from pynetdicom.association import Association
from pynetdicom.pdu_primitives import A_ASSOCIATE
from pynetdicom.presentation import build_context

from dicom_node.association_failures import connections
from dicom_node.association_failures.connections import code_of, explain_connection
from dicom_node.association_failures.explanation import Parties
from dicom_node.association_failures.rejections import explain_rejection
from dicom_node.deliver.statuses import interpret
from domain.delivery import Outcome
from domain.errors import PeerRejected, PeerUnreachable
from domain.implementation import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME

_MOST_CONTEXTS = 128  # PS3.8 9.3.2.2: odd identifiers from 1 to 255
NOT_DICOM = "not a DICOM file"
NOT_ACCEPTED = "the peer takes no such SOP class in this transfer syntax"
NO_ANSWER = "no answer: the connection broke or timed out"


@dataclass(frozen=True, slots=True)
class Peer:
    """A storage provider, and what we call ourselves there."""

    host: str
    port: int
    called_ae_title: str
    calling_ae_title: str
    timeout_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one file.

    Attributes:
        answer: the status and its words, or why there is none.
        stored: the peer has it.
        answered_at: of time.monotonic(), in seconds.
    """

    path: Path
    answer: str
    stored: bool
    answered_at: float


@dataclass(frozen=True, slots=True)
class _Part10:
    path: Path
    context: tuple[str, str] | None


def find_files(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Return the files among `paths` and those in the folders among them, by name; hidden ones are left out.

    Raises:
        FileNotFoundError: one of `paths` is not there.
    """
    files: list[Path] = []
    for path in paths:
        path.stat()
        inside = (each for each in sorted(path.rglob("*")) if each.is_file() and not _is_hidden(each, path))
        files.extend(inside if path.is_dir() else [path])
    return tuple(dict.fromkeys(files))


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def store_files(files: Sequence[Path], peer: Peer) -> Iterator[Sent]:
    """Send each file and give what the peer said, in their order.

    Raises:
        PeerUnreachable: there is no association because nobody answers.
        PeerRejected: the peer refuses the association; the message says why and what to change.
    """
    parts = [_Part10(path, _read_context(path)) for path in files]
    contexts = list(dict.fromkeys(part.context for part in parts if part.context))[:_MOST_CONTEXTS]
    # Bytes go out as they lie in the file: what a peer gets is what a modality would have sent.
    _config.STORE_SEND_CHUNKED_DATASET = True
    association = _associate(peer, contexts) if contexts else None
    try:
        for number, part in enumerate(parts, 1):
            yield _store(association, part, number)
    finally:
        if association is not None and association.is_established:
            association.release()


def _read_context(path: Path) -> tuple[str, str] | None:
    try:
        meta = read_file_meta_info(path)
        return str(meta.MediaStorageSOPClassUID), str(meta.TransferSyntaxUID)
    except (InvalidDicomError, AttributeError, OSError):
        return None


def _associate(peer: Peer, contexts: Sequence[tuple[str, str]]) -> Association:
    ae = AE(peer.calling_ae_title)
    ae.implementation_class_uid = UID(IMPLEMENTATION_CLASS_UID)
    ae.implementation_version_name = IMPLEMENTATION_VERSION_NAME
    ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = ae.connection_timeout = peer.timeout_seconds
    requested = [build_context(sop_class, syntax) for sop_class, syntax in contexts]
    parties = Parties(peer.calling_ae_title, peer.called_ae_title, peer.host, peer.port)
    try:
        association = ae.associate(peer.host, peer.port, requested, ae_title=peer.called_ae_title)
    except (OSError, UnicodeError) as error:
        raise PeerUnreachable(explain_connection(code_of(error), str(parties)).sentence) from error
    if association.is_established:
        return association
    answer = association.acceptor.primitive
    if association.is_rejected and isinstance(answer, A_ASSOCIATE):
        codes = (answer.result or 0, answer.result_source or 0, answer.diagnostic or 0)
        raise PeerRejected(explain_rejection(*codes, parties=parties).sentence)
    if answer is not None and isinstance(answer, A_ASSOCIATE):
        raise PeerRejected(f"{NOT_ACCEPTED}, for every file", subject=str(parties))
    raise PeerUnreachable(_find_out(peer, parties), subject=str(parties))


def _find_out(peer: Peer, parties: Parties) -> str:
    """Return why there is no association; pynetdicom keeps no word of it, so the system is asked once more."""
    try:
        socket.create_connection((peer.host, peer.port), peer.timeout_seconds).close()
    except OSError as error:
        return explain_connection(code_of(error), str(parties)).sentence
    return explain_connection(connections.NO_ANSWER, str(parties), peer.timeout_seconds).sentence


def _store(association: Association | None, part: _Part10, number: int) -> Sent:
    if association is None or part.context is None:
        return Sent(part.path, NOT_DICOM, False, time.monotonic())
    if not association.is_established:
        return Sent(part.path, NO_ANSWER, False, time.monotonic())
    try:
        answer = association.send_c_store(part.path, msg_id=(number - 1) % 65535 + 1)
    except ValueError:  # pynetdicom: no accepted presentation context for it
        return Sent(part.path, NOT_ACCEPTED, False, time.monotonic())
    answered_at = time.monotonic()
    status = answer.get("Status")
    if status is None:
        return Sent(part.path, NO_ANSWER, False, answered_at)
    meaning = interpret(status)
    return Sent(part.path, f"0x{status:04X} {meaning.words}", meaning.outcome is Outcome.DELIVERED, answered_at)
