"""The rated clerk's own reviews: how bad, for which reasons, where the case stands, until when one may appeal.

Decides what a rated clerk learns of a review: its level, channel and tags, the item and the day, the clerk's own limits
and acts, and how each step is called. Not shown are who wrote it, the free text (whoever was served at a counter is
known by a sentence), the time of day (it names the person who stood there), what was said in callbacks, and files that
others brought. The case's number has to stay, since the appeal names it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from casework.chronicle import details_of, level_text
from casework.names import Names
from casework.particulars import appeal_rows
from models.actors import Actor, Role
from models.clocks import ClockKind
from models.due import in_shanghai
from models.errors import NotVisible
from models.kinds import CaseSource
from models.ratings import ReviewChannel
from models.steps import Event
from models.views import CaseView, ClockView, EntryView
from models.work_in_hand import Attachment
from web.access import Here, Who, allowed
from web.casefile import CaseFile, open_case
from web.caseparts import Limit, Possible, done_text, limit_of, path_of, possible_now
from web.pages import in_menu, render
from web.ports import Desk
from web.routes.documents import Paperwork, paperwork_of
from web.routes.points import own_points

router = APIRouter()
in_menu("我的评价", "/mine", Role.CLERK)

_MOST = 50

OWN_CLOCKS = frozenset(
    {ClockKind.APPEAL_WINDOW, ClockKind.APPEAL_REVIEW, ClockKind.APPEAL_CONFIRM, ClockKind.REMEDIATION}
)
"""The limits that the rated person has to do with; another one may begin with the minute of the evaluation."""


@dataclass(frozen=True)
class OwnReview:
    """One review as its clerk sees it in the list. `appeal_until` is None when the period does not run."""

    case_no: str
    item: str
    level: str
    reasons: str
    day: date
    stage: str
    appeal: Limit | None


@dataclass(frozen=True)
class MyReviewsPage:
    """The reviews that name this clerk."""

    reviews: tuple[OwnReview, ...]
    more: bool
    has_points: bool
    """Whether there are monthly points to be seen."""
    title: str = "我的评价"


@dataclass(frozen=True)
class Step:
    """An entry of the record without what others wrote."""

    number: int
    at: datetime
    label: str
    stage: str
    details: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class MyReviewPage:
    """One review as its clerk sees it."""

    case_no: str
    rows: tuple[tuple[str, str], ...]
    actions: tuple[Possible, ...]
    limits: tuple[Limit, ...]
    appeal: tuple[tuple[str, str], ...]
    record: tuple[Step, ...]
    attachments: tuple[Attachment, ...]
    paperwork: Paperwork
    done: str

    @property
    def title(self) -> str:
        """The case by its number."""
        return f"对我的评价 {self.case_no}"


@router.get("/mine", dependencies=[allowed(Role.CLERK)])
def my_reviews(request: Request, desk: Here, who: Who) -> Response:
    """The list, the latest first."""
    found = desk.records.rated(who.staff_no, _MOST + 1)
    shown = []
    for case_no in found[:_MOST]:
        try:
            shown.append(_in_the_list(desk, open_case(desk, case_no, who)))
        except NotVisible:
            continue  # the same number in another unit is another person
    page = MyReviewsPage(tuple(shown), more=len(found) > _MOST, has_points=bool(own_points(desk, who)))
    return render(request, "mine.html", page)


def own_review(desk: Desk, file: CaseFile, clerk: Actor, done: int) -> MyReviewPage:
    """The case as its rated clerk sees it."""
    case, standing = file.case, file.standing
    names = Names(desk.front.people)
    own_clocks = [clock for clock in standing.clocks if clock.kind in OWN_CLOCKS]
    return MyReviewPage(
        case_no=case.case_no,
        rows=tuple(_rows(desk, case)),
        actions=tuple(Possible(each.label, path_of(case.case_no, each)) for each in possible_now(desk, file, clerk)),
        limits=tuple(_limit(desk, clock, case.case_no, standing.now) for clock in own_clocks),
        appeal=tuple(appeal_rows(standing.state, names)),
        record=tuple(
            Step(
                number=entry.seq,
                at=entry.at,
                label=entry.event.label,
                stage=entry.stage.label,
                details=tuple(_told_to(clerk, entry, names)),
            )
            for entry in file.entries
        ),
        attachments=file.attachments,
        paperwork=paperwork_of(desk, file, clerk),
        done=done_text(file, clerk, done),
    )


def _told_to(clerk: Actor, entry: EntryView, names: Names) -> list[tuple[str, str]]:
    """What of an entry the clerk reads: all of the own ones, and how an appeal was decided."""
    if entry.actor_user == clerk.user:
        return details_of(entry, names)
    if entry.event not in (Event.APPEAL_DECIDED, Event.APPEAL_CONFIRMED):
        return []
    said = {name: text for name, text in entry.details.items() if name != "evidence"}
    return details_of(entry.model_copy(update={"details": said}), names)


def _rows(desk: Desk, case: CaseView) -> list[tuple[str, str]]:
    reasons = desk.records.complaint(case.case_no).reasons
    return [
        ("事项", case.task_name or "（未填事项名称）"),
        *_what_was_said(case, reasons),
        ("承办单位", case.unit_name),
        ("目前", case.ending.label if case.ending else case.stage.label),
    ]


def _what_was_said(case: CaseView, reasons: Sequence[str]) -> list[tuple[str, str]]:
    """The rating; of what was reported or counted, only where it comes from."""
    day = f"{in_shanghai(case.assessed_at).date()}"
    if case.source is not CaseSource.RATING:
        return [("来源", case.source.label), ("日期", day)]
    return [
        ("评价", f"{level_text(case)}，{ReviewChannel(case.channel).label}"),
        ("评价日期", day),
        ("差评原因", "、".join(reasons) or "（未选标签）"),
    ]


def _in_the_list(desk: Desk, file: CaseFile) -> OwnReview:
    case, clocks = file.case, file.standing.clocks
    window = next((each for each in clocks if each.kind is ClockKind.APPEAL_WINDOW and each.ended_at is None), None)
    return OwnReview(
        case_no=case.case_no,
        item=case.task_name or "（未填事项名称）",
        level=level_text(case),
        reasons="、".join(desk.records.complaint(case.case_no).reasons) or "（未选标签）",
        day=in_shanghai(case.assessed_at).date(),
        stage=case.ending.label if case.ending else case.stage.label,
        appeal=_limit(desk, window, case.case_no, file.standing.now) if window is not None else None,
    )


def _limit(desk: Desk, clock: ClockView, case_no: str, now: datetime) -> Limit:
    return limit_of(clock, desk.front.reader.calendar(clock.due.calendar_version), case_no, now)
