"""What codes are called on pages."""

from __future__ import annotations

from collections.abc import Mapping

from services.chassis.language import N_

SPOKEN: Mapping[str, str] = {
    # Lists.
    "to_take": N_("To take"),
    "in_hand": N_("In hand"),
    "waiting": N_("Waiting for the asker"),
    "answered": N_("Answered"),
    "passed": N_("Passed on"),
    # States of a question.
    "state_received": N_("being routed"),
    "state_asked": N_("with a library"),
    "state_unroutable": N_("without a library"),
    "state_answered": N_("answered"),
    "state_closed": N_("closed"),
    "state_withdrawn": N_("withdrawn by the asker"),
    # What happened.
    "asked": N_("The question"),
    "followed_up": N_("The asker adds"),
    "asked_back": N_("The library asks back"),
    "added": N_("The library adds"),
    "corrected": N_("The library corrects"),
    "asks_again": N_("The asker says that the answer does not help"),
    "resumed": N_("the clocks run again"),
    "unhandled": N_("nobody saw to what the asker added: the coordinator decides"),
    "take_withdrawn": N_("no longer in hand at"),
    "spam_reported": N_("no question, says"),
    "rated": N_("The asker’s opinion"),
    "routed": N_("asked of"),
    "declined": N_("declined by"),
    "taken": N_("taken by"),
    "overdue": N_("time ran out at"),
    "unroutable": N_("no library could be found: the coordinator decides"),
    "answer_accepted": N_("The answer"),
    "answer_handed_in": N_("Answer handed in"),
    "answer_refused": N_("Answer that was not passed on"),
    "closed": N_("closed"),
    "reopened": N_("opened again"),
    "withdrawn": N_("withdrawn by the asker"),
    "published": N_("out"),
    "extended": N_("more time for"),
    # Roles.
    "respondent": N_("respondent"),
    "lead": N_("lead"),
    "coordinator": N_("coordinator"),
    "observer": N_("observer"),
    # Requests.
    "answer.submitted": N_("Your answer"),
    "decline.submitted": N_("Declining"),
    "take.submitted": N_("Taking the question"),
    "clarification.submitted": N_("Your question to the asker"),
    "addition.submitted": N_("What you add"),
    "under_way": N_("under way"),
    "accepted": N_("arrived"),
    "refused": N_("refused"),
    # Why a request was refused.
    "ended": N_("the question is over"),
    "invalid": N_("a field is not as it must be"),
    "reused": N_("the same form came before with another text"),
    "too_large": N_("it is too long"),
    "too_many": N_("too much at once: try again in a moment"),
    "unknown_question": N_("the network does not know this question"),
    "unknown_type": N_("the network does not know this request"),
    # Deeds of the log.
    "signed_in": N_("signed in"),
    "signed_out": N_("signed out"),
    "ended_session": N_("ended a session"),
    "ended_sessions": N_("ended the other sessions"),
    "invited": N_("invited somebody"),
    "let_go": N_("removed somebody"),
    "handed_over": N_("handed over"),
    "given_back": N_("gave back"),
    "noted": N_("wrote a note"),
    # Ways in.
    "mail": N_("link in a mail"),
    "oidc": N_("the network’s sign-in"),
    "passkey": N_("passkey"),
    "command": N_("link of an operator"),
    # Faults of forms.
    "no_name": N_("Write the person’s name."),
    "no_address": N_("Write a mail address, as amel.b@bm-exemple.fr."),
}
"""Code → message. A code that is not here is shown as it is."""
