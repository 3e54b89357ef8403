"""Who may use the console, in the ledger: users, sessions and API tokens."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, delete, insert, or_, select, update

from dicom_node.access_ports import ApiToken, Session, User, Way
from dicom_node.ledger.access_tables import api_token, console_session, console_user
from dicom_node.ledger.database import looking, writing
from dicom_node.ports import Clock
from domain.role import Role


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
        return (_user_from(row), row["password_hash"]) if row is not None else None

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

    def remove_user(self, name: str) -> bool:
        """Remove a user and all that is theirs; see the port."""
        with writing(self._engine) as connection:
            connection.execute(delete(console_session).where(_is_of_user(name)))
            connection.execute(delete(api_token).where(api_token.c.owner == name))
            return connection.execute(delete(console_user).where(console_user.c.name == name)).rowcount > 0

    def set_role(self, name: str, role: Role) -> bool:
        """Give a user another role; see the port."""
        with writing(self._engine) as connection:
            return self._change_user(connection, name, {"role": role.value})

    def set_password(self, name: str, password_hash: str) -> bool:
        """Give a user another password; see the port."""
        with writing(self._engine) as connection:
            connection.execute(delete(console_session).where(_is_of_user(name)))
            return self._change_user(connection, name, {"password_hash": password_hash})

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
        query = select(console_session, console_user.c.role.label("user_role")).outerjoin(console_user, of_user)
        with looking(self._engine) as connection:
            row = connection.execute(query.where(columns.digest == digest)).mappings().first()
        if row is None or (row["way"] == Way.PASSWORD.value and row["user_role"] is None):
            return None
        role = Role(row["user_role"] or row["role"])
        return Session(row["name"], role, Way(row["way"]), row["began_at"], row["seen_at"])

    def touch_session(self, digest: str, seen_at: datetime) -> None:
        """Note that something was asked for; see the port."""
        with writing(self._engine) as connection:
            changed = update(console_session).where(console_session.c.digest == digest)
            connection.execute(changed.values(seen_at=seen_at))

    def end_session(self, digest: str) -> None:
        """End one; see the port."""
        with writing(self._engine) as connection:
            connection.execute(delete(console_session).where(console_session.c.digest == digest))

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
        query = select(api_token, console_user.c.role.label("user_role"))
        query = query.outerjoin(console_user, console_user.c.name == api_token.c.owner)
        with looking(self._engine) as connection:
            row = connection.execute(query.where(api_token.c.digest == digest)).mappings().first()
        return _token_from(row, row["user_role"]) if row is not None else None

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


def _is_of_user(name: str) -> Any:
    return (console_session.c.name == name) & (console_session.c.way == Way.PASSWORD.value)


def _user_from(row: RowMapping) -> User:
    return User(row["name"], Role(row["role"]), row["added_at"], row["changed_at"])


def _token_from(row: RowMapping, user_role: str | None = None) -> ApiToken:
    role = Role(row["role"])
    role = Role(user_role) if user_role is not None and role.may(Role(user_role)) else role
    times = row["made_at"], row["expires_at"], row["used_at"]
    return ApiToken(row["number"], row["label"], role, row["owner"], *times)
