"""Images that never run out."""

from io import BytesIO
from pathlib import Path

from pydicom import dcmread

from dicom_node.bench.ingest_images import open_source, write_templates


def test_every_image_is_whole_and_has_uids_of_its_own_but_shares_the_study_with_its_neighbour(tmp_path: Path) -> None:
    write_templates(tmp_path)
    source = open_source(tmp_path, "small")
    images = [source.image(number) for number in (0, 1, 2, 70_001)]
    read = [dcmread(BytesIO(image.head + image.pixels), force=True) for image in images]
    assert [ds.SOPInstanceUID for ds in read] == [image.sop_instance_uid for image in images]
    assert len({ds.SOPInstanceUID for ds in read}) == len({ds.SeriesInstanceUID for ds in read}) == 4
    assert [ds.StudyInstanceUID == read[0].StudyInstanceUID for ds in read] == [True, True, False, False]
    assert {len(ds.SOPInstanceUID) <= 64 and len(ds.PixelData) == ds.Rows * ds.Columns * 2 for ds in read} == {True}
    assert {len(image.head) for image in images[:3:2]} == {len(images[0].head)}
