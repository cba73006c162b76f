"""Monthly points and analyses are kept as they were given out."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "point_counts",
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("grouping", sa.Text(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_by", sa.Text(), nullable=True),
        sa.Column("groups", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("jurisdiction", "month", "grouping", "as_of"),
    )
    op.create_table(
        "analyses",
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=True),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("number > 0", name="analyses_positive"),
        sa.PrimaryKeyConstraint("jurisdiction", "year", "number"),
    )


def downgrade() -> None:
    """Take it back; kept points and analyses with their numbers are lost."""
    op.drop_table("analyses")
    op.drop_table("point_counts")
