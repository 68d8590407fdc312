"""What postcodes look like where the form asks for them. Where one lies is the router's to say."""

import re
from unicodedata import decimal, normalize

COUNTRY_BEFORE = re.compile(r"^(?:FR?|BE?|CH|LU?)[- ]{0,2}(?=\d)")
FORMS = {
    "FR": re.compile(r"(?:0[1-9]|[1-8]\d|9[0-5]) ?\d{3}|(?:97[1-8]|98[04678]) ?\d\d"),
    "BE": re.compile(r"(?:B-? ?)?[1-9]\d{3}"),
    "CH": re.compile(r"(?:CH-? ?)?[1-9]\d{3}"),
    "LU": re.compile(r"(?:L-? ?)?[1-9]\d{3}"),
    "CA": re.compile(r"[A-Z]\d[A-Z] ?\d[A-Z]\d"),
}


def plain_postcode(country: str, typed: str) -> str:
    """As it is compared: `F-75013`, `75647 Paris Cedex 13`, `B-1000` and other scripts' digits are what they
    mean. What is no postcode stays as it was typed, but for its case and spaces."""
    signs = normalize("NFKC", typed).upper()
    text = " ".join("".join(str(decimal(sign, sign)) for sign in signs).split())
    form = FORMS.get(country)
    if form is None:
        return text
    text = COUNTRY_BEFORE.sub("", text)
    before_town = re.match(rf"(?:{form.pattern})(?=[ ,]+[^\W\d])", text)
    return before_town[0] if before_town else text


def is_postcode(country: str, postcode: str) -> bool:
    """Whether it can be one there; of a country that is not listed nothing is known."""
    form = FORMS.get(country)
    return form is None or form.fullmatch(postcode.upper()) is not None
