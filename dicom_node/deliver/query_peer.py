"""An archive of `[[query]]` as a peer that can be called."""

from config.completion import Query
from config.settings import Destination


def as_destination(query: Query) -> Destination:
    """Return the archive in the form that associations are opened with."""
    return Destination(
        name="query",
        kind="dicom",
        ae_title=query.ae_title,
        calling_ae_title=query.calling_ae_title or "",
        host=query.host,
        port=query.port,
        timeout_seconds=query.timeout_seconds,
        tls=query.tls,
    )
