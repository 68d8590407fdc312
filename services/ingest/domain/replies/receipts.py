"""Word that something came, was noted or was passed on: what the asker would take for the answer.

Only what is surely one: the same words stand in answers ("le message fut transmis", "la lettre reçue").
All is looked for in texts without accents.
"""

import re

from services.ingest.domain.cleaning import any_of
from services.ingest.domain.replies.answering import SUBSTANCE, WHOM_TO_ASK, says_more

_NUMBER = (
    r"(?:\W{1,3}(?:n[°o]?|numéro|réf[\w.]{0,9})?\W{0,3}[\w/-]{0,9}\d[\w/-]{0,20}\)?"
    r"| du \d{1,2}(?:er)? \w{3,9}(?: \d{4})?)?"
)
_ABOUT = r"(?:[ ’'-]{1,2}[^\W\d]{1,30}){1,4}?"
_HELPING = (
    r"(?:[ ,]{1,2}(?:a|ont|est|sont|sera|bien|été|vient|d[’']être|nous|vous|désormais|déjà|\w{2,9}ment)\b)"
)
_CAME = r"enregistrée?s?|reçue?s?|prises? en (?:compte|charge)|bien parvenue?s?|transmise?s?"
_THING = (
    r"(?:\b(?:votre|vos|ton|ta|cette|ce) (?:message|question|courriel|e-?mail)s?\b"
    r"|^\W{0,9}(?:message|question|courriel)\b|\b(?:demande|requête|ticket)s?\b)"
)
_RECEIPTS = (
    rf"{_THING}{_NUMBER} {{1,2}}(?:{_CAME})\b",
    rf"{_THING}{_NUMBER}(?:{_ABOUT})?{_HELPING}{{1,5}} {{1,2}}(?:{_CAME}|créée?s?|parvenue?s?)\b",
    r"\b(?:le|la) (?:message|question|courriel) (?:a|est) bien (?:été )?(?:reçue?|transmise?|enregistrée?)\b",
    r"(?:avons|a) bien reçu votre|accus(?:é|ons) (?:de )?réception|sera (?:traitée?|prise? en charge)\b",
    r"message (?:automatique|généré)|automatic (?:message|e-?mail)",
    r"(?:ne pas|not) (?:y )?(?:répondre|reply)\b",
    r"\bticket\W{1,3}(?:n°|no|nr)?\W{0,2}\d{2,12}\W.{0,20}(?:créé|ouvert|enregistré|created|opened)\b",
    r"(?:received|registered|logged) your (?:request|message|e-?mail|question)",
    r"your (?:request|message|e-?mail|ticket) (?:has been|was) (?:received|registered|logged|created)",
    r"(?:ihre|eure) (?:anfrage|nachricht) (?:wurde|ist) (?:bei uns )?(?:registriert|erhalten|eingegangen)",
    r"(?:uw|je) (?:vraag|bericht|verzoek) is (?:ontvangen|geregistreerd)",
)
RECEIPT = any_of(*_RECEIPTS)
_CHALLENGES = (
    r"\b(?:pour|afin) que votre (?:message|e-?mail|courriel) (?:soit|puisse être) (?:remis|délivré"
    r"|distribué)\b[^.]{0,60}\b(?:cliqu|confirm|vérifi|valid|authentifi|suiv|répond|recopi)",
    r"\bvotre (?:message|e-?mail|courriel) ne (?:peut|pourra|sera) (?:pas )?(?:être )?"
    r"(?:lu(?= ?:)|remis|délivré|distribué)\b(?! en mains?\b)",
    r"\b(?:prouver|confirmer|vérifier|prouvez|confirmez|vérifiez) que vous êtes (?:bien )?(?:une? )?"
    r"(?:être )?humaine?\b(?! pour (?!que)).{0,60}\b(?:recopi\w+|votre (?:message|e-?mail|courriel))\b",
    r"\b(?:prove|confirm|verify) (?:that )?you(?:[’']re| are) (?:an? )?human\b(?! to (?:enter|read|access|see"
    r"|search)).{0,60}\byour (?:message|e-?mail)\b",
)
CHALLENGE = any_of(*_CHALLENGES)
"""Of the mail that was just sent: whatever else stands there, no answer does."""
_WITHIN = (
    r"(?:un délai de |les |environ )?(?:\d{1,2}|une?|deux|trois|quelques)? ?(?:h|heures?|jours?|semaines?)\b"
)
_BOX = (
    r"\b(?:cette|notre|ma) (?:boîte(?: (?:e-?mail|mail|électronique|générique))?|messagerie) n[’']est"
    r" (?:pas|plus) (?:relevée|consultée|surveillée|lue|active|utilisée)\b"
)
_NOTICES = (
    rf"\b(?:nous|je|on|équipe|bibliothécaires?) vous (?:répondr|recontacter|apporter)(?:ons|ai|a)(?: une"
    rf" réponse)?"
    rf" (?:sous|dans|d[’']ici) {_WITHIN}",
    r"\b(?:we|i|staff|team|librarians?|colleagues?|someone) (?:will|shall|aim to|try to|endeavou?r to"
    r"|hope to)\b"
    r".{0,20}\b(?:respond|reply|answer|get back)\b.{0,40}\b(?:within|as soon as)\b",
    rf"{_BOX}(?! (?:par\b|depuis (?!le \d))|[^.]{{0,40}} (?:que|sauf)\b)",
    r"\b(?:this|my|our) (?:\w+ )?(?:mailbox|inbox) is (?:not|no longer) (?:monitored|in use|active|read"
    r"|checked"
    r"|attended)\b",
    r"\b(?:dieses|mein|unser) (?:mail)?postfach wird nicht (?:mehr )?(?:gelesen|überwacht|abgerufen)\b",
    r"\bveuillez vous authentifier\b(?=[^.]{0,80}\b(?:votre message|expéditeur|spam)\b)"
    r"|\b(?:votre message|expéditeur|spam)\b[^.]{0,80}\bveuillez vous authentifier\b",
    r"\b(?:(?:prouver|confirmer|vérifier) que vous êtes (?:bien )?(?:un )?(?:être )?humaine?"
    r"|(?:prove|confirm|verify) (?:that )?you(?:[’']re| are) (?:a )?human)\b"
    r"(?! (?:pour (?!que)|to (?:enter|read|access|see|search)))"
    r"(?=\W*$|.{0,100}\b(?:messages?|e-?mails?|courriels?|cliqu\w+|click\w*|link|lien|spam|https?)\b)",
)
NOTICE = any_of(*_NOTICES)
OF_A_MAIL = any_of(
    r"^\W{0,9}+votre message a été (?:lu(?: le (?:\w{3,9} )?\d[\w/.:, ()+-]{0,60})?\W*$|supprimé sans)",
    r"^\W{0,9}+your message (?:was|has been) (?:read(?: on [\w/.:, ()+-]{1,60})?\W*$|deleted without)",
    r"^\W{0,9}+(?:votre message|your message|ihre nachricht|uw bericht)\W{0,3} (?:à|to|an|aan) ?:.{1,400}"
    r"\b(?:a été|was|wurde|is) (?:.{0,30} )?(?:lu|supprimé|affiché|read|deleted|displayed|gelesen|gelöscht"
    r"|gelezen|verwijderd)\b",
    r"^[^.!?:«“\"]{1,60} (?:souhaite|voudrait|would like to|möchte|wil) (?:rappeler|recall|zurückrufen"
    r"|intrekken)?"
    r" ?(?:le|the|die|het) (?:message|nachricht|bericht)\W{0,3}[«“\"].{1,300}[»”\"](?: zurückrufen|"
    r" intrekken)?\W*$",
)
"""What mail programs tell of one, in words: that it was opened, that its sender wants it back."""
_HOUSE = (
    r"(?:biblioth\w+|médiathèque|établissement|services?|collectivité|équipe|effectifs|structure|mairie|réseau"
    r"|ville|commune|université|librar(?:y|ies)|department|school|college|team|staff|organi[sz]ation|council"
    r"|university|museum|institution|service|haus|archiv|bücherei|hochschule|universität|verwaltung|stadt"
    r"|universiteit|hogeschool|afdeling|abteilung|bibliotheek|dienst|archief|gemeente)"
)
_BEFORE = r"(?:[\w’'-]{1,30} ){0,3}(?:[dl][’'])?\w{0,30}"
_AFTER = r"(?: (?!pour |avec |sans |for |with )[\w’'-]{1,30}){0,3}"
LEFT = any_of(
    rf"{_BOX} depuis\b",
    r"\b(?:madame|monsieur|mme|mlle|mr?)\b[^!?;:]{0,50} ne travaille plus (?:à|au|aux) [^\W\d]{2}",
    r"\bne (?:fait|font) plus partie (?:de nos|de notre|des|du|de la|de l[’']) ?"
    rf"(?:personnel|{_BEFORE}{_HOUSE})\b",
    rf"\bne travaille plus (?:ici|chez nous|(?:à|au|dans|pour) {_BEFORE}{_HOUSE})\b"
    r"(?![^.;,]{0,60} qu[e’'])",
    rf"\ba quitté (?:nos |notre |la |les? |l[’']){_BEFORE}{_HOUSE}{_AFTER}"
    r"(?:\W*$|[.,;]| (?:le|depuis|en|fin|au)\b)",
    rf"(?<!link )(?<!site )(?<!page )\bno longer works? (?:here|(?:at|for|with|in) (?:us"
    rf"|{_BEFORE}{_HOUSE}))\b",
    rf"\bhas left (?:the |our )?{_BEFORE}{_HOUSE}{_AFTER}(?:\W*$|[.,;]| (?:on|in|as of|at the end)\b)",
    rf"\barbeitet nicht mehr (?:bei uns|hier|(?:in|im|an|am|für|bei|beim) {_BEFORE}{_HOUSE})\b",
    rf"\bwerkt niet (?:meer|langer) (?:bij ons|hier|(?:in|bij|voor|op) {_BEFORE}{_HOUSE})\b",
)
"""Somebody who is gone: where whom to write to instead is said, too."""
_PROGRAMS = r"(?:glpi|tickets?|request|otrs|zammad)(?![^\W\d])[^\]\w]{0,5}(?:[a-z]{1,12}\W{1,3})?"
_SHORT = r"(?:case|req|inc|rt)(?: ?[#:-] ?|(?=\d{4}))"
"""Those of quotes too: "[Inc. 1478]" and "[RT 1234]" are shelf marks."""
TICKET = any_of(
    rf"\[(?:[^\]]{{0,30}}\b)?(?:{_PROGRAMS}|{_SHORT})[\w-]{{0,9}}\d\]",
    r"\baccusé de réception\b|\bticket (?:n[°o]\W{0,2}|#\W?)[a-z]{0,4}\d",
)
_LETTER = {
    "de": r"(?:anfrage|nachricht|e-?mail|frage|mitteilung)",
    "nl": r"(?:vraag|bericht|verzoek|e-?mail|aanvraag)",
    "es": r"(?:mensaje|solicitud|consulta|pregunta|correo|petición)",
    "it": r"(?:richiesta|messaggio|domanda|e-?mail|comunicazione)",
    "pt": r"(?:mensagem|pedido|pergunta|questão|e-?mail)",
    "cyrillic": r"(?:\u043f\u0438\u0441\u044c\u043c|\u0441\u043e\u043e\u0431\u0449|\u0437\u0430\u043f\u0440"
    r"|\u0432\u043e\u043f\u0440\u043e\u0441|\u043e\u0431\u0440\u0430\u0449|\u043b\u0438\u0441\u0442"
    r"|\u043f\u043e\u0432\u0456\u0434\u043e\u043c|\u0437\u0430\u043f\u0438\u0442)\w{0,6}",
    "ar": r"(?:رسالت|طلب|سؤال|استفسار)كم?",
}
_YOURS = r"\u0432\u0430\u0448\w{0,2}"  # Cyrillic, as below
RECEIVED = any_of(
    rf"\b(?:hebben|heb) (?:uw|je|jouw) {_LETTER['nl']} (?:goed |in goede orde )?ontvangen\b",
    rf"\b(?:haben|habe) (?:ihre|eure|deine) {_LETTER['de']} (?:\w+ ){{0,2}}(?:erhalten|bekommen)\b",
    rf"\b(?:ihre|eure|deine) {_LETTER['de']} (?:\w+ ){{0,2}}bei uns eingegangen\b",
    rf"\b(?:hemos|he) recibido (?:su|tu|vuestr[oa]) {_LETTER['es']}\b",
    rf"\bsu {_LETTER['es']} ha sido (?:recibid|registrad)[oa]\b",
    rf"\b(?:abbiamo|ho) ricevuto (?:la|il) (?:sua|suo|vostr[ao]|tu[ao]) {_LETTER['it']}\b",
    rf"\brecebemos (?:a|o) (?:sua|seu|voss[ao]) {_LETTER['pt']}\b",
    rf"\b(?:\u043f\u043e\u043b\u0443\u0447|\u043e\u0442\u0440\u0438\u043c)\w{{2,5}} {_YOURS} "
    rf"{_LETTER['cyrillic']}",
    rf"\b{_YOURS} {_LETTER['cyrillic']} (?:\w+ )?"
    r"(?:\u043f\u043e\u043b\u0443\u0447\u0435\u043d|\u043e\u0442\u0440\u0438\u043c\u0430\u043d)\w{0,2}\b",
    rf"(?:تم استلام|استلمنا|تلقينا) {_LETTER['ar']}",
)
"""Of whom an answer may follow in the same breath: a receipt where nothing does."""
CASE_NUMBER = any_of(
    r"(?:\b(?:unter|onder|con|sob|met|der|het|el|il|o|under)\s){0,2}(?:#|\b(?:ticket\w*|nr|no?|nummer"
    r"|num\w{2,3}"
    r"|vorgang\w*|zaak\w*|caso|ref\w*))\W{0,3}[\w/-]{0,9}\d[\w/-]*"
)
GOES_ON = any_of(
    r"\b(?:be)?antworten\b|\b(?:be)?antwoorden\b|\bbearbeit|\bmelden uns\b|\bkontaktier|\bbehandelen\b"
    r"|\bcontact\b|\bzo snel\b|\bschnell\w*|\bin kürze\b|\b(?:responder|contestar|atender)\w+"
    r"|\bbreve(?:dad)?\b|\brisponder\w+|\bprima possibile\b|\bpronto\b"
    r"|\b(?:\u043e\u0442\u0432\u0435\u0442\u0438\u043c|\u0432\u0456\u0434\u043f\u043e\u0432)\w*"
    r"|سنرد|سنجيب|قريبا"
)
_PASSED_ON = (
    r"\b(?:transfère|transfert|transmets|transmettons|transférons|fais suivre|faisons suivre|renvoie) .{0,60}"
    r"\b(?:collègues?|service|équipe|responsable|direction|confrères?|personne compétente)\b",
    r"\b(?:reviens|revenons|reviendr(?:ai|ons)|recontacte(?:rons|rai)?) vers vous\b",
    r"\b(?:pass(?:ed|ing)|forward(?:ed|ing)) (?:it|this|your \w+) (?:on )?to\b|\bget back to you\b",
    r"\ba réagi (?:via|à|avec)\b|\breacted (?:via|to|with)\b|\bmelden uns\b",
)
PASSED_ON = any_of(*_PASSED_ON)
FORWARDED = any_of(
    rf"\b(?:ihre|eure|deine) {_LETTER['de']}\b.{{0,60}}\bweitergeleitet\b",
    rf"\b(?:uw|je|jouw) {_LETTER['nl']}\b.{{0,60}}\bdoorgestuurd\b",
    rf"\b(?:hemos|he) reenviado su {_LETTER['es']}\b|\bsu {_LETTER['es']} ha sido reenviad[oa]\b",
    rf"\b(?:abbiamo|ho) inoltrato (?:la|il) (?:sua|suo|vostr[ao]|tu[ao]) {_LETTER['it']}\b",
)
NO_ADDRESS = any_of(
    r"\b(?:cette|mon|notre|this|my|our|dit|ons|mijn|diese|meine|unsere|esta|mi|nuestra|questo|mio|nostro)"
    r" (?:\w+ )?(?:e-?mail-?|mail-?)?(?:adresse|address|adres|dirección|indirizzo)\b.{0,40}"
    r"\b(?:n[’']est plus|no longer|nicht mehr|niet meer|ya no|non è più)\b.{0,15}"
    r"(?:utilis|activ|aktiv|actie|attiv|valable|valid|valida|en service|consult|relev|used?\b|monitor|gebruik"
    r"|genutzt|verwendet|gültig|geldig|in uso)"
)
ADDRESS = re.compile(r"\S@\S")


def is_receipt(first: str, written: str) -> bool:
    """`first`: the first sentence of what was written; `written`: in one line, without a signature."""
    if RECEIPT.search(first) or TICKET.match(first) or CHALLENGE.search(first) or OF_A_MAIL.search(written):
        return True
    if NOTICE.search(first) or (LEFT.search(first) and WHOM_TO_ASK.search(written)):
        return not says_more(written)
    found = RECEIVED.search(written[:300]) if RECEIVED.search(first) else None
    if found is None:
        return False
    after = CASE_NUMBER.sub("", written[found.end() :]).strip()
    return not any(map(str.isalnum, after)) or bool(
        GOES_ON.search(after) and not SUBSTANCE.search(after) and ":" not in after
    )


def is_passed_on(said: str) -> bool:
    """`said`: in one line, without a signature."""
    if PASSED_ON.search(said):
        return True
    if SUBSTANCE.search(said):
        return bool(ADDRESS.search(said) and NO_ADDRESS.search(said))
    return bool(FORWARDED.search(said) or (NO_ADDRESS.search(said) and ":" not in said))
