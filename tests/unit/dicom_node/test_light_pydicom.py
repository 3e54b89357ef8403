import subprocess
import sys

_PROGRAM = """
import sys
from dicom_node.light_pydicom import load_pydicom
load_pydicom(decoders=False)
import pydicom
assert not {"gdcm", "requests", "openjpeg"} & set(sys.modules), "loaded, or still kept out"
from dicom_node.receive.contexts import undecodable
assert undecodable() == (), "what the reader decodes must be taken in"
import requests, gdcm
load_pydicom(decoders=False)
assert sys.modules["requests"] is requests
"""


def test_decoders_are_neither_loaded_nor_kept_from_those_who_want_them_and_their_syntaxes_are_accepted() -> None:
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_reader_has_its_decoders_and_nothing_that_downloads() -> None:
    program = (
        "import sys; from dicom_node.light_pydicom import load_pydicom; load_pydicom(decoders=True); "
        "assert 'gdcm' in sys.modules and 'requests' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
