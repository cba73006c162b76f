"""Drafts and files that nobody will send any more: swept away whenever somebody keeps a draft or uploads a file.

Decides after which time they go. A draft goes when its case ended that long ago and nobody has kept it since; a file
when it was uploaded or about to be sent that long ago, no draft is there that it would be sent with, and no entry of
the ledger names it. What the ledger names stays for ever.
"""

import logging
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, and_, delete, exists, select, tuple_, update

from adapters.tables.cases import CASES, ENTRIES
from adapters.tables.work_in_hand import ATTACHMENTS, DRAFTS
from models.work_in_hand import may_be_named_in

log = logging.getLogger("haochaping.desk")

KEPT_FOR = timedelta(days=30)
"""An assumption: whoever comes back from leave still finds unsent work, and an action whose answer never came has long
been recorded or lost by then."""

_AT_ONCE = 20
"""Drafts and files that are looked at each time, so that a backlog keeps nobody waiting."""


def sweep(engine: Engine, now: datetime) -> None:
    """Throw away what has been abandoned for `KEPT_FOR`; some of it each time, the oldest first."""
    before = now - KEPT_FOR
    with engine.begin() as connection:
        drafts = _sweep_drafts(connection, before)
        files = _sweep_files(connection, before)
    if drafts or files:
        log.info("swept away: %s drafts of ended cases, %s files that nobody sent", drafts, files)


def _sweep_drafts(connection: Connection, before: datetime) -> int:
    key = (DRAFTS.c.user_id, DRAFTS.c.case_no, DRAFTS.c.action)
    has_ended = exists().where(CASES.c.case_no == DRAFTS.c.case_no, CASES.c.ended_at < before)
    old = select(*key).where(DRAFTS.c.kept_at < before, has_ended).order_by(DRAFTS.c.kept_at).limit(_AT_ONCE)
    found = [tuple(row) for row in connection.execute(old.with_for_update(skip_locked=True, of=DRAFTS))]
    if found:
        connection.execute(delete(DRAFTS).where(tuple_(*key).in_(found)))
    return len(found)


def _sweep_files(connection: Connection, before: datetime) -> int:
    """A file that is about to be sent is held first (`PostgresAttachments.hold`), so that it is none of these."""
    file = ATTACHMENTS.c
    has_draft = exists().where(
        and_(DRAFTS.c.user_id == file.uploaded_by, DRAFTS.c.case_no == file.case_no, DRAFTS.c.action == file.action)
    )
    old = (
        select(file.id, file.case_no, file.number, file.sha256)
        .where(file.unsent_since < before, ~has_draft)
        .order_by(file.unsent_since)
        .limit(_AT_ONCE)
    )
    named: list[str] = []
    gone: list[str] = []
    for row in connection.execute(old.with_for_update(skip_locked=True, of=ATTACHMENTS)).all():
        text = _ledger_text(connection, row.case_no)
        (named if may_be_named_in(text, row.number, row.sha256) else gone).append(row.id)
    connection.execute(update(ATTACHMENTS).where(file.id.in_(named)).values(unsent_since=None))
    connection.execute(delete(ATTACHMENTS).where(file.id.in_(gone)))
    return len(gone)


def _ledger_text(connection: Connection, case_no: str) -> str:
    details = connection.execute(select(ENTRIES.c.details).where(ENTRIES.c.case_no == case_no)).scalars()
    return "\n".join(text for each in details for text in each.values())
