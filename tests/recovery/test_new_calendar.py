"""What a holiday notice did to the running cases while parts of the system were killed.

The claims are about the same run as those of `test_recovery`: the notice takes the next working day away and is being
applied when all parts are killed; whoever ordered it orders it again until nothing is left to do.
"""

import pytest

from calendars import recounted
from models.clocks import ClockKind
from models.notices import NoticeKind
from models.steps import Change, Event
from tests.recovery.evidence import CaseEvidence, Evidence
from tests.recovery.new_calendar import WHO, LimitRow

pytestmark = pytest.mark.timeout(3600)  # for the run itself, whose every wait has a limit of its own


def test_the_notice_was_in_the_middle_when_all_parts_were_killed(evidence: Evidence) -> None:
    struck, reached = (
        evidence.notice.struck_at,
        [
            case.entries[case.counted_again_at - 1].at
            for case in evidence.cases.values()
            if case.counted_again_at is not None
        ],
    )
    assert struck is not None
    assert any(at < struck for at in reached), "some cases had it before the blow"
    assert any(at > struck for at in reached), "some cases got it only after the blow"


def test_every_case_that_was_open_has_the_new_calendar(evidence: Evidence) -> None:
    done = evidence.notice.done_at
    assert done is not None
    open_then = [case for case in evidence.cases.values() if case.entries[-1].at > done]
    assert open_then
    for case in open_then:
        assert case.view.calendar_version == evidence.notice.new.version, case.view.case_no


def test_a_case_that_ended_before_never_changes(evidence: Evidence) -> None:
    ordered = evidence.notice.ordered_at
    assert ordered is not None
    ended = [case for case in evidence.all_cases.values() if case.entries[-1].at < ordered]
    assert ended
    for case in ended:
        assert case.view.calendar_version == evidence.notice.old.version, case.view.case_no
        assert {limit.due.calendar_version for limit in case.limits} == {evidence.notice.old.version}
        assert Event.CALENDAR_APPLIED not in {entry.event for entry in case.entries}


def test_a_case_dispatched_meanwhile_begins_under_the_new_calendar(evidence: Evidence) -> None:
    assert evidence.late
    for case_no in evidence.late:
        case = evidence.cases[case_no]
        assert case.counted_again_at is None, case_no
        assert {limit.due.calendar_version for limit in case.limits} == {evidence.notice.new.version}, case_no


def test_no_case_is_counted_again_twice(evidence: Evidence) -> None:
    for case_no, case in evidence.cases.items():
        assert [entry.event for entry in case.entries].count(Event.CALENDAR_APPLIED) <= 1, case_no


def test_every_date_is_what_its_calendar_says(evidence: Evidence) -> None:
    notice = evidence.notice
    calendars = {calendar.version: calendar for calendar in (notice.old, notice.new)}
    for case_no, case in evidence.cases.items():
        for limit in case.limits:
            expected = notice.new if _runs_on_new(case, limit, evidence) else notice.old
            assert limit.due.calendar_version == expected.version, (case_no, limit.kind)
            if not limit.due.is_paused:
                counted = recounted(limit.due, calendars[limit.due.calendar_version])
                assert limit.due == counted, (case_no, limit.kind)


def test_every_date_that_moved_is_kept_with_the_old_one_the_notice_and_who_ordered_it(evidence: Evidence) -> None:
    notice, moved_kinds = evidence.notice, set[ClockKind]()
    for case_no, case in evidence.cases.items():
        changes = {change.kind: change for change in case.changes if change.change is Change.RECOUNTED}
        for change in changes.values():
            assert (change.seq, change.reason, change.ordered_by) == (
                case.counted_again_at,
                notice.file.notice.label,
                WHO,
            ), case_no
        for limit in case.limits:
            if not _was_recounted(case, limit) or limit.due.is_paused or _changed_later(case, limit):
                continue
            old = recounted(limit.due, notice.old).deadline
            found = changes.get(limit.kind)
            assert (found is not None) == (old != limit.due.deadline), (case_no, limit.kind)
            if found is not None:
                assert (found.old_deadline, found.new_deadline) == (old, limit.due.deadline), (case_no, limit.kind)
                moved_kinds.add(limit.kind)
    assert ClockKind.REMEDIATION in moved_kinds


def test_whoever_holds_a_limit_is_told_that_it_moved_and_nobody_else(evidence: Evidence) -> None:
    for case_no, case in evidence.cases.items():
        told = {record.message.key for record in case.messages if record.message.kind is NoticeKind.DATE_MOVED}
        moved = any(change.change is Change.RECOUNTED for change in case.changes)
        assert bool(told) == moved, case_no


def _was_recounted(case: CaseEvidence, limit: LimitRow) -> bool:
    """Whether the limit ran when the notice reached its case."""
    seq = case.counted_again_at
    return seq is not None and limit.started_seq < seq and (limit.ended_seq is None or limit.ended_seq > seq)


def _runs_on_new(case: CaseEvidence, limit: LimitRow, evidence: Evidence) -> bool:
    """Whether the limit ran when the notice reached its case, or began after that."""
    if case.counted_again_at is None:
        return case.view.case_no in evidence.late
    return limit.ended_seq is None or limit.ended_seq > case.counted_again_at


def _changed_later(case: CaseEvidence, limit: LimitRow) -> bool:
    """Whether something else moved the limit after the notice had, so that its row no longer shows the notice alone."""
    seq = case.counted_again_at or 0
    return any((change.kind, change.round) == (limit.kind, limit.round) and change.seq > seq for change in case.changes)
