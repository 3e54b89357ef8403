"""Images in every transfer syntax that is decoded here, written by programs that nobody here wrote."""

import base64
import subprocess
import sys
import zlib
from pathlib import Path

from pydicom import Dataset, dcmread, uid

from tests.fakes.pixel_images import save

#: `ramp()` as an HTJ2K code stream (OpenJPH encoder, reversible), deflated: nothing installed here writes this syntax.
HTJ2K_RAMP = zlib.decompress(
    base64.b64decode(
        "eNr77/8/kEHTgQEIAoA4gQEBUPmM/IyM/wMYOBiYgByu/0EMPEAWIwMrC4sD4/8YBmGFjglIoKOj438KgzgDo39Bap5XgIdCWGqR"
        "goGekZmesd7/CQxcYBMTGBj/Tz7AoLvgf739D+d/zd+M/2nWvvm7Ze+efxreZzkYfu5gOMAgfIBB1OF/PaOyUylDToqy9IGgxn/b"
        "gOKiExhYC+ruf//974b+9Qfd5QxmtzYkHj72RcDNifENSKNYDwNjDsO96vd7vwOJX1VAUMBUxSBlagIF//4HsNn2JFR/M2x8sxek"
        "4Q0DY6nCOyTwp/7AcgQ4VMjYxdXqtDBAQwROPfpfO0GR8f2NFvb9SQJyfzscqr8pMr7ZzniAQe8QA2OVgornJDT0X/9/3XLswKmO"
        "0eb5nOJzlliI//X/wxkYqr8xAC1jYN+fwCD3twEb981upv83AWKDwcY="
    )
)
GDCMCONV = str(Path(sys.executable).with_name("gdcmconv"))

#: Lossless syntaxes and the program that writes each.
WRITERS = {
    uid.ImplicitVRLittleEndian: ("dcmconv", "+ti"),
    uid.ExplicitVRBigEndian: ("dcmconv", "+tb"),
    uid.DeflatedExplicitVRLittleEndian: ("dcmconv", "+td"),
    uid.RLELossless: ("dcmcrle",),
    uid.JPEGLossless: ("dcmcjpeg", "+el"),
    uid.JPEGLosslessSV1: ("dcmcjpeg", "+e1"),
    uid.JPEGLSLossless: ("dcmcjpls",),
    uid.JPEG2000Lossless: (GDCMCONV, "--j2k"),
}
#: Lossy syntaxes, likewise; JPEG Baseline is for eight bits.
LOSSY_WRITERS = {
    uid.JPEGBaseline8Bit: ("dcmcjpeg", "+eb"),
    uid.JPEGLSNearLossless: ("dcmcjpls", "+en", "+md", "3"),
    uid.JPEG2000: (GDCMCONV, "--j2k", "--lossy", "-r", "10"),
}


def rewrite(ds: Dataset, folder: Path, syntax: str) -> Dataset:
    """Return a native data set in another transfer syntax; the program says so in the header where it is lossy."""
    source, target = save(ds, folder / "source.dcm"), folder / "target.dcm"
    program, *options = (WRITERS | LOSSY_WRITERS)[uid.UID(syntax)]
    subprocess.run([program, *options, str(source), str(target)], check=True, capture_output=True)
    return dcmread(target)
