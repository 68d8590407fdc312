"""What people and programs hold of an installation, and what must serve after a loss of everything."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.containers.installation import OPERATOR_COMMAND, Installation, until

LIBRARY = "valence"
ASKER = "lectrice@asker.example"
WORDS = "moulin de Valence"
TEXT = f"Où était le {WORDS} ?"
WITHIN_SECONDS = 60.0
ASK = """
import json, sys, urllib.request
key, question = json.load(sys.stdin)
headers = {"authorization": "Bearer " + key, "content-type": "application/json"}
door, body = "http://127.0.0.1:8080/api/v1/questions", json.dumps(question).encode()
asked = urllib.request.Request(door, body, headers)
print(json.load(urllib.request.urlopen(asked))["page_url"])
"""
REPLY_TO = """
import email, pathlib, sys
for file in pathlib.Path("/mails").iterdir():
    mail = email.message_from_bytes(file.read_bytes())
    if sys.argv[1] in mail.get("to", "") and "reply-to" in mail:
        print(mail["reply-to"])
"""
OPEN = """
import sys, urllib.request
print(urllib.request.urlopen("http://127.0.0.1:8080" + sys.argv[1]).read().decode())
"""
REPLY = """
import smtplib, sys
sender, address = sys.argv[1:]
head = f"From: {sender}\\nTo: {address}\\nMessage-ID: <after-the-loss@asker.example>\\nSubject: Re"
mail = f"{head}\\n\\nCelui du pont.\\n"
smtplib.LMTP("127.0.0.1", 8024).sendmail(sender, [address], mail)
"""
FOLLOW_UPS = "SELECT count(*) FROM ingest.submission WHERE outcome = 'follow_up'"


@dataclass(frozen=True, slots=True)
class InHand:
    """An asker's page and reply address; the question waits in the queue of `LIBRARY`, which nobody reads."""

    page: str
    reply_to: str


def hand_out(place: Installation) -> InHand:
    sheet = place.run(*OPERATOR_COMMAND, "partners", "add", LIBRARY, "--name", "Bibliothèque de Valence")
    key = re.search(r"sesame-[\w-]{30,}", sheet)
    assert key is not None, sheet
    question = {"text": TEXT, "asker": {"mail": ASKER}}
    page = place.run("exec", "-T", "ingest", "python", "-c", ASK, given=json.dumps([key[0], question]))
    until(lambda: _reply_addresses(place) != [], "the asker has a mail to reply to", WITHIN_SECONDS)
    until(lambda: _waiting(place) > 0, "the library is asked", WITHIN_SECONDS)
    return InHand(urlsplit(page.strip()).path, _reply_addresses(place)[0])


def still_serves(place: Installation, held: InHand) -> str:
    """Once `operator partners resend` was said."""
    assert WORDS in place.run("exec", "-T", "ingest", "python", "-c", OPEN, held.page)
    before = place.query(FOLLOW_UPS)
    place.run("exec", "-T", "ingest", "python", "-c", REPLY, ASKER, held.reply_to)
    until(lambda: place.query(FOLLOW_UPS) != before, "a reply to a mail of before is taken", WITHIN_SECONDS)
    until(lambda: _waiting(place) > 0, "the library's queue holds what is open", WITHIN_SECONDS)
    place.run(*OPERATOR_COMMAND, "partners", "suspend", LIBRARY)
    return "link, reply address and queue of before serve"


def _reply_addresses(place: Installation) -> list[str]:
    found = place.run("exec", "-T", "mailbox", "python", "-c", REPLY_TO, ASKER)
    return re.findall(r"[\w.+-]+@[\w.-]+", found)


def _waiting(place: Installation) -> int:
    listing = place.run("exec", "-T", "rabbitmq", "rabbitmqctl", "-q", "list_queues", "-p", "sesame")
    found = re.search(rf"^partner\.{LIBRARY}\s+(\d+)", listing, re.MULTILINE)
    return int(found[1]) if found else 0
