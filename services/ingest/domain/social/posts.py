"""What people write in social channels."""

import re
from dataclasses import dataclass

LONGEST_ABOVE = 1_500
"""Characters of another's post that are passed on with a question below it."""
PICTURE = "[image]"
THANKS = re.compile(
    r"^\W{0,9}+(?:(?:un |très |mille )?(?:grand |gros |immense )?mercis?|bravo|super|génial|formidable"
    r"|magnifique|(?:quelle )?belle (?:réponse|initiative|photo)|félicitations|top|cool|thanks?|thank you"
    r"|great|awesome|danke)\b",
    re.IGNORECASE,
)
SHORT = 80
"""Characters of a remark that thanks and asks nothing."""


@dataclass(frozen=True, slots=True)
class Picture:
    """`description` is for who can't see it, in its writer's words."""

    url: str
    description: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (PICTURE, self.description, self.url)))


@dataclass(frozen=True, slots=True)
class PostAbove:
    """What somebody else wrote, and the question is about."""

    text: str
    author: str
    url: str | None

    def __str__(self) -> str:
        quoted = "\n".join(f"> {line}" for line in self.text[:LONGEST_ABOVE].splitlines() if line.strip())
        return "\n".join(filter(None, (f"@{self.author} :", quoted, self.url)))


@dataclass(frozen=True, slots=True)
class SocialPost:
    """Something a person wrote in public. `answers` is the post it stands under, if any. `warning` is shown
    before its words; an answer keeps it, and its `visibility`. `needs_look`: why a person decides;
    `is_remark`: it thanks, and asks nothing."""

    id: str
    text: str
    author: str
    url: str | None
    answers: str | None
    warning: str | None = None
    visibility: str | None = None
    pictures: tuple[Picture, ...] = ()
    above: PostAbove | None = None
    needs_look: str | None = None
    is_remark: bool = False

    @property
    def whole(self) -> str:
        """All that a library needs to read, in the order in which people see it."""
        parts = (self.warning, self.text, *map(str, self.pictures), str(self.above or ""))
        return "\n\n".join(part for part in parts if part)

    @property
    def asks_nothing(self) -> bool:
        """A few words of thanks, or none at all: nothing to look up."""
        if self.pictures:
            return False
        if not any(map(str.isalnum, self.text)):
            return True
        return len(self.text) <= SHORT and "?" not in self.text and bool(THANKS.match(self.text))
