"""Our own addresses: question@, question+<partner>@, reply+<token>@ the mail domain."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.contracts.addresses import is_partner_id


@dataclass(frozen=True, slots=True)
class Mailboxes:
    question_box: str
    reply_box: str

    @property
    def own(self) -> frozenset[str]:
        return frozenset({self.question_box.lower(), self.reply_box.lower()})

    def takes(self, address: str) -> bool:
        """Whether mail to this address is for us."""
        return _split(address)[0] in self.own

    def reply_token(self, recipients: Sequence[str]) -> str | None:
        """What stands behind the plus of the first reply address (maybe nothing); None without one."""
        tokens = [tag for box, tag in map(_split, recipients) if box == self.reply_box.lower()]
        return next((tag for tag in tokens if tag), "" if tokens else None)

    def origin(self, recipients: Sequence[str]) -> str | None:
        """The partner whose own address of ours (question+montreuil@…) the mail was sent to."""
        tags = [tag for box, tag in map(_split, recipients) if box == self.question_box.lower() and tag]
        return next((tag for tag in tags if is_partner_id(tag)), None)


def _split(address: str) -> tuple[str, str]:
    """(address without tag, tag), lower case."""
    local, _, domain = address.strip().lower().rpartition("@")
    name, _, tag = local.partition("+")
    return f"{name}@{domain}", tag
