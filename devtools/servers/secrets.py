"""Secrets nobody types: made once, kept readable for their owner alone."""

import hashlib
import secrets
from pathlib import Path


def kept_secret(path: Path) -> str:
    """The same for the life of the file."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(24))
    return path.read_text()


def role_password(database_url: str) -> str:
    """Of the services' roles on this server. They belong to the server, not to one database: two runs on one
    server that chose at random would lock each other out."""
    return hashlib.sha256(f"sesame roles {database_url.rpartition('/')[0]}".encode()).hexdigest()
