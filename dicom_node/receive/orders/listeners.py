"""The listener for orders and final reports that a configuration asks for, ready to be started."""

from collections.abc import Iterator

from config.settings import Settings
from dicom_node.knowledge_ports import OrderKeeper, ReportKeeper
from dicom_node.ports import Clock
from dicom_node.receive.orders.desk import OrderDesk
from dicom_node.receive.orders.mllp_listener import MllpListener
from dicom_node.receive.reports.taking import ReportTaking
from dicom_node.tls.contexts import make_server_context


def build_listeners(
    settings: Settings, keeper: OrderKeeper, reports: ReportKeeper, clock: Clock
) -> Iterator[MllpListener]:
    """Yield the listener, not started; none where there is no table [orders].

    Raises:
        ConfigError: a certificate cannot be read.
    """
    if settings.orders is not None:
        context = make_server_context(settings.tls) if settings.orders.tls and settings.tls else None
        desk = OrderDesk(settings.orders, keeper, clock, _take_reports(settings, reports))
        yield MllpListener(settings.orders, desk.answer, context)


def _take_reports(settings: Settings, keeper: ReportKeeper) -> ReportTaking | None:
    if settings.final_reports is None:
        return None
    return ReportTaking(settings.final_reports, settings.final_report_code, settings.reporting.station_name, keeper)
