"""Free TCP ports on the loopback address.

They lie below the kernel's ephemeral range, so that no outgoing connection of somebody takes the port of a
server which was killed and is about to come back on it.
"""

import random
import socket

FIRST, LAST = 20_000, 31_999
LOOPBACK = "127.0.0.1"

_given: set[int] = set()


def free_port() -> int:
    """A port nobody listens on, never the same twice from one process."""
    candidates = [port for port in range(FIRST, LAST + 1) if port not in _given]
    random.shuffle(candidates)
    for port in candidates:
        if is_free(port):
            _given.add(port)
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
