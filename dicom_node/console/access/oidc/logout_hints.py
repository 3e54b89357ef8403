"""ID tokens of those who are logged in: by one of them the provider knows whose session ends."""

from collections import OrderedDict
from threading import Lock
from typing import Final

from dicom_node.console.access.secrets import digest_of

#: The oldest go first; who logs out without one is asked by the provider whether they mean it.
_MOST: Final = 2000


class LogoutHints:
    """Remembers them in the life of this process, and nowhere else: they name people. Safe for threads."""

    def __init__(self) -> None:
        self._tokens: OrderedDict[str, str] = OrderedDict()
        self._lock = Lock()

    def keep(self, secret: str, id_token: str) -> None:
        """Remember the token that the session of a secret began with."""
        with self._lock:
            self._tokens[digest_of(secret)] = id_token
            while len(self._tokens) > _MOST:
                self._tokens.popitem(last=False)

    def take(self, secret: str) -> str:
        """Return the token of a session and forget it; empty where there is none."""
        with self._lock:
            return self._tokens.pop(digest_of(secret), "")
