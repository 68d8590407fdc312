"""The mark of a text that is translated later than where it stands."""


def N_(message: str) -> str:
    """Names a message for translators, in a table for example; a `Translator` says it."""
    return message
