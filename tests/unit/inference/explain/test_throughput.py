import numpy as np
import openvino
import pytest
from openvino import opset13 as ops

from domain.errors import ModelError
from inference.explain.throughput import Queue, Work


def _doubling() -> openvino.Model:
    image = ops.parameter([-1, 3], np.float32, name="image")
    twice = ops.matmul(image, ops.constant(2 * np.eye(3, dtype=np.float32)), False, False)
    twice.output(0).set_names({"twice"})
    return openvino.Model([twice], [image], "doubling")


@pytest.mark.parametrize("number", [1, 4, 7, 29])
def test_answers_come_in_the_order_of_the_images_and_the_last_batch_may_be_short(number: int) -> None:
    images = np.arange(number * 3, dtype=np.float32).reshape(number, 3)
    done: list[int] = []
    queue = Queue(_doubling(), (3,), threads=2, batch=4)
    work = Work(number, lambda which: images[which], lambda outputs: list(outputs["twice"]), done.append)
    assert np.stack(queue.run(work)) == pytest.approx(2 * images)
    assert sum(done) == number
    assert np.stack(queue.run(work)) == pytest.approx(2 * images), "a queue can be used again"


def test_a_graph_that_does_not_fit_the_image_is_refused_with_its_name() -> None:
    with pytest.raises(ModelError, match="doubler"):
        Queue(_doubling(), (5,), name="doubler")
