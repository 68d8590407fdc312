"""What the demonstration promises to send, and that its data is fit to be shown."""

import json
import re
from collections import Counter
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
import yaml

from devtools.checkout import ROOT
from devtools.demo.corpus import Corpus, CorpusError, Mail, load_corpus

DATA = ROOT / "devtools" / "demo" / "data"
ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+\w")
HOST = re.compile(r"https?://([\w.-]+\w)")


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load_corpus(DATA)


@pytest.fixture(scope="module")
def partners() -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = yaml.safe_load((DATA / "partners.yaml").read_text("utf-8"))
    return listed


def mails_that_are(corpus: Corpus, what: str) -> list[Mail]:
    return [mail for mail in corpus.mails if mail.what == what]


def message_id(raw: bytes) -> str:
    return str(message_from_bytes(raw)["Message-ID"])


def test_at_least_170_questions_and_130_of_them_french(corpus: Corpus) -> None:
    languages = Counter(question.language for question in corpus.questions)
    assert languages.total() >= 170
    assert languages["fr"] >= 130
    assert len(languages) >= 4


def test_every_question_is_its_own(corpus: Corpus) -> None:
    texts = {question.text for question in corpus.questions}
    numbers = [question.n for question in corpus.questions]
    assert len(texts) == len(numbers)
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_channel_is_used(corpus: Corpus) -> None:
    channels = Counter(question.channel for question in corpus.questions)
    assert set(channels) == {"form", "api", "mail", "partner"}
    assert channels["mail"] >= 45


def test_askers_live_in_corsica_overseas_and_belgium_too(corpus: Corpus) -> None:
    french = {question.postcode or "" for question in corpus.questions if question.country == "FR"}
    assert any(postcode.startswith("20") for postcode in french)
    assert any(postcode.startswith("97") for postcode in french)
    assert any(question.country == "BE" for question in corpus.questions)


def test_a_mail_says_no_more_than_a_mail_can(corpus: Corpus) -> None:
    written = [question for question in corpus.questions if question.channel == "mail"]
    said = {(q.subject, q.postcode, q.purpose, q.private_note, q.publish_consent) for q in written}
    assert said == {(None, None, None, None, False)}


def test_every_theme_is_asked_about_and_known(corpus: Corpus) -> None:
    known = {theme.id for theme in corpus.themes}
    assert len(known) <= 13
    assert {question.theme_truth for question in corpus.questions} == known
    assert {question.subject for question in corpus.questions} <= known | {None}


def test_no_dewey_class_stands_under_two_themes(corpus: Corpus) -> None:
    classes = [number for theme in corpus.themes for number in theme.dewey]
    assert len(classes) == len(set(classes))


def test_twelve_partners_with_clean_ids_and_three_ways(partners: list[dict[str, Any]]) -> None:
    ways = Counter(partner["reach"]["way"] for partner in partners)
    assert len({partner["id"] for partner in partners}) == 12
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9-]{1,62}", partner["id"]) for partner in partners)
    assert ways["queue"] >= 3
    assert ways["mail"] >= 3


def test_every_language_asked_in_is_spoken_by_a_partner(
    corpus: Corpus, partners: list[dict[str, Any]]
) -> None:
    spoken = Counter(language for partner in partners for language in partner["languages"])
    asked = {question.language for question in corpus.questions}
    assert [language for language in asked if not spoken[language]] == []


def test_a_partner_event_comes_from_a_partner_with_a_queue(
    corpus: Corpus, partners: list[dict[str, Any]]
) -> None:
    ways = {partner["id"]: partner["reach"]["way"] for partner in partners}
    sent = [question for question in corpus.questions if question.channel == "partner"]
    assert {ways[question.origin_partner or ""] for question in sent} == {"queue"}
    assert {question.origin_partner for question in corpus.questions} <= {*ways, None}


def test_partners_strengths_are_themes_from_1_to_5(corpus: Corpus, partners: list[dict[str, Any]]) -> None:
    known = {theme.id for theme in corpus.themes}
    for partner in partners:
        assert set(partner["subjects"]) <= known
        assert set(partner["subjects"].values()) <= set(range(1, 6))


def test_opening_slots_are_in_order_and_do_not_touch(partners: list[dict[str, Any]]) -> None:
    for partner in partners:
        for slots in partner["hours"].values():
            times = [time for slot in slots for time in slot.split("-")]
            assert times == sorted(set(times)), (partner["id"], slots)


def test_no_asker_is_one_of_the_networks_addresses(corpus: Corpus, partners: list[dict[str, Any]]) -> None:
    ours = {address for p in partners for address in (p["email"], p["alert_email"], *p["own_addresses"])}
    assert ours.isdisjoint(question.asker_email for question in corpus.questions)


def test_addresses_and_links_lead_to_example_domains_only() -> None:
    for file in (*DATA.glob("*.*"), *DATA.glob("answers/*"), *DATA.glob("mails/*")):
        text = file.read_bytes().decode("latin-1")
        hosts = [address.rpartition("@")[2] for address in ADDRESS.findall(text)] + HOST.findall(text)
        assert [host for host in hosts if not host.endswith(".example")] == [], file.name


def test_every_mail_is_listed_once(corpus: Corpus) -> None:
    listed = [mail.path.name for mail in corpus.mails]
    assert sorted(listed) == sorted(path.name for path in DATA.glob("mails/*.eml"))


def test_listed_message_ids_are_the_real_ones(corpus: Corpus) -> None:
    assert [mail.path.name for mail in corpus.mails if message_id(mail.raw()) != mail.message_id] == []


def test_six_duplicates_share_the_message_id_of_their_original(corpus: Corpus) -> None:
    originals = {mail.path.name: mail.message_id for mail in mails_that_are(corpus, "question")}
    copies = mails_that_are(corpus, "duplicate")
    assert len(copies) == 6
    assert all(copy.message_id == originals[copy.duplicate_of or ""] for copy in copies)
    assert len(set(originals.values())) == len(originals)


def test_two_automatic_replies_one_bounce_one_broken_mail(corpus: Corpus) -> None:
    kinds = Counter(mail.what for mail in corpus.mails)
    assert (kinds["auto_reply"], kinds["bounce"], kinds["broken"]) == (2, 1, 1)


def test_the_bounce_is_a_report_with_a_null_return_path(corpus: Corpus) -> None:
    (bounce,) = mails_that_are(corpus, "bounce")
    assert message_from_bytes(bounce.raw()).get_content_type() == "multipart/report"
    assert bounce.envelope_from == ""


def test_mails_come_in_every_make(corpus: Corpus) -> None:
    parsed = [message_from_bytes(mail.raw()) for mail in mails_that_are(corpus, "question")]
    charsets = {part.get_content_charset() for mail in parsed for part in mail.walk()}
    encodings = {str(part["Content-Transfer-Encoding"]) for mail in parsed for part in mail.walk()}
    types = {mail.get_content_type() for mail in parsed}
    assert {"iso-8859-1", "windows-1252", "utf-8"} <= charsets
    assert {"8bit", "base64", "quoted-printable"} <= encodings
    assert {"text/plain", "text/html", "multipart/alternative", "multipart/mixed"} <= types
    assert any(len(str(mail["References"]).split()) > 10 for mail in parsed)


def test_each_mail_question_starts_as_its_index_says(corpus: Corpus) -> None:
    texts = {question.mail: " ".join(question.text.split()) for question in corpus.questions}
    for mail in mails_that_are(corpus, "question"):
        assert mail.text_start
        assert texts[mail.path.name].startswith(mail.text_start)


def test_every_question_finds_an_answer_in_its_language(corpus: Corpus) -> None:
    assert len(corpus.answers) >= 40
    for question in corpus.questions:
        answer = corpus.answer_for(question.theme_truth, question.language, question.n)
        assert answer.language == question.language
        assert answer.sources


def test_an_answer_written_for_a_question_goes_to_that_question_only(corpus: Corpus) -> None:
    written_for = {answer.question: answer for answer in corpus.answers if answer.question}
    for question in corpus.questions:
        given = corpus.answer_for(question.theme_truth, question.language, question.n)
        assert given.question == (question.n if question.n in written_for else None)


def test_an_answer_suits_only_questions_of_its_theme_and_language(corpus: Corpus) -> None:
    asked = {question.n: (question.theme_truth, question.language) for question in corpus.questions}
    suited = [(answer, n) for answer in corpus.answers for n in answer.suits]
    assert suited
    assert [n for answer, n in suited if asked[n] != (answer.theme, answer.language)] == []
    assert all(corpus.answer_for(*asked[n], n) == answer for answer, n in suited)


def test_french_answers_of_a_theme_take_turns(corpus: Corpus) -> None:
    free = range(1000, 1004)
    assert len({corpus.answer_for("histoire", "fr", n).text for n in free}) == 2


def test_a_language_without_answers_is_named(corpus: Corpus) -> None:
    with pytest.raises(CorpusError, match=r'no answer for theme "arts" in "fi"'):
        corpus.answer_for("arts", "fi", 1)


def copy_with(tmp_path: Path, name: str, text: str) -> Path:
    for file in ("themes.yaml", "questions.jsonl", "mails/index.jsonl", "answers/fr.yaml"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text("[]" if file.endswith("yaml") else "", "utf-8")
    (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("questions.jsonl", "{}\nnonsense", r"questions\.jsonl, line 1: .*missing"),
        ("questions.jsonl", "nonsense", r"questions\.jsonl, line 1: not JSON"),
        ("mails/index.jsonl", json.dumps({"file": "gone.eml"}), r"index\.jsonl, line 1: mail \"gone\.eml\""),
        (
            "themes.yaml",
            "- id: a\n  fr: b\n  en: c\n  dewey: 900",
            r"themes\.yaml, line 1: \"dewey\" must be a list",
        ),
        (
            "answers/fr.yaml",
            "\n- theme: a\n  text: b\n  sources: []\n  effort: 9",
            r"fr\.yaml, line 2: effort 9",
        ),
        ("answers/fr.yaml", "- just words", r"fr\.yaml, line 1: must be a set of named fields"),
    ],
)
def test_a_fault_is_named_by_file_and_line(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(CorpusError, match=said):
        load_corpus(copy_with(tmp_path, name, text))
