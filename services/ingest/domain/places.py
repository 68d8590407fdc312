"""French postcodes and the département they lie in (code officiel géographique)."""

import re

POSTCODE = re.compile(r"\d{5}")
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
