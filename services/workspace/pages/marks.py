"""The few marks of an answer: CommonMark without raw HTML or pictures, links to the web and to mail only."""

from __future__ import annotations

from markdown_it import MarkdownIt
from markupsafe import Markup

LINKS = ("https://", "http://", "mailto:")


def _is_link(url: str) -> bool:
    return url.lower().startswith(LINKS)


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(
        ["image", "html_block", "html_inline"]
    )
    reader.validateLink = _is_link  # type: ignore[method-assign]
    return reader


_READER = _reader()


def marked(text: str) -> Markup:
    """HTML of it: whatever was typed, nothing but paragraphs, lists, headings, quotes, code and links."""
    return Markup(_READER.render(text.replace("\0", "")))
