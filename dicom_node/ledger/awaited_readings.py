"""Images whose reading is to start: noted with the image, started by the node a few at a time.

To start the work of the engine with each image costs as much as all other rows of it. While a thousand images come in,
a reader gets to some dozens: the rest of the work waits until the senders have their answers. Nothing hangs on it. What
was not read when a study is answered, its answer reads.
"""

from sqlalchemy import Connection, delete, insert, select

from dicom_node.ledger.awaited_tables import awaited_reading
from dicom_node.ports import Starts

_NEW = insert(awaited_reading)
_AWAITED = awaited_reading.c


def note(connection: Connection, sop_instance_uid: str, study_instance_uid: str) -> None:
    """Note that an image is to be read."""
    connection.execute(_NEW, {"sop_instance_uid": sop_instance_uid, "study_instance_uid": study_instance_uid})


def exist(connection: Connection) -> bool:
    """Return whether there is an image whose reading is to start."""
    return connection.execute(select(_AWAITED.number).limit(1)).first() is not None


def start(connection: Connection, starts: Starts, at_most: int) -> int:
    """Start to read the images that came first; return how many there were."""
    oldest = select(_AWAITED.number, _AWAITED.sop_instance_uid).order_by(_AWAITED.number).limit(at_most)
    rows = connection.execute(oldest.with_for_update()).all()
    for row in rows:
        starts.read_image(connection, row.sop_instance_uid)
    connection.execute(delete(awaited_reading).where(_AWAITED.number.in_([row.number for row in rows])))
    return len(rows)
