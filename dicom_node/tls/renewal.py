"""TLS for what listens or stays connected for weeks: new certificates and revocation lists hold without a restart."""

import logging
import ssl
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from domain.errors import ConfigError

FILES_TAKEN: Final = "tls.files_taken"
FILES_NOT_TAKEN: Final = "tls.files_not_taken"

_log = logging.getLogger("osteonode.tls")
_State = tuple[tuple[int, int, int] | None, ...]


class RenewingContext(ssl.SSLContext):
    """A context that looks at its files with every new connection, and is made anew for it when one has changed.

    Connections that stand go on. Files that cannot be used are logged once, and the last ones that could go on to hold:
    a certificate put in place a moment before its key stops nobody. A new context knows no session of the old one, so
    whoever was revoked since cannot resume one.
    """

    _files: Sequence[Path] = ()
    _make: Callable[[], ssl.SSLContext] | None = None
    _state: _State = ()
    _fresh: ssl.SSLContext | None = None

    def follow(self, files: Sequence[Path], make: Callable[[], ssl.SSLContext]) -> None:
        """Renew from now on.

        Args:
            files: what the context was made of.
            make: makes it anew; raises ConfigError where a file is not what it should be.
        """
        self._files, self._make, self._state = tuple(files), make, _look_at(files)

    def wrap_socket(self, *arguments: Any, **keywords: Any) -> ssl.SSLSocket:
        """Return the connection with TLS, by the files as they are now."""
        fresh = self._renew()
        if fresh is None:
            return super().wrap_socket(*arguments, **keywords)
        fresh.sslsocket_class = self.sslsocket_class
        return fresh.wrap_socket(*arguments, **keywords)

    def wrap_bio(self, *arguments: Any, **keywords: Any) -> ssl.SSLObject:
        """Return TLS between two buffers, by the files as they are now."""
        fresh = self._renew()
        return super().wrap_bio(*arguments, **keywords) if fresh is None else fresh.wrap_bio(*arguments, **keywords)

    def _renew(self) -> ssl.SSLContext | None:
        """Return the context that took the place of this one, None while this one holds."""
        state = _look_at(self._files)
        if state != self._state and self._make is not None:
            self._state = state
            try:
                self._fresh = self._make()
            except ConfigError as error:
                _emit(logging.ERROR, FILES_NOT_TAKEN, f"{'; '.join(error.problems)}; the last good ones go on to hold")
            else:
                _emit(logging.INFO, FILES_TAKEN, "new certificates or revocation lists hold from now on")
        return self._fresh


def _look_at(files: Sequence[Path]) -> _State:
    return tuple(map(_look_at_one, files))


def _look_at_one(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _emit(level: int, event: str, message: str) -> None:
    _log.log(level, "%s: %s", event, message, extra={"event": event})
