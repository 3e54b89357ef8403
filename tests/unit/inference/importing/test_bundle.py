from pathlib import Path
from typing import Any

import pytest

from domain.errors import ConfigError
from inference.importing.bundle import join, open_base, write_bundle
from inference.zoo import Manifest, Model, load_manifest, verify
from tests.fakes.stand_in_bundle import write_bundle as write_stand_in


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return write_stand_in(tmp_path / "base")


def another(manifest: Manifest, **changes: Any) -> Model:
    entry = manifest.members("fracture")[0].model_dump(by_alias=True)
    name = changes.pop("name", "ours")
    files = {f"{name}.{suffix}": "0" * 64 for suffix in ("xml", "bin")}
    return Model.model_validate(entry | {"name": name, "files": files} | changes)


def add(manifest: Manifest, entry: Model, **changes: Any) -> Manifest:
    return join(manifest, entry, **{"bundle": "Our Bundle", "without": (), "weight": 0.0} | changes)


def test_a_model_without_weight_leaves_the_statement_to_the_others(base: Path) -> None:
    manifest = load_manifest(base)
    joined = add(manifest, another(manifest))
    assert joined.fusion is not None
    assert joined.fusion.weights == {"stand-in-fracture": 1.0, "ours": 0.0}
    assert joined.fusion.operating_points["any"] == manifest.members("fracture")[0].operating_points
    assert joined.bundle == "our-bundle"


def test_a_weight_stands_beside_those_of_the_rule(base: Path) -> None:
    manifest = add(load_manifest(base), another(load_manifest(base)), weight=0.5)
    third = add(manifest, another(manifest, name="third"), weight=2.0)
    assert third.fusion is not None
    assert third.fusion.weights == {"stand-in-fracture": 1.0, "ours": 0.5, "third": 2.0}


def test_the_only_one_that_speaks_of_fractures_needs_no_rule(base: Path) -> None:
    manifest = load_manifest(base)
    assert add(manifest, another(manifest), without=("stand-in-fracture",)).fusion is None


def test_a_region_model_changes_no_rule(base: Path) -> None:
    manifest = load_manifest(base)
    files = {"ours.xml": "0" * 64, "ours.bin": "0" * 64}
    region = Model.model_validate(manifest.members("region")[0].model_dump() | {"name": "ours", "files": files})
    assert add(manifest, region).fusion is None


def test_what_cannot_read_an_image_is_refused(base: Path) -> None:
    manifest = load_manifest(base)
    with pytest.raises(ConfigError, match="a model for the region"):
        add(manifest, another(manifest), without=("stand-in-region",))


def test_a_file_of_another_model_is_not_written_over(base: Path) -> None:
    manifest = load_manifest(base)
    with pytest.raises(ConfigError, match="another model has files called stand-in-region"):
        add(manifest, another(manifest, files=manifest.members("region")[0].files))


def test_a_folder_with_something_else_is_left_alone(base: Path, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("mine")
    with pytest.raises(ConfigError, match="something that is no bundle"):
        open_base(tmp_path / "notes", base)


def test_a_bundle_that_is_there_is_the_base(base: Path, tmp_path: Path) -> None:
    assert open_base(base, tmp_path)[0] == base
    assert open_base(tmp_path / "new", base)[0] == base


def test_a_written_bundle_is_whole(base: Path, tmp_path: Path) -> None:
    write_bundle(tmp_path / "copy", base, load_manifest(base), tmp_path)
    assert {each.state for each in verify(tmp_path / "copy")} == {"ok"}
    assert load_manifest(tmp_path / "copy") == load_manifest(base)
