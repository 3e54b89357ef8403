"""Takes a multipart/related body apart while it comes (RFC 2046 5.1, RFC 2387); holds a few kilobytes, never a part."""

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from typing import Final

_MOST_HEADER_BYTES: Final = 8192
_MOST_PADDING_BYTES: Final = 256


class MultipartBroken(Exception):
    """The body does not keep to its boundary; the message says how."""


@dataclass(frozen=True, slots=True)
class PartBegins:
    """The headers of a part; `content_type` without parameters, empty where there is none."""

    content_type: str


@dataclass(frozen=True, slots=True)
class PartData:
    """Bytes of the part that began last."""

    data: bytes


@dataclass(frozen=True, slots=True)
class PartEnds:
    """The part that began last is whole."""


PartEvent = PartBegins | PartData | PartEnds


class MultipartReader:
    """Gives what happens in a body as its bytes come.

    Args:
        boundary: of the Content-Type header.
    """

    def __init__(self, boundary: str) -> None:
        self._delimiter = b"\r\n--" + boundary.encode("latin-1", "replace")
        # The first delimiter may open the body, without a line before it.
        self._buffer = bytearray(b"\r\n")
        self._read = self._read_preamble
        self._is_over = False

    def feed(self, data: bytes) -> Iterator[PartEvent]:
        """Yield what these bytes complete.

        Raises:
            MultipartBroken: they cannot follow what came before.
        """
        if self._is_over:  # what stands behind the last boundary means nothing
            return
        self._buffer += data
        while (event := self._read()) is not None:
            if not isinstance(event, _Turn):
                yield event

    def finish(self) -> None:
        """Raise MultipartBroken unless the body has come to its closing boundary."""
        if not self._is_over:
            raise MultipartBroken("the body ends before its closing boundary")

    def _read_preamble(self) -> "PartEvent | _Turn | None":
        at = self._buffer.find(self._delimiter)
        if at < 0:
            del self._buffer[: -len(self._delimiter)]
            return None
        return self._turn(at + len(self._delimiter), self._read_delimiter_end)

    def _read_delimiter_end(self) -> "PartEvent | _Turn | None":
        """Read what follows a delimiter: two hyphens behind the last, white space and a line end behind others."""
        if self._buffer.startswith(b"--"):
            self._is_over = True
            self._buffer.clear()
            return None
        end = self._buffer.find(b"\r\n")
        if end < 0 and len(self._buffer) <= _MOST_PADDING_BYTES:
            return None
        if self._buffer[: max(end, 0)].strip(b" \t") or end < 0:
            raise MultipartBroken("a boundary is followed by something else than a line end")
        # The line end stays: the headers, which may be none, begin behind it.
        return self._turn(end, self._read_headers)

    def _read_headers(self) -> "PartEvent | _Turn | None":
        end = self._buffer.find(b"\r\n\r\n")
        if (len(self._buffer) if end < 0 else end) > _MOST_HEADER_BYTES:
            raise MultipartBroken(f"the headers of a part have more than {_MOST_HEADER_BYTES} bytes")
        if end < 0:
            return None
        content_type = _find_content_type(bytes(self._buffer[:end]))
        # The second line end stays: an empty part ends with a delimiter that begins with it.
        del self._buffer[: end + 2]
        self._read = self._read_data_start
        return PartBegins(content_type)

    def _read_data_start(self) -> "PartEvent | _Turn | None":
        if len(self._buffer) < len(self._delimiter):
            return None
        if self._buffer.startswith(self._delimiter):
            return self._end_part(0)
        return self._turn(2, self._read_data)

    def _read_data(self) -> "PartEvent | _Turn | None":
        at = self._buffer.find(self._delimiter)
        if at == 0:
            return self._end_part(at)
        # The end of the buffer may be the beginning of a delimiter.
        safe = at if at > 0 else len(self._buffer) - len(self._delimiter) + 1
        if safe <= 0:
            return None
        data = bytes(self._buffer[:safe])
        del self._buffer[:safe]
        return PartData(data)

    def _end_part(self, at: int) -> PartEvent:
        del self._buffer[: at + len(self._delimiter)]
        self._read = self._read_delimiter_end
        return PartEnds()

    def _turn(self, length: int, read: object) -> "_Turn":
        """Drop what was read and go on in another way."""
        del self._buffer[:length]
        self._read = read  # type: ignore[assignment]
        return _Turn()


class _Turn:
    """Something was read that nobody needs to hear of."""


def _find_content_type(headers: bytes) -> str:
    for line in headers.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-type":
            return value.decode("latin-1").partition(";")[0].strip().lower()
    return ""


@dataclass(frozen=True, slots=True)
class ContentType:
    """A Content-Type header: the type in lower case, and the parameters that matter here."""

    name: str
    boundary: str
    related_type: str


def parse_content_type(header: str) -> ContentType:
    """Return what a Content-Type header says (RFC 2045 5.1); empty where it says nothing."""
    message = Message()
    message["Content-Type"] = header
    related = message.get_param("type", "")
    return ContentType(
        name=header.partition(";")[0].strip().lower(),
        boundary=str(message.get_boundary("")),
        related_type=related.strip().lower() if isinstance(related, str) else "",
    )
