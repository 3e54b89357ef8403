"""How certificates are shown to a person."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dicom_node.tls.certificates import Certificate
    from dicom_node.tls.revocation import RevocationList

COLUMNS = ("subject", "issuer", "names", "ends", "days left", "verdict")


def describe(certificate: "Certificate | RevocationList", now: datetime) -> Sequence[str]:
    """Return the cells of one certificate, in the order of `COLUMNS`."""
    return (
        certificate.subject,
        "itself" if certificate.issuer == certificate.subject else certificate.issuer,
        ", ".join(certificate.names),
        f"{certificate.not_after:%Y-%m-%d}",
        str(certificate.days_left(now)),
        certificate.verdict(now),
    )
