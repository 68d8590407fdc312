"""The receivers printed in docs/webhooks.md accept the test vector, and nothing forged, late or old."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from devtools.checkout import ROOT
from devtools.servers.packages import provide_program
from services.notifier.domain.signing import new_secret, signature
from tests.support.waiting import PATIENCE_SECONDS

DOCUMENT = (ROOT / "docs" / "webhooks.md").read_text()


@dataclass(frozen=True)
class Call:
    secret: str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    id: str = "msg_p5jXN8AQM9LWM0D4loKWxJek"
    timestamp: str = "1614265330"
    signature: str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    body: str = '{"test": 2432232314}'
    now: int = 1614265390

    def arguments(self) -> list[object]:
        headers = {
            "webhook-id": self.id,
            "webhook-timestamp": self.timestamp,
            "webhook-signature": self.signature,
        }
        return [self.secret, headers, self.body, self.now]


PYTHON = """
import json, sys
secret, headers, body, now = json.loads(sys.argv[1])
print(json.dumps(genuine(secret, headers, body.encode(), now)))
"""
JAVASCRIPT = "\nconsole.log(JSON.stringify(genuine(...JSON.parse(process.argv[2]))));\n"
PHP = "\necho json_encode(genuine(...json_decode($argv[1], true)));\n"


def python(folder: Path) -> list[str]:
    (folder / "receiver.py").write_text(printed("python") + PYTHON)
    return [sys.executable, str(folder / "receiver.py")]


def javascript(folder: Path) -> list[str]:
    provide_program("node", "nodejs")
    (folder / "receiver.js").write_text(printed("javascript") + JAVASCRIPT)
    return ["node", str(folder / "receiver.js")]


def php(folder: Path) -> list[str]:
    provide_program("php", "php-cli")
    (folder / "receiver.php").write_text("<?php\n" + printed("php") + PHP)
    return ["php", str(folder / "receiver.php")]


def printed(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)
    assert found is not None
    return found[1]


RECEIVERS = [python, javascript, php]


@pytest.mark.parametrize("receiver", RECEIVERS)
def test_printed_receiver_takes_what_is_genuine_and_nothing_else(
    receiver: Callable[[Path], list[str]], tmp_path: Path
) -> None:
    genuine = Call()
    rotated = replace(genuine, signature=f"v1,AAAA {genuine.signature}")
    forged = replace(genuine, body='{"test": 1}')
    late = replace(genuine, now=genuine.now + 3600)
    command = receiver(tmp_path)
    verdicts = [verdict(command, call) for call in (genuine, rotated, forged, late)]
    assert verdicts == [True, True, False, False]


def test_test_vector_in_the_document_is_ours() -> None:
    call = Call()
    assert signature([call.secret], call.id, int(call.timestamp), call.body.encode()) == call.signature
    for value in (call.secret, call.id, call.timestamp, call.signature, call.body):
        assert f"`{value}`" in DOCUMENT


def test_new_secret_signs() -> None:
    assert signature([new_secret()], "id", 1, b"").startswith("v1,")


def verdict(command: list[str], call: Call) -> object:
    argv = [*command, json.dumps(call.arguments())]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True)
    return json.loads(done.stdout)
