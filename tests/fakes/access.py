"""Who may use the console, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from dicom_node.access_ports import ApiToken, Session, User, Way
from dicom_node.ports import Clock
from domain.role import Role


class FakeAccessBook:
    """Implements access_ports.AccessBook."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._users: dict[str, tuple[User, str]] = {}
        self._sessions: dict[str, Session] = {}
        self._tokens: dict[str, ApiToken] = {}
        self._made = 0

    def is_empty(self) -> bool:
        return not self._users

    def users(self) -> Sequence[User]:
        return [user for _name, (user, _hash) in sorted(self._users.items())]

    def credential(self, name: str) -> tuple[User, str] | None:
        user, password_hash = self._users.get(name, (None, ""))
        return (user, "" if user.is_disabled else password_hash) if user else None

    def add_user(self, name: str, role: Role, password_hash: str) -> bool:
        if name in self._users:
            return False
        now = self._clock.now()
        self._users[name] = (User(name, role, now, now), password_hash)
        return True

    def remove_user(self, name: str, *, spare_last: bool = False) -> bool:
        if spare_last and self._is_last(name):
            return False
        self._end_sessions(name)
        self._tokens = {digest: each for digest, each in self._tokens.items() if each.owner != name}
        return self._users.pop(name, None) is not None

    def _is_last(self, name: str) -> bool:
        able = [user.name for user in self.users() if user.role is Role.ADMINISTRATOR and not user.is_disabled]
        return able == [name]

    def set_disabled(self, name: str, is_disabled: bool, *, spare_last: bool = False) -> bool:
        if name not in self._users or (spare_last and self._is_last(name)):
            return False
        self._end_sessions(name)
        user, password_hash = self._users[name]
        self._users[name] = (replace(user, is_disabled=is_disabled, changed_at=self._clock.now()), password_hash)
        return True

    def set_role(self, name: str, role: Role, *, spare_last: bool = False) -> bool:
        if name not in self._users or (spare_last and role is not Role.ADMINISTRATOR and self._is_last(name)):
            return False
        user, password_hash = self._users[name]
        self._users[name] = (replace(user, role=role, changed_at=self._clock.now()), password_hash)
        return True

    def set_password(self, name: str, password_hash: str) -> bool:
        self._end_sessions(name)
        if name not in self._users:
            return False
        self._users[name] = (replace(self._users[name][0], changed_at=self._clock.now()), password_hash)
        return True

    def _end_sessions(self, name: str) -> None:
        self.end_sessions(name, Way.PASSWORD)

    def end_sessions(self, name: str, way: Way) -> int:
        mine = [key for key, each in self._sessions.items() if each.name == name and each.way is way]
        for key in mine:
            del self._sessions[key]
        return len(mine)

    def sessions(self) -> Sequence[Session]:
        return sorted(self._sessions.values(), key=lambda each: each.seen_at, reverse=True)

    def begin_session(self, digest: str, session: Session) -> None:
        self._sessions[digest] = session

    def session(self, digest: str) -> Session | None:
        session = self._sessions.get(digest)
        if session is None or session.way is not Way.PASSWORD:
            return session
        user = self._users[session.name][0] if session.name in self._users else None
        return replace(session, role=user.role) if user and not user.is_disabled else None

    def touch_session(self, digest: str, seen_at: datetime) -> None:
        if digest in self._sessions:
            self._sessions[digest] = replace(self._sessions[digest], seen_at=seen_at)

    def end_session(self, digest: str) -> None:
        self._sessions.pop(digest, None)

    def forget_sessions(self, began_before: datetime, seen_before: datetime) -> int:
        over = [key for key, s in self._sessions.items() if s.began_at < began_before or s.seen_at < seen_before]
        for key in over:
            del self._sessions[key]
        return len(over)

    def add_token(self, digest: str, label: str, role: Role, owner: str, expires_at: datetime) -> ApiToken:
        self._made += 1
        self._tokens[digest] = ApiToken(self._made, label, role, owner, self._clock.now(), expires_at)
        return self._tokens[digest]

    def token(self, digest: str) -> ApiToken | None:
        token = self._tokens.get(digest)
        if token is None or token.owner not in self._users:
            return token
        if self._users[token.owner][0].is_disabled:
            return None
        most = self._users[token.owner][0].role
        return replace(token, role=most) if token.role.may(most) else token

    def touch_token(self, number: int, used_at: datetime) -> None:
        for digest, token in self._tokens.items():
            if token.number == number:
                self._tokens[digest] = replace(token, used_at=used_at)

    def tokens(self, owner: str | None = None) -> Sequence[ApiToken]:
        found = sorted(self._tokens.values(), key=lambda each: -each.number)
        return [each for each in found if owner in (None, each.owner)]

    def revoke_token(self, number: int, owner: str | None = None) -> bool:
        gone = [d for d, each in self._tokens.items() if each.number == number and owner in (None, each.owner)]
        for digest in gone:
            del self._tokens[digest]
        return bool(gone)
