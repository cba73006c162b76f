"""Bearer tokens: made, listed, revoked, found by their secret; and what they asked under their idempotency keys.

Decides that a secret is shown once and kept as a digest, that a token of a user who can no longer log in is worth
nothing, that an address whose tokens do not work is slowed while one that works is served all the same, and how long an
answer is kept for a repeated request.
"""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert

from adapters.directory import Directory
from adapters.patience import KEPT, wait_of
from adapters.sessions import digest_of
from adapters.tables.doors import API_CALLS, API_TOKENS, FAILED_TOKENS
from models.errors import BadInput, KeyUsedOtherwise, StillBeingDone, UnknownUser
from models.outside import ApiToken, Scope
from models.people import User

LONGEST_DAYS = 730
KEPT_FOR = timedelta(hours=24)
"""How long an answer is kept for a request that comes again."""

GIVEN_UP_AFTER = timedelta(minutes=3)
"""A request that has not been answered by then has lost its process; the same one may be tried again."""

_PREFIX = "hcp_"
_LONGEST_NAME = 100
_USED_STEP = timedelta(minutes=1)
_LOCK = text("select pg_advisory_xact_lock(hashtext('failed tokens'), hashtext(:address))")


@dataclass(frozen=True)
class PostgresTokens:
    """The tokens and their calls."""

    engine: Engine
    people: Directory
    now: Callable[[], datetime]

    def make(self, name: str, scopes: Iterable[Scope], user_id: str, days: int, by: str) -> tuple[ApiToken, str]:
        """A new token, and its secret, which nobody can read again.

        Raises UnknownUser, or BadInput for a missing name or scope or an impossible number of days.
        """
        given = frozenset(scopes)
        wanted = tuple(scope for scope in Scope if scope in given)
        if not name.strip() or len(name) > _LONGEST_NAME:
            raise BadInput(f"令牌的名称须填写，最多 {_LONGEST_NAME} 个字，例如对接系统的名称。")
        if not wanted:
            raise BadInput(f"至少要有一项权限：{'、'.join(f'{each.value}（{each.label}）' for each in Scope)}。")
        if not 1 <= days <= LONGEST_DAYS:
            raise BadInput(f"有效期须在 1 至 {LONGEST_DAYS} 天之间。")
        if self.people.user(user_id).disabled:
            raise BadInput(f"用户 {user_id} 已停用，不能拥有令牌。")
        self.people.user(by)
        secret, now = _PREFIX + secrets.token_urlsafe(32), self.now()
        token = ApiToken(
            id=f"T{secrets.token_hex(4)}",
            name=name.strip(),
            scopes=wanted,
            user_id=user_id,
            made_by=by,
            made_at=now,
            expires_at=now + timedelta(days=days),
        )
        with self.engine.begin() as connection:
            connection.execute(
                API_TOKENS.insert().values(
                    token.model_dump() | {"scopes": [scope.value for scope in wanted], "digest": digest_of(secret)}
                )
            )
        return token, secret

    def all(self) -> list[ApiToken]:
        """Every token that ever was, the newest first."""
        columns = [column for column in API_TOKENS.c if column.name != "digest"]
        query = select(*columns).order_by(API_TOKENS.c.made_at.desc(), API_TOKENS.c.id)
        with self.engine.connect() as connection:
            return [ApiToken.model_validate(dict(row)) for row in connection.execute(query).mappings()]

    def revoke(self, id_: str, by: str) -> ApiToken:
        """Let a token work no longer, if it still did. Raises BadInput for an unknown one, UnknownUser."""
        self.people.user(by)
        is_it = (API_TOKENS.c.id == id_) & API_TOKENS.c.revoked_at.is_(None)
        with self.engine.begin() as connection:
            connection.execute(update(API_TOKENS).where(is_it).values(revoked_at=self.now(), revoked_by=by))
        found = next((token for token in self.all() if token.id == id_), None)
        if found is None:
            raise BadInput(f"没有编号为 {id_} 的令牌，请核对编号。")
        return found

    def find(self, secret: str) -> tuple[ApiToken, User] | None:
        """The token of that secret and its user; None when it does not work, for whatever reason."""
        now = self.now()
        query = select(*(column for column in API_TOKENS.c if column.name != "digest")).where(
            API_TOKENS.c.digest == digest_of(secret), API_TOKENS.c.expires_at > now, API_TOKENS.c.revoked_at.is_(None)
        )
        with self.engine.begin() as connection:
            row = connection.execute(query).mappings().one_or_none()
            if row is None:
                return None
            if row["last_used_at"] is None or now - row["last_used_at"] >= _USED_STEP:
                connection.execute(update(API_TOKENS).where(API_TOKENS.c.id == row["id"]).values(last_used_at=now))
        try:
            user = self.people.user(row["user_id"])
        except UnknownUser:
            return None
        return None if user.disabled else (ApiToken.model_validate(dict(row)), user)

    def failed(self, address: str) -> int:
        """Write down that a token from that address did not work; the seconds to wait when it is one too many.

        While an address has to wait nothing more is written down. A secret has 256 random bits, so it is not guessing
        that this is against but a system that asks again and again with a token that has ended.
        """
        now = self.now()
        with self.engine.begin() as connection:
            connection.execute(_LOCK, {"address": address})
            if seconds := wait_of(connection, FAILED_TOKENS, address, now):
                return seconds
            connection.execute(delete(FAILED_TOKENS).where(FAILED_TOKENS.c.at < now - KEPT))
            connection.execute(insert(FAILED_TOKENS).values(address=address, at=now))
        return 0

    def begin(self, token_id: str, key: str, fingerprint: str) -> tuple[int, str] | None:
        """Begin a request under its key; None when it is to be done now, else what it was answered before.

        Raises KeyUsedOtherwise when the key stood for another request, StillBeingDone while the first one is under way.
        """
        now = self.now()
        row = {"token_id": token_id, "key": key, "fingerprint": fingerprint, "begun_at": now}
        with self.engine.begin() as connection:
            connection.execute(delete(API_CALLS).where(API_CALLS.c.begun_at < now - KEPT_FOR))
            fresh = insert(API_CALLS).values(row).on_conflict_do_nothing().returning(API_CALLS.c.key)
            if connection.execute(fresh).first() is not None:
                return None
            is_it = (API_CALLS.c.token_id == token_id) & (API_CALLS.c.key == key)
            found = connection.execute(select(API_CALLS).where(is_it).with_for_update()).mappings().one()
            if found["fingerprint"] != fingerprint:
                raise KeyUsedOtherwise("这个 Idempotency-Key 已用于另一个请求，请换一个新的。")
            if found["status"] is not None:
                return found["status"], found["body"]
            if now - found["begun_at"] < GIVEN_UP_AFTER:
                raise StillBeingDone("同一个 Idempotency-Key 的请求正在办理，请稍后用同一个编号重试。")
            connection.execute(update(API_CALLS).where(is_it).values(begun_at=now))
        return None

    def end(self, token_id: str, key: str, status: int, body: str) -> None:
        """Keep the answer."""
        is_it = (API_CALLS.c.token_id == token_id) & (API_CALLS.c.key == key)
        with self.engine.begin() as connection:
            connection.execute(update(API_CALLS).where(is_it).values(status=status, body=body))

    def forget(self, token_id: str, key: str) -> None:
        """Let the same request be tried again under the same key: it was not done."""
        with self.engine.begin() as connection:
            connection.execute(delete(API_CALLS).where(API_CALLS.c.token_id == token_id, API_CALLS.c.key == key))
