"""What ratings state besides the interface family: origin, visit, theme, covered matters, the clerk's own stars."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_ADDED = (
    ("origin", sa.Text()),
    ("visit_no", sa.Text()),
    ("theme_name", sa.Text()),
    ("covered_matters", sa.Text()),
    ("staff_level", sa.SmallInteger()),
    ("staff_satisfaction_code", sa.Text()),
    ("staff_tags", sa.Text()),
)


def upgrade() -> None:
    """Bring the schema forward."""
    for name, kind in _ADDED:
        op.add_column("ratings", sa.Column(name, kind, nullable=True))
    op.create_check_constraint("ratings_staff_level", "ratings", "staff_level between 1 and 5")
    op.create_index(
        "ratings_visit",
        "ratings",
        ["jurisdiction", "visit_no"],
        postgresql_where=sa.text("visit_no is not null"),
    )
    op.create_table(
        "rating_matters",
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("project_no", sa.Text(), nullable=False),
        sa.Column("assess_number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("rating_project_no", sa.Text(), nullable=False),
        sa.Column("task_code", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("jurisdiction", "project_no", "assess_number"),
    )
    op.create_index("rating_matters_rating", "rating_matters", ["jurisdiction", "rating_project_no", "assess_number"])


def downgrade() -> None:
    """Take it back; what ratings stated of these is lost, the ratings stay."""
    op.drop_table("rating_matters")
    op.drop_index("ratings_visit", "ratings")
    op.drop_constraint("ratings_staff_level", "ratings")
    for name, _ in reversed(_ADDED):
        op.drop_column("ratings", name)
