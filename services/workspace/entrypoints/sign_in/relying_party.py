"""What this workspace is to a browser's passkeys (WebAuthn Level 2): a name, an address, and what it asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from pydantic_core import from_json
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from services.workspace.store.passkeys import NewPasskey

LONGEST = 20_000
"""Letters of what a browser answers."""


class PasskeyFault(Exception):
    """What a browser answered does not fit what it was asked."""


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """`id` is the host's name, which a passkey is bound to for good; `origin` as browsers say it."""

    id: str
    origin: str
    name: str

    def to_register(
        self, person: UUID, mail: str, name: str, challenge: bytes, known: Sequence[bytes]
    ) -> str:
        """JSON for `navigator.credentials.create`; of `known` ones no second is made."""
        return options_to_json(
            generate_registration_options(
                rp_id=self.id,
                rp_name=self.name,
                user_id=person.bytes,
                user_name=mail,
                user_display_name=name,
                challenge=challenge,
                authenticator_selection=AuthenticatorSelectionCriteria(
                    resident_key=ResidentKeyRequirement.REQUIRED,
                    user_verification=UserVerificationRequirement.REQUIRED,
                ),
                exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
            )
        )

    def to_enter(self, challenge: bytes) -> str:
        """JSON for `navigator.credentials.get`; any passkey of this place will do."""
        asked = generate_authentication_options(
            rp_id=self.id, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
        )
        return options_to_json(asked)

    def registered(self, credential: PasskeyAnswer, challenge: bytes) -> NewPasskey:
        """Raises PasskeyFault."""
        try:
            made = verify_registration_response(
                credential=credential.raw,
                expected_challenge=challenge,
                expected_rp_id=self.id,
                expected_origin=self.origin,
                require_user_verification=True,
            )
        except _FAULTS as fault:
            raise PasskeyFault(str(fault)) from fault
        return NewPasskey(made.credential_id, made.credential_public_key, made.sign_count)

    def entered(self, credential: PasskeyAnswer, challenge: bytes, public_key: bytes, sign_count: int) -> int:
        """How often it has signed now. Raises PasskeyFault."""
        try:
            return verify_authentication_response(
                credential=credential.raw,
                expected_challenge=challenge,
                expected_rp_id=self.id,
                expected_origin=self.origin,
                credential_public_key=public_key,
                credential_current_sign_count=sign_count,
                require_user_verification=True,
            ).new_sign_count
        except _FAULTS as fault:
            raise PasskeyFault(str(fault)) from fault


_FAULTS = (WebAuthnException, ValueError, LookupError, TypeError)
"""A stranger's bytes are read: CBOR and base64 raise what they like."""


@dataclass(frozen=True, slots=True)
class PasskeyAnswer:
    """What a browser sent: `raw` is its JSON, `id` the passkey's, `challenge` that it says it answers."""

    raw: str
    id: bytes
    challenge: bytes

    @classmethod
    def read(cls, raw: str) -> PasskeyAnswer:
        """Raises PasskeyFault."""
        if len(raw) > LONGEST:
            raise PasskeyFault(f"{len(raw)} letters; {LONGEST} at most")
        try:
            told = from_json(raw)
            client = parse_client_data_json(base64url_to_bytes(told["response"]["clientDataJSON"]))
            return cls(raw, base64url_to_bytes(told["rawId"]), client.challenge)
        except _FAULTS as fault:
            raise PasskeyFault(f"unreadable: {type(fault).__name__}") from fault


def relying_party(url: str, name: str) -> RelyingParty | None:
    """None where no browser takes it: a passkey needs a name, not a number, and TLS but for localhost."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    secure = parts.scheme == "https" or host == "localhost"
    if not secure or not host or host.replace(".", "").isdigit() or ":" in host:
        return None
    port = f":{parts.port}" if parts.port else ""
    return RelyingParty(host, f"{parts.scheme}://{host}{port}", name)
