"""Orders of cases: the class by the tags, what somebody reported, and the parent case of a repetition."""

from datetime import datetime

import pytest

from adapters.policies import load_policy
from models.case import CaseOrder, CaseSource
from models.due import SHANGHAI, Limit
from models.errors import BadInput
from models.ids import case_number, is_safe_number
from models.kinds import CaseClass, Priority
from models.links import Repeat
from models.policy import ExtensionRule, Policy, RepeatBy, RepeatRule
from models.ratings import PendingCase, ReviewChannel, SatisfactionLevel
from models.reports import CitizenReport
from models.surroundings import IntakeSource
from policy.dispatch import (
    class_of,
    order_for,
    order_for_repeat,
    order_for_report,
    sources_by_hand,
    usual_source,
)
from policy.repeats import RatedCase, parent_project_no, period_start, repeats_among

NOW = datetime(2026, 4, 1, 10, 30, tzinfo=SHANGHAI)
TAGS = {
    CaseClass.COMPLEX: ("108", "113"),
    CaseClass.DIFFICULT: ("113", "210"),
    CaseClass.SIMPLE: ("214",),
    CaseClass.GENERAL: ("115",),
}


def a_policy(*classes: CaseClass, **changes: object) -> Policy:
    """A policy with these classes, all of five working days, and tags for each."""
    limits = {each: Limit.parse("5 wd") for each in classes or CaseClass}
    tags = {each: TAGS[each] for each in limits}
    usual: dict[str, object] = {"class_limits": limits, "class_tags": tags, "extension": ExtensionRule()}
    usual |= {"name": "示例县", "priorities": (Priority.NORMAL,)}
    return load_policy("ezhou").policy.model_copy(update=usual | changes)


def a_report(**changes: object) -> CitizenReport:
    """A report of somebody who left a number."""
    usual = {
        "case_no": "gonghe-W20260401-0001-1",
        "jurisdiction": "gonghe",
        "source": CaseSource.UNRESOLVED_WINDOW,
        "report_no": "W20260401-0001",
        "unit": "ez-renshe",
        "task_code": "DEMO1001",
        "task_name": "社会保障卡补换",
        "case_class": CaseClass.GENERAL,
        "priority": Priority.NORMAL,
        "anonymous": False,
        "registered_by": "hotline-01",
        "registered_at": NOW,
    }
    return CitizenReport.model_validate(usual | changes)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ((), CaseClass.GENERAL),
        (("999",), CaseClass.GENERAL),
        (("115",), CaseClass.GENERAL),
        (("214",), CaseClass.SIMPLE),
        (("214", "115"), CaseClass.SIMPLE),
        (("214", "210"), CaseClass.DIFFICULT),
        (("113",), CaseClass.COMPLEX),
        (("214", "210", "108"), CaseClass.COMPLEX),
    ],
)
def test_a_rating_gets_the_hardest_class_that_its_tags_name(tags: tuple[str, ...], expected: CaseClass) -> None:
    assert class_of(tags, a_policy()) is expected


def test_a_policy_without_tags_calls_everything_general() -> None:
    assert class_of(("108", "210", "214"), a_policy(class_tags={})) is CaseClass.GENERAL


def test_the_order_of_a_rating_names_clerk_window_and_source() -> None:
    pending = PendingCase(
        case_no="ezhou-1-2",
        jurisdiction="ezhou",
        project_no="1",
        assess_number=2,
        level=SatisfactionLevel.BAD,
        tags=("214",),
        task_code="x",
        task_name="社会保障卡补换",
        unit="ez-renshe",
        dept_code="x",
        channel=ReviewChannel.PHONE,
        anonymous=False,
        assessed_at=NOW,
        staff_no="RS-0217",
        window_no="03",
    )
    order = order_for(pending, a_policy(), "test")
    assert (order.staff_no, order.window) == ("RS-0217", "03")
    assert (order.source, order.priority) == (CaseSource.RATING, Priority.NORMAL)
    assert (order.satisfaction, order.case_class) == (2, CaseClass.SIMPLE)


def test_the_order_of_a_report_is_as_it_was_registered() -> None:
    report = a_report(case_class=CaseClass.COMPLEX, priority=Priority.URGENT)
    order = order_for_report(report, a_policy(priorities=tuple(Priority)), "test")
    assert order.case_no == report.case_no == case_number("gonghe", "W20260401-0001", 1)
    assert (order.source, order.channel, order.satisfaction) == (CaseSource.UNRESOLVED_WINDOW, "window", None)
    assert (order.case_class, order.priority) == (CaseClass.COMPLEX, Priority.URGENT)
    assert (order.assessed_at, order.anonymous, order.unit, order.tags) == (NOW, False, "ez-renshe", ())
    assert order_for_report(a_report(anonymous=True), a_policy(), "test").anonymous


def test_a_report_keeps_its_source_and_no_source_is_taken_for_a_channel_of_ratings() -> None:
    reported = [each for each in CaseSource if each.is_reported]
    orders = [order_for_report(a_report(source=each), a_policy(), "test") for each in reported]
    assert [order.source for order in orders] == reported
    channels = {order.channel for order in orders}
    assert len(channels) == len(reported)
    assert channels.isdisjoint(ReviewChannel)


def test_only_where_one_person_reports_one_problem_it_is_registered_by_hand() -> None:
    by_hand = sources_by_hand(tuple(IntakeSource))
    assert {each.value for each in IntakeSource} - {each.value for each in by_hand} == {
        "channels",
        "sample_callback",
        "satisfaction_survey",
        "public_appraisal",
    }
    assert sources_by_hand(("channels", "sample_callback")) == ()


def test_the_usual_source_is_the_hotline_or_the_only_one() -> None:
    hotline, petition, mailbox = CaseSource.HOTLINE, CaseSource.PETITION, CaseSource.MAILBOX
    assert usual_source((hotline, petition)) is hotline
    assert usual_source((petition,)) is petition
    assert usual_source((petition, mailbox)) is None
    assert usual_source(()) is None


def test_a_report_under_a_class_or_priority_that_the_policy_has_not_is_refused() -> None:
    plain = a_policy(CaseClass.GENERAL, CaseClass.COMPLEX)
    with pytest.raises(
        BadInput, match="W20260401-0001：示例县没有“疑难”这一类别。可用的类别：general（一般）、complex"
    ):
        order_for_report(a_report(case_class=CaseClass.DIFFICULT), plain, "test")
    with pytest.raises(BadInput, match="示例县没有“急诉速办”这一优先级。可用的优先级：normal（接诉即办）。"):
        order_for_report(a_report(priority=Priority.URGENT), plain, "test")


def repeat(by: RepeatBy = RepeatBy.ITEM, **changes: object) -> Repeat:
    """Three repetitions."""
    usual: dict[str, object] = {"by": by, "subject": "DEMO1001", "name": "社会保障卡补换", "unit": "ez-renshe"}
    usual |= {"case_nos": ("a", "b", "c"), "number": 1, "found_at": NOW} | changes
    return Repeat.model_validate(usual)


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        (tuple(CaseClass), CaseClass.COMPLEX),
        ((CaseClass.GENERAL, CaseClass.DIFFICULT), CaseClass.DIFFICULT),
        ((CaseClass.SIMPLE, CaseClass.GENERAL), CaseClass.GENERAL),
    ],
)
def test_a_root_cause_gets_the_highest_class_of_the_policy(classes: tuple[CaseClass, ...], expected: CaseClass) -> None:
    assert order_for_repeat(repeat(), a_policy(*classes), "test").case_class is expected


@pytest.mark.parametrize(
    ("by", "name"),
    [
        (RepeatBy.ITEM, "重复差评根源治理：事项“社会保障卡补换”，3 件"),
        (RepeatBy.WINDOW, "重复差评根源治理：社会保障卡补换号窗口，3 件"),
        (RepeatBy.STAFF, "重复差评根源治理：工号 社会保障卡补换 的工作人员，3 件"),
    ],
)
def test_the_parent_case_says_what_it_is_about(by: RepeatBy, name: str) -> None:
    order = order_for_repeat(repeat(by), a_policy(), "test")
    assert order.task_name == name
    assert order.task_code == ("DEMO1001" if by is RepeatBy.ITEM else "")


def test_nobody_is_called_about_a_parent_case_and_nobody_was_rated() -> None:
    order = order_for_repeat(repeat(), a_policy(), "test")
    assert (order.anonymous, order.satisfaction, order.staff_no, order.window) == (True, None, "", "")
    assert (order.source, order.repeats) == (CaseSource.REPEATED, ("a", "b", "c"))
    assert CaseOrder.model_validate_json(order.model_dump_json()) == order


def test_the_number_of_a_parent_case_is_safe_and_the_subjects_own() -> None:
    numbers = [
        parent_project_no(each)
        for each in (
            repeat(),
            repeat(number=2),
            repeat(subject="事项编码" * 40),
            repeat(RepeatBy.STAFF, subject="07"),
            repeat(RepeatBy.STAFF, subject="07", unit="ez-shichang"),
            repeat(RepeatBy.WINDOW, subject="07"),
        )
    ]
    assert len(set(numbers)) == len(numbers)
    assert all(is_safe_number(number) for number in numbers)
    assert parent_project_no(repeat(unit="ez-shichang")) == numbers[0]
    assert parent_project_no(repeat(case_nos=("x",), found_at=NOW.replace(hour=12))) == numbers[0]


def test_the_period_reaches_back_whole_days() -> None:
    rule = RepeatRule(count=3, within=Limit.parse("90 cd"), by=(RepeatBy.ITEM,))
    assert period_start(rule, NOW) == datetime(2026, 1, 1, tzinfo=SHANGHAI)
    assert period_start(rule, NOW.replace(hour=0, minute=0)) == datetime(2026, 1, 1, tzinfo=SHANGHAI)
    assert period_start(RepeatRule(), NOW) is None


def test_the_order_in_which_cases_are_read_does_not_matter() -> None:
    rule = RepeatRule(count=2, within=Limit.parse("90 cd"), by=tuple(RepeatBy))
    cases = [
        RatedCase(f"ezhou-{number}-1", f"unit-{number % 2}", f"item-{number % 3}", "事项", f"{number % 2}", "", NOW)
        for number in range(12)
    ]
    policy = a_policy(repeats=rule)
    found = repeats_among(cases, {}, policy, NOW)
    assert len(found) == 5
    assert repeats_among(cases[::-1], {}, policy, NOW) == found
