"""What goes to the provincial platform, with what the platform said of it."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_ENDED_CASES = """
    insert into pushes (kind, jurisdiction, project_no, assess_number, day, version, next_try)
    select 'case', jurisdiction, project_no, assess_number,
        cast(assessed_at at time zone 'Asia/Shanghai' as date), seq, now()
    from cases where source = 'rating' and ended_at is not null
"""
"""From now on the ledger puts a case there with the step that ends it (`adapters.push_orders`)."""


def upgrade() -> None:
    """Bring the schema forward; what there is until now waits to be pushed."""
    op.create_table(
        "pushes",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("project_no", sa.Text(), nullable=False),
        sa.Column("assess_number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_try", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("kind", "jurisdiction", "project_no", "assess_number"),
    )
    op.create_index("pushes_due", "pushes", ["next_try"], unique=False, postgresql_where=sa.text("state = 'waiting'"))
    op.create_index(
        "pushes_stuck",
        "pushes",
        ["day", "kind", "jurisdiction", "project_no", "assess_number"],
        unique=False,
        postgresql_where=sa.text("state IN ('refused', 'dead')"),
    )
    op.create_index("pushes_day", "pushes", ["day", "kind", "state"], unique=False)
    op.add_column("imports", sa.Column("is_to_be_pushed", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.create_index(
        "imports_to_be_pushed",
        "imports",
        ["id"],
        unique=False,
        postgresql_where=sa.text("is_to_be_pushed AND finished_at IS NOT NULL"),
    )
    op.create_index(
        "ratings_import",
        "ratings",
        ["import_id"],
        unique=False,
        postgresql_using="brin",
        postgresql_with={"autosummarize": "on"},
    )
    op.execute(_ENDED_CASES)


def downgrade() -> None:
    """Take it back; what the platform said is forgotten."""
    op.drop_index("ratings_import", "ratings")
    op.drop_index("imports_to_be_pushed", "imports")
    op.drop_column("imports", "is_to_be_pushed")
    op.drop_table("pushes")
