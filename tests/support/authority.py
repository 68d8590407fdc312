"""Certificates for this machine, signed by an authority of the test's own."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from devtools.servers.ports import LOOPBACK

KEY_USAGE = "keyUsage=critical,keyCertSign,cRLSign"
"""Python 3.13 believes no authority without, and no certificate that does not name its authority's key."""


@dataclass(frozen=True)
class Authority:
    """`certificate` is what clients trust; `server_certificate` was signed by it for 127.0.0.1."""

    folder: Path
    days: int = 2

    @property
    def certificate(self) -> Path:
        return self.folder / "ca.crt"

    @property
    def server_certificate(self) -> Path:
        return self.folder / "server.crt"

    @property
    def server_key(self) -> Path:
        return self.folder / "server.key"

    def make(self) -> None:
        self.folder.mkdir()
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", str(self.days))
        self._openssl(
            "req",
            "-x509",
            *key,
            "-addext",
            KEY_USAGE,
            "-subj",
            "/CN=Authority",
            "-keyout",
            "ca.key",
            "-out",
            "ca.crt",
        )
        self._openssl("req", *key[:-2], "-subj", "/CN=server", "-keyout", "server.key", "-out", "server.csr")
        (self.folder / "names").write_text(f"subjectAltName=IP:{LOOPBACK}\nauthorityKeyIdentifier=keyid\n")
        signing = (
            "-CA",
            "ca.crt",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-days",
            str(self.days),
            "-extfile",
            "names",
        )
        self._openssl("x509", "-req", "-in", "server.csr", *signing, "-out", "server.crt")

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)
