"""Sessions of browsers: begun at a login under a new secret, ended by a logout, by silence or by age."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from config.console import Console
from dicom_node.access_ports import AccessBook, Session, Way
from dicom_node.console.access.secrets import digest_of, new_secret
from dicom_node.ports import Clock
from domain.role import Role

#: The ledger is told at most so often that a session is in use.
TOUCH_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Sessions:
    """Begins, finds and ends them."""

    book: AccessBook
    clock: Clock
    console: Console

    def begin(self, name: str, role: Role, way: Way, *, instead_of: str = "") -> str:
        """Return the secret of a new session; the one that this browser had ends (OWASP: session fixation)."""
        now = self.clock.now()
        if instead_of:
            self.end(instead_of)
        self.book.forget_sessions(now - self._longest, now - self._idle)
        secret = new_secret()
        self.book.begin_session(digest_of(secret), Session(name, role, way, now, now))
        return secret

    def find(self, secret: str, *, is_live: bool = False) -> Session | None:
        """Return the session of a secret, None where there is none or it is over.

        Args:
            is_live: a page looked again on its own; nobody may sit before it any more.
        """
        digest, now = digest_of(secret), self.clock.now()
        session = self.book.session(digest) if secret else None
        if session is None:
            return None
        if self._is_over(session, now):
            self.book.end_session(digest)
            return None
        if is_live or now - session.seen_at < TOUCH_EVERY:
            return session
        self.book.touch_session(digest, now)
        return replace(session, seen_at=now)

    def living(self) -> Sequence[Session]:
        """Return every session that is not over."""
        now = self.clock.now()
        return [each for each in self.book.sessions() if not self._is_over(each, now)]

    def _is_over(self, session: Session, now: datetime) -> bool:
        return now - session.began_at > self._longest or now - session.seen_at > self._idle

    def end(self, secret: str) -> None:
        """End one; nothing where it has ended."""
        self.book.end_session(digest_of(secret))

    @property
    def _idle(self) -> timedelta:
        return timedelta(seconds=self.console.idle_seconds)

    @property
    def _longest(self) -> timedelta:
        return timedelta(seconds=self.console.session_seconds)
