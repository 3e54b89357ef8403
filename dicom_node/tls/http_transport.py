"""HTTPS by a context of our own, for the clients that are made with httpx."""

import ssl

import httpx


class NamingTransport(httpx.HTTPTransport):
    """Connections by a context of our own, that ask for the name which the certificate must have.

    Args:
        server_name: that name; empty for the host of the address.
    """

    def __init__(self, context: ssl.SSLContext, server_name: str) -> None:
        super().__init__(verify=context, trust_env=False)
        self._server_name = server_name

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request."""
        if self._server_name:
            request.extensions = {**request.extensions, "sni_hostname": self._server_name}
        return super().handle_request(request)
