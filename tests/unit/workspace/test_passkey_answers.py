"""What a browser says of a passkey is a stranger's bytes: whatever they are, they are refused as such."""

from __future__ import annotations

import hashlib
import json

import pytest
from webauthn.helpers import bytes_to_base64url

from services.workspace.entrypoints.sign_in.relying_party import PasskeyAnswer, PasskeyFault, RelyingParty

PARTY = RelyingParty("localhost", "http://localhost", "Sésame")
CHALLENGE = b"c" * 32
PRESENT_VERIFIED_WITH_KEY = b"\x45"
KEYS = {
    "no CBOR": b"\xff",
    "nothing": b"",
    "list": b"\x80",
    "text": b"\x60",
    "map": b"\xa0",
    "number": b"\x05",
}
"""Public keys in CBOR (RFC 8949)."""


def made(key: bytes) -> str:
    """A browser's answer whose authenticator gives this public key."""
    counted, of_nobody, name = bytes(4), bytes(16), b"\x00\x04abcd"
    digest = hashlib.sha256(b"localhost").digest()
    data = digest + PRESENT_VERIFIED_WITH_KEY + counted + of_nobody + name + key
    attestation = b"\xa3cfmtdnonegattStmt\xa0hauthDataX" + bytes([len(data)]) + data
    client = {
        "type": "webauthn.create",
        "challenge": bytes_to_base64url(CHALLENGE),
        "origin": "http://localhost",
    }
    response = {
        "clientDataJSON": bytes_to_base64url(json.dumps(client).encode()),
        "attestationObject": bytes_to_base64url(attestation),
    }
    name_ = bytes_to_base64url(b"abcd")
    return json.dumps({"id": name_, "rawId": name_, "type": "public-key", "response": response})


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_a_public_key_that_is_none_is_refused(key: bytes) -> None:
    answer = PasskeyAnswer.read(made(key))
    with pytest.raises(PasskeyFault):
        PARTY.registered(answer, CHALLENGE)
