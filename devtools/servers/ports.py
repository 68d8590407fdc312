"""Free TCP ports on the loopback address.

They lie below the kernel's ephemeral range, so that no outgoing connection of somebody takes the port of a
server which was killed and is about to come back on it.
"""

import json
import random
import socket
from collections.abc import Callable
from pathlib import Path

FIRST, LAST = 20_000, 31_999
LOOPBACK = "127.0.0.1"


Ports = Callable[[str], int]
"""Gives a free port for what is called so."""


def any_port(_name: str) -> int:
    """Another one each time."""
    return free_port()


def kept_ports(file: Path) -> Ports:
    """The same ones as the last time, kept in this file; another one only where somebody has taken it."""
    kept: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}

    def give(name: str) -> int:
        port = kept.get(name)
        if port is None or not is_free(port) or not _claim(port):
            if port is not None:
                print(f"sesame: port {port} of {name} is taken; it gets another one", flush=True)
            kept[name] = port = free_port()
            file.write_text(json.dumps(kept, indent=1) + "\n")
        return port

    return give


def free_port() -> int:
    """A port nobody listens on, given to nobody else on this machine as long as this process lives."""
    for port in random.sample(range(FIRST, LAST + 1), LAST + 1 - FIRST):
        if is_free(port) and _claim(port):
            return port
    raise OSError(f"no free TCP port between {FIRST} and {LAST} on {LOOPBACK}")


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _claim(port: int) -> bool:
    """By a UDP socket on it, open until we end: it is seen by every process of this machine, also before the
    server listens and while it is down."""
    claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        claim.bind((LOOPBACK, port))
    except OSError:
        claim.close()
        return False
    claim.detach()
    return True
