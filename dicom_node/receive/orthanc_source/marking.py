"""Telling an Orthanc which of its studies are answered: by a label, or by metadata where it knows no labels."""

import logging

from config.orthanc import Orthanc
from dicom_node.feed_ports import FeedLedger, FeedStudy
from dicom_node.receive.event_line import emit
from dicom_node.receive.orthanc_source.peer import OrthancPeer, ResourceFailed, ResourceGone

MARKED = "receive.orthanc_study_marked"
NO_LABELS = "receive.orthanc_without_labels"


class Marking:
    """Labels the studies of one Orthanc whose answer is out, and takes the label off those that are read again."""

    def __init__(self, settings: Orthanc, peer: OrthancPeer, ledger: FeedLedger) -> None:
        self._settings, self._peer, self._ledger = settings, peer, ledger
        self._has_labels: bool | None = None

    def mark(self) -> None:
        """Tell what is new; what could not be told is told the next time. Raises SourceDown, LedgerError."""
        if not self._settings.label:
            return
        for study in self._ledger.studies_to_mark(self._settings.name):
            try:
                self._tell(study)
            except ResourceFailed:
                continue
            except ResourceGone:
                pass  # the study was deleted there: nobody is left to be told
            self._ledger.keep_mark(study, study.version if study.is_answered else 0)

    def _tell(self, study: FeedStudy) -> None:
        if study.is_answered:
            self._set(study)
        else:
            self._remove(study)
        state = "answered" if study.is_answered else "read again"
        emit(
            logging.INFO,
            MARKED,
            f"told that the study is {state}",
            source=study.source,
            study_instance_uid=study.study_instance_uid,
            version=study.version,
        )

    def _set(self, study: FeedStudy) -> None:
        if self._knows_labels():
            self._peer.set_label(study.identifier, self._settings.label)
        else:
            value = f"{self._settings.label}: version {study.version} answered"
            self._peer.set_metadata(study.identifier, self._settings.metadata, value)

    def _remove(self, study: FeedStudy) -> None:
        if self._knows_labels():
            self._peer.remove_label(study.identifier, self._settings.label)
        else:
            self._peer.remove_metadata(study.identifier, self._settings.metadata)

    def _knows_labels(self) -> bool:
        if self._has_labels is None:
            self._has_labels = self._peer.has_labels()
            if not self._has_labels:
                words = f"it knows no labels (before 1.12): metadata {self._settings.metadata} of the study says so"
                emit(logging.WARNING, NO_LABELS, words, source=self._settings.name)
        return self._has_labels
