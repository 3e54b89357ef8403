"""What a modality does: C-STORE of Part 10 files to a node, one association, as they lie on disk; and C-ECHO."""

import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from pydicom.errors import InvalidDicomError
from pydicom.filereader import read_file_meta_info
from pynetdicom import _config
from pynetdicom.association import Association
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

from dicom_node.deliver.statuses import interpret
from dicom_node.peer_calls import NO_CONTEXT, Peer, calling
from domain.delivery import Outcome
from domain.errors import PeerUnreachable

_MOST_CONTEXTS = 128  # PS3.8 9.3.2.2: odd identifiers from 1 to 255
NOT_DICOM = "not a DICOM file"
NO_ANSWER = "no answer: the connection broke or timed out"


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
        ConfigError: a file for TLS is not what it should be.
    """
    parts = [_Part10(path, _read_context(path)) for path in files]
    proposed = list(dict.fromkeys(part.context for part in parts if part.context))[:_MOST_CONTEXTS]
    contexts = [(sop_class, (syntax,)) for sop_class, syntax in proposed]
    # Bytes go out as they lie in the file: what a peer gets is what a modality would have sent.
    _config.STORE_SEND_CHUNKED_DATASET = True
    with calling(peer, contexts, f"{NO_CONTEXT}, for every file") if contexts else nullcontext() as association:
        for number, part in enumerate(parts, 1):
            yield _store(association, part, number)


def verify(peer: Peer) -> str:
    """Send a C-ECHO (PS3.4 Annex A) and return what the peer answered, with its status.

    Raises:
        PeerUnreachable: nobody answers, or not with TLS, or not to the C-ECHO.
        PeerRejected: the peer refuses the association.
    """
    no_echo = "the peer takes the association, but no C-ECHO: it is there, and knows us"
    with calling(peer, [(Verification, ())], no_echo) as association:
        status = association.send_c_echo().get("Status")
    if status is None:
        raise PeerUnreachable(NO_ANSWER, subject=str(peer.parties))
    return f"0x{status:04X} {'success' if status == 0 else interpret(status).words}"


def _read_context(path: Path) -> tuple[str, str] | None:
    try:
        meta = read_file_meta_info(path)
        return str(meta.MediaStorageSOPClassUID), str(meta.TransferSyntaxUID)
    except (InvalidDicomError, AttributeError, OSError):
        return None


def _store(association: Association | None, part: _Part10, number: int) -> Sent:
    if association is None or part.context is None:
        return Sent(part.path, NOT_DICOM, False, time.monotonic())
    if not association.is_established:
        return Sent(part.path, NO_ANSWER, False, time.monotonic())
    try:
        answer = association.send_c_store(part.path, msg_id=(number - 1) % 65535 + 1)
    except ValueError:  # pynetdicom: no accepted presentation context for it
        return Sent(part.path, NO_CONTEXT, False, time.monotonic())
    answered_at = time.monotonic()
    status = answer.get("Status")
    if status is None:
        return Sent(part.path, NO_ANSWER, False, answered_at)
    meaning = interpret(status)
    return Sent(part.path, f"0x{status:04X} {meaning.words}", meaning.outcome is Outcome.DELIVERED, answered_at)
