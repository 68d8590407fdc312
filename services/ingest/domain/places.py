"""What postcodes look like where the form asks for them. Where one lies is the router's to say."""

import re

FORMS = {
    "FR": re.compile(r"(?:0[1-9]|[1-8]\d|9[0-5]) ?\d{3}|(?:97[1-8]|98[04678]) ?\d\d"),
    "BE": re.compile(r"(?:B-? ?)?[1-9]\d{3}"),
    "CH": re.compile(r"(?:CH-? ?)?[1-9]\d{3}"),
    "LU": re.compile(r"(?:L-? ?)?[1-9]\d{3}"),
    "CA": re.compile(r"[A-Z]\d[A-Z] ?\d[A-Z]\d"),
}


def is_postcode(country: str, postcode: str) -> bool:
    """Whether it can be one there; of a country that is not listed nothing is known."""
    form = FORMS.get(country)
    return form is None or form.fullmatch(postcode.upper()) is not None
