"""Requests and their answers, without a network."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import JPEGBaseline8Bit

from config.http import Http, HttpClient
from dicom_node.receive.stow_rs.application import StoreApplication
from dicom_node.receive.stow_rs.clients import Clients
from domain.errors import LedgerError
from tests.fakes.door import DoorBench
from tests.fakes.radiographs import PATIENT_VALUES, make_radiograph
from tests.fakes.stow import BOUNDARY, RELATED, encode_body, encode_file

EMPTY = {"incoming": 0, "instances": 0, "quarantine": 0}
TOKEN = "0123456789abcdef0123"
CLIENTS = (
    HttpClient(name="ward", address="127.0.0.1", ae_title="WARD"),
    HttpClient(name="gateway", address="10.2.0.1", token_file=Path("unused")),
)


class Site:
    """An application in front of a door."""

    def __init__(self, folder: Path, **limits: Any) -> None:
        self.bench = DoorBench(folder, **limits)
        clients = Clients(CLIENTS, {"gateway": TOKEN})
        self.application = StoreApplication(Http(), clients, self.bench.door, "OSTEONODE")

    def post(
        self, body: bytes, path: str = "/studies", *, address: str = "127.0.0.1", **headers: str
    ) -> httpx.Response:
        wanted = {"Content-Type": RELATED} | {name.replace("_", "-"): value for name, value in headers.items()}

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.application.asgi, client=(address, 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://node") as client:
                return await client.post(path, content=body, headers=wanted)

        return asyncio.run(ask())


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def failures(response: httpx.Response) -> list[int]:
    told = response.json()
    items = [*told.get("00081198", {}).get("Value", []), *told.get("0008119A", {}).get("Value", [])]
    return [item["00081197"]["Value"][0] for item in items]


def test_every_part_is_an_instance(site: Site) -> None:
    response = site.post(encode_body(*(encode_file(make_radiograph(seed)) for seed in range(3))))
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/dicom+json"
    assert len(response.json()["00081199"]["Value"]) == len(site.bench.ledger.instances) == 3
    assert {each.calling_ae_title for each in site.bench.ledger.instances.values()} == {"WARD"}


def test_a_body_may_be_one_instance(site: Site) -> None:
    assert site.post(encode_file(), Content_Type="application/dicom").status_code == 200
    assert site.bench.files == EMPTY | {"instances": 1}


def test_a_compressed_part_is_kept_as_it_is(site: Site) -> None:
    ds = make_radiograph()
    ds.PixelData, ds.BitsAllocated, ds.BitsStored, ds.HighBit = encapsulate([b"JPEG"]), 8, 8, 7
    ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True
    assert site.post(encode_body(encode_file(ds, JPEGBaseline8Bit))).status_code == 200
    (instance,) = site.bench.ledger.instances.values()
    assert instance.transfer_syntax_uid == JPEGBaseline8Bit


def test_one_bad_part_does_not_keep_the_others_out(site: Site) -> None:
    response = site.post(encode_body(encode_file()[:-100], encode_file(make_radiograph(1)), b"no DICOM"))
    assert (response.status_code, failures(response)) == (202, [0xC000, 0xC000])
    said = response.headers["warning"]
    assert "1 of 3 failed: TRUNCATED-DATA-SET" in said
    assert "1 of 3 failed: NOT-PART-10" in said
    assert site.bench.files == {"incoming": 0, "instances": 1, "quarantine": 2}


def test_the_same_instance_again_is_stored_once_and_said_so(site: Site) -> None:
    site.post(encode_body(encode_file()))
    response = site.post(encode_body(encode_file()))
    assert (response.status_code, "were here already" in response.headers["warning"]) == (200, True)
    assert site.bench.files == EMPTY | {"instances": 1}


def test_an_instance_of_another_study_than_the_address_is_refused(site: Site) -> None:
    ds = make_radiograph()
    assert site.post(encode_body(encode_file(ds)), f"/studies/{ds.StudyInstanceUID}").status_code == 200
    response = site.post(encode_body(encode_file(make_radiograph(1))), f"/studies/{ds.StudyInstanceUID}")
    assert (response.status_code, failures(response)) == (409, [0xA901])


@pytest.mark.parametrize(
    ("headers", "path", "status"),
    [
        ({"Content_Type": "application/json"}, "/studies", 415),
        ({"Content_Type": RELATED.replace("dicom", "dicom+json")}, "/studies", 415),
        ({"Content_Type": "multipart/form-data; boundary=x"}, "/studies", 415),
        ({"Content_Type": "multipart/related"}, "/studies", 400),
        ({"Accept": "text/html"}, "/studies", 406),
        ({}, "/studies/..%2F..%2Fetc", 404),
        ({}, "/studies/none", 400),
        ({}, "/elsewhere", 404),
    ],
)
def test_a_request_that_is_none_of_ours_is_refused_in_words(
    site: Site, headers: dict[str, str], path: str, status: int
) -> None:
    response = site.post(encode_body(encode_file()), path, **headers)
    assert (response.status_code, bool(response.text)) == (status, True)
    assert site.bench.files == EMPTY


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("192.0.2.1", {}, 403),
        ("10.2.0.1", {}, 401),
        ("10.2.0.1", {"Authorization": "Bearer of-something-else-here"}, 401),
        ("10.2.0.1", {"Authorization": f"Bearer {TOKEN}"}, 200),
    ],
)
def test_unknown_clients_are_refused(site: Site, address: str, headers: dict[str, str], status: int) -> None:
    response = site.post(encode_body(encode_file()), address=address, **headers)
    assert response.status_code == status
    assert ("www-authenticate" in response.headers) == (status == 401)


@pytest.mark.parametrize("body", [b"", b"no part", encode_body(), encode_body(encode_file())[:-40]])
def test_a_body_without_a_whole_part_is_a_bad_request_and_leaves_nothing(site: Site, body: bytes) -> None:
    assert site.post(body).status_code == 400
    assert site.bench.files == EMPTY


def test_a_body_that_is_cut_keeps_the_parts_that_were_whole(site: Site) -> None:
    response = site.post(encode_body(encode_file(), encode_file(make_radiograph(1)))[:-40])
    assert (response.status_code, failures(response)) == (202, [0xC000])
    assert site.bench.files == EMPTY | {"instances": 1}


def test_a_part_of_another_type_fails_alone(site: Site) -> None:
    body = encode_body(b"<html>", content_type="text/html")[: -len(f"--{BOUNDARY}--\r\n")] + encode_body(encode_file())
    response = site.post(body)
    assert (response.status_code, failures(response)) == (202, [0xC000])


def test_a_part_over_the_limit_is_told_so(tmp_path: Path) -> None:
    site = Site(tmp_path, data_set_mib=1)
    assert site.post(encode_body(encode_file(make_radiograph(rows=1024, columns=1024)))).status_code == 413
    assert site.bench.files == EMPTY


def test_a_nearly_full_disk_says_when_to_come_again(tmp_path: Path) -> None:
    response = Site(tmp_path, free_disk_mib=1 << 30).post(encode_body(encode_file()))
    assert (response.status_code, "retry-after" in response.headers) == (507, True)


def test_a_ledger_that_is_down_says_when_to_come_again(site: Site) -> None:
    site.bench.ledger.failure = LedgerError("down")
    response = site.post(encode_body(encode_file()))
    assert (response.status_code, "retry-after" in response.headers) == (503, True)


def test_our_own_fault_is_an_error_without_details(site: Site) -> None:
    site.bench.ledger.failure = RuntimeError("Zzyzx")
    response = site.post(encode_body(encode_file()))
    assert (response.status_code, "Zzyzx" in response.text) == (500, False)
    assert site.bench.files["incoming"] == 0


def test_no_log_line_and_no_answer_says_who_the_patient_is(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    told = site.post(encode_body(encode_file(), encode_file()[:-100])).text + json.dumps(dict(site.post(b"").headers))
    assert not [value for value in PATIENT_VALUES.values() if value in caplog.text + told]
