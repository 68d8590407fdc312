"""Who may be written to about a mail: only whom our own mail server, or an equal return path, supports."""

from __future__ import annotations

import pytest

from services.ingest.domain.mail.sender_proof import proof_of

OURS = frozenset({"mx.sesame.example"})
ADA = "ada@mail.example"


@pytest.mark.parametrize(
    "result",
    [
        "mx.sesame.example; dmarc=pass (p=reject) header.from=mail.example",
        "MX.Sesame.Example 1; spf=fail smtp.mailfrom=evil.example; dkim=pass header.d=mail.example",
        "mx.sesame.example; spf=pass (sender (SPF) authorized) smtp.mailfrom=bounces@lists.mail.example",
        'mx.sesame.example;\r\n dkim=pass (2048-bit key) header.i="@mail.example"',
    ],
)
def test_what_our_own_server_found_good_is_believed(result: str) -> None:
    assert proof_of(ADA, "other@evil.example", [result], OURS) == "authenticated"


@pytest.mark.parametrize(
    "result",
    [
        "mx.evil.example; dmarc=pass header.from=mail.example",
        "mx.sesame.example; dmarc=fail header.from=mail.example",
        "mx.sesame.example; dkim=pass header.d=evil.example",
        "mx.sesame.example; dkim=pass header.d=example",
        "mx.sesame.example; spf=pass smtp.mailfrom=ada@evilmail.example",
        "mx.sesame.example; none",
        "(mx.sesame.example; dmarc=pass header.from=mail.example) mx.evil.example; none",
        "mx.sesame.example; dmarc=fail (dmarc=pass header.from=mail.example) header.from=evil.example",
        "; dmarc=pass header.from=mail.example",
        "",
    ],
)
def test_nothing_else_is(result: str) -> None:
    assert proof_of(ADA, "x@evil.example", [result], OURS) == "claimed"
    assert proof_of(ADA, None, [result], frozenset()) == "claimed"


@pytest.mark.parametrize("path", [ADA, "<Ada@Mail.Example>"])
def test_equal_return_path_supports_a_sender_and_proves_none(path: str) -> None:
    assert proof_of(ADA, path, [], OURS) == "return_path"
    assert proof_of(ADA, "ada@mail.example.evil.example", [], OURS) == "claimed"
