"""The tables of ratings and of their imports.

Decides the columns, and that one evaluation of one matter exists once. Who may read which column is decided by
`adapters.rating_store`: the evaluator's columns leave it through one function only.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from adapters.personal import PERSONAL_COLUMNS

_UTC = DateTime(timezone=True)


RATINGS_CLOSED = "ratings_closed"
CLOSED = " and ".join(f"coalesce({column}, 'v1.') like 'v1.%'" for column in PERSONAL_COLUMNS)
"""The database itself takes no personal value in the clear (`adapters.personal`)."""


class RatingRow(SQLModel, table=True):
    """One rating as it was delivered, never changed afterwards; only `case_state` moves, from pending to opened.

    `content_digest` covers all that was delivered, under a key, so that another delivery of the same evaluation can be
    told from a contradicting one and nobody can try out telephone numbers. `import_id` and `row_no` say where it came
    from; there is no foreign key, because its check would be made once for each of a million rows that one import
    brings.
    """

    __tablename__ = "ratings"
    __table_args__ = (
        CheckConstraint("level between 1 and 5", name="ratings_level"),
        CheckConstraint("staff_level between 1 and 5", name="ratings_staff_level"),
        CheckConstraint("(case_no is null) = (case_state is null)", name="ratings_case"),
        CheckConstraint(CLOSED, name=RATINGS_CLOSED),
        Index("ratings_assessed", "jurisdiction", "assessed_at"),
        # Rows lie in the order of their imports, so this costs an import next to nothing.
        Index("ratings_import", "import_id", postgresql_using="brin", postgresql_with={"autosummarize": "on"}),
        Index("ratings_case_no", "case_no", unique=True, postgresql_where=text("case_no is not null")),
        Index(
            "ratings_pending",
            "jurisdiction",
            "assessed_at",
            postgresql_where=text("case_state = 'pending'"),
        ),
        # Hardly any rating is bad, so this costs an import little; every place calls these levels bad.
        Index("ratings_bad", "jurisdiction", "assessed_at", postgresql_where=text("LEAST(level, staff_level) <= 2")),
        Index("ratings_visit", "jurisdiction", "visit_no", postgresql_where=text("visit_no is not null")),
    )

    jurisdiction: str = Field(sa_column=Column(Text, primary_key=True))
    project_no: str = Field(sa_column=Column(Text, primary_key=True))
    assess_number: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))

    content_digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    import_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    row_no: int = Field(sa_column=Column(Integer, nullable=False))

    # The digits as delivered stay beside what they mean under the declared code system.
    code_system: str = Field(sa_column=Column(Text, nullable=False))
    level: int = Field(sa_column=Column(SmallInteger, nullable=False))
    satisfaction_code: str = Field(sa_column=Column(Text, nullable=False))
    channel: str = Field(sa_column=Column(Text, nullable=False))
    channel_code: str = Field(sa_column=Column(Text, nullable=False))

    assessed_at: datetime = Field(sa_column=Column(_UTC, nullable=False))
    tags: str | None = Field(default=None, sa_column=Column(Text))
    comment: str | None = Field(default=None, sa_column=Column(Text))
    anonymous: bool | None = Field(default=None, sa_column=Column(Boolean))
    default_flag: str | None = Field(default=None, sa_column=Column(Text))

    unit: str | None = Field(default=None, sa_column=Column(Text))
    dept_code: str = Field(sa_column=Column(Text, nullable=False))
    dept_name: str | None = Field(default=None, sa_column=Column(Text))
    accepting_code: str | None = Field(default=None, sa_column=Column(Text))
    area_code: str | None = Field(default=None, sa_column=Column(Text))
    area_name: str | None = Field(default=None, sa_column=Column(Text))
    task_code: str | None = Field(default=None, sa_column=Column(Text))
    task_handle_item: str | None = Field(default=None, sa_column=Column(Text))
    task_name: str | None = Field(default=None, sa_column=Column(Text))
    sub_matter: str | None = Field(default=None, sa_column=Column(Text))
    handler_name: str | None = Field(default=None, sa_column=Column(Text))
    handler_no: str | None = Field(default=None, sa_column=Column(Text))
    accepted_at: datetime | None = Field(default=None, sa_column=Column(_UTC))
    matter_kind: str | None = Field(default=None, sa_column=Column(Text))
    matter_status: str | None = Field(default=None, sa_column=Column(Text))
    evaluator_kind: str | None = Field(default=None, sa_column=Column(Text))
    audit_status: str | None = Field(default=None, sa_column=Column(Text))
    public_flag: str | None = Field(default=None, sa_column=Column(Text))
    data_source: str | None = Field(default=None, sa_column=Column(Text))
    effective_flag: str | None = Field(default=None, sa_column=Column(Text))
    tag_version: str | None = Field(default=None, sa_column=Column(Text))
    remediation_text: str | None = Field(default=None, sa_column=Column(Text))
    reply_text: str | None = Field(default=None, sa_column=Column(Text))

    # Personal data of the evaluator and of the evaluator's agent (EZ-41), each value closed by `adapters.personal`;
    # the kinds of certificate are codes. Empty for an anonymous rating. Read them through
    # `adapters.rating_store.evaluator_contact` only.
    user_name: str | None = Field(default=None, sa_column=Column(Text))
    cert_type: str | None = Field(default=None, sa_column=Column(Text))
    cert_number: str | None = Field(default=None, sa_column=Column(Text))
    mobile: str | None = Field(default=None, sa_column=Column(Text))
    agent_name: str | None = Field(default=None, sa_column=Column(Text))
    agent_cert_type: str | None = Field(default=None, sa_column=Column(Text))
    agent_cert_number: str | None = Field(default=None, sa_column=Column(Text))

    # A bad rating becomes a case: 'pending' until its workflow was started, 'opened' from then on.
    case_no: str | None = Field(default=None, sa_column=Column(Text))
    case_state: str | None = Field(default=None, sa_column=Column(Text))

    # What this project adds to the interface family, as the source stated it; where a rating comes from that says
    # nothing of it, `policy.rating_rules.origin_of` decides. `covered_matters` stands row by row in `rating_matters`.
    origin: str | None = Field(default=None, sa_column=Column(Text))
    visit_no: str | None = Field(default=None, sa_column=Column(Text))
    theme_name: str | None = Field(default=None, sa_column=Column(Text))
    covered_matters: str | None = Field(default=None, sa_column=Column(Text))
    staff_level: int | None = Field(default=None, sa_column=Column(SmallInteger))
    staff_satisfaction_code: str | None = Field(default=None, sa_column=Column(Text))
    staff_tags: str | None = Field(default=None, sa_column=Column(Text))
    window_no: str | None = Field(default=None, sa_column=Column(Text))


class RatingMatterRow(SQLModel, table=True):
    """A matter that is rated along with another one (批量、主题式、一链办); each once for a number of the evaluation.

    The rating stands under `rating_project_no` and the same `assess_number`. There is no foreign key, as in `ratings`.
    Without `task_code` the matter has the item of the rating.
    """

    __tablename__ = "rating_matters"
    __table_args__ = (Index("rating_matters_rating", "jurisdiction", "rating_project_no", "assess_number"),)

    jurisdiction: str = Field(sa_column=Column(Text, primary_key=True))
    project_no: str = Field(sa_column=Column(Text, primary_key=True))
    assess_number: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    rating_project_no: str = Field(sa_column=Column(Text, nullable=False))
    task_code: str | None = Field(default=None, sa_column=Column(Text))


class ImportRow(SQLModel, table=True):
    """One import: which content, how far it has come, and its counts up to that row.

    The row is written in the transaction of each piece of rows, so after a crash it says exactly where to go on.
    `rejects_bytes` is the length of the unfinished rejects file at that moment.
    """

    __tablename__ = "imports"
    __table_args__ = (
        UniqueConstraint("jurisdiction", "code_system", "sha256", name="imports_content"),
        Index("imports_to_be_pushed", "id", postgresql_where=text("is_to_be_pushed AND finished_at IS NOT NULL")),
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    jurisdiction: str = Field(sa_column=Column(Text, nullable=False))
    code_system: str = Field(sa_column=Column(Text, nullable=False))
    sha256: str = Field(sa_column=Column(Text, nullable=False))
    file_name: str = Field(sa_column=Column(Text, nullable=False))
    rows_done: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    rejects_bytes: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    counts: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSONB, nullable=False, server_default=text("'{}'::jsonb"))
    )
    started_at: datetime = Field(sa_column=Column(_UTC, nullable=False, server_default=text("now()")))
    finished_at: datetime | None = Field(default=None, sa_column=Column(_UTC))
    is_to_be_pushed: bool = Field(default=True, sa_column=Column(Boolean, nullable=False, server_default=true()))
    """Whether its ratings have still to be put beside what goes to the provincial platform."""
