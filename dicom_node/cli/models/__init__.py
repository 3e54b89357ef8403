"""osteonode models: one file a subcommand; registered here and nowhere else."""

import typer

from dicom_node.cli.models import evaluation, export, guard, importing, listing, revalidation, training, verification
from dicom_node.cli.models.packages import require_packages

__all__ = ["app", "require_packages"]

app = typer.Typer(
    help="The models: list, verify, import, train, evaluate, guard, export, revalidate.", no_args_is_help=True
)

app.command("list")(listing.list_models)
app.command("verify")(verification.verify_models)
app.command("import")(importing.import_model)
app.command("train")(training.train_model)
app.command("evaluate")(evaluation.evaluate_models)
app.command("guard")(guard.measure_guard_of_bundle)
app.command("export")(export.export_bundle)
app.command("revalidate")(revalidation.revalidate_bundle)
