"""Drafts and files are encrypted and swept; tokens that did not work are counted by their address.

The rules that nothing stands in the clear hold for what is written from now on; what was there before is encrypted by
`adapters.clear_text`, which then makes the database check all rows.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_DRAFTS = "fields like 'v1.%' and coalesce(message, 'v1.') like 'v1.%'"
_ATTACHMENTS = "name like 'v1.%' and substring(content from 1 for 1) = decode('01', 'hex')"


def upgrade() -> None:
    """Bring the schema forward."""
    op.execute("alter table drafts alter column fields type text using fields::text")
    op.execute("alter table drafts alter column message type text using message::text")
    op.create_index("drafts_kept_at", "drafts", ["kept_at"], unique=False)
    # What is encrypted does not get smaller, and its beginning is read without the rest.
    op.execute("alter table attachments alter column content set storage external")
    op.add_column("attachments", sa.Column("unsent_since", sa.DateTime(timezone=True), nullable=True))
    op.execute("update attachments set unsent_since = uploaded_at")
    op.create_index(
        "attachments_unsent",
        "attachments",
        ["unsent_since"],
        unique=False,
        postgresql_where=sa.text("unsent_since IS NOT NULL"),
    )
    _add_rule("drafts", "drafts_closed", _DRAFTS)
    _add_rule("attachments", "attachments_closed", _ATTACHMENTS)
    op.create_table(
        "failed_tokens",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("failed_tokens_address", "failed_tokens", ["address", "at"], unique=False)
    op.create_index("failed_tokens_at", "failed_tokens", ["at"], unique=False)


def _add_rule(table: str, name: str, rule: str) -> None:
    has_rows = op.get_bind().scalar(sa.text(f"select exists (select from {table})"))
    op.execute(f"alter table {table} add constraint {name} check ({rule}){' not valid' if has_rows else ''}")


def downgrade() -> None:
    """Take it back. Drafts are lost; files stay encrypted, so that only a newer version can hand them out."""
    op.drop_table("failed_tokens")
    op.drop_constraint("attachments_closed", "attachments")
    op.drop_constraint("drafts_closed", "drafts")
    op.drop_index("attachments_unsent", table_name="attachments")
    op.drop_column("attachments", "unsent_since")
    op.execute("alter table attachments alter column content set storage extended")
    op.drop_index("drafts_kept_at", table_name="drafts")
    op.execute("delete from drafts")
    op.execute("alter table drafts alter column message type jsonb using message::jsonb")
    op.execute("alter table drafts alter column fields type jsonb using fields::jsonb")
