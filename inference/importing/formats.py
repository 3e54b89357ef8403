"""Which file is what, by its name and its first bytes; nothing is loaded to find out."""

from pathlib import Path

from domain.errors import ConfigError
from inference.importing.source import Source

_TAKEN = ".keras, .h5, a SavedModel folder, .pt, .onnx, .pkl, or .txt (LightGBM)"


def open_source(path: Path, *, backbone: Path | None = None, is_trusted: bool = False) -> Source:
    """Return the model in a file, loaded in its own framework.

    Args:
        backbone: the network under trees.
        is_trusted: whether code in the file may run.

    Raises:
        ConfigError: it is no file of a kind that can be imported, or trees come without their network.
        ModelError: the file is not what its name says, or would run code, or takes no image.
        ModelUnavailable: its framework is not installed.
    """
    suffix = "folder" if path.is_dir() else path.suffix.lower()
    if suffix == "folder" and not (path / "saved_model.pb").is_file():
        raise ConfigError((f"the folder has no saved_model.pb. Taken are {_TAKEN}",), subject=path.name)
    if suffix in (".txt", ".pkl", ".joblib"):
        return _open_trees(path, backbone, is_trusted)
    if suffix in (".keras", ".h5", ".hdf5"):
        from inference.importing.keras_source import KerasSource

        return KerasSource(path, is_trusted=is_trusted)
    if suffix == "folder":
        from inference.importing.saved_model_source import SavedModelSource

        return SavedModelSource(path, is_trusted=is_trusted)
    if suffix == ".pt":
        from inference.importing.yolo_source import YoloSource

        return YoloSource(path, is_trusted=is_trusted)
    if suffix == ".onnx":
        from inference.importing.onnx_source import OnnxSource

        return OnnxSource(path)
    raise ConfigError((f"{suffix or 'a file without suffix'} is nothing known. Taken are {_TAKEN}",), subject=path.name)


def _open_trees(path: Path, backbone: Path | None, is_trusted: bool) -> Source:
    from inference.importing.lightgbm_source import LightGbmSource, require_trust

    require_trust(path, is_trusted)  # before anything else is asked for
    if backbone is None:
        problem = "--backbone is missing: the network whose features the trees take, a file of any other kind"
        raise ConfigError((problem,), subject=path.name)
    return LightGbmSource(path, open_source(backbone, is_trusted=is_trusted), is_trusted=is_trusted)
