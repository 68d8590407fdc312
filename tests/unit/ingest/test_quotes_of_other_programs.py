"""More programs that quote a mail of ours, each in its way: what was written arrives alone."""

from __future__ import annotations

import textwrap

import pytest

from services.ingest.domain.replies.quoting import written_in
from tests.support.our_mails import memory_of, our_mail

OURS = our_mail("assigned", note="Je suis malade, merci de faire vite.")
TEXT = OURS.shown.text
WRITTEN = "Bonjour,\n\nLe moulin se trouvait au bord du Rhône (3 P 69).\n\nBien à vous"


def margin(text: str, mark: str = "> ") -> str:
    return "\n".join((mark + line).rstrip() for line in text.split("\n"))


def wrapped(text: str, width: int) -> str:
    return "\n".join(piece for line in text.split("\n") for piece in (textwrap.wrap(line, width) or [""]))


FROM = "Sésame <reply@sesame.example>"
TO = "desk@bib.example"
BELOW = {
    "mutt": "On Fri, Nov 20, 2026 at 10:12:31AM +0100, Sésame wrote:\n" + margin(TEXT),
    "kmail": "Le vendredi 20 novembre 2026, 10:12:31 CET Sésame a écrit :\n" + margin(TEXT),
    "web.de": f"Gesendet: Freitag, 20. November 2026 um 10:12 Uhr\nVon: {FROM}\nAn: {TO}\n"
    f"Betreff: Q\n\n{TEXT}",
    "mail.ru": f"Пятница, 20 ноября 2026, 10:12 +03:00 от {FROM}:\n\n" + margin(TEXT),
    "sfr": f"{'=' * 40}\nMessage du : 20/11/2026 10:12\nDe : {FROM}\nA : {TO}\nSujet : Q\n\n{TEXT}",
    "em client": f'------ Message d\'origine ------\nDe "Sésame" <reply@sesame.example>\nÀ {TO}\n'
    f"Date 20/11/2026 10:12:31\nObjet Q\n\n{TEXT}",
    "sogo": f"Le vendredi 20 novembre 2026 10:12 CET, {FROM} a écrit:\n\n" + margin(TEXT, " "),
    "notes": f"\n\nDe :    {FROM}\nA :     {TO}\nDate :  20/11/2026 10:12\nObjet : Q\n\n\n\n{TEXT}",
    "breaks links": "Le 20 nov. 2026 à 10:12, Sésame a écrit :\n\n" + margin(wrapped(TEXT, 58)),
    "breaks links more": "Le 20 nov. 2026 à 10:12, Sésame a écrit :\n\n" + margin(wrapped(TEXT, 34)),
    "twice": margin("Le 20 nov. 2026 à 10:12, Sésame a écrit :\n\n" + margin(TEXT)),
    "indented": "Sésame wrote on 20/11/2026:\n\n" + margin(TEXT, "    "),
    "bars": "| Sésame a écrit :\n" + margin(TEXT, "| "),
    "italian": f"Il giorno ven 20 nov 2026 alle ore 10:12 {FROM} ha scritto:\n\n" + margin(TEXT),
    "spanish": f"El vie, 20 nov 2026 a las 10:12, {FROM} escribió:\n\n" + margin(TEXT),
    "dutch": f"Op vr 20 nov 2026 om 10:12 schreef {FROM}:\n\n" + margin(TEXT),
    "portuguese": f"Em sex., 20 de nov. de 2026 às 10:12, {FROM} escreveu:\n\n" + margin(TEXT),
    "chinese": f"{FROM} 于2026年11月20日周五 10:12写道：\n\n" + margin(TEXT),
    "banner with a colon": f"De : {FROM}\nEnvoyé : vendredi 20 novembre 2026 10:12\nÀ : {TO}\nObjet : Q\n\n"
    f"ATTENTION : ce message vient de l'extérieur. Ne cliquez pas.\n\n{TEXT}",
    "banner of a first mail": f"De : {FROM}\nEnvoyé : vendredi 20 nov. 2026 10:12\nÀ : {TO}\nObjet : Q\n\n"
    "Vous n'obtenez pas souvent d'e-mail de reply@sesame.example. Pourquoi c'est important"
    f"<https://aka.ms/LearnAboutSenderIdentification>\n\n{TEXT}",
    "yahoo": f"Le vendredi 20 novembre 2026 à 10:12:31 UTC+1, {FROM} a écrit : \n\n\n\n\n{TEXT}",
    "between dashes": f"---------- On Nov 20, 2026, at 10:12, Sésame wrote: ----------\n\n{TEXT}",
    "sender above an outside subject": "De : Sésame\n\nEnvoyé : vendredi 20 novembre 2026 10:12\n"
    f"À : {TO}\nObjet : [EXTERNE] Question\n\n{TEXT}",
    "name above a subject of attention": f"Sésame\n\nÀ : {TO}\nObjet : Attention aux sources\n\n{TEXT}",
    "address above an outside subject": f"De : {FROM}\n\nEnvoyé : vendredi 20 novembre 2026 10:12\n"
    f"À : {TO}\nObjet : Hors de l'organisation : prudence\n\n{TEXT}",
    "catalan": f"Missatge de {FROM} del dia dv., 20 de nov. 2026 a les 10:12:\n\n" + margin(TEXT),
    "a part": "Le 20 nov. 2026 à 10:12, Sésame a écrit :\n\n" + margin("\n".join(TEXT.split("\n")[5:15])),
}


@pytest.mark.parametrize("program", BELOW)
def test_what_was_written_above_the_quote_arrives(program: str) -> None:
    found = written_in(f"{WRITTEN}\n\n{BELOW[program]}", memory_of(OURS))
    assert (found.text, found.why_unsure) == (WRITTEN, "")


@pytest.mark.parametrize(
    ("device", "below"),
    [
        ("Envoyé avec la messagerie sécurisée Proton Mail.", "kmail"),
        ("Télécharger Outlook pour iOS<https://aka.ms/o0ukef>", "web.de"),
        ("Envoyé depuis mon Galaxy", "em client"),
    ],
)
def test_what_a_device_adds_is_its_writers_and_what_we_sent_is_not(device: str, below: str) -> None:
    found = written_in(f"{WRITTEN}\n\n{device}\n\n{BELOW[below]}", memory_of(OURS))
    assert (found.text, found.why_unsure) == (f"{WRITTEN}\n\n{device}", "")


def test_a_rule_of_the_writers_own_stays() -> None:
    written = f"{WRITTEN}\n\n----------\n\nEt voici la suite."
    found = written_in(f"{written}\n\n{BELOW['mutt']}", memory_of(OURS))
    assert found.text == written
