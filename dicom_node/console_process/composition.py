"""The console, put together: the only module that knows both its pages and what they work with."""

from sqlalchemy import Engine
from starlette.types import ASGIApp

from config.settings import Settings
from dicom_node.clock import SystemClock
from dicom_node.console.api.serving import ApiServing
from dicom_node.console.application import make_application
from dicom_node.console.gate import Gate
from dicom_node.console.services import Services
from dicom_node.console_process.api_parts import make_parts


def make_console(settings: Settings, engine: Engine) -> ASGIApp:
    """Return the console of a node.

    Args:
        engine: the ledger's database, tables created.
    """
    clock, gate = SystemClock(), Gate(settings.console)
    services = Services(settings=settings, clock=clock)
    api = ApiServing.of_settings(settings, make_parts(settings, engine, clock), gate)
    return make_application(services, gate, others=api.routes())
