"""osteonode models list: what a bundle holds."""

from typing import TYPE_CHECKING, Any

from dicom_node.cli.options import Bundle

if TYPE_CHECKING:
    from inference.zoo import Model


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
