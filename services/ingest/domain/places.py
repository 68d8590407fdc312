"""Postcodes, and the département that a French one lies in (code officiel géographique)."""

import re

POSTCODE = re.compile(r"\d{5}")
FORMS = {
    "BE": re.compile(r"(?:B-? ?)?[1-9]\d{3}"),
    "CH": re.compile(r"(?:CH-? ?)?[1-9]\d{3}"),
    "LU": re.compile(r"(?:L-? ?)?[1-9]\d{3}"),
    "CA": re.compile(r"[A-Z]\d[A-Z] ?\d[A-Z]\d"),
}
"""What postcodes look like where the form asks for them."""
OVERSEAS = {"971", "972", "973", "974", "975", "976", "977", "978", "984", "986", "987", "988"}
MAINLAND = {f"{number:02}" for number in range(1, 96)} - {"20"} | {"2A", "2B"}
MONACO = "980"
SAINT_BARTHELEMY, SAINT_MARTIN = "97133", "97150"


def department_of(country: str, postcode: str | None) -> str | None:
    """`38000` → `38`, `20090` → `2A`, `97400` → `974`; None outside France and for what is no postcode.

    A postcode may reach over a border of départements (16 of 6,310 do): its own two digits decide.
    """
    code = (postcode or "").replace(" ", "")
    if country != "FR" or not POSTCODE.fullmatch(code) or code < "01000":
        return None
    if code.startswith("20"):
        return "2A" if code < "20200" else "2B"
    if code in (SAINT_BARTHELEMY, SAINT_MARTIN):
        return "977" if code == SAINT_BARTHELEMY else "978"
    return code[:3] if code.startswith(("97", "98")) else code[:2]


def is_postcode(country: str, postcode: str) -> bool:
    """Whether it can be one there; of a country that is not listed nothing is known."""
    if country == "FR":
        return department_of(country, postcode) in MAINLAND | OVERSEAS | {MONACO}
    form = FORMS.get(country)
    return form is None or form.fullmatch(postcode.upper()) is not None
