"""What serving installs: pinned, small, and free of licences that would bind a hospital's own code."""

import re
from importlib import metadata

import pytest

from tests.architecture.distributions import is_copyleft, is_lesser_copyleft, licences_of, locked
from tests.architecture.source_tree import PROJECT

#: Training frameworks, GPL decoders, GUI builds and telemetry that must not come back through a dependency.
NEVER_SERVED = {
    "keras",
    "lime",
    "opencv-python",
    "openvino-telemetry",
    "pylibjpeg-libjpeg",
    "scikit-image",
    "tensorflow",
    "tensorflow-cpu",
    "torch",
    "torchvision",
    "ultralytics",
}
#: LGPL packages, used as they are, through their public interface; why: docs/adr/0002, 0006 and 0013.
LESSER_COPYLEFT = {"psycopg", "psycopg-binary", "python-bidi"}
LOCKS = ("build", "dev", "models", "serve", "train")
HASHED_LOCKS = ("build", "dev", "serve")

serving = pytest.mark.parametrize("name", sorted(locked("serve")))


def test_the_serving_lock_names_its_packages() -> None:
    assert {"pydicom", "pynetdicom", "highdicom", "openvino", "dbos"} <= locked("serve").keys()


def test_serving_installs_nothing_that_was_ruled_out() -> None:
    assert locked("serve").keys() & NEVER_SERVED == set()


@serving
def test_a_served_package_says_its_licence_and_it_is_no_copyleft(name: str) -> None:
    licences = licences_of(name)
    assert licences, "no licence in its metadata: read its source, then decide"
    assert not is_copyleft(licences)


def test_lesser_copyleft_is_served_only_where_a_decision_says_so() -> None:
    assert {name for name in locked("serve") if is_lesser_copyleft(licences_of(name))} == LESSER_COPYLEFT


@pytest.mark.parametrize(
    ("licences", "copyleft", "lesser"),
    [
        ("MIT", False, False),
        ("GPL-3.0-only", True, False),
        ("AGPL-3.0", True, False),
        ("License :: OSI Approved :: GNU Affero General Public License v3", True, False),
        ("LGPL-3.0-only", False, True),
        ("License :: OSI Approved :: GNU Library or Lesser General Public License (LGPL); LGPL", False, True),
        ("LGPL-3.0-only AND GPL-2.0-only", True, True),
    ],
)
def test_a_licence_is_recognised(licences: str, copyleft: bool, lesser: bool) -> None:
    assert (is_copyleft(licences), is_lesser_copyleft(licences)) == (copyleft, lesser)


@serving
def test_what_is_installed_is_what_the_lock_says(name: str) -> None:
    assert metadata.version(name) == locked("serve")[name]


@pytest.mark.parametrize("lock", ["dev", "train", "models"])
def test_other_locks_hold_the_serving_versions(lock: str) -> None:
    assert locked("serve").items() <= locked(lock).items()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_carries_no_address_and_no_path(lock: str) -> None:
    text = (PROJECT / "locks" / f"{lock}.txt").read_text(encoding="utf-8")
    assert not re.search(r"://|@ |^-|/", text, re.MULTILINE)


@pytest.mark.parametrize("lock", HASHED_LOCKS)
def test_every_package_of_a_lock_has_a_hash(lock: str) -> None:
    text = (PROJECT / "locks" / f"{lock}.txt").read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert len(blocks) == len(locked(lock))
    assert all("--hash=sha256:" in block for block in blocks)


def test_the_viewer_that_tests_fetch_is_pinned_by_the_hash_of_its_content() -> None:
    pin = (PROJECT / "locks" / "ohif.txt").read_text(encoding="utf-8")
    assert re.fullmatch(r"@ohif/app@\d+\.\d+\.\d+ sha512-[A-Za-z0-9+/]{86}==\n", pin)


def test_third_party_names_what_serving_installs_and_nothing_else() -> None:
    rows = re.findall(r"^\| \[?([a-z0-9-]+)\]? \| ([0-9][^ |]*) \|", (PROJECT / "THIRD_PARTY.md").read_text(), re.M)
    assert dict(rows) == locked("serve")


def test_every_declared_requirement_is_locked() -> None:
    requirements = metadata.requires("osteonode") or []
    unconditional = [line for line in requirements if "extra ==" not in line]
    names = {re.split(r"[^A-Za-z0-9-]", line)[0].lower() for line in unconditional}
    assert names
    assert names <= locked("serve").keys()
