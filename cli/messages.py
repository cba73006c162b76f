"""`messages [CASE] [--dead] [--resend KEY] [--json]`: what was told to whom, what waits and why, sending again.

Decides how the outbox reads for people. The outbox itself is handed in.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Protocol, TextIO

from casework.messages import arrival_of
from models.notices import MessageRecord, MessageStatus

_BEIJING = timezone(timedelta(hours=8))


class MessageDesk(Protocol):
    """The outbox, as clerks see it."""

    def list_messages(
        self, case_no: str | None = None, status: MessageStatus | None = None, limit: int = 200
    ) -> list[MessageRecord]:
        """The newest `limit` messages, in the order in which they were decided."""
        ...

    def counts(self) -> dict[MessageStatus, int]:
        """How many messages stand where, over all cases."""
        ...

    def resend(self, key: str, now: datetime) -> bool:
        """Let a dead message go again; False when no dead message has that key."""
        ...


@dataclass(frozen=True)
class MessagePorts:
    """What the command needs: the outbox and a clock."""

    desk: MessageDesk
    now: Callable[[], datetime]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("case_no", nargs="?", metavar="CASE", help="只看这一件的消息")
    parser.add_argument("--dead", action="store_true", help="只看无法发送、待人工处理的消息")
    parser.add_argument("--resend", metavar="KEY", help="问题解决后，按原消息编号重新发送一条无法发送的消息")
    parser.add_argument("--limit", type=int, default=200, help="最多列出多少条（默认 200，取最新的）")
    parser.add_argument("--json", action="store_true", help="输出 JSON")


def run(args: argparse.Namespace, ports: MessagePorts, out: TextIO, err: TextIO) -> int:
    """List messages, or send one again. Exit code 2 when there is nothing of that key, or a nonsensical limit."""
    if args.resend is not None:
        return _resend(args.resend, ports, out, err)
    if args.limit < 1:
        print("--limit 应为大于 0 的整数。", file=err)
        return 2
    status = MessageStatus.DEAD if args.dead else None
    records = ports.desk.list_messages(args.case_no, status, args.limit)
    if args.json:
        print(json.dumps([record.model_dump(mode="json") for record in records], ensure_ascii=False), file=out)
        return 0
    _print(records, ports.desk.counts(), args, out)
    return 0


def _resend(key: str, ports: MessagePorts, out: TextIO, err: TextIO) -> int:
    if not ports.desk.resend(key, ports.now()):
        print(f"没有编号为“{key}”且无法发送的消息。用 messages --dead 查看可以重新发送的消息。", file=err)
        return 2
    print(f"已重新排队，将按原编号发送：{key}", file=out)
    return 0


def _print(
    records: Sequence[MessageRecord], counts: dict[MessageStatus, int], args: argparse.Namespace, out: TextIO
) -> None:
    if not records:
        print("没有符合条件的消息。", file=out)
    for record in records:
        message = record.message
        print(
            f"{_time(message.created_at)}  {message.kind.label}  {message.channel.label} → {message.recipient}"
            f"  {_standing(record)}",
            file=out,
        )
        print(f"    编号 {message.key}", file=out)
        why = record.undelivered if record.status is MessageStatus.SENT else record.last_error
        if why is not None:
            print(f"    原因 {why}", file=out)
    if len(records) == args.limit:
        print(f"只列出最新的 {args.limit} 条；用 --limit 查看更多。", file=out)
    print("全部消息：" + "，".join(f"{status.label} {counts[status]} 条" for status in MessageStatus), file=out)
    if counts[MessageStatus.DEAD]:
        print("无法发送的消息在问题解决后可重新发送：messages --resend 编号", file=out)


def _standing(record: MessageRecord) -> str:
    match record.status:
        case MessageStatus.SENT:
            when = "" if record.sent_at is None else f" {_time(record.sent_at)}"
            arrived = arrival_of(record)
            return f"{record.status.label}{when}（回执号 {record.receipt}）" + (f"，{arrived}" if arrived else "")
        case MessageStatus.PENDING if record.digest_key is not None:
            return f"{record.status.label}，并入汇总通知 {record.digest_key}"
        case MessageStatus.PENDING if record.attempts:
            return f"{record.status.label}，已试 {record.attempts} 次，{_time(record.next_attempt_at)}再试"
        case MessageStatus.PENDING:
            return f"{record.status.label}，{_time(record.next_attempt_at)}起发送"
        case MessageStatus.DEAD:
            return f"{record.status.label}（已试 {record.attempts} 次）"
        case MessageStatus.WITHHELD:
            return record.status.label


def _time(instant: datetime) -> str:
    return instant.astimezone(_BEIJING).strftime("%Y-%m-%d %H:%M:%S")
