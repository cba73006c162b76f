"""Local accounts: whether a password is right, how often it may be wrong, and how it is changed.

Decides lock-out; how addresses are slowed stands in `adapters.patience`. Neither the sentence nor the time tells
whether a user exists: a password that belongs to nobody is checked against a hash of nothing, and a name that nobody
has is locked like any other. Which passwords are good enough stands in `policy.passwords`.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Engine, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from adapters.directory import Directory
from adapters.patience import KEPT, wait_of
from adapters.sessions import PostgresSessions, digest_of
from adapters.tables.accounts import ACCOUNTS, FAILED_LOGINS, SESSIONS
from models.accounts import AccountView
from models.errors import BadInput, LoginRefused, UnknownUser
from models.people import User
from policy.passwords import normalized, password_refusal

TRIES = 5
LOCKED_FOR = timedelta(minutes=15)

_WRONG = "用户名或密码不正确，或者该账号因多次输错已锁定 15 分钟。忘记密码请联系管理员重置。"
_LOCK = text("select pg_advisory_xact_lock(hashtext('login'), hashtext(:name))")


@dataclass(frozen=True)
class LocalAccounts:
    """Passwords of the directory's users, as argon2id hashes (RFC 9106) with a salt of their own."""

    engine: Engine
    people: Directory
    sessions: PostgresSessions
    now: Callable[[], datetime]
    hasher: PasswordHasher = field(default_factory=PasswordHasher)
    _few_at_once: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(2))
    """Each check takes 64 MiB and a core; a storm of logins must not take the machine."""

    def log_in(self, user_id: str, password: str, address: str) -> User:
        """The user of that name and password. Raises LoginRefused."""
        name = digest_of(user_id.casefold())
        attempt = self._attempt(name, address)
        with self.engine.connect() as connection:
            kept = connection.execute(select(ACCOUNTS.c.password).where(ACCOUNTS.c.user_id == user_id)).scalar()
        if not self._is_right(kept, password) or attempt is None or kept is None:
            raise LoginRefused(_WRONG)
        try:
            user = self.people.user(user_id)
        except UnknownUser:
            raise LoginRefused(_WRONG) from None
        if user.disabled:
            raise LoginRefused("这个账号已停用，不能登录。如有疑问请联系管理员。")
        with self.engine.begin() as connection:
            connection.execute(delete(FAILED_LOGINS).where(FAILED_LOGINS.c.name == name))
            if self.hasher.check_needs_rehash(kept):
                again = update(ACCOUNTS).where(ACCOUNTS.c.user_id == user_id, ACCOUNTS.c.password == kept)
                connection.execute(again.values(password=self._hash(password)))
        return user

    def change(self, user_id: str, old: str, new: str, address: str) -> None:
        """Change the own password; every login of the user is closed.

        Raises LoginRefused when the old one is wrong, and BadInput with the reason when the new one is not good enough.
        """
        user = self.log_in(user_id, old, address)
        if normalized(old) == normalized(new):
            raise BadInput("新密码与原密码相同，请换一个。")
        self._keep(user, new, by=user_id, must_change=False)

    def set(self, user_id: str, password: str, by: str, must_change: bool = True) -> None:
        """Give a user a password of somebody else's choice; every login of theirs is closed, a lock-out lifted.

        Raises UnknownUser, or BadInput with the reason.
        """
        user = self.people.user(user_id)
        self._keep(user, password, by, must_change)
        with self.engine.begin() as connection:
            connection.execute(delete(FAILED_LOGINS).where(FAILED_LOGINS.c.name == digest_of(user_id.casefold())))

    def all(self) -> list[AccountView]:
        """Every user of the directory, with what their account is, by id."""
        since = self.now() - LOCKED_FOR
        tries = select(FAILED_LOGINS.c.name).where(FAILED_LOGINS.c.at > since)
        locked = tries.group_by(FAILED_LOGINS.c.name).having(func.count() >= TRIES)
        seen = select(SESSIONS.c.user_id, func.max(SESSIONS.c.seen_at)).group_by(SESSIONS.c.user_id)
        with self.engine.connect() as connection:
            accounts = {row.user_id: row for row in connection.execute(select(ACCOUNTS))}
            names = set(connection.execute(locked).scalars())
            last_seen = {row[0]: row[1] for row in connection.execute(seen)}
        return [
            AccountView(
                user=user,
                has_password=user.id in accounts,
                must_change=user.id in accounts and accounts[user.id].must_change,
                changed_by=accounts[user.id].changed_by if user.id in accounts else "",
                locked=digest_of(user.id.casefold()) in names,
                seen_at=last_seen.get(user.id),
            )
            for user in self.people.users()
        ]

    def _attempt(self, name: str, address: str) -> int | None:
        """Write the attempt down before it is checked, so that many at once are not more than many in a row.

        None when the name is locked. Raises LoginRefused when the address must wait.
        """
        now = self.now()
        with self.engine.begin() as connection:
            connection.execute(_LOCK, {"name": name})
            connection.execute(delete(FAILED_LOGINS).where(FAILED_LOGINS.c.at < now - KEPT))
            if seconds := wait_of(connection, FAILED_LOGINS, address, now):
                raise LoginRefused(f"从这个网络地址登录失败的次数过多，请 {seconds} 秒后再试。")
            recent = (FAILED_LOGINS.c.name == name) & (FAILED_LOGINS.c.at > now - LOCKED_FOR)
            if connection.execute(select(func.count()).where(recent)).scalar_one() >= TRIES:
                return None
            made = insert(FAILED_LOGINS).values(name=name, address=address, at=now).returning(FAILED_LOGINS.c.id)
            return int(connection.execute(made).scalar_one())

    def _keep(self, user: User, password: str, by: str, must_change: bool) -> None:
        if reason := password_refusal(password, user):
            raise BadInput(reason)
        given = {
            "password": self._hash(password),
            "must_change": must_change,
            "changed_by": by,
            "changed_at": self.now(),
        }
        put = insert(ACCOUNTS).values(user_id=user.id, **given)
        with self.engine.begin() as connection:
            connection.execute(put.on_conflict_do_update(index_elements=["user_id"], set_=given))
        self.sessions.close_all_of(user.id)

    def _is_right(self, kept: str | None, password: str) -> bool:
        with self._few_at_once:
            if kept is None:
                self.hasher.hash(normalized(password))  # as long as a check takes
                return False
            try:
                return self.hasher.verify(kept, normalized(password))
            except (VerificationError, InvalidHashError):
                return False

    def _hash(self, password: str) -> str:
        with self._few_at_once:
            return self.hasher.hash(normalized(password))
