"""A provider of identities: where it says it is, what it signs with, and who it says somebody is."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests.exceptions import RequestException

from config.console_oidc import ConsoleOidc
from dicom_node.console.access.oidc.handshake import Handshake
from dicom_node.console.access.oidc.logout_hints import LogoutHints
from dicom_node.console.hosts import is_loopback
from dicom_node.ports import Clock
from domain.role import Role

#: Signatures that only the provider can make; never `none`, never one that is made with the secret of a client.
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
CALLBACK: Final = "/login/oidc/callback"
#: Where the provider sends people after a logout.
LEFT: Final = "/login/left"
_TIMEOUT_SECONDS: Final = 10.0
_KEEP: Final = timedelta(hours=1)
#: Keys that nobody knows are asked for at most so often, whatever a token claims to be signed with.
_ASK_AGAIN: Final = timedelta(minutes=1)
_LEEWAY_SECONDS: Final = 60
_NAME_CHARACTERS: Final = 64
_log = logging.getLogger("osteonode.console")


class LoginRefused(Exception):
    """A login by the provider failed; the message is for the log and free of secrets."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is; `role` is None where none of their groups has one.

    Attributes:
        name: begins with `oidc:`, which no user of the node can: nobody can call themselves like one at the provider.
        id_token: as the provider signed it.
    """

    name: str
    role: Role | None
    id_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the provider says of itself (OpenID Connect Discovery 1.0 section 3), and its keys."""

    metadata: Mapping[str, Any]
    keys: KeySet
    asked_at: datetime


class Provider:
    """Sends people to the provider, and reads what they come back with. Blocking; safe for threads.

    Args:
        public_url: address of this console, for where to come back to.
        secret: of this client; empty for a public client.
    """

    def __init__(self, oidc: ConsoleOidc, public_url: str, clock: Clock, secret: str = "") -> None:
        self._oidc, self._clock, self._secret = oidc, clock, secret
        self._callback = public_url.rstrip("/") + CALLBACK
        self._left = public_url.rstrip("/") + LEFT
        self.hints = LogoutHints()
        self._known: _Known | None = None
        self._lock = Lock()

    @classmethod
    def of(cls, oidc: ConsoleOidc, public_url: str, clock: Clock) -> "Provider":
        """Return the provider of a configuration; raises OSError where the file with the secret cannot be read."""
        file = oidc.client_secret_file
        return cls(oidc, public_url, clock, file.read_text(encoding="utf-8").strip() if file is not None else "")

    def address_for(self, handshake: Handshake) -> str:
        """Return where to send a browser. Raises LoginRefused where the provider cannot be asked."""
        session = self._open_session()
        address, _state = session.create_authorization_url(
            self._endpoint("authorization_endpoint"),
            state=handshake.state,
            nonce=handshake.nonce,
            code_verifier=handshake.verifier,
        )
        return str(address)

    def identify(self, handshake: Handshake, answer: Mapping[str, str]) -> Identity:
        """Return who came back.

        Args:
            answer: what stands behind the question mark of the address they came back to.

        Raises:
            LoginRefused: the answer is not one to this login, or the provider or its token says something else.
        """
        if not handshake.is_answered_by(answer.get("state", "")):
            raise LoginRefused("the answer belongs to another login")
        if answer.get("iss", self._oidc.issuer) != self._oidc.issuer:  # RFC 9207
            raise LoginRefused("the answer is another provider's")
        if "error" in answer or not answer.get("code"):
            raise LoginRefused(f"the provider answered {_printable(answer.get('error', 'without a code'))}")
        token = self._redeem(handshake, answer["code"])
        claims = self._read_claims(handshake, token)
        return self._identity(claims, token)

    def address_to_leave(self, secret: str) -> str:
        """Return where the provider ends its own session (OpenID Connect RP-Initiated Logout 1.0, section 2).

        Empty where nobody asked for that, or the provider cannot: then the session here is over, and the one there not.

        Args:
            secret: of the session here, which ends.
        """
        if not self._oidc.logout_at_provider:
            return ""
        try:
            endpoint = self._endpoint("end_session_endpoint")
        except LoginRefused as error:
            _log.warning("console.oidc_logout_failed: %s", error, extra={"event": "console.oidc_logout_failed"})
            return ""
        asked = {"client_id": self._oidc.client_id, "post_logout_redirect_uri": self._left}
        if hint := self.hints.take(secret):
            asked["id_token_hint"] = hint
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(asked)}"

    def _redeem(self, handshake: Handshake, code: str) -> Mapping[str, Any]:
        session = self._open_session()
        try:
            token: Mapping[str, Any] = session.fetch_token(
                self._endpoint("token_endpoint"),
                grant_type="authorization_code",
                code=code,
                code_verifier=handshake.verifier,
                timeout=_TIMEOUT_SECONDS,
                allow_redirects=False,
            )
        except (OAuthError, RequestException, ValueError) as error:
            raise LoginRefused(f"the code was not redeemed: {_reason(error)}") from error
        if not isinstance(token.get("id_token"), str):
            raise LoginRefused("the provider sent no ID token")
        return token

    def _read_claims(self, handshake: Handshake, token: Mapping[str, Any]) -> CodeIDToken:
        """Check the ID token (OpenID Connect Core 3.1.3.7)."""
        options = {
            "iss": {"essential": True, "value": self._oidc.issuer},
            "aud": {"essential": True, "value": self._oidc.client_id},
        }
        known = {"nonce": handshake.nonce, "client_id": self._oidc.client_id, "access_token": token.get("access_token")}
        try:
            decoded = self._decode(token["id_token"])
            claims = CodeIDToken(decoded.claims, decoded.header, options, known)
            claims.validate(int(self._clock.now().timestamp()), _LEEWAY_SECONDS)
        except (JoseError, ValueError) as error:
            raise LoginRefused(f"the ID token cannot be believed: {_reason(error)}") from error
        return claims

    def _decode(self, token: str) -> jwt.Token:
        try:
            return jwt.decode(token, self._ask().keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            # Perhaps it is signed with a key that came since.
            return jwt.decode(token, self._ask(longest=_ASK_AGAIN).keys, algorithms=ALGORITHMS)

    def _identity(self, claims: Mapping[str, Any], token: Mapping[str, Any]) -> Identity:
        oidc, found, access_token = self._oidc, dict(claims), str(token.get("access_token", ""))
        if oidc.groups_claim not in found and "userinfo_endpoint" in self._ask().metadata:
            found = self._ask_userinfo(access_token, str(claims["sub"])) | found
        name = "oidc:" + _printable(found.get(oidc.name_claim) or claims["sub"])[:_NAME_CHARACTERS]
        groups = found.get(oidc.groups_claim) or ()
        listed = {groups} if isinstance(groups, str) else {each for each in groups if isinstance(each, str)}
        return Identity(name, oidc.role_of(frozenset(listed)), token["id_token"])

    def _ask_userinfo(self, access_token: str, subject: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {access_token}"}
        found = self._get(self._endpoint("userinfo_endpoint"), headers)
        if found.get("sub") != subject:  # OpenID Connect Core 5.3.2
            raise LoginRefused("the provider told of somebody else")
        return found

    def _endpoint(self, name: str) -> str:
        address = str(self._ask().metadata.get(name, ""))
        parts = urlsplit(address)
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
            raise LoginRefused(f"the provider names no https address as its {name}")
        return address

    def _ask(self, longest: timedelta = _KEEP) -> _Known:
        """Return what the provider says of itself, at most so old."""
        with self._lock:
            now = self._clock.now()
            if self._known is None or now - self._known.asked_at > longest:
                self._known = self._discover(now)
            return self._known

    def _discover(self, now: datetime) -> _Known:
        issuer = self._oidc.issuer
        metadata = self._get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if metadata.get("issuer") != issuer:
            raise LoginRefused("the provider calls itself otherwise than console.oidc.issuer")
        try:
            keys = KeySet.import_key_set(self._get(str(metadata.get("jwks_uri", ""))))  # type: ignore[arg-type]
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise LoginRefused(f"the provider's keys cannot be read: {_reason(error)}") from error
        return _Known(metadata, keys, now)

    def _get(self, address: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        try:
            answer = self._open_session().get(
                address, headers=headers, withhold_token=True, timeout=_TIMEOUT_SECONDS, allow_redirects=False
            )
            answer.raise_for_status()
            read = answer.json()
        except (RequestException, ValueError) as error:
            raise LoginRefused(f"the provider cannot be asked: {_reason(error)}") from error
        if not isinstance(read, dict):
            raise LoginRefused("the provider answered something else than an object")
        return read

    def _open_session(self) -> OAuth2Session:
        oidc = self._oidc
        session = OAuth2Session(
            oidc.client_id,
            self._secret or None,
            token_endpoint_auth_method="client_secret_basic" if self._secret else "none",
            scope=" ".join(oidc.scopes),
            redirect_uri=self._callback,
            code_challenge_method="S256",
        )
        session.verify = str(oidc.authorities_file) if oidc.authorities_file is not None else True
        return session


def _reason(error: Exception) -> str:
    """Return what went wrong without what it went wrong with: a message may quote a token."""
    code = getattr(error, "error", None)
    return _printable(code)[:80] if isinstance(code, str) and code else type(error).__name__


def _printable(text: object) -> str:
    return "".join(each for each in str(text) if each.isprintable()).strip()
