"""The console, put together: the only module that knows both its pages and what they work with."""

from sqlalchemy import Engine
from starlette.types import ASGIApp

from config.settings import Settings
from dicom_node.clock import SystemClock
from dicom_node.console.access.access import Access
from dicom_node.console.api.serving import ApiServing
from dicom_node.console.application import make_application
from dicom_node.console.gate import Gate
from dicom_node.console.services import Services
from dicom_node.console_process.api_parts import make_parts
from dicom_node.ledger.access import Accesses
from dicom_node.ledger.audit_trail import LedgerAuditTrail


def make_console(settings: Settings, engine: Engine, access: Access) -> ASGIApp:
    """Return the console of a node.

    Args:
        engine: the ledger's database, tables created.
    """
    clock, gate = SystemClock(), Gate(access)
    services = Services(settings=settings, clock=clock, access=access)
    api = ApiServing.of_settings(settings, make_parts(settings, engine, clock), gate)
    return make_application(services, gate, others=api.routes())


def make_access(settings: Settings, engine: Engine) -> Access:
    """Return what knows who may use the console."""
    clock = SystemClock()
    return Access.of(settings.console, Accesses(engine, clock), LedgerAuditTrail(engine, clock), clock)
