"""The network's own sign-in: OpenID Connect (Core, Discovery and RP-Initiated Logout 1.0), PKCE (RFC 7636).

The userinfo may come as JSON or as a signed JWT (Core, 5.3.2), as France's ProConnect sends it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import quote_plus, urlencode

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from httpx import AsyncClient, BasicAuth, HTTPError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from services.workspace.domain.identity import Identity

ALGORITHMS = ["RS256", "ES256", "PS256", "EdDSA"]
SCOPE = "openid email given_name usual_name"
"""As ProConnect names them; a provider passes over what it does not know."""
SECONDS = 10.0


class ProviderFault(Exception):
    """The provider is away, or says what can't be believed."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the browser keeps between leaving and coming back, and nobody else has."""

    state: str
    nonce: str
    verifier: str

    @staticmethod
    def new() -> Attempt:
        return Attempt(*(secrets.token_urlsafe(32) for _ in range(3)))

    @staticmethod
    def read(cookie: str) -> Attempt | None:
        parts = cookie.split(".")
        return Attempt(*parts) if len(parts) == 3 and all(parts) else None

    def write(self) -> str:
        return f"{self.state}.{self.nonce}.{self.verifier}"


@dataclass(frozen=True)
class IdentityProvider:
    """`returned` is our own address that the provider sends people back to."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    returned: str
    _metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def home(self) -> str:
        """Our own address, as the provider knows it."""
        return self.returned.partition("/sign-in/")[0]

    async def leave_for(self, attempt: Attempt) -> str:
        """Where to send the browser."""
        async with self._client() as client:
            metadata = await self._discover(client)
        return str(
            prepare_grant_uri(
                metadata["authorization_endpoint"],
                self.client_id,
                "code",
                redirect_uri=self.returned,
                scope=SCOPE,
                state=attempt.state,
                nonce=attempt.nonce,
                code_challenge=create_s256_code_challenge(attempt.verifier),
                code_challenge_method="S256",
            )
        )

    async def come_back(self, attempt: Attempt, answer: Mapping[str, str]) -> Identity:
        """Raises ProviderFault for any answer but that to this attempt."""
        if not secrets.compare_digest(answer.get("state", ""), attempt.state):
            raise ProviderFault("state: the answer is to another attempt")
        if "code" not in answer:
            raise ProviderFault(f"the provider answers {answer.get('error', 'nothing')[:100]}")
        try:
            async with self._client() as client:
                return await self._identify(client, attempt, answer["code"])
        except (HTTPError, JoseError, KeyError, ValueError) as error:
            raise ProviderFault(f"{type(error).__name__}: {error}"[:300]) from error

    async def end(self, id_token: str, there: str) -> str | None:
        """Where the browser is signed out there, too; None where the provider knows no such thing."""
        async with self._client() as client:
            endpoint = (await self._discover(client)).get("end_session_endpoint")
        query = urlencode({"id_token_hint": id_token, "post_logout_redirect_uri": there})
        return f"{endpoint}?{query}" if endpoint else None

    def _client(self) -> AsyncClient:
        return AsyncClient(timeout=SECONDS)

    async def _discover(self, client: AsyncClient) -> dict[str, Any]:
        """Asked once; an issuer that calls itself by another name is none (Discovery, 4.3)."""
        if not self._metadata:
            address = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
            try:
                answer = await client.get(address)
                answer.raise_for_status()
                found = answer.json()
            except (HTTPError, ValueError) as error:
                raise ProviderFault(f"{address}: {type(error).__name__}") from error
            if found.get("issuer") != self.issuer:
                raise ProviderFault(f"issuer {found.get('issuer')!r} is not {self.issuer!r}")
            self._metadata.update(found)
        return self._metadata

    async def _identify(self, client: AsyncClient, attempt: Attempt, code: str) -> Identity:
        metadata = await self._discover(client)
        token = await self._exchange(client, metadata["token_endpoint"], attempt, code)
        keys = await self._keys(client)
        claims = self._claims(token["id_token"], keys, nonce=attempt.nonce)
        told = (
            await self._userinfo(client, token["access_token"], keys)
            if "userinfo_endpoint" in metadata
            else claims
        )
        if not isinstance(told, dict) or told["sub"] != claims["sub"]:
            raise ProviderFault("userinfo is of somebody else (Core, 5.3.4)")
        return Identity(self.issuer, str(claims["sub"]), vouched_address(told), token["id_token"])

    async def _exchange(
        self, client: AsyncClient, endpoint: str, attempt: Attempt, code: str
    ) -> dict[str, Any]:
        """The code for tokens (RFC 6749, 4.1.3); name and secret in the header are form-encoded (2.3.1)."""
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.returned,
            "code_verifier": attempt.verifier,
        }
        login = BasicAuth(quote_plus(self.client_id), quote_plus(self.client_secret))
        answer = await client.post(endpoint, data=asked, auth=login)
        answer.raise_for_status()
        return cast("dict[str, Any]", answer.json())

    async def _keys(self, client: AsyncClient) -> KeySet:
        answer = await client.get((await self._discover(client))["jwks_uri"])
        answer.raise_for_status()
        return KeySet.import_key_set(answer.json())

    def _claims(self, token: str, keys: KeySet, *, nonce: str | None = None) -> dict[str, Any]:
        wanted: dict[str, Any] = {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self.client_id},
        }
        if nonce is not None:
            wanted |= {"nonce": {"essential": True, "value": nonce}, "exp": {"essential": True}}
        read = jwt.decode(token, keys, algorithms=ALGORITHMS)
        JWTClaimsRegistry(leeway=60, **wanted).validate(read.claims)
        return read.claims

    async def _userinfo(self, client: AsyncClient, access_token: str, keys: KeySet) -> dict[str, Any]:
        endpoint = (await self._discover(client))["userinfo_endpoint"]
        answer = await client.get(endpoint, headers={"authorization": f"Bearer {access_token}"})
        answer.raise_for_status()
        if answer.headers.get("content-type", "").startswith("application/jwt"):
            return self._claims(answer.text, keys)
        return cast("dict[str, Any]", answer.json())


def vouched_address(told: Mapping[str, Any]) -> str | None:
    """None for one that the provider has not verified. Some write the claim as text; one that is left out, as
    by ProConnect, says that there are no others."""
    mail = told.get("email")
    verified = told.get("email_verified", True) in (True, "true")
    return mail if verified and isinstance(mail, str) else None
