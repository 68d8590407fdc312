"""Somebody whom Alertmanager wakes: a container beside the installation that keeps what it is sent."""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devtools.checkout import ROOT
from tests.containers.installation import Installation
from tests.containers.standins import images

KEEPS = """
import http.server, json
heard = []
class Door(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        heard.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(204); self.end_headers()
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(json.dumps(heard).encode())
http.server.ThreadingHTTPServer(("", 8000), Door).serve_forever()
"""
NAMED = "  - name: woken\n"
ADDRESS = "    webhook_configs: [{url: 'http://woken:8000/'}]\n"


@contextmanager
def somebody_woken(place: Installation, folder: Path) -> Iterator[None]:
    """As "Who is woken" of the page has it: a file of one's own, named in `.env`."""
    file = folder / "alertmanager.yml"
    usual = (ROOT / "deploy" / "alertmanager.yml").read_text()
    assert NAMED in usual
    file.write_text(usual.replace(NAMED, NAMED + ADDRESS))
    file.chmod(0o644)
    name = f"woken-{secrets.token_hex(3)}"
    beside = ["docker", "run", "-d", "--rm", "--name", name, "--user", "65534", "--network", place.edge]
    command = [*beside, "--network-alias", "woken", images()["python"], "python3", "-c", KEEPS]
    subprocess.run(command, check=True, capture_output=True)
    try:
        place.choose(f"SESAME_ALERTMANAGER_FILE={file}")
        place.run("up", "-d", "--no-build", "--no-deps", "alertmanager")
        yield
    finally:
        subprocess.run(["docker", "kill", name], check=False, capture_output=True)


def pages_of(place: Installation, service: str) -> set[str]:
    """Names of the alerts of this service that somebody was woken for."""
    heard = place.ask("http://woken:8000/")
    alerts = [alert for one in heard for alert in one["alerts"] if alert["status"] == "firing"]
    return {each["labels"]["alertname"] for each in alerts if each["labels"].get("service") == service}
