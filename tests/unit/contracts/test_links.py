from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.contracts.links.marks import may_hold, words_of
from services.contracts.links.signed_links import (
    LENGTH,
    asker_token,
    bounce_token,
    is_of_address,
    partner_token,
    party_digest,
    read_token,
    reply_address,
)

KEYS = (b"the key of this year", b"the key of last year")
QUESTION = UUID("01936f00-0000-7000-8000-000000000001")


def test_a_partners_token_says_which_question_and_which_partner() -> None:
    link = read_token(KEYS, partner_token(KEYS, QUESTION, "montreuil"))
    assert link is not None
    assert (link.role, link.question_id, link.digest) == ("partner", QUESTION, party_digest("montreuil"))


def test_a_mail_system_that_changes_the_case_breaks_no_token() -> None:
    assert read_token(KEYS, asker_token(KEYS, QUESTION).upper()) == read_token(
        KEYS, asker_token(KEYS, QUESTION)
    )


def test_a_token_of_the_last_key_still_opens_after_the_key_changed() -> None:
    assert read_token(KEYS, asker_token(KEYS[1:], QUESTION)) is not None
    assert read_token(KEYS[:1], asker_token(KEYS[1:], QUESTION)) is None


def test_a_return_path_names_one_address_whatever_its_case_and_under_either_key() -> None:
    link = read_token(KEYS, bounce_token(KEYS[1:], QUESTION, "Ada@Mail.example"))
    assert link is not None
    assert (link.role, link.question_id) == ("bounce", QUESTION)
    assert is_of_address(KEYS, link.digest, "ada@mail.example")
    assert not is_of_address(KEYS, link.digest, "eve@mail.example")


def test_the_part_before_the_at_sign_fits_into_64_characters() -> None:
    local = reply_address("reponse@sesame.example", asker_token(KEYS, QUESTION)).partition("@")[0]
    assert len(local) <= 64


@given(st.integers(0, LENGTH - 1), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_no_character_of_a_token_can_be_changed(position: int, letter: str) -> None:
    token = partner_token(KEYS, QUESTION, "montreuil")
    forged = token[:position] + letter + token[position + 1 :]
    assert forged == token or read_token(KEYS, forged) is None


@given(st.text(max_size=80))
def test_no_made_up_token_is_read(token: str) -> None:
    assert read_token(KEYS, token) is None


@given(st.text(alphabet="aàÀe\u0301\u017f\ufb012²\u216bk\u200b\u00ad k2", max_size=20))
def test_no_word_of_a_text_is_ruled_out_by_its_letters(text: str) -> None:
    assert all(may_hold(text, [word]) for word in words_of(text))
    assert not may_hold(text, ["zz"])
