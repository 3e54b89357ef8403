"""Who may post: a pure decision from address, token and certificate to a client of the configuration, or a refusal."""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from config.http import HttpClient
from dicom_node.receive.peers import comes_from
from domain.errors import ConfigError

#: A token that is shorter can be guessed.
LEAST_TOKEN_CHARACTERS: Final = 16


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks.

    Attributes:
        address: IPv4 or IPv6.
        authorization: the header, empty where there is none.
        certificate: subject of the certificate that was shown and checked (RFC 4514), empty where none was.
    """

    address: str
    authorization: str = ""
    certificate: str = ""


@dataclass(frozen=True, slots=True)
class Denial:
    """Why a request is refused: the HTTP status, what the caller is told, and what a person should change here."""

    status: int
    told: str
    explanation: str


class Clients:
    """Those who may post.

    Args:
        clients: tables of the configuration.
        tokens: by the client's name, of those who need one.
    """

    def __init__(self, clients: Iterable[HttpClient], tokens: Mapping[str, str]) -> None:
        self._clients, self._tokens = tuple(clients), tokens

    def admit(self, caller: Caller) -> HttpClient | Denial:
        """Return the first client that the caller is, else why it is none."""
        near = [client for client in self._clients if comes_from(client.addresses, caller.address)]
        if not near:
            why = f"no [[http_client]] is accepted from {caller.address}: add one with this address"
            return Denial(403, "this address may not post here", why)
        for client in near:
            if self._has_token(client, caller.authorization) and client.certificate in ("", caller.certificate):
                return client
        return self._deny(near, caller)

    def _deny(self, near: list[HttpClient], caller: Caller) -> Denial:
        names = ", ".join(client.name for client in near)
        if not any(self._has_token(client, caller.authorization) for client in near):
            what = "a token that is none of theirs" if caller.authorization else "no token"
            why = f"{caller.address} sent {what}; accepted from there: {names}"
            return Denial(401, "send the token of a client that is known here: Authorization: Bearer TOKEN", why)
        shown = f"the certificate {caller.certificate!r}" if caller.certificate else "no certificate"
        why = f"{caller.address} showed {shown}; accepted from there: {names}; compare http_client.certificate"
        return Denial(403, "show the certificate of a client that is known here", why)

    def _has_token(self, client: HttpClient, authorization: str) -> bool:
        wanted = self._tokens.get(client.name)
        if wanted is None:
            return True
        scheme, _, token = authorization.partition(" ")
        # Takes as long for a wrong token as for the right one.
        is_equal = hmac.compare_digest(token.strip().encode(), wanted.encode())
        return is_equal and scheme.lower() == "bearer"


def read_tokens(clients: Iterable[HttpClient]) -> dict[str, str]:
    """Return the token of each client that needs one.

    Raises:
        ConfigError: a file cannot be read, or what is in it is no token; all of them at once.
    """
    tokens: dict[str, str] = {}
    problems = []
    for client in clients:
        if client.token_file is not None:
            try:
                tokens[client.name] = _read_token(client.token_file)
            except (OSError, ValueError) as error:
                why = error.strerror if isinstance(error, OSError) else str(error)
                problems.append(f"token_file of http_client {client.name}: {client.token_file}: {why}")
    if problems:
        raise ConfigError(tuple(problems), subject="http_client")
    return tokens


def _read_token(path: Path) -> str:
    try:
        token = path.read_text(encoding="ascii").strip()
    except UnicodeDecodeError:
        raise ValueError("a token is ASCII") from None
    if len(token) < LEAST_TOKEN_CHARACTERS or not token.isprintable() or " " in token:
        raise ValueError(
            f"a token is one word of {LEAST_TOKEN_CHARACTERS} characters or more; `openssl rand -hex 32` makes one"
        )
    return token
