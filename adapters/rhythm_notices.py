"""What people are told of periodic work: supervisors of the bottom of a ranking, a circular, the publication; heads and
clerks of their monthly points.

Decides what the notice says, that there is none about a period without ratings, and that everybody gets it once.
The machine proposes: whether anybody is interviewed, what is circulated and what is published people decide. The
figures are those of `casework.figures`, as of the moment of the work. A circular is drawn up as a document, once for a
period (`casework.circulars`), and the notice says where it is; it is not sent to any unit from here.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from adapters.directory import Directory
from adapters.periodic_letters import PeriodicLetters
from adapters.policy_files import Shelf
from casework.circular_text import summary_of
from casework.circulars import CircularPorts, drawn_up
from casework.figures import (
    Asked,
    FigureBook,
    FigureReport,
    GroupLine,
    report,
    whose_bottom,
    with_a_bottom,
)
from casework.own_points import told_to, unit_of
from casework.periods import period_code, period_text
from models.actors import Role
from models.figures import Figure, FigureKind, FigurePeriod, Grouping
from models.notices import Context, Fact, NoticeKind
from models.people import User
from models.rhythm import JobKind, JobOutcome, JobPeriod
from models.scores import GroupPoints, OwnPoints, PointCount

_NAMED = 10
"""Units or windows that a sentence names; the table has them all."""


@dataclass(frozen=True)
class Supervisors:
    """Tells the supervisors about a place's periodic work."""

    directory: Directory
    letters: PeriodicLetters

    def told(self, jurisdiction: str, kind: JobKind, period: JobPeriod, summary: str, at: datetime) -> None:
        """Put the notices into the outbox; those that are there already stay as they are."""
        facts: Context = {Fact.TASK_NAME: kind.label, Fact.PERIOD: period.label, Fact.RESULT: summary}
        people = self.directory.people(Role.SUPERVISOR, "")
        letters = ((person, facts) for person in people)
        self.letters.post(NoticeKind.PERIODIC_WORK, jurisdiction, kind, period.days, letters, at)


@dataclass(frozen=True)
class OwnPointsNotices:
    """Tells heads and clerks the monthly points of their unit and their own (GH-27)."""

    directory: Directory
    letters: PeriodicLetters

    def tell(self, jurisdiction: str, month: FigurePeriod, counts: Sequence[PointCount], at: datetime) -> None:
        """Put a notice to everybody who has points into the outbox, once for each month."""
        of_units: dict[str, list[OwnPoints]] = defaultdict(list)
        for count in counts:
            for points in count.groups:
                of_units[unit_of(points.key)].append(_own(count, points))
        letters = self._letters(of_units, period_text(month))
        self.letters.post(NoticeKind.POINTS_KEPT, jurisdiction, JobKind.POINTS, month, letters, at)

    def _letters(self, of_units: Mapping[str, Sequence[OwnPoints]], month: str) -> Iterator[tuple[User, Context]]:
        for unit, points in of_units.items():
            for person in (*self.directory.people(Role.HEAD, unit), *self.directory.people(Role.CLERK, unit)):
                if said := told_to(self.directory.actor(person.id), points, self.directory):
                    yield person, {Fact.PERIOD: month, Fact.RESULT: said}


def _own(count: PointCount, points: GroupPoints) -> OwnPoints:
    return OwnPoints(
        jurisdiction=count.jurisdiction, month=count.month, grouping=count.grouping, as_of=count.as_of, points=points
    )


@dataclass(frozen=True)
class _FromFigures:
    """What two of them have in common: the figures of the period, and whom they tell."""

    book: FigureBook
    shelf: Shelf
    directory: Directory
    supervisors: Supervisors

    def _report(self, jurisdiction: str, period: JobPeriod, at: datetime, by: Grouping) -> FigureReport:
        asked = Asked(jurisdiction=jurisdiction, period=period.days, as_of=at, grouping=by)
        return report(self.book, self.shelf.file(jurisdiction), self.directory, asked)

    def _told(
        self, jurisdiction: str, kind: JobKind, period: JobPeriod, at: datetime, outcome: JobOutcome
    ) -> JobOutcome:
        self.supervisors.told(jurisdiction, kind, period, outcome.summary, at)
        return outcome


class BottomProposal(_FromFigures):
    """末位约谈提示: who is at the bottom of the period's ranking by the place's rules (TA-35, XT-18)."""

    def run(self, jurisdiction: str, period: JobPeriod, at: datetime) -> JobOutcome:
        """Name them to the supervisors; nobody is told where nobody is at the bottom."""
        link, around = _link(jurisdiction, period, Grouping.UNIT), self.shelf.file(jurisdiction).surroundings
        named = {by: _bottom(self._report(jurisdiction, period, at, by)) for by in with_a_bottom(around)}
        parts = [_said_of(by, lines) for by, lines in named.items() if lines]
        if not parts:
            summary = f"{period.label}没有列入末位名单的{whose_bottom(around)}。"
            return JobOutcome(summary=summary, count=0, link=link)
        summary = f"{period.label}好评率末位：{'，'.join(parts)}。请研究是否约谈并限期整改。"
        outcome = JobOutcome(summary=summary, count=sum(map(len, named.values())), link=link)
        return self._told(jurisdiction, JobKind.BOTTOM, period, at, outcome)


@dataclass(frozen=True)
class CircularNotice:
    """通报: the circular of the period is drawn up, for people to seal and send (EZ-31, TA-33, XT-19, TJ-25)."""

    ports: CircularPorts
    shelf: Shelf
    supervisors: Supervisors

    def run(self, jurisdiction: str, period: JobPeriod, at: datetime) -> JobOutcome:
        """Draw it up, or find the one that there is; nobody is told about a period without ratings."""
        made = drawn_up(self.ports, self.shelf.file(jurisdiction), period.days, at)
        if made is None:
            link = _link(jurisdiction, period, Grouping.UNIT)
            return JobOutcome(summary=f"{period.label}没有评价，不作通报。", count=0, link=link)
        outcome = JobOutcome(summary=summary_of(made), count=1, link=f"/circulars?{urlencode({'place': jurisdiction})}")
        self.supervisors.told(jurisdiction, JobKind.CIRCULAR, period, outcome.summary, at)
        return outcome


class PublishReminder(_FromFigures):
    """公开提醒: the period's figures are to be published (EZ-36, TA-33, TJ-20)."""

    def run(self, jurisdiction: str, period: JobPeriod, at: datetime) -> JobOutcome:
        """Remind the supervisors, unless the figures were given out before or there are no ratings."""
        link = _link(jurisdiction, period, Grouping.NONE)
        found = self._report(jurisdiction, period, at, Grouping.NONE)
        ratings = _figure(found, FigureKind.N_EVAL).numerator
        if found.publication is not None and found.publication.at <= at:
            return JobOutcome(summary=f"{period.label}的指标已经公布，不再提醒。", count=0, link=link)
        if not ratings:
            return JobOutcome(summary=f"{period.label}没有评价，不需要公布。", count=0, link=link)
        summary = f"{period.label}的指标（评价 {ratings:,} 件）按本地规定应当公开，请核对后公布。"
        outcome = JobOutcome(summary=summary, count=ratings, link=link)
        return self._told(jurisdiction, JobKind.PUBLISH, period, at, outcome)


def _figure(found: FigureReport, kind: FigureKind) -> Figure:
    return next(line.figure for line in found.lines if line.figure.kind is kind)


def _bottom(found: FigureReport) -> list[GroupLine]:
    return [line for line in found.groups if line.is_bottom]


def _said_of(by: Grouping, lines: list[GroupLine]) -> str:
    """How many there are, and which; clerks are people, so who wants to know them looks them up."""
    if by is Grouping.CLERK:
        return f"人员 {len(lines)} 名（按人员分组查看）"
    return f"{by.label} {len(lines)} 个（{_names(lines)}）"


def _names(lines: list[GroupLine]) -> str:
    named = "、".join(line.name for line in lines[:_NAMED])
    return named if len(lines) <= _NAMED else f"{named}等"


def _link(jurisdiction: str, period: JobPeriod, by: Grouping) -> str:
    """The page of the figures that shows the same; quarters, months and years have a code each."""
    asked = {"place": jurisdiction, "period": period_code(period.days)}
    return f"/figures?{urlencode(asked if by is Grouping.NONE else asked | {'by': by.value})}"
