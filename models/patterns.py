"""Suspicious patterns (异常提示, TA-38) as values: what was seen of whom on which days, and that somebody looked at it.

A flag says what was counted, never what it means, and nothing follows from it by itself. What makes a flag is decided
in `policy.patterns`.
"""

from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from pydantic import AwareDatetime

from models.base import Value
from models.errors import BadInput
from models.figures import FigurePeriod
from models.lists import place, read_place

LONGEST_NOTE = 500
"""Characters of a note on a flag."""


class PatternKind(StrEnum):
    """What is looked for."""

    SAME_TAGS = "same_tags"
    BULK_CLERK = "bulk_clerk"
    BULK_CHANNEL = "bulk_channel"
    BAD_SERIES = "bad_series"
    WORDLESS_PRAISE = "wordless_praise"

    @property
    def label(self) -> str:
        """The pattern in Chinese."""
        return {
            PatternKind.SAME_TAGS: "标签完全相同",
            PatternKind.BULK_CLERK: "同一人员一分钟内多条",
            PatternKind.BULK_CHANNEL: "同一渠道一分钟内大批",
            PatternKind.BAD_SERIES: "同一人员一天内多条差评",
            PatternKind.WORDLESS_PRAISE: "无文字五星占比高于同单位",
        }[self]

    @property
    def is_monthly(self) -> bool:
        """Whether it is judged by calendar months; the others by days."""
        return self is PatternKind.WORDLESS_PRAISE


class FlagKey(NamedTuple):
    """Which flag: the same one, however often and over whatever period it is looked for.

    `subject` is the clerk's or window's number (else the name), or the channel; `detail` the tags or the channel where
    the pattern is about one; `begins` its day, or the first day of its month.
    """

    kind: PatternKind
    unit: str
    subject: str
    begins: date
    detail: str = ""

    @property
    def text(self) -> str:
        """The key in an address."""
        return place(self.kind, self.unit, self.subject, self.begins, self.detail)

    @property
    def period(self) -> FigurePeriod:
        """The day or the month."""
        if self.kind.is_monthly:
            return FigurePeriod.of_months(self.begins.year, self.begins.month, 1)
        return FigurePeriod(first=self.begins, last=self.begins)


def read_flag(text: str) -> FlagKey:
    """The flag of an address. Raises BadInput."""
    kind, unit, subject, begins, detail = read_place(text, parts=5)
    try:
        key = FlagKey(PatternKind(kind), unit, subject, date.fromisoformat(begins), detail)
        _ = key.period
    except ValueError:
        raise BadInput("没有这条提示，请从异常提示的页面重新打开。") from None
    return key


class Flag(NamedTuple):
    """What was seen. `ratings` lie behind it, `among` says of how many.

    `minutes` and `most` are for bulk times: how many minutes were that full, and the fullest. For the share of praise
    `among` are the clerk's ratings and `peers` those of the others of the unit, `peers_ratings` of them such praise.
    """

    key: FlagKey
    ratings: int
    among: int
    minutes: int = 0
    most: int = 0
    peers: int = 0
    peers_ratings: int = 0


class FlagNote(Value):
    """A supervisor has looked at a flag. Nothing else follows."""

    note: str
    user_id: str
    at: AwareDatetime


def in_order(flag: Flag) -> tuple[timedelta, str, int, FlagKey]:
    """The order of flags: the latest first, by kind, the largest first."""
    return date.min - flag.key.begins, flag.key.kind, -flag.ratings, flag.key
