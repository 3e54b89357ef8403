"""osteonode alerts test: a message to every channel, at once."""

from typing import TYPE_CHECKING, Annotated

import typer

from dicom_node.cli.options import ConfigFile

if TYPE_CHECKING:
    from datetime import datetime

    from dicom_node.alert_ports import AlertChannel, AlertMessage

ChannelName = Annotated[
    str | None, typer.Option("--channel", help="Name of one channel. Default: all of them.", metavar="NAME")
]


def try_channels(config: ConfigFile = None, channel: ChannelName = None) -> None:
    """Send a test message by every [[alert_channel]] and say what became of it; exit code 1 where one was not taken.

    Works whether the node runs or not, and changes nothing in it.
    """
    from config.load import load_settings
    from dicom_node.clock import SystemClock
    from dicom_node.monitoring.secrets import require_channels
    from dicom_node.watching.alerts import open_channels

    settings, clock = load_settings(config), SystemClock()
    chosen = [each for each in open_channels(settings, clock) if channel in (None, each.name)]
    if not chosen:
        known = ", ".join(each.name for each in settings.alert_channel) or "none"
        raise typer.BadParameter(f"no such [[alert_channel]]; the configuration has {known}", param_hint="--channel")
    require_channels(settings)
    message = make_test_message(clock.now())
    if not all([_try(each, message) for each in chosen]):
        raise typer.Exit(1)


def _try(channel: "AlertChannel", message: "AlertMessage") -> bool:
    from dicom_node.cli.terminal import explain
    from domain.errors import DeliveryError

    try:
        taken_by = channel.send(message)
    except DeliveryError as error:
        explain(f"{channel.name} did not take it", (str(error),))
        return False
    print(f"{channel.name}: taken by {taken_by}")
    return True


def make_test_message(now: "datetime") -> "AlertMessage":
    """Return a message that says that it is a test."""
    from dicom_node.alert_ports import AlertMessage, AlertText
    from domain.alert import AlertEvent, AlertKind

    text = AlertText(
        "this is a test of the alerts",
        "Somebody ran `osteonode alerts test`; nothing is wrong.",
        "Nothing. If you were not to get this, the configuration of the node names you in an [[alert_channel]].",
    )
    return AlertMessage(0, 0, AlertEvent.TEST, AlertKind.PEER_DOWN, "test", now, now, text)
