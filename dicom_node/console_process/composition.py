"""The console, put together: the only module that knows both its pages and what they work with."""

from sqlalchemy import Engine
from starlette.types import ASGIApp

from config.settings import Settings
from dicom_node.clock import SystemClock
from dicom_node.console.application import make_application
from dicom_node.console.gate import Gate
from dicom_node.console.services import Services


def make_console(settings: Settings, engine: Engine) -> ASGIApp:
    """Return the console of a node.

    Args:
        engine: the ledger's database, tables created.
    """
    del engine  # what pages ask of the ledger goes into `services` here
    services = Services(settings=settings, clock=SystemClock())
    return make_application(services, Gate(settings.console))
