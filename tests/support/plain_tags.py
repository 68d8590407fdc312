"""A page's tags without the attributes that say whose words stand in them."""

import re

WHOSE = re.compile(r' (?:dir|lang)="[^"]*"')


def plain_tags(html: str) -> str:
    """`<q dir="auto">Lyon</q>` as `<q>Lyon</q>`: for what is said, not how it runs."""
    return WHOSE.sub("", html)
