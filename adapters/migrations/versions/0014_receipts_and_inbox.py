"""What became of an SMS after the gateway took it, what people have read on the desk, and lists of all messages."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward; of what was sent until now no gateway has reported anything."""
    op.add_column("outbox", sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("outbox", sa.Column("undelivered", sa.Text(), nullable=True))
    op.add_column("outbox", sa.Column("sendings", sa.BigInteger(), server_default="0", nullable=False))
    op.create_index("outbox_seq", "outbox", ["seq"], unique=False)
    op.create_index("outbox_recipient", "outbox", ["recipient", "created_at", "seq"], unique=False)
    op.create_index(
        "outbox_sent", "outbox", ["sent_at", "channel"], unique=False, postgresql_where=sa.text("status = 'sent'")
    )
    op.create_table(
        "inbox_marks",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "key"),
    )


def downgrade() -> None:
    """Take it back; whatever is unread today is unread for everybody again."""
    op.drop_table("inbox_marks")
    op.drop_index("outbox_sent", "outbox")
    op.drop_index("outbox_recipient", "outbox")
    op.drop_index("outbox_seq", "outbox")
    op.drop_column("outbox", "sendings")
    op.drop_column("outbox", "undelivered")
    op.drop_column("outbox", "delivered_at")
