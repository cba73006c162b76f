"""The board of messages (消息): how each channel stands, what waits and why, what could not be sent, sending it again.

Decides what is said about a message. Its text and its address are not shown; whom it goes to is, but for the evaluator.
Why a message waits the courier has written down, in words that say what to do.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from casework.messages import reason_of, recipient_of, standing_of
from casework.names import Names
from models.actors import Role
from models.errors import BadInput
from models.messages import ChannelStanding, MessageFilter
from models.notices import Channel, MessageRecord, MessageStatus, NoticeKind
from web.access import Here, Who, allowed
from web.forms import Form, texts_of
from web.pages import in_menu, render
from web.ports import Desk

router = APIRouter()

OVERSEERS = (Role.SUPERVISOR, Role.ADMIN)
in_menu("消息", "/messages", *OVERSEERS)

_KEYS = ("channel", "status", "kind", "case")
_LONGEST = 100
_MOST_AT_ONCE = 50
_Kind = TypeVar("_Kind", bound=StrEnum)

log = logging.getLogger("haochaping.desk")


@dataclass(frozen=True)
class Select:
    """One select list of the filter form: its name, its label, what is chosen, and value and label of each choice."""

    name: str
    label: str
    chosen: str
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class MessageRow:
    """One message without its text and address. `tone` is the colour beside the words, `why` empty when all is well."""

    key: str
    case_no: str
    kind: str
    channel: str
    to: str
    decided: datetime
    standing: str
    tone: str
    why: str
    can_be_resent: bool


@dataclass(frozen=True)
class MessagesPage:
    """The board: every channel, and one page of the list that the address asks for."""

    standings: tuple[ChannelStanding, ...]
    selects: tuple[Select, ...]
    case_no: str
    rows: tuple[MessageRow, ...]
    first: str
    older: str
    dead: int
    title: str = "消息"

    @property
    def can_resend_several(self) -> bool:
        """Whether there is anything to choose."""
        return any(row.can_be_resent for row in self.rows)


@dataclass(frozen=True)
class ResentPage:
    """What became of sending again, one by one."""

    queued: tuple[str, ...]
    refused: tuple[str, ...]
    title: str = "重新发送"


@router.get("/messages", dependencies=[allowed(*OVERSEERS)])
def messages_page(request: Request, desk: Here) -> Response:
    """The board; every filter stands in the address."""
    given = {key: request.query_params.get(key, "").strip()[:_LONGEST] for key in _KEYS}
    after = request.query_params.get("after", "")
    now, names = desk.front.now(), Names(desk.front.people)
    found = desk.messages.board.page(_chosen(given), after)
    standings = tuple(desk.messages.board.standings(now))
    filled = {key: text for key, text in given.items() if text}
    page = MessagesPage(
        standings=standings,
        selects=tuple(_selects(given)),
        case_no=given["case"],
        rows=tuple(_row(record, names, now) for record in found.records),
        first=f"/messages?{urlencode(filled)}" if after else "",
        older=f"/messages?{urlencode(filled | {'after': found.next})}" if found.next else "",
        dead=sum(each.dead for each in standings),
    )
    return render(request, "messages.html", page)


@router.post("/messages/resend", dependencies=[allowed(*OVERSEERS)])
def resend(request: Request, desk: Here, who: Who, form: Form) -> Response:
    """Send again what was chosen; the same form again finds it queued already and says so."""
    keys = list(dict.fromkeys(texts_of(form, "only") or texts_of(form, "message")))[:_MOST_AT_ONCE]
    queued = [key for key in keys if _again(desk, key)]
    log.info("messages sent again by %s: %s", who.user, len(queued))
    page = ResentPage(tuple(queued), tuple(key for key in keys if key not in queued))
    return render(request, "resent.html", page)


def _again(desk: Desk, key: str) -> bool:
    return desk.messages.board.resend(key, desk.front.now())


def _row(record: MessageRecord, names: Names, now: datetime) -> MessageRow:
    message = record.message
    return MessageRow(
        key=message.key,
        case_no=message.case_no,
        kind=message.kind.label,
        channel=message.channel.label,
        to=recipient_of(record, names),
        decided=message.created_at,
        standing=standing_of(record, now),
        tone=_tone(record),
        why=reason_of(record, now),
        can_be_resent=record.status is MessageStatus.DEAD,
    )


def _tone(record: MessageRecord) -> str:
    match record.status:
        case MessageStatus.DEAD:
            return "over"
        case MessageStatus.SENT if record.undelivered is None:
            return "good"
        case MessageStatus.PENDING if record.last_error is None:
            return ""
        case MessageStatus.WITHHELD:
            return ""
        case _:
            return "soon"


def _chosen(given: Mapping[str, str]) -> MessageFilter:
    return MessageFilter(
        channel=_choice(Channel, given["channel"]),
        status=_choice(MessageStatus, given["status"]),
        kind=_choice(NoticeKind, given["kind"]),
        case_no=given["case"],
    )


def _choice(kind: type[_Kind], text: str) -> _Kind | None:
    if not text:
        return None
    try:
        return kind(text)
    except ValueError:
        raise BadInput(f"筛选条件“{text}”无法识别，请从页面上重新选择。") from None


def _selects(given: Mapping[str, str]) -> Iterator[Select]:
    choices: Sequence[tuple[str, str, str, type[Channel] | type[MessageStatus] | type[NoticeKind]]] = (
        ("status", "情况", "全部情况", MessageStatus),
        ("channel", "渠道", "全部渠道", Channel),
        ("kind", "类型", "全部类型", NoticeKind),
    )
    for name, label, everything, kind in choices:
        named = tuple((each.value, each.label) for each in kind)
        yield Select(name, label, given[name], (("", everything), *named))
