"""The web console: who may enter, and whether it listens where the configuration says."""

from collections.abc import Iterator
from typing import Final

from config.settings import Settings
from dicom_node.association_failures.explanation import Place
from dicom_node.clock import SystemClock
from dicom_node.doctor.ledger_questions import asking_ledger, can_be_asked
from dicom_node.doctor.verdicts import Check, Verdict, good
from dicom_node.ledger.access import Accesses
from domain.role import Role

_LOOPBACK: Final = ("127.", "::1")
_ADD: Final = "add one: osteonode users add NAME --role administrator"


def examine_users(settings: Settings) -> Iterator[Check]:
    """Say who may enter the console; nothing where it is off."""
    if not settings.console.enabled:
        return
    roles = _roles(settings)
    if not roles and settings.console.oidc is None:
        yield _judge_nobody(settings.console.bind)
    elif roles and Role.ADMINISTRATOR not in roles and settings.console.oidc is None:
        meaning = f"{len(roles)} users, and none is an administrator"
        yield Check("users", Verdict.WARNING, meaning, _ADD, Place.HERE)
    else:
        by_provider = ", and whoever the provider of identities sends" if settings.console.oidc else ""
        yield good("users", f"{len(roles)} users of this node{by_provider}")


def _judge_nobody(bind: str) -> Check:
    if bind.startswith(_LOOPBACK):
        return good("users", "there is no user: whoever sits at this machine uses the console, and nobody else")
    meaning = f"console.bind = {bind}, and there is no user: it listens on 127.0.0.1 all the same"
    return Check("users", Verdict.WARNING, meaning, _ADD, Place.HERE)


def _roles(settings: Settings) -> list[Role]:
    if not can_be_asked(settings):
        return []
    with asking_ledger(settings) as engine:
        return [user.role for user in Accesses(engine, SystemClock()).users()]
