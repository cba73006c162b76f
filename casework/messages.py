"""How a message reads: how it stands, why it waits or did not arrive, and whom it goes to.

Decides wording only, for the terminal and the browser alike. An evaluator is never more than 评价人.
"""

from datetime import datetime

from casework.names import Names
from casework.text import instant
from models.notices import TO_EVALUATOR, Channel, MessageRecord, MessageStatus, NoticeKind

_TO_A_PLACE = (Channel.REPORT, Channel.ARCHIVE, Channel.WORK_CHAT)


def recipient_of(record: MessageRecord, names: Names) -> str:
    """Whom a message goes to; the evaluator without name and number, a place by what it is."""
    message = record.message
    if message.channel in _TO_A_PLACE:
        return message.channel.label
    return "评价人（号码不显示）" if message.kind in TO_EVALUATOR else names.user(message.recipient)


def standing_of(record: MessageRecord, now: datetime) -> str:
    """How a message stands, with when."""
    match record.status:
        case MessageStatus.SENT:
            arrived = arrival_of(record)
            return (f"{instant(record.sent_at)} " if record.sent_at else "") + (arrived or record.status.label)
        case MessageStatus.PENDING if record.digest_key is not None:
            return f"{record.status.label}，并入汇总通知"
        case MessageStatus.PENDING if record.attempts:
            return f"{record.status.label}，已试 {record.attempts} 次，{instant(record.next_attempt_at)} 起再试"
        case MessageStatus.PENDING if record.next_attempt_at > now:
            return f"{record.status.label}，{instant(record.next_attempt_at)} 起发送"
        case MessageStatus.PENDING:
            return f"{record.status.label}，正在排队"
        case MessageStatus.DEAD | MessageStatus.WITHHELD:
            return record.status.label


def arrival_of(record: MessageRecord) -> str:
    """What the gateway reported of an SMS later; empty when it has said nothing."""
    if record.delivered_at is not None:
        return "已送到手机"
    return "没有送到手机" if record.undelivered is not None else ""


def reason_of(record: MessageRecord, now: datetime) -> str:
    """Why a message has not arrived and what follows; empty when all is well."""
    match record.status:
        case MessageStatus.SENT:
            return record.undelivered or ""
        case MessageStatus.PENDING if record.digest_key is not None:
            return "收件人选择了汇总通知，随汇总通知一起发送"
        case MessageStatus.PENDING if record.message.kind is NoticeKind.DIGEST and record.attempts == 0:
            return "收件人选择的汇总时间，到时自动发送"
        case MessageStatus.PENDING if record.last_error is None and record.next_attempt_at > now:
            return "夜间不打扰，到时自动发送"
        case _:
            return record.last_error or ""
