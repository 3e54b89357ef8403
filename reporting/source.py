"""A source image's header: read here, kept away from the library that lays out objects, put back verbatim.

Real headers lack Type 2 attributes, carry values outside the defined terms and character sets that a strict library
refuses. So the library only ever sees a skeleton without a patient, and the patient and study modules are copied into
the finished object afterwards, element by element, with their character set. An archive that finds another spelling of
the same patient would file the result apart from its images.
"""

import copy
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache, cached_property

from pydicom import DataElement, Dataset
from pydicom.datadict import tag_for_keyword
from pydicom.multival import MultiValue

from reporting.descriptions import describe_side, describe_view, position_view
from reporting.standard_tables import open_tables, rows_of

#: The modules of the patient and the study (PS3.3 C.7.1, C.7.2), as the pinned highdicom tabulates them.
IDENTITY_MODULES = (
    "patient",
    "clinical-trial-subject",
    "general-study",
    "patient-study",
    "clinical-trial-study",
)
#: Type 2 of the Patient and General Study modules: zero length where the source has none, never made up.
TYPE_2 = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyDate",
    "StudyTime",
    "ReferringPhysicianName",
    "StudyID",
    "AccessionNumber",
)
_REFERENCE = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")
_SIDES = ("L", "R", "B")
#: The units of Patient's Age (PS3.5 6.2, VR AS), as often as they fit into a year.
_AGES_IN_A_YEAR = {"Y": 1, "M": 12, "W": 52, "D": 365}


@cache
def identity_keywords() -> tuple[str, ...]:
    """Keywords of the attributes that name the patient and the study."""
    rows = [row for module in IDENTITY_MODULES for row in rows_of(module) if not row["path"]]
    known = dict.fromkeys(str(row["keyword"]) for row in rows)
    return tuple(keyword for keyword in known if tag_for_keyword(keyword) is not None)


@dataclass(frozen=True, slots=True)
class Side:
    """The side of the body, from the header alone; never guessed from pixels.

    Attributes:
        value: L, R, B or empty, as the attributes state it.
        contradictory: the header contradicts itself: no two of its attributes, or its words, agree.
        described: the other side that its words name, where they contradict the attribute.
    """

    value: str = ""
    contradictory: bool = False
    described: str = ""


@dataclass(frozen=True)
class Source:
    """One received image's header."""

    header: Dataset

    @property
    def sop_instance_uid(self) -> str:
        """SOP Instance UID, empty when absent."""
        return self.text("SOPInstanceUID")

    @property
    def sop_class_uid(self) -> str:
        """SOP Class UID, empty when absent."""
        return self.text("SOPClassUID")

    @property
    def study_instance_uid(self) -> str:
        """Study Instance UID, empty when absent."""
        return self.text("StudyInstanceUID")

    def text(self, keyword: str) -> str:
        """Return a value as trimmed text, empty when absent or without a value; several values keep their backslash."""
        value = self.header.get(keyword)
        if isinstance(value, MultiValue):
            value = "\\".join(map(str, value))
        return "" if value is None else str(value).strip(" \0")

    def numbers(self, keyword: str) -> tuple[float, ...]:
        """Return a value's numbers; empty when absent or not numeric."""
        value = self.header.get(keyword)
        values = [value] if isinstance(value, (str, int, float)) else list(value or ())
        try:
            return tuple(float(number) for number in values)
        except ValueError:
            return ()

    @cached_property
    def side(self) -> Side:
        """Laterality (0020,0060) or Image Laterality (0020,0062); two that differ state no side.

        A description that names the other side is stated beside the attribute and does not replace it.
        """
        stated = {self.text(keyword).upper() for keyword in ("ImageLaterality", "Laterality")} & set(_SIDES)
        if len(stated) != 1:
            return Side(contradictory=bool(stated))
        (value,) = stated
        described = describe_side(self.header)
        if value == "B" or described in ("", value):
            return Side(value)
        return Side(value, contradictory=True, described=described)

    @cached_property
    def contradictory_views(self) -> tuple[str, str] | None:
        """The view that View Position (0018,5101) states and the one that descriptions name, where the two differ."""
        stated, described = position_view(self.text("ViewPosition")), describe_view(self.header)
        return (stated, described) if stated and described and stated != described else None

    @cached_property
    def body_part(self) -> str:
        """Body Part Examined (0018,0015) as a code string, empty when it is none (PS3.5 6.2, VR CS)."""
        stated = self.text("BodyPartExamined").upper()
        return stated if re.fullmatch(r"[A-Z0-9 _]{1,16}", stated) else ""

    @cached_property
    def age_years(self) -> int | None:
        """Age in whole years, by Patient's Age (0010,1010) or the dates of birth and study; None when not known.

        Two that differ by more than a year state no age.
        """
        ages = [age for age in (self._stated_age_years, self._counted_age_years) if age is not None and age < 130]
        return ages[0] if ages and max(ages) - min(ages) <= 1 else None

    @property
    def _stated_age_years(self) -> int | None:
        stated = re.fullmatch(r"(\d{3})([YMWD])", self.text("PatientAge").upper())
        return int(stated[1]) // _AGES_IN_A_YEAR[stated[2]] if stated else None

    @property
    def _counted_age_years(self) -> int | None:
        try:
            born, seen = (datetime.strptime(self.text(name), "%Y%m%d") for name in ("PatientBirthDate", "StudyDate"))
        except ValueError:
            return None
        had_birthday = (seen.month, seen.day) >= (born.month, born.day)
        years = seen.year - born.year - (not had_birthday)
        return years if years >= 0 else None

    @property
    def extent_px(self) -> tuple[int, int]:
        """Columns and rows; (0, 0) where the header does not state both."""
        columns, rows = (int(self.header.get(keyword) or 0) for keyword in ("Columns", "Rows"))
        return (columns, rows) if columns and rows else (0, 0)

    @property
    def orientation(self) -> tuple[str, ...]:
        """Patient Orientation (0020,0020) of rows and columns, empty when unknown or malformed (PS3.3 C.7.6.1.1.1)."""
        stated = tuple(self.text("PatientOrientation").split("\\"))
        return stated if len(stated) == 2 and all(re.fullmatch("[ALRPHF]{1,3}", one) for one in stated) else ()

    @cached_property
    def spacing_mm(self) -> tuple[float, float] | None:
        """(row, column) spacing: Pixel Spacing, else Imager Pixel Spacing; None when unknown."""
        for keyword in ("PixelSpacing", "ImagerPixelSpacing"):
            spacing = self.numbers(keyword)
            if len(spacing) == 2 and min(spacing) > 0:
                return (spacing[0], spacing[1])
        return None

    @cached_property
    def aspect(self) -> tuple[float, float]:
        """(vertical, horizontal) size of a pixel in any unit (PS3.3 C.7.6.3.1.7); 1, 1 when nothing is said."""
        ratio = self.spacing_mm or self.numbers("PixelAspectRatio")
        return (ratio[0], ratio[1]) if len(ratio) == 2 and min(ratio) > 0 else (1.0, 1.0)

    @property
    def inverse(self) -> bool:
        """Whether the lowest value is white, so that P-values need an inverse shape (PS3.3 C.11.6)."""
        shape = self.text("PresentationLUTShape").upper()
        return self.text("PhotometricInterpretation") == "MONOCHROME1" or shape == "INVERSE"

    def local_time(self, moment: datetime) -> datetime:
        """Return a moment in the time zone that the source states, so that its dates and ours mean the same."""
        stated = re.fullmatch(r"([+-])(\d\d)(\d\d)", self.text("TimezoneOffsetFromUTC"))
        if stated is None:
            return moment
        offset = timedelta(hours=int(stated[2]), minutes=int(stated[3]))
        try:
            return moment.astimezone(timezone(offset if stated[1] == "+" else -offset))
        except ValueError:
            return moment

    @cached_property
    def skeleton(self) -> Dataset:
        """What an object must know of its source to be laid out: references and size, no patient."""
        open_tables(self.text("SOPClassUID"))
        ds = Dataset()
        for keyword in TYPE_2:
            setattr(ds, keyword, "")
        for keyword in _REFERENCE:
            setattr(ds, keyword, self.text(keyword))
        ds.Rows, ds.Columns = int(self.header.get("Rows") or 0), int(self.header.get("Columns") or 0)
        ds.SamplesPerPixel = 1
        ds.SharedFunctionalGroupsSequence = [Dataset()]  # asked of classes that may have several frames
        return ds

    def identity(self) -> list[DataElement]:
        """Return copies of the patient and study elements, zero length for a missing Type 2, and the character set."""
        found = [copy.deepcopy(self.header[keyword]) for keyword in identity_keywords() if keyword in self.header]
        present = {element.keyword for element in found}
        missing = Dataset()
        for keyword in TYPE_2:
            if keyword not in present:
                setattr(missing, keyword, "")
        if "SpecificCharacterSet" in self.header:
            found.append(copy.deepcopy(self.header["SpecificCharacterSet"]))
        return found + list(missing)

    def restore(self, ds: Dataset) -> None:
        """Make a finished object name the patient and the study as the source does."""
        for keyword in (*identity_keywords(), "SpecificCharacterSet"):
            if keyword in ds:
                del ds[keyword]
        for element in self.identity():
            ds.add(element)
