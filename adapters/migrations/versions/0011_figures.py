"""What figures are counted by: when ratings were made, limits by their date, what a call or an appeal came to.

The index over all ratings takes a while where there are millions.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0009"
branch_labels = None
depends_on = None

_TOLD = "event IN ('callback_recorded', 'remediated', 'appeal_decided', 'appeal_confirmed')"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "figure_publications",
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("jurisdiction", "first_day", "last_day"),
    )
    op.create_index("ratings_assessed", "ratings", ["jurisdiction", "assessed_at"])
    op.create_index("cases_not_adopted", "cases", ["jurisdiction"], postgresql_where=sa.text("ending = 'not_adopted'"))
    op.create_index("clocks_sign_off", "clocks", ["deadline", "case_no"], postgresql_where=sa.text("kind = 'sign_off'"))
    op.create_index("date_changes_old", "date_changes", ["kind", "old_deadline"])
    op.create_index("ledger_entries_told", "ledger_entries", ["at", "case_no"], postgresql_where=sa.text(_TOLD))


def downgrade() -> None:
    """Take it back; which figures were given out is lost."""
    op.drop_index("ledger_entries_told", table_name="ledger_entries")
    op.drop_index("date_changes_old", table_name="date_changes")
    op.drop_index("clocks_sign_off", table_name="clocks")
    op.drop_index("cases_not_adopted", table_name="cases")
    op.drop_index("ratings_assessed", table_name="ratings")
    op.drop_table("figure_publications")
