"""Mail programs as they quote: each makes a reply to a mail that really went out, above, below or between its
lines.

After what the programs write, in their own manner and languages. A program is a line in one of two tables.
"""

from __future__ import annotations

import email
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from html import escape
from typing import Literal
from urllib.parse import quote

Place = Literal["above", "below", "between"]
PLACES: tuple[Place, ...] = ("above", "below", "between")


@dataclass(frozen=True)
class Received:
    """A mail of ours as a program has it before it."""

    subject: str
    name: str
    box: str
    answer_to: str
    message_id: str
    text: str
    html: str


def received(content: bytes) -> Received:
    mail = email.message_from_bytes(content, policy=default)
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    sender = mail["From"].addresses[0]
    return Received(
        subject=str(mail["Subject"]),
        name=sender.display_name,
        box=sender.addr_spec,
        answer_to=str(mail["Reply-To"]),
        message_id=str(mail["Message-ID"]),
        text=str(plain.get_content()).rstrip("\n"),
        html=_body_of(str(html.get_content())),
    )


def _body_of(page: str) -> str:
    found = re.search(r"<body[^>]*>(.*)</body>", page, re.DOTALL)
    return found[1] if found else page


@dataclass(frozen=True)
class TextProgram:
    """`heading` is filled from the mail; `margin` stands before each quoted line. `change` is done to the
    quote."""

    heading: str
    margin: str = "> "
    subject: str = "Re: {subject}"
    threading: bool = True
    change: Callable[[str], str] = str
    places: tuple[Place, ...] = PLACES

    def reply(self, mail: Received, written: str, place: Place = "above") -> str:
        lines = self.change(mail.text).split("\n")
        quoted = [f"{self.margin}{line}".rstrip() if self.margin else line for line in lines]
        heading = _filled(self.heading, mail)
        if place == "above":
            return "\n".join((written, "", heading, *quoted))
        if place == "below":
            return "\n".join((heading, *quoted, "", written))
        half = _half(quoted)
        return "\n".join((heading, *quoted[:half], "", written, "", *quoted[half:]))


@dataclass(frozen=True)
class HtmlProgram:
    """`around` holds {written}, {heading} and {quoted} in the order of the page, for a reply above."""

    heading: str
    opens: str
    closes: str
    first: str = "<div>{written}</div><br>"
    subject: str = "Re: {subject}"
    threading: bool = True
    change: Callable[[str], str] = str
    places: tuple[Place, ...] = ("above", "below")

    def reply(self, mail: Received, written: str, place: Place = "above") -> str:
        """`written` is HTML."""
        own = self.first.replace("{written}", written)
        quoted = _filled(self.heading, mail, escape) + self.opens + self.change(mail.html) + self.closes
        body = own + quoted if place == "above" else quoted + own
        return f"<html><head><style>p {{ margin: 0 }}</style></head><body>{body}</body></html>"


def as_html(written: str) -> str:
    """As an editor writes it: a line is a block, an empty one a break."""
    return "".join(f"<div>{escape(line) if line.strip() else '<br>'}</div>" for line in written.split("\n"))


def _filled(heading: str, mail: Received, by: Callable[[str], str] = str) -> str:
    values = {"name": mail.name, "box": mail.box, "answer_to": mail.answer_to, "subject": mail.subject}
    return heading.format(**{key: by(value) for key, value in values.items()})


def _half(quoted: list[str]) -> int:
    """After an empty line near the middle, where a person would write."""
    empty = [
        number for number, line in enumerate(quoted) if not line.strip(" >") and 3 < number < len(quoted) - 3
    ]
    middle = len(quoted) // 2
    return min(empty, key=lambda number: abs(number - middle), default=middle) + 1


def wrapped_at_72(text: str) -> str:
    """Wrapped once more by a program that knows no quotes."""
    return "\n".join(
        piece
        for line in text.split("\n")
        for piece in textwrap.wrap(line, 40, break_long_words=False, break_on_hyphens=False) or [""]
    )


def joined(text: str) -> str:
    """Paragraphs in one line each, as flowed text comes out."""
    return re.sub(r"(?<=[^\n])\n(?=[^\n>-])", " ", text)


def safe_links(text: str) -> str:
    """As Microsoft's gateway rewrites addresses."""
    return re.sub(
        r"https?://[^\s\"<]+",
        lambda link: (
            "https://eur02.safelinks.protection.outlook.com/?url="
            + quote(link[0], safe="")
            + "&data=05%7C02%7C&reserved=0"
        ),
        text,
    )


def proofpoint(text: str) -> str:
    return re.sub(
        r"https?://[^\s\"<]+", lambda link: f"https://urldefense.com/v3/__{link[0]}__;!!AbC!x$", text
    )


def typographic(text: str) -> str:
    """As an editor that corrects while it quotes."""
    changes = {"'": "’", " :": "\u00a0:", " ?": "\u202f?", '"': "”", "...": "…"}
    for plain, nicer in changes.items():
        text = text.replace(plain, nicer)
    return text


FRENCH_BLOCK = (
    "De : {name} <{answer_to}>\nEnvoyé : mardi 1 décembre 2026 10:40\nÀ : Bibliothèque\nObjet : {subject}\n"
)
TEXT_PROGRAMS: Mapping[str, TextProgram] = {
    "gmail": TextProgram("Le mar. 1 déc. 2026 à 10:40, {name} <{answer_to}> a écrit :\n"),
    "gmail wrapped": TextProgram("Le mar. 1 déc. 2026 à 10:40, {name} <\n{answer_to}> a écrit :\n"),
    "gmail english": TextProgram("On Tue, Dec 1, 2026 at 10:40 AM {name} <{answer_to}>\nwrote:\n"),
    "outlook old": TextProgram("-----Message d'origine-----\n" + FRENCH_BLOCK, "", "RE: {subject}"),
    "outlook mailto": TextProgram(
        "-----Message d'origine-----\nDe : {name} [mailto:{answer_to}]\n"
        "Envoyé : mardi 1 décembre 2026 10:40\n"
        "À : Bibliothèque\nObjet : {subject}\n",
        "",
        "RE: {subject}",
    ),
    "outlook underlined": TextProgram("_" * 32 + "\n" + FRENCH_BLOCK, "", "RE: {subject}", change=safe_links),
    "outlook english": TextProgram(
        "From: {name} <{answer_to}>\nSent: Tuesday, December 1, 2026 10:40 AM\nTo: Library <l@lib.example>\n"
        "Subject: {subject}\n",
        "",
        change=proofpoint,
    ),
    "apple mail": TextProgram("> Le 1 déc. 2026 à 10:40, {name} <{answer_to}> a écrit :\n> "),
    "thunderbird": TextProgram("Le 01/12/2026 à 10:40, {name} a écrit :"),
    "thunderbird wrapped": TextProgram("Le 01/12/2026 à 10:40, {name} a écrit :", change=wrapped_at_72),
    "thunderbird flowed": TextProgram("Le 01/12/2026 à 10:40, {name} a écrit :", change=joined),
    "zimbra": TextProgram(
        'De: "{name}" <{answer_to}>\nÀ: "Bibliothèque" <biblio@brumal.example>\n'
        "Envoyé: Mardi 1 Décembre 2026 10:40:12\nObjet: {subject}\n",
        "",
    ),
    "zimbra titled": TextProgram(
        "----- Mail original -----\n"
        'De: "{name}" <{answer_to}>\nÀ: "Bibliothèque" <biblio@brumal.example>\n'
        "Envoyé: Mardi 1 Décembre 2026 10:40:12\nObjet: {subject}\n",
    ),
    "horde": TextProgram("{name} <{answer_to}> a écrit :\n"),
    "roundcube": TextProgram("Le 01.12.2026 10:40, {name} a écrit :\n"),
    "roundcube english": TextProgram("On 2026-12-01 10:40, {name} wrote:", change=typographic),
    "groupwise": TextProgram(
        ">>> {name} <{answer_to}> 01/12/2026 10:40 >>>", "", "Rép. : {subject}", threading=False
    ),
    "notes": TextProgram(
        "{name} <{answer_to}>\n01/12/2026 10:40\n\nPour : biblio@brumal.example\ncc :\nObjet : {subject}\n",
        "",
        "Réf. : {subject}",
        threading=False,
    ),
    "orange": TextProgram(
        "> Message du 01/12/26 10:40\n> De : {name} <{answer_to}>\n> A : biblio@brumal.example\n> Copie à :\n"
        "> Objet : {subject}\n> "
    ),
    "yahoo": TextProgram(
        "Le mardi 1 décembre 2026 à 10:40:12 UTC+1, {name} <{answer_to}> a écrit : \n\n ", ""
    ),
    "samsung": TextProgram(
        "-------- Message d'origine --------\nDe : {name} <{answer_to}>\n"
        "Date : 01/12/2026 10:40 (GMT+01:00)\nÀ : biblio@brumal.example\nObjet : {subject}\n",
        "",
    ),
    "qq": TextProgram(
        '------------------ 原始邮件 ------------------\n发件人: "{name}" <{answer_to}>;\n'
        "发送时间: 2026年12月1日 上午10:40\n主题: {subject}\n",
        "",
        "回复：{subject}",
        threading=False,
    ),
    "aol": TextProgram(
        "-----E-mail d'origine-----\nDe : {name} <{answer_to}>\nEnvoyé le : mar, 1 déc 2026 10:40\n", ""
    ),
    "android": TextProgram("---- {name} a écrit ----\n", ""),
    "german": TextProgram(
        "{name} <{answer_to}> schrieb am Di., 1.\nDez. 2026 um 10:40 Uhr:\n", subject="AW: {subject}"
    ),
    "german thunderbird": TextProgram("Am 01.12.26 um 10:40 schrieb {name}:"),
    "dutch": TextProgram("Op di 1 dec 2026 om 10:40 schreef {name} <{answer_to}>:\n"),
    "italian": TextProgram("Il giorno mar 1 dic 2026 alle ore 10:40 {name} <{answer_to}>\nha scritto:\n"),
    "spanish": TextProgram("El mar, 1 dic 2026 a las 10:40, {name} (<{answer_to}>) escribió:\n"),
    "forward": TextProgram(
        "-------- Message transféré --------\nSujet : {subject}\nDate : Tue, 1 Dec 2026 10:40:00 +0100\n"
        "De : {name} <{answer_to}>\nPour : biblio@brumal.example\n",
        "",
        "TR: {subject}",
        threading=False,
    ),
    "renamed": TextProgram("Le 01/12/2026 à 10:40, Réseau des biblis a écrit :"),
}

FRENCH_HTML_BLOCK = (
    "<b>De :</b> {name}<br><b>Envoyé :</b> mardi 1 décembre 2026 10:40<br>"
    "<b>À :</b> Bibliothèque<br><b>Objet :</b> {subject}"
)
HTML_PROGRAMS: Mapping[str, HtmlProgram] = {
    "gmail": HtmlProgram(
        '<div class="gmail_quote"><div dir="ltr" class="gmail_attr">Le mar. 1 déc. 2026 à 10:40, {name} &lt;'
        '<a href="mailto:{answer_to}">{answer_to}</a>&gt; a écrit :<br></div>',
        '<blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px solid #ccc">',
        "</blockquote></div>",
        '<div dir="ltr">{written}</div><br>',
    ),
    "outlook new": HtmlProgram(
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p class="MsoNormal">'
        + FRENCH_HTML_BLOCK
        + "</p></div>",
        "",
        "</div>",
        '<div class="WordSection1"><div class="MsoNormal">{written}</div>',
        "RE: {subject}",
        change=safe_links,
    ),
    "outlook web": HtmlProgram(
        '<hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr">'
        + FRENCH_HTML_BLOCK
        + "</div>",
        "<div>",
        "</div>",
    ),
    "apple mail": HtmlProgram(
        '<div><br><blockquote type="cite"><div>Le 1 déc. 2026 à 10:40, {name} '
        "&lt;{answer_to}&gt; a écrit :</div><br>",
        "<div>",
        "</div></blockquote></div>",
    ),
    "thunderbird": HtmlProgram(
        '<div class="moz-cite-prefix">Le 01/12/2026 à 10:40, {name} a écrit :<br></div>',
        '<blockquote type="cite">',
        "</blockquote>",
    ),
    "zimbra": HtmlProgram(
        '<hr id="zwchr"><div><b>De: </b>"{name}" &lt;{answer_to}&gt;<br><b>À: </b>"B" &lt;b@b.example&gt;<br>'
        "<b>Envoyé: </b>Mardi 1 Décembre 2026 10:40:12<br><b>Objet: </b>{subject}<br></div><br>",
        "<div>",
        "</div>",
    ),
    "horde": HtmlProgram(
        "<p>{name} &lt;{answer_to}&gt; a écrit :</p>", '<blockquote type="cite">', "</blockquote>"
    ),
    "roundcube": HtmlProgram(
        '<p id="reply-intro">Le 01.12.2026 10:40, {name} a écrit :</p>',
        '<blockquote type="cite" style="padding:0 0.4em">',
        "</blockquote>",
    ),
    "yahoo": HtmlProgram(
        '<div class="yahoo_quoted"><div>Le mardi 1 décembre 2026 à 10:40:12 UTC+1, {name} '
        "&lt;{answer_to}&gt; a écrit :</div><div><br></div>",
        "<div>",
        "</div></div>",
    ),
    "samsung": HtmlProgram(
        "<div>-------- Message d'origine --------</div><div>De : {name} &lt;{answer_to}&gt;</div>"
        "<div>Date : 01/12/2026 10:40 (GMT+01:00)</div><div>À : b@b.example</div><div>Objet : {subject}</div>"
        "<div><br></div>",
        "<div>",
        "</div>",
    ),
    "orange": HtmlProgram(
        '<blockquote style="border-left:2px solid"><p>&gt; Message du 01/12/26 10:40<br>&gt; De : {name} '
        "&lt;{answer_to}&gt;<br>&gt; A : b@b.example<br>&gt; Objet : {subject}</p>",
        "<div>",
        "</div></blockquote>",
    ),
}


def as_mail(mail: Received, program: TextProgram | HtmlProgram, body: str, **more: str) -> EmailMessage:
    """The whole reply as it comes to us."""
    message = EmailMessage()
    usual = {
        "From": "Bibliothèque <desk@bib.example>",
        "To": mail.answer_to,
        "Subject": program.subject.format(subject=mail.subject),
        "Message-ID": "<reply@bib.example>",
    }
    if program.threading:
        usual |= {"In-Reply-To": mail.message_id, "References": mail.message_id}
    for name, value in (usual | more).items():
        message[name] = value
    message.set_content(body, subtype="html" if isinstance(program, HtmlProgram) else "plain")
    return message
