"""The bad ratings by their time, which the figures look through for three months and more."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward; no rating changes. Of five million, reading them takes some seconds."""
    op.create_index(
        "ratings_bad",
        "ratings",
        ["jurisdiction", "assessed_at"],
        postgresql_where=sa.text("LEAST(level, staff_level) <= 2"),
    )


def downgrade() -> None:
    """Take it back; the figures take longer."""
    op.drop_index("ratings_bad", "ratings")
