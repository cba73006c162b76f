"""Everybody's inbox (站内信): the notices of the outbox to one person, with what that person has read of them.

Decides that the inbox is a view: a notice that was decided stands in it at once, whether or not its SMS and its mail
have left, and there is no second copy to go astray. A notice that leaves over several channels stands in it once, under
the key of the first; a digest of notices is none itself. It reaches `KEPT` back; what is older stands on the page of
its case. The words are the mail's.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Engine, Row, Select, delete, func, literal, select, tuple_
from sqlalchemy import cast as as_type
from sqlalchemy.dialects.postgresql import insert

from adapters.letters import LetterError, Letters, MailLetter
from adapters.outbox import message_of
from adapters.tables.outbox import INBOX_MARKS, OUTBOX
from models.errors import BadInput
from models.lists import COUNTED, PAGE, Count, instant_of, place, read_place
from models.messages import InboxNotice, InboxPage
from models.notices import LETTER_CHANNELS, Message, NoticeKind

KEPT = timedelta(days=90)
"""How far back an inbox reaches."""

_c = OUTBOX.c


@dataclass(frozen=True)
class PostgresInbox:
    """The inboxes of all users. A user's own notices are all that any method touches."""

    engine: Engine
    letters: Letters
    now: Callable[[], datetime]

    def page(self, user: str, after: str = "", limit: int = PAGE) -> InboxPage:
        """One page of a person's notices, the newest first. Raises BadInput for a place that is none."""
        query = self._notices(user).order_by(_c.created_at.desc(), _c.seq.desc()).limit(limit + 1)
        if after:
            query = query.where(tuple_(_c.created_at, _c.seq) < _begin(after))
        with self.engine.connect() as connection:
            rows = connection.execute(query).all()
        shown = rows[:limit]
        following = place(shown[-1].created_at.isoformat(), shown[-1].seq) if len(rows) > limit else ""
        return InboxPage([self._notice(row) for row in shown], following)

    def unread(self, user: str, most: int = COUNTED) -> Count:
        """How many notices the person has not read, counted up to `most`."""
        some = self._notices(user, _c.key).where(~_is_read(user)).limit(most + 1).subquery()
        with self.engine.connect() as connection:
            number = connection.execute(select(func.count()).select_from(some)).scalar_one()
        return Count(min(number, most), number > most)

    def mark_read(self, user: str, keys: Sequence[str]) -> None:
        """The person has read these; a key of somebody else's notice changes nothing."""
        self._mark(user, _c.key.in_(keys))

    def mark_all_read(self, user: str, newest: str) -> None:
        """The person has read everything up to that notice; what came in meanwhile stays unread."""
        first = select(_c.created_at, _c.seq).where(_c.key == newest, _c.recipient == user)
        with self.engine.connect() as connection:
            row = connection.execute(first).one_or_none()
        if row is not None:
            self._mark(user, tuple_(_c.created_at, _c.seq) <= tuple_(literal(row.created_at), literal(row.seq)))

    def about(self, user: str, key: str) -> tuple[NoticeKind, str]:
        """The kind of a notice to this person and the case that it is about, empty for none. Raises BadInput for any
        other key.
        """
        with self.engine.connect() as connection:
            found = connection.execute(select(_c.kind, _c.case_no).where(_c.key == key, _c.recipient == user)).first()
        if found is None:
            raise BadInput("没有这条站内信，请从站内信页面重新打开。")
        return NoticeKind(found.kind), str(found.case_no)

    def _mark(self, user: str, which: ColumnElement[bool]) -> None:
        now = self.now()
        read = self._notices(user, literal(user), _c.key, literal(now)).where(which)
        marks = insert(INBOX_MARKS).from_select(["user_id", "key", "read_at"], read).on_conflict_do_nothing()
        outlived = delete(INBOX_MARKS).where(INBOX_MARKS.c.user_id == user, INBOX_MARKS.c.read_at < now - KEPT)
        with self.engine.begin() as connection:
            connection.execute(marks)
            connection.execute(outlived)

    def _notices(self, user: str, *columns: ColumnElement[Any]) -> Select[Any]:
        earlier = OUTBOX.alias("earlier")
        is_repeated = (
            select(earlier.c.key)
            .where(
                earlier.c.recipient == _c.recipient,
                earlier.c.created_at == _c.created_at,
                earlier.c.seq < _c.seq,
                earlier.c.channel.in_(LETTER_CHANNELS),
                _without_channel(earlier.c.key, earlier.c.channel) == _without_channel(_c.key, _c.channel),
            )
            .exists()
        )
        shown = columns or (*OUTBOX.c, _is_read(user).label("is_read"))
        return select(*shown).where(
            _c.recipient == user,
            _c.channel.in_(LETTER_CHANNELS),
            _c.kind != NoticeKind.DIGEST,
            _c.created_at >= self.now() - KEPT,
            ~is_repeated,
        )

    def _notice(self, row: Row[Any]) -> InboxNotice:
        message = message_of(row)
        letter = self._letter(message)
        return InboxNotice(
            key=message.key,
            case_no=message.case_no,
            kind=message.kind,
            subject=letter.subject,
            body=letter.body,
            at=message.created_at,
            is_read=row.is_read,
        )

    def _letter(self, message: Message) -> MailLetter:
        """A letter that cannot be written is dead on the board of messages; here it is still known to be there."""
        try:
            return self.letters.mail(message)
        except LetterError as fault:
            return MailLetter(message.kind.label, f"这条通知的内容无法显示：{fault}。请打开案件查看，并告诉管理员。")


def _is_read(user: str) -> ColumnElement[bool]:
    return select(INBOX_MARKS.c.key).where(INBOX_MARKS.c.user_id == user, INBOX_MARKS.c.key == _c.key).exists()


def _without_channel(key: ColumnElement[Any], channel: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.replace(key, literal(":") + channel, "")


def _begin(after: str) -> ColumnElement[Any]:
    moment, seq = read_place(after, parts=2)
    if not (seq.isascii() and seq.isdigit() and len(seq) < 19):
        raise BadInput("翻页的位置无法识别，请从第一页重新打开。")
    return tuple_(literal(instant_of(moment)), as_type(int(seq), BigInteger))
