"""osteonode users: who may use the web console."""

import getpass
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from dicom_node.cli import tokens
from dicom_node.cli.access import open_configured_access
from dicom_node.cli.ledger_access import write_time
from dicom_node.cli.options import ConfigFile
from dicom_node.cli.terminal import explain, make_table, print_table
from domain.role import Role

app = typer.Typer(no_args_is_help=True, help="Say who may use the web console, and what their programs may.")
app.add_typer(tokens.app, name="tokens")

Name = Annotated[str, typer.Argument(help="Name that they log in with: letters, digits, . _ @ -", metavar="NAME")]
RoleOption = Annotated[
    Role,
    typer.Option(
        "--role",
        help="viewer looks, operator also acts on studies, administrator also sees configuration and audit.",
    ),
]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input. Default: ask for it.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask first.")]


@app.command("add")
def add(
    name: Name, role: RoleOption = Role.VIEWER, password_stdin: FromStdin = False, config: ConfigFile = None
) -> None:
    """Add a user. The password is asked for twice, or read from standard input; it has 12 characters or more.

    A console that nobody was configured for listens where the configuration says a few seconds later. Safe while the
    node runs, and before it has ever run. Exit code 1 where there is a user of that name.
    """
    access = open_configured_access(config, may_create=True)
    known = _require_name(name)
    if access.book.credential(known) is not None:
        _refuse(f"there is a user {known} already; `osteonode users password {known}` gives another password")
    access.book.add_user(known, role, _hash_of(_read_password(known, password_stdin)))
    access.note(known, f"user was added, role {role.value}")
    print(f"{known} may now log in, as {role.value}")


@app.command("list")
def list_users(config: ConfigFile = None) -> None:
    """List the users: role, since when, and when they were last changed, in the zone of this machine."""
    users = open_configured_access(config).book.users()
    if not users:
        print("no user; the console is reached from this machine alone, unless [console.oidc] is configured")
        return
    table = make_table(("name", "role", "may log in", "added", "changed"))
    for user in users:
        able = "no" if user.is_disabled else "yes"
        table.add_row(user.name, user.role.value, able, write_time(user.added_at), write_time(user.changed_at))
    print_table(table)


@app.command("role")
def set_role(
    name: Name, role: Annotated[Role, typer.Argument(help="The new role.")], config: ConfigFile = None
) -> None:
    """Give a user another role. It holds at once, also for sessions and tokens that are in use."""
    access = open_configured_access(config)
    if not access.book.set_role(_require_name(name), role):
        _refuse_unknown(name)
    access.note(_require_name(name), f"role is now {role.value}", roles=True)
    print(f"{name} is now {role.value}")


@app.command("password")
def set_password(name: Name, password_stdin: FromStdin = False, config: ConfigFile = None) -> None:
    """Give a user another password, asked for twice or read from standard input. All their sessions end."""
    access, known = open_configured_access(config), _require_name(name)
    if access.book.credential(known) is None:
        _refuse_unknown(name)
    access.book.set_password(known, _hash_of(_read_password(known, password_stdin)))
    access.note(known, "the password was changed")
    print(f"the password of {known} was changed; their sessions have ended")


@app.command("disable")
def disable(name: Name, config: ConfigFile = None) -> None:
    """Let a user in no more: their sessions end, and their tokens open nothing. `enable` takes it back."""
    _set_disabled(name, True, config)
    print(f"{name} may not log in any more; their sessions have ended, their tokens open nothing")


@app.command("enable")
def enable(name: Name, config: ConfigFile = None) -> None:
    """Let a user who was disabled in again, with the password, the role and the tokens that they had."""
    _set_disabled(name, False, config)
    print(f"{name} may log in again")


def _set_disabled(name: str, is_disabled: bool, config: Path | None) -> None:
    access, known = open_configured_access(config), _require_name(name)
    if not access.book.set_disabled(known, is_disabled):
        _refuse_unknown(name)
    access.note(known, "user was disabled" if is_disabled else "user was enabled")


@app.command("remove")
def remove(name: Name, yes: Yes = False, config: ConfigFile = None) -> None:
    """Remove a user, with their sessions and API tokens. With the last one, the console is for this machine alone."""
    access, known = open_configured_access(config), _require_name(name)
    if access.book.credential(known) is None:
        _refuse_unknown(name)
    if not yes and not typer.confirm(f"Remove {known}, with all sessions and tokens?"):
        raise typer.Exit(1)
    access.book.remove_user(known)
    access.note(known, "user was removed")
    print(f"{known} was removed")
    if access.book.is_empty():
        print("that was the last user: the console is now reached from this machine alone, unless OIDC is configured")


def _read_password(name: str, from_stdin: bool) -> str:
    from dicom_node.console.access.passwords import find_fault

    password = sys.stdin.readline().rstrip("\r\n") if from_stdin else getpass.getpass(f"Password for {name}: ")
    if fault := find_fault(password, name):
        raise typer.BadParameter(fault)
    if not from_stdin and getpass.getpass("The same again: ") != password:
        raise typer.BadParameter("the two passwords differ")
    return password


def _hash_of(password: str) -> str:
    from dicom_node.console.access.passwords import Passwords

    return Passwords().make_hash(password)


def _require_name(text: str) -> str:
    from dicom_node.access_ports import read_name

    if not (name := read_name(text)):
        raise typer.BadParameter("a name has 1 to 64 letters, digits or . _ @ - and begins with a letter or a digit")
    return name


def _refuse_unknown(name: str) -> NoReturn:
    _refuse(f"there is no user {name}; `osteonode users list` lists those there are")


def _refuse(sentence: str) -> NoReturn:
    explain(sentence)
    raise typer.Exit(1)
