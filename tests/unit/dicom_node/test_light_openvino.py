import subprocess
import sys

_PROGRAM = """
import sys
from dicom_node.light_openvino import without_conversion
with without_conversion():
    import openvino
assert not hasattr(openvino, "convert_model")
assert openvino.Core().available_devices
from openvino.tools.ovc import convert_model
with without_conversion():
    assert sys.modules["openvino.tools.ovc"].convert_model is convert_model
assert "openvino.tools.ovc" in sys.modules
"""

_READER = """
import sys
import dicom_node.pipeline.reader_child
assert "sqlalchemy" not in sys.modules, "a reader has no ledger"
"""


def _run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)


def test_what_converts_is_not_loaded_and_is_there_for_whoever_wants_it() -> None:
    done = _run(_PROGRAM)
    assert done.returncode == 0, done.stderr


def test_a_reader_loads_nothing_of_the_ledger() -> None:
    done = _run(_READER)
    assert done.returncode == 0, done.stderr
