"""The data quality check and the flags in words, and what they ask of the world. The root fills `QualityPorts`.

Decides the wording: a flag is told as what was counted, never as what it means. What is counted stands in
`policy.quality` and `policy.patterns`.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from casework.ports import People
from models.errors import BadInput
from models.figures import FigurePeriod
from models.patterns import Flag, FlagKey, FlagNote, PatternKind
from models.quality import (
    ItemDirectory,
    QualityFinding,
    QualityReport,
    QualityScope,
    RatingPage,
)
from models.ratings import ReviewChannel
from policy.code_systems import ACTIVE_TAGS
from policy.figures import percent

MOST_MONTHS = 12
"""Months that are looked at in one go."""


class ItemDirectories(Protocol):
    """The item directory of each jurisdiction."""

    def of(self, jurisdiction: str) -> ItemDirectory | None:
        """Which directory a jurisdiction has; None when none was loaded."""
        ...

    def load(self, path: Path, jurisdiction: str, by: str = "") -> ItemDirectory:
        """Put a file's items in the place of those that were there. Raises ItemsRefused or FileRefused."""
        ...

    def load_content(self, name: str, content: bytes, jurisdiction: str, by: str) -> ItemDirectory:
        """The same for an uploaded file."""
        ...


class QualityReports(Protocol):
    """The data quality report."""

    def report(self, scope: QualityScope) -> QualityReport:
        """The report; without an item directory only what needs none."""
        ...

    def rows(self, scope: QualityScope, finding: QualityFinding, after: str, limit: int) -> RatingPage:
        """The ratings behind a finding. Raises BadInput for a place that is none."""
        ...


class PatternDesk(Protocol):
    """Suspicious patterns."""

    def flags(self, scope: QualityScope, bad_levels: Collection[int]) -> list[Flag]:
        """All flags of the scope, the latest first."""
        ...

    def flag(self, jurisdiction: str, key: FlagKey, bad_levels: Collection[int]) -> Flag | None:
        """One flag as it stands now; None when the ratings no longer make it."""
        ...

    def rows(self, jurisdiction: str, key: FlagKey, bad_levels: Collection[int], after: str, limit: int) -> RatingPage:
        """The ratings behind a flag. Raises BadInput for a place that is none."""
        ...

    def note(self, jurisdiction: str, key: FlagKey, note: str, user_id: str, request_key: str) -> None:
        """Keep that somebody looked at a flag; the same request again is the same note."""
        ...

    def notes(self, scope: QualityScope) -> Mapping[FlagKey, Sequence[FlagNote]]:
        """What was noted on flags of the scope, the oldest first."""
        ...


@dataclass(frozen=True)
class QualityPorts:
    """All of it."""

    items: ItemDirectories
    reports: QualityReports
    patterns: PatternDesk


def months(first: str, last: str, today: date) -> FigurePeriod:
    """The whole months of a question; this month when none is named, one month when only one is.

    Raises BadInput for what is no month, for the wrong order and for more than `MOST_MONTHS`.
    """
    begin = _month(first) or _month(last) or today.replace(day=1)
    end = _month(last) or begin
    count = (end.year - begin.year) * 12 + end.month - begin.month + 1
    if count < 1:
        raise BadInput("起始月份不能晚于截止月份，请重新选择。")
    if count > MOST_MONTHS:
        raise BadInput(f"一次最多查 {MOST_MONTHS} 个月，请缩短范围。")
    return FigurePeriod.of_months(begin.year, begin.month, count)


def share(part: int, whole: int) -> str:
    """A part in percent, cut off; a dash where there is nothing."""
    return percent(Fraction(part, whole)) if whole else "—"


def period_text(period: FigurePeriod) -> str:
    """2026年11月; 2026年10月至11月; with both years where they differ."""
    first, last = period.first, period.last
    begin = f"{first.year}年{first.month}月"
    if (first.year, first.month) == (last.year, last.month):
        return begin
    return f"{begin}至" + (f"{last.year}年" if last.year != first.year else "") + f"{last.month}月"


def subject_text(key: FlagKey, people: People) -> str:
    """Whom or what a flag is about: 测试人社局，RS-0217."""
    subject = _channel(key.subject) if key.kind is PatternKind.BULK_CHANNEL else key.subject
    return f"{people.unit(key.unit).name}，{subject}"


def day_text(key: FlagKey) -> str:
    """The day of a flag, or its month."""
    day = f"{key.begins.year}年{key.begins.month}月"
    return day if key.kind.is_monthly else f"{day}{key.begins.day}日"


def sentence(flag: Flag, people: People) -> str:
    """What was seen, as one sentence. It says nothing about the reason."""
    key = flag.key
    head = f"{day_text(key)}，{subject_text(key, people)}"
    match key.kind:
        case PatternKind.SAME_TAGS:
            tags = "、".join(
                f"{tag} {ACTIVE_TAGS[tag]}" if tag in ACTIVE_TAGS else tag for tag in key.detail.split(",")
            )
            return f"{head}：当天带标签的 {flag.among:,} 条评价中，有 {flag.ratings:,} 条的标签完全相同（{tags}）。"
        case PatternKind.BULK_CLERK | PatternKind.BULK_CHANNEL:
            return (
                f"{head}：当天 {flag.among:,} 条评价中，有 {flag.ratings:,} 条集中在 {flag.minutes:,} 个一分钟之内，"
                f"最多的一分钟有 {flag.most:,} 条。"
            )
        case PatternKind.BAD_SERIES:
            channel = _channel(key.detail)
            return f"{head}：当天经{channel}收到的 {flag.among:,} 条评价中，有 {flag.ratings:,} 条是差评。"
        case PatternKind.WORDLESS_PRAISE:
            return (
                f"{head}：当月 {flag.among:,} 条评价中，没有文字的五星评价有 {flag.ratings:,} 条，"
                f"占 {share(flag.ratings, flag.among)}；本单位其他评价 {flag.peers:,} 条，"
                f"这一占比为 {share(flag.peers_ratings, flag.peers)}。"
            )


def _channel(value: str) -> str:
    return ReviewChannel(value).label if value in list(ReviewChannel) else value


def _month(text: str) -> date | None:
    if not text:
        return None
    found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", text, re.ASCII)
    if found is None:
        raise BadInput(f"月份“{text}”无法识别，应写成“2026-03”。")
    return date(int(found[1]), int(found[2]), 1)
