"""osteonode check-config: every problem of a configuration file at once, then what holds."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from domain.errors import ConfigError, ModelError

if TYPE_CHECKING:
    from config.settings import Reading, Reporting

File = Annotated[Path, typer.Argument(help="The TOML file to check.", metavar="FILE")]


def check_config(file: File) -> None:
    """Check a configuration file: say every problem at once, or print every setting that holds.

    A problem is told with its line, the value and what is allowed; settings are printed as TOML, defaults included.
    Exit code 2 where there is a problem; that this processor lacks the arithmetic which reading.precision asks for
    is one, and a phrase model that is not there is another. Below the settings stands, as comments, which documents
    each destination gets by its profile, what is said to each sender by its tier, the ways in beside C-STORE, and
    the routes. That studies cannot be explained here is said too, and which region of a route no model sees, but
    neither is a problem: the node serves all the same. Nothing is started and no peer is called.
    """
    from config.load import load_settings
    from config.toml_text import write_toml
    from dicom_node.cli.agreements import describe_agreements
    from dicom_node.cli.route_words import describe_routes, find_unseen_regions
    from dicom_node.cli.terminal import explain
    from dicom_node.cli.ways_in import describe_ways
    from dicom_node.deliver.web_credentials import require_credentials
    from dicom_node.pipeline.obstacles import find_obstacles
    from dicom_node.receive.ways import require_secrets
    from dicom_node.tls.inventory import find_weaknesses, require_tls

    settings = load_settings(file)
    require_secrets(settings)
    require_tls(settings)
    require_credentials(settings.destination)
    _require_precision(settings.reading, file)
    _require_phrases(settings.reporting, file)
    print(f"# {file}: no problems. These settings hold; what the file does not say has its default.\n")
    print(write_toml(settings), end="")
    print("\n".join(("", *describe_agreements(settings), *describe_ways(settings), *describe_routes(settings))))
    if unseen := find_unseen_regions(settings):
        explain("routes that can never fire with these models", unseen)
    if obstacles := find_obstacles(settings):
        explain("studies will be answered, but not explained", obstacles)
    if weaknesses := find_weaknesses(settings):
        explain("this works, but protects less than it seems to", weaknesses)


def _require_precision(reading: "Reading", file: Path) -> None:
    """Raise ConfigError where the version of the bundle that is asked for is not there, or cannot run here."""
    if reading.precision == "f32":  # every processor has it, and every bundle
        return
    from inference.backends.processor import require_processor
    from inference.zoo import BUNDLED, load_manifest

    try:
        require_processor(reading.precision)
        load_manifest(reading.bundle or BUNDLED, reading.precision)
    except ModelError as error:
        raise ConfigError(
            (f'reading.precision = "{reading.precision}": {error.args[0]}',), subject=str(file)
        ) from error


def _require_phrases(reporting: "Reporting", file: Path) -> None:
    """Raise ConfigError where the phrase model that is asked for is not there, or is not the one it says it is."""
    from inference.phrases.manifest import load_phrases
    from inference.phrases.opening import find_folder

    folder = find_folder(reporting)
    if folder is None:
        return
    try:
        load_phrases(folder)
    except ModelError as error:
        raise ConfigError((f"reporting.phrase_model: {error.args[0]}",), subject=str(file)) from error
