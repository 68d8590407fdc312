"""What a reply looks like that may be no answer: a refusal in free words, a receipt, an absence, a question,
a signature and nothing above it. Its library shall say."""

import re

from services.ingest.domain.cleaning import any_of, unaccented
from services.ingest.domain.mail.automatic import ABSENT
from services.ingest.domain.mime.headers import bare_subject
from services.ingest.domain.replies.answering import SUBSTANCE, WHOM_TO_ASK, answers, says_more, unsigned
from services.ingest.domain.replies.receipts import TICKET, is_passed_on, is_receipt

GREETING = any_of(
    r"^(?:(?:bonjour|bonsoir|salut|hello|hi|guten tag|goedendag|buongiorno|hallo|guten (?:morgen|abend)"
    r"|grüß gott|moin|dag|goede(?:morgen|middag|avond))\b"
    r"(?:,\s{0,3}(?:madame|monsieur|mesdames|messieurs|ch[eè]re?s?)\b)?[^,.;:!?\d]{0,40}[,.!;:]{0,3}\s{0,9}"
    r"|(?:dear|madame|monsieur|mesdames|messieurs|ch[eè]re?s?)\b[^.;:!?\d]{0,40}[,!]\s{0,9}"
    r"|(?:sehr geehrte[rs]?|liebe[rs]?|beste|geachte)\b[^;:!?\d]{0,80}[,!]\s{0,9})$"
)
"""A line that greets and says nothing else."""

SHORT_REFUSAL, SHORT_NOTICE = 300, 600
"""Characters of a refusal in free words, of a receipt or an absence: more is an answer that mentions one."""
_REFUSALS = (
    r"n[’']?e? ?(?:pouvons|pourrons|peux|pourrai|sommes|serons|suis|serai) (?:malheureusement |hélas )?pas"
    r"(?: en mesure)?(?: de| d[’'])? ?(?:y )?(?:traiter|répondre|prendre|donner suite|satisfaire|vous aider)",
    r"pas (?:de |dans )?(?:notre|nos|mon) (?:domaines?|ressort|compétences?|spécialités?|attributions?)",
    r"n[’']est pas (?:le|la) nôtre\s*(?:[.,;!]|$)",
    r"ne (?:relève|dépend) pas de (?:nous|notre|nos)|hors de notre",
    r"(?:solliciter|contacter|interroger|saisir|vous adresser à|adressez-vous à|voir avec|transmettre à)"
    r" (?:un|une) autre",
    r"(?:not|un)\W?able to (?:take|answer|help|handle|deal)|can(?:no|['’])?t (?:take|answer|help|handle)",
    r"pas (?:le|la|les) bon(?:ne)?s? (?:destinataires?|services?|interlocut(?:eur|rice)s?)",
    r"tromp\w{1,4} (?:de |d[’'])(?:destinataire|adresse|service)|\bwrong (?:address|recipient|department)",
    r"not (?:in )?our (?:field|area|subject|remit|expertise)|outside (?:of )?our|ask another library",
    r"(?:können|kann) (?:wir |ich )?(?:diese|die|Ihre) (?:frage|anfrage) (?:leider )?nicht",
    r"nicht unser (?:gebiet|fach|bereich)|niet ons (?:vakgebied|terrein)|non è di nostra competenza",
)
REFUSAL = any_of(*_REFUSALS)
_ABSENCES = (
    r"(?:je suis|nous sommes|je serai) (?:actuellement |en |)\W?"
    r"(?:absente?s?|congés?|vacances|déplacement|formation|en congés?|en vacances)\b",
    r"\bactuellement (?:en )?(?:absente?s?|congés?|vacances|déplacement|formation)\b"
    r"(?! d(?:es?|u) (?!bureau|service))",
    r"^(?:bonjour\W{1,3})?étant (?:actuellement )?(?:en congés?|en vacances|absente?s?)\b(?! d[eu’'])"
    r"[^.]{0,80}\b(?:je|nous)\b",
    r"en arrêt (?:de )?(?:maladie|travail)|en (?:mon|notre) absence|je ne travaille pas|serai de retour",
    r"(?:bibliothèque|médiathèque|service|nous) (?:est|sommes|sera|serons) fermée?s? (?:du|jusqu|pour"
    r"|ce|cette)",
    r"in my absence|(?:we|library) (?:are|is|will be) closed (?:until|from|for)|back in the office",
    r"\bi am (?:currently )?away\b|\bi(?: am|[’']m| will be|[’']ll be) (?:currently |now )?"
    r"(?:away (?:until|from (?:the|my) (?:office|desk|library))|out of (?:the )?office|on holiday|on vacation"
    r"|on (?:annual |sick |maternity |paternity |parental |study )?leave)\b",
    r"^\W{0,9}+(?:currently )?out of (?:the )?office\b(?! (?:est|ist|is) )",
    r"\bich (?:bin|befinde mich) (?:[\w.]+ ){0,7}(?:abwesend|im urlaub|in elternzeit)",
    r"\bik ben (?:[\w.]+ ){0,5}(?:afwezig|met (?:verlof|vakantie))\b",
    r"\b(?:sono|sarò) (?:\w+ ){0,3}(?:assente|in (?:ferie|congedo|malattia)|fuori (?:sede|ufficio))\b",
    r"\b(?:estoy|estaré|me encuentro) (?:\w+ ){0,3}(?:ausente|de (?:vacaciones|baja|permiso)"
    r"|fuera de la oficina)|(?:estou|estarei) (?:\w+ ){0,3}(?:ausente|de férias)",
    r"\b(?:jag|vi) är (?:\w+ ){0,3}på semester\b|\b(?:jeg|vi) er (?:\w+ ){0,3}på ferie\b",
    r"\b(?:olen|olemme) (?:\w+ ){0,3}lomalla\b|\bszabadságon (?:vagyok|leszek|vagyunk)\b",
    r"\b(?:jestem|będę|przebywam) (?:\w+ ){0,3}(?:poza biurem|na urlopie|w delegacji)\b",
    r"\b(?:jsem|budu) (?:\w+ ){0,3}na dovolené\b",
    r"^\W{0,9}+(?:auto(?:matic)?[ -]?reply|réponse automatique|automatische (?:antwort|antwoord)"
    r"|(?:respuesta|risposta|resposta) autom[aá]tica)\b",
)
ABSENCE = any_of(*_ABSENCES)
_ENDS = r"(?=\W*$|[.!;]| (?:le|depuis|en|fin|au) |,? (?:merci|veuillez|contact|écri|adress))"
_WORKPLACE = (
    r"(?:(?:la|ma) (?:bibliothèque|médiathèque|collectivité)|l[’'](?:établissement|équipe)(?: de \w+)?)"
)
_PERHAPS_ABSENT = (
    r"\bje ne (?:suis|serai) (?:actuellement )?pas (?:disponible|joignable|au bureau)\b(?! (?:pour|par))",
    r"\bje suis (?:actuellement )?en télétravail\b"
    r"|^\W{0,9}+en télétravail (?:ce jour|aujourd|jusqu|les? (?:lun|mar|mer|jeu|ven))",
    r"\bje ne travaille plus (?:à|au|dans|pour|ici)\b(?![^.;,]{0,60} qu[e’'])",
    r"\bje ne fais plus partie (?:(?:de nos|des|du|de l[’']) ?(?:effectifs|personnel|services?|équipe"
    r"|établissement)|de la (?:bibliothèque|médiathèque|collectivité))\b",
    rf"\bj[’']ai quitté (?:mes fonctions|mon poste|{_WORKPLACE}{_ENDS})",
    r"\bi no longer work (?:here|for|at|in)\b|\bi no longer work\W*$",
    r"\bi(?: ha|[’'])ve left (?:the|my) (?:library|university|organi[sz]ation|council|museum|post)"
    r"(?=\W*$|[.,;]| (?:on|in|as of|at the end|and)\b)",
    r"\bich (?:bin|befinde mich) (?:[\w.]+ ){0,7}(?:nicht (?:im (?:büro|haus|dienst)(?! (?:der|des|von)\b)"
    r"|erreichbar)|wieder (?:erreichbar|im (?:büro|haus|dienst)))",
    r"\bik ben (?:[\w.]+ ){0,5}niet (?:op kantoor|bereikbaar)\b(?! geweest)",
)
PERHAPS_ABSENT = any_of(*_PERHAPS_ABSENT)
"""Said by who answers, too: an absence where no word speaks for an answer."""
_PLACE = (
    r"(?:[\w’'-]{1,30} ){0,2}(?:[dl][’'])?(?:bibliothè\w{3,8}|médiathèques?|collectivité|mairie|établissement"
    r"|équipe|service|réseau|université|commune|ville|librar(?:y|ies)|university|council|museum|organi[sz]ation)"
)
GONE = any_of(
    rf"\bj[’']ai quitté (?:la |ma |le |mon |l[’']){_PLACE}(?: [\w’'-]{{1,30}}){{0,4}}(?=\W*$|[.!;,]| \d)",
    rf"\bje ne fais plus partie (?:de |des |du ){_PLACE}\b",
    rf"\bi(?: ha|[’'])ve left (?:the |my )?{_PLACE}\b(?! [\w’'-]{{1,30}} (?:in|on|at) (?:your|the)\b)",
)
"""An absence where nothing but whom to ask instead is said."""
ABSENT_SUBJECT = any_of(
    r"^\W*(?:congés?|vacances|absences?|annual leave|on leave|holidays?|urlaub|vakantie|ferie)\b"
)
OUR_SUBJECT = any_of(r"^\W*question\W+\w{4,}")
_CLOSINGS = (
    *(r"(?:bien |très )?(?:cordialement|sincèrement)", r"bien à (?:vous|toi)", "merci", "(?:avec )?mes"),
    *(
        "salutations",
        "bonne (?:journée|réception|fin)",
        "envoyé",
        "sent from",
        "(?:télécharger|obtenir|get) outlook",
        "(?:sans virus|virus-free)\\W{0,3}www",
        "(?:kind |best |warm )?regards",
    ),
    *("best", "thanks", "thank you", "sincerely", "yours", "cheers", "mit freundlichen", "freundliche"),
    *("grüsse", "grüße", "met vriendelijke", "cordiali", "saluti", "saludos"),
)
CLOSING = any_of(r"^\W{0,2}(?:-- ?$|(?:" + "|".join(_CLOSINGS) + r")\b)")
FORMULA = any_of(
    r"^\W{0,2}(?:-- ?$|(?:bien |très |with )?(?:cordialement|sincèrement|regards|(?:kind|best|warm) regards"
    r"|bien à (?:vous|toi)|sincerely|yours|cheers|mit freundlichen grüßen|cordiali saluti|saludos)\W*$)"
)
"""A line that closes a letter and says nothing else."""
_PASSED_BACK = (
    r"\b(?:dépasse|excède|sort de|hors de) (?:nos|notre|mes|mon) (?:\w+ ){0,2}?(?:compétence|domaine"
    r"|mission|champ|cadre)",
    r"\bn[’'](?:avons|ai) (?:rien|aucune? \w+|pas d\W?\w+) .{0,30}\b(?:dans nos|à ce (?:sujet|propos)"
    r"|là-dessus|sur (?:ce|le) sujet)",
    r"^\W{0,9}+(?:désolée?s?,? |sorry,? )?(?:(?:je|nous) n(?:e |[’'])(?:le |en )?sa(?:is|vons)"
    r" (?:pas|rien)|i do(?: not|n[’']t) know|we do(?: not|n[’']t) know|aucune idée|no idea"
    r"|keine ahnung|geen idee)\W{0,9}$",
    r"(?:\b(?:merci de|veuillez|pouvez-vous|il faut|faudrait)|^(?:à|la)) (?:la |le )?(?:transférer"
    r"|transmettre|réorienter|rediriger|renvoyer)\b",
    r"\b(?:mieux|plutôt) (?:traitée?|placée?s?|adressée?|du ressort)\b|\bhors[- ]sujet\b",
    r"\bpas (?:pour )?nous\b|\bpas (?:concernée?s?|compétente?s?|spécialistes?|spécialisée?s?)\b",
    r"\bnot for us\b",
    r"\b(?:nous|je) (?:décl|refus)\w+|\blaiss(?:er|ons|e) la main|\bpass(?:er|ons|e) (?:la main|notre tour)",
    r"\bimpossible (?:pour nous |pour moi )?de (?:répondre|traiter|donner suite)|\bsorry,? (?:we|i) can",
    r"\b(?:do not|don[’']t) have (?:the )?(?:resources|time|staff|means)",
    r"\bfaute de (?:temps|moyens|personnel)\b",
    r"\bnicht (?:unser|zuständig)|\bniet (?:ons|bevoegd)\b|\bnot (?:ours|our (?:field|subject|topic))\b",
)
PASSED_BACK = any_of(*_PASSED_BACK)
_ON_IT = (
    r"\b(?:m[’']en|nous en|s[’']en) (?:charge|occup)",
    r"\b(?:je|nous|on) (?:la |le )?pren(?:ds|d|ons)(?:\W{0,3}$| cette| la question)",
    r"\b(?:nous|j|on) ?[’']?y travaill|\bc[’']est pour (?:moi|nous)\b|\bpris en charge\W{0,3}$",
    r"\bréponse (?:à venir|suivra)\b",
    r"\ben cours de (?:traitement|recherche)",
    r"\b(?:je|nous) (?:regarde|cherche|vérifie)\w{0,3}\b.{0,20}(?:$|[.!]|demain|lundi)",
    r"\b(?:je|nous) (?:vous )?répond(?:s|rai|rons|ons) (?:dans|d[’']ici|demain|bientôt|sous|dès"
    r"|prochainement)",
    r"\bmeilleurs délais\b|\b(?:i|we)(?:[’']ll| will) (?:take|look|work|answer|reply)\b|\bworking on it\b",
)
ON_IT = any_of(*_ON_IT)
THANKS = any_of(
    r"^\W{0,9}+(?:merci|bonjour|bonsoir|thank|hello|(?:vielen |herzlichen )?dank|grazie|gracias|bedankt)"
)
ASKED = any_of(
    r"(?:\b(?:vous|votre|vos|you|your|sie|ihre?|u|uw|lei)\b|^\W{0,9}+(?:quel(?:le)?s?|quand"
    r"|où (?:est|sont|se|était|étaient|a|avez|peut)|which|what|where|when)\b)"
    r".{0,300}\?\W*$"
)
"""A sentence that asks its reader something; "Vers 1890 ?" answers."""
_COMES = (
    r"ok(?:ay)?|d[’']accord|entendu|parfait|merci(?: (?:beaucoup|bien|à (?:vous|toi|tous)|d[’']avance))?",
    r"(?:bien |message )?reçu|(?:bien|c[’']est|(?:je|nous) (?:l[’']ai|en prends?|prenons)) not(?:é|e|ons)",
    r"vu|noted|received|well received|got it|thanks?(?: you)?(?: (?:very|so) much)?|bonne réception|test"
    r"|(?:ceci est un|this is a) test|erhalten|danke|ontvangen|ricevuto|recibido|bien|super|top",
    "bonjour|hello",
)
_COME = f"(?:{'|'.join(_COMES)})"
ACKNOWLEDGED = any_of(rf"^\W{{0,9}}+{_COME}(?:\W{{1,9}}{_COME}\b)*\W{{0,9}}$")
SENTENCE_END = re.compile(
    r"(?<=[.!?])(?<!\b\d\.)(?<!\b\d\d\.)(?<!\bM\.)(?<!\b[MDFH]r\.)(?<!\bMrs\.)\s+|\n\s*\n"
)
"""Not behind a day of the month, as Germans write it, nor behind "M."."""


def is_signature(lines: list[str]) -> bool:
    """Nothing, a closing formula with what stands below it, or names alone."""
    written = [line.strip() for line in lines if line.strip()]
    if not written or CLOSING.match(unaccented(written[0][:SHORT_REFUSAL])):
        return True
    return len(written) <= 4 and all(_is_name(line) for line in written)


def _is_name(line: str) -> bool:
    words = [word for word in re.findall(r"[^\W\d_]+", line) if len(word) > 3]
    return bool(words) and len(line.split()) <= 6 and all(word[0].isupper() for word in words)


def matter(lines: list[str]) -> str:
    """Without a greeting."""
    written = next((number for number, line in enumerate(lines) if line.strip()), 0)
    whole = "\n".join(lines[written:]).strip()
    below = "\n".join(lines[written + 1 :]).strip()
    return below if below and GREETING.match(unaccented(lines[written].strip()[:SHORT_REFUSAL])) else whole


def why_doubtful(lines: list[str], subject: str) -> str:
    """One of `reading.REASONS`; empty where nothing speaks against its being an answer."""
    return _of_subject(unaccented(subject)) or _of_words(unaccented(matter(lines)))


def _of_subject(subject: str) -> str:
    bare = bare_subject(subject)
    ours = bool(OUR_SUBJECT.match(bare))
    if not ours and (ABSENT.match(bare) or ABSENT_SUBJECT.match(bare)):
        return "absence"
    return "receipt" if TICKET.search(subject) else ""


def _of_words(written: str) -> str:
    for first in _openings(written) if len(written) <= SHORT_NOTICE else ():
        if ABSENCE.search(first) or _is_away(first, unsigned(written)):
            return "absence"
        if is_receipt(first, unsigned(written)):
            return "receipt"
    if len(written) > SHORT_REFUSAL:
        return ""
    if REFUSAL.search(" ".join(written.split())):
        return "refusal"
    return _of_few_words(written.split("\n"))


def _is_away(first: str, written: str) -> bool:
    if PERHAPS_ABSENT.search(first) and not answers(written):
        return True
    return bool(GONE.search(first) and WHOM_TO_ASK.search(written)) and not says_more(written)


def _openings(written: str) -> list[str]:
    """The first sentence; the second, too, where the first thanks or greets and says nothing else."""
    sentences = [" ".join(one.split())[:300] for one in SENTENCE_END.split(written, maxsplit=2)[:2]]
    return sentences[: 2 if THANKS.match(sentences[0]) and not SUBSTANCE.search(sentences[0]) else 1]


def _of_plain_words(above: str) -> str:
    """What speaks of the request and not of its matter: no number, place in a book or link stands in it."""
    if SUBSTANCE.search(above):
        return ""
    if PASSED_BACK.search(above):
        return "refusal"
    return "on_it" if ON_IT.search(above) else ""


def _of_few_words(lines: list[str]) -> str:
    """A signature alone, word that it came, a question to the asker."""
    above = _above_signature(lines)
    if not any(map(str.isalnum, above)):
        return "empty" if above.isascii() else "receipt"
    if ACKNOWLEDGED.match(above) or is_passed_on(above):
        return "receipt"
    if why := _of_plain_words(above):
        return why
    sentences = [one.strip() for one in SENTENCE_END.split(above) if one.strip()]
    asked = [one for one in sentences if not THANKS.match(one)]
    return "asks" if asked and all(ASKED.search(one) for one in asked) else ""


def _above_signature(lines: list[str]) -> str:
    """In one line."""
    end = next((number for number, line in enumerate(lines) if FORMULA.match(line.strip())), len(lines))
    return " ".join(" ".join(lines[:end]).split())
