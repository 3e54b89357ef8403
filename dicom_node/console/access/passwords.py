"""Passwords: argon2id (RFC 9106), and what may be one (NIST SP 800-63B 5.1.1.2: length, and no rules on characters)."""

import base64
import secrets
from functools import cached_property
from threading import Semaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST_CHARACTERS: Final = 12
MOST_CHARACTERS: Final = 256
#: The second of RFC 9106's recommendations (64 MiB, 3 passes) in one lane: a login takes one processor, not four.
HASHER: Final = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)
#: So many logins are checked at the same time: each takes 64 MiB and a processor that images are waiting for.
_AT_ONCE: Final = 2


class Passwords:
    """Makes and checks hashes. Blocking, a tenth of a second or more."""

    def __init__(self, hasher: PasswordHasher = HASHER) -> None:
        self._hasher = hasher
        self._turns = Semaphore(_AT_ONCE)

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash(secrets.token_hex(16))

    def make_hash(self, password: str) -> str:
        """Return what is kept of a password; raises ValueError where `find_fault` finds one."""
        if fault := find_fault(password):
            raise ValueError(fault)
        with self._turns:
            return self._hasher.hash(password)

    def is_right(self, password: str, password_hash: str | None) -> bool:
        """Return whether a password has this hash; for None or "", which is nobody's, it takes as long to say no."""
        if len(password) > MOST_CHARACTERS:
            password = ""  # nobody has it, and nobody is kept busy by its length
        with self._turns:
            nobodys = self._nobodys  # made at the first login of all, whoever it is
            try:
                self._hasher.verify(password_hash or nobodys, password)
            except (VerificationError, InvalidHashError):
                return False
        return bool(password_hash)


def invent() -> str:
    """Return a password that nobody can guess and somebody can read out: 96 bits, in groups."""
    text = base64.b32encode(secrets.token_bytes(12)).decode().rstrip("=").lower()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def find_fault(password: str, name: str = "") -> str:
    """Return why this cannot be a password, in words; empty where it can."""
    if len(password) < LEAST_CHARACTERS:
        return f"a password has {LEAST_CHARACTERS} characters or more; a sentence is easy to remember"
    if len(password) > MOST_CHARACTERS:
        return f"a password has at most {MOST_CHARACTERS} characters"
    if len(set(password)) < LEAST_CHARACTERS // 3 or (name and name.lower() in password.lower()):
        return "that password is easy to guess: take one without the name, of more different characters"
    return ""
