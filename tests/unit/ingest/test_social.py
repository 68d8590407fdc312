"""What social channels send, and what is made of it. All posts are our own writing."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain.social.facebook import is_signed, people_wrote
from services.ingest.domain.social.mastodon import mention_of

PAGE = "1000"


def feed(**value: Any) -> bytes:
    usual = {"item": "comment", "verb": "add", "from": {"id": "7", "name": "Ada"}, "message": "Où ?"}
    known = {"comment_id": "1000_1", "post_id": "1000_0", "parent_id": "1000_0"}
    change = {"field": "feed", "value": usual | known | value}
    return json.dumps({"object": "page", "entry": [{"id": PAGE, "changes": [change]}]}).encode()


def test_a_persons_comment_and_post_are_read() -> None:
    (comment,) = people_wrote(feed(), PAGE)
    (post,) = people_wrote(feed(item="status"), PAGE)
    assert (comment.id, comment.text, comment.author, comment.answers) == ("1000_1", "Où ?", "7", "1000_0")
    assert post.id == "1000_0"


@pytest.mark.parametrize(
    "value",
    [{"from": {"id": PAGE}}, {"verb": "edited"}, {"verb": "remove"}, {"item": "reaction"}, {"message": " "}],
)
def test_our_own_words_edits_and_reactions_are_left_out(value: dict[str, Any]) -> None:
    assert people_wrote(feed(**value), PAGE) == []


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
    assert people_wrote(json.dumps(body).encode(), PAGE) == []


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


def test_private_mentions_and_programs_are_told_apart() -> None:
    private = mention_of(notification(visibility="direct"))
    robot = mention_of(notification(account={"acct": "feed@m.example", "bot": True}))
    assert private is not None
    assert private.private
    assert robot is not None
    assert robot.post is None
    assert mention_of({"id": "x"}) is None
