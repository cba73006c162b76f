"""The work that comes back with the calendar on scores and analyses: points of a month, the analysis of a period.

Decides what one run does and how its outcome reads. When it is due and what became of it stands in `policy.rhythm` and
in the diary; done once more with nothing changed in between, both give the same again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import urlencode

from casework.analysis import AnalysisPorts, analyse
from casework.figures import FigureBook
from casework.periods import period_code, period_text
from casework.scores import SCORED, AskedScore, ScoreBook, month_of_points
from models.errors import BadInput
from models.figures import FigurePeriod
from models.rhythm import JobOutcome, JobPeriod
from models.scores import PointCount, ScoreKind
from policy.parsing import PolicyFile


class PointsNotices(Protocol):
    """Those whose points they are."""

    def tell(self, jurisdiction: str, month: FigurePeriod, counts: Sequence[PointCount], at: datetime) -> None:
        """Tell heads and clerks what was kept of a month; what they were told of that month before stays as it is."""
        ...


@dataclass(frozen=True)
class PointsJob:
    """Counts the points of a month, keeps them, and feeds them back to units and clerks (GH-27)."""

    figures: FigureBook
    book: ScoreBook
    policy_of: Callable[[str], PolicyFile]
    notices: PointsNotices

    def run(self, jurisdiction: str, period: JobPeriod, at: datetime) -> JobOutcome:
        """Keep the points of units, windows and clerks. Raises BadInput where the place has no table of points."""
        table = self.book.rules(jurisdiction).points
        if table is None:
            raise BadInput("本地没有月积分的规则（scores.toml），没有计月积分。")
        file, month = self.policy_of(jurisdiction), FigurePeriod(first=period.first, last=period.last)
        counts = [
            self.book.keep(
                month_of_points(self.figures, table, file, AskedScore(jurisdiction, month, at, grouping), None)
            )
            for grouping in SCORED
        ]
        self.notices.tell(jurisdiction, month, counts, at)
        units, windows, clerks = found = [len(count.groups) for count in counts]
        query = {"place": jurisdiction, "period": period_code(month), "score": ScoreKind.POINTS.value}
        return JobOutcome(
            summary=f"已登记{period_text(month)}月积分：单位 {units} 个，窗口 {windows} 个，人员 {clerks} 名。",
            count=sum(found),
            link=f"/scores?{urlencode(query)}",
        )


@dataclass(frozen=True)
class AnalysisJob:
    """Makes the analysis of a period and keeps it under its number (GH-13)."""

    ports: AnalysisPorts
    policy_of: Callable[[str], PolicyFile]

    def run(self, jurisdiction: str, period: JobPeriod, at: datetime) -> JobOutcome:
        """Make the analysis. Raises BadInput for a period that has none or is not over."""
        about = FigurePeriod(first=period.first, last=period.last)
        made = self.ports.book.keep(analyse(self.ports, self.policy_of(jurisdiction), about, at), None)
        return JobOutcome(
            summary=f"已编制{period_text(about)}分析报告，差评分析{made.number}。",
            count=1,
            link=f"/analyses?{urlencode({'place': jurisdiction})}",
        )
