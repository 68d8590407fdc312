"""The part of a mail that looks quoted, in the languages of the network. All texts are our own."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain.mime.html_text import html_to_text
from services.ingest.domain.replies.folding import folded, reply_above_quote

REPLY = "Bonjour,\n\nLe fonds local garde trois cartes du moulin.\nVoyez la cote G 12."

SECTIONS = (Path(__file__).parent / "quotes.txt").read_text(encoding="utf-8").split("== ")[1:]
QUOTES = dict(section.split("\n", 1) for section in SECTIONS)
"""What a mail program puts below a reply, by language and program."""


@pytest.mark.parametrize("quote", QUOTES.values(), ids=QUOTES.keys())
def test_the_quote_below_is_left_out(quote: str) -> None:
    assert reply_above_quote(f"{REPLY}\n\n{quote}") == REPLY


@pytest.mark.parametrize("quote", QUOTES.values(), ids=QUOTES.keys())
def test_mails_with_carriage_returns_are_read_alike(quote: str) -> None:
    assert reply_above_quote(f"{REPLY}\n\n{quote}".replace("\n", "\r\n")) == REPLY


@pytest.mark.parametrize(
    "text",
    [
        "Le 12 mai 1897, le journal annonce la vente.\nLe maire a écrit au préfet le même jour.",
        "Je vais de Lyon à Brest.\nDe : la gare\nÀ : la bibliothèque",
        "On the one hand, yes.\nOn the other hand, no: see below.",
        "Horaires :\n- lundi : 10 h\n- mardi : 14 h 30",
        "Sent from my desk, where the catalogue lies.",
        "Voici :\n----\nTitre : Les Moulins\n----\nFin.",
        "Première partie.\n\n________________\n\nSeconde partie : voyez le fonds local.",
        "Titre : Les Moulins\nDate : 1890\nÀ : Lyon, chez Rey",
        "Né en 1950.\nVoyez https://archives.example/on-3-june-2025-someone-wrote:",
    ],
)
def test_an_answer_that_looks_a_little_like_a_quote_is_kept_whole(text: str) -> None:
    assert reply_above_quote(text) == text


def test_answers_between_the_quoted_lines_are_kept() -> None:
    attribution = "Le 3 juin 2025 à 10:12, R <q@r.example> a écrit :"
    mail = f"{attribution}\n> Où était le moulin ?\nÀ Grigny.\n\n> Quand ?\n\nEn 1780."
    assert reply_above_quote(mail) == "À Grigny.\n\nEn 1780."


def test_a_dated_sentence_just_above_the_attribution_stays_with_the_reply() -> None:
    mail = "Le moulin brûla en 1902.\nLe 3 juin 2025 à 10:12, R <q@r.example> a écrit :\n> Quand ?"
    assert reply_above_quote(mail) == "Le moulin brûla en 1902."


def test_a_mail_that_only_quotes_leaves_nothing() -> None:
    assert reply_above_quote("> Où était le moulin ?\n> Merci") == ""


@pytest.mark.parametrize(
    "quote",
    [
        '<div class="gmail_quote"><div class="gmail_attr">Le mar. 3 juin 2025 à 10:12, R &lt;'
        '<a href="mailto:q@r.example">q@r.example</a>&gt; a écrit :<br></div>'
        "<blockquote>Où était le moulin ?</blockquote></div>",
        "<hr><div><b>De :</b> R &lt;q@r.example&gt;<br><b>Envoyé :</b> mardi 3 juin 2025 10:12<br>"
        "<b>À :</b> M<br><b>Objet :</b> Moulin<br></div><div>Où était le moulin ?</div>",
        '<div style="border-top:solid #E1E1E1 1.0pt"><p><b>Von:</b> N &lt;q@n.example&gt;<br>'
        "<b>Gesendet:</b> Dienstag<br><b>An:</b> M<br><b>Betreff:</b> Mühle</p></div><p>Wo?</p>",
        '<div class="moz-cite-prefix">On 03/06/2025 10:12, R wrote:<br></div>'
        '<blockquote type="cite"><p>Where?</p></blockquote>',
    ],
)
def test_the_quote_of_an_html_mail_is_left_out(quote: str) -> None:
    html = (
        f"<html><head><style>p {{}}</style></head><body><p>Bonjour,</p><p>À Grigny.</p>{quote}</body></html>"
    )
    assert reply_above_quote(html_to_text(html)) == "Bonjour,\n\nÀ Grigny."


def test_html_keeps_lists_links_and_paragraphs() -> None:
    link = '<a href="https://gallica.example/1">plan</a>'
    html = f"<p>Voyez&nbsp;:</p><ul><li>le {link}</li><li>la carte</li></ul>fin"
    assert html_to_text(html).replace("\u00a0", " ") == (
        "Voyez :\n\n- le plan <https://gallica.example/1>\n- la carte\n\nfin"
    )


@pytest.mark.parametrize("quote", QUOTES.values(), ids=QUOTES.keys())
def test_what_is_folded_up_is_not_lost(quote: str) -> None:
    text = f"{REPLY}\n\n{quote.strip()}\n" + "> Où se trouvait le moulin de Brumal ?\n" * 8
    shown, hidden = folded(text)
    assert f"{shown}\n{hidden}".split() == text.split()


def test_what_is_short_or_nothing_but_quote_is_shown_at_once() -> None:
    assert folded("À Grigny.\n\n> Où ?") == ("À Grigny.\n\n> Où ?", "")
    assert folded("> Où ?\n" * 60) == ("> Où ?\n" * 60, "")


@given(st.text(alphabet=st.sampled_from(list(">-_:@.< \nDeàÀOnLe12025abéwrote")), max_size=300))
def test_no_text_makes_the_reader_fail_or_invent_words(text: str) -> None:
    assert set(reply_above_quote(text).split()) <= set(text.split())
