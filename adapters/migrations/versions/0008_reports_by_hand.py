"""Reports by hand come from every source through which people report, not from the 办不成事 window alone."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward; what was registered until now came from the window."""
    _rename("window_reports", "citizen_reports")
    op.add_column("citizen_reports", sa.Column("source", sa.Text(), server_default="unresolved_window", nullable=False))
    op.alter_column("citizen_reports", "source", server_default=None)


def downgrade() -> None:
    """Take it back; where a report came from then stands in its case alone."""
    op.drop_column("citizen_reports", "source")
    _rename("citizen_reports", "window_reports")


def _rename(old: str, new: str) -> None:
    op.rename_table(old, new)
    for suffix in ("pkey", "state", "closed"):
        op.execute(f"alter table {new} rename constraint {old}_{suffix} to {new}_{suffix}")
    op.execute(f"alter index {old}_request rename to {new}_request")
