"""The archive for programs: Atom (RFC 4287), sitemap, OpenSearch, schema.org QAPage, JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from services.chassis.language import Translator
from services.chassis.language.detection import language_of
from services.chassis.language.names import Names
from services.notifier.store.archive.published import EntryLine, ReleasedEntry

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ATOM = "http://www.w3.org/2005/Atom"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
SITEMAP_LENGTH = 50_000
"""Addresses in one sitemap at most (sitemaps.org)."""


def feed(
    url: str, self_url: str, title: str, lines: Sequence[EntryLine], now: datetime, names: Names
) -> bytes:
    """An Atom feed of entries, the newest first. `url` is the archive's; the same list as a page has the
    feed's own query."""
    root = Element("feed", {"xmlns": ATOM, XML_LANG: names.words.language})
    _text(root, "id", self_url)
    _text(root, "title", title)
    newest = max((line.published_at for line in lines), default=now)
    _text(root, "updated", newest.isoformat())
    SubElement(root, "link", rel="self", type="application/atom+xml", href=self_url)
    page = self_url.replace("/feed.atom", "/", 1)
    SubElement(root, "link", rel="alternate", type="text/html", href=page)
    for line in lines:
        _entry(root, url, line, names)
    return _document(root)


def _entry(root: Element, url: str, line: EntryLine, names: Names) -> None:
    entry = SubElement(root, "entry")
    address = f"{url}/a/{line.number}"
    _text(entry, "id", address)
    _text_in_language(entry, "title", line.title, line.language)
    SubElement(entry, "link", rel="alternate", type="text/html", href=address)
    _text(entry, "updated", line.published_at.isoformat())
    _text(entry, "published", line.published_at.isoformat())
    _text(SubElement(entry, "author"), "name", line.partner_name)
    if line.subject:
        SubElement(entry, "category", term=line.subject, label=names.theme(line.subject))
    _text_in_language(entry, "summary", line.excerpt, line.language)


def sitemap(url: str, addresses: Iterable[tuple[int, datetime]]) -> bytes:
    root = Element("urlset", xmlns=SITEMAP)
    for number, published_at in addresses:
        page = SubElement(root, "url")
        _text(page, "loc", f"{url}/a/{number}")
        _text(page, "lastmod", published_at.date().isoformat())
    return _document(root)


def sitemap_index(url: str, parts: int) -> bytes:
    root = Element("sitemapindex", xmlns=SITEMAP)
    for part in range(parts):
        _text(SubElement(root, "sitemap"), "loc", f"{url}/sitemap-{part}.xml")
    return _document(root)


def open_search(url: str, network: str, words: Translator) -> bytes:
    """So that a browser or a discovery system can search here."""
    root = Element("OpenSearchDescription", xmlns=OPENSEARCH)
    _text(root, "ShortName", network[:16])
    _text(root, "Description", f"{network} · {words.gettext('Answers from libraries')}")
    _text(root, "InputEncoding", "UTF-8")
    page = f"{url}/?q={{searchTerms}}&page={{startPage?}}&lang={words.language}"
    SubElement(root, "Url", type="text/html", template=page)
    SubElement(root, "Url", type="application/json", template=f"{url}/api/v1/answers?q={{searchTerms}}")
    SubElement(root, "Url", type="application/atom+xml", template=f"{url}/feed.atom?q={{searchTerms}}")
    return _document(root)


def question_and_answer(url: str, entry: ReleasedEntry) -> dict[str, Any]:
    """schema.org/QAPage, as search engines read it."""
    address = f"{url}/a/{entry.number}"
    author = {"@type": "Library", "name": entry.partner_name}
    return {
        "@context": "https://schema.org",
        "@type": "QAPage",
        "mainEntity": {
            "@type": "Question",
            "name": entry.title,
            "text": entry.question,
            "inLanguage": language_of(entry.question) or entry.language,
            "answerCount": 1,
            "datePublished": entry.published_at.isoformat(),
            "acceptedAnswer": {
                "@type": "Answer",
                "text": entry.answer,
                "inLanguage": language_of(entry.answer) or entry.language,
                "url": address,
                "dateCreated": entry.answered_at.isoformat(),
                "author": author,
                "citation": list(entry.sources),
            },
        },
    }


def line_json(url: str, line: EntryLine) -> dict[str, Any]:
    return {
        "number": line.number,
        "url": f"{url}/a/{line.number}",
        "title": line.title,
        "excerpt": line.excerpt,
        "subject": line.subject,
        "language": line.language,
        "partner": {"id": line.partner, "name": line.partner_name},
        "answered_at": line.answered_at,
        "published_at": line.published_at,
    }


def entry_json(url: str, entry: ReleasedEntry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "url": f"{url}/a/{entry.number}",
        "title": entry.title,
        "question": entry.question,
        "answer": entry.answer,
        "sources": list(entry.sources),
        "subject": entry.subject,
        "language": entry.language,
        "partner": {"id": entry.partner, "name": entry.partner_name},
        "answered_at": entry.answered_at,
        "published_at": entry.published_at,
    }


def _text_in_language(parent: Element, name: str, value: str, told: str | None) -> None:
    """A person's words, in a language of their own."""
    _text(parent, name, value)
    if code := language_of(value) or told:
        parent[-1].set(XML_LANG, code)


def _text(parent: Element, name: str, value: str) -> None:
    # XML 1.0 has no way to write control characters and non-characters, not even escaped.
    SubElement(parent, name).text = UNWRITABLE.sub("", value)


def _document(root: Element) -> bytes:
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document
