"""Every problem of a configuration at once; or what holds, what it comes to, and what works but should be known."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from config.load import load_settings, parse_settings
from config.settings import Reading, Reporting, Settings
from config.toml_text import write_toml
from dicom_node.config_check.agreements import describe_agreements
from dicom_node.config_check.console import find_console_remarks, require_console
from dicom_node.config_check.dangers import find_dangers
from dicom_node.config_check.route_words import describe_routes, find_unseen_regions
from dicom_node.config_check.ways_in import describe_ways
from dicom_node.deliver.web_credentials import require_credentials
from dicom_node.doctor.listeners import ports_of
from dicom_node.pipeline.obstacles import find_obstacles
from dicom_node.receive.ways import require_secrets
from dicom_node.tls.inventory import find_weaknesses, require_tls
from domain.errors import ConfigError, ModelError

UNSEEN_REGIONS: Final = "routes that can never fire with these models"
NO_EXPLANATIONS: Final = "studies will be answered, but not explained"
DANGERS: Final = "this is allowed, and perhaps not what is meant"
WEAKNESSES: Final = "this works, but protects less than it seems to"


@dataclass(frozen=True, slots=True)
class GoodConfiguration:
    """A configuration without a problem.

    Attributes:
        toml: every setting that holds, defaults included.
        comments: what they come to, as lines of comment that may stand below it.
        remarks: what works all the same, sentences below a headline each.
    """

    settings: Settings
    toml: str
    comments: tuple[str, ...]
    remarks: tuple[tuple[str, tuple[str, ...]], ...]


def check_file(path: Path) -> GoodConfiguration:
    """Check a file; raises ConfigError with every problem of its text, else of the files that it names."""
    return _check(load_settings(path), str(path))


def check_text(text: str, *, subject: str, folder: Path) -> GoodConfiguration:
    """Check a text as if it stood in a file in `folder`; raises ConfigError (see `check_file`)."""
    return _check(parse_settings(text, subject=subject, folder=folder), subject)


def _check(settings: Settings, subject: str) -> GoodConfiguration:
    if problems := tuple(_find_problems(settings)):
        raise ConfigError(problems, subject=subject)
    comments = (*describe_agreements(settings), *describe_ways(settings), *describe_routes(settings))
    found = (
        (UNSEEN_REGIONS, find_unseen_regions(settings)),
        (NO_EXPLANATIONS, find_obstacles(settings)),
        (DANGERS, find_dangers(settings)),
        (WEAKNESSES, (*find_weaknesses(settings), *find_console_remarks(settings))),
    )
    remarks = tuple((headline, tuple(sentences)) for headline, sentences in found if sentences)
    return GoodConfiguration(settings, write_toml(settings), comments, remarks)


def _find_problems(settings: Settings) -> Iterator[str]:
    """Give what is wrong with what the settings name: files, models, this processor."""
    checks: tuple[Callable[[], None], ...] = (
        partial(_require_own_ports, settings),
        partial(require_secrets, settings),
        partial(require_tls, settings),
        partial(require_credentials, settings.destination),
        partial(require_console, settings),
        partial(_require_channels, settings),
        partial(_require_tracing, settings),
        partial(_require_precision, settings.reading),
        partial(_require_phrases, settings.reporting),
    )
    for check in checks:
        try:
            check()
        except ConfigError as error:
            yield from error.problems


def _require_own_ports(settings: Settings) -> None:
    """Raise ConfigError where two listeners are to have one port."""
    seen: dict[int, str] = {}
    problems = []
    for port in ports_of(settings):
        if port.number and port.number in seen:
            taken = f"{seen[port.number]} has it already"
            problems.append(f"{port.key} = {port.number}: {taken}; each listener needs a port of its own")
        seen.setdefault(port.number, port.key)
    if problems:
        raise ConfigError(tuple(problems))


def _require_tracing(settings: Settings) -> None:
    """Raise ConfigError where traces are asked for and a package or a file is missing."""
    if not settings.tracing.enabled:
        return
    from dicom_node.monitoring.tracing.otlp import require_tracing

    require_tracing(settings.tracing)


def _require_channels(settings: Settings) -> None:
    """Raise ConfigError where a secret of an [[alert_channel]] cannot be read."""
    if not settings.alert_channel:
        return
    from dicom_node.monitoring.secrets import require_channels

    require_channels(settings)


def _require_precision(reading: Reading) -> None:
    """Raise ConfigError where the version of the bundle that is asked for is not there, or cannot run here."""
    if reading.precision == "f32":  # every processor has it, and every bundle
        return
    from inference.backends.processor import require_processor
    from inference.zoo import BUNDLED, load_manifest

    try:
        require_processor(reading.precision)
        load_manifest(reading.bundle or BUNDLED, reading.precision)
    except ModelError as error:
        raise ConfigError((f'reading.precision = "{reading.precision}": {error.args[0]}',)) from error


def _require_phrases(reporting: Reporting) -> None:
    """Raise ConfigError where the phrase model that is asked for is not there, or is not the one it says it is."""
    from inference.phrases.manifest import load_phrases
    from inference.phrases.opening import find_folder

    folder = find_folder(reporting)
    if folder is None:
        return
    try:
        load_phrases(folder)
    except ModelError as error:
        raise ConfigError((f"reporting.phrase_model: {error.args[0]}",)) from error
