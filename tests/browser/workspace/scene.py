"""A library's morning, to be looked at: some questions in every list, two colleagues, notes and drafts."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid5

from services.contracts import router
from services.contracts.ingest import HeldShown
from services.contracts.notifier import AddressSilenced
from services.contracts.reasons import NobodyLeft
from services.workspace.domain.roles import Member
from tests.integration.workspace import facts as made
from tests.integration.workspace.stage import Someone, Stage
from tests.integration.workspace.test_editor import found as similar_found
from tests.integration.workspace.test_explained import explained
from tests.integration.workspace.test_failures import failed
from tests.integration.workspace.test_joining import proven
from tests.integration.workspace.test_release import shown as entry_shown
from tests.integration.workspace.test_weights import points, simulated, try_out, weighed

PAGE = f"/questions/{made.QUESTION}"
OPEN = (
    ("Je cherche des photographies des pêcheries de morue à Fécamp entre 1900 et 1914", 4.5),
    ("Où trouver les registres d’écrou de la prison de Rennes pour 1851 ?", 7.5),
    ("¿Existe una traducción francesa de «Los pasos perdidos» anterior a 1960?", 28),
    ("Quelle est l’origine de l’expression « à la queue leu leu » ?", 52),
)


CLOSED = [{"first": "2026-12-24", "last": "2026-12-31", "reason": "Fêtes"}]
NOBODY = UUID(int=0)
LONG = "Médiathèque intercommunale des Roches-Noires et des Hauts de l’Ouest, La Réunion"
HELD = "Bonjour,\n\nOù trouver les plans du moulin de Tancarville ?\n\n<b>Merci</b>, Ada"
LOST = ("Où lire le journal « La Vigie de Dieppe » de 1871 ?", "Wer baute die Orgel von Saint-Ouen?")


async def at_the_coordination(on: Stage) -> Someone:
    """Claire, signed in, who sees all of it, and two questions that nobody has."""
    for words in (
        "Où lire le journal « La Vigie de Dieppe » de 1871 ?",
        "Wer baute die Orgel von Saint-Ouen?",
    ):
        lost = router.QuestionUnroutable(
            reason=NobodyLeft(), promise_at=made.MOMENT + timedelta(hours=30), facets=made.FACETS
        )
        await on.tell(made.life(made.received(words), lost, question=uuid5(made.QUESTION, words)))
    await on.tell(
        [
            made.listed("bm-brest", languages=["br", "fr"], territories=["29"]),
            made.listed("roches-noires", name=LONG),
            made.listed("bu-metz", name="Bibliothèque universitaire de Metz"),
            made.listed("bm-lyon", subjects={"histoire": 5, "arts": 3}, closures=CLOSED),
            made.listed("bm-lyon", 2, "Claire Dumas", subjects={"histoire": 5}, closures=CLOSED),
        ]
    )
    await on.tell([made.hourly(30, explained()), made.held(17), made.held(18, "encrypted")])
    person = await on.someone("Claire Dumas", Member("coordinator"))
    await person.see("/held/17")
    shown = HeldShown(number=17, heading="Un moulin", text=HELD, attachments=("plan.pdf",))
    await on.tell([made.hourly(31, shown, NOBODY)])
    await on.tell([made.entry(17)])
    await person.see("/release/17")
    await on.tell([entry_shown()])
    silence = AddressSilenced(name="0123456789ab", library="bm-brest", status="5.1.1")
    await on.tell([made.hourly(32, silence), made.hourly(33, failed())])
    await on.tell([made.to_post(), made.held_reply(19)])
    await person.post("/network/do", form="one", question=str(made.QUESTION), action="route")
    return person


async def tried(on: Stage, coordinator: Someone) -> str:
    """Where it stands what other weights would have made of the last questions."""
    await on.tell([weighed(), weighed(2, points(), place=62.5)])
    there = await try_out(coordinator, place="60", load="12,5")
    await on.tell([simulated(UUID(there.rpartition("/")[2]))])
    return there


async def applicants(on: Stage) -> tuple[str, str]:
    """Two libraries that ask to join, one with a program: where the coordinator looks at them."""
    by_mail, with_program = await proven(on), await proven(on, library="Bibliothèque de Bron", way="program")
    return f"/applications/{by_mail}", f"/applications/{with_program}"


async def morning(on: Stage) -> Someone:
    """Amel, signed in, at whose desk all this lies."""
    for words, hours in OPEN:
        due = made.MOMENT + timedelta(hours=hours)
        facts = (made.received(words), made.routed(due_at=due))
        await on.tell(made.life(*facts, question=uuid5(made.QUESTION, words)))
    long = (
        "Bonjour,\n\nQui a construit le phare d’Eckmühl, et pourquoi porte-t-il le nom d’une bataille ?"
        " Mon grand-père y était gardien dans les années 1930 et je voudrais comprendre.\n\nMerci d’avance,"
    )
    life = made.life(
        made.received(long, note="J’ai 82 ans et je lis mal sur écran : une réponse courte."),
        made.routed("bm-brest"),
        made.declined("bm-brest", "Le dossier est aux archives départementales, nous n’en avons pas copie."),
        made.routed(due_at=made.MOMENT + timedelta(hours=26), attempt=2),
        made.followed_up(),
    )
    await on.tell(life)
    amel = await on.someone("Amel Benali", Member("respondent", "bm-lyon"), Member("lead", "bm-lyon"))
    bruno = await on.someone("Bruno Roux", Member("respondent", "bm-lyon"))
    await bruno.post(f"{PAGE}/note", text="@amel, le Joanne de 1890 est en réserve, cote 118. Je le sors ?")
    await bruno.post(f"{PAGE}/draft", text="Le phare doit son nom à Mme de Blocqueville…", revision="0")
    await amel.post(f"{PAGE}/take", form="taken")
    await amel.post(
        "/paragraphs", library="bm-lyon", language="fr", title="Horaires", text="Du mardi au samedi."
    )
    await on.tell(
        [
            made.hourly(20, similar_found()),
            made.listed("bm-lyon", subjects={"histoire": 5}, languages=["fr", "en"]),
            made.listed("bm-brest", subjects={"histoire": 4}),
            made.listed("caen", subjects={"arts": 4}),
        ]
    )
    return amel
