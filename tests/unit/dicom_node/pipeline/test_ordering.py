"""The order of a study: found when it is answered, and what it lets expect before that."""

from dataclasses import replace
from pathlib import Path

import pytest
from pydicom import Dataset
from pydicom.uid import ComputedRadiographyImageStorage, DigitalXRayImageStorageForProcessing

from dicom_node.ledger.orders import OrderBook
from dicom_node.pipeline.ordering import OrderedViews, count_views, identify
from domain.completeness import CountedBy, ImageCount
from domain.order import EntityIdentifier, ImagingOrder, OrderState, PatientIdentifier, digest_patient_id
from domain.order_match import OrderRemark, StudyIdentity
from domain.study import Study, StudyState
from tests.fakes.arrivals import BEGIN
from tests.fakes.clock import FakeClock
from tests.fakes.orders import FakeOrders, keep
from tests.fakes.radiographs import make_radiograph, save_radiograph
from tests.unit.dicom_node.pipeline.workbench import Workbench

ORDER = ImagingOrder(placer=EntityIdentifier("PL-1"), study_instance_uid="1.1", procedure=("XRWRI2", "", ""))
CR, RAW = ComputedRadiographyImageStorage, DigitalXRayImageStorageForProcessing
ARRIVED = {"1.1.1": CR, "1.1.2": RAW, "1.1.3": CR}


def test_an_answer_takes_the_order_that_is_known_when_it_is_made(bench: Workbench) -> None:
    book = OrderBook(bench.engine, bench.clock)
    bench.parts = replace(bench.parts, orders=book)
    bench.arrive("1", "1")
    keep(book, ORDER)
    bench.complete()
    ((context, _findings, _images),) = bench.composer.asked
    assert context.order == ORDER
    (line,) = bench.history("1").orders
    assert (line.version, line.placers, line.remark) == (1, ("PL-1",), None)


def test_an_order_that_comes_after_the_answer_sends_nothing_by_itself(bench: Workbench) -> None:
    book = OrderBook(bench.engine, bench.clock)
    bench.parts = replace(bench.parts, orders=book)
    bench.arrive("1", "1")
    bench.complete()
    keep(book, ORDER)
    bench.complete()
    assert [context.order for context, _findings, _images in bench.composer.asked] == [None]
    assert bench.history("1").orders == ()


def test_an_order_of_another_patient_fills_nothing_and_is_shown(
    bench: Workbench, caplog: pytest.LogCaptureFixture
) -> None:
    book = OrderBook(bench.engine, bench.clock)
    bench.parts = replace(bench.parts, orders=book)
    bench.arrive("1", "1")
    keep(book, replace(ORDER, patient=(PatientIdentifier(digest_patient_id("somebody else")),)))
    bench.complete()
    assert bench.composer.asked[0][0].order is None
    assert bench.history("1").orders[0].remark is OrderRemark.PATIENT_CONTRADICTS
    assert "is not that of the images" in caplog.text


def test_an_image_says_which_study_it_is_of() -> None:
    ds, issuer = Dataset(), Dataset()
    issuer.LocalNamespaceEntityID = "NORTH"
    ds.StudyInstanceUID, ds.AccessionNumber, ds.PatientID = "1.1", "A1 ", "P1"
    ds.IssuerOfAccessionNumberSequence = [issuer]
    assert identify(ds) == StudyIdentity("1.1", "A1", "NORTH", "P1")
    assert identify(Dataset()) == StudyIdentity("")


class OneFile:
    """The file of every study, and how often it was asked for."""

    def __init__(self, path: Path) -> None:
        self.path, self.asked = path, 0

    def first_header(self, _study_instance_uid: str) -> Path:
        self.asked += 1
        return self.path


@pytest.fixture
def image(tmp_path: Path) -> OneFile:
    return OneFile(save_radiograph(make_radiograph(1, StudyInstanceUID="1.1"), tmp_path / "1.dcm"))


def expect(orders: FakeOrders, image: OneFile, *codes: str) -> ImageCount | None:
    """Return what orders of these procedures let expect of a study of three images, one of them for processing."""
    for number, code in enumerate(codes):
        keep(orders, replace(ORDER, placer=EntityIdentifier(str(number)), procedure=(code, "", "")))
    study = Study("1.1", StudyState.OPEN, 1, BEGIN, BEGIN)
    clock = FakeClock()
    views = OrderedViews({"XRWRI2": 2, "XRHAN1": 1}, orders, image.first_header, clock)
    found = views.expected(study, lambda: ARRIVED)
    clock.advance(2)
    assert views.expected(study, lambda: ARRIVED) == found
    return found


@pytest.mark.parametrize(
    ("codes", "expected"), [(("XRWRI2",), 2), (("XRWRI2", "XRHAN1"), 3), (("XRWRI2", "CTHEAD"), None), ((), None)]
)
def test_the_views_of_all_orders_are_expected_where_each_procedure_is_known(
    image: OneFile, codes: tuple[str, ...], expected: int | None
) -> None:
    count = expect(FakeOrders(), image, *codes)
    assert count == (None if expected is None else ImageCount(CountedBy.ORDER, 2, expected))
    assert image.asked == 1  # a header is read once


def test_an_order_that_comes_later_is_found_within_a_second(image: OneFile) -> None:
    orders, clock = FakeOrders(), FakeClock()
    views = OrderedViews({"XRWRI2": 2}, orders, image.first_header, clock)
    study = Study("1.1", StudyState.OPEN, 1, BEGIN, BEGIN)
    assert views.expected(study, lambda: ARRIVED) is None
    keep(orders, ORDER)
    assert views.expected(study, lambda: ARRIVED) is None
    clock.advance(1)
    assert views.expected(study, lambda: ARRIVED) == ImageCount(CountedBy.ORDER, 2, 2)
    later = replace(study, last_arrival_at=clock.now())  # an image counts at once
    assert views.expected(later, lambda: {**ARRIVED, "1.1.4": CR}) == ImageCount(CountedBy.ORDER, 3, 2)


def test_a_cancelled_order_lets_expect_nothing(image: OneFile) -> None:
    orders = FakeOrders()
    keep(orders, ORDER, OrderState.CANCELLED)
    assert expect(orders, image) is None


def test_an_unreadable_image_lets_expect_nothing(tmp_path: Path) -> None:
    assert expect(FakeOrders(), OneFile(tmp_path / "gone.dcm"), "XRWRI2") is None


def test_an_image_for_processing_is_no_view_of_its_own() -> None:
    assert count_views({"1": CR, "2": RAW}) == 1
