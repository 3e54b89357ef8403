"""Images that come on an association of our own (C-GET) go through the same door as all others."""

from dicom_node.receive.door import Door, Origin
from dicom_node.receive.part10 import encode_head
from dicom_node.receive.statuses import ANSWERS


class DoorIntake:
    """Implements retrieval_ports.Intake.

    Args:
        called_ae_title: of this node; kept with the images.
    """

    def __init__(self, door: Door, called_ae_title: str) -> None:
        self._door, self._called_ae_title = door, called_ae_title

    def take(
        self, archive: str, *, sop_class_uid: str, sop_instance_uid: str, transfer_syntax_uid: str, data_set: bytes
    ) -> int:
        """Return the C-STORE status for one image; see the port."""
        file = self._door.open(Origin(archive, self._called_ae_title))
        file.write(
            encode_head(
                sop_class_uid=sop_class_uid,
                sop_instance_uid=sop_instance_uid,
                transfer_syntax_uid=transfer_syntax_uid,
                calling_ae_title=archive,
                called_ae_title=self._called_ae_title,
            )
        )
        file.write(data_set)
        return ANSWERS[file.finish().outcome].status
