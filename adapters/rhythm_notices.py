"""Three kinds of work that end with a notice to the supervisors: the bottom of a ranking, a circular, the publication.

Decides what the notice says, that there is none about a period without ratings, and that each supervisor gets it once.
The machine proposes: whether anybody is interviewed, what is circulated and what is published people decide. The
figures are those of `casework.figures`, as of the moment of the work. A circular as an official document belongs to one
case; that of a period is the table of the figures, so the notice leads there.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy import Engine

from adapters.directory import Directory
from adapters.outbox import insert_messages
from adapters.policy_files import Shelf
from calendars import WorkingCalendar
from casework.figures import Asked, FigureBook, FigureReport, GroupLine, figure_text, report
from casework.periods import period_code
from models.actors import Role
from models.figures import Figure, FigureKind, Grouping
from models.notices import Channel, Fact, Message, NoticeKind, message_key
from models.rhythm import JobKind, JobOutcome, JobPeriod
from policy.deadlines import next_opening

_NAMED = 10
"""Units that a sentence names; the table has them all."""


@dataclass(frozen=True)
class Supervisors:
    """Tells the supervisors about a place's periodic work, over the channels and in the hours of its policy."""

    engine: Engine
    directory: Directory
    shelf: Shelf
    calendar_of: Callable[[str], WorkingCalendar]

    def told(self, jurisdiction: str, kind: JobKind, period: JobPeriod, summary: str, at: datetime) -> None:
        """Put the notices into the outbox; those that are there already stay as they are."""
        messages = self._messages(jurisdiction, kind, period, summary, at)
        with self.engine.begin() as connection:
            insert_messages(connection, messages)

    def _messages(
        self, jurisdiction: str, kind: JobKind, period: JobPeriod, summary: str, at: datetime
    ) -> Iterable[Message]:
        policy = self.shelf.file(jurisdiction).policy
        not_before = next_opening(at, policy.notice_hours, self.calendar_of(jurisdiction), any_day=True)
        about = f"rhythm-{jurisdiction}-{kind}-{period.first:%Y%m%d}-{period.last:%Y%m%d}"
        for person in self.directory.people(Role.SUPERVISOR, ""):
            for way in policy.notice_channels.get(Role.SUPERVISOR, ()):
                channel = Channel(way)
                yield Message(
                    key=message_key(about, 1, NoticeKind.PERIODIC_WORK, person.id, channel),
                    case_no="",
                    jurisdiction=jurisdiction,
                    kind=NoticeKind.PERIODIC_WORK,
                    channel=channel,
                    recipient=person.id,
                    context={Fact.TASK_NAME: kind.label, Fact.PERIOD: period.label, Fact.RESULT: summary},
                    not_before=not_before,
                    created_at=at,
                )


@dataclass(frozen=True)
class _FromFigures:
    """What the three have in common: the figures of the period, and whom they tell."""

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
        link = _link(jurisdiction, period, Grouping.UNIT)
        units = _bottom(self._report(jurisdiction, period, at, Grouping.UNIT))
        clerks = _bottom(self._report(jurisdiction, period, at, Grouping.CLERK))
        if not units and not clerks:
            return JobOutcome(summary=f"{period.label}没有列入末位名单的单位和人员。", count=0, link=link)
        parts = []
        if units:
            parts.append(f"单位 {len(units)} 个（{_names(units)}）")
        if clerks:
            parts.append(f"人员 {len(clerks)} 名（按人员分组查看）")
        summary = f"{period.label}好评率末位：{'，'.join(parts)}。请研究是否约谈并限期整改。"
        outcome = JobOutcome(summary=summary, count=len(units) + len(clerks), link=link)
        return self._told(jurisdiction, JobKind.BOTTOM, period, at, outcome)


class CircularNotice(_FromFigures):
    """通报: the ranking of the period's units, ready to be circulated (EZ-31, TA-33, XT-19, TJ-25)."""

    def run(self, jurisdiction: str, period: JobPeriod, at: datetime) -> JobOutcome:
        """Say how the period went and who is first and last; nobody is told about a period without ratings."""
        link = _link(jurisdiction, period, Grouping.UNIT)
        found = self._report(jurisdiction, period, at, Grouping.UNIT)
        ratings = _figure(found, FigureKind.N_EVAL).numerator
        if not ratings:
            return JobOutcome(summary=f"{period.label}没有评价，不作通报。", count=0, link=link)
        placed = [line for line in found.groups if line.place is not None]
        good = figure_text(_figure(found, FigureKind.GOOD_RATE))
        summary = f"{period.label}评价 {ratings:,} 件，好评率 {good}，{len(placed)} 个单位参加排名"
        if len(placed) > 1:
            summary += f"，第一名 {placed[0].name}，末名 {placed[-1].name}"
        outcome = JobOutcome(summary=f"{summary}。请审核后通报。", count=len(placed), link=link)
        return self._told(jurisdiction, JobKind.CIRCULAR, period, at, outcome)


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


def _names(lines: list[GroupLine]) -> str:
    named = "、".join(line.name for line in lines[:_NAMED])
    return named if len(lines) <= _NAMED else f"{named}等"


def _link(jurisdiction: str, period: JobPeriod, by: Grouping) -> str:
    """The page of the figures that shows the same; quarters, months and years have a code each."""
    asked = {"place": jurisdiction, "period": period_code(period.days)}
    return f"/figures?{urlencode(asked if by is Grouping.NONE else asked | {'by': by.value})}"
