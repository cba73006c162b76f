"""How a case ends, what may still follow, and when its file is closed."""

from datetime import datetime
from hashlib import sha256

from models.actors import Role
from models.case import CaseOrder, CaseState, Ending, Finding, FindingBasis
from models.clocks import ClockKind
from models.kinds import CaseSource
from models.notices import NoticeKind
from models.steps import Event, TaskKind
from policy.draft import Draft, Outcome
from policy.stages import something_may_follow

_MEASURE_CLOCKS = (ClockKind.SUPERVISE, ClockKind.INTERVIEW, ClockKind.CIRCULAR, ClockKind.REFERRAL)
_MEASURE_TASKS = (
    TaskKind.SUPERVISE,
    TaskKind.INTERVIEW,
    TaskKind.CIRCULAR,
    TaskKind.REFERRAL,
)
_APPEAL_CLOCKS = (ClockKind.APPEAL_WINDOW, ClockKind.APPEAL_REVIEW, ClockKind.APPEAL_CONFIRM)
_APPEAL_TASKS = (TaskKind.REVIEW_APPEAL, TaskKind.CONFIRM_APPEAL)


def end(draft: Draft, ending: Ending) -> None:
    """End the case: its limits stop and its tasks close, except those of an appeal and of recorded escalations.

    A review that is not adopted needs no appeal any more. What was promised to the citizen is sent (XT-23).
    """
    over = ending is Ending.NOT_ADOPTED
    kept_clocks = _MEASURE_CLOCKS if over else (*_MEASURE_CLOCKS, *_APPEAL_CLOCKS)
    kept_tasks = (TaskKind.OVERSEE, *_MEASURE_TASKS, *(() if over else _APPEAL_TASKS))
    draft.change(
        ending=ending,
        ended_at=draft.now,
        contact_open=False,
        extension=None,
        class_request=None,
        conference_open=False,
        held=(),
    )
    draft.say("ending", ending.label)
    draft.stop(*(kind for kind in draft.state.running if kind not in kept_clocks))
    draft.close(*(kind for kind in TaskKind if kind not in kept_tasks))
    draft.tell(NoticeKind.NOT_ADOPTED if over else NoticeKind.CASE_CLOSED, Role.OFFICER)
    if over:
        draft.change(late_appeal_by=None)
        draft.tell_evaluator(NoticeKind.NOT_ADOPTED_TOLD)
    elif ending in (Ending.SATISFIED, Ending.UNREACHABLE) and _may_be_rated_again(draft):
        draft.tell_evaluator(NoticeKind.RE_EVALUATION)
    _look_back_later(draft)
    draft.report(NoticeKind.CLOSING_REPORT)
    settle(draft)


def not_adopted_after_all(draft: Draft, finding: Finding) -> None:
    """An appeal was upheld: the review leaves the scores, never the record (TA-26)."""
    had_ended = draft.state.ending is not None
    draft.change(finding=finding, finding_basis=FindingBasis.APPEAL, finding_confirmed=True)
    if not had_ended:
        end(draft, Ending.NOT_ADOPTED)
        return
    draft.change(ending=Ending.NOT_ADOPTED, lookback_open=False)
    draft.say("ending", Ending.NOT_ADOPTED.label)
    draft.stop(*(kind for kind in draft.state.running if kind not in _MEASURE_CLOCKS))
    draft.close(TaskKind.LOOKBACK, *_APPEAL_TASKS)
    draft.tell(NoticeKind.NOT_ADOPTED, Role.OFFICER)
    draft.tell_evaluator(NoticeKind.NOT_ADOPTED_TOLD)
    draft.report(NoticeKind.CLOSING_REPORT)
    settle(draft)


def settle(draft: Draft) -> None:
    """Close the file of an ended case as soon as nothing may follow."""
    state = draft.state
    if state.ending is not None and not state.archived and not something_may_follow(state, draft.now):
        _archive(draft)


def archived(order: CaseOrder, state: CaseState, now: datetime) -> Outcome:
    """归档: nothing followed, so the file is closed."""
    draft = Draft(order, state, Event.ARCHIVED, now)
    _archive(draft)
    return draft.done()


def is_looked_back_on(case_no: str, percent: int) -> bool:
    """Whether a case is among the `percent` of a hundred that are looked back on; the same for ever (GH-12)."""
    return int(sha256(case_no.encode()).hexdigest()[:8], 16) % 100 < percent


def may_be_archived(state: CaseState, now: datetime) -> bool:
    """Whether an ended case only waits for its file to be closed."""
    return state.ending is not None and not state.archived and not something_may_follow(state, now)


def _archive(draft: Draft) -> None:
    draft.change(archived=True, lookback_open=False)
    draft.stop(*draft.state.running)
    draft.close(TaskKind.ISSUE_SUPERVISE, TaskKind.ISSUE_INTERVIEW, TaskKind.ISSUE_CIRCULAR, TaskKind.ISSUE_REFERRAL)
    draft.report(NoticeKind.ARCHIVE)


def _may_be_rated_again(draft: Draft) -> bool:
    """Whether the place invites to it, and there is a rating: what was reported otherwise has none."""
    return draft.policy.re_evaluation and draft.order.source is CaseSource.RATING


def _look_back_later(draft: Draft) -> None:
    rule = draft.policy.lookback
    if rule.within is None or draft.state.ending is Ending.NOT_ADOPTED:
        return
    if is_looked_back_on(draft.order.case_no, rule.percent):
        draft.change(lookback_open=True)
        draft.start(ClockKind.LOOKBACK, rule.within)
        draft.open(TaskKind.LOOKBACK, Role.SUPERVISOR, ClockKind.LOOKBACK)
