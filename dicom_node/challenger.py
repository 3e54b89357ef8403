"""The challenger of a node, put together and running."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from sqlalchemy import Engine

from config.challenger import Challenger
from config.settings import Settings
from dicom_node.ledger.challenges import ChallengeBook
from dicom_node.pipeline.challenging import INTERVAL_SECONDS, ChallengerReader, Challenging
from dicom_node.ports import Clock
from dicom_node.repeating import Repeating

OpenChallenger = Callable[[Challenger], ChallengerReader]


def start_challenger(
    settings: Settings, engine: Engine, clock: Clock, champion: str, open_reader: OpenChallenger, stops: ExitStack
) -> None:
    """Let a challenger read from now on what is answered; nothing where none is configured.

    Args:
        engine: the ledger's database, tables created.
        champion: digest of the models that answer.
        stops: what ends it again is added here.
    """
    if settings.challenger is None:
        return
    work = Challenging(
        ChallengeBook(engine, settings.node.data, clock),
        champion,
        partial(open_reader, settings.challenger),
        share=settings.challenger.share,
        data=settings.node.data,
    )
    loop = Repeating("challenger", INTERVAL_SECONDS, work.look)
    loop.start()
    stops.callback(loop.stop)
    stops.callback(work.close)  # first of both: nobody waits for an image that it reads
