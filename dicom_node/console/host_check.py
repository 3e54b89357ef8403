"""Stands before every route: a request for a name that is not ours is answered with how to make it one."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from dicom_node.console.hosts import KnownHosts

_SENTENCE = (
    "This console is not known by that name: add it to host_names in the table [console] of the configuration.\n"
)


class HostCheck:
    """ASGI: 421 (RFC 9110 15.5.20) for a name that nobody gave this console."""

    def __init__(self, app: ASGIApp, hosts: KnownHosts) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] == "http" and not self._hosts.knows(Request(scope).headers.get("Host", "")):
            await PlainTextResponse(_SENTENCE, 421)(scope, receive, send)
            return
        await self._app(scope, receive, send)
