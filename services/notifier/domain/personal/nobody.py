"""Words that stand where a name may stand, and are nobody's: of all texts, of books, of services."""

from __future__ import annotations

import re

COMMON = re.compile(
    r"(?:étudiante?|élève|lycéenne?|professeure?|enseignante?|docteure?|doctorante?|chercheure?|chercheuse"
    r"|président|présidente|bibliothécaire|documentaliste|auteure?|lect(?:eur|rice)|usagère?|retraitée?"
    r"|journaliste|historienne?|directeur|directrice|responsable|passionnée?|maman|papa|mère|père"
    r"|student|teacher|professor|researcher|librarian|reader|author|president|looking|number|year|catholic"
    r"|mitglied|studentin|lehrer|lehrerin|schüler|schülerin|autor|autorin|ihnen|ihre?[rsnm]?|ihr|docent"
    r"|lid|lezer|world|pierrot|noël|dieu|god|gott|spelled|very"
    r"|français(?:es?)?|francaise?|anglaise?|belges?|suisses?|italien(?:ne)?s?|espagnole?s?|allemande?s?"
    r"|américaine?s?|canadien(?:ne)?s?|québécoise?s?|portugaise?s?|polonaise?s?|russes?|chinoise?s?"
    r"|japonaise?s?|algérien(?:ne)?s?|marocaine?s?|tunisien(?:ne)?s?|africaine?s?|européen(?:ne)?s?"
    r"|bretonne?s?|juive?s?|musulmane?s?|catholiques?|protestante?s?|parisien(?:ne)?s?|lyonnaise?s?"
    r"|american|british|english|french|spanish|german|italian|dutch|belgian|swiss|irish|scottish|welsh|polish"
    r"|russian|chinese|japanese|african|asian|european|canadian|australian|mexican|portuguese|jewish|muslim"
    r"|christian(?= )|latin|native|deutsche[rns]?|franzose|französin|belgier|österreicher(?:in)?"
    r"|schweizer(?:in)?|nederlander|nederlandse|belg|vlaming|duitser|español[as]?|italiano|italiana)(?![\w'])",
    re.IGNORECASE,
)
"""First of what somebody says they are: `I am Spanish American`, `Je me présente : Étudiante`."""
SPREAD_NEVER = re.compile(
    r"(?:world|noël|savoirs?|guichet|eurêkoi|sésame|questions?|réponses?|avril|mai|juin|janvier|paris|france"
    r"|london|europe|library|bibliothèque|histoire|monde|petite?|grande?|roi|reine|saint|sainte|blanc|noir)$",
    re.IGNORECASE,
)
"""Parts of a name that begin or fill other sentences with a capital."""
FIGURES = re.compile(
    r"(?:Bovary|Butterfly|Hulot|Curie|Pompadour|Tussaud|Dalloway|Doubtfire|Jekyll|Hyde|Watson|Moreau|Who|No"
    r"|Strangelove|King|Freud|Mabuse|Jivago|Zhivago|Faust(?:us|roll)?|Teste|Ibrahim|Vénus|Darcy|Marple|Bean"
    r"|Ripley|Julie|Chanel|Holle|Keuner|Puntila|Récamier|Verdurin|Jourdain|Pickwick|Knock|Ove|Lazhar|Verdoux"
    r"|Arnolfini|Courbet|Butterfly|Caligari|House|Queneau|Homais|Prudhomme|Poppins|Fox|Norrell|Hudson|Hire"
    r"|Du ?barry|Tallien|Roland|Angot|Sans-Gêne|Maigret|Havisham|Miniver|Brown|Chrysanthème|Klein|Linh"
    r"|Antoinette|Thatcher|Macron|Chips|Deeds|Smith Goes|Rochester|Malaussène|Lupin|Schweitzer|Livingstone"
    r"|Renard|Corbeau|Pathelin|Cornille|Before|Too|And|Talk|Latin|Français|Harley|Bodley|Cotton|Royal|Additional|Sloane|Egerton)\b"
)
"""Whom books, films and pictures call by a title, and what follows `Me` or `Ms.` in other places."""
GREETED_NOBODY = re.compile(
    r"^(?:à |mesdames|messieurs|tou[ts]|toutes|collègues?|amie?s?|lect(?:eur|rice)|sir|madam|team|all|every"
    r"|there|grü|kitty|dolly|tristesse|paresse|world|guichet|eur[êe]koi|sésame|ask\b|damen|herren|je\b|j'|il\b|nous\b|a\b|i\b|pou|question|who|what|où|comment|quel|could|can\b)",
    re.IGNORECASE,
)
OFFICES = re.compile(
    r"^(?i:le|la|les|directeur|directrice|maire|bibliothécaires?|président|présidente|librarian|responsable"
    r"|ministre|préfet|monsieur|madame|sir|professeur|docteur|maître)\b"
)
NO_PERSON = re.compile(
    r"^(?:la|le|les|l'|the|die|der|das|het|de|ihre?|votre|notre|vos|your|our|uw|team)\b"
    r"|\b(?:biblioth|médiath|archives?|musée|service|équipe|library|libraries|librarian|centre|center"
    r"|université|university|école|mairie|ville|réseau|network|département|association|société|collège|lycée"
    r"|institut|fonds|bnf|bpi|salle|pôle|bonjour|hello|question|réponse|sources?|merci|madame|monsieur"
    r"|eur[êe]koi|guichet|encyclop|dictionnaire|larousse|times|monde|revue|journal|gazette|wikip|gallica"
    r"|europresse|universalis|britannica|éditions?\b|oxford|cambridge|google|youtube|amazon|kindle"
    r"|france|paris|lyon|envoyé|sent\b|iphone|android|outlook|sésame|bient[ôo]t|journée|soirée|avance)",
    re.IGNORECASE,
)
"""What signs, and is nobody."""
NO_NAMES = frozenset(
    {
        *(
            "des",
            "les",
            "del",
            "van",
            "von",
            "der",
            "den",
            "dos",
            "das",
            "della",
            "dell",
            "ben",
            "bin",
            "the",
        ),
        *("and", "pour", "famille", "madame", "monsieur", "mademoiselle", "mme", "mlle", "mrs", "miss"),
        *("professeur", "docteur", "maitre", "bibliotheque", "mediatheque", "library"),
    }
)
"""Parts of a name that are words of all texts."""
