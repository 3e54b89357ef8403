from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference.backends.installed import open_backends
from inference.canvases import Canvases
from inference.importing import draw_images
from inference.zoo import load_model
from tests.models.importing.conftest import FRACTURE_OPTIONS, SIDE_PX, Import

pytest.importorskip("tensorflow", reason="needs the extra `models`")
# Keras gives its arrays away as NumPy 1 asked for them.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.mark.parametrize("file", ["whole.keras", "whole.h5"])
@pytest.mark.parametrize("backend", ["openvino", "keras"])
def test_a_whole_model_answers_as_keras_does(
    file: str, backend: str, files: Path, probability_network: Any, import_file: Import, tmp_path: Path
) -> None:
    code, said, entry = import_file(files / file, *FRACTURE_OPTIONS, "--backend", backend)
    assert (code, said) == (0, "")
    assert (entry.input.side_px, entry.input.range, entry.input.layout) == (SIDE_PX, "0..255", "nhwc")
    session = open_backends(1)[entry.backend]().compile(load_model(tmp_path / "ours", entry))
    for image in draw_images()[:3]:
        batch, _ = Canvases(image).make(entry.input)
        expected = probability_network.predict_on_batch(batch)
        assert session.run(batch, 60.0)["fracture_probability"] == pytest.approx(expected, abs=1e-5)


def test_a_second_output_is_told_by_its_shape(files: Path, import_file: Import) -> None:
    code, _, entry = import_file(files / "two.keras", *FRACTURE_OPTIONS)
    assert code == 0
    assert set(entry.outputs) == {"fracture_probability", "fracture_map"}
    assert set(entry.metrics["parity"]["largest_difference"]) == {"fracture_probability", "fracture_map"}


def test_a_model_the_other_way_round_is_turned(
    files: Path, probability_network: Any, import_file: Import, tmp_path: Path
) -> None:
    code, _, entry = import_file(files / "whole.keras", *FRACTURE_OPTIONS, "--classes", "fracture,normal")
    assert code == 0
    session = open_backends(1)["openvino"]().compile(load_model(tmp_path / "ours", entry))
    batch, _ = Canvases(draw_images()[0]).make(entry.input)
    normal = probability_network.predict_on_batch(batch)
    assert session.run(batch, 60.0)["fracture_probability"] == pytest.approx(1 - normal, abs=1e-5)


def test_a_model_that_ends_in_logits_gets_its_softmax_in_its_own_backend(
    keras: Any, tmp_path: Path, import_file: Import
) -> None:
    image = keras.Input((SIDE_PX, SIDE_PX, 3))
    pooled = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(4, 5, strides=4)(image))
    keras.Model(image, keras.layers.Dense(3)(pooled)).save(tmp_path / "regions.keras")
    options = ["--task", "region", "--classes", "hand,leg,hip", "--range", "-1..1", "--preprocess", "letterbox"]
    code, said, entry = import_file(tmp_path / "regions.keras", *options, "--backend", "keras")
    assert (code, said) == (0, "")
    session = open_backends(1)["keras"]().compile(load_model(tmp_path / "ours", entry))
    batch, _ = Canvases(draw_images()[0]).make(entry.input)
    assert np.sum(session.run(batch, 60.0)["region"]) == pytest.approx(1.0, abs=1e-5)


def test_a_saved_model_is_taken(files: Path, import_file: Import) -> None:
    code, said, entry = import_file(files / "saved_model", *FRACTURE_OPTIONS, "--range", "0..255")
    assert (code, said) == (0, "")
    assert entry.metrics["parity"]["with"].startswith("TensorFlow")


def test_what_the_file_does_not_say_is_asked_for_by_its_option(files: Path, import_file: Import) -> None:
    code, said, entry = import_file(files / "whole.keras")
    assert (code, entry) == (2, None)
    assert "--task is missing" in said
    assert "--preprocess is missing" in said
    assert "--range" not in said


def test_weights_alone_are_refused_with_what_to_do(files: Path, import_file: Import) -> None:
    code, said, entry = import_file(files / "only.weights.h5", *FRACTURE_OPTIONS)
    assert (code, entry) == (1, None)
    assert "it holds weights alone" in said
    assert "model.save('model.keras')" in said


def test_code_in_a_model_is_refused(keras: Any, tmp_path: Path, import_file: Import) -> None:
    image = keras.Input((SIDE_PX, SIDE_PX, 3))
    doubled = keras.layers.Lambda(lambda tensor: tensor * 2)(image)
    keras.Model(image, keras.layers.GlobalAveragePooling2D()(doubled)).save(tmp_path / "code.keras")
    code, said, _ = import_file(tmp_path / "code.keras", *FRACTURE_OPTIONS)
    assert code == 1
    assert "Lambda layer, which is code" in said


def test_a_saved_model_that_reads_files_is_refused(tmp_path: Path, import_file: Import) -> None:
    import tensorflow

    class Reads(tensorflow.Module):
        @tensorflow.function(input_signature=[tensorflow.TensorSpec((None, 32, 32, 3), tensorflow.float32)])
        def serve(self, image: Any) -> Any:
            tensorflow.io.read_file("/etc/hostname")
            return tensorflow.reduce_mean(image, axis=(1, 2))

    tensorflow.saved_model.save(Reads(), str(tmp_path / "reads"))
    code, said, _ = import_file(tmp_path / "reads", *FRACTURE_OPTIONS)
    assert code == 1
    assert "ReadFile" in said


def test_a_file_that_is_no_model_is_told_so(tmp_path: Path, import_file: Import) -> None:
    (tmp_path / "noise.keras").write_bytes(b"noise")
    code, said, _ = import_file(tmp_path / "noise.keras", *FRACTURE_OPTIONS)
    assert code == 1
    assert "it is no .keras file" in said


def test_a_sequential_model_is_taken_as_it_is_saved(keras: Any, tmp_path: Path, import_file: Import) -> None:
    layers = keras.layers
    chain = [layers.Conv2D(4, 5, strides=4), layers.GlobalAveragePooling2D(), layers.Dense(1, activation="sigmoid")]
    keras.Sequential([keras.Input((SIDE_PX, SIDE_PX, 3)), *chain]).save(tmp_path / "chain.keras")
    for backend in ("openvino", "keras"):
        options = ["--range", "0..1", "--backend", backend, "--name", f"as-{backend}"]
        code, said, entry = import_file(tmp_path / "chain.keras", *FRACTURE_OPTIONS, *options)
        assert (code, said) == (0, "")
        assert entry.backend == backend
