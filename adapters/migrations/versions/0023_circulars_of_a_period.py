"""Circulars of a period are kept as they were counted, one for each place and period."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "circulars",
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=True),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("number > 0", name="circulars_positive"),
        sa.UniqueConstraint("jurisdiction", "first_day", "last_day", name="circulars_period"),
        sa.PrimaryKeyConstraint("jurisdiction", "year", "number"),
    )


def downgrade() -> None:
    """Take it back; circulars with their numbers are lost."""
    op.drop_table("circulars")
