import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import openvino
import pytest

from domain.errors import DeadlineExceeded, ModelError, ModelUnavailable
from inference.backends.openvino import OpenVinoBackend, require_precision
from inference.zoo import VerifiedModel, load_manifest, load_model
from tests.fakes.stand_in_bundle import FRACTURE_SIDE_PX, write_bundle

SHAPE = (2, 1, FRACTURE_SIDE_PX, FRACTURE_SIDE_PX)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> VerifiedModel:
    bundle = write_bundle(tmp_path_factory.mktemp("bundle"))
    (entry,) = load_manifest(bundle).members("fracture")
    return load_model(bundle, entry)


def _with_graph(model: VerifiedModel, graph: bytes) -> VerifiedModel:
    return replace(model, files=dict(model.files) | {model.entry.file_name("xml"): graph})


def test_outputs_are_told_by_name(model: VerifiedModel) -> None:
    batch = np.zeros(SHAPE, dtype=np.float32)
    batch[1, 0, 16:32, 48:64] = 1.0
    outputs = OpenVinoBackend(threads=1).compile(model).run(batch, 10.0)
    assert outputs["fracture_logit"].tolist() == [[-10.0], [10.0]]
    assert outputs["fracture_map"].shape == (2, 1, 16, 16)
    assert np.argwhere(outputs["fracture_map"] > 0).tolist() == [[1, 0, 1, 3]]


def test_outputs_of_one_run_are_not_overwritten_by_the_next(model: VerifiedModel) -> None:
    session = OpenVinoBackend(threads=1).compile(model)
    first = session.run(np.zeros(SHAPE, dtype=np.float32), 10.0)
    session.run(np.ones(SHAPE, dtype=np.float32), 10.0)
    assert first["fracture_logit"].tolist() == [[-10.0], [-10.0]]


def test_the_model_computes_in_float32_whatever_the_processor_prefers(model: VerifiedModel) -> None:
    # bfloat16 keeps eight bits: 20 * 0.501 - 10 would come out as 0 or 0.0625.
    batch = np.full(SHAPE, 0.501, dtype=np.float32)
    outputs = OpenVinoBackend(threads=1).compile(model).run(batch, 10.0)
    assert outputs["fracture_logit"] == pytest.approx(np.full((2, 1), 0.02), abs=1e-4)


def test_a_model_that_was_compiled_for_another_precision_is_refused(model: VerifiedModel) -> None:
    class Bfloat16:
        def get_property(self, name: str) -> openvino.Type:
            return openvino.Type.bf16

    with pytest.raises(ModelError, match="bfloat16"):
        require_precision(Bfloat16(), openvino.Type.f32, model.name)


def test_a_processor_without_bfloat16_is_told_and_nothing_is_compiled(model: VerifiedModel) -> None:
    asked = replace(model, entry=model.entry.model_copy(update={"precision": "bf16"}))
    backend = OpenVinoBackend(1, capabilities=lambda: ("FP32", "INT8"))
    with pytest.raises(ModelUnavailable, match=r"no bfloat16.*Set reading\.precision to f32.*stand-in-fracture"):
        backend.compile(asked)
    assert backend.compile(model).run(np.zeros(SHAPE, dtype=np.float32), 10.0)


def test_a_graph_without_the_outputs_of_its_task_is_refused(model: VerifiedModel) -> None:
    renamed = _with_graph(model, model.content("xml").replace(b"fracture_map", b"something_els"))
    with pytest.raises(ModelError, match="no output named fracture_map"):
        OpenVinoBackend(threads=1).compile(renamed)


def test_a_file_that_is_no_graph_is_refused(model: VerifiedModel) -> None:
    with pytest.raises(ModelError, match="cannot compile"):
        OpenVinoBackend(threads=1).compile(_with_graph(model, b"<net/>"))


def test_an_image_of_another_size_fails_as_a_model_error(model: VerifiedModel) -> None:
    session = OpenVinoBackend(threads=1).compile(model)
    with pytest.raises(ModelError, match="failed on this image"):
        session.run(np.zeros((2, 1, 8, 8), dtype=np.float32), 10.0)


class SlowToAnswer:
    """Requests that are at work whenever they are looked for, however busy the machine is, until they are given up."""

    def __init__(self, request: openvino.InferRequest, cancelled: list[bool]) -> None:
        self._request, self._cancelled = request, cancelled

    def start_async(self, inputs: list[np.ndarray]) -> None:
        self._request.start_async(inputs)

    def wait_for(self, milliseconds: int) -> bool:
        return bool(self._cancelled) and self._request.wait_for(milliseconds)

    def cancel(self) -> None:
        self._cancelled.append(True)
        self._request.cancel()

    def get_tensor(self, name: str) -> openvino.Tensor:
        return self._request.get_tensor(name)


def test_a_run_that_takes_longer_than_it_may_is_cut(model: VerifiedModel) -> None:
    session = OpenVinoBackend(threads=1).compile(model)
    cancelled: list[bool] = []
    compiled = session._compiled
    session._compiled = SimpleNamespace(
        create_infer_request=lambda: SlowToAnswer(compiled.create_infer_request(), cancelled)
    )
    session._requests = session._open_requests()
    with pytest.raises(DeadlineExceeded):
        session.run(np.zeros(SHAPE, dtype=np.float32), 0.0)
    assert cancelled == [True, True]
    assert session.run(np.zeros(SHAPE, dtype=np.float32), 10.0)["fracture_logit"].tolist() == [[-10.0], [-10.0]]


def test_nothing_is_cached_on_disk(model: VerifiedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    OpenVinoBackend(threads=1).compile(model)
    assert list(tmp_path.iterdir()) == []


def test_no_package_that_reports_use_can_be_loaded_with_it() -> None:
    program = (
        "import inference.backends.openvino, sys; "
        "assert sys.modules['openvino_telemetry'] is None, 'a telemetry package would be imported'"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_the_entries_of_a_batch_come_back_in_their_order_however_many_threads_share_them(
    model: VerifiedModel, threads: int
) -> None:
    session = OpenVinoBackend(threads=threads).compile(model)
    for darker in (0, 1):
        batch = np.ones(SHAPE, dtype=np.float32)
        batch[darker] = 0.0
        assert session.run(batch, 10.0)["fracture_logit"][:, 0].argmin() == darker
