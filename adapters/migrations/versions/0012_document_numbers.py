"""Official documents keep the numbers that they were given."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "document_numbers",
        sa.Column("case_no", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=True),
        sa.CheckConstraint("number > 0", name="document_numbers_positive"),
        sa.PrimaryKeyConstraint("case_no", "step"),
        sa.UniqueConstraint("jurisdiction", "kind", "year", "number", name="document_numbers_number"),
    )


def downgrade() -> None:
    """Take it back; documents that are made again get other numbers."""
    op.drop_table("document_numbers")
