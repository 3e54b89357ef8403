"""A converted graph, made into one that serves: one input, the outputs of its task by name, nothing else.

Converters write files that load and are wrong: constants left over as inputs, an inner activation as the first of
seventy outputs. So the graph's shape is checked here, and its numbers by `parity`.
"""

from pathlib import Path

import openvino

from domain.errors import ModelError
from inference.importing.contract import INPUT_NAME
from inference.importing.heads import add_heads
from inference.importing.outputs import Ending, Meaning, RawOutput, plan_heads
from inference.zoo.manifest import InputContract

#: How a graph may end, looking through what changes no number.
_ENDINGS: dict[str, Ending] = {
    "Sigmoid": "sigmoid",
    "SoftMax": "softmax",
    "Softmax": "softmax",
    "MatMul": "linear",
    "Add": "linear",
    "Convolution": "linear",
}
_TRANSPARENT = {"Reshape", "Squeeze", "Unsqueeze", "Transpose", "Convert", "Result"}


def convert_file(path: Path) -> openvino.Model:
    """Return the graph of a file or folder in a format that OpenVINO reads, as its converter leaves it.

    Raises:
        ModelError: OpenVINO lacks an operation, or cannot read it.
    """
    try:
        return openvino.convert_model(str(path))
    except RuntimeError as error:
        raise ModelError("OpenVINO cannot convert it") from error


def shape_graph(graph: openvino.Model, contract: InputContract, meaning: Meaning, *, subject: str) -> openvino.Model:
    """Return the graph with its input named and sized as the contract says, and the outputs of its task by name.

    Raises:
        ModelError: it has several inputs, or not the outputs of its task, or does not take that input.
    """
    require_one_input(graph, subject=subject)
    _resize(graph, contract, subject)
    ports = {raw.name: output.get_node().input_value(0) for raw, output in _outputs(graph)}
    heads = plan_heads([raw for raw, _ in _outputs(graph)], meaning)
    return name_outputs(graph, add_heads(heads, ports))


def name_outputs(graph: openvino.Model, ports: dict[str, openvino.Output]) -> openvino.Model:
    """Return a graph with exactly these outputs under exactly these names."""
    for name, port in ports.items():
        port.get_tensor().set_names({name})
    return openvino.Model(list(ports.values()), graph.get_parameters(), "imported")


def require_one_input(graph: openvino.Model, *, subject: str) -> None:
    """Raise ModelError unless a graph has one input."""
    if len(graph.inputs) != 1:
        names = ", ".join(sorted(each.get_any_name() for each in graph.inputs if each.get_names())[:3])
        raise ModelError(
            f"the converted graph has {len(graph.inputs)} inputs ({names}, ...), where an image is one: the export "
            "left constants behind. Export it again, for Keras as .keras or SavedModel and not through ONNX",
            subject=subject,
        )


def find_endings(graph: openvino.Model) -> dict[str, Ending | None]:
    """Return how each output of a graph ends, by its name."""
    return {raw.name: raw.ending for raw, _ in _outputs(graph)}


def write_graph(graph: openvino.Model, stem: Path, *, float16: bool) -> tuple[Path, Path]:
    """Write the graph and its weights as `stem`.xml and .bin; return both paths."""
    xml, weights = (stem.with_name(f"{stem.name}.{suffix}") for suffix in ("xml", "bin"))
    openvino.save_model(graph, xml, compress_to_fp16=float16)
    return xml, weights


def _resize(graph: openvino.Model, contract: InputContract, subject: str) -> None:
    graph.inputs[0].get_tensor().set_names({INPUT_NAME})
    for batch in (-1, 1):  # a graph whose batch is fixed still reads one image at a time
        try:
            graph.reshape({INPUT_NAME: [batch, *contract.shape[1:]]})
            return
        except RuntimeError as error:
            failure = error
    raise ModelError(f"the converted graph does not take {contract.shape[1:]}", subject=subject) from failure


def _outputs(graph: openvino.Model) -> list[tuple[RawOutput, openvino.Output]]:
    return [(_describe(output, index), output) for index, output in enumerate(graph.outputs)]


def _describe(output: openvino.Output, index: int) -> RawOutput:
    names = sorted(output.get_names())
    shape = tuple(side.get_length() if side.is_static else None for side in output.get_partial_shape())
    return RawOutput(names[0] if names else f"output {index}", shape, _ending(output.get_node()))


def _ending(node: openvino.Node) -> Ending | None:
    while node.get_type_name() in _TRANSPARENT:
        node = node.input_value(0).get_node()
    return _ENDINGS.get(node.get_type_name())
