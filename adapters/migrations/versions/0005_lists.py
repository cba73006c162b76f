"""What lists are sorted and searched by: places of tasks, next deadline, co-handling units and words of a case.

The rows that are there get them too, so a large installation waits here once.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from adapters.search_words import give_words_to_all

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_OPEN = sa.text("ended_at IS NULL")
_OPEN_TASK = sa.text("closed_at IS NULL")
_NEWEST = ("dispatched_at", "case_no")


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "saved_filters",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "name"),
    )
    op.add_column("cases", sa.Column("deadline", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "cases",
        sa.Column("co_units", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column("cases", sa.Column("words", postgresql.TSVECTOR(), server_default=sa.text("''"), nullable=False))
    op.add_column("tasks", sa.Column("rank", sa.SmallInteger(), server_default="2", nullable=False))
    op.add_column(
        "tasks",
        sa.Column("deadline", sa.DateTime(timezone=True), server_default="9999-12-31T00:00:00+00:00", nullable=False),
    )
    op.add_column("tasks", sa.Column("holder", sa.Text(), nullable=True))
    op.add_column("tasks", sa.Column("leader", sa.Text(), nullable=True))
    op.add_column("window_reports", sa.Column("request_key", sa.Text(), nullable=True))
    op.create_index("window_reports_request", "window_reports", ["jurisdiction", "request_key"], unique=True)
    _fill()
    op.drop_index("tasks_open", table_name="tasks")
    place = ["rank", "deadline", "case_no", "id"]
    op.create_index("tasks_open", "tasks", ["role", "unit", "holder", *place], postgresql_where=_OPEN_TASK)
    op.create_index(
        "tasks_led",
        "tasks",
        ["leader", *place],
        postgresql_where=sa.text("closed_at IS NULL AND leader IS NOT NULL"),
    )
    op.create_index("cases_newest", "cases", [*_NEWEST])
    for name, column in (
        ("jurisdiction", "jurisdiction"),
        ("unit", "unit"),
        ("class", "case_class"),
        ("stage", "stage"),
        ("source", "source"),
        ("channel", "channel"),
    ):
        op.create_index(f"cases_newest_{name}", "cases", [column, *_NEWEST])
    op.create_index(
        "cases_newest_overdue", "cases", [*_NEWEST], postgresql_where=sa.text("overdue AND ended_at IS NULL")
    )
    op.create_index("cases_next", "cases", ["deadline", "case_no"], postgresql_where=_OPEN)
    op.create_index("cases_next_unit", "cases", ["unit", "deadline", "case_no"], postgresql_where=_OPEN)
    op.create_index("cases_standing", "cases", ["unit", "case_class", "stage", "overdue"], postgresql_where=_OPEN)
    op.create_index(
        "cases_co_units", "cases", ["co_units"], postgresql_using="gin", postgresql_where=sa.text("co_units <> '{}'")
    )
    for name, column in (("number", "case_no"), ("project_number", "project_no")):
        op.create_index(
            f"cases_{name}",
            "cases",
            [sa.literal_column(f"lower({column})").label("it")],
            postgresql_ops={"it": "text_pattern_ops"},
        )
    op.create_index("cases_words", "cases", ["words"], postgresql_using="gin")
    op.create_index(
        "clocks_remediation", "clocks", ["deadline", "case_no"], postgresql_where=sa.text("kind = 'remediation'")
    )
    op.create_index(
        "clocks_running",
        "clocks",
        ["deadline", "case_no"],
        postgresql_where=sa.text("ended_at IS NULL AND NOT paused"),
    )


def _fill() -> None:
    """Give the rows that are there what the new columns hold."""
    op.execute(
        "update cases set co_units = array(select jsonb_object_keys(state->'co_units'))"
        " where jsonb_typeof(state->'co_units') = 'object' and state->'co_units' <> '{}'"
    )
    op.execute(
        "update cases set deadline = first.deadline from (select case_no, min(deadline) as deadline from clocks"
        " where ended_at is null and not paused and kind not in ('advisory', 'appeal_window', 'pause')"
        " group by case_no) first where first.case_no = cases.case_no and cases.ended_at is null"
    )
    op.execute(
        "update tasks set rank = case c.priority when 'urgent' then 0 when 'fast' then 1 else 2 end,"
        " deadline = coalesce((select k.deadline from clocks k where k.case_no = tasks.case_no"
        " and k.kind = tasks.clock and k.round = tasks.round), '9999-12-31T00:00:00+00:00'),"
        " holder = case when tasks.role = 'officer' and tasks.unit = c.unit then c.assignee end,"
        " leader = case when tasks.role = 'officer' and tasks.kind = 'remediate' then c.state->>'leader' end"
        " from cases c where c.case_no = tasks.case_no and tasks.closed_at is null"
    )
    give_words_to_all(op.get_bind(), reports="window_reports")


def downgrade() -> None:
    """Take it back; saved filters are lost."""
    for name in ("clocks_running", "clocks_remediation"):
        op.drop_index(name, table_name="clocks")
    for name in ("led", "open"):
        op.drop_index(f"tasks_{name}", table_name="tasks")
    op.create_index("tasks_open", "tasks", ["role", "unit"], postgresql_where=_OPEN_TASK)
    for column in ("leader", "holder", "deadline", "rank"):
        op.drop_column("tasks", column)
    narrowed = (f"newest_{each}" for each in _NARROWED)
    for name in ("newest", *narrowed, "next", "next_unit", "standing", "number", "project_number"):
        op.drop_index(f"cases_{name}", table_name="cases")
    for column in ("words", "co_units", "deadline"):
        op.drop_column("cases", column)
    op.drop_index("window_reports_request", table_name="window_reports")
    op.drop_column("window_reports", "request_key")
    op.drop_table("saved_filters")


_NARROWED = ("jurisdiction", "unit", "class", "stage", "source", "channel", "overdue")
