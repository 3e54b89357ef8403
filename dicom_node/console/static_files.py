"""Style, script and pictures of the console: a few files, held in memory, so that no path is ever looked up on disk."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_FOLDER: Final = Path(__file__).with_name("assets")
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_FOR_EVER: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file; its address has a part of its digest in it, so it may be kept for ever."""

    content: bytes
    media_type: str

    @property
    def digest(self) -> str:
        """What tells this content from another one."""
        return hashlib.sha256(self.content).hexdigest()[:16]


class StaticFiles:
    """The files of a folder, by name."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        known = (path for path in sorted(folder.iterdir()) if path.suffix in _TYPES)
        self._files: Mapping[str, StaticFile] = {
            path.name: StaticFile(path.read_bytes(), _TYPES[path.suffix]) for path in known
        }

    def address_of(self, name: str) -> str:
        """Return where a file is served; raises KeyError where there is none."""
        return f"/static/{name}?v={self._files[name].digest}"

    def route(self) -> Route:
        """Return the route that serves them to everybody."""
        return Route("/static/{name}", self._serve)

    async def _serve(self, request: Request) -> Response:
        found = self._files.get(request.path_params["name"])
        if found is None:
            raise HTTPException(404)
        return Response(found.content, media_type=found.media_type, headers={"Cache-Control": _FOR_EVER})
