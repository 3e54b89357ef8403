"""The files that a comparison needs: each network as its framework saves it, and converted to a graph.

Frameworks are imported in the process that writes the files, so it is for one of its own.
"""

import warnings
from pathlib import Path
from typing import Any

import numpy as np

from dicom_node.bench.contest import Network
from dicom_node.bench.contest_models import make_input, stem_of
from dicom_node.bench.head_keras import add_detector_heads
from dicom_node.bench.lite_keras import build_lite0
from inference.backends.frameworks import load_framework, load_keras
from inference.canvases import Batch

_SEED = 20261121
#: Grey levels added to the image that gives batch norm its statistics, without which activations would leave all range.
_NOISE = 20.0
#: Images that tell the ranges of eight bits: for random weights a few will do.
_EXAMPLES = 8


def native_file(folder: Path, network: Network) -> Path:
    """Return where a network lies as its framework saves it."""
    return folder / f"{stem_of(network)}.{'pt' if network.backbone.startswith('yolo') else 'keras'}"


def write_network(folder: Path, network: Network) -> None:
    """Write a network of random weights, as its framework saves it and converted.

    Raises:
        ModelUnavailable: the framework is not installed.
    """
    if not native_file(folder, network).exists():
        (write_yolo if network.is_yolo else write_classifier)(folder, network)


def write_classifier(folder: Path, network: Network) -> None:
    """Write a Keras network: backbone, and the heads of our detectors, or global average and one sigmoid."""
    keras = load_keras()
    keras.backend.clear_session()
    keras.utils.set_random_seed(_SEED)
    backbone = _build_backbone(keras, network)
    model = add_detector_heads(backbone) if network.heads == "detector" else _add_classifier(keras, backbone)
    _set_statistics(keras, model, make_input(network)[:1])
    model.save(native_file(folder, network))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras wonders at the name by which the converter hands the image over
        graph = load_framework("openvino").convert_model(model)
    _write_graph(folder, network, graph, "fracture_probability")


def write_yolo(folder: Path, network: Network) -> None:
    """Write a YOLO detector of one class in the format of its authors."""
    from inference.importing.yolo_source import YoloSource

    yolo = load_framework("ultralytics", "torch").YOLO(f"{network.backbone}.yaml")
    path = native_file(folder, network)
    yolo.model.names = {0: "fracture"}
    load_framework("torch").save({"model": yolo.model, "train_args": {}}, path)
    _write_graph(folder, network, YoloSource(path, is_trusted=True).convert(network.side_px), "yolo")


def _add_classifier(keras: Any, backbone: Any) -> Any:
    averaged = keras.layers.GlobalAveragePooling2D()(backbone.output)
    return keras.Model(backbone.input, keras.layers.Dense(1, activation="sigmoid")(averaged))


def _build_backbone(keras: Any, network: Network) -> Any:
    if network.backbone == "EfficientNetLite0":
        return build_lite0(network.side_px)
    shape = (network.side_px, network.side_px, 3)
    return getattr(keras.applications, network.backbone)(include_top=False, weights=None, input_shape=shape)


def _set_statistics(keras: Any, model: Any, image: Batch) -> None:
    layers = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    for layer in layers:
        layer.momentum = 0.0
    if layers:
        noise = np.random.default_rng(_SEED).uniform(-_NOISE, _NOISE, image.shape)
        model(np.clip(image + noise, 0, 255).astype(np.float32), training=True)


def _write_graph(folder: Path, network: Network, graph: Any, output: str) -> None:
    """Write a graph as it is, and in eight bits; stand-ins are never run by it, their members are."""
    save = load_framework("openvino").save_model
    graph.inputs[0].get_tensor().set_names({"image"})
    graph.outputs[0].get_tensor().set_names({output})
    save(graph, folder / f"{stem_of(network)}.xml", compress_to_fp16=False)
    if network.member:
        return
    from inference.training.quantisation import quantise_graph

    image = make_input(network)[:1]
    noise = np.random.default_rng(_SEED).uniform(-_NOISE, _NOISE, (_EXAMPLES, *image.shape)) * image.max() / 255
    graph.reshape(list(image.shape))
    quantised = quantise_graph(graph, list(np.clip(image + noise, 0, image.max()).astype(np.float32)))
    save(quantised, folder / f"{stem_of(network, 'int8')}.xml", compress_to_fp16=False)
