"""The asyncio HL7 receiver of the `hl7` package, in a thread of its own."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from hl7.mllp import start_hl7_server


@dataclass
class PythonHl7:
    """A running receiver and the messages it parsed, `hl7.Message` each."""

    tls: ssl.SSLContext | None = None
    messages: list[Any] = field(default_factory=list)
    port: int = 0
    _ready: threading.Event = field(default_factory=threading.Event)
    _loop: asyncio.AbstractEventLoop | None = None
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    def run(self) -> None:
        """Serve until `stop`."""
        asyncio.run(self._run())

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        server = await start_hl7_server(self._serve, "127.0.0.1", 0, encoding="utf-8", ssl=self.tls)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        await server.wait_closed()

    async def _serve(self, reader: Any, writer: Any) -> None:
        try:
            message = await reader.readmessage()
            self.messages.append(message)
            writer.writemessage(message.create_ack())
            await writer.drain()
        except asyncio.IncompleteReadError:
            pass  # somebody looked whether it listens
        finally:
            writer.close()
            with suppress(OSError):  # the sender has gone
                await writer.wait_closed()

    def wait_until_ready(self) -> None:
        """Return once it listens."""
        assert self._ready.wait(10), "the receiver did not start"

    def stop(self) -> None:
        """Stop serving."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._stop.set)


@contextmanager
def run_python_hl7(tls: ssl.SSLContext | None = None) -> Iterator[PythonHl7]:
    """Run a receiver on a free loopback port, with TLS where a context is given."""
    receiver = PythonHl7(tls)
    thread = threading.Thread(target=receiver.run, name="python-hl7")
    thread.start()
    receiver.wait_until_ready()
    try:
        yield receiver
    finally:
        receiver.stop()
        thread.join(10)
