"""The modality of compose.yaml, modality.py HOST:PORT CALLED CALLING: draws the sample studies and sends them."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from dicom_node.cli.main import run
from inference.phantom.samples import write_samples


def main(address: str, called: str, calling: str) -> int:
    """Send every sample study; return 0 where the node acknowledged all of them."""
    with TemporaryDirectory(prefix="samples-") as folder:
        print(f"{len(write_samples(Path(folder)))} images are drawn", flush=True)
        return run(["send", folder, "--to", address, "--aet", called, "--calling", calling])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
