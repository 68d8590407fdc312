"""What social channels send, and what is made of it. All posts are our own writing."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain.social.facebook import FeedVerb, is_signed, people_changed
from services.ingest.domain.social.mastodon import ancestors_of, below, mention_of

PAGE = "1000"


def feed(**value: Any) -> bytes:
    usual = {"item": "comment", "verb": "add", "from": {"id": "7", "name": "Ada"}, "message": "Où ?"}
    known = {"comment_id": "1000_1", "post_id": "1000_0", "parent_id": "1000_0"}
    change = {"field": "feed", "value": usual | known | value}
    return json.dumps({"object": "page", "entry": [{"id": PAGE, "changes": [change]}]}).encode()


def test_a_persons_comment_and_post_are_read() -> None:
    comment, post = (people_changed(raw, PAGE)[0].post for raw in (feed(), feed(item="status")))
    assert (comment.id, comment.text, comment.author, comment.answers) == ("1000_1", "Où ?", "7", "1000_0")
    assert post.id == "1000_0"


@pytest.mark.parametrize(
    "value",
    [
        {"from": {"id": PAGE}},
        {"from": {"id": PAGE}, "verb": "edited"},
        {"verb": "hide"},
        {"item": "reaction"},
        {"message": " "},
        {"verb": ["add"]},
    ],
)
def test_our_own_words_and_reactions_are_left_out(value: dict[str, Any]) -> None:
    assert people_changed(feed(**value), PAGE) == []


@pytest.mark.parametrize(
    "words",
    [
        "Un grand merci à vous",
        "❤️",
        "👏👏👏",
        "Merci beaucoup !",
        "Bravo la bibliothèque",
        "Thank you!",
        "!!!",
    ],
)
def test_thanks_right_below_the_pages_post_are_no_question(words: str) -> None:
    (change,) = people_changed(feed(message=words, post_id=f"{PAGE}_1", parent_id=f"{PAGE}_1"), PAGE)
    assert change.post.is_remark


@pytest.mark.parametrize(
    "value",
    [
        {"message": "Merci ! Et qui a bâti le lavoir ?"},
        {"message": "Qui a sculpté le lion ?"},
        {"message": "❤️", "photo": "https://media.example/2.jpg"},
        {"message": "Merci", "parent_id": "1000_7"},
    ],
)
def test_what_asks_or_stands_elsewhere_is_no_remark(value: dict[str, Any]) -> None:
    (change,) = people_changed(feed(**({"post_id": f"{PAGE}_1", "parent_id": f"{PAGE}_1"} | value)), PAGE)
    assert not change.post.is_remark


@pytest.mark.parametrize(
    ("value", "verb"),
    [
        ({}, FeedVerb.WROTE),
        ({"verb": "edited"}, FeedVerb.EDITED),
        ({"verb": "remove", "message": None}, FeedVerb.REMOVED),
        ({"from": None}, FeedVerb.UNNAMED),
    ],
)
def test_what_happened_to_a_comment_is_told_apart(value: dict[str, Any], verb: FeedVerb) -> None:
    (change,) = people_changed(feed(**value), PAGE)
    assert (change.verb, change.post.id) == (verb, "1000_1")


def test_only_the_apps_secret_signs() -> None:
    signature = "sha256=" + hmac.new(b"secret", b"body", hashlib.sha256).hexdigest()
    assert is_signed("secret", b"body", signature)
    assert not is_signed("secret", b"body!", signature)
    assert not is_signed("other", b"body", signature)
    assert not is_signed("secret", b"body", "é")


@given(
    st.recursive(
        st.none() | st.text() | st.integers(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    ["entry", "changes", "field", "value", "from", "id", "message", "item", "verb"]
                ),
                inner,
            )
        ),
    )
)
def test_no_shape_of_json_makes_the_reader_fail(body: Any) -> None:
    assert people_changed(json.dumps(body).encode(), PAGE) == []


def notification(**status: Any) -> dict[str, Any]:
    usual = {
        "id": "5",
        "content": '<p><span><a href="https://m.example/@sesame">@<span>sesame</span></a></span> Où ?</p>',
        "account": {"acct": "ada@m.example"},
        "visibility": "public",
        "url": "https://m.example/@ada/5",
        "language": "fr",
        "in_reply_to_id": None,
    }
    return {"id": "9", "type": "mention", "status": usual | status}


def test_a_mention_is_read_without_the_handle_it_begins_with() -> None:
    mention = mention_of(notification())
    assert mention is not None
    assert mention.post is not None
    assert (mention.post.text, mention.post.author, mention.language) == ("Où ?", "ada@m.example", "fr")
    assert not mention.private


@pytest.mark.parametrize(
    ("told", "seen_by"),
    [
        ("public", "public"),
        ("unlisted", "unlisted"),
        ("private", "private"),
        ("direct", "direct"),
        ("local", "direct"),
        (None, "direct"),
        ([], "direct"),
    ],
)
def test_who_sees_a_mention_is_kept_and_what_is_not_known_counts_as_its_writer_alone(
    told: object, seen_by: str
) -> None:
    mention = mention_of(notification(visibility=told))
    assert mention is not None
    assert mention.post is not None
    assert mention.post.visibility == seen_by


def test_a_post_that_not_everybody_sees_is_quoted_in_no_public_question() -> None:
    (parent,) = ancestors_of(
        {"ancestors": [notification(visibility="direct", content="<p>Entre nous.</p>")["status"]]}
    )
    asked = {seen_by: mention_of(notification(visibility=seen_by)) for seen_by in ("public", "direct")}
    quoted = {
        seen_by: "Entre nous." in below(one.post, parent).whole
        for seen_by, one in asked.items()
        if one and one.post
    }
    assert quoted == {"public": False, "direct": True}


def test_private_mentions_and_programs_are_told_apart() -> None:
    private = mention_of(notification(visibility="direct"))
    robot = mention_of(notification(account={"acct": "feed@m.example", "bot": True}))
    assert private is not None
    assert private.private
    assert robot is not None
    assert robot.post is None
    assert mention_of({"id": "x"}) is None
