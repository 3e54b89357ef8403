"""A whole node that hears and speaks TLS alone; its certificates are those of `osteonode certs make-test-ca`."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pydicom
import pytest

from config.settings import DestinationTls, ListenerTls, Settings
from dicom_node.cli.main import DONE, run
from dicom_node.service import Service
from dicom_node.tls.contexts import make_server_context
from dicom_node.tls.watch import CERTIFICATE_EXPIRES
from domain.delivery import DeliveryState
from domain.errors import ConfigError
from tests.fakes.hospital import MODALITY, draw_study, make_settings, wait_until, write_study
from tests.fakes.light_reader import light
from tests.fakes.web_archive import WebArchive
from tests.peers.python_hl7 import PythonHl7, run_python_hl7
from tests.peers.storescp import Storescp, run_storescp
from tests.peers.storescu import store

pytestmark = [pytest.mark.system, pytest.mark.slow, pytest.mark.peer("dcmtk")]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    assert run(["certs", "make-test-ca", str(folder), "--days", "20"]) == DONE
    return folder


def shown_by(folder: Path, name: str) -> tuple[str, ...]:
    """Return what makes a DCMTK program show a certificate."""
    return "+tls", str(folder / f"{name}.key"), str(folder / f"{name}.pem"), "+cf", str(folder / "ca.pem")


def listener(folder: Path, name: str = "node") -> ListenerTls:
    files = {"certificate_file": folder / f"{name}.pem", "key_file": folder / f"{name}.key"}
    return ListenerTls(port=0, authorities_file=folder / "ca.pem", **files)


@pytest.fixture
def peers(certificates: Path, tmp_path: Path) -> Iterator[tuple[Storescp, PythonHl7, WebArchive]]:
    context = make_server_context(listener(certificates, "peer"))
    with (
        run_storescp(tmp_path, *shown_by(certificates, "peer")) as storescp,
        run_python_hl7(context) as ris,
        WebArchive(tls=make_server_context(listener(certificates, "peer"))) as web,
    ):
        yield storescp, ris, web


def encrypt(settings: Settings, certificates: Path, web: WebArchive) -> Settings:
    """Return the settings with TLS on every way in and out, and two more destinations."""
    tls = DestinationTls(
        authorities_file=certificates / "ca.pem",
        certificate_file=certificates / "node.pem",
        key_file=certificates / "node.key",
    )
    retry: dict[str, Any] = {"first_seconds": 0.2, "cap_seconds": 1.0}
    more = [web.destination(kind, retry=retry) for kind in ("stow", "orthanc")]
    destinations = [{**each.model_dump(), "tls": tls.model_dump()} for each in (*settings.destination, *more)]
    sender = {"ae_title": MODALITY, "address": "127.0.0.1", "tls": "required"}
    changed = {"tls": listener(certificates), "destination": destinations, "sender": [sender]}
    return Settings.model_validate(settings.model_dump() | changed)


def test_a_study_comes_and_its_answer_goes_over_tls_alone(
    certificates: Path,
    peers: tuple[Storescp, PythonHl7, WebArchive],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    storescp, ris, web = peers
    plain = make_settings(tmp_path / "data", pacs=storescp.port, ris=ris.port, quiet_seconds=1.5)
    paths = write_study(tmp_path / "in", draw_study(1))
    with caplog.at_level(logging.WARNING), Service(encrypt(plain, certificates, web), reader_factory=light()) as node:
        assert node.tls_port is not None
        with pytest.raises(AssertionError, match="Rejected Permanent"):
            store(paths, node.port, "-aet", MODALITY, called_ae_title="OSTEONODE")
        options = ("-aet", MODALITY, *shown_by(certificates, "peer"))
        assert store(paths, node.tls_port, *options, called_ae_title="OSTEONODE") == [0, 0]
        wait_until(lambda: set(node.view.counts().deliveries) == {DeliveryState.DELIVERED})
        assert node.view.counts().deliveries[DeliveryState.DELIVERED] == 4
    received = {str(pydicom.dcmread(path).SOPInstanceUID) for path in storescp.files()}
    assert received == set(web.stored)
    assert len(ris.messages) == 1
    events = [getattr(record, "event", "") for record in caplog.records]
    assert events.count(CERTIFICATE_EXPIRES) > 0  # they last for 20 days


def test_a_node_whose_files_are_gone_does_not_start_and_says_which(certificates: Path, tmp_path: Path) -> None:
    settings = make_settings(tmp_path / "data", tls=listener(tmp_path / "nowhere"))
    with pytest.raises(ConfigError, match=r"tls.certificate_file: .*node.pem cannot be read: No such file"):
        Service(settings, reader_factory=light()).start()
