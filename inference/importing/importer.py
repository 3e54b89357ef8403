"""A hospital's own model, from the file that it has to an entry of a bundle that serves."""

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from domain.errors import ConfigError
from inference.backends import Tensor
from inference.backends.installed import open_backends
from inference.canvases import Canvases
from inference.explain.map_origins import ATTACHED, MAP_OUTPUT
from inference.file_hashes import hash_files
from inference.importing.bundle import join, open_base, require_names, write_bundle
from inference.importing.contract import Ask, Contract, settle
from inference.importing.graph import shape_graph, write_graph
from inference.importing.heads import apply_heads
from inference.importing.heat import Heat, Speaking, add_mean, attach_heat, describe_native
from inference.importing.outputs import Head, plan_heads
from inference.importing.parity import Difference, compare, require_parity
from inference.importing.source import Source
from inference.preprocess import Image
from inference.zoo import BUNDLED, VerifiedModel
from inference.zoo.manifest import BackendName, Model

#: A model that takes longer on one image is none to serve.
_TIMEOUT_SECONDS = 120.0
#: Inference threads of the trial.
_THREADS = 1


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants imported, and where.

    Attributes:
        name: of the model in its bundle: small letters, digits, dots and dashes.
        sha256: of the file that it came from.
        options: answers to QUESTIONS by key, as text.
        images_are: what the images of the trial are, for the entry.
        heat_map: whether a classifier without a map shall get one, where its graph allows it.
    """

    name: str
    file_name: str
    sha256: str
    options: Mapping[str, str]
    images: Sequence[Image]
    images_are: str
    into: Path
    base: Path = BUNDLED
    without: tuple[str, ...] = ()
    backend: BackendName | None = None
    float16: bool = False
    heat_map: bool = True


@dataclass(frozen=True, slots=True)
class Imported:
    """What was written, and how well it agrees.

    Attributes:
        differences: between the model's own framework and what was written, at float32.
        rounded: the same after weights were rounded to float16; empty where they were not.
        notes: what a person should know of what was written.
    """

    entry: Model
    contract: Contract
    differences: tuple[Difference, ...]
    rounded: tuple[Difference, ...] = field(default=())
    notes: tuple[str, ...] = ()


def import_model(source: Source, request: Request, ask: Ask | None = None) -> Imported:
    """Convert a model, prove that it answers as before, and add it to a bundle.

    Raises:
        ConfigError: an answer is missing or wrong; all of them in one message.
        ModelError: the model or its conversion is broken, or the two do not agree. Nothing is written then.
        ModelUnavailable: the backend is not installed.
    """
    base, manifest = open_base(request.into, request.base)
    require_names(manifest, request.name, request.without)
    contract = settle(source.found, request.options, ask, subject=request.file_name)
    heads = plan_heads(source.found.outputs, contract.meaning)
    with tempfile.TemporaryDirectory(prefix="osteonode-import-") as folder:
        imported = _Trial(source, request, contract, heads, _choose_backend(source, request), Path(folder)).run()
        bundle = manifest.bundle if base == request.into else request.into.name
        joined = join(
            manifest, imported.entry, bundle=bundle, without=request.without, weight=contract["weight"] or 0.0
        )
        write_bundle(request.into, base, joined, Path(folder))
    return imported


def _choose_backend(source: Source, request: Request) -> BackendName:
    backend = request.backend or source.backends[0]
    if backend not in source.backends:
        problem = f"--backend {backend}: this file is served by {' or '.join(source.backends)}"
        raise ConfigError((problem,), subject=request.file_name)
    if request.float16 and backend != "openvino":
        raise ConfigError(("--float16: only OpenVINO rounds weights",), subject=request.file_name)
    return backend


@dataclass(frozen=True, slots=True)
class _Written:
    """The files of a model, the output whose heat map was added to it, and what is to be said of that."""

    paths: tuple[Path, ...]
    speaking: Speaking | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Trial:
    """One model on its way: written to a folder, run there, and compared."""

    source: Source
    request: Request
    contract: Contract
    heads: tuple[Head, ...]
    backend: BackendName
    folder: Path

    def run(self) -> Imported:
        batches = [Canvases(image).make(self.contract.input)[0] for image in self.request.images]
        expected = [apply_heads(self.heads, self.source.predict(batch)) for batch in batches]
        written = self._write(float16=False)
        differences = self._compare(written, batches, expected)
        require_parity(differences, subject=self.request.name)
        rounded: tuple[Difference, ...] = ()
        if self.request.float16:
            written = self._write(float16=True)
            rounded = self._compare(written, batches, expected)
        notes = (written.note,) if written.note else ()
        return Imported(self._entry(written, differences, rounded), self.contract, differences, rounded, notes)

    def _write(self, *, float16: bool) -> _Written:
        stem, is_wanted = self.folder / self.request.name, self.request.heat_map
        if self.backend != "openvino":
            note = describe_native(self.backend, self.contract.meaning, self.heads) if is_wanted else ""
            return _Written(self.source.write_native(stem, self.heads), note=note)
        graph = shape_graph(
            self.source.convert(self.contract["side_px"]),
            self.contract.input,
            self.contract.meaning,
            subject=self.request.name,
        )
        heat = Heat(graph)
        if is_wanted:
            heat = attach_heat(graph, self.contract.meaning, self.heads, self.source.backends)
        return _Written(write_graph(heat.graph, stem, float16=float16), heat.speaking, heat.note)

    def _compare(
        self, written: _Written, batches: Sequence[Tensor], expected: Sequence[Mapping[str, Tensor]]
    ) -> tuple[Difference, ...]:
        model = VerifiedModel(self._entry(written), {path.name: path.read_bytes() for path in written.paths})
        session = open_backends(_THREADS)[self.backend]().compile(model)
        found = [session.run(batch, _TIMEOUT_SECONDS) for batch in batches]
        return compare(*add_mean(written.speaking, expected, found))

    def _entry(
        self, written: _Written, differences: Sequence[Difference] = (), rounded: Sequence[Difference] = ()
    ) -> Model:
        try:
            return Model.model_validate(self._described(written, differences, rounded))
        except ValidationError as error:
            problems = tuple(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
            raise ConfigError(problems, subject=self.request.name) from error

    def _described(
        self, written: _Written, differences: Sequence[Difference], rounded: Sequence[Difference]
    ) -> dict[str, Any]:
        contract, request = self.contract, self.request
        outputs: dict[str, Any] = {head.name: "float32" for head in self.heads}
        if written.speaking is not None:
            outputs[MAP_OUTPUT] = ATTACHED
        points = {key: contract[key] for key in ("doubt_from", "present_from") if contract[key] is not None}
        return {
            "name": request.name,
            "version": f"import-{request.sha256[:8]}",
            "task": contract["task"],
            "backend": self.backend,
            "files": hash_files(written.paths),
            "regions": contract["regions"],
            "input": contract.input,
            "outputs": outputs,
            "classes": ("fracture",) if contract["task"] == "fracture" else contract["classes"],
            "operating_points": points or None,
            "minimum_probability": contract["minimum_probability"],
            "data": {"name": contract["data"], "file": request.file_name, "sha256": request.sha256},
            "licence": contract["licence"],
            "metrics": {"validated": False, "parity": self._parity(differences, rounded)},
        }

    def _parity(self, differences: Sequence[Difference], rounded: Sequence[Difference]) -> dict[str, Any]:
        parity: dict[str, Any] = {
            "with": self.source.framework,
            "images": len(self.request.images),
            "images_are": self.request.images_are,
            "largest_difference": {each.quantity: float(f"{each.largest:.3g}") for each in differences},
            "tolerance": {each.quantity: each.tolerance for each in differences},
        }
        if rounded:
            parity["float16_weights"] = {each.quantity: float(f"{each.largest:.3g}") for each in rounded}
        return parity


def digest_of(path: Path) -> str:
    """Return the sha256 of a file, or over the names and bytes of a folder's files.

    Raises OSError when it cannot be read.
    """
    digest = hashlib.sha256()
    for each in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if each.is_file():
            if path.is_dir():
                digest.update(str(each.relative_to(path)).encode())
            digest.update(each.read_bytes())
    return digest.hexdigest()
