"""The members that read one image together: who is asked, who answered, and what they say as one."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from domain.errors import DeadlineExceeded, ModelError, ModelUnavailable
from domain.finding import Fracture, Labelled, MemberScore, SilentMember
from inference.backends import Backend
from inference.canvases import Canvases
from inference.fusion import fuse
from inference.member import Evidence, Member, Outputs
from inference.zoo import Manifest, Model, load_model
from inference.zoo.manifest import ABNORMAL, BackendName, Task

#: Opens a backend when the first model asks for it.
BackendOpeners = Mapping[BackendName, Callable[[], Backend]]


@dataclass(frozen=True, slots=True, eq=False)
class Opinion:
    """What the members say of one image.

    Attributes:
        region: the most probable one.
        is_known: whether it is probable enough, and the image near enough to radiographs that the models were trained
            on, to go on; without it nothing below was asked.
        distances: from those radiographs, by the name of each region model that measures it.
        far: the largest of them by its limit, so that 1 is the limit; None where none has one.
        logit: of the fused statement.
        evidence: of each member that spoke of fractures.
        types: fracture types with their probabilities, most probable first.
        spoke, silent: the members that answered, and those that did not and why.
    """

    region: Labelled
    is_known: bool
    spoke: tuple[MemberScore, ...]
    silent: tuple[SilentMember, ...] = ()
    fracture: Fracture | None = None
    logit: float = 0.0
    evidence: tuple[Evidence, ...] = ()
    types: tuple[Labelled, ...] = ()
    distances: Mapping[str, float] = field(default_factory=dict)
    far: float | None = None


class Ensemble:
    """All members of a bundle, verified, compiled and ready. Not for use by two threads at once.

    Args:
        bundle: folder with manifest.json and weights.
        manifest: what `bundle` says of itself.
        openers: what opens each backend.
        member_seconds: a member that takes longer is left out of an answer.

    Raises:
        WeightsMismatch: a file is not the one that the manifest names.
        ModelError: a model cannot be compiled.
        ModelUnavailable: a model needs a backend that is not installed here.
    """

    def __init__(self, bundle: Path, manifest: Manifest, openers: BackendOpeners, member_seconds: float = 10.0) -> None:
        self._fusion = manifest.fusion
        self._member_seconds = member_seconds
        self._minimum = max((entry.minimum_probability or 0.0 for entry in manifest.models), default=0.0)
        backends: dict[BackendName, Backend] = {}
        self.members = tuple(_compile(bundle, entry, backends, openers) for entry in manifest.models)

    def read(self, canvases: Canvases) -> Opinion:
        """Return what the members say together.

        Raises:
            ModelError: nobody could say what region it is, or nobody spoke of fractures.
        """
        run = _Run(canvases, self._member_seconds)
        by_region = run.ask(self._with("region"))
        region = _vote(by_region, run.ask(self._with("multilabel")))
        distances = {each.entry.name: each.distance() for each in by_region if "distance" in each.entry.outputs}
        is_known = region.probability >= self._minimum and not any(_is_far(each, distances) for each in by_region)
        far = _by_limit(by_region, distances)
        if not is_known:
            return Opinion(region, is_known, run.scores(), tuple(run.silent), distances=distances, far=far)
        run.ask(self._with("fracture", region.label))
        run.ask(self._with("detector", region.label))
        types = run.ask(self._with("types", region.label))
        evidence = tuple(outputs.evidence() for outputs in run.outputs if outputs.entry.task in _SPEAKING)
        speaking = tuple(each for each in evidence if each.entry.speaks_of_fractures)
        if not speaking:
            raise ModelError("no member spoke of fractures")
        fracture, logit = fuse(speaking, self._fusion, region.label)
        return Opinion(
            region,
            is_known,
            run.scores(evidence),
            tuple(run.silent),
            fracture,
            logit,
            evidence,
            _name_types(types),
            distances,
            far,
        )

    def _with(self, task: Task, region: str | None = None) -> list[Member]:
        return [
            member
            for member in self.members
            if member.entry.task == task and (not member.entry.regions or region in member.entry.regions)
        ]


_SPEAKING = ("fracture", "detector", "multilabel")


class _Run:
    """One image on its way through the members."""

    def __init__(self, canvases: Canvases, member_seconds: float) -> None:
        self._canvases = canvases
        self._member_seconds = member_seconds
        self.outputs: list[Outputs] = []
        self.silent: list[SilentMember] = []

    def ask(self, members: Iterable[Member]) -> list[Outputs]:
        """Run members one after the other; one that fails is silent, and the others go on."""
        answered = []
        for member in members:
            try:
                answered.append(member.run(self._canvases, self._member_seconds))
            except (ModelError, MemoryError) as error:
                self.silent.append(_silence(member.entry, error))
        self.outputs += answered
        return answered

    def scores(self, evidence: tuple[Evidence, ...] = ()) -> tuple[MemberScore, ...]:
        """Return the score of each member that answered, with its probability where it spoke of fractures."""
        said = {each.entry.name: each.probability for each in evidence if each.entry.speaks_of_fractures}
        return tuple(outputs.score(said.get(outputs.entry.name)) for outputs in self.outputs)


def _silence(entry: Model, error: Exception) -> SilentMember:
    reason = "deadline-exceeded" if isinstance(error, DeadlineExceeded) else "model-failed"
    return SilentMember(entry.name, entry.version, reason)


def _vote(*answers: list[Outputs]) -> Labelled:
    """Return the region with the highest mean probability over the models that name it."""
    said: dict[str, list[float]] = {}
    for outputs in (each for group in answers for each in group):
        name = "region" if outputs.entry.task == "region" else "labels"
        for label, probability in outputs.probabilities(name).items():
            if label != ABNORMAL:
                said.setdefault(label, []).append(probability)
    if not said:
        raise ModelError("no member could say what region it is")
    means = {label: sum(values) / len(values) for label, values in said.items()}
    best = max(means, key=lambda label: means[label])
    return Labelled(best, means[best])


def _is_far(outputs: Outputs, distances: Mapping[str, float]) -> bool:
    limit = outputs.entry.maximum_distance
    return limit is not None and distances[outputs.entry.name] > limit


def _by_limit(answers: list[Outputs], distances: Mapping[str, float]) -> float | None:
    limits = {each.entry.name: each.entry.maximum_distance for each in answers}
    return max((distances[name] / limit for name, limit in limits.items() if limit and name in distances), default=None)


def _name_types(answers: list[Outputs]) -> tuple[Labelled, ...]:
    said = [Labelled(label, value) for each in answers for label, value in each.probabilities("type").items()]
    return tuple(sorted(said, key=lambda each: -each.probability))


def _compile(bundle: Path, entry: Model, backends: dict[BackendName, Backend], openers: BackendOpeners) -> Member:
    if entry.backend not in backends:
        if entry.backend not in openers:
            raise ModelUnavailable(f"the backend {entry.backend} is not available here", subject=entry.name)
        backends[entry.backend] = openers[entry.backend]()
    return Member(entry, backends[entry.backend].compile(load_model(bundle, entry)))
