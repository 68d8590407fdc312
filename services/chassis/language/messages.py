"""The mark of a text that is translated later than where it stands."""


def N_(message: str) -> str:
    """Names a message for translators, in a table for example; a `Translator` says it."""
    return message


def NN_(one: str, many: str) -> tuple[str, str]:
    """Names a message with its plural; said with a number."""
    return one, many
