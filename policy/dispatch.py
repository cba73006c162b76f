"""How a bad rating, a report or a repetition becomes the order of a case: source, class, number, pinned rules."""

from collections.abc import Collection

from models.case import CaseClass, CaseOrder, CaseSource
from models.errors import BadInput
from models.ids import case_number
from models.kinds import Priority
from models.links import Repeat
from models.policy import Policy, RepeatBy
from models.ratings import PendingCase
from models.reports import CitizenReport
from models.surroundings import RatedObject
from policy.repeats import parent_case_no, parent_project_no
from policy.wording import window_name

_WINDOW = "window"
"""The channel of a report at the 办不成事 window, as it stands in the cases."""

_HARDEST_FIRST = (CaseClass.COMPLEX, CaseClass.DIFFICULT, CaseClass.SIMPLE, CaseClass.GENERAL)
"""In which order the tags of the classes are tried; a rating that matches none is general."""

_LONGEST_FIRST = (CaseClass.COMPLEX, CaseClass.DIFFICULT, CaseClass.GENERAL)
"""Which class a root cause gets: the highest that the policy has."""


def order_for(pending: PendingCase, policy: Policy, calendar_version: str) -> CaseOrder:
    """The order for one bad rating. Its class is the hardest whose tags (policy `class_tags`) it carries.

    Where matter and clerk got stars of their own, it is one case all the same (C-13): its level is the worse of the bad
    ones, and it has the tags of those that are bad.
    """
    rated = {RatedObject.ITEM: (pending.level, pending.tags)}
    if pending.staff_level is not None:
        rated[RatedObject.STAFF] = (pending.staff_level, pending.staff_tags)
    # A rating that was bad when it came in stays one when the policy changes before its case is opened.
    bad = {each: given for each, given in rated.items() if given[0] in policy.bad_levels} or rated
    tags = tuple(tag for _, given in bad.values() for tag in given)
    return CaseOrder(
        case_no=pending.case_no,
        jurisdiction=pending.jurisdiction,
        project_no=pending.project_no,
        assess_number=pending.assess_number,
        unit=pending.unit,
        task_code=pending.task_code,
        task_name=pending.task_name,
        satisfaction=int(min(level for level, _ in bad.values())),
        tags=tags,
        channel=pending.channel,
        case_class=class_of(tags, policy),
        anonymous=pending.anonymous,
        assessed_at=pending.assessed_at,
        policy=policy,
        policy_digest=policy.digest(),
        calendar_version=calendar_version,
        staff_no=pending.staff_no,
        window=pending.window_no,
        bad_objects=tuple(bad) if len(rated) > 1 else (),
    )


def class_of(tags: tuple[str, ...], policy: Policy) -> CaseClass:
    """The class of a rating with these tags: complex before difficult before simple, else general."""
    given = set(tags)
    return next(
        (each for each in _HARDEST_FIRST if not given.isdisjoint(policy.class_tags.get(each, ()))), CaseClass.GENERAL
    )


def channel_of(source: CaseSource) -> str:
    """The channel of a case that no rating brought: where it was reported, or that the count brought it."""
    return _WINDOW if source is CaseSource.UNRESOLVED_WINDOW else source.value


def sources_by_hand(case_sources: Collection[str]) -> tuple[CaseSource, ...]:
    """Of the sources of a place (policy `case_sources`) those through which somebody reports one problem."""
    return tuple(each for each in CaseSource if each.is_by_hand and each in case_sources)


def usual_source(by_hand: Collection[CaseSource]) -> CaseSource | None:
    """The source of a report when nobody says another: the hotline, or the only one; None when it must be said."""
    if CaseSource.HOTLINE in by_hand:
        return CaseSource.HOTLINE
    return next(iter(by_hand)) if len(by_hand) == 1 else None


def source_refusal(source: CaseSource, by_hand: Collection[CaseSource], policy: Policy) -> str | None:
    """Why nothing can be registered from that source in a place that has these; None when it can."""
    if source in by_hand:
        return None
    if not source.is_by_hand:
        return f"{source.label}不能由人工登记，来源请选择群众反映的途径。"
    known = "、".join(f"{each.value}（{each.label}）" for each in by_hand)
    return f"{policy.name}的规则（case_sources）没有“{source.label}”这一来源，不能登记。可用的来源：{known}。"


def order_for_report(report: CitizenReport, policy: Policy, calendar_version: str) -> CaseOrder:
    """The order for one report, with its registered source, class and priority (GH-30).

    Raises BadInput when the policy has no such class or priority.
    """
    if refusal := classification_refusal(report.case_class, report.priority, policy):
        raise BadInput(f"反映 {report.report_no}：{refusal}")
    return CaseOrder(
        case_no=case_number(report.jurisdiction, report.report_no, 1),
        jurisdiction=report.jurisdiction,
        project_no=report.report_no,
        assess_number=1,
        unit=report.unit,
        task_code=report.task_code,
        task_name=report.task_name,
        satisfaction=None,
        channel=channel_of(report.source),
        case_class=report.case_class,
        anonymous=report.anonymous,
        assessed_at=report.registered_at,
        policy=policy,
        policy_digest=policy.digest(),
        calendar_version=calendar_version,
        source=report.source,
        priority=report.priority,
    )


def classification_refusal(case_class: CaseClass, priority: Priority, policy: Policy) -> str | None:
    """Why a matter cannot be classified so under this policy; None when it can."""
    if case_class not in policy.class_limits:
        known = "、".join(f"{each.value}（{each.label}）" for each in CaseClass if each in policy.class_limits)
        return f"{policy.name}没有“{case_class.label}”这一类别。可用的类别：{known}。"
    if priority not in policy.priorities:
        known = "、".join(f"{each.value}（{each.label}）" for each in policy.priorities)
        return f"{policy.name}没有“{priority.label}”这一优先级。可用的优先级：{known}。"
    return None


def order_for_repeat(repeat: Repeat, policy: Policy, calendar_version: str) -> CaseOrder:
    """The order of the parent case that looks for the root cause. Nobody rated it, so nobody is called about it."""
    return CaseOrder(
        case_no=parent_case_no(repeat, policy),
        jurisdiction=policy.jurisdiction,
        project_no=parent_project_no(repeat),
        assess_number=1,
        unit=repeat.unit,
        task_code=repeat.subject if repeat.by is RepeatBy.ITEM else "",
        task_name=_root_cause(repeat),
        satisfaction=None,
        channel=channel_of(CaseSource.REPEATED),
        case_class=next(each for each in _LONGEST_FIRST if each in policy.class_limits),
        anonymous=True,
        assessed_at=repeat.found_at,
        policy=policy,
        policy_digest=policy.digest(),
        calendar_version=calendar_version,
        source=CaseSource.REPEATED,
        repeats=repeat.case_nos,
    )


def _root_cause(repeat: Repeat) -> str:
    """What the parent case is about, in the words of the worklists."""
    match repeat.by:
        case RepeatBy.ITEM:
            about = f"事项“{repeat.name}”"
        case RepeatBy.WINDOW:
            about = window_name(repeat.name)
        case RepeatBy.STAFF:
            about = f"工号 {repeat.name} 的工作人员"
    return f"重复差评根源治理：{about}，{len(repeat.case_nos)} 件"
