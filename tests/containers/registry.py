"""A registry of images on loopback, as far as `docker pull` asks one (OCI Distribution 1.1)."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from devtools.servers.ports import LOOPBACK

MANIFEST = "application/vnd.oci.image.manifest.v1+json"


@contextmanager
def registry(marks: str) -> Iterator[tuple[str, str]]:
    """Its host and port, and the digest of the image that every tag means; `marks` makes it another one."""
    blobs = _image(marks)
    manifest = next(reversed(blobs))

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.path.rpartition("/")[2]
            body = b"{}" if self.path == "/v2/" else blobs.get(wanted, blobs[manifest])
            self.send_response(200)
            self.send_header("content-type", MANIFEST if "/manifests/" in self.path else "application/json")
            self.send_header("content-length", str(len(body)))
            self.send_header("docker-content-digest", manifest)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        do_HEAD = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer((LOOPBACK, 0), Door) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"{LOOPBACK}:{server.server_port}", manifest
        finally:
            server.shutdown()


def _image(marks: str) -> dict[str, bytes]:
    """Digest → bytes: one empty layer, its configuration, and last the manifest."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w"):
        pass
    plain, layer = archive.getvalue(), gzip.compress(archive.getvalue(), mtime=0)
    system = {"architecture": "amd64", "os": "linux", "config": {"Labels": {"marks": marks}}}
    files = {"type": "layers", "diff_ids": [_digest(plain)]}
    config = json.dumps(system | {"rootfs": files}).encode()
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": _described("application/vnd.oci.image.config.v1+json", config),
        "layers": [_described("application/vnd.oci.image.layer.v1.tar+gzip", layer)],
    }
    return {_digest(blob): blob for blob in (layer, config, json.dumps(manifest).encode())}


def _described(media_type: str, blob: bytes) -> dict[str, object]:
    return {"mediaType": media_type, "digest": _digest(blob), "size": len(blob)}


def _digest(blob: bytes) -> str:
    return f"sha256:{hashlib.sha256(blob).hexdigest()}"
