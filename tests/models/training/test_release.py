"""A bundle is made of runs: a model that was not trained again stays, and all that is fitted is fitted anew."""

import shutil
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `models`")

from inference.training import release as released  # noqa: E402
from inference.training.recipes import BUNDLE, SECOND_DETECTOR  # noqa: E402
from inference.training.train import build_network  # noqa: E402
from inference.training.validating import Draft, Validated  # noqa: E402
from inference.zoo import BUNDLED, load_manifest  # noqa: E402

# torch says of its own tracing that it is deprecated; OpenVINO traces all the same.
pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit.trace:DeprecationWarning")


@pytest.fixture
def drafts(monkeypatch: pytest.MonkeyPatch) -> list[Draft]:
    made: list[Draft] = []

    def keep(_folder: Path, _data: Path, draft: Draft) -> Validated:
        made.append(draft)
        return Validated([], [])

    monkeypatch.setattr(released, "validate", keep)
    return made


@pytest.mark.shared_data
def test_what_was_not_trained_again_stays(drafts: list[Draft], shared_data: Path, tmp_path: Path) -> None:
    bundle = Path(shutil.copytree(BUNDLED, tmp_path / "bundle"))
    run = tmp_path / "runs" / SECOND_DETECTOR.name
    run.mkdir(parents=True)
    torch.save(build_network(SECOND_DETECTOR).state_dict(), run / "weights.pt")
    released.release(tmp_path / "runs", shared_data / "fracatlas", bundle, name="next", version="9.0.0")
    before = {model.name: model for model in load_manifest(BUNDLED).models}
    entries = {entry["name"]: entry for entry in drafts[0].models}
    assert list(entries) == [recipe.name for recipe in BUNDLE]
    for name, entry in entries.items():
        is_new = name == SECOND_DETECTOR.name
        assert (entry["files"] != before[name].files) is is_new
        assert entry["version"] == ("9.0.0" if is_new else before[name].version)


def test_nothing_that_was_fitted_on_other_weights_stays(drafts: list[Draft], tmp_path: Path) -> None:
    bundle = Path(shutil.copytree(BUNDLED, tmp_path / "bundle"))
    released.release(tmp_path / "no-runs", tmp_path, bundle, name="next", version="9.0.0")
    for entry in drafts[0].models:
        assert "box_calibration" not in entry
        assert set(entry["metrics"]) == {"split", "seed"}
        if entry["task"] == "region":
            assert (entry["minimum_probability"], entry["maximum_distance"]) == (0.0, None)
        else:
            assert entry["calibration"] == {"kind": "platt", "slope": 1.0, "intercept": 0.0}


def test_a_bundle_that_is_not_there_yet_needs_every_run(drafts: list[Draft], tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        released.release(tmp_path / "no-runs", tmp_path, tmp_path / "bundle", name="next", version="9.0.0")
    assert drafts == []
