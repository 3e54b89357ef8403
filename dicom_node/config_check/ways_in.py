"""Which ways in a configuration opens beside C-STORE, as comments that may stand below the settings."""

from collections.abc import Iterator

from config.settings import Folder, Http, HttpClient, Orthanc, Settings


def describe_ways(settings: Settings) -> Iterator[str]:
    """Yield a line for each way in, nothing where C-STORE is the only one."""
    lines = [
        *_describe_http(settings),
        *map(_describe_folder, settings.folder),
        *map(_describe_orthanc, settings.orthanc),
    ]
    if lines:
        yield "# Ways in beside C-STORE:"
        yield from lines


def _describe_http(settings: Settings) -> Iterator[str]:
    http = settings.http
    if http is None:
        if settings.http_client:
            yield "#   nobody can post: [[http_client]] stands there, but no [http] to listen"
        return
    scheme = "https" if http.tls else "http"
    yield f"#   STOW-RS at {scheme}://{http.bind}:{http.port}/studies"
    for client in settings.http_client:
        yield f"#     {_describe_client(client)}{_warn(client, http)}"
    if not settings.http_client:
        yield "#     nobody may post: there is no [[http_client]]"


def _describe_client(client: HttpClient) -> str:
    proofs = (
        f"from {' and '.join(client.addresses)}" if client.addresses else "",
        "with a token" if client.token_file else "",
        client.certificate and f"showing {client.certificate}",
    )
    who = f'{client.ae_title}, tier "{client.tier.value}"'
    return f"{client.name} posts {' '.join(filter(None, proofs))} and comes in as {who}"


def _warn(client: HttpClient, http: Http) -> str:
    is_readable = client.token_file is not None and not http.tls and http.bind not in ("127.0.0.1", "::1", "localhost")
    return "; its token can be read on the way: set http.tls" if is_readable else ""


def _describe_folder(folder: Folder) -> str:
    away = "moved to taken/ below it" if folder.taken == "move" else "deleted"
    who = f'{folder.ae_title}, tier "{folder.tier.value}"'
    return f"#   folder {folder.name}: files below {folder.path} come in as {who}; what was taken is {away}"


def _describe_orthanc(orthanc: Orthanc) -> str:
    who = f'{orthanc.ae_title}, tier "{orthanc.tier.value}"'
    what = {"NewInstance": "images as they arrive there", "StableStudy": "studies when they are stable"}[orthanc.follow]
    marks = f'; answered studies are labelled "{orthanc.label}" there' if orthanc.label else ""
    return f"#   Orthanc {orthanc.name} at {orthanc.url}: {what} come in as {who}{marks}"
