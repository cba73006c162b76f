"""Messages to the world: which there are, what each may say, and where each stands.

Decides the kinds, their channels, the facts that a letter or report may carry, and the key that makes
sending happen once. The facts are a closed list: a name, a telephone number or any other personal detail of
an evaluator has no place in it (EZ-41), and neither has a mistyped fact. Wording is left to the letters of
the jurisdiction, the moment of sending to the courier.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Self
from urllib.parse import quote

from pydantic import AwareDatetime, model_validator

from models.base import Value


class Channel(StrEnum):
    """How a message leaves the house."""

    SMS = "sms"
    MAIL = "mail"
    REPORT = "report"
    ARCHIVE = "archive"
    WORK_CHAT = "work_chat"

    @property
    def label(self) -> str:
        """The channel in Chinese."""
        return {
            Channel.SMS: "短信",
            Channel.MAIL: "邮件",
            Channel.REPORT: "上报12345平台",
            Channel.ARCHIVE: "存档",
            Channel.WORK_CHAT: "工作群",
        }[self]


LETTER_CHANNELS = (Channel.SMS, Channel.MAIL)
"""The channels that carry letters to people."""

WORK_CHAT = "work-chat"
"""The recipient of what goes to the work chat: a group, nobody in particular."""


class NoticeKind(StrEnum):
    """What a message is about: letters to people of the house, four to the evaluator, the digest of letters, two
    reports, the archive.
    """

    TASK_ASSIGNED = "task_assigned"
    URGED = "urged"
    CLOCK_WARNING = "clock_warning"
    CLOCK_MISSED = "clock_missed"
    CLOCK_STILL_MISSED = "clock_still_missed"
    NOT_ADOPTED = "not_adopted"
    CASE_CLOSED = "case_closed"
    APPEAL_RIGHTS = "appeal_rights"
    EXTENSION_DECIDED = "extension_decided"
    CLASS_CHANGED = "class_changed"
    APPEAL_DECIDED = "appeal_decided"
    DATE_MOVED = "date_moved"
    MEASURE_ISSUED = "measure_issued"
    REASSIGNED = "reassigned"
    ESCALATED = "escalated"
    CONFERENCE = "conference"
    PERIODIC_WORK = "periodic_work"
    POINTS_KEPT = "points_kept"
    RESULT_FEEDBACK = "result_feedback"
    RE_EVALUATION = "re_evaluation"
    INVITATION = "invitation"
    NOT_ADOPTED_TOLD = "not_adopted_told"
    DIGEST = "digest"
    WRITTEN_FEEDBACK = "written_feedback"
    CLOSING_REPORT = "closing_report"
    ARCHIVE = "archive"

    @property
    def label(self) -> str:
        """The kind in Chinese."""
        return _KIND_LABELS[self]

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels on which this kind can occur."""
        match self:
            case NoticeKind.WRITTEN_FEEDBACK | NoticeKind.CLOSING_REPORT:
                return (Channel.REPORT,)
            case NoticeKind.ARCHIVE:
                return (Channel.ARCHIVE,)
            case kind if kind in TO_EVALUATOR:
                return (Channel.SMS,)
            case NoticeKind.DIGEST:
                return LETTER_CHANNELS
            case _:
                return (*LETTER_CHANNELS, Channel.WORK_CHAT)


TO_EVALUATOR = (
    NoticeKind.RESULT_FEEDBACK,
    NoticeKind.RE_EVALUATION,
    NoticeKind.INVITATION,
    NoticeKind.NOT_ADOPTED_TOLD,
)
"""The kinds that go to the evaluator, whose number is looked up when the message leaves."""

OBLIGED = (NoticeKind.RESULT_FEEDBACK, NoticeKind.NOT_ADOPTED_TOLD)
"""Of these, what the procedure obliges to tell: what was put right, where the document demands feedback
(共政办〔2024〕32号 (三), 泰政办发〔2020〕5号 二(五)), and that a review is not adopted, with the way to object.
"""

MAY_BE_REFUSED = tuple(kind for kind in TO_EVALUATOR if kind not in OBLIGED)
"""The kinds that an evaluator may refuse (退订): invitations, which nothing depends on."""

DIGESTED = (NoticeKind.NOT_ADOPTED, NoticeKind.CASE_CLOSED, NoticeKind.APPEAL_DECIDED)
"""The kinds that may wait for a person's daily digest (汇总通知): they tell how something ended, and nothing runs out.

None of them names a date until which somebody has to act, and nothing that urges, escalates or assigns is among them.
"""

MAY_BE_MISSED = (
    NoticeKind.CASE_CLOSED,
    NoticeKind.POINTS_KEPT,
    NoticeKind.RE_EVALUATION,
    NoticeKind.INVITATION,
)
"""The kinds after which nobody has to act and nothing runs out: one that does not arrive needs no person."""

TO_THE_CHAT = (NoticeKind.CLOCK_MISSED, NoticeKind.CLOCK_STILL_MISSED, NoticeKind.ESCALATED)
"""The kinds that the work chat gets when nobody says otherwise: what is late, and what became of it."""

_KIND_LABELS = {
    NoticeKind.TASK_ASSIGNED: "任务通知",
    NoticeKind.URGED: "监督催办",
    NoticeKind.CLOCK_WARNING: "时限预警",
    NoticeKind.CLOCK_MISSED: "到期未办提醒",
    NoticeKind.CLOCK_STILL_MISSED: "逾期催办",
    NoticeKind.NOT_ADOPTED: "不予采纳通知",
    NoticeKind.CASE_CLOSED: "办结通知",
    NoticeKind.APPEAL_RIGHTS: "差评告知（可申诉）",
    NoticeKind.EXTENSION_DECIDED: "延期审批结果",
    NoticeKind.CLASS_CHANGED: "类别变更通知",
    NoticeKind.APPEAL_DECIDED: "申诉结果通知",
    NoticeKind.DATE_MOVED: "期限变动通知",
    NoticeKind.MEASURE_ISSUED: "督查措施文书",
    NoticeKind.REASSIGNED: "经办人变更通知",
    NoticeKind.ESCALATED: "升级处理通知",
    NoticeKind.CONFERENCE: "联席会议通知",
    NoticeKind.PERIODIC_WORK: "定期工作提示",
    NoticeKind.POINTS_KEPT: "月积分告知",
    NoticeKind.RESULT_FEEDBACK: "整改结果告知",
    NoticeKind.RE_EVALUATION: "再评价邀请",
    NoticeKind.INVITATION: "评价邀请",
    NoticeKind.NOT_ADOPTED_TOLD: "不予采纳告知",
    NoticeKind.DIGEST: "汇总通知",
    NoticeKind.WRITTEN_FEEDBACK: "书面反馈",
    NoticeKind.CLOSING_REPORT: "办结报告",
    NoticeKind.ARCHIVE: "流程历史存档",
}


class Fact(StrEnum):
    """The closed list of what a message may say. Values are ready Chinese text, except where noted."""

    CASE_NO = "case_no"
    PROJECT_NO = "project_no"
    ASSESS_NUMBER = "assess_number"
    ITEM_NAME = "item_name"
    ITEM_CODE = "item_code"
    UNIT_NAME = "unit_name"
    UNIT_CODE = "unit_code"
    AREA_CODE = "area_code"
    STAGE = "stage"
    TASK_NAME = "task_name"
    CLOCK_NAME = "clock_name"
    DUE = "due"
    """For example 2026年2月14日（星期六，调休上班）24:00前."""
    CLAUSE = "clause"
    """The source of the limit: document and clause."""
    SHARE = "share"
    """How much of the limit is used, for example 80%."""
    DAYS_LATE = "days_late"
    """The number of working days since the limit, digits only."""
    RESPONSIBLE = "responsible"
    """Who has to act: an office or a user of the directory, never an evaluator; about an appeal, who reviews it."""
    REASON = "reason"
    FINDING = "finding"
    FINDING_BASIS = "finding_basis"
    MEASURES = "measures"
    RESULT = "result"
    CALLBACK_RESULT = "callback_result"
    ENDING = "ending"
    ROUNDS = "rounds"
    MISSED_CLOCKS = "missed_clocks"
    DISPATCHED_AT = "dispatched_at"
    """Times in reports are ISO 8601 with offset."""
    SIGNED_AT = "signed_at"
    FEEDBACK_AT = "feedback_at"
    GRANTED = "granted"
    """准予 or 不予."""
    OLD_DUE = "old_due"
    NOTICE = "notice"
    """The number of the holiday notice that moved a date."""
    MEASURE = "measure"
    DOCUMENT_NO = "document_no"
    APPEAL_RESULT = "appeal_result"
    CASE_CLASS = "case_class"
    UNITS = "units"
    CLOSED_AT = "closed_at"
    """In letters, the closing time as people write it; in the closing report, ISO 8601 with offset."""
    PERIOD = "period"
    """What periodic work is about: 2026年10月, 2026年第3季度."""
    NOTICE_COUNT = "notice_count"
    """In a digest, how many notices it stands for, digits only."""
    NOTICE_KINDS = "notice_kinds"
    """In a digest, how many of which kind, for example 办结通知2条、不予采纳通知1条."""
    NOTICE_LINES = "notice_lines"
    """In a digest, one line for each notice: what, which case, and how it ended."""


_CASE = frozenset({Fact.CASE_NO, Fact.ITEM_NAME, Fact.UNIT_NAME})
_REPORT = _CASE | {Fact.PROJECT_NO, Fact.ASSESS_NUMBER}

NEEDED_FACTS: Mapping[NoticeKind, frozenset[Fact]] = {
    NoticeKind.TASK_ASSIGNED: _CASE | {Fact.TASK_NAME, Fact.DUE},
    NoticeKind.URGED: _CASE | {Fact.STAGE, Fact.REASON},
    NoticeKind.CLOCK_WARNING: _CASE | {Fact.CLOCK_NAME, Fact.DUE, Fact.SHARE},
    NoticeKind.CLOCK_MISSED: _CASE | {Fact.CLOCK_NAME, Fact.DUE},
    NoticeKind.CLOCK_STILL_MISSED: _CASE | {Fact.CLOCK_NAME, Fact.DUE, Fact.DAYS_LATE},
    NoticeKind.NOT_ADOPTED: _CASE | {Fact.FINDING},
    NoticeKind.CASE_CLOSED: _CASE | {Fact.ENDING, Fact.CLOSED_AT},
    NoticeKind.APPEAL_RIGHTS: _CASE | {Fact.DUE},
    NoticeKind.EXTENSION_DECIDED: _CASE | {Fact.GRANTED, Fact.DUE, Fact.REASON},
    NoticeKind.CLASS_CHANGED: _CASE | {Fact.GRANTED, Fact.CASE_CLASS, Fact.DUE},
    NoticeKind.APPEAL_DECIDED: _CASE | {Fact.APPEAL_RESULT, Fact.REASON},
    NoticeKind.DATE_MOVED: _CASE | {Fact.CLOCK_NAME, Fact.OLD_DUE, Fact.DUE, Fact.REASON},
    NoticeKind.MEASURE_ISSUED: _CASE | {Fact.MEASURE, Fact.DOCUMENT_NO, Fact.REASON, Fact.DUE},
    NoticeKind.REASSIGNED: _CASE | {Fact.RESPONSIBLE, Fact.REASON},
    NoticeKind.ESCALATED: _CASE | {Fact.CLOCK_NAME, Fact.DUE, Fact.MEASURE},
    NoticeKind.CONFERENCE: _CASE | {Fact.UNITS, Fact.REASON},
    NoticeKind.PERIODIC_WORK: frozenset({Fact.TASK_NAME, Fact.PERIOD, Fact.RESULT}),
    NoticeKind.POINTS_KEPT: frozenset({Fact.PERIOD, Fact.RESULT}),
    NoticeKind.RESULT_FEEDBACK: _CASE,
    NoticeKind.RE_EVALUATION: _CASE,
    NoticeKind.INVITATION: frozenset({Fact.ITEM_NAME, Fact.UNIT_NAME}),
    NoticeKind.NOT_ADOPTED_TOLD: _CASE | {Fact.FINDING},
    NoticeKind.DIGEST: frozenset({Fact.NOTICE_COUNT, Fact.NOTICE_KINDS, Fact.NOTICE_LINES}),
    NoticeKind.WRITTEN_FEEDBACK: _REPORT | {Fact.MEASURES, Fact.RESULT, Fact.FEEDBACK_AT},
    NoticeKind.CLOSING_REPORT: _REPORT | {Fact.ENDING, Fact.CLOSED_AT},
    NoticeKind.ARCHIVE: frozenset({Fact.CASE_NO}),
}
"""What each kind cannot do without; every other fact is optional and left out when it is None."""

Context = dict[str, str | None]


def message_key(case_no: str, step: int, kind: NoticeKind, recipient: str, channel: Channel, about: str = "") -> str:
    """The idempotency key of one message: the same step of the same case always makes the same key.

    It is the primary key of the outbox and travels to the receiver, so it is printable ASCII without spaces.
    `about` (a task or a clock) tells apart two messages of one kind to one recipient in the same step.
    """
    parts = [case_no, str(step), kind.value, recipient, channel.value]
    if about:
        parts.append(about)
    return ":".join(quote(part, safe="@-._") for part in parts)


def digest_key(recipient: str, day: date, channel: Channel) -> str:
    """The key of a person's digest: there is one a day and channel, whoever gathers it how often."""
    return f"digest-{quote(recipient, safe='@-._')}-{day.isoformat()}-{channel.value}"


_SENDING = "#"


def sending_key(key: str, sendings: int) -> str:
    """The key under which a message travels: its own; with a number behind it once it was taken and did not arrive.

    The receiver keeps one message per key, so what is to go out anew needs another one.
    """
    return f"{key}{_SENDING}{sendings}" if sendings else key


def read_sending_key(text: str) -> tuple[str, int]:
    """The message's own key and the number of the sending. A text that `sending_key` never made is no known key."""
    key, _, number = text.partition(_SENDING)
    if number and number.isascii() and number.isdigit() and number[0] != "0":
        return key, int(number)
    return text, 0


_KEY_RECIPIENT, _KEY_CHANNEL = 3, 4


def chat_copy(message: "Message") -> "Message":
    """The message that tells the work chat what this letter tells a person.

    All letters of one notice, whoever gets them and over which channel, make the same one with the same key.
    """
    parts = message.key.split(":")
    parts[_KEY_RECIPIENT], parts[_KEY_CHANNEL] = WORK_CHAT, Channel.WORK_CHAT.value
    return message.model_copy(update={"key": ":".join(parts), "channel": Channel.WORK_CHAT, "recipient": WORK_CHAT})


class Message(Value):
    """One message to one recipient over one channel, as a step of a case decided it.

    `recipient` is a user or office of the directory; addresses are looked up when the message leaves. Raises
    ValueError for a kind that does not occur on the channel, for a fact that is not on the list, and for a
    missing one.
    """

    key: str
    case_no: str
    jurisdiction: str
    kind: NoticeKind
    channel: Channel
    recipient: str
    context: Context
    not_before: AwareDatetime
    created_at: AwareDatetime

    @model_validator(mode="after")
    def _says_what_it_may_and_must(self) -> Self:
        if self.channel not in self.kind.channels:
            raise ValueError(f"{self.kind.value} does not leave by {self.channel.value}")
        unknown = sorted(set(self.context) - {fact.value for fact in Fact})
        if unknown:
            raise ValueError(f"{self.kind.value} may not say {', '.join(unknown)}: not a fact of models.notices.Fact")
        missing = sorted(fact.value for fact in NEEDED_FACTS[self.kind] if not self.context.get(fact.value))
        if missing:
            raise ValueError(f"{self.kind.value} needs {', '.join(missing)}")
        return self


class MessageStatus(StrEnum):
    """Where a message stands."""

    PENDING = "pending"
    SENT = "sent"
    DEAD = "dead"
    WITHHELD = "withheld"
    """Laid aside for good, because whom it was for does not want such messages; nobody has to act."""

    @property
    def label(self) -> str:
        """The status in Chinese."""
        return {
            MessageStatus.PENDING: "待发送",
            MessageStatus.SENT: "已送达对方",
            MessageStatus.DEAD: "无法发送，待人工处理",
            MessageStatus.WITHHELD: "对方已退订，不发送",
        }[self]


class MessageRecord(Value):
    """A message and what became of it, as people read it."""

    message: Message
    status: MessageStatus
    attempts: int
    next_attempt_at: AwareDatetime
    sent_at: AwareDatetime | None = None
    receipt: str | None = None
    last_error: str | None = None
    delivered_at: AwareDatetime | None = None
    """When it reached the person's telephone, where the gateway says so."""
    digest_key: str | None = None
    """The digest (汇总通知) with which it leaves or has left; None when it goes by itself."""
    undelivered: str | None = None
    """Why it did not reach the telephone, where the gateway says so."""
