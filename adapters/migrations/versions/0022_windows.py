"""The number of the window (窗口编号) that a rating and a matter name."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward; what is stored names no window. Neither column makes a table be written anew."""
    op.add_column("ratings", sa.Column("window_no", sa.Text(), nullable=True))
    op.add_column("matters", sa.Column("window_no", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Take it back; the windows are lost. Ratings that had one are told apart from themselves when they come again."""
    op.drop_column("matters", "window_no")
    op.drop_column("ratings", "window_no")
