"""Ingest: the door. Composition root; nothing connects at import."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from services.chassis.clock import Clock
from services.chassis.face import NetworkFace
from services.chassis.http.client_addresses import ClientAddresses, networks
from services.chassis.run import Chassis, run
from services.contracts import topology
from services.contracts.links.signed_links import fingerprint
from services.ingest.domain.limits import Limit
from services.ingest.domain.mail.mailboxes import Mailboxes
from services.ingest.entrypoints.http.app import public_app
from services.ingest.entrypoints.http.context import DoorContext
from services.ingest.entrypoints.http.limits import Limits
from services.ingest.entrypoints.http.pages.law import LawFacts
from services.ingest.entrypoints.http.pause import Pausing
from services.ingest.entrypoints.mail.held_orders import HeldOrderReader, HeldOrderWorker
from services.ingest.entrypoints.mail.imap import ImapDoor
from services.ingest.entrypoints.mail.intake import MailIntake
from services.ingest.entrypoints.mail.lmtp import lmtp_door
from services.ingest.entrypoints.mail.quarantine_metrics import quarantine_metrics
from services.ingest.entrypoints.mail.reader import mail_reader
from services.ingest.entrypoints.mail.sandbox import hide_memory
from services.ingest.entrypoints.partner_inbox import PartnerReader
from services.ingest.entrypoints.scanner import Scanner, ScannerMetrics
from services.ingest.entrypoints.social.channel_metrics import ChannelMetrics
from services.ingest.entrypoints.social.channels import OPENERS, ChannelContext
from services.ingest.entrypoints.subscriptions import SUBSCRIPTIONS
from services.ingest.handlers import retention
from services.ingest.handlers.caps import Caps
from services.ingest.handlers.facts import early
from services.ingest.handlers.files.file_room import FileRoom
from services.ingest.handlers.mail.incoming import MailDoor
from services.ingest.handlers.mail.partner_replies import ReplyDoor
from services.ingest.handlers.partner_key_change import tell_keys
from services.ingest.handlers.questions import Intake
from services.ingest.settings import IngestSettings
from services.ingest.store import files
from services.ingest.store.access import link_keys
from services.ingest.store.conversations import assignments, submissions
from services.ingest.store.mail import mail_attempts

log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).parent / "migrations"


EARLY_SECONDS = 5.0
HOUR_SECONDS = 3600.0
DAY_SECONDS = 24 * HOUR_SECONDS
HELD_SECONDS = 1.0
"""Rest between two looks at what the workspace is to be told of held things and of keys, or wants of them."""
SCANNER_SECONDS = 60.0
FORM_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Running:
    """Ingest with its doors open; the ports are those really taken."""

    chassis: Chassis
    http_port: int
    lmtp_port: int


def door_of(chassis: Chassis, settings: IngestSettings) -> DoorContext:
    limits = Limits(
        chassis.clock,
        address=Limit(settings.address_per_hour, settings.address_burst),
        partner=Limit(settings.key_per_hour, settings.key_burst),
        megabytes=Limit(settings.address_megabytes_per_hour, settings.address_megabytes_burst),
        callers=ClientAddresses(networks(settings.trusted_proxies), chassis.registry),
        exempt=networks(settings.unlimited_networks),
    )
    return DoorContext(
        begin=chassis.begin,
        now=chassis.clock.now,
        intake=Intake(
            settings.public_url.rstrip("/"),
            settings.keys,
            settings.reply_box,
            settings.smtputf8,
            room_of(settings),
        ),
        face=NetworkFace.of(settings, ask_url=settings.public_url, archive_url=settings.archive_url),
        paused=Pausing(chassis.pool),
        limits=limits,
        caps=Caps(settings.mails_per_sender, settings.open_questions),
        quickest_form=timedelta(seconds=settings.quickest_form_seconds),
        law=law_facts(settings),
        promise_days=settings.promise_days,
        zone=settings.network_time_zone,
        page_folder=settings.page_folder,
        scanner=scanner_of(chassis, settings),
    )


def scanner_of(chassis: Chassis, settings: IngestSettings) -> Scanner | None:
    """None where files are not searched."""
    if not settings.clamd_address:
        return None
    scanner = Scanner(settings.clamd_address, settings.clamd_seconds, ScannerMetrics.on(chassis.registry))
    chassis.every(SCANNER_SECONDS, scanner.look)
    return scanner


def room_of(settings: IngestSettings) -> FileRoom:
    return FileRoom(int(settings.mailbox_megabytes * 1e6), int(settings.files_gigabytes * 1e9))


def law_facts(settings: IngestSettings) -> LawFacts:
    return LawFacts(
        publisher=settings.network_publisher,
        director=settings.network_director,
        hosting=settings.network_hosting,
        contact=settings.network_contact,
        data_officer=settings.network_data_officer,
        accessibility_state=settings.accessibility_state,
        retention_days=settings.retention_days,
        raw_days=settings.raw_days,
    )


def replies_of(intake: Intake, settings: IngestSettings) -> ReplyDoor:
    return ReplyDoor(intake, settings.network_name, timedelta(seconds=settings.quickest_reply_seconds))


@asynccontextmanager
async def opened(settings: IngestSettings, clock: Clock | None = None) -> AsyncIterator[Running]:
    async with Chassis.start(settings, name="ingest", migrations=MIGRATIONS, clock=clock) as chassis:
        async with chassis.begin() as unit:
            await assignments.rebase_cursors(unit.db)
            await link_keys.note(unit.db, sorted({*map(fingerprint, settings.keys)}), unit.now)
        door = door_of(chassis, settings)
        mail_door = MailDoor(
            door.intake,
            Mailboxes(settings.question_box, settings.reply_box),
            door.caps,
            replies_of(door.intake, settings),
            settings.trusted_servers,
            settings.senders,
        )
        parsing = await chassis.enter(mail_reader())
        mail = MailIntake(chassis.begin, mail_door, chassis.clock, chassis.registry, parsing, door.scanner)
        chassis.ops.sources["quarantine"] = quarantine_metrics(chassis.pool, door.intake.room.in_all)
        await chassis.consume(
            SUBSCRIPTIONS,
            {
                topology.INBOX: PartnerReader(door.intake, door.limits, door.caps),
                topology.COORDINATOR: HeldOrderReader(),
            },
        )
        chassis.every(HELD_SECONDS, HeldOrderWorker(chassis.begin, mail_door, parsing, door.scanner).work)
        chassis.every(HELD_SECONDS, partial(tell_keys, chassis.begin))
        channels = ChannelMetrics.on(chassis.registry)
        app = public_app(door)
        for open_door in OPENERS:
            await open_door(ChannelContext(chassis, door, app, channels), settings)
        if settings.mailbox:
            largest = settings.largest_mail
            imap = ImapDoor(settings.mailbox, mail, chassis.begin, channels.up, largest=largest)
            chassis.background("mailbox", imap.run)
        chassis.every(EARLY_SECONDS, partial(early.end_waiting, chassis.begin))
        chassis.every(HOUR_SECONDS, partial(forget_raw, chassis, timedelta(days=settings.raw_days)))
        chassis.every(DAY_SECONDS, partial(forget_askers, chassis, settings.term))
        http_port = await chassis.serve(app, settings.ingest_host, settings.ingest_port)
        lmtp = lmtp_door(mail, settings.lmtp_host, settings.lmtp_port, largest=settings.largest_mail)
        yield Running(chassis, http_port, await chassis.enter(lmtp))


async def forget_raw(chassis: Chassis, after: timedelta) -> None:
    """The question stays; the mail it came in, with all its headers, goes. So do files of a form that was
    never sent without fault."""
    async with chassis.begin() as unit:
        await files.drop_waiting(unit.db, unit.now - FORM_KEPT)
        await submissions.forget_raw(unit.db, unit.now - after)
        await mail_attempts.forget(unit.db, unit.now - after)


async def forget_askers(chassis: Chassis, term: timedelta) -> None:
    done = await retention.run(chassis.begin, term)
    if done.questions or done.held:
        log.info("term: %d askers forgotten, %d held things dropped", done.questions, done.held)
    if done.still_open:
        log.warning("term: %d questions are as old and still open; end them", done.still_open)


async def serve(settings: IngestSettings, clock: Clock | None = None) -> None:
    hide_memory()
    async with opened(settings, clock) as running:
        await running.chassis.until_stopped()


if __name__ == "__main__":
    run(serve, IngestSettings, name="ingest")
