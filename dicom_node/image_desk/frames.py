"""What goes over the socket: a JSON object in UTF-8 behind its length, four bytes, the most significant first."""

import json
import socket
import struct
from asyncio import StreamReader
from typing import Any, Final

MOST_BYTES: Final = 1 << 20
_LENGTH: Final = struct.Struct(">I")


class FrameError(Exception):
    """What came is no frame, or not a whole one."""


def encode(message: dict[str, Any]) -> bytes:
    """Return the frame of a message. Raises ValueError where it is larger than a frame may be."""
    content = json.dumps(message, ensure_ascii=False).encode()
    if len(content) > MOST_BYTES:
        raise ValueError(f"a frame has at most {MOST_BYTES} bytes")
    return _LENGTH.pack(len(content)) + content


def receive(connection: socket.socket) -> dict[str, Any]:
    """Return the next message of a connection. Raises FrameError, and OSError as the connection does."""
    return _decode(_receive_all(connection, _length(_receive_all(connection, _LENGTH.size))))


async def read(stream: StreamReader) -> dict[str, Any]:
    """Return the next message of a stream. Raises FrameError, and OSError as the connection does."""
    try:
        return _decode(await stream.readexactly(_length(await stream.readexactly(_LENGTH.size))))
    except EOFError as error:
        raise FrameError("the connection ended within a frame") from error


def _length(head: bytes) -> int:
    (length,) = _LENGTH.unpack(head)
    if length > MOST_BYTES:
        raise FrameError("a frame is too large")
    return int(length)


def _receive_all(connection: socket.socket, wanted: int) -> bytes:
    content = bytearray()
    while len(content) < wanted:
        piece = connection.recv(wanted - len(content))
        if not piece:
            raise FrameError("the connection ended within a frame")
        content += piece
    return bytes(content)


def _decode(content: bytes) -> dict[str, Any]:
    try:
        message = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise FrameError("a frame holds no JSON") from error
    if not isinstance(message, dict):
        raise FrameError("a frame holds no object")
    return message
