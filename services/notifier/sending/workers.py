"""The workers of this service: which sender takes which way, at what pace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from services.chassis.face import OURS, accent_of
from services.chassis.http.client_addresses import networks
from services.chassis.run import Chassis
from services.contracts.links.file_links import file_keys
from services.contracts.links.signed_links import asker_token, partner_token
from services.contracts.links.wall import Wall
from services.notifier.domain.outgoing import DeliveryAttempt
from services.notifier.handlers.brakes import MailBrakes
from services.notifier.handlers.delivery_metrics import DeliveryMetrics
from services.notifier.handlers.outcomes import Outcomes
from services.notifier.handlers.similar import SimilarAnswers
from services.notifier.sending.channels import LOOK_SECONDS, SocialSenders
from services.notifier.sending.coordinator import LOOK_SECONDS as LOOK_FOR_NOTES
from services.notifier.sending.coordinator import CoordinatorMail
from services.notifier.sending.endpoints import Endpoints
from services.notifier.sending.mail.compose import Composer, SenderIdentity
from services.notifier.sending.mail.rendering import MailRenderer
from services.notifier.sending.senders.circuit_breaker import CircuitBreaker
from services.notifier.sending.senders.file_links import WithFileLinks
from services.notifier.sending.senders.mail import MailSender
from services.notifier.sending.senders.page import PageSender
from services.notifier.sending.senders.partner_queue import QueueSender
from services.notifier.sending.senders.protocol import Sender
from services.notifier.sending.senders.similar_answers import WithSimilarAnswers
from services.notifier.sending.senders.smtp import SmtpLines, SmtpServer
from services.notifier.sending.senders.walled import WalledSender
from services.notifier.sending.senders.webhook import WebhookSender, host_of
from services.notifier.sending.worker import DeliveryWorker, Pace
from services.notifier.settings import NotifierSettings

SOCIAL_AT_ONCE = 2
"""Channels count calls: Mastodon allows 300 in five minutes."""


def house_of(settings: NotifierSettings) -> SenderIdentity:
    return SenderIdentity(
        network=settings.network_name,
        mail_domain=settings.mail_domain,
        public_url=settings.public_url.rstrip("/"),
        keys=settings.keys,
        coordinator=settings.coordinator_mail,
        language=settings.network_language,
        workspace_url=settings.workspace_url.rstrip("/"),
        sign_in_key=_sign_in_key(settings),
        figures_url=settings.figures_url.rstrip("/"),
    )


def _sign_in_key(settings: NotifierSettings) -> bytes | None:
    secret = settings.sign_in_secret
    return secret.get_secret_value().encode() if secret else None


class BrokenTemplates(RuntimeError):
    """Of the network's own templates: better no start than mails given up one by one."""


def wall_of(settings: NotifierSettings) -> Wall:
    house = house_of(settings)
    return Wall(house.keys, house.box, house.public_url)


def smtp_of(settings: NotifierSettings) -> SmtpServer:
    password = settings.smtp_password
    return SmtpServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        user=settings.smtp_user or None,
        password=password.get_secret_value() if password else None,
        seconds=settings.attempt_seconds,
        authority=settings.smtp_authority,
    )


async def build(
    settings: NotifierSettings, chassis: Chassis, instruments: DeliveryMetrics, outcomes: Outcomes
) -> list[DeliveryWorker]:
    """Opens what the senders need; the chassis closes it after the workers have stopped."""
    house = house_of(settings)
    accent = accent_of(settings.network_accent) if settings.network_accent else OURS
    renderer = MailRenderer(zone=settings.timezone, replacements=settings.template_folder, accent=accent)
    if wrong := renderer.faults():
        raise BrokenTemplates("own templates (SESAME_TEMPLATE_FOLDER):\n" + "\n".join(wrong))
    lines = await chassis.enter(SmtpLines(smtp_of(settings), most=settings.smtp_connections))
    to_people = MailSender(Composer(house, renderer), lines)
    senders = await _senders(settings, chassis, house, to_people)
    social = await chassis.enter(SocialSenders(settings, chassis.clock, instruments))
    if social.senders:
        chassis.every(LOOK_SECONDS, social.look)
    for way, sender in social.senders.items():
        senders[way] = (CircuitBreaker(sender, _same(way), most_at_once=SOCIAL_AT_ONCE), SOCIAL_AT_ONCE)
    wall, keys = wall_of(settings), file_keys(settings.keys)
    lease = timedelta(seconds=settings.lease_seconds)
    seconds = settings.attempt_seconds
    brakes = MailBrakes(settings.keys, instruments, settings.mails_per_mailbox, settings.mails_per_hour)
    notes = CoordinatorMail(chassis.begin, to_people, outcomes, brakes, attempt_seconds=seconds, lease=lease)
    chassis.every(LOOK_FOR_NOTES, notes.send)
    return [
        DeliveryWorker(
            way,
            WalledSender(WithFileLinks(sender, keys), wall),
            Pace(at_once, seconds, lease),
            chassis.begin,
            outcomes,
            _of(way, brakes),
        )
        for way, (sender, at_once) in senders.items()
    ]


async def _senders(
    settings: NotifierSettings, chassis: Chassis, house: SenderIdentity, to_people: MailSender
) -> dict[str, tuple[Sender, int]]:
    """Way → what sends there, and how much of it at once; but for social networks."""
    similar = SimilarAnswers(chassis.pool, settings.lasting_archive_url).to
    webhooks = WithSimilarAnswers(await chassis.enter(_webhooks(settings, chassis, house)), similar)
    queues = QueueSender(lambda: chassis.publishing.connection, respondent_page(house))
    # One mail per connection: what waits for one would lose that time of its attempt, and be sent twice.
    at_smtp = settings.smtp_connections
    mail = CircuitBreaker(WithSimilarAnswers(to_people, similar), _same("smtp"), most_at_once=at_smtp)
    per_host = CircuitBreaker(webhooks, host_of, most_at_once=settings.webhook_per_host)
    return {
        "mail": (mail, at_smtp),
        "webhook": (per_host, settings.webhook_at_once),
        "queue": (WithSimilarAnswers(queues, similar), settings.queue_at_once),
        "page": (PageSender(), settings.queue_at_once),
    }


def _of(way: str, brakes: MailBrakes) -> MailBrakes | None:
    return brakes if way == "mail" else None


def _same(receiver: str) -> Callable[[DeliveryAttempt], str]:
    return lambda _delivery: receiver


def _webhooks(settings: NotifierSettings, chassis: Chassis, house: SenderIdentity) -> WebhookSender:
    endpoints = Endpoints(chassis.pool, chassis.begin, settings.coordinator_mail)
    return WebhookSender(
        endpoints.of,
        endpoints.switch_off,
        respondent_page(house),
        chassis.clock,
        allowed=networks(settings.webhook_private_networks),
        seconds=settings.webhook_seconds,
    )


def respondent_page(house: SenderIdentity) -> Callable[[DeliveryAttempt], str | None]:
    """For a partner: the page to answer on, or the page of the reader that it asked for."""

    def page_of(delivery: DeliveryAttempt) -> str | None:
        assignment = delivery.assignment
        if assignment is None and delivery.said is not None:
            return f"{house.public_url}/q/{asker_token(house.keys, delivery.question.id)}"
        if assignment is None:
            return None
        return f"{house.public_url}/r/{partner_token(house.keys, delivery.question.id, assignment.partner)}"

    return page_of
