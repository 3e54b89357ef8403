"""The console script `osteonode`: which commands there are, and how an error reaches a person.

Exit codes: 0 done, 1 the work failed, 2 wrong usage or configuration, 130 interrupted.
"""

import logging
import sys
import traceback
import warnings
from collections.abc import Sequence
from typing import Annotated

import typer

from dicom_node.cli import (
    agreement,
    alerts,
    audit,
    backup,
    bench,
    certs,
    check_config,
    compare,
    dead_letters,
    demo,
    destinations,
    doctor,
    drift,
    echo,
    fetch,
    hold,
    models,
    priors,
    purge,
    quarantine,
    read,
    release,
    reread,
    retract,
    retry,
    route,
    send,
    serve,
    show,
    sources,
    studies,
    uid,
    upgrade,
    users,
)
from dicom_node.cli.explain import explain as explain_images
from dicom_node.cli.terminal import explain
from domain.errors import ConfigError, OsteonodeError, WeightsMismatch

DONE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130
_DEBUG = "--debug"

app = typer.Typer(
    name="osteonode",
    help="Reads radiographs for fractures inside a hospital: images in by DICOM, answers to the PACS and the RIS.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 the work failed, 2 wrong usage or configuration.",
)


@app.callback()
def _global_options(
    debug: Annotated[bool, typer.Option(_DEBUG, help="Show the traceback of an error; stands anywhere.")] = False,
) -> None:
    del debug  # taken out by run(), so that it may stand behind a subcommand too


app.command("serve", rich_help_panel="Run")(serve.serve)
app.command("demo", rich_help_panel="Run")(demo.demo)
app.command("read", rich_help_panel="Run")(read.read)
app.command("explain", rich_help_panel="Run")(explain_images)
app.command("check-config", rich_help_panel="Set up")(check_config.check_config)
app.command("doctor", rich_help_panel="Set up")(doctor.doctor)
app.command("echo", rich_help_panel="Set up")(echo.echo)
app.command("send", rich_help_panel="Set up")(send.send)
app.add_typer(certs.app, name="certs", rich_help_panel="Set up")
app.add_typer(users.app, name="users", rich_help_panel="Set up")
app.command("studies", rich_help_panel="Look and intervene")(studies.studies)
app.command("uid", rich_help_panel="Look and intervene")(uid.uid)
app.command("show", rich_help_panel="Look and intervene")(show.show)
app.command("route", rich_help_panel="Set up")(route.route)
app.command("destinations", rich_help_panel="Look and intervene")(destinations.destinations)
app.command("sources", rich_help_panel="Look and intervene")(sources.sources)
app.command("retry", rich_help_panel="Look and intervene")(retry.retry)
app.command("drift", rich_help_panel="Look and intervene")(drift.drift)
app.command("agreement", rich_help_panel="Look and intervene")(agreement.agreement)
app.command("compare", rich_help_panel="Look and intervene")(compare.compare)
app.command("hold", rich_help_panel="Look and intervene")(hold.hold)
app.command("release", rich_help_panel="Look and intervene")(release.release)
app.command("retract", rich_help_panel="Look and intervene")(retract.retract)
app.command("fetch", rich_help_panel="Look and intervene")(fetch.fetch)
app.command("priors", rich_help_panel="Look and intervene")(priors.priors)
app.command("purge", rich_help_panel="Look and intervene")(purge.purge)
app.command("reread", rich_help_panel="Look and intervene")(reread.reread)
app.command("backup", rich_help_panel="Keep")(backup.backup)
app.command("restore", rich_help_panel="Keep")(backup.restore)
app.add_typer(audit.app, name="audit", rich_help_panel="Keep")
app.command("upgrade", rich_help_panel="Keep")(upgrade.upgrade)
app.add_typer(alerts.app, name="alerts", rich_help_panel="Look and intervene")
app.add_typer(dead_letters.app, name="dead-letters", rich_help_panel="Look and intervene")
app.add_typer(quarantine.app, name="quarantine", rich_help_panel="Look and intervene")
app.add_typer(models.app, name="models", rich_help_panel="Models and measurements")
app.add_typer(bench.app, name="bench", rich_help_panel="Models and measurements")


def main() -> None:
    """Run the command line of this process and exit."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; an error is explained on stderr, without a traceback."""
    debug = _DEBUG in arguments
    # What libraries say when nobody asked is not for a person at a terminal; `serve` logs it.
    logging.getLogger().addHandler(logging.NullHandler())
    try:
        with warnings.catch_warnings():
            # A library warns with the value it tripped over, which may be a patient's name.
            warnings.simplefilter("ignore")
            app([each for each in arguments if each != _DEBUG], prog_name="osteonode")
    except SystemExit as done:  # typer has shown what was wrong with the usage
        return done.code if isinstance(done.code, int) else DONE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone: nobody is left to tell
        return FAILED
    except Exception as error:  # the outermost frame of the process
        if debug:
            traceback.print_exc()
        return explain_error(error)
    return DONE


def explain_error(error: Exception) -> int:
    """Say on stderr what went wrong, where, and what to do; return the exit code."""
    if isinstance(error, ConfigError):
        number = len(error.problems)
        explain(f"{number} problem{'s' if number > 1 else ''} in {error.subject}", error.problems)
        return WRONG_USAGE
    if isinstance(error, WeightsMismatch):
        explain(str(error), ("The bundle of models is damaged or was changed: install it again.",))
    elif isinstance(error, OsteonodeError):
        explain(str(error), (f"What to do: docs/operations.md, {error.code}.",))
    elif isinstance(error, OSError):
        explain(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}")
    else:
        explain(
            f"an error that nobody foresaw: {type(error).__name__}", (f"Run it again with {_DEBUG} for the place.",)
        )
    return FAILED
