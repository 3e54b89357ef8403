"""A small provider of identities on loopback (OpenID Connect Core 1.0, code flow with PKCE)."""

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

CLIENT, SECRET = "osteonode", "a secret of the client"


@dataclass
class OidcProvider:
    """Knows one person; tests change what it says of them, and how.

    Attributes:
        claims: what it says beside what it must.
        spoil: claims that it puts in the place of the right ones.
        userinfo: what is told of the person beside the ID token.
    """

    port: int = 0
    claims: dict[str, Any] = field(default_factory=lambda: {"preferred_username": "grace", "groups": ["radiology"]})
    spoil: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "first", "use": "sig"}))
    published: ECKey | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    redeemed: list[dict[str, str]] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def log_in(self, address: str) -> str:
        """Return the path that a person is sent back to who was sent to `address` and has logged in."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        back = urlsplit(asked["redirect_uri"])
        return f"{back.path}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.issuer})}"

    def describe(self) -> dict[str, Any]:
        """Return its metadata."""
        names = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "jwks_uri": "keys",
            "userinfo_endpoint": "me",
        }
        return {"issuer": self.issuer} | {key: f"{self.issuer}/{path}" for key, path in names.items()} | self.metadata

    def keys(self) -> dict[str, Any]:
        """Return what others check its signatures with."""
        return dict(KeySet([self.published or self.key]).as_dict(private=False))

    def redeem(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Answer at the token endpoint."""
        self.redeemed.append(form)
        asked = self.codes.pop(form.get("code", ""), None)
        wanted = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if authorization != wanted:
            return 401, {"error": "invalid_client"}
        if asked is None or challenge_of(form.get("code_verifier", "")) != asked.get("code_challenge"):
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "opaque", "token_type": "Bearer", "id_token": self.sign(asked.get("nonce", ""))}

    def sign(self, nonce: str) -> str:
        """Return an ID token."""
        now = int(time.time())
        must = {"iss": self.issuer, "aud": CLIENT, "sub": "1234", "iat": now, "exp": now + 300, "nonce": nonce}
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, must | self.claims | self.spoil, self.key)


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@contextmanager
def serve_provider() -> Iterator[OidcProvider]:
    """Let it answer at a free port of loopback."""
    provider = OidcProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers = {
                "/.well-known/openid-configuration": provider.describe,
                "/keys": provider.keys,
                "/me": lambda: {"sub": "1234"} | provider.userinfo,
            }
            found = answers.get(self.path)
            self._answer(200 if found else 404, found() if found else {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._answer(*provider.redeem(form, self.headers.get("Authorization", "")))

        def _answer(self, status: int, content: dict[str, Any]) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
