"""Promises about signatures of webhooks."""

from __future__ import annotations

import pytest

from services.notifier.domain.signing import BadSecret, signature

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
BODY = b'{"test": 2432232314}'


def test_signature_is_that_of_the_public_test_vector() -> None:
    """From the examples of the specification's reference libraries."""
    signed = signature([SECRET], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, BODY)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_both_secrets_sign_while_they_are_rotated() -> None:
    both = signature([SECRET, OTHER], "msg", 1, BODY).split(" ")
    assert both == [signature([SECRET], "msg", 1, BODY), signature([OTHER], "msg", 1, BODY)]


@pytest.mark.parametrize("change", [("msg2", 1, BODY), ("msg", 2, BODY), ("msg", 1, BODY + b" ")])
def test_id_time_and_body_are_all_signed(change: tuple[str, int, bytes]) -> None:
    assert signature([SECRET], *change) != signature([SECRET], "msg", 1, BODY)


@pytest.mark.parametrize("secret", ["whsec_c2hvcnQ=", "whsec_not base64"])
def test_weak_or_broken_secret_says_what_is_wrong(secret: str) -> None:
    with pytest.raises(BadSecret, match="webhook secret"):
        signature([secret], "msg", 1, BODY)
