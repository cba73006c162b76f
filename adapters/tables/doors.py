"""The doors for those who are not of the house: other systems' tokens, citizens' links and wishes, log of reveals."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Column, Identity, Index, Integer, LargeBinary
from sqlmodel import Field, SQLModel

from adapters.tables.columns import instant, table_of, text, texts


class ApiTokenRow(SQLModel, table=True):
    """A bearer token in the name of `user_id`. `digest` is the SHA-256 of its secret, which is kept nowhere."""

    __tablename__ = "api_tokens"

    id: str = Field(sa_column=text(primary_key=True))
    digest: str = Field(sa_column=text(unique=True))
    name: str = Field(sa_column=text())
    scopes: list[str] = Field(sa_column=texts())
    user_id: str = Field(sa_column=text())
    made_by: str = Field(sa_column=text())
    made_at: datetime = Field(sa_column=instant())
    expires_at: datetime = Field(sa_column=instant())
    last_used_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    revoked_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    revoked_by: str | None = Field(default=None, sa_column=text(nullable=True))


class ApiCallRow(SQLModel, table=True):
    """What a token asked under an idempotency key, and what it was answered; without a status it is being done."""

    __tablename__ = "api_calls"
    __table_args__ = (Index("api_calls_begun_at", "begun_at"),)

    token_id: str = Field(sa_column=text(primary_key=True))
    key: str = Field(sa_column=text(primary_key=True))
    fingerprint: str = Field(sa_column=text())
    begun_at: datetime = Field(sa_column=instant())
    status: int | None = Field(default=None, sa_column=Column(Integer))
    body: str | None = Field(default=None, sa_column=text(nullable=True))


class FailedTokenRow(SQLModel, table=True):
    """A token that did not work, without what it was."""

    __tablename__ = "failed_tokens"
    __table_args__ = (Index("failed_tokens_address", "address", "at"), Index("failed_tokens_at", "at"))

    id: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    address: str = Field(sa_column=text())
    at: datetime = Field(sa_column=instant())


class CitizenLinkRow(SQLModel, table=True):
    """A link that a message carried or somebody handed out; of its token only the SHA-256 is kept, as `digest`."""

    __tablename__ = "citizen_links"
    __table_args__ = (Index("citizen_links_expires_at", "expires_at"),)

    digest: str = Field(sa_column=text(primary_key=True))
    case_no: str = Field(sa_column=text())
    made_at: datetime = Field(sa_column=instant())
    expires_at: datetime = Field(sa_column=instant())


class CitizenRatingRow(SQLModel, table=True):
    """The one re-evaluation (再评价) of a case that was given over a link; `linked_no` is the later rating's number."""

    __tablename__ = "citizen_ratings"

    case_no: str = Field(sa_column=text(primary_key=True))
    linked_no: str = Field(sa_column=text())
    at: datetime = Field(sa_column=instant())


class RevealRow(SQLModel, table=True):
    """Somebody looked at an evaluator's name and number, or handed a link out, as `place` says; never deleted."""

    __tablename__ = "reveals"
    __table_args__ = (Index("reveals_case", "case_no", "user_id", "until"),)

    id: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    user_id: str = Field(sa_column=text())
    role: str = Field(sa_column=text())
    unit: str = Field(sa_column=text())
    case_no: str = Field(sa_column=text())
    purpose: str = Field(sa_column=text())
    place: str = Field(sa_column=text())
    at: datetime = Field(sa_column=instant())
    until: datetime = Field(sa_column=instant())


class SmsRefusalRow(SQLModel, table=True):
    """What somebody said last about SMS that nothing depends on (退订); `digest` is one of the number, under a key.

    A later word takes the place of an earlier one; where it was said is `origin`.
    """

    __tablename__ = "sms_refusals"

    digest: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    refused: bool = Field(sa_column=Column(Boolean, nullable=False))
    said_at: datetime = Field(sa_column=instant())
    origin: str = Field(sa_column=text())


API_TOKENS = table_of(ApiTokenRow)
API_CALLS = table_of(ApiCallRow)
FAILED_TOKENS = table_of(FailedTokenRow)
CITIZEN_LINKS = table_of(CitizenLinkRow)
CITIZEN_RATINGS = table_of(CitizenRatingRow)
REVEALS = table_of(RevealRow)
SMS_REFUSALS = table_of(SmsRefusalRow)
