"""Who may use the console, in the ledger: users, sessions and API tokens."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, RowMapping, delete, insert, not_, or_, select, update

from dicom_node.access_ports import ApiToken, Session, User, Way
from dicom_node.ledger.access_tables import api_token, console_session, console_user
from dicom_node.ledger.database import looking, writing
from dicom_node.ports import Clock
from domain.role import Role

#: Before the hash of who is disabled, as in /etc/shadow (shadow(5)): no password has a hash that begins like that.
_DISABLED: Final = "!"


class Accesses:
    """The port AccessBook on the database."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock

    def is_empty(self) -> bool:
        """Return whether there is no user; see the port."""
        with looking(self._engine) as connection:
            return connection.execute(select(console_user.c.name).limit(1)).first() is None

    def users(self) -> Sequence[User]:
        """Return every user; see the port."""
        with looking(self._engine) as connection:
            rows = connection.execute(select(console_user).order_by(console_user.c.name)).mappings()
            return [_user_from(row) for row in rows]

    def credential(self, name: str) -> tuple[User, str] | None:
        """Return a user and the hash of their password; see the port."""
        with looking(self._engine) as connection:
            row = connection.execute(select(console_user).where(console_user.c.name == name)).mappings().first()
        if row is None:
            return None
        user = _user_from(row)
        return user, "" if user.is_disabled else row["password_hash"]

    def add_user(self, name: str, role: Role, password_hash: str) -> bool:
        """Add a user; see the port."""
        now = self._clock.now()
        known = select(console_user.c.name).where(console_user.c.name == name)
        row = User(name, role, now, now)
        with writing(self._engine) as connection:
            if connection.execute(known).first() is not None:
                return False
            values = {"name": row.name, "role": role.value, "password_hash": password_hash}
            connection.execute(insert(console_user).values(values | {"added_at": now, "changed_at": now}))
        return True

    def remove_user(self, name: str, *, spare_last: bool = False) -> bool:
        """Remove a user and all that is theirs; see the port."""
        with writing(self._engine) as connection:
            if spare_last and _is_last_administrator(connection, name):
                return False
            connection.execute(delete(console_session).where(_is_of(name, Way.PASSWORD)))
            connection.execute(delete(api_token).where(api_token.c.owner == name))
            return connection.execute(delete(console_user).where(console_user.c.name == name)).rowcount > 0

    def set_role(self, name: str, role: Role, *, spare_last: bool = False) -> bool:
        """Give a user another role; see the port."""
        with writing(self._engine) as connection:
            if spare_last and role is not Role.ADMINISTRATOR and _is_last_administrator(connection, name):
                return False
            return self._change_user(connection, name, {"role": role.value})

    def set_password(self, name: str, password_hash: str) -> bool:
        """Give a user another password; see the port."""
        return self._set_hash(name, lambda kept: _mark(password_hash, is_disabled=kept.startswith(_DISABLED)))

    def set_disabled(self, name: str, is_disabled: bool, *, spare_last: bool = False) -> bool:
        """Let a user in no more, or again; see the port."""
        return self._set_hash(name, lambda kept: _mark(kept, is_disabled=is_disabled), spare_last=spare_last)

    def _set_hash(self, name: str, change: Callable[[str], str], *, spare_last: bool = False) -> bool:
        kept = select(console_user.c.password_hash).where(console_user.c.name == name)
        with writing(self._engine) as connection:
            known = connection.execute(kept).scalar()
            if known is None or (spare_last and _is_last_administrator(connection, name)):
                return False
            connection.execute(delete(console_session).where(_is_of(name, Way.PASSWORD)))
            return self._change_user(connection, name, {"password_hash": change(known)})

    def _change_user(self, connection: Connection, name: str, values: dict[str, Any]) -> bool:
        changed = update(console_user).where(console_user.c.name == name)
        return connection.execute(changed.values(values | {"changed_at": self._clock.now()})).rowcount > 0

    def begin_session(self, digest: str, session: Session) -> None:
        """Keep a session; see the port."""
        values = {"digest": digest, "name": session.name, "role": session.role.value, "way": session.way.value}
        times = {"began_at": session.began_at, "seen_at": session.seen_at}
        with writing(self._engine) as connection:
            connection.execute(insert(console_session).values(values | times))

    def session(self, digest: str) -> Session | None:
        """Return a session; see the port."""
        columns = console_session.c
        of_user = (console_user.c.name == columns.name) & (columns.way == Way.PASSWORD.value)
        users = console_user.c
        query = select(console_session, users.role.label("user_role"), users.password_hash)
        query = query.outerjoin(console_user, of_user)
        with looking(self._engine) as connection:
            row = connection.execute(query.where(columns.digest == digest)).mappings().first()
        if row is None or (row["way"] == Way.PASSWORD.value and row["user_role"] is None):
            return None
        if (row["password_hash"] or "").startswith(_DISABLED):
            return None  # disabled while they logged in
        return _session_from(row, row["user_role"])

    def touch_session(self, digest: str, seen_at: datetime) -> None:
        """Note that something was asked for; see the port."""
        with writing(self._engine) as connection:
            changed = update(console_session).where(console_session.c.digest == digest)
            connection.execute(changed.values(seen_at=seen_at))

    def end_session(self, digest: str) -> None:
        """End one; see the port."""
        with writing(self._engine) as connection:
            connection.execute(delete(console_session).where(console_session.c.digest == digest))

    def sessions(self) -> Sequence[Session]:
        """Return every session; see the port."""
        query = select(console_session).order_by(console_session.c.seen_at.desc(), console_session.c.digest)
        with looking(self._engine) as connection:
            return [_session_from(row) for row in connection.execute(query).mappings()]

    def end_sessions(self, name: str, way: Way) -> int:
        """End all of somebody; see the port."""
        with writing(self._engine) as connection:
            return connection.execute(delete(console_session).where(_is_of(name, way))).rowcount

    def forget_sessions(self, began_before: datetime, seen_before: datetime) -> int:
        """Remove sessions that have expired; see the port."""
        columns = console_session.c
        is_over = or_(columns.began_at < began_before, columns.seen_at < seen_before)
        with writing(self._engine) as connection:
            return connection.execute(delete(console_session).where(is_over)).rowcount

    def add_token(self, digest: str, label: str, role: Role, owner: str, expires_at: datetime) -> ApiToken:
        """Keep a token; see the port."""
        now = self._clock.now()
        values = {"digest": digest, "label": label, "role": role.value, "owner": owner}
        with writing(self._engine) as connection:
            made = connection.execute(insert(api_token).values(values | {"made_at": now, "expires_at": expires_at}))
            (number,) = made.inserted_primary_key or (0,)
        return ApiToken(number, label, role, owner, now, expires_at)

    def token(self, digest: str) -> ApiToken | None:
        """Return a token; see the port."""
        query = select(api_token, console_user.c.role.label("user_role"), console_user.c.password_hash)
        query = query.outerjoin(console_user, console_user.c.name == api_token.c.owner)
        with looking(self._engine) as connection:
            row = connection.execute(query.where(api_token.c.digest == digest)).mappings().first()
        if row is None or (row["password_hash"] or "").startswith(_DISABLED):
            return None
        return _token_from(row, row["user_role"])

    def touch_token(self, number: int, used_at: datetime) -> None:
        """Note that it was used; see the port."""
        with writing(self._engine) as connection:
            connection.execute(update(api_token).where(api_token.c.number == number).values(used_at=used_at))

    def tokens(self, owner: str | None = None) -> Sequence[ApiToken]:
        """Return every token, or those of a user; see the port."""
        query = select(api_token).order_by(api_token.c.number.desc())
        with looking(self._engine) as connection:
            rows = connection.execute(query if owner is None else query.where(api_token.c.owner == owner)).mappings()
            return [_token_from(row) for row in rows]

    def revoke_token(self, number: int, owner: str | None = None) -> bool:
        """Remove a token; see the port."""
        gone = delete(api_token).where(api_token.c.number == number)
        with writing(self._engine) as connection:
            return connection.execute(gone if owner is None else gone.where(api_token.c.owner == owner)).rowcount > 0


def _is_of(name: str, way: Way) -> Any:
    return (console_session.c.name == name) & (console_session.c.way == way.value)


def _mark(password_hash: str, *, is_disabled: bool) -> str:
    return _DISABLED * is_disabled + password_hash.removeprefix(_DISABLED)


def _is_last_administrator(connection: Connection, name: str) -> bool:
    """Return whether somebody is an administrator who can log in, and nobody else is."""
    users = console_user.c
    able = (users.role == Role.ADMINISTRATOR.value) & not_(users.password_hash.startswith(_DISABLED))
    return list(connection.execute(select(users.name).where(able)).scalars()) == [name]


def _session_from(row: RowMapping, user_role: str | None = None) -> Session:
    return Session(row["name"], Role(user_role or row["role"]), Way(row["way"]), row["began_at"], row["seen_at"])


def _user_from(row: RowMapping) -> User:
    is_disabled = row["password_hash"].startswith(_DISABLED)
    return User(row["name"], Role(row["role"]), row["added_at"], row["changed_at"], is_disabled)


def _token_from(row: RowMapping, user_role: str | None = None) -> ApiToken:
    role = Role(row["role"])
    role = Role(user_role) if user_role is not None and role.may(Role(user_role)) else role
    times = row["made_at"], row["expires_at"], row["used_at"]
    return ApiToken(row["number"], row["label"], role, row["owner"], *times)
