"""The frame of the Minimal Lower Layer Protocol: 0x0B, content, 0x1C 0x0D (HL7 v2 Transport, MLLP Release 1)."""

from collections.abc import Iterator

START_BLOCK = b"\x0b"
END_BLOCK = b"\x1c"
CARRIAGE_RETURN = b"\x0d"


class FrameError(ValueError):
    """What came is no frame, or a larger one than anybody should send."""


def frame(content: bytes) -> bytes:
    """Return the content in its frame.

    Raises:
        FrameError: the content has a block character in it, so a receiver would cut it short.
    """
    if START_BLOCK in content or END_BLOCK in content:
        raise FrameError("the message contains a block character")
    return START_BLOCK + content + END_BLOCK + CARRIAGE_RETURN


class FrameReader:
    """Finds the first frame in bytes that arrive in any pieces.

    Args:
        limit_bytes: more than this without a whole frame is an error.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._received = bytearray()

    def feed(self, piece: bytes) -> bytes | None:
        """Take a piece; return the frame's content once it is whole, else None.

        Raises:
            FrameError: there is more than `limit_bytes` and no frame.
        """
        self._received += piece
        content = self._cut(END_BLOCK + CARRIAGE_RETURN)
        if content is None and len(self._received) > self._limit_bytes:
            raise FrameError(f"more than {self._limit_bytes} bytes and no end of frame")
        return content

    def finish(self) -> bytes:
        """Return the content where the sender closed; a frame that lacks only its last carriage return counts.

        Raises:
            FrameError: no whole frame has come.
        """
        content = self._cut(END_BLOCK) if self._received.endswith(END_BLOCK) else None
        if content is None:
            raise FrameError("closed before the end of a frame")
        return content

    def _cut(self, end: bytes) -> bytes | None:
        # Stray bytes before the start block are skipped: some senders put a line end between frames.
        start = self._received.find(START_BLOCK)
        if start < 0:
            return None
        stop = self._received.find(end, start)
        return None if stop < 0 else bytes(self._received[start + 1 : stop])


class FrameStream:
    """Finds frame after frame on a connection that stays open.

    Args:
        limit_bytes: of one frame.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._received = bytearray()

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Take a piece and yield the content of every frame that is whole by now.

        Raises:
            FrameError: there is more than `limit_bytes` and no frame.
        """
        self._received += piece
        while (stop := self._received.find(END_BLOCK + CARRIAGE_RETURN)) >= 0:
            framed = bytes(self._received[:stop])
            del self._received[: stop + 2]
            start = framed.find(START_BLOCK)
            if start >= 0:  # stray bytes before the start block are skipped
                yield framed[start + 1 :]
        if len(self._received) > self._limit_bytes:
            raise FrameError(f"more than {self._limit_bytes} bytes and no end of frame")
