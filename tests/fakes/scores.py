"""What models said, and what they said where they were validated, as a test wants it."""

import json
import shutil
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from dicom_node.reading_ports import SentReadings
from inference.zoo import BUNDLED, MANIFESTS, load_manifest, model_set
from inference.zoo.score_reference import SCORE_REFERENCES
from tests.fakes.arrivals import BEGIN

#: Quarters of the scores of the reference that put_reference() writes.
EDGES = (0.1, 0.2, 0.5)


class FakeReadingScores:
    """Implements ReadingScores.

    Args:
        kept: said at `read_at`, by one set of models; empty: by any.
    """

    def __init__(self, *kept: SentReadings, model_set: str = "", read_at: datetime = BEGIN) -> None:
        self.kept, self.model_set, self.read_at = list(kept), model_set, read_at
        self.asked: list[tuple[str, datetime]] = []

    def by_sender_and_region(self, model_set: str, since: datetime, *, limit: int = 20_000) -> Sequence[SentReadings]:
        """Return what was put in."""
        self.asked.append((model_set, since))
        is_asked = self.model_set in ("", model_set) and self.read_at >= since and limit
        return self.kept if is_asked else ()


def send(images: int, probabilities: Sequence[float], *, region: str = "hand", unread: int = 0) -> SentReadings:
    """Return so many images of ROOM1, with the probabilities in turn; those between 0.1 and 0.5 are in doubt."""
    said = [probabilities[number % len(probabilities)] for number in range(images)]
    states = Counter("absent" if each < 0.1 else "present" if each >= 0.5 else "doubt" for each in said)
    return SentReadings("ROOM1", region, said, states, {"colour-picture": unread} if unread else {})


def put_reference(folder: Path, **changes: object) -> Path:
    """Put a manifest into a folder with a reference of two hundred hands, as many in each of four bins."""
    shutil.copyfile(BUNDLED / MANIFESTS["f32"], folder / MANIFESTS["f32"])
    manifest = load_manifest(folder)
    hand = {"edges": EDGES, "counts": (50,) * 4, "states": {"absent": 50, "doubt": 100, "present": 50}}
    said = {
        "schema": 1,
        "bundle": manifest.bundle,
        "precision": "f32",
        "model_set": model_set(manifest),
        "data": "drawn",
        "images": 200,
        "not_analysed": {},
        "regions": {"hand": hand},
    }
    (folder / SCORE_REFERENCES["f32"]).write_text(json.dumps(said | changes))
    return folder
