"""What images are like: kept with their readings, and given by own title, sender and region."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, delete, insert, select, update

from dicom_node.ledger import tables
from dicom_node.ledger.database import looking, writing
from dicom_node.ledger.measure_tables import image_measure, input_baseline
from dicom_node.measure_ports import EVERY_REGION, Baseline, Origin, SentImages
from dicom_node.ports import ReadImage
from domain.image_measures import ImageMeasures

_MEASURE, _BASELINE, _IMAGE = image_measure.c, input_baseline.c, tables.instance.c


def keep(connection: Connection, read: ReadImage, now: datetime) -> None:
    """Keep what an image is like as one set of models measured it; nothing without measures."""
    if read.measures is None:
        return
    key = {"sop_instance_uid": read.reading.sop_instance_uid, "model_set": read.reading.model_set}
    query = select(_IMAGE.study_instance_uid).where(_IMAGE.sop_instance_uid == key["sop_instance_uid"])
    study = connection.execute(query).scalar()
    if study is None:  # the image went meanwhile
        return
    region = read.reading.region
    said = {"study_instance_uid": study, "region": region.label if region is not None else ""}
    said |= {"content": read.measures.as_json(), "measured_at": now}
    former = and_(*(_MEASURE[name] == value for name, value in key.items()))
    connection.execute(delete(image_measure).where(former))
    connection.execute(insert(image_measure).values(key | said))


class ImageMeasureBook:
    """Implements SentMeasures; safe while a node writes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def sent_since(self, model_set: str, since: datetime, *, limit: int = 20_000) -> Sequence[SentImages]:
        """Return what images that came lately are like, by origin; see the port."""
        keys = (_MEASURE.sop_instance_uid, _MEASURE.model_set)
        latest = select(*keys).where(_MEASURE.measured_at >= since).order_by(_MEASURE.measured_at.desc())
        last = latest.limit(limit).subquery()  # by their index: the content of the others is never read
        same = and_(*(last.c[column.name] == column for column in keys))
        with looking(self._engine) as connection:
            return _group(connection.execute(_ask(model_set).join(last, same)))

    def first_of(self, model_set: str, origin: Origin, since: datetime | None, images: int) -> Sequence[SentImages]:
        """Return what the first images of an origin are like; see the port."""
        query = _ask(model_set).where(
            _IMAGE.called_ae_title == origin.called_ae_title,
            _IMAGE.calling_ae_title == origin.calling_ae_title,
        )
        if origin.region != EVERY_REGION:
            query = query.where(_MEASURE.region == origin.region)
        if since is not None:
            query = query.where(_MEASURE.measured_at >= since)
        query = query.order_by(_MEASURE.measured_at, _MEASURE.sop_instance_uid).limit(images)
        with looking(self._engine) as connection:
            return _group(connection.execute(query))

    def baselines(self) -> Sequence[Baseline]:
        """Return what was learned of each origin, or is to be."""
        with looking(self._engine) as connection:
            return [_baseline(row) for row in connection.execute(select(input_baseline)).mappings()]

    def keep_baseline(self, baseline: Baseline) -> None:
        """Keep what was learned; see the port."""
        row = {
            "called_ae_title": baseline.origin.called_ae_title,
            "calling_ae_title": baseline.origin.calling_ae_title,
            "region": baseline.origin.region,
            "model_set": baseline.model_set,
            "images": baseline.images,
            "content": dict(baseline.content),
            "learned_at": baseline.learned_at,
        }
        is_it = _is_of(baseline.origin)
        with writing(self._engine) as connection:
            connection.execute(delete(input_baseline).where(is_it, _BASELINE.images == 0))
            if connection.execute(select(_BASELINE.images).where(is_it)).first() is None:
                connection.execute(insert(input_baseline).values(row))

    def learn_anew(self, calling_ae_title: str, now: datetime) -> int:
        """Await the images of a sender from now on; see the port."""
        changed = update(input_baseline).where(_BASELINE.calling_ae_title == calling_ae_title)
        with writing(self._engine) as connection:
            return connection.execute(changed.values(images=0, content={}, learned_at=now)).rowcount


def _ask(model_set: str) -> Select[Any]:
    return (
        select(_IMAGE.called_ae_title, _IMAGE.calling_ae_title, _MEASURE.region, _MEASURE.content)
        .join_from(image_measure, tables.instance, _IMAGE.sop_instance_uid == _MEASURE.sop_instance_uid)
        .where(_MEASURE.model_set == model_set)
    )


def _group(rows: Iterable[Any]) -> list[SentImages]:
    groups: dict[Origin, list[ImageMeasures]] = {}
    for called, calling, region, content in rows:
        groups.setdefault(Origin(called, calling, region), []).append(ImageMeasures.from_json(content))
    return [SentImages(origin, images) for origin, images in sorted(groups.items())]


def _is_of(origin: Origin) -> ColumnElement[bool]:
    return and_(
        _BASELINE.called_ae_title == origin.called_ae_title,
        _BASELINE.calling_ae_title == origin.calling_ae_title,
        _BASELINE.region == origin.region,
    )


def _baseline(row: Any) -> Baseline:
    origin = Origin(row["called_ae_title"], row["calling_ae_title"], row["region"])
    return Baseline(origin, row["model_set"], row["images"], row["content"], row["learned_at"])
