"""The public pages, as a browser meets them at the proxy."""

from __future__ import annotations

import base64
from collections.abc import Callable

import httpx

from devtools.servers.ports import LOOPBACK
from tests.containers.installation import Installation
from tests.containers.page import blocks

OF_A_SERVICE_EACH = (
    ("sesame", "/"),
    ("sesame", "/figures"),
    ("archive.sesame", "/"),
    ("workspace.sesame", "/"),
)
LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="4"/></svg>'
AS_ON_THE_PAGE = "./own/logo.svg:"


def pages_by_tls(place: Installation) -> str:
    for host, path in OF_A_SERVICE_EACH:
        answer = _answer(place, host, path)
        assert not answer.is_error, (host, path, answer.status_code)
    return ""


def own_logo(place: Installation, come_up: Callable[[Installation], str]) -> str:
    """As the page says it, but for the place of the file, which is not in the checkout here."""
    logo, own = place.folder / "logo.svg", place.folder / "own.yaml"
    logo.write_bytes(LOGO)
    logo.chmod(0o644)
    [shown] = [each for each in blocks("Install with containers", "yaml") if AS_ON_THE_PAGE in each]
    own.write_text(shown.replace(AS_ON_THE_PAGE, f"{logo}:"))
    place.add_file(own)
    come_up(place)
    source = f"data:image/svg+xml;base64,{base64.b64encode(LOGO).decode()}"
    for host, path in OF_A_SERVICE_EACH:
        assert source in _whole_page(place, host, path), (host, path)
    return f"on {len(OF_A_SERVICE_EACH)} pages"


def _whole_page(place: Installation, host: str, path: str) -> str:
    """Where it leads; a year without a question yet is a page too."""
    answer = _answer(place, host, path)
    while answer.is_redirect:
        answer = _answer(place, host, httpx.URL(answer.headers["location"]).raw_path.decode())
    return answer.text


def _answer(place: Installation, host: str, path: str) -> httpx.Response:
    """The proxy's own authority signs: the name is asked for, the certificate not checked."""
    name = f"{host}.localhost"
    with httpx.Client(verify=False, timeout=20) as http:
        return http.get(
            f"https://{LOOPBACK}:{place.https_port}{path}",
            headers={"host": name},
            extensions={"sni_hostname": name},
        )
