"""Coverage-guided fuzzing of one target: python -m tests.fuzz.run TARGET [--seconds 600] [--corpus FOLDER]

What it finds lies as `crash-...`, `timeout-...` or `oom-...` in the folder, beside the inputs that led somewhere new.
"""

import argparse
import resource
import sys
import warnings
from importlib import import_module
from pathlib import Path
from tempfile import mkdtemp

#: Targets, and whose branches guide the fuzzer: instrumented when they are imported, so nothing above imports them.
WATCHED = {
    "association": ("dicom_node.receive", "pynetdicom"),
    "header": ("dicom_node.receive",),
    "radiograph": ("inference", "pydicom"),
    "acknowledgement": ("dicom_node.deliver", "dicom_node.mllp_frames"),
    "order": ("dicom_node.receive.orders", "dicom_node.receive.reports", "domain.order"),
    "multipart": ("dicom_node.receive.stow_rs",),
}
_MOST_MEMORY_MIB = 3000
_SLOWEST_SECONDS = 20


def main(arguments: list[str]) -> None:
    """Fuzz; the process ends with 0 where nothing was found."""
    options = _parse(arguments)
    corpus = options.corpus or Path(mkdtemp(prefix=f"osteonode-{options.target}-"))
    corpus.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore")
    import atheris  # not for Python versions that have no wheel of it

    with atheris.instrument_imports(include=list(WATCHED[options.target])):
        target = import_module("tests.fuzz.targets").TARGETS[options.target]
        target.try_one(b"")  # imports what else it needs
    for number, seed in enumerate(target.seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)
    print(f"{options.target}: {options.seconds} s, corpus in {corpus}", flush=True)
    limits = [f"-timeout={_SLOWEST_SECONDS}", f"-rss_limit_mb={_MOST_MEMORY_MIB}", "-max_len=20000", "-verbosity=0"]
    places = [f"-artifact_prefix={corpus}/", str(corpus)]
    atheris.Setup([sys.argv[0], f"-max_total_time={options.seconds}", *limits, *places], target.try_one)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    atheris.Fuzz()


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.run", description=__doc__)
    parser.add_argument("target", choices=sorted(WATCHED))
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--corpus", type=Path)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
