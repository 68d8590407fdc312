"""Makes every secret of an installation once and lays it where its one reader finds it.

`python -m operations.secrets FOLDER [--renew NAME…]`: FOLDER has one folder per container, each a volume of
its own. A secret that is there stays; addresses are written anew, so a changed host name needs no hand.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from operations.broker.definitions import VHOST, user_name
from services.chassis.postgres.provision import role
from services.contracts import topology
from services.contracts.links.file_links import file_keys

DISK_LEFT = "2GB"
"""Below it RabbitMQ stops its publishers, while there is still room to write what they sent."""

SEGMENT = 512
"""Entries of a quorum queue's file, which goes as a whole once all of it is done with: with the default of
4096 the words of somebody erased stand in the file of a quiet queue for a year."""

JOURNAL = 32 * 1024 * 1024
"""Bytes after which the broker begins a new journal and the old one goes: with the default of 512 MB the
words of somebody erased stand in it for weeks on a small network."""

CONNECTIONS = 2000
"""To one node of the broker. A partner has ten at most; this bounds the memory that strangers may take."""

HANDSHAKE_MILLISECONDS = 5000
"""Who has not signed in by then is hung up on."""

BROKER_NUMBERS_PORT = 15692
BROKER_BOUNDS = (
    f"max_message_size = {topology.LARGEST_BODY}",
    f"disk_free_limit.absolute = {DISK_LEFT}",
    f"raft.wal_max_size_bytes = {JOURNAL}",
    f"raft.segment_max_entries = {SEGMENT}",
)
DOOR_BOUNDS = (
    f"connection_max = {CONNECTIONS}",
    f"handshake_timeout = {HANDSHAKE_MILLISECONDS}",
    f"ssl_handshake_timeout = {HANDSHAKE_MILLISECONDS}",
)
"""Once strangers may connect."""
ADMINISTRATOR = "sesame"
KEPT = "passwords.json"
READER = "reader"
"""Who may read the key figures' tables, for Grafana."""
NAMES = (*topology.SERVICES, READER, "link", "sign-in", "rabbitmq", "postgres", "grafana")
RENEWABLE = (*topology.SERVICES, READER, "link", "sign-in")
"""Not the servers' administrators: their servers have them already."""
FROM_OPERATOR = ("SESAME_SMTP_USER", "SESAME_SMTP_PASSWORD")


@dataclass(frozen=True)
class Places:
    """Host and port of each server; `query` is added to the database's address (sslmode=verify-full, …)."""

    amqp: str = "amqp://rabbitmq:5672"
    management: str = "http://rabbitmq:15672"
    database: str = "postgres:5432"
    query: str = ""
    broker_numbers: str = ""
    """Where Prometheus asks each node of the broker, with commas between; empty: at the place of `amqp`."""

    @staticmethod
    def from_environment(environ: Mapping[str, str]) -> Places:
        usual = Places()
        return Places(
            amqp=environ.get("SESAME_AMQP_PLACE") or usual.amqp,
            management=environ.get("SESAME_AMQP_MANAGEMENT_PLACE") or usual.management,
            database=environ.get("SESAME_DATABASE_PLACE") or usual.database,
            query=environ.get("SESAME_DATABASE_QUERY") or usual.query,
            broker_numbers=environ.get("SESAME_AMQP_METRICS_PLACE") or usual.broker_numbers,
        )

    @property
    def broker_targets(self) -> list[str]:
        named = self.broker_numbers or f"{urlsplit(self.amqp).hostname}:{BROKER_NUMBERS_PORT}"
        return [target.strip() for target in named.split(",")]

    def amqp_url(self, user: str, password: str) -> str:
        return _with_login(self.amqp, user, password) + f"/{VHOST}"

    def database_url(self, user: str, password: str) -> str:
        query = f"?{self.query}" if self.query else ""
        return _with_login(f"postgresql://{self.database}", user, password) + "/sesame" + query


def lay_out(folder: Path, places: Places, given: Mapping[str, str], renewed: Collection[str] = ()) -> None:
    """`given`: what the operator brings, by variable: login of the SMTP server, whether AMQPS is wanted.
    `renewed`: secrets to make anew."""
    passwords = _kept(folder / "admin" / KEPT, renewed)
    for service in topology.SERVICES:
        _lay_service(folder / service, service, passwords, places)
    _lay_servers(folder, passwords)
    _lay_amqps(folder / "rabbitmq" / "20-amqps.conf", wanted=given.get("SESAME_AMQPS") == "on")
    for variable in filter(given.get, FROM_OPERATOR):
        write_secret(folder / "notifier" / variable.lower(), given[variable])
    _lay_targets(folder / "prometheus", places, given)
    admin = folder / "admin"
    write_secret(admin / "sesame_amqp_url", places.amqp_url(ADMINISTRATOR, passwords["rabbitmq"]))
    write_secret(admin / "sesame_database_url", places.database_url(ADMINISTRATOR, passwords["postgres"]))
    write_secret(admin / "sesame_link_secret", passwords["link"])
    management = _with_login(places.management, ADMINISTRATOR, passwords["rabbitmq"])
    write_secret(admin / "sesame_amqp_management_url", management)


def _lay_service(folder: Path, service: str, passwords: Mapping[str, str], places: Places) -> None:
    password = passwords[service]
    write_secret(folder / "sesame_amqp_url", places.amqp_url(user_name(service), password))
    write_secret(folder / "sesame_database_url", places.database_url(role(service), password))
    if service in ("ingest", "notifier"):
        write_secret(folder / "sesame_link_secret", passwords["link"])
    if service == "workspace":
        write_secret(folder / "sesame_file_secret", file_secret(passwords["link"]))
    if service in ("notifier", "workspace"):
        write_secret(folder / "sesame_sign_in_secret", passwords["sign-in"])


def file_secret(link_secret: str) -> str:
    """What opens files, made of the link secret, as the workspace reads it: it must forge no link."""
    link_keys = [key.strip().encode() for key in link_secret.split(",") if key.strip()]
    return ",".join(key.hex() for key in file_keys(link_keys))


def _lay_servers(folder: Path, passwords: Mapping[str, str]) -> None:
    """These run as users of their own images: theirs are readable for all who have that volume."""
    conf = [f"default_user = {ADMINISTRATOR}", f"default_pass = {passwords['rabbitmq']}"]
    conf += [f"default_vhost = {VHOST}", f"prometheus.tcp.port = {BROKER_NUMBERS_PORT}", "log.console = true"]
    conf += BROKER_BOUNDS
    write_secret(folder / "rabbitmq" / "10-sesame.conf", "\n".join(conf) + "\n", mode=0o444)
    write_secret(folder / "postgres" / "password", passwords["postgres"], mode=0o444)
    write_secret(folder / "grafana" / "admin-password", passwords["grafana"], mode=0o444)
    write_secret(folder / "grafana" / "database-password", passwords[READER], mode=0o444)


def _lay_amqps(path: Path, *, wanted: bool) -> None:
    """The broker's door for partners on the internet; the certificate's names are certbot's."""
    if wanted:
        certificate = ("certfile = /certificate/fullchain.pem", "keyfile = /certificate/privkey.pem")
        lines = [
            *DOOR_BOUNDS,
            "listeners.ssl.default = 5671",
            *(f"ssl_options.{line}" for line in certificate),
        ]
        write_secret(path, "\n".join([*lines, "ssl_options.verify = verify_none"]) + "\n", mode=0o444)
    else:
        path.unlink(missing_ok=True)


def _lay_targets(folder: Path, places: Places, given: Mapping[str, str]) -> None:
    """Where Prometheus finds the broker, and what it has asked from outside."""
    write_secret(folder / "broker.json", json.dumps([{"targets": places.broker_targets}]), mode=0o444)
    domain = given.get("SESAME_DOMAIN", "")
    names = (domain, f"archive.{domain}", f"grafana.{domain}", f"workspace.{domain}") if domain else ()
    door = urlsplit(given.get("SESAME_PARTNER_AMQP_URL", ""))
    doors = [f"{door.hostname}:{door.port or 5671}"] if door.scheme == "amqps" else []
    for name, targets in (("pages", [f"https://{name}" for name in names]), ("partner-door", doors)):
        write_secret(folder / f"{name}.json", json.dumps([{"targets": targets}]), mode=0o444)


def _kept(path: Path, renewed: Collection[str]) -> dict[str, str]:
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    for name in renewed:
        # Links that are out there open with the key that signed them: it stays, behind the new one.
        known[name] = f"{secrets.token_urlsafe(24)},{known[name]}" if name == "link" and name in known else ""
    passwords = {name: known.get(name) or secrets.token_urlsafe(24) for name in NAMES}
    write_secret(path, json.dumps(passwords))
    return passwords


def write_secret(path: Path, text: str, *, mode: int = 0o400) -> None:
    """In one move: a reader sees the old text or the new one."""
    fresh = path.with_name(f".{path.name}")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    fresh.chmod(mode)
    fresh.rename(path)


def _with_login(place: str, user: str, password: str) -> str:
    scheme, _, rest = place.partition("://")
    return f"{scheme}://{quote(user, safe='')}:{quote(password, safe='')}@{rest}"


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="secrets", description="Makes and lays out an installation's secrets."
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--renew", nargs="+", choices=RENEWABLE, default=(), help="make these anew")
    chosen = parser.parse_args(arguments)
    lay_out(chosen.folder, Places.from_environment(os.environ), os.environ, chosen.renew)


if __name__ == "__main__":
    main(sys.argv[1:])
