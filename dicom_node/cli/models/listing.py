"""osteonode models list: what a bundle holds."""

from typing import TYPE_CHECKING, Any

from dicom_node.cli.options import Bundle, Precision

if TYPE_CHECKING:
    from rich.table import Table

    from inference.zoo import Model
    from inference.zoo.manifest import Fusion


def list_models(bundle: Bundle = None, precision: Precision = "f32") -> None:
    """List the models of a bundle, their weight in the statement, and from which probability (0 to 1) they say what.

    A second table has the operating points of the statement that all members make together, by region. A third has what
    an image must reach to be read at all: the least probability of its region, and the greatest distance from the
    radiographs that the region model was trained on (1 is common among those).
    """
    from dicom_node.cli.terminal import make_table, print_table
    from inference.zoo import BUNDLED, load_manifest, model_set

    manifest = load_manifest(bundle or BUNDLED, precision)
    table = make_table(("model", "version", "task", "backend", "classes", "weight", "trained on", "licence"))
    weights = manifest.fusion.weights if manifest.fusion else {}
    for model in manifest.models:
        table.add_row(*_describe(model, weights.get(model.name)))
    print(f"bundle {manifest.bundle}, {precision}, model set {model_set(manifest)[:16]}")
    print_table(table)
    if manifest.fusion is not None:
        print_table(_list_points(manifest.fusion))
    if regions := manifest.members("region"):
        print_table(_list_limits(regions))


def _describe(model: "Model", weight: float | None) -> tuple[str, ...]:
    classes = ", ".join(model.classes)
    share = "-" if weight is None else f"{weight:.2f}"
    data = _name_data(model.data)
    return model.name, model.version, model.task, model.backend, classes, share, data, model.licence


def _list_points(fusion: "Fusion") -> "Table":
    from dicom_node.cli.terminal import make_table

    table = make_table(("region", "doubt from", "present from"), numbers=("doubt from", "present from"))
    for region, points in fusion.operating_points.items():
        table.add_row(region, f"{points.doubt_from:.2f}", f"{points.present_from:.2f}")
    return table


def _list_limits(models: "tuple[Model, ...]") -> "Table":
    from dicom_node.cli.terminal import make_table

    columns = ("least probability", "greatest distance")
    table = make_table(("reads an image from", *columns), numbers=columns)
    for model in models:
        limits = (model.minimum_probability, model.maximum_distance)
        table.add_row(model.name, *("-" if limit is None else f"{limit:.2f}" for limit in limits))
    return table


def _name_data(data: Any) -> str:
    """Return the name of the data a model was trained on; the manifest leaves its form to the training."""
    if isinstance(data, dict):
        return str(data.get("name") or ", ".join(data))
    return ", ".join(map(_name_data, data)) if isinstance(data, list) else str(data or "-")
