"""The whole procedure: state of the case, moved dates, links, deputies, notices put in force, window reports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "case_links",
        sa.Column("case_no", sa.Text(), nullable=False),
        sa.Column("linked_no", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("case_no", "linked_no", "kind"),
    )
    op.create_table(
        "date_changes",
        sa.Column("case_no", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("old_deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("new_deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("was_provisional", sa.Boolean(), nullable=False),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ordered_by", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("case_no", "seq", "kind"),
    )
    op.create_table(
        "deputies",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("absent", sa.Text(), nullable=False),
        sa.Column("deputy", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("deputies_deputy", "deputies", ["deputy"], unique=False)
    op.create_table(
        "holiday_notices",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ordered_by", sa.Text(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "window_reports",
        sa.Column("case_no", sa.Text(), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("report_no", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("task_code", sa.Text(), nullable=False),
        sa.Column("task_name", sa.Text(), nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("case_class", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("reporter_name", sa.Text(), nullable=False),
        sa.Column("mobile", sa.Text(), nullable=False),
        sa.Column("registered_by", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_state", sa.Text(), nullable=False),
        sa.CheckConstraint("case_state in ('pending', 'opened')", name="window_reports_state"),
        sa.PrimaryKeyConstraint("case_no"),
    )
    op.add_column("cases", sa.Column("source", sa.Text(), server_default="rating", nullable=False))
    op.add_column("cases", sa.Column("priority", sa.Text(), server_default="normal", nullable=False))
    op.add_column("cases", sa.Column("assignee", sa.Text(), nullable=True))
    op.add_column("cases", sa.Column("paused", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("cases", sa.Column("staff_no", sa.Text(), server_default="", nullable=False))
    op.add_column("cases", sa.Column("window_no", sa.Text(), server_default="", nullable=False))
    op.add_column("cases", sa.Column("state", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.alter_column("cases", "satisfaction", existing_type=sa.INTEGER(), nullable=True)
    op.add_column(
        "clocks",
        sa.Column("passed", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
    )
    op.add_column("clocks", sa.Column("paused", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("clocks", sa.Column("extendable_to", sa.Date(), nullable=True))
    op.add_column("users", sa.Column("staff_no", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Take it back; what the new columns hold is lost."""
    op.drop_column("users", "staff_no")
    op.drop_column("clocks", "extendable_to")
    op.drop_column("clocks", "paused")
    op.drop_column("clocks", "passed")
    op.alter_column("cases", "satisfaction", existing_type=sa.INTEGER(), nullable=False)
    op.drop_column("cases", "state")
    op.drop_column("cases", "window_no")
    op.drop_column("cases", "staff_no")
    op.drop_column("cases", "paused")
    op.drop_column("cases", "assignee")
    op.drop_column("cases", "priority")
    op.drop_column("cases", "source")
    op.drop_table("window_reports")
    op.drop_table("holiday_notices")
    op.drop_index("deputies_deputy", table_name="deputies")
    op.drop_table("deputies")
    op.drop_table("date_changes")
    op.drop_table("case_links")
