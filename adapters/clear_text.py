"""Closes what was stored before it had to be closed: personal values, drafts, files.

Decides the order and the size of the pieces. Each piece is one transaction, so an interruption costs nothing but time;
when nothing is left in the clear the database checks all rows itself, and that it has done so is the sign to stop.
"""

from collections.abc import Callable

import psycopg

from adapters.personal import (
    PERSONAL_COLUMNS,
    PersonalData,
    attachment_place,
    draft_place,
    rating_place,
    report_place,
)
from adapters.tables.ratings import RATINGS_CLOSED
from adapters.tables.reports import REPORTS_CLOSED
from adapters.tables.work_in_hand import ATTACHMENTS_CLOSED, ATTACHMENTS_CLOSED_RULE, DRAFTS_CLOSED, DRAFTS_CLOSED_RULE

PIECE_ROWS = 5_000
_UNKEYED = 16
"""Bytes of a digest that was made without a key; those under a key are longer."""

_COLUMNS = ", ".join(PERSONAL_COLUMNS)
_READ = (
    f"select jurisdiction, project_no, assess_number, content_digest, {_COLUMNS} from ratings"
    " where (jurisdiction, project_no, assess_number) > (%s, %s, %s)"
    f" and (octet_length(content_digest) = {_UNKEYED}"
    f" or {' or '.join(f'not {column} like %s' for column in PERSONAL_COLUMNS)})"
    " order by jurisdiction, project_no, assess_number limit %s for update"
)
_WRITE = (
    "update ratings set content_digest = %s, "
    + ", ".join(f"{column} = %s" for column in PERSONAL_COLUMNS)
    + " where jurisdiction = %s and project_no = %s and assess_number = %s"
)
_CLOSED = "v1."


def encrypt_what_is_in_the_clear(
    database_url: str, personal: PersonalData, say: Callable[[str], None], piece: int = PIECE_ROWS
) -> int:
    """Close what is in the clear, in pieces; gives how many rows were changed. Does nothing when it was done before."""
    with psycopg.connect(database_url.replace("postgresql+psycopg://", "postgresql://", 1), autocommit=True) as found:
        changed = 0
        if not _is_checked(found, RATINGS_CLOSED):
            changed += _close_ratings(found, personal, say, piece)
            found.execute(f"alter table ratings validate constraint {RATINGS_CLOSED}".encode())
        if not _is_checked(found, REPORTS_CLOSED):
            changed += _close_reports(found, personal)
            found.execute(f"alter table citizen_reports validate constraint {REPORTS_CLOSED}".encode())
        if not _is_checked(found, DRAFTS_CLOSED):
            changed += _close_drafts(found, personal)
            found.execute(f"alter table drafts validate constraint {DRAFTS_CLOSED}".encode())
        if not _is_checked(found, ATTACHMENTS_CLOSED):
            changed += _close_attachments(found, personal, say)
            found.execute(f"alter table attachments validate constraint {ATTACHMENTS_CLOSED}".encode())
        return changed


def _is_checked(connection: psycopg.Connection, constraint: str) -> bool:
    row = connection.execute("select convalidated from pg_constraint where conname = %s", (constraint,)).fetchone()
    assert row is not None, f"the schema has no {constraint}"
    return bool(row[0])


def _close_ratings(
    connection: psycopg.Connection, personal: PersonalData, say: Callable[[str], None], piece: int
) -> int:
    last, done = ("", "", 0), 0
    like = [f"{_CLOSED}%"] * len(PERSONAL_COLUMNS)
    while True:
        with connection.transaction(), connection.cursor() as cursor:
            rows = cursor.execute(_READ.encode(), (*last, *like, piece)).fetchall()
            cursor.executemany(_WRITE.encode(), [_closed_rating(row, personal) for row in rows])
        if not rows:
            return done
        last = rows[-1][:3]
        done += len(rows)
        say(f"正在加密已入库的个人信息：{done} 条评价……")


def _closed_rating(row: tuple[object, ...], personal: PersonalData) -> tuple[object, ...]:
    key, digest, values = row[:3], row[3], row[4:]
    assert isinstance(digest, bytes)
    place = rating_place(str(key[0]), str(key[1]), str(key[2]), "")
    closed = [
        value if value is None or str(value).startswith(_CLOSED) else personal.close(str(value), place + name)
        for name, value in zip(PERSONAL_COLUMNS, values, strict=True)
    ]
    return (personal.digest(digest) if len(digest) == _UNKEYED else digest, *closed, *key)


def _close_reports(connection: psycopg.Connection, personal: PersonalData) -> int:
    with connection.transaction():
        rows = connection.execute("select case_no, reporter_name, mobile from citizen_reports for update").fetchall()
        clear = [row for row in rows if any(value and not value.startswith(_CLOSED) for value in row[1:])]
        for case_no, *values in clear:
            places = (report_place(case_no, "reporter_name"), report_place(case_no, "mobile"))
            closed = [
                personal.close(value, place) if value and not value.startswith(_CLOSED) else value
                for value, place in zip(values, places, strict=True)
            ]
            connection.execute(
                "update citizen_reports set reporter_name = %s, mobile = %s where case_no = %s", (*closed, case_no)
            )
    return len(clear)


def _close_drafts(connection: psycopg.Connection, personal: PersonalData) -> int:
    with connection.transaction():
        clear = connection.execute(
            f"select user_id, case_no, action, fields, message from drafts where not ({DRAFTS_CLOSED_RULE})"
            " for update".encode()
        ).fetchall()
        for user, case_no, action, *values in clear:
            places = [draft_place(user, case_no, action, column) for column in ("fields", "message")]
            closed = [
                value if value is None or value.startswith(_CLOSED) else personal.close(value, place)
                for value, place in zip(values, places, strict=True)
            ]
            connection.execute(
                "update drafts set fields = %s, message = %s where user_id = %s and case_no = %s and action = %s",
                (*closed, user, case_no, action),
            )
    return len(clear)


def _close_attachments(connection: psycopg.Connection, personal: PersonalData, say: Callable[[str], None]) -> int:
    """One file at a time: each may be as large as a file can be."""
    clear = connection.execute(f"select id from attachments where not ({ATTACHMENTS_CLOSED_RULE})".encode()).fetchall()
    for done, (id_,) in enumerate(clear, start=1):
        name, content = connection.execute("select name, content from attachments where id = %s", (id_,)).fetchall()[0]
        closed = (
            personal.close(name, attachment_place(id_, "name")),
            personal.close_file(content, attachment_place(id_, "content")),
        )
        connection.execute("update attachments set name = %s, content = %s where id = %s", (*closed, id_))
        say(f"正在加密已入库的附件：{done} / {len(clear)} 个……")
    return len(clear)
