"""Wakes a thread that waits for its connection when another thread has something for it to send."""

import os
import select
import socket
import ssl
from threading import Lock


class Doorbell:
    """One waiting thread, any number that ring. `close` it when nobody waits any more; ringing stays harmless."""

    def __init__(self) -> None:
        self._number = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._closing = Lock()  # a number that was closed may be another file's by now
        self._watch = select.poll()
        self._watch.register(self._number, select.POLLIN)
        self._watched: int | None = None

    def ring(self) -> None:
        """End the wait that is under way, or the next one."""
        with self._closing:
            if self._number >= 0:
                os.eventfd_write(self._number, 1)

    def wait(self, connection: socket.socket | None, seconds: float) -> bool:
        """Wait for bytes, for a ring or for the time to pass; return whether the connection has something to say.

        The end of a connection counts as something to say.
        """
        if isinstance(connection, ssl.SSLSocket) and connection.pending():
            return True  # the rest of a TLS record is here already, where nothing can be waited for
        number = connection.fileno() if connection is not None else -1
        self._watch_only(number)
        ready = dict(self._watch.poll(seconds * 1000))
        if ready.pop(self._number, 0):
            os.eventfd_read(self._number)
        return bool(ready)

    def close(self) -> None:
        """Give the file descriptor back."""
        with self._closing:
            number, self._number = self._number, -1
            if number >= 0:
                os.close(number)

    def _watch_only(self, number: int) -> None:
        if self._watched == number:
            return
        if self._watched is not None and self._watched >= 0:
            self._watch.unregister(self._watched)
        if number >= 0:
            self._watch.register(number, select.POLLIN)
        self._watched = number
