"""What `osteonode bench compose` composes: drawn images as a reader leaves them, without a model being asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path

import numpy as np
import pydicom

from config.settings import Reporting
from dicom_node.bench.workload import IDENTITY, SPECS
from domain.document import OPTIONAL_KINDS
from domain.evidence_map import EvidenceMap
from domain.finding import (
    Box,
    Fracture,
    FractureState,
    ImageReading,
    Labelled,
    MemberScore,
    ReadingStatus,
    StudyFindings,
)
from inference.evidence import write_display, write_map
from inference.phantom.dicom import make_study
from inference.phantom.drawing import draw_phantom
from inference.radiograph import develop
from inference.study import combine
from reporting.context import BundleIdentity, ModelIdentity, StudyContext
from reporting.evidence import ImageEvidence

#: Cells a side of a map, as those of the shipped detectors.
_CELLS = 64
_MODELS = ("bench-detector", "bench-region")
_MODEL_SET = "be9c" * 16
#: The first image of a study is suspicious and the second doubtful, and so on: solid boxes and dashed ones.
_STATEMENTS = ((FractureState.PRESENT, 0.93), (FractureState.DOUBT, 0.41))


@dataclass(frozen=True, slots=True)
class ReadFiles:
    """What is left of one image when it was read: its header, its display picture, its map."""

    header: Path
    display: Path
    heat_map: Path


Arguments = tuple[StudyContext, StudyFindings, list[ImageEvidence]]


def write_read_study(folder: Path, *, images: int, rows: int, columns: int) -> tuple[ReadFiles, ...]:
    """Draw a study and write what its composition starts from; all images show one of two drawings."""
    folder.mkdir(parents=True, exist_ok=True)
    drawings = [draw_phantom(replace(spec, rows=rows, columns=columns)) for spec in SPECS[:images]]
    written = []
    for number, ds in enumerate(make_study(list(islice(cycle(drawings), images)), identity=IDENTITY)):
        display = write_display(folder, ds.SOPInstanceUID, develop(ds).image.bytes())
        del ds.PixelData
        header = folder / f"{number}.dcm"
        ds.save_as(header, enforce_file_format=True)
        written.append(ReadFiles(header, display, write_map(folder, _map(str(ds.SOPInstanceUID), rows, columns))))
    return tuple(written)


def load(files: Sequence[ReadFiles]) -> Arguments:
    """Return what a study is composed from, as the node has it; pictures and maps stay on disk.

    Every kind of document is made, those too that a site must ask for.
    """
    evidence = [ImageEvidence(pydicom.dcmread(each.header), each.display, each.heat_map) for each in files]
    readings = [_read(each.header, *said) for each, said in zip(evidence, cycle(_STATEMENTS), strict=False)]
    findings = combine(str(evidence[0].header.StudyInstanceUID), readings)
    context = StudyContext(
        version=1,
        composed_at=datetime(2026, 1, 1, 12, 0, tzinfo=UTC),
        models=ModelIdentity.of(findings, bundle=BundleIdentity("bench")),
        reporting=Reporting(optional_documents=tuple(sorted(OPTIONAL_KINDS))),
    )
    return context, findings, evidence


def _read(header: pydicom.Dataset, state: FractureState, probability: float) -> ImageReading:
    rows, columns = int(header.Rows), int(header.Columns)
    box = Box("fracture", probability, 0.3 * columns, 0.4 * rows, 0.5 * columns, 0.5 * rows)
    return ImageReading(
        sop_instance_uid=str(header.SOPInstanceUID),
        sop_class_uid=str(header.SOPClassUID),
        status=ReadingStatus.READ,
        model_set=_MODEL_SET,
        rows=rows,
        columns=columns,
        region=Labelled("hand", 0.98),
        fracture=Fracture(state, probability, (probability, probability)),
        boxes=(box,),
        members=tuple(MemberScore(name, "1.0.0", "0" * 64, None, 1.0) for name in _MODELS),
    )


def _map(sop_instance_uid: str, rows: int, columns: int) -> EvidenceMap:
    """One warm place in the middle of the box, on a square canvas with margins beside an upright image."""
    down, across = np.mgrid[:_CELLS, :_CELLS] / _CELLS
    cells = 0.7 * np.exp(-((down - 0.45) ** 2 + (across - 0.42) ** 2) / 0.002)
    side = max(rows, columns)
    return EvidenceMap(
        sop_instance_uid,
        _MODELS[0],
        "detector centres",
        *(_CELLS, _CELLS, cells.astype("<f4").tobytes()),
        *(-(side - columns) / 2, -(side - rows) / 2, side / _CELLS, side / _CELLS),
    )
