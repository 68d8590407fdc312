"""The business metrics: which counter each is read from, its name, label and meaning.

Everything here is a sum over the whole network's life, so that Prometheus can take rates and increases.
"""

from __future__ import annotations

from typing import NamedTuple


class Family(NamedTuple):
    """One Prometheus counter, read from the measure's counters cut by `facet`."""

    name: str
    measure: str
    facet: str
    label: str
    meaning: str


BY_CHANNEL = tuple(
    Family(f"sesame_{name}", measure, "channel", "channel", meaning)
    for name, measure, meaning in (
        ("questions_received", "received", "Questions accepted"),
        ("questions_routed", "routed", "Partners asked: one question may count several times"),
        ("questions_rerouted", "rerouted", "Partners asked after another one had been"),
        ("questions_declined", "declined", "Times a partner said no"),
        ("questions_overdue", "overdue", "Times a partner's due time passed without its answer"),
        ("questions_promise_passed", "promise_passed", "Questions whose promised time passed unanswered"),
        ("questions_unroutable", "unroutable", "Questions for which no partner was found"),
        ("questions_answered", "answered", "Answers accepted"),
        ("questions_answered_in_time", "kept", "Answers accepted within the promise"),
        ("questions_published", "published", "Answers out to their asker"),
        ("questions_archived", "archived", "Answers out in the public archive"),
        ("questions_withdrawn", "withdrawn", "Questions taken back by their asker"),
        ("questions_followed_up", "followed_up", "Times an asker wrote again"),
        ("questions_asked_back", "asked_back", "Times a partner asked the asker back (RUSA: the interview)"),
        ("questions_reopened", "reopened", "Ended questions that were opened again"),
        (
            "follow_ups_unhandled",
            "follow_up_unhandled",
            "Words after an answer that nobody saw to",
        ),
        ("answers_added", "added", "Further messages after an answer"),
        ("answers_corrected", "corrected", "Answers corrected by the partner that gave them"),
    )
)

BY_PARTNER = tuple(
    Family(f"sesame_partner_{name}", measure, "partner", "partner", meaning)
    for name, measure, meaning in (
        ("questions_routed", "routed", "Times this partner was asked"),
        ("questions_answered", "answered", "Answers of this partner accepted"),
        ("questions_answered_in_time", "kept", "Of these, within the promise"),
        ("questions_declined", "declined", "Times this partner said no"),
        ("questions_overdue", "overdue", "Times this partner's due time passed"),
    )
)

BY_OTHER = (
    Family("sesame_questions_by_subject", "received", "subject", "subject", "Questions by declared subject"),
    Family("sesame_questions_by_language", "placed", "language", "language", "Questions by language"),
    Family("sesame_questions_closed", "closed", "detail", "reason", "Questions ended without an answer"),
    Family("sesame_answers_submitted", "submitted", "detail", "way", "Answers handed in by partners"),
    Family("sesame_answers_refused", "refused", "detail", "reason", "Answers that did not count"),
    Family("sesame_answers_by_effort", "answered", "number", "effort", "Answers by READ effort, 1 to 6"),
    Family("sesame_answers_published", "published", "detail", "way", "Answers out, by way to the asker"),
    Family("sesame_ratings", "rated", "number", "stars", "Ratings by askers, 1 to 5 stars"),
    Family("sesame_archive_views", "viewed", "subject", "subject", "Times published answers were read"),
    Family("sesame_deliveries_given_up", "delivery_failed", "detail", "way", "Deliveries given up"),
    Family("sesame_mails_bounced", "bounced", "detail", "kind", "Mails that came back"),
    Family("sesame_askers_erased", "erased", "detail", "reason", "Askers forgotten"),
)

FAMILIES: tuple[Family, ...] = (*BY_CHANNEL, *BY_PARTNER, *BY_OTHER)


class DurationFamily(NamedTuple):
    """One Prometheus histogram, labelled by clock: `calendar` or `working`."""

    name: str
    measure: str
    stage: str
    meaning: str


DURATIONS = (
    DurationFamily("sesame_time_to_route_seconds", "routed", "route", "From received to the first partner"),
    DurationFamily("sesame_time_to_answer_seconds", "answered", "answer", "From received to answered"),
    DurationFamily("sesame_time_to_publish_seconds", "published", "publish", "From received to the asker"),
)

CLOCKS = ("calendar", "working")
