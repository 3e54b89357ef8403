"""What the native backends refuse; that they answer as OpenVINO does is proved where models are imported."""

import io
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from domain.errors import ModelError
from inference.backends.installed import open_backends
from inference.zoo import VerifiedModel
from inference.zoo.manifest import Model

pytest.importorskip("tensorflow", reason="needs the extra `models`")
if find_spec("ultralytics") is None:  # loading it here would look for a network
    pytest.skip("needs the extra `models`", allow_module_level=True)
lightgbm = pytest.importorskip("lightgbm", reason="needs the extra `models`")

FILES = {"keras": ("keras",), "ultralytics": ("pt",), "lightgbm": ("xml", "bin", "txt")}


def pretend(backend: str, contents: dict[str, bytes], **changes: Any) -> VerifiedModel:
    """Return a model of a backend with these bytes, by suffix."""
    files = {f"m.{suffix}": contents[suffix] for suffix in FILES[backend]}
    task, output = ("detector", "yolo") if backend == "ultralytics" else ("types", "type")
    entry = {"name": "m", "version": "1", "task": task, "backend": backend, "files": dict.fromkeys(files, "0" * 64)}
    entry |= {"input": {"name": "image", "side_px": 32, "preprocess": ["stretch"]}, "outputs": {output: "float32"}}
    entry |= {"classes": ["a"], "data": "none", "licence": "none", "metrics": {}}
    return VerifiedModel(Model.model_validate(entry | changes), files)


@pytest.mark.parametrize(
    ("backend", "says"),
    [("keras", "Keras cannot load"), ("ultralytics", "ultralytics cannot load"), ("lightgbm", "OpenVINO cannot")],
)
def test_bytes_that_are_no_model_are_refused(backend: str, says: str) -> None:
    contents = dict.fromkeys(FILES[backend], b"noise")
    with pytest.raises(ModelError, match=says):
        open_backends(1)[backend]().compile(pretend(backend, contents))


@pytest.mark.parametrize("backend", ["keras", "ultralytics"])
def test_a_precision_that_only_openvino_has_is_refused(backend: str) -> None:
    contents = dict.fromkeys(FILES[backend], b"")
    with pytest.raises(ModelError, match="computes in f32, not in bf16"):
        open_backends(1)[backend]().compile(pretend(backend, contents, precision="bf16"))


def test_a_keras_model_without_the_output_is_refused(tmp_path: Path) -> None:
    from inference.backends.frameworks import load_keras

    keras = load_keras()
    image = keras.Input((32, 32, 1))
    keras.Model(image, {"other": keras.layers.Flatten()(image)}).save(tmp_path / "m.keras")
    model = pretend("keras", {"keras": (tmp_path / "m.keras").read_bytes()})
    with pytest.raises(ModelError, match="no output named type"):
        open_backends(1)["keras"]().compile(model)


def test_a_zip_that_is_no_keras_model_is_refused() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("config.json", "{}")
    with pytest.raises(ModelError, match="Keras cannot load"):
        open_backends(1)["keras"]().compile(pretend("keras", {"keras": content.getvalue()}))


def test_text_that_is_no_tree_is_refused() -> None:
    from inference.backends.lightgbm import load_booster

    with pytest.raises(ModelError, match="cannot read the text of the trees"):
        load_booster("noise", subject="m")
