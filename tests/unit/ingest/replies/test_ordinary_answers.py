"""Short answers of librarians, with words that receipts, absences and commands have too: each goes out as it
is."""

from pathlib import Path

import pytest

from services.ingest.domain.replies.reading import Reply, ReplyKind, read_reply

ANSWERS = [
    answer.strip()
    for answer in (Path(__file__).parent / "ordinary_answers.txt").read_text(encoding="utf-8").split("====\n")
]
LONG = "De quel moulin parlez-vous, « le grand » ou « le petit », et de quelle année (à peu près) ? "


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_ordinary_answer_goes_out_as_it_is(answer: str) -> None:
    assert read_reply(answer) == Reply(ReplyKind.ANSWER, answer)


@pytest.mark.parametrize("text", [LONG.strip(), (LONG * 9).strip(), "Le 1ᵉʳ ou le 2 ? (½ page)"])
@pytest.mark.parametrize("command", ["QUESTION : {}", "**QUESTION** : {}", "QUESTION :\n{}"])
def test_what_is_said_behind_a_command_stays_whole(text: str, command: str) -> None:
    assert read_reply(command.format(text)) == Reply(ReplyKind.ASK_BACK, text)


def test_a_long_line_behind_a_refusal_is_not_cut() -> None:
    long = "Refus : non. " * 60
    assert read_reply(long) == Reply(ReplyKind.ANSWER, long.strip(), held="command")


@pytest.mark.parametrize(
    "written",
    [
        "Votre demande a été transmise à notre équipe.",
        "Votre demande d'assistance a bien été créée.",
        "Ihre Nachricht ist bei uns eingegangen. Wir melden uns bald.",
        "We hebben uw vraag ontvangen onder nummer 4711.",
        "Hemos recibido su consulta. Le responderemos en breve.",
        "Wir haben Ihre Anfrage erhalten und bearbeiten sie.",
        "[RT #1234] Bonjour",
        "Votre requête a été dûment enregistrée.",
        "Votre demande du 12 mai 2026 est désormais enregistrée.",
        "La question a bien été reçue.",
        "Ticket n° 4711",
        "Cette adresse n'est plus utilisée : accueil2@bm.example",
        "Uw vraag werd naar de dienst doorgestuurd.",
        "Thank you for contacting the library. A member of staff will respond to you within 2 working days.",
        "Merci de votre message, nous vous répondrons sous 48h.",
        "This mailbox is no longer monitored. Please use our form.",
        "Cette boîte n'est pas relevée. Merci d'écrire à accueil@bm.example.",
        "Votre message a été lu le 28/11/2026 à 10:12.",
        "Your message\n\n   To: desk@bm.example\n   Subject: Q\n\nwas read on 28/11/2026 10:15.",
        "Marie Dupont souhaite rappeler le message « Question sur le moulin ».",
        "Pour que votre message soit remis, cliquez sur le lien suivant.",
        "Mme Durand ne fait plus partie de nos effectifs. Merci d'écrire à accueil@bm.example.",
        "Mme Durand a quitté la bibliothèque. Écrivez à accueil@bm.example.",
        "Paul Roux a quitté notre établissement le 31 août 2026. Contact : Anne Dupont, anne@bm.example",
        "Mary Smith no longer works here. Please email desk@lib.example.",
        "Frau Müller arbeitet nicht mehr bei uns. Bitte schreiben Sie an info@bib.example.",
        "Cette boîte n'est plus utilisée depuis le 1er septembre 2026. Écrivez à accueil@bm.example.",
        "We will respond to your enquiry within 5 working days. Our opening hours are 9am to 5pm.",
        "Your message was deleted without being read.",
        "Merci de confirmer que vous êtes humain en cliquant ici : https://mail.example/12",
        "Votre message ne pourra être remis : veuillez vous authentifier ici https://mail.example/1",
        "Frau Meier arbeitet nicht mehr in der Stadtbibliothek. Bitte schreiben Sie an info@bib.example.",
        "Frau Meier arbeitet nicht mehr an der Universitätsbibliothek. Schreiben Sie an info@bib.example.",
        "Mevrouw De Vries werkt niet meer voor de Universiteitsbibliotheek. Schrijf naar info@ub.example.",
        "Jane Smith has left the British Library. Please write to desk@lib.example.",
        "Jane Smith has left the library service. Please write to desk@lib.example.",
        "Jane Smith no longer works at the British Library. Please write to desk@lib.example.",
        "Jane Smith no longer works for Leeds City Council. Please write to desk@lib.example.",
        "Madame Dupont ne travaille plus à Lyon. Merci d'écrire à accueil@bm.example.",
        "M. Roux a quitté notre établissement. Merci de contacter Mme Durand.",
        "M. Roux a quitté notre établissement… Écrivez à accueil@bm.example.",
        "M. Roux a quitté notre établissement le 12 mars 2026. Contact : accueil@bm.example",
        "Mme Durand a quitté la bibliothèque municipale de Lyon. Écrivez à accueil@bm.example.",
        "Cette messagerie n'est plus active depuis septembre. Merci d'écrire à accueil@bm.example.",
        "Cette messagerie n'est plus relevée depuis 2024. Merci d'écrire à accueil@bm.example.",
        "Cette messagerie n'est plus consultée depuis le départ de Mme Roux. Contactez accueil@bm.example.",
        "This mailbox is not monitored, however you can write to info@lib.example.",
        "Cette messagerie n'est plus relevée. Appelez le 04 72 00 00 00, poste 1234.",
        "Votre message ne pourra être délivré tant que vous n'aurez pas confirmé. Code 4711 https://m.example/1",
        "Pour que votre message soit remis, confirmez que vous êtes un humain en recopiant le code 8213.",
        "Merci de confirmer que vous êtes bien un être humain en recopiant le code 8213.",
        "Votre message a été lu le lundi 3 mars 2025 à 10:45:12.",
        "Your message was read on Monday, 3 March 2025 10:45:12 (UTC+01:00).",
        "Votre message a été lu le 3 mars 2025 10:45:12 (UTC+01:00).",
        "Herr Schulz arbeitet nicht mehr im Stadtarchiv Köln. Bitte wenden Sie sich an Frau Meier.",
        "Frau Klein arbeitet nicht mehr bei der Staatsbibliothek Berlin. Kontakt: a@sbb.example, bitte.",
        "Jan Smit werkt niet langer bij de Koninklijke Bibliotheek. Neem contact op met info@kb.example.",
        "Mr. Brown has left the University of Leeds. Please email desk@lib.example.",
        "Mme Roux ne fait plus partie de la bibliothèque. Merci de contacter Mme Durand.",
        "Monsieur Petit ne travaille plus à la BnF. Merci d'écrire à accueil@bnf.example.",
        "Our inbox is no longer monitored, but you can reach us at desk@lib.example.",
        "Dieses Postfach wird nicht mehr gelesen, aber Sie erreichen uns unter info@bib.example.",
    ],
)
def test_a_receipt_is_still_one(written: str) -> None:
    assert read_reply(written).held == "receipt"


@pytest.mark.parametrize(
    "written",
    [
        "Thank you for your mail. I'm on annual leave until 1 December.",
        "Je ne travaille plus à la médiathèque. Merci de vous adresser à accueil@bm.example.",
        "Je ne suis pas disponible ce jour et lirai votre message dès mon retour.",
        "En télétravail ce jour, joignable au 06 00 00 00 00.",
        "Ich bin vom 24.11. bis 01.12. nicht im Büro. Ihre E-Mail wird nicht weitergeleitet.",
        "Vielen Dank für Ihre Nachricht. Ich bin ab dem 1. Dezember wieder erreichbar.",
        "Bedankt voor uw bericht. Ik ben met verlof.",
        "Gracias por su mensaje. Actualmente me encuentro de vacaciones.",
        "Auto-reply: the library is moving.",
        "J'ai quitté l'établissement, merci de contacter Anne Dupont : anne@bm.example",
        "Je ne fais plus partie du service. Contact : Anne Dupont, anne@bm.example",
        "Je ne suis pas joignable aujourd'hui mais je lirai votre message à mon retour.",
        "Je suis en télétravail aujourd'hui, joignable par mail uniquement.",
        "I no longer work here. Please contact Mary: desk@lib.example",
        "I've left the library as of 1 May. Contact: Mary Smith",
        "Ich bin derzeit nicht erreichbar. In dringenden Fällen: info@bib.example",
        "Ik ben vandaag niet bereikbaar. Voor dringende vragen: balie@bib.example",
        "J'ai quitté la bibliothèque de Lyon. Merci de contacter Mme Durand.",
        "J'ai quitté la bibliothèque municipale de Lyon le 12 mars. Merci d'écrire à accueil@bm.example.",
        "I've left the university library. Please contact desk@lib.example.",
        "Je ne fais plus partie de la mairie de Lyon. Merci d'écrire à accueil@bm.example.",
        "Je ne fais plus partie du réseau des bibliothèques. Contact : accueil@bm.example",
        "Je ne suis pas disponible du 2 au 9 mars. Remplaçante : Mme Martin.",
        "Je ne suis pas disponible du 2 au 9 mars. Pendant mon absence : Mme Martin, M. Durand.",
        "J'ai quitté mes fonctions. Mon successeur : Jean Martin.",
        "I've left the library. My replacement: Jane Smith.",
        "Ich bin bis 5. Januar nicht im Büro, aber meine Kollegin Frau Meier hilft Ihnen gerne.",
        "Ich bin derzeit nicht erreichbar, Ihre Nachricht wird aber nicht weitergeleitet.",
        "Je ne suis pas joignable jusqu'au 4 mars, mais mes collègues se tiennent à votre disposition.",
        "Ik ben niet op kantoor tot maandag, maar mijn collega's helpen u.",
        "Je suis en télétravail aujourd'hui, mais joignable par courriel.",
        "En télétravail aujourd'hui, mais joignable par courriel.",
        "Ich bin nicht im Büro. Es ist möglich, dass ich später antworte.",
        "Ik ben niet op kantoor. Het is mogelijk dat ik later antwoord.",
        "I no longer work here. It is best to contact John Smith.",
        "Je ne suis pas au bureau. Voici les coordonnées de ma remplaçante.",
        "I no longer work here. Here is the new contact: John Smith.",
        "Je ne suis pas au bureau. D'après mon calendrier je serai là lundi.",
        "Sehr geehrte Damen und Herren,\n\nich bin derzeit nicht im Büro.",
        "Hallo,\n\nich bin bis Montag im Urlaub.",
        "Liebe Kollegin,\n\nich bin wieder im Büro ab Montag.",
        "Beste,\n\nIk ben vandaag niet bereikbaar.",
        "Geachte heer, mevrouw,\n\nIk ben tot maandag niet op kantoor.",
        "I have left the British Library. Please write to Jane.",
        "I've left the library service as of 3 May 2026. Please contact desk@lib.example.",
        "J'ai quitté la mairie de Lyon fin août. Écrivez à accueil@bm.example.",
        "Je ne suis pas disponible. Horaires : du lundi au vendredi.",
        "Ich bin nicht im Büro. Meine Vertretung: Frau Meier.",
        "Ik ben niet op kantoor. Vervanging: mevrouw De Vries.",
        "I no longer work here, but my colleague Jane will help you.",
        "I no longer work here, however you can contact Jane Smith.",
        "Guten Morgen,\n\nich bin heute nicht im Büro.",
        "Sehr geehrte Frau Dr. Meier,\n\nich bin derzeit nicht erreichbar.",
        "Je ne suis pas au bureau. Voici mes horaires : lundi et mardi.",
        "Je ne suis pas joignable. Il s'agit d'un message envoyé par un robot.",
        "Je ne suis pas joignable. Selon mes disponibilités je vous répondrai.",
    ],
)
def test_an_absence_without_any_header_is_none_of_their_answers(written: str) -> None:
    assert read_reply(written).held == "absence"
