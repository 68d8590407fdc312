"""The lanes of this service: which sender takes which way, at what pace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from services.chassis.broker import connection_of
from services.chassis.run import Chassis
from services.contracts.links import partner_token
from services.notifier.domain.outgoing import Outgoing
from services.notifier.instruments import Instruments
from services.notifier.mail.compose import Composer, House
from services.notifier.mail.letters import Letters
from services.notifier.senders.mail import MailSender
from services.notifier.senders.page import PageSender
from services.notifier.senders.partner_queue import QueueSender
from services.notifier.senders.protocol import Sender
from services.notifier.senders.smtp import SmtpLines, SmtpServer
from services.notifier.settings import NotifierSettings
from services.notifier.settle import Settlement
from services.notifier.worker import Lane, Pace


def house_of(settings: NotifierSettings) -> House:
    return House(
        network=settings.network_name,
        mail_domain=settings.mail_domain,
        public_url=settings.public_url.rstrip("/"),
        keys=settings.keys,
        coordinator=settings.coordinator_mail,
        language=settings.network_language,
    )


def smtp_of(settings: NotifierSettings) -> SmtpServer:
    password = settings.smtp_password
    return SmtpServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=password.get_secret_value() if password else None,
        seconds=settings.attempt_seconds,
    )


def build(settings: NotifierSettings, chassis: Chassis, lines: SmtpLines) -> list[Lane]:
    house = house_of(settings)
    letters = Letters(zone=settings.timezone, replacements=settings.template_folder)
    settlement = Settlement(settings.coordinator_mail, Instruments(chassis.registry))
    senders: dict[str, tuple[Sender, int]] = {
        "mail": (MailSender(Composer(house, letters), lines), settings.smtp_connections * 4),
        "queue": (
            QueueSender(lambda: connection_of(chassis.publishing), respondent_page(house)),
            settings.queue_at_once,
        ),
        "page": (PageSender(house), settings.queue_at_once),
    }
    lease = timedelta(seconds=settings.lease_seconds)
    return [
        Lane(way, sender, Pace(at_once, settings.attempt_seconds, lease), chassis.begin, settlement)
        for way, (sender, at_once) in senders.items()
    ]


def respondent_page(house: House) -> Callable[[Outgoing], str | None]:
    def page_of(delivery: Outgoing) -> str | None:
        turn = delivery.assignment
        if turn is None:
            return None
        return f"{house.public_url}/r/{partner_token(house.keys, delivery.question.id, turn.partner)}"

    return page_of
