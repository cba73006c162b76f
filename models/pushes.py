"""What goes to the provincial platform (省平台): its kinds, how a record stands there, and what a reconciliation finds.

Values only. Which fields a record has and what two lists differ in is decided in `policy.pushing`.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from pydantic import AwareDatetime

from models.base import Value
from models.errors import BadInput
from models.ids import case_number

Fields = Mapping[str, str | None]
"""The fields of a record, by the names of the interface family; what there is nothing of is None."""


class RecordKind(StrEnum):
    """What is pushed."""

    RATING = "rating"
    CASE = "case"

    @property
    def label(self) -> str:
        """The kind in Chinese."""
        return {RecordKind.RATING: "评价", RecordKind.CASE: "差评办理结果"}[self]


class PushState(StrEnum):
    """How a record stands with the platform.

    `refused`: the platform will not take it as it is. `dead`: the platform was asked often and never said what became
    of it. Both wait for a person.
    """

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    DEAD = "dead"

    @property
    def label(self) -> str:
        """The state in Chinese."""
        return _STATE_LABELS[self]


_STATE_LABELS = {
    PushState.WAITING: "待推送",
    PushState.ACCEPTED: "已接收",
    PushState.REFUSED: "省平台拒收",
    PushState.DEAD: "多次没有回执",
}

STUCK = (PushState.REFUSED, PushState.DEAD)
"""What waits for a person."""


class PushKey(NamedTuple):
    """Which record: of which evaluation of which matter, and whether the rating itself or what became of its case."""

    kind: RecordKind
    jurisdiction: str
    project_no: str
    assess_number: int

    @property
    def text(self) -> str:
        """The key as it travels; the platform keeps one record per key."""
        return f"{self.kind}:{self.number}"

    @property
    def number(self) -> str:
        """The number of the rating, which is that of its case."""
        return case_number(self.jurisdiction, self.project_no, self.assess_number)


def read_push_key(text: str) -> PushKey:
    """The key that was written as `text`. Raises BadInput for anything else."""
    kind, _, number = text.partition(":")
    place, _, rest = number.partition("-")
    project_no, _, count = rest.rpartition("-")
    try:
        key = PushKey(RecordKind(kind), place, project_no, int(count))
        if place and key.text == text:
            return key
    except ValueError:
        pass
    raise BadInput(f"“{text}”不是推送记录的编号；编号形如 rating:地区标识-办件编号-1，在“省平台推送”中可以看到。")


class PushRecord(NamedTuple):
    """One record as it goes out. `day` is the day of the evaluation, `digest` the SHA-256 of the fields (hex).

    `version` grows with every change of the record: a repeat that comes late must not overwrite what is newer.
    """

    key: PushKey
    day: date
    version: int
    fields: Fields
    digest: str


class PushAnswer(NamedTuple):
    """What the platform said of one record: a receipt, or why it will not take it; both empty when it said nothing."""

    receipt: str = ""
    refused: str = ""


class PushRow(Value):
    """How one record stands, for people."""

    key: str
    kind: RecordKind
    number: str
    day: date
    state: PushState
    attempts: int
    next_try: AwareDatetime
    receipt: str
    reason: str
    accepted_at: AwareDatetime | None


class PushPage(NamedTuple):
    """One page of records, and from where the next one goes on; empty when there is none."""

    rows: Sequence[PushRow]
    next: str


class PushDay(NamedTuple):
    """How the records of one day of evaluation stand, by kind."""

    day: date
    kind: RecordKind
    counts: Mapping[PushState, int]


class PushStanding(NamedTuple):
    """How pushing stands: whether it is switched on, what waits and why, what needs a person, and the last days."""

    is_on: bool
    waiting: int
    tried: int
    stuck: int
    last_failure: str
    days: Sequence[PushDay]


class Ours(NamedTuple):
    """What stands here of a record: its state, and the digest that the platform last took (hex), if any."""

    state: PushState
    digest: str


class PushFinding(StrEnum):
    """How the two sides of a record stand to each other (对账)."""

    MISSING_THERE = "missing_there"
    MISSING_HERE = "missing_here"
    DIFFERS = "differs"
    UNACKNOWLEDGED = "unacknowledged"

    @property
    def label(self) -> str:
        """The finding in Chinese."""
        return _FINDINGS[self][0]

    @property
    def advice(self) -> str:
        """In Chinese, what to do."""
        return _FINDINGS[self][1]


_FINDINGS = {
    PushFinding.MISSING_THERE: ("我方有回执，省平台没有", "点“重新推送”；省平台收到后给出新的回执"),
    PushFinding.MISSING_HERE: (
        "省平台有，我方没有",
        "请与省平台核对来源；本系统不会删除对方的记录",
    ),
    PushFinding.DIFFERS: ("两边内容不一致", "点“重新推送”，以本系统现在的内容为准"),
    PushFinding.UNACKNOWLEDGED: (
        "省平台有，我方还没有回执",
        "系统会再次推送并取得回执；已列为拒收的请先看原因",
    ),
}

SENT_AGAIN = (PushFinding.MISSING_THERE, PushFinding.DIFFERS)
"""What pushing again puts right."""


class Difference(NamedTuple):
    """One record in which both sides differ; a digest is empty where that side has nothing."""

    key: str
    finding: PushFinding
    ours: str
    theirs: str


class Reconciliation(NamedTuple):
    """What the comparison of one day of evaluation found.

    `agreed` are the records that both have alike; `to_come` those that wait here or were refused, and that the platform
    does not have either.
    """

    day: date
    ours: int
    theirs: int
    agreed: int
    to_come: int
    differences: Sequence[Difference]

    def count(self, finding: PushFinding) -> int:
        """How many differences of that kind."""
        return sum(1 for each in self.differences if each.finding is finding)
