"""The port `StudyExplainer` on a child process of its own: at most one, of the lowest priority, gone when it is done.

A process for each study and none between them: what nobody waits for should cost nothing while nobody asked for it.
"""

import threading
from collections.abc import Callable
from functools import partial
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from config.settings import Settings
from dicom_node.child_processes import start_afresh
from dicom_node.pipeline import explainer_child
from dicom_node.pipeline.child_life import stand_back
from dicom_node.pipeline.explainer_child import Answer, Explain
from dicom_node.ports import ExplainerClosed, ExplanationTask
from domain.document import Document
from domain.errors import DeadlineExceeded, ModelError

#: What a pipe raises when its other end is gone.
_GONE = (EOFError, OSError)


class ChildExplainer:
    """Explains studies one after the other, each in a process of its own. May be called from several threads.

    Args:
        explain: makes the documents inside the child; importable by name there.
        deadline_seconds: a study that takes longer, start of the process included, is given up.
        stand_back: gives the child its priority, called in it first thing; importable by name there.
    """

    def __init__(
        self,
        explain: Explain,
        *,
        deadline_seconds: float,
        stand_back: Callable[[], None] = stand_back,
    ) -> None:
        self._explain = explain
        self._stand_back = stand_back
        self._deadline_seconds = deadline_seconds
        self._turn = threading.Lock()
        self._state = threading.Lock()
        self._process: BaseProcess | None = None
        self._closed = False

    @classmethod
    def of_settings(cls, settings: Settings) -> "ChildExplainer":
        """Return the explainer that a configuration asks for; no process starts before a study is explained."""
        explain = partial(explainer_child.explain_by_lime, settings.reading, settings.explanations)
        return cls(explain, deadline_seconds=settings.explanations.deadline_seconds)

    @property
    def pid(self) -> int | None:
        """The process that there is now, for whoever measures it."""
        process = self._process
        return None if process is None else process.pid

    def explain(self, task: ExplanationTask) -> tuple[Document, ...]:
        """Return the documents that explain a study (see `StudyExplainer.explain`)."""
        with self._turn:
            ours, theirs = Pipe()
            with ours:
                with theirs:
                    process = self._start(theirs)
                try:
                    answer = self._ask(ours, task)
                finally:
                    self._end(process)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        """End the process; what it was explaining is not explained."""
        with self._state:
            self._closed = True
            if self._process is not None:
                self._process.kill()

    def _start(self, pipe: "Connection[Answer, ExplanationTask]") -> BaseProcess:
        with self._state:
            if self._closed:
                raise ExplainerClosed
            arguments = (pipe, self._explain, self._stand_back)
            self._process = start_afresh(explainer_child.serve, arguments, "osteo-explainer")
            return self._process

    def _ask(self, pipe: "Connection[ExplanationTask, Answer]", task: ExplanationTask) -> Answer:
        try:
            pipe.send(task)
            if not pipe.poll(self._deadline_seconds):
                raise DeadlineExceeded("it took longer than explanations.deadline_seconds")
            return pipe.recv()
        except _GONE as error:
            if self._closed:
                raise ExplainerClosed from error
            raise ModelError("the process that explains ended unexpectedly") from error

    def _end(self, process: BaseProcess) -> None:
        process.kill()
        process.join()
        with self._state:
            self._process = None
