"""Promises about answers in public channels: nothing lost, nobody called in, never too long."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.notifier.domain.posts import MOST_POSTS, pieces, posts, public

LENGTH = 120


@given(st.text(max_size=800), st.integers(20, 200))
def test_pieces_fit_and_lose_nothing_but_spaces(text: str, length: int) -> None:
    found = pieces(text, length)
    assert all(0 < len(piece) <= length for piece in found)
    assert "".join("".join(found).split()) == "".join(text.split())


@given(st.text(max_size=3000))
def test_posts_are_few_and_short(text: str) -> None:
    found = posts(text, ["A source"], "— Bpi", LENGTH, to="@reader@social.example")
    assert len(found) <= MOST_POSTS
    assert all(len(post) <= LENGTH for post in found)


def test_first_post_calls_the_asker_and_the_last_says_who_answered() -> None:
    found = posts("Yes. " * 60, ["Atlas, 1899"], "— Bpi", LENGTH, to="@reader")
    assert found[0].startswith("@reader Yes.")
    assert found[-1].endswith("— Bpi")


def test_cut_where_a_sentence_ends() -> None:
    assert pieces("One sentence stands here. Another one follows it.", 40)[0] == "One sentence stands here."


def test_what_is_left_out_is_said_to_be() -> None:
    assert posts("word " * 1000, [], "— Bpi", LENGTH)[-1].endswith("[…] — Bpi")


def test_strangers_are_not_called_into_the_conversation() -> None:
    assert "@stranger" not in public("ask @stranger about it")
    assert public("https://social.example/@library") == "https://social.example/@library"
