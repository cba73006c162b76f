"""Who gets notices gathered once a day, which numbers want no invitations by SMS, and what a place has published."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward; nobody has chosen a digest or refused anything, and no month is published yet."""
    op.add_column("outbox", sa.Column("digest_key", sa.Text(), nullable=True))
    op.create_index(
        "outbox_digest", "outbox", ["digest_key"], unique=False, postgresql_where=sa.text("digest_key is not null")
    )
    op.create_table(
        "digest_choices",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.create_table(
        "sms_refusals",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "public_months",
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("figures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("jurisdiction", "month"),
    )


def downgrade() -> None:
    """Take it back. What waits for a digest goes by itself then; digests that have not left go with their rows."""
    op.drop_table("public_months")
    op.drop_table("sms_refusals")
    op.drop_table("digest_choices")
    op.execute("delete from outbox where kind = 'digest'")
    op.execute("update outbox set status = 'dead', last_error = '评价人已退订' where status = 'withheld'")
    op.drop_index("outbox_digest", "outbox")
    op.drop_column("outbox", "digest_key")
