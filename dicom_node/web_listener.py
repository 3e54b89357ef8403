"""The socket that a web server of this node listens on."""

import socket

from domain.errors import ConfigError

_BACKLOG = 128


def open_web_listener(table: str, bind: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Args:
        table: of the configuration that the address is of; named where nobody can listen there.

    Raises:
        ConfigError: the address cannot be listened at.
    """
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    try:
        listener = socket.create_server((bind, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        words = f"{table}.port: cannot listen at {bind}:{port}: {error.strerror}; change {table}.bind or {table}.port"
        raise ConfigError((words,), subject=table) from error
    # An answer is written in two pieces, its head and its body; else the second would wait until the client has
    # acknowledged the first, which takes it 40 ms. Connections have it from who listens: asyncio sets it on those of
    # listeners of its own alone.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
