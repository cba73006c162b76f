"""Login by the city's own identity provider: OpenID Connect's authorization code flow with PKCE, state and nonce.

Decides what is asked of the provider and when its answer is believed. Leaves to others: which user of the directory the
claim names, and what that user may do; a provider says who somebody is, never what their role is.
"""

import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization
from joserfc.jws import JWSRegistry
from pydantic import SecretStr
from sqlalchemy import Engine, delete

from adapters.sessions import digest_of
from adapters.tables.accounts import LOGIN_FLOWS
from models.accounts import Proven
from models.errors import LoginRefused

log = logging.getLogger("haochaping.login")

_LASTS = timedelta(minutes=10)
"""How long somebody may take at the provider."""
_LEEWAY = 120
"""Seconds by which the provider's clock may differ from ours."""
_SIGNED_WITH = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Never `none`, and never a shared secret: who knows ours must not be able to write tokens."""

_SILENT = "统一身份认证没有应答，请稍后再试；如有本地密码，也可以用本地密码登录。"
_BROKEN_OFF = "这次登录没有完成，或者已经过期。请重新登录。"
_NOT_BELIEVED = "统一身份认证的答复无法核实，没有登录。请重新登录；仍然如此时请联系管理员。"


@dataclass(frozen=True)
class OidcProvider:
    """One provider, by its issuer address. `user_claim` is the claim that holds the user's id of our directory;
    `patience` how many seconds the provider may take over each answer.
    """

    engine: Engine
    now: Callable[[], datetime]
    issuer: str
    client_id: str
    client_secret: SecretStr
    user_claim: str = "preferred_username"
    patience: float = 5.0

    def begin(self, next_page: str, redirect_uri: str) -> tuple[str, str]:
        """Where to send the browser, and the secret that it keeps until it comes back. Raises LoginRefused."""
        secret, verifier, nonce = (secrets.token_urlsafe(48) for _ in range(3))
        with self._client(redirect_uri) as client:
            metadata = self._metadata(client)
            address, state = client.create_authorization_url(
                metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce
            )
        with self.engine.begin() as connection:
            connection.execute(delete(LOGIN_FLOWS).where(LOGIN_FLOWS.c.begun_at < self.now() - _LASTS))
            connection.execute(
                LOGIN_FLOWS.insert().values(
                    digest=digest_of(secret),
                    state=state,
                    nonce=nonce,
                    verifier=verifier,
                    next_page=next_page,
                    begun_at=self.now(),
                )
            )
        return str(address), secret

    def finish(self, secret: str, answer: str, redirect_uri: str) -> Proven:
        """Who has come back to that address with that secret. Each flow is believed once. Raises LoginRefused."""
        flow = self._take(secret)
        given = {name: values[0] for name, values in parse_qs(urlsplit(answer).query).items()}
        if flow is None or not secrets.compare_digest(given.get("state", ""), flow["state"]):
            raise LoginRefused(_BROKEN_OFF)
        if "code" not in given:
            log.info("the provider let nobody in: %s", given.get("error", "no code")[:100])
            raise LoginRefused("没有在统一身份认证完成登录。请重新登录。")
        try:
            with self._client(redirect_uri) as client:
                user_id = self._user_id(client, given["code"], flow)
        except (AuthlibBaseError, JoseError, KeyError, ValueError, TypeError) as error:
            log.warning("an answer of the provider was not believed: %r", error)
            raise LoginRefused(_NOT_BELIEVED) from None
        except httpx2.HTTPError as error:
            log.warning("the provider did not answer: %r", error)
            raise LoginRefused(_SILENT) from None
        if not user_id:
            raise LoginRefused(f"统一身份认证的答复中没有用户名（{self.user_claim}），请联系管理员。")
        return Proven(user_id=user_id, next_page=flow["next_page"])

    def _user_id(self, client: OAuth2Client, code: str, flow: Mapping[str, str]) -> str:
        metadata = self._metadata(client)
        token = client.fetch_token(
            metadata["token_endpoint"], code=code, grant_type="authorization_code", code_verifier=flow["verifier"]
        )
        keys = KeySet.import_key_set(cast(KeySetSerialization, _json(client, metadata["jwks_uri"])))
        registry = JWSRegistry(algorithms=_SIGNED_WITH, strict_check_header=False)
        signed = jwt.decode(token["id_token"], key=keys, registry=registry)
        claims = CodeIDToken(
            signed.claims,
            signed.header,
            {"iss": {"essential": True, "value": self.issuer}, "aud": {"essential": True, "value": self.client_id}},
            {"nonce": flow["nonce"], "client_id": self.client_id, "access_token": token["access_token"]},
        )
        claims.validate(leeway=_LEEWAY)
        if self.user_claim not in claims and "userinfo_endpoint" in metadata:
            said = _json(client, metadata["userinfo_endpoint"], withhold_token=False)
            if said["sub"] != claims["sub"]:
                raise ValueError("userinfo is about somebody else")
            return str(said.get(self.user_claim, ""))
        return str(claims.get(self.user_claim, ""))

    def _take(self, secret: str) -> Mapping[str, str] | None:
        mine = (LOGIN_FLOWS.c.digest == digest_of(secret)) & (LOGIN_FLOWS.c.begun_at > self.now() - _LASTS)
        with self.engine.begin() as connection:
            row = connection.execute(delete(LOGIN_FLOWS).where(mine).returning(LOGIN_FLOWS)).mappings().one_or_none()
        return dict(row) if row is not None else None

    def _metadata(self, client: OAuth2Client) -> dict[str, Any]:
        """What the provider says of itself; asked each time, since its keys change and logins are few."""
        try:
            found = _json(client, f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        except (httpx2.HTTPError, ValueError) as error:
            log.warning("the provider %s did not answer: %r", self.issuer, error)
            raise LoginRefused(_SILENT) from None
        if found.get("issuer") != self.issuer:
            log.error("the provider calls itself %r, the settings %r", found.get("issuer"), self.issuer)
            raise LoginRefused("统一身份认证的设置有误（发行者不一致），请联系管理员。")
        return found

    def _client(self, redirect_uri: str) -> OAuth2Client:
        return OAuth2Client(
            client_id=self.client_id,
            client_secret=self.client_secret.get_secret_value(),
            scope="openid profile",
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=self.patience,
            trust_env=False,
        )


def _json(client: OAuth2Client, address: str, withhold_token: bool = True) -> dict[str, Any]:
    answer = client.request("GET", address, withhold_token=withhold_token)
    answer.raise_for_status()
    found = answer.json()
    if not isinstance(found, dict):
        raise ValueError(f"{address} did not answer with an object")
    return found
