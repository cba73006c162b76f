"""Matters that are done, and how far the invitation to rate each has come."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward; of what was done until now nobody has delivered anything."""
    op.create_table(
        "matters",
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("project_no", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("dept_code", sa.Text(), nullable=False),
        sa.Column("task_code", sa.Text(), nullable=False),
        sa.Column("task_name", sa.Text(), nullable=False),
        sa.Column("staff_no", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rateable", sa.Boolean(), nullable=False),
        sa.Column("mobile", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("invitation", sa.Text(), nullable=False),
        sa.Column("first_look_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("mobile = '' or mobile like 'v1.%'", name="matters_closed"),
        sa.PrimaryKeyConstraint("jurisdiction", "project_no"),
    )
    op.create_index("matters_closed_at", "matters", ["jurisdiction", "closed_at"], unique=False)
    op.create_index(
        "matters_pending",
        "matters",
        ["jurisdiction", "project_no"],
        unique=False,
        postgresql_where=sa.text("invitation = 'pending'"),
    )


def downgrade() -> None:
    """Take it back; the matters are lost, their ratings stay."""
    op.drop_table("matters")
