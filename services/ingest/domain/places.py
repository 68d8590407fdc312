"""What postcodes look like where the form asks for them. Where one lies is the router's to say."""

import re
from unicodedata import decimal, normalize

COUNTRY_BEFORE = {
    country: re.compile(rf"^{letters}[- ]{{0,2}}(?=\d)")
    for country, letters in {"FR": "FR?", "BE": "BE?", "CH": "CH", "LU": "LU?"}.items()
}
"""Letters of a country that is not the chosen one stay: who wrote them is to be asked which is meant."""
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
    if letters := COUNTRY_BEFORE.get(country):
        text = letters.sub("", text)
    before_town = re.match(rf"(?:{form.pattern})(?=[ ,]+[^\W\d])", text)
    return before_town[0] if before_town else text


def is_postcode(country: str, postcode: str) -> bool:
    """Whether it can be one there; of a country that is not listed nothing is known."""
    form = FORMS.get(country)
    return form is None or form.fullmatch(postcode.upper()) is not None
