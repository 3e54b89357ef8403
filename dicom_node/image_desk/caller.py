"""Whoever asks the desk from another process."""

import asyncio
import socket
from typing import Final

from dicom_node.desk_ports import DeskAnswer, DeskQuestion
from dicom_node.image_desk import frames, messages
from dicom_node.image_desk.place import DeskPlace
from domain.errors import DeadlineExceeded, ModelUnavailable

_LOOK_SECONDS: Final = 1.0


class DeskCaller:
    """Implements ImageDesk by the socket of a node: a connection for each question, closed where nobody waits more."""

    def __init__(self, place: DeskPlace) -> None:
        self._place = place

    def is_open(self) -> bool:
        """Return whether a node listens."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_LOOK_SECONDS)
            try:
                with self._place.address() as address:
                    connection.connect(address)
            except OSError:
                return False
        return True

    async def read(self, question: DeskQuestion, *, deadline_seconds: float) -> DeskAnswer:
        """Return the answer; see the port."""
        frame = frames.encode(messages.write_question(question, self._place.spool, deadline_seconds))
        try:
            async with asyncio.timeout(deadline_seconds):
                message = await self._ask(frame)
        except TimeoutError as error:
            raise DeadlineExceeded("the image was not read in time") from error
        except (frames.FrameError, OSError) as error:
            raise ModelUnavailable("the node that reads images does not answer") from error
        return messages.read_answer(message, question.image.parent)

    async def _ask(self, frame: bytes) -> dict[str, object]:
        with self._place.address() as address:
            incoming, outgoing = await asyncio.open_unix_connection(address)
        try:
            outgoing.write(frame)
            await outgoing.drain()
            return await frames.read(incoming)
        finally:
            outgoing.close()
