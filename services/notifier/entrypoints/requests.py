"""The notifier's doors: what the coordinator asks at the workspace."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from services.chassis.messaging.readers import EventReader
from services.chassis.messaging.requests import request_reader, tell_page
from services.contracts import coordinator as asked
from services.notifier.handlers import failures, group_posts, release_requests
from services.notifier.handlers.archiving import ReleaseRules
from services.notifier.handlers.outcomes import Outcomes


def requests(rules: ReleaseRules, outcomes: Outcomes, keys: Sequence[bytes]) -> EventReader:
    return request_reader(
        "notifier",
        {
            asked.OutgoingListRequested: partial(failures.tell_anew, keys),
            asked.NotifierFactsRequested: tell_page,
            asked.RetryRequested: failures.retry_requested,
            asked.LiftRequested: failures.lift_requested,
            asked.PostedRequested: partial(group_posts.posted, outcomes),
            asked.EntryShowRequested: release_requests.show,
            asked.EntryReleaseRequested: partial(release_requests.release, rules),
            asked.EntryKeepRequested: release_requests.keep,
            asked.EntryWithdrawRequested: release_requests.withdraw,
        },
    )
