"""The hotline's pages: the call that is due, what is asked, every result, and a case registered for a caller."""

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from adapters.tables.reports import CITIZEN_REPORTS
from casework.callbacks import result_choices
from models.actions import Action
from models.callbacks import CallbackKind
from models.case import CaseClass, Stage
from models.clocks import ClockKind
from models.kinds import Finding, Priority
from models.steps import Event, TaskKind
from tests.support.engine import HOTLINE, OFFICER, at
from tests.web.conftest import OpenOffice
from tests.web.many_cases import NOW, Shelf
from tests.web.pages import Pages, hidden_of, text_of


@pytest.fixture
def shelf(database_url: str) -> Iterator[Shelf]:
    """The desk's database, to put cases into."""
    shelf = Shelf(database_url)
    yield shelf
    shelf.close()


async def test_a_dissatisfied_answer_leads_straight_to_the_second_round(working_office: OpenOffice) -> None:
    office = await working_office("2026-02-12 09:00")
    case_no = await office.office.dispatch(CaseClass.GENERAL)
    await office.office.act(case_no, Action.SIGN_OFF, OFFICER)
    office.log_in(HOTLINE)

    due = await office.get("/callbacks")
    assert due.template.name == "callbacks.html"
    assert [row.task.case_no for row in due.context["page"].rows] == [case_no]
    assert "还剩" in text_of(due)

    call = await office.get(f"/cases/{case_no}/call")
    assert call.template.name == "call.html"
    assert call.context["page"].call.kind is CallbackKind.VERIFICATION
    assert "社会保险登记" in text_of(call)
    triggered = await office.post(
        f"/cases/{case_no}/call", {"key": call.context["page"].keys[1], "purpose": "第一次回访"}
    )
    assert triggered.headers["location"] == f"/cases/{case_no}/call?triggered=1"
    assert "已记入台账" in text_of(await office.get(triggered.headers["location"]))
    assert office.office.entries(case_no)[-1].event is Event.CALLBACK_TRIGGERED

    fields = {"key": call.context["page"].keys[0], "choice": "founded", "note": "确实没办成"}
    recorded = await office.post(f"/cases/{case_no}/call/result", fields)
    assert recorded.headers["location"] == f"/cases/{case_no}/called"
    assert "进入整改" in text_of(await office.get(recorded.headers["location"]))
    again = await office.post(f"/cases/{case_no}/call/result", fields)
    assert again.headers["location"] == recorded.headers["location"]
    assert [each.event for each in office.office.entries(case_no)].count(Event.CALLBACK_RECORDED) == 1
    other = await office.post(f"/cases/{case_no}/call/result", fields | {"key": "another"})
    assert other.status_code == 409
    assert "备注没有登记：确实没办成" in text_of(other)

    await office.office.act(case_no, Action.SUBMIT_REMEDIATION, OFFICER, measures="已补办")
    call = await office.get(f"/cases/{case_no}/call")
    assert call.context["page"].call.kind is CallbackKind.POST_REMEDIATION
    fields = {"key": call.context["page"].keys[0], "choice": "dissatisfied"}
    await office.post(f"/cases/{case_no}/call/result", fields)
    called = await office.get(f"/cases/{case_no}/called")
    assert called.template.name == "called.html"
    assert "第 2 轮整改已经开始" in text_of(called)
    # Half of five working days: 02-13, the make-up Saturday 02-14, and 02-24.
    assert "2026年2月24日（周二）24:00" in text_of(called)
    assert office.office.clock(case_no, ClockKind.REMEDIATION, 2).due.deadline == at("2026-02-25 00:00")
    assert office.office.reader.case(case_no).stage is Stage.REMEDIATION


def test_the_page_shows_neither_number_nor_name_and_points_to_the_reveal(pages: Pages, shelf: Shelf) -> None:
    pages.log_in(HOTLINE)
    made = pages.post("/cases/new", REPORT | {"key": "k1"})
    assert made.status_code == 503
    with shelf.engine.connect() as connection:
        case_no = connection.execute(select(CITIZEN_REPORTS.c.case_no)).scalar_one()
    shelf.case(0, project_no=case_no.removeprefix("gonghe-").removesuffix("-1"))
    with shelf.engine.begin() as connection:
        connection.exec_driver_sql("update cases set case_no = %s, jurisdiction = 'gonghe'", (case_no,))
    shown = pages.get(f"/cases/{case_no}/call")
    assert shown.status_code == 200
    assert "13800001234" not in shown.text
    assert "张三丰" not in shown.text
    assert "张**" in shown.text
    assert f"/cases/{case_no}/reveal" in shown.text
    pages.log_in(OFFICER)
    assert "/reveal" not in pages.get(f"/cases/{case_no}/call").text


def test_a_result_that_was_not_chosen_is_asked_for_and_nothing_is_lost(pages: Pages, shelf: Shelf) -> None:
    case_no = shelf.case(1, stage="dispatched")
    pages.log_in(HOTLINE)
    key = hidden_of(pages.get(f"/cases/{case_no}/call"), "key")
    shown = pages.post(f"/cases/{case_no}/call/result", {"key": key, "note": "说了很多", "evidence": "录音1"})
    assert shown.status_code == 422
    assert "请选择通话结果" in text_of(shown)
    assert "说了很多" in shown.text
    assert hidden_of(shown, "key") == key


def test_callbacks_come_with_the_first_to_run_out_on_top_page_by_page(pages: Pages, shelf: Shelf) -> None:
    made = [shelf.case(each) for each in range(52)]
    for number, case_no in enumerate(made):
        deadline = shelf.clock(case_no, "verification", NOW.replace(hour=1 + number % 20, minute=number), "24 h")
        shelf.task(
            case_no, TaskKind.VERIFICATION_CALLBACK, "hotline", clock="verification", deadline=deadline
        )  # fmt: skip
    shelf.task(made[0], TaskKind.REDISPATCH, "hotline")
    pages.log_in(HOTLINE)
    first = pages.get("/callbacks").context["page"]
    second = pages.get(first.older).context["page"]
    dues = [row.task.due.deadline for row in (*first.rows, *second.rows)]
    assert len(first.rows) == 50
    assert dues == sorted(dues)
    assert {row.task.case_no for row in (*first.rows, *second.rows)} == set(made)


def test_each_kind_of_call_has_its_results() -> None:
    against = (Finding.MISTAKEN, Finding.MALICIOUS)
    verified = result_choices(CallbackKind.VERIFICATION, against)
    assert [each.label for each in verified[:3]] == ["已接通，属实", "已接通，误评", "已接通，恶意差评"]
    assert [each.needs_evidence for each in verified] == [False, True, True, False, False, False]
    confirmed = result_choices(CallbackKind.POST_REMEDIATION, against)
    assert [each.satisfied for each in confirmed] == [True, False, None, None, None]
    assert len({each.value for each in confirmed}) == 5
    assert [each.label for each in result_choices(CallbackKind.CONTACT, against)][:2] == ["已接通", "无人接听"]


REPORT = {
    "jurisdiction": "gonghe",
    "source": "unresolved_window",
    "unit": "ez-renshe",
    "task_name": "社会保障卡补换",
    "matter": "三次来办都说系统故障",
    "case_class": "general",
    "priority": "fast",
    "reporter_name": "张三丰",
    "mobile": "13800001234",
}


def test_a_report_is_kept_when_the_engine_is_down_and_the_same_form_is_one_report(pages: Pages, shelf: Shelf) -> None:
    pages.log_in(HOTLINE)
    form = pages.get("/cases/new", jurisdiction="gonghe")
    assert form.template.name == "new_case.html"
    fields = REPORT | {"key": hidden_of(form, "key")}
    for _ in range(2):
        shown = pages.post("/cases/new", fields)
        assert shown.status_code == 503
        assert "请不要重复登记" in text_of(shown)
    with shelf.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(CITIZEN_REPORTS)).scalar_one() == 1


def test_a_report_with_a_gap_comes_back_with_what_was_typed(pages: Pages) -> None:
    pages.log_in(HOTLINE)
    gaps = [
        ({"mobile": ""}, "还须填写联系电话"),
        ({"matter": ""}, "反映的问题须填写"),
        ({"case_class": ""}, "请选择类别"),
        ({"unit": "nowhere"}, "目录中没有单位"),
        ({"unit": "ez-12345"}, "没有整改责任人"),
    ]
    for changes, sentence in gaps:
        shown = pages.post("/cases/new", {**REPORT, **changes, "key": "k"})
        assert shown.status_code == 422, changes
        assert sentence in text_of(shown)
        assert 'value="社会保障卡补换"' in shown.text


async def test_a_report_by_hand_becomes_a_case(working_office: OpenOffice) -> None:
    office = await working_office("2026-03-10 09:00", jurisdiction="gonghe")
    office.log_in(HOTLINE)
    key = hidden_of(await office.get("/cases/new", jurisdiction="gonghe"), "key")
    made = await office.post("/cases/new", REPORT | {"key": key})
    assert made.status_code == 303, text_of(made)
    shown = await office.get(made.headers["location"])
    assert "已登记并立案转办" in text_of(shown)
    case = shown.context["page"].done
    assert (case.unit, case.channel, case.priority) == ("ez-renshe", "window", Priority.FAST)
