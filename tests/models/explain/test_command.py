import json
from pathlib import Path

import pytest

pytest.importorskip("lime", reason="needs the extra `models`")

from dicom_node.cli.main import run
from tests.fakes.pixel_images import WHOLE_WINDOW, make_image, planted, save
from tests.fakes.stand_in_bundle import write_bundle


def test_the_command_writes_both_pictures_and_the_part_that_holds_the_target_comes_first(tmp_path: Path) -> None:
    image = save(make_image(planted(300, 480, (400, 70), 60), **WHOLE_WINDOW), tmp_path / "hand.dcm")
    bundle, out = write_bundle(tmp_path / "bundle"), tmp_path / "out"
    assert run(["explain", str(image), "--out", str(out), "--samples", "150", "--bundle", str(bundle)]) == 0
    assert {path.name for path in out.iterdir()} == {"hand-heat.png", "hand-lime.png", "hand.json"}
    told = json.loads((out / "hand.json").read_text())["lime"]
    first = told["parts"][0]
    left, top, right, bottom = first["box_px"]
    assert (told["samples"], told["seed"]) == (150, 0)
    # It overlaps the target, 60 px wide around (400, 70), and not the same place mirrored.
    assert (left < 430, right > 370, top < 100, bottom > 40) == (True,) * 4
    assert left > 240
    assert first["weight"] > 0
    assert first["outside_the_anatomy"] is False
