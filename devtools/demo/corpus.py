"""Reads the demonstration's questions, mails and answers (`devtools/demo/data`) and names what is wrong."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar, get_args

from devtools.demo.rows import CorpusError, Row, json_rows, with_tuple, yaml_rows

Channel = Literal["form", "api", "mail", "partner"]
MailKind = Literal["question", "duplicate", "auto_reply", "bounce", "broken"]

__all__ = ["Answer", "Corpus", "CorpusError", "Mail", "Question", "Theme", "load_corpus"]

Kind = TypeVar("Kind")

ANY_THEME = "general"


@dataclass(frozen=True)
class Question:
    """One question; `theme_truth` is for teaching and never sent.

    A mail cannot carry subject, postcode, purpose or consent, so these are None or False there.
    """

    n: int
    channel: Channel
    origin_partner: str | None
    text: str
    private_note: str | None
    asker_email: str
    postcode: str | None
    country: str | None
    language: str
    subject: str | None
    purpose: str | None
    publish_consent: bool
    theme_truth: str
    mail: str | None


@dataclass(frozen=True)
class Mail:
    """One raw mail: `envelope_from` is "" for a null return path; `text_start` has its white space folded."""

    path: Path
    what: MailKind
    envelope_from: str
    envelope_to: str
    message_id: str
    n: int | None = None
    duplicate_of: str | None = None
    text_start: str | None = None

    def raw(self) -> bytes:
        """The bytes as they came; no charset or line end has been touched."""
        return self.path.read_bytes()


@dataclass(frozen=True)
class Answer:
    """An answer ready to send; `effort` is 1–6 on the READ scale.

    `question` is the n it was written for and serves alone; `suits` lists those it fits better than the rest.
    """

    theme: str
    language: str
    text: str
    sources: tuple[str, ...]
    effort: int
    question: int | None = None
    suits: tuple[int, ...] = ()


@dataclass(frozen=True)
class Theme:
    """One of the network's themes; `dewey` are class prefixes of three digits."""

    id: str
    fr: str
    en: str
    dewey: tuple[str, ...]


@dataclass(frozen=True)
class Corpus:
    """All of it, in the order of the files."""

    partners_path: Path
    themes: tuple[Theme, ...]
    questions: tuple[Question, ...]
    mails: tuple[Mail, ...]
    answers: tuple[Answer, ...]

    def answer_for(self, theme: str, language: str, n: int) -> Answer:
        """The answer written for question `n`, else the one that suits it, one of the theme, a general one.

        The same arguments always give the same answer. CorpusError when the language has none.
        """
        in_language = [answer for answer in self.answers if answer.language == language]
        own = [answer for answer in in_language if answer.question == n]
        shared = [answer for answer in in_language if answer.question is None]
        fitting = [answer for answer in shared if n in answer.suits]
        themed = [answer for answer in shared if answer.theme == theme]
        general = [answer for answer in shared if answer.theme == ANY_THEME]
        stock = own or fitting or themed or general
        if not stock:
            raise CorpusError(
                f'no answer for theme "{theme}" in "{language}"; add one to answers/{language}.yaml'
            )
        return stock[n % len(stock)]


def load_corpus(path: Path) -> Corpus:
    """Reads the folder `path`; CorpusError at the first line that cannot be used."""
    return Corpus(
        partners_path=path / "partners.yaml",
        themes=tuple(_made(Theme, with_tuple(row, "dewey")) for row in yaml_rows(path / "themes.yaml")),
        questions=tuple(_made(Question, row) for row in json_rows(path / "questions.jsonl")),
        mails=tuple(_mail(path / "mails", row) for row in json_rows(path / "mails" / "index.jsonl")),
        answers=tuple(
            answer for file in sorted((path / "answers").glob("*.yaml")) for answer in _answers(file)
        ),
    )


def _answers(file: Path) -> Iterator[Answer]:
    for row in yaml_rows(file):
        where, said = with_tuple(row, "sources")
        yield _made(Answer, (where, {**said, "language": file.stem, "suits": tuple(said.get("suits", ()))}))


def _mail(folder: Path, row: Row) -> Mail:
    where, said = row
    path = folder / str(said.pop("file", ""))
    if not path.is_file():
        raise CorpusError(f'{where}: mail "{path.name}" is not in {folder}; add it or drop the line')
    said.pop("style", None)
    return _made(Mail, (where, {**said, "path": path}))


def _made(kind: type[Kind], row: Row) -> Kind:
    where, said = row
    try:
        made = kind(**said)
    except TypeError as fault:
        raise CorpusError(f"{where}: {fault}") from fault
    if wrong := _wrong(made):
        raise CorpusError(f"{where}: {wrong}")
    return made


def _wrong(made: object) -> str | None:
    match made:
        case Question(channel=channel) if channel not in get_args(Channel):
            return f'channel "{channel}" must be one of {", ".join(get_args(Channel))}'
        case Question(channel=channel, mail=mail) if (channel == "mail") != bool(mail):
            return f'channel "{channel}" with mail {mail!r}: name the file for mails, null for all others'
        case Mail(what=what) if what not in get_args(MailKind):
            return f'what "{what}" must be one of {", ".join(get_args(MailKind))}'
        case Answer(effort=effort) if effort not in range(1, 7):
            return f"effort {effort!r} must be 1 to 6 on the READ scale"
    return None
