"""ultralytics (AGPL-3.0, extra `models`) kept to itself: it calls nobody, and its settings lie in the run's folder."""

import logging
import os
import shutil
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from inference.backends.frameworks import load_framework

#: Services that it would report a training to.
_SERVICES = ("sync", "clearml", "comet", "dvc", "mlflow", "raytune", "tensorboard", "wandb")
#: Fonts that it would download, although nothing is drawn with them here.
_FONTS = ("Arial.ttf", "Arial.Unicode.ttf")
_ENVIRONMENT = {"YOLO_OFFLINE": "true", "YOLO_AUTOINSTALL": "false", "ULTRALYTICS_SAFE_LOAD": "true"}


def load_ultralytics(settings: Path, threads: int) -> ModuleType:
    """Import ultralytics so that it neither downloads, reports, installs nor writes outside of the run's folder.

    Args:
        settings: folder for its settings; what the process imported first keeps the folder it was imported with.
        threads: of torch; ultralytics would take one less than there are processors.

    Raises:
        ModelUnavailable: it is not installed; says how to install it.
    """
    if "ultralytics" not in sys.modules:
        settings.mkdir(parents=True, exist_ok=True)
        os.environ.update(_ENVIRONMENT | {"YOLO_CONFIG_DIR": str(settings.resolve())})
    ultralytics = load_framework("ultralytics", "torch", "matplotlib")
    utils = import_module("ultralytics.utils")
    utils.SETTINGS.update(dict.fromkeys(_SERVICES, False))
    utils.LOGGER.setLevel(logging.ERROR)
    torch_utils: Any = import_module("ultralytics.utils.torch_utils")
    torch_utils.NUM_THREADS = threads
    torch_utils.torch.set_num_threads(threads)
    _place_fonts(Path(utils.USER_CONFIG_DIR))
    return ultralytics


def _place_fonts(folder: Path) -> None:
    matplotlib = import_module("matplotlib")
    at_hand = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    for name in _FONTS:
        if not (folder / name).exists():
            shutil.copyfile(at_hand, folder / name)
