"""osteonode users tokens: what programs show to the HTTP API instead of a password."""

from typing import Annotated

import typer

from dicom_node.cli.access import open_configured_access
from dicom_node.cli.ledger_access import write_time
from dicom_node.cli.options import ConfigFile
from dicom_node.cli.terminal import explain, make_table, print_table
from domain.role import Role

app = typer.Typer(no_args_is_help=True, help="Make, list and revoke tokens for programs that use the HTTP API.")

Label = Annotated[str, typer.Argument(help="What it is for, such as `teaching upload`.", metavar="LABEL")]
RoleOption = Annotated[Role, typer.Option("--role", help="What the program may do.")]
Days = Annotated[int, typer.Option("--days", min=1, max=730, help="Days that it is valid for.")]
Owner = Annotated[
    str,
    typer.Option("--user", help="User whom it may do no more than, and ends with. Default: nobody.", metavar="NAME"),
]
Number = Annotated[int, typer.Argument(help="Number of a token, as `osteonode users tokens list` shows it.")]


@app.command("add")
def add(
    label: Label, role: RoleOption = Role.VIEWER, days: Days = 90, user: Owner = "", config: ConfigFile = None
) -> None:
    """Make a token and print it, this once: only its digest is kept.

    A program sends it as `Authorization: Bearer TOKEN`. The token alone goes to standard output.
    """
    from dicom_node.console.access.tokens import Tokens

    access = open_configured_access(config, may_create=True)
    owner = user.strip().lower()
    if owner and access.book.credential(owner) is None:
        raise typer.BadParameter(f"there is no user {owner}")
    try:
        token, kept = Tokens(access.book, access.clock).make(label, role, days, owner)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    access.note(owner or f"token:{kept.label}", f"API token {kept.number} was made, role {role.value}")
    explain(f"token {kept.number}, {role.value}, until {write_time(kept.expires_at)}; it is not shown again")
    print(token)


@app.command("list")
def list_tokens(config: ConfigFile = None) -> None:
    """List the tokens: number, what for, role, user, when made, last used and when they end, in this machine's zone."""
    tokens = open_configured_access(config).book.tokens()
    if not tokens:
        print("no token")
        return
    table = make_table(("number", "what for", "role", "user", "made", "last used", "ends"), numbers=("number",))
    for each in tokens:
        times = map(write_time, (each.made_at, each.used_at, each.expires_at))
        table.add_row(str(each.number), each.label, each.role.value, each.owner or "-", *times)
    print_table(table)


@app.command("revoke")
def revoke(number: Number, config: ConfigFile = None) -> None:
    """Revoke a token: programs that show it are refused from now on. Exit code 1 where there is none."""
    access = open_configured_access(config)
    if not access.book.revoke_token(number):
        explain(f"there is no token {number}; `osteonode users tokens list` lists those there are")
        raise typer.Exit(1)
    access.note(f"token {number}", f"API token {number} was revoked")
    print(f"token {number} was revoked")
