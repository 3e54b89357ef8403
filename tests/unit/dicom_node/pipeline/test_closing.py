from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from config.settings import ApplicationEntity
from dicom_node.pipeline.closing import close_due_studies
from dicom_node.pipeline.completion import Facts
from domain.study import Study
from tests.unit.dicom_node.pipeline.workbench import Workbench


class SentTo:
    """Knows which own title each study was sent to, and nothing else."""

    def __init__(self, titles: Mapping[str, str]) -> None:
        self._titles = titles

    def find(self, studies: Sequence[Study]) -> Mapping[str, Facts]:
        titles = {study.study_instance_uid: self._titles[study.study_instance_uid] for study in studies}
        return {uid: Facts(called_ae_title=title) for uid, title in titles.items()}

    def ask(self, _study: Study) -> None:
        raise AssertionError("nobody is to be asked")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    bench = Workbench(tmp_path)
    yield bench
    bench.close()


def test_a_study_closes_by_the_rules_of_the_title_it_was_sent_to(bench: Workbench) -> None:
    quick = ApplicationEntity(ae_title="TRAUMA", quiet_seconds=2)
    settings = bench.parts.settings.model_copy(update={"application_entity": (quick,)})
    bench.parts = replace(bench.parts, settings=settings, facts=SentTo({"1.1": "TRAUMA", "1.2": "OSTEONODE"}))
    bench.arrive("1", "1")
    bench.arrive("2", "1")
    bench.clock.advance(3)
    assert close_due_studies(bench.parts) == 1
    assert [study.study_instance_uid for study in bench.ledger.open_studies()] == ["1.2"]
