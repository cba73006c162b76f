"""When a digest (汇总通知) leaves, and what it says of the notices that it stands for.

Decides the moment and the words. Which notices wait for it is `models.notices.DIGESTED`; that they do is the outbox's.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, time, timedelta

from calendars import WorkingCalendar
from models.due import SHANGHAI, in_shanghai
from models.notices import Context, Fact, Message

HOURS = range(8, 19)
"""The hours of a working day from which a person may choose, in Asia/Shanghai."""

_OUTCOMES = (Fact.ENDING, Fact.APPEAL_RESULT, Fact.FINDING)


def next_digest(after: datetime, hour: int, calendar: WorkingCalendar) -> datetime:
    """The first time behind that moment when the clock strikes the hour on a working day."""
    day = in_shanghai(after).date()
    while True:
        moment = datetime.combine(day, time(hour), SHANGHAI)
        if moment > after and calendar.is_working_day(day):
            return moment
        day += timedelta(days=1)


def digest_facts(notices: Sequence[Message]) -> Context:
    """What the digest of these notices says; they stand in the order in which they were decided."""
    kinds = Counter(notice.kind.label for notice in notices)
    return {
        Fact.NOTICE_COUNT.value: str(len(notices)),
        Fact.NOTICE_KINDS.value: "、".join(f"{label}{count}条" for label, count in kinds.items()),
        Fact.NOTICE_LINES.value: "\n".join(map(_line, notices)),
    }


def _line(notice: Message) -> str:
    item = notice.context.get(Fact.ITEM_NAME) or ""
    outcome = next((text for fact in _OUTCOMES if (text := notice.context.get(fact))), "")
    said = f"  · {notice.kind.label}：{notice.case_no}（{item}）"
    return f"{said}，{outcome}" if outcome else said
