"""A session of `requests` that believes whom the destination believes, and takes nothing from the environment."""

import ssl
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from config.settings import Destination, DestinationTls
from dicom_node.deliver.web_credentials import read_credentials
from dicom_node.tls.contexts import make_client_context


def open_session(settings: Destination) -> requests.Session:
    """Return a session for calls to a destination; close it after use.

    Raises:
        ConfigError: a file of `[destination.tls]` or a secret cannot be used.
    """
    session = requests.Session()
    session.trust_env = False  # neither proxies nor passwords (.netrc) from the environment
    session.headers.update(read_credentials(settings))
    tls = settings.tls or DestinationTls()
    session.mount("https://", _TlsAdapter(make_client_context(tls), tls))
    return session


class _TlsAdapter(HTTPAdapter):
    """Connections by a context of our own, to which `requests` must not add the authorities that it ships."""

    def __init__(self, context: ssl.SSLContext, tls: DestinationTls) -> None:
        self._context, self._tls = context, tls
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **keywords: Any) -> None:
        """Make connections with our context, and the name that the certificate must have."""
        keywords["ssl_context"] = self._context
        if self._tls.server_name:
            keywords["server_hostname"] = self._tls.server_name
        if not self._tls.check_host_name:
            keywords["assert_hostname"] = False
        super().init_poolmanager(*arguments, **keywords)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leave the check of certificates to the context."""
