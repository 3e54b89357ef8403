"""Work that is started, by the names that the engine knows it by; from any process, also one that runs none of it.

Apart from what runs it, because who starts a reading needs neither the models nor the documents.
"""

import zlib
from collections.abc import Mapping
from typing import Any, Final

from dbos import DBOSClient, DBOSPortableJSONSerializer, EnqueueOptions
from sqlalchemy import Connection, Engine

from config.settings import Settings
from domain.delivery import Delivery

APPLICATION: Final = "osteonode"
#: Pinned: the engine's own default changes with every edited line, and leaves unfinished work to the old program.
#: Change it only on a drained store, when a workflow takes other arguments or steps.
FLOW_VERSION: Final = "flow-1"
READ, ANSWER, DELIVER, EXPLAIN = "read_image", "answer_study", "deliver", "explain_study"


def read_id(sop_instance_uid: str, model_set: str) -> str:
    """Return the identifier of the reading of one image by one set of models."""
    return f"read:{sop_instance_uid}:{model_set}"


def answer_id(study_instance_uid: str, version: int, turn: int) -> str:
    """Return the identifier of one planned answer."""
    return f"answer:{study_instance_uid}:{version}:{turn}"


def delivery_id(delivery: Delivery) -> str:
    """Return the identifier of one planned attempt."""
    return f"deliver:{delivery.study_instance_uid}:{delivery.version}:{delivery.destination}:{delivery.turn}"


def explanation_id(study_instance_uid: str, version: int, turn: int) -> str:
    """Return the identifier of one planned explanation."""
    return f"explain:{study_instance_uid}:{version}:{turn}"


def lanes(settings: Settings) -> Mapping[str, int]:
    """Return how many attempts at the same time each destination takes."""
    return {destination.name: destination.concurrency for destination in settings.destination}


class WorkflowStarts:
    """Starts workflows inside the ledger's transactions (the port Starts); also from a process that runs none.

    Args:
        lanes: attempts at the same time per destination; one study always takes the same lane.
        model_set: of the models that read; a process that only intervenes starts no reading.
    """

    def __init__(self, engine: Engine, lanes: Mapping[str, int], model_set: str = "") -> None:
        self._client = DBOSClient(
            system_database_engine=engine,
            serializer=DBOSPortableJSONSerializer(),
            application_name=APPLICATION,
            lazy=True,
        )
        self._model_set = model_set
        self._lanes = lanes

    def read_image(self, connection: Connection, sop_instance_uid: str) -> None:
        """Start to read an image."""
        self._enqueue(connection, READ, read_id(sop_instance_uid, self._model_set), sop_instance_uid)

    def answer_study(
        self, connection: Connection, study_instance_uid: str, version: int, turn: int, *, delay_seconds: float = 0.0
    ) -> None:
        """Start to answer a version of a study."""
        identifier = answer_id(study_instance_uid, version, turn)
        arguments = (study_instance_uid, version, turn)
        self._enqueue(connection, ANSWER, identifier, *arguments, **_delay(delay_seconds))

    def explain_study(
        self, connection: Connection, study_instance_uid: str, version: int, turn: int, *, delay_seconds: float = 0.0
    ) -> None:
        """Start to explain a version of a study."""
        identifier = explanation_id(study_instance_uid, version, turn)
        arguments = (study_instance_uid, version, turn)
        self._enqueue(connection, EXPLAIN, identifier, *arguments, **_delay(delay_seconds))

    def deliver(self, connection: Connection, delivery: Delivery, *, delay_seconds: float = 0.0) -> None:
        """Start the next attempt of a delivery."""
        key = (delivery.study_instance_uid, delivery.version, delivery.destination, delivery.turn)
        lane = zlib.crc32(delivery.study_instance_uid.encode()) % self._lanes.get(delivery.destination, 1)
        options = _delay(delay_seconds) | {"queue_partition_key": f"{delivery.destination}:{lane}"}
        self._enqueue(connection, DELIVER, delivery_id(delivery), *key, **options)

    def _enqueue(self, connection: Connection, name: str, identifier: str, *arguments: Any, **options: Any) -> None:
        every: EnqueueOptions = {
            "workflow_name": name,
            "queue_name": name,
            "workflow_id": identifier,
            "app_version": FLOW_VERSION,
            **options,  # type: ignore[typeddict-item]  # a plain dict of the same keys
        }
        self._client.enqueue_in_transaction(connection, every, *arguments)


def _delay(seconds: float) -> dict[str, Any]:
    return {"delay_seconds": seconds} if seconds > 0 else {}
