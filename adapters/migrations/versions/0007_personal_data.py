"""Personal columns are encrypted; every reveal is written down.

The rules that nothing personal stands in the clear hold for what is written from now on; what was there before is
encrypted by `adapters.clear_text`, which then makes the database check all rows.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_COLUMNS = ("user_name", "cert_number", "mobile", "agent_name", "agent_cert_number")
_RATINGS = " and ".join(f"coalesce({column}, 'v1.') like 'v1.%'" for column in _COLUMNS)
_REPORTS = "(reporter_name = '' or reporter_name like 'v1.%') and (mobile = '' or mobile like 'v1.%')"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "reveals",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("case_no", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("reveals_case", "reveals", ["case_no", "user_id", "until"], unique=False)
    _add_rule("ratings", "ratings_closed", _RATINGS)
    _add_rule("window_reports", "window_reports_closed", _REPORTS)


def _add_rule(table: str, name: str, rule: str) -> None:
    has_rows = op.get_bind().scalar(sa.text(f"select exists (select from {table})"))
    op.execute(f"alter table {table} add constraint {name} check ({rule}){' not valid' if has_rows else ''}")


def downgrade() -> None:
    """Take the rules and the log back; what is encrypted stays so."""
    op.drop_constraint("window_reports_closed", "window_reports")
    op.drop_constraint("ratings_closed", "ratings")
    op.drop_table("reveals")
