"""Who can log in and who is logged in: passwords, sessions, failed attempts, logins begun elsewhere, refusals."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Column, Identity, Index, Integer, false
from sqlmodel import Field, SQLModel

from adapters.tables.columns import instant, table_of, text


class AccountRow(SQLModel, table=True):
    """The local password of a user of the directory; who logs in elsewhere (OIDC) needs none.

    `password` is an argon2id hash. `must_change` says that somebody else chose it.
    """

    __tablename__ = "accounts"

    user_id: str = Field(sa_column=text(primary_key=True))
    password: str = Field(sa_column=text())
    must_change: bool = Field(sa_column=Column(Boolean, nullable=False, server_default=false()))
    changed_by: str = Field(sa_column=text())
    changed_at: datetime = Field(sa_column=instant())


class SessionRow(SQLModel, table=True):
    """A login. `digest` is the SHA-256 of the cookie's secret, which is kept nowhere; `local` says by password."""

    __tablename__ = "sessions"
    __table_args__ = (Index("sessions_user", "user_id"), Index("sessions_ends_at", "ends_at"))

    digest: str = Field(sa_column=text(primary_key=True))
    user_id: str = Field(sa_column=text())
    opened_at: datetime = Field(sa_column=instant())
    seen_at: datetime = Field(sa_column=instant())
    ends_at: datetime = Field(sa_column=instant())
    agent: str = Field(sa_column=text())
    local: bool = Field(sa_column=Column(Boolean, nullable=False))


class FailedLoginRow(SQLModel, table=True):
    """A wrong password, or one that is being checked. `name` is a digest, since people type passwords there too."""

    __tablename__ = "failed_logins"
    __table_args__ = (Index("failed_logins_name", "name", "at"), Index("failed_logins_address", "address", "at"))

    id: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    name: str = Field(sa_column=text())
    address: str = Field(sa_column=text())
    at: datetime = Field(sa_column=instant())


class LoginFlowRow(SQLModel, table=True):
    """A login that was sent to the provider (OIDC) and has not come back. `digest` is that of the browser's cookie."""

    __tablename__ = "login_flows"
    __table_args__ = (Index("login_flows_begun_at", "begun_at"),)

    digest: str = Field(sa_column=text(primary_key=True))
    state: str = Field(sa_column=text())
    nonce: str = Field(sa_column=text())
    verifier: str = Field(sa_column=text())
    next_page: str = Field(sa_column=text())
    begun_at: datetime = Field(sa_column=instant())


class RefusalRow(SQLModel, table=True):
    """Somebody asked for what is not theirs. Empty user, role and unit: nobody was logged in."""

    __tablename__ = "access_log"

    id: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    at: datetime = Field(sa_column=instant())
    user_id: str = Field(sa_column=text())
    role: str = Field(sa_column=text())
    unit: str = Field(sa_column=text())
    address: str = Field(sa_column=text())
    method: str = Field(sa_column=text())
    path: str = Field(sa_column=text())
    status: int = Field(sa_column=Column(Integer, nullable=False))
    reason: str = Field(sa_column=text())


ACCOUNTS = table_of(AccountRow)
SESSIONS = table_of(SessionRow)
FAILED_LOGINS = table_of(FailedLoginRow)
LOGIN_FLOWS = table_of(LoginFlowRow)
ACCESS_LOG = table_of(RefusalRow)
