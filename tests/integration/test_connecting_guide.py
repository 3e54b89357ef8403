"""What docs/connecting.md tells to write into Orthanc and into a site's configuration does what it says."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from config.load import parse_settings
from tests.fakes.radiographs import make_radiograph, save_radiograph
from tests.fakes.storage_node import StorageNode, wait_until
from tests.peers.orthanc import run_orthanc
from tests.peers.storescu import store

GUIDE = Path(__file__).parents[2] / "docs" / "connecting.md"


def block(language: str) -> str:
    """Return the one block of a language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return str(found)


def test_the_configuration_holds() -> None:
    settings = parse_settings(block("toml"), subject=str(GUIDE), folder=Path())
    assert [each.ae_title for each in settings.destination] == ["ORTHANC"]


@pytest.mark.peer("orthanc")
@pytest.mark.peer("dcmtk")
def test_orthanc_forwards_what_a_modality_stores_and_not_what_this_node_stores(tmp_path: Path) -> None:
    script = tmp_path / "osteonode.lua"
    script.write_text(block("lua"))
    told: dict[str, Any] = json.loads(block("json"))
    image, result = (save_radiograph(make_radiograph(seed), tmp_path / f"{seed}.dcm") for seed in range(2))
    sender = [{"ae_title": told["DicomAet"], "address": "127.0.0.1"}]
    with StorageNode(tmp_path / "node", tables={"sender": sender}) as node:
        (name, (title, _address, _port)) = next(iter(told["DicomModalities"].items()))
        modalities = {name: (title, "127.0.0.1", node.scp.port)}
        with run_orthanc(tmp_path / "orthanc", modalities=modalities, LuaScripts=[str(script)]) as orthanc:
            store([result], orthanc.dicom_port, "-aet", "OSTEONODE", called_ae_title="ORTHANC")
            store([image], orthanc.dicom_port, "-aet", "CR1", called_ae_title="ORTHANC")
            wait_until(lambda: bool(node.files("instances")))
    assert len(node.files("instances")) == 1  # the first was stored before the second, and is not here
