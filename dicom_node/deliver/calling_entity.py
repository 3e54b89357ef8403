"""Who calls a DICOM peer: pynetdicom's application entity with our name for ourselves, whose connections are closed."""

from ssl import SSLContext

from pydicom.uid import UID
from pynetdicom import AE
from pynetdicom.association import Association
from pynetdicom.transport import AddressInformation, AssociationSocket

from domain.implementation import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME


class _ClosedSocket(AssociationSocket):
    """A connection that is closed when it is over; a private name, hence pynetdicom's exact version in our own."""

    def _shutdown_socket(self) -> None:
        """Close the connection: pynetdicom leaves one open that never stood, or that the peer has closed before."""
        connection = self.socket
        super()._shutdown_socket()
        if connection is not None:
            connection.close()


class CallingEntity(AE):
    """An application entity that calls and is never called.

    Args:
        timeout_seconds: for the connection, for each answer, and between two PDUs.

    Raises:
        ValueError: the AE title is none (PS3.5 6.2, VR AE).
    """

    def __init__(self, ae_title: str, timeout_seconds: float) -> None:
        super().__init__(ae_title)
        self.implementation_class_uid = UID(IMPLEMENTATION_CLASS_UID)
        self.implementation_version_name = IMPLEMENTATION_VERSION_NAME
        self.acse_timeout = self.dimse_timeout = self.network_timeout = self.connection_timeout = timeout_seconds

    def _create_socket(
        self, assoc: Association, address: AddressInformation, tls_args: tuple[SSLContext, str] | None
    ) -> AssociationSocket:
        connection = _ClosedSocket(assoc, address=address)
        connection.tls_args = tls_args
        return connection
