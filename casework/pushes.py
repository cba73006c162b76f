"""What the desk and the terminal ask about the push to the provincial platform, and how it reads.

Decides wording only.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Protocol

from casework.text import instant
from models.errors import BadInput
from models.pushes import (
    SENT_AGAIN,
    Difference,
    PushKey,
    PushPage,
    PushRow,
    PushStanding,
    PushState,
    Reconciliation,
    read_push_key,
)

OFF = "没有设置省平台的地址，推送没有开启。由管理员设置 HAOCHAPING_PLATFORM_URL 并重新启动后，已入库的评价会自动补推。"


class PushDesk(Protocol):
    """Everything that goes to the provincial platform, as those see it who watch over it."""

    def standing(self, now: datetime) -> PushStanding:
        """How pushing stands, with the last days of evaluation."""
        ...

    def stuck(self, after: str = "", limit: int = 50) -> PushPage:
        """One page of what waits for a person, the latest day first. Raises BadInput for a place that is none."""
        ...

    def reconcile(self, day: date) -> Reconciliation:
        """Compare one day of evaluation with what the platform lists.

        Raises BadInput where there is no platform, EngineUnavailable when it does not answer.
        """
        ...

    def resend(self, keys: Collection[PushKey], now: datetime) -> list[PushKey]:
        """Push these again, whatever the platform took; those that were not waiting anyway."""
        ...

    def resend_stuck(self, now: datetime) -> int:
        """Push everything again that waits for a person; how many."""
        ...


def read_day(text: str) -> date:
    """A day as people write it, 2026-02-13. Raises BadInput."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(f"“{text}”不是日期，请写成 2026-02-13 这样的形式（评价当天的日期）。") from None


def to_send_again(found: Reconciliation) -> list[PushKey]:
    """What pushing again puts right: what the platform lacks, and what it has otherwise."""
    return [read_push_key(each.key) for each in found.differences if each.finding in SENT_AGAIN]


def state_text(row: PushRow) -> str:
    """How a record stands, with when."""
    if row.state is PushState.WAITING and row.reason:
        return f"{row.state.label}，{instant(row.next_try)} 起再试"
    if row.state is PushState.ACCEPTED and row.accepted_at:
        return f"{instant(row.accepted_at)} {row.state.label}"
    return row.state.label


def summary(found: Reconciliation) -> str:
    """What a reconciliation found, in one sentence."""
    if not found.differences:
        return "两边一致。" + (f"另有 {found.to_come:,} 条尚未被接收。" if found.to_come else "")
    return f"有 {len(found.differences):,} 处不一致。" + (
        f"另有 {found.to_come:,} 条尚未被接收。" if found.to_come else ""
    )


def numbers(found: Reconciliation) -> list[tuple[str, int]]:
    """The counts of a reconciliation with what they are called."""
    return [
        ("本系统的记录", found.ours),
        ("省平台的记录", found.theirs),
        ("两边一致", found.agreed),
        ("本系统尚未被接收", found.to_come),
    ]


def difference_row(each: Difference) -> tuple[str, str, str, str, str]:
    """A difference in columns: key, finding, our digest, theirs, and what to do."""
    return (each.key, each.finding.label, each.ours or "（无）", each.theirs or "（无）", each.finding.advice)


def counted(counts: Mapping[PushState, int]) -> str:
    """The states of a day in one line: 已接收 12，待推送 3."""
    return "，".join(f"{state.label} {counts[state]:,}" for state in PushState if counts.get(state))
