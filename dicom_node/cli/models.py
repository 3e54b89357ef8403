"""osteonode models: what the bundle holds, and whether its bytes are those that its manifest names."""

from typing import TYPE_CHECKING, Any

import typer

from dicom_node.cli.options import Bundle
from domain.errors import ModelUnavailable

if TYPE_CHECKING:
    from inference.zoo import Model

app = typer.Typer(help="The models: list, verify, train, evaluate.", no_args_is_help=True)


@app.command("list")
def list_models(bundle: Bundle = None) -> None:
    """List the models of a bundle: task, version, what they were trained on, licence, operating point (0 to 1)."""
    from dicom_node.cli.terminal import make_table, print_table
    from inference.zoo import BUNDLED, load_manifest, model_set

    manifest = load_manifest(bundle or BUNDLED)
    table = make_table(("model", "version", "task", "classes", "present from", "trained on", "licence"))
    for model in manifest.models:
        table.add_row(*_describe(model))
    print(f"bundle {manifest.bundle}, model set {model_set(manifest)[:16]}")
    print_table(table)


def _describe(model: "Model") -> tuple[str, ...]:
    points = model.operating_points
    present_from = f"{points.present_from:.2f}" if points else "-"
    classes = ", ".join(model.classes)
    return model.name, model.version, model.task, classes, present_from, _name_data(model.data), model.licence


def _name_data(data: Any) -> str:
    """Return the name of the data a model was trained on; the manifest leaves its form to the training."""
    if isinstance(data, dict):
        return str(data.get("name") or ", ".join(data))
    return ", ".join(map(_name_data, data)) if isinstance(data, list) else str(data or "-")


@app.command("verify")
def verify_models(bundle: Bundle = None) -> None:
    """Compare the SHA-256 of every file of a bundle with its manifest; exit code 1 where one differs or is missing."""
    from dicom_node.cli.terminal import make_table, print_table
    from inference.zoo import BUNDLED, verify

    verifications = verify(bundle or BUNDLED)
    table = make_table(("model", "version", "file", "state"))
    for each in verifications:
        table.add_row(each.model, each.version, each.file, each.state)
    print_table(table)
    if any(each.state != "ok" for each in verifications):
        from dicom_node.cli.terminal import explain

        explain(
            "the bundle is not the one that its manifest names",
            ("The node refuses to start with it: install it again.",),
        )
        raise typer.Exit(1)


def require_training() -> None:
    """Raise ModelUnavailable, with what to do, where the extra `train` is not installed."""
    from importlib.util import find_spec

    missing = [name for name in ("torch", "sklearn", "h5py") if find_spec(name) is None]
    if missing:
        raise ModelUnavailable(
            f"training needs {', '.join(missing)}, which serving does not install: make train, then use "
            ".venv-train/bin/osteonode"
        )
