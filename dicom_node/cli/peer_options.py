"""Whom a command that plays a modality calls: an address with its options, or a destination of a configuration."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from domain.errors import ConfigError

if TYPE_CHECKING:
    from config.settings import Destination
    from config.tls import DestinationTls
    from dicom_node.peer_calls import Peer

_TLS_PANEL = "TLS"
DEFAULT_CALLING = "STORESCU"

To = Annotated[
    str,
    typer.Option(
        "--to",
        help="Address and TCP port of the peer; or, with --config, the name of a [[destination]] of kind dicom, which "
        "is called with its AE title and its TLS.",
        metavar="HOST:PORT|NAME",
    ),
]
CalledTitle = Annotated[
    str, typer.Option("--aet", help="AE title of the peer, 1 to 16 characters. Needed with HOST:PORT.", metavar="AET")
]
CallingTitle = Annotated[
    str,
    typer.Option(
        "--calling",
        help=f"AE title to call from, 1 to 16 characters. Default: {DEFAULT_CALLING}; with NAME, as the node calls it.",
        metavar="AET",
    ),
]
Timeout = Annotated[float, typer.Option("--timeout-seconds", min=0.1, help="Longest wait for one answer, in seconds.")]
PeerConfig = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="Configuration file (TOML), for --to NAME. Default: none.", metavar="FILE"),
]
Tls = Annotated[
    bool,
    typer.Option("--tls", help="Call with TLS 1.2 or 1.3. Any option below does, too.", rich_help_panel=_TLS_PANEL),
]
Authorities = Annotated[
    Path | None,
    typer.Option(
        "--authorities-file",
        help="PEM: who may have signed the peer's certificate. Default: the authorities of this system.",
        rich_help_panel=_TLS_PANEL,
        metavar="FILE",
    ),
]
Certificate = Annotated[
    Path | None,
    typer.Option(
        "--certificate-file",
        help="PEM: the certificate to show, for a peer that asks for one. Default: none.",
        rich_help_panel=_TLS_PANEL,
        metavar="FILE",
    ),
]
Key = Annotated[
    Path | None,
    typer.Option(
        "--key-file",
        help="PEM: the private key of that certificate. Default: none.",
        rich_help_panel=_TLS_PANEL,
        metavar="FILE",
    ),
]
KeyPassword = Annotated[
    Path | None,
    typer.Option(
        "--key-password-file",
        help="File with the password of that key. Default: none.",
        rich_help_panel=_TLS_PANEL,
        metavar="FILE",
    ),
]
ServerName = Annotated[
    str,
    typer.Option(
        "--server-name",
        help="Name in the peer's certificate, where it is not HOST.",
        rich_help_panel=_TLS_PANEL,
        metavar="NAME",
    ),
]


@dataclass(frozen=True, slots=True)
class TlsOptions:
    """The options of TLS as they were given; see `DestinationTls`."""

    tls: bool = False
    authorities_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    key_password_file: Path | None = None
    server_name: str = ""

    @property
    def are_given(self) -> bool:
        """Whether there is one."""
        return self != TlsOptions()

    def settings(self) -> "DestinationTls | None":
        """Return how to call with TLS, None for a plain call; raises typer.BadParameter where they do not agree."""
        from pydantic import ValidationError

        from config.tls import DestinationTls

        given = {name: getattr(self, name) for name in self.__slots__ if name != "tls"}
        try:
            return DestinationTls(**given) if self.are_given else None
        except ValidationError as error:
            words = "; ".join(each["msg"] for each in error.errors(include_url=False, include_input=False))
            raise typer.BadParameter(words, param_hint="--certificate-file, --key-file") from None


def choose_peer(
    to: str, aet: str, calling: str, timeout_seconds: float, options: TlsOptions, config: Path | None
) -> "Peer":
    """Return whom to call.

    Raises:
        typer.BadParameter: the options do not say whom, or contradict each other.
        ConfigError: the configuration has problems.
    """
    from dicom_node.peer_calls import Peer

    if config is not None and ":" not in to:
        return _of_configuration(to, aet, calling, timeout_seconds, options, config)
    host, port = split_address(to)
    if not aet:
        raise typer.BadParameter("the AE title of the peer is missing", param_hint="--aet")
    return Peer(host, port, aet, calling or DEFAULT_CALLING, timeout_seconds, options.settings())


def _of_configuration(
    name: str, aet: str, calling: str, timeout_seconds: float, options: TlsOptions, config: Path
) -> "Peer":
    from config.load import load_settings
    from dicom_node.peer_calls import Peer

    if options.are_given:
        raise typer.BadParameter(f"the configuration says how {name} is called by TLS", param_hint="--tls")
    settings = load_settings(config)
    found = _find(settings.destination, name)
    caller = calling or found.calling_ae_title or settings.node.ae_title
    return Peer(found.host, found.port, aet or found.ae_title, caller, timeout_seconds, found.tls)


def _find(destinations: "tuple[Destination, ...]", name: str) -> "Destination":
    dicom = {each.name: each for each in destinations if each.kind == "dicom"}
    if name not in dicom:
        known = ", ".join(dicom) or "none"
        raise ConfigError((f"no [[destination]] of kind dicom is called {name!r}; there are: {known}",), subject="--to")
    return dicom[name]


def split_address(address: str) -> tuple[str, int]:
    """Return host and port of `host:port` or `[v6]:port`.

    Raises:
        typer.BadParameter: it is neither.
    """
    host, _, port = address.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 1 <= int(port) <= 65535:
        raise typer.BadParameter(f"{address!r} is not HOST:PORT, such as 127.0.0.1:11112", param_hint="--to")
    return host.strip("[]"), int(port)
