"""ultralytics keeps to itself."""

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from inference.training.yolo.engine import load_ultralytics

if find_spec("ultralytics") is None:  # loading it here would look for a network
    pytest.skip("needs the extra `models`", allow_module_level=True)


def test_it_reports_to_nobody_and_needs_no_font_of_others(tmp_path: Path) -> None:
    load_ultralytics(tmp_path / "settings", 1)
    utils, checks = sys.modules["ultralytics.utils"], sys.modules["ultralytics.utils.checks"]
    services = ("sync", "clearml", "comet", "dvc", "mlflow", "raytune", "tensorboard", "wandb")
    assert not any(utils.SETTINGS[name] for name in services)
    assert not utils.ONLINE
    for font in ("Arial.ttf", "Arial.Unicode.ttf"):
        assert Path(checks.check_font(font)).parent == Path(utils.USER_CONFIG_DIR)


@pytest.mark.parametrize("threads", [2, 1])
def test_it_uses_as_many_threads_as_it_is_given(tmp_path: Path, threads: int) -> None:
    load_ultralytics(tmp_path / "settings", threads)
    assert sys.modules["ultralytics.utils.torch_utils"].select_device("cpu").type == "cpu"
    assert sys.modules["torch"].get_num_threads() == threads
