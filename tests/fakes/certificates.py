"""Certificates of an authority that exists for one test run, as files."""

import atexit
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from config.settings import DestinationTls, ListenerTls
from dicom_node.tls.authority import Signed, TestAuthority


@dataclass(frozen=True)
class Pki:
    """A folder with `ca.pem`, and for each name `NAME.pem` and `NAME.key`.

    server: of 127.0.0.1 and localhost; both: the same, and may call; elsewhere: of another host; client; expired: a
    client's; expired-server; revoked: a client's that `crl.pem` names, which is the list of `ca.pem`;
    stranger: a client's of the authority `other-ca.pem`, which nobody here believes; locked: a client's whose key has
    the password in `password`.
    """

    folder: Path

    def path(self, name: str) -> Path:
        """Return the path of a file."""
        return self.folder / name

    def listener(self, name: str = "server", **keys: object) -> ListenerTls:
        """Return the settings of a listener that shows a certificate and wants one."""
        return ListenerTls.model_validate(
            {
                "port": 0,
                "certificate_file": self.path(f"{name}.pem"),
                "key_file": self.path(f"{name}.key"),
                "authorities_file": self.path("ca.pem"),
                **keys,
            }
        )

    def caller(self, name: str = "client", **keys: object) -> DestinationTls:
        """Return the settings of a call that shows a certificate, or none where the name is empty."""
        own = {"certificate_file": self.path(f"{name}.pem"), "key_file": self.path(f"{name}.key")} if name else {}
        return DestinationTls.model_validate({"authorities_file": self.path("ca.pem"), **own, **keys})


@cache
def make_pki() -> Pki:
    """Return the certificates of this process; they are made once."""
    pki = Pki(Path(mkdtemp(prefix="osteonode-pki-")))
    atexit.register(rmtree, pki.folder, ignore_errors=True)
    now = datetime.now(UTC)
    authority, other = TestAuthority("CA of a test", now, 30), TestAuthority("Another CA", now, 30)
    pki.path("ca.pem").write_bytes(authority.signed.certificate)
    pki.path("other-ca.pem").write_bytes(other.signed.certificate)
    pki.path("password").write_text("open sesame\n")
    pki.path("password").chmod(0o600)
    here = ("127.0.0.1", "localhost")
    for name, signed in {
        "server": (node := authority.sign("node", roles=["server"], hosts=here)),
        "elsewhere": authority.sign("elsewhere", roles=["server"], hosts=("pacs.hospital.test",)),
        "expired-server": authority.sign("old node", roles=["server"], hosts=here, days=-1),
        "both": authority.sign("pacs", roles=["server", "client"], hosts=here),
        "client": authority.sign("peer", roles=["client"]),
        "expired": authority.sign("old peer", roles=["client"], days=-1),
        "stranger": other.sign("stranger", roles=["client"]),
        "revoked": (revoked := authority.sign("lost peer", roles=["client"])),
        "locked": authority.sign("locked peer", roles=["client"], key_password="open sesame"),
    }.items():
        _write(pki, name, signed)
    pki.path("crl.pem").write_bytes(authority.revoke([revoked]))
    pki.path("crl-expired.pem").write_bytes(authority.revoke([revoked], days=-1))
    pki.path("crl-server.pem").write_bytes(authority.revoke([node]))
    pki.path("crl-empty.pem").write_bytes(authority.revoke())
    pki.path("crl-other.pem").write_bytes(other.revoke())
    return pki


def _write(pki: Pki, name: str, signed: Signed) -> None:
    pki.path(f"{name}.pem").write_bytes(signed.certificate)
    key = pki.path(f"{name}.key")
    key.touch(0o600)
    key.write_bytes(signed.key)
