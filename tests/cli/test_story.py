"""One review from the file to the closed case, and everybody at the terminal: who sees what, who may do what."""

import asyncio
import json
import re
from datetime import datetime, timedelta

from adapters.archive import keep_history
from cli.app import Exit
from commands import Commands
from models.actors import Role
from models.case import CaseState, Ending, Stage
from models.due import in_shanghai
from policy.transitions import possible_actions
from tests.cli.conftest import OpenTerminal
from tests.cli.terminal import HOTLINE, MOBILE, OFFICER, OTHER_OFFICER, SUPERVISOR, Terminal, lines_with
from tests.support.engine import at
from tests.support.values import an_order

BEFORE_SPRING_FESTIVAL = "2026-02-13 17:50"


async def _founded(terminal: Terminal, case_no: str) -> None:
    await terminal.done("act", case_no, "签收", "--as", OFFICER)
    await terminal.done(*_called(case_no, "result=已接通", "核实结论=属实", "备注=称自助机看不懂"))


def _called(case_no: str, *given: str) -> tuple[str, ...]:
    return "act", case_no, "record_callback", "--as", HOTLINE, "--set", *given


async def test_three_people_bring_a_review_to_its_end_from_the_command_line(open_terminal: OpenTerminal) -> None:
    terminal, [case_no] = await open_terminal(BEFORE_SPRING_FESTIVAL, {})

    tasks = await terminal.done("tasks", "--as", OFFICER)
    assert "待办 1 件" in tasks
    assert f"1. 签收  {case_no}  社会保障卡补换" in tasks
    assert "截止 2026年2月14日（周六，调休上班）24:00  还剩 1天6小时" in tasks
    command = lines_with(tasks, ["办理", "starter.py act"])[0].split("starter.py ")[1].split()
    assert "“签收”" in await terminal.done(*command)
    assert "目前没有待办" in await terminal.done("tasks", "--as", OFFICER)

    call = await terminal.done("callback", case_no, "--as", HOTLINE, "--purpose", "首次核实")
    assert f"拨打：演**  {MOBILE}" in call
    [look] = terminal.installation.reveals.log()
    assert (look.user_id, look.case_no, look.purpose, look.place) == (HOTLINE, case_no, "首次核实", "callback")
    assert "社会保障卡补换" in call
    assert "$" not in call
    founded = lines_with(call, ["result=reached finding=founded"])[0].split("starter.py ")[1].split()
    await terminal.done(*founded, "note=称自助机看不懂")
    shown = await terminal.done("show", case_no, "--as", OFFICER, "--why")
    assert re.search(r"整改时限 .*5 个工作日 .*至 2026年2月27日（周五）24:00", shown)
    assert "2026-02-16  周一  -  春节放假，不计" in shown
    assert "春节调休上班，是工作日" in shown
    assert "整改责任人：提交整改情况（submit_remediation）" in shown

    await terminal.done("act", case_no, "提交整改情况", "--as", OFFICER, "--set", "整改情况=次日上门说明并协助办理")
    await terminal.done(*_called(case_no, "result=reached", "satisfied=是"))
    assert terminal.office is not None
    assert (await terminal.office.ending(case_no)).ending is Ending.SATISFIED

    history = await terminal.done("history", case_no)
    assert "目前：办结（回访满意）" in history
    signed = in_shanghai(terminal.office.entries(case_no)[1].at)
    by_whom = "演示·人社整改责任人（整改责任人，演示·鄂州市人力资源和社会保障局）"
    assert f"2. 2026-02-13（周五）{signed:%H:%M}  签收  {by_whom}" in history
    assert "整改情况：次日上门说明并协助办理" in history
    assert lines_with(history, ["签收时限", "1 个工作日", "停止计时，未逾期"])
    assert "受理操作  签收，整改责任人 演示·人社整改责任人" in history
    assert "受理操作  登记回访结果，12345话务员 演示·12345话务员一号" in history
    assert lines_with(history, ["计时取消", "签收时限 已用50%预警"])
    assert "案件结束" in history
    assert MOBILE not in history + shown
    over = await terminal.run("act", case_no, "签收", "--as", OFFICER)
    assert (over.code, "已结束" in over.err) == (Exit.REFUSED, True)


async def test_a_refused_action_says_what_is_possible_and_changes_nothing(open_terminal: OpenTerminal) -> None:
    terminal, [case_no] = await open_terminal(BEFORE_SPRING_FESTIVAL, {})
    await terminal.done("act", case_no, "sign_off", "--as", OFFICER)
    before = await _record(terminal, case_no)
    refusals = [
        (["act", case_no, "sign_off", "--as", OFFICER], "不必重复签收。现在可以：12345话务员“登记回访结果”。"),
        (["act", case_no, "签收", "--as", HOTLINE], "“签收”由整改责任人办理，您是12345话务员。"),
        (["act", case_no, "提交整改情况", "--as", OFFICER, "--set", "measures=x"], "不能提交整改情况。现在可以："),
        (_called(case_no, "result=reached"), "须填写核实结论"),
        (["act", case_no, "sign_off", "--as", OTHER_OFFICER], "不由您所在的单位（演示·鄂州市医疗保障局）承办"),
        (["act", case_no, "conclude", "--as", OTHER_OFFICER, "--set", "reason=x"], "您不能查看或办理"),
        (["callback", case_no, "--as", OFFICER], "“发起回访”由12345话务员办理"),
        (["callback", case_no, "--as", OTHER_OFFICER], "您不能查看或办理"),
        (["show", case_no, "--as", OTHER_OFFICER], "您不能查看或办理"),
        (["history", case_no, "--as", OTHER_OFFICER], "您不能查看或办理"),
    ]
    for arguments, sentence in refusals:
        said = await terminal.run(*arguments)
        assert (said.code, said.out) == (Exit.REFUSED, ""), arguments
        assert sentence in said.err, arguments
        assert MOBILE not in said.err
    assert await _record(terminal, case_no) == before


async def _record(terminal: Terminal, case_no: str) -> dict[str, object]:
    """All that the history says, except how many events of its own the engine has: the test server writes down a
    workflow task for a refused update, which the real one does not.
    """
    record: dict[str, object] = json.loads(await terminal.done("history", case_no, "--json"))
    engine = record["engine"]
    assert isinstance(engine, dict)
    del engine["events"]
    return record


async def test_officers_see_their_own_unit_and_the_others_see_all(open_terminal: OpenTerminal) -> None:
    yibao = {"projectNo": "EZ20260213-0002", "deptCode": "11420700DEM000022X", "taskName": "异地就医备案"}
    terminal, numbers = await open_terminal(BEFORE_SPRING_FESTIVAL, {}, yibao)
    assert len(numbers) == 2
    for user, count in ((OFFICER, 1), (OTHER_OFFICER, 1), (HOTLINE, 2), (SUPERVISOR, 2)):
        listed = json.loads(await terminal.done("cases", "--as", user, "--json"))
        assert len(listed) == count, user
    assert len(json.loads(await terminal.done("tasks", "--as", HOTLINE, "--json"))) == 2
    assert json.loads(await terminal.done("tasks", "--as", SUPERVISOR, "--json")) == []
    listed = await terminal.done("cases", "--open", "--jurisdiction", "ezhou")
    assert "共 2 件，其中 2 件在办。" in listed
    assert "只列出前 1 件" in await terminal.done("cases", "--limit", "1")


async def test_the_same_key_is_one_action(open_terminal: OpenTerminal) -> None:
    terminal, [case_no] = await open_terminal(BEFORE_SPRING_FESTIVAL, {})
    call = (*_called(case_no, "result=no_answer"), "--key", "call-1")
    assert await terminal.done(*call) == await terminal.done(*call)
    shown = await terminal.done("show", case_no)
    assert len(lines_with(shown, ["回访核实，无人接听"])) == 1
    assert "还须再拨打至少 2 次" in shown


async def test_an_extra_contact_is_open_until_its_result_is_recorded(open_terminal: OpenTerminal) -> None:
    terminal, [case_no] = await open_terminal(BEFORE_SPRING_FESTIVAL, {})
    await _founded(terminal, case_no)
    first = await terminal.done("callback", case_no, "--as", HOTLINE, "--purpose", "告知进度")
    assert "过程回访问什么" in first
    again = await terminal.done("callback", case_no, "--as", HOTLINE)
    assert "过程回访此前已经发起，还没有登记结果。" in again
    assert MOBILE in again
    assert "过程回访" in await terminal.done("tasks", "--as", HOTLINE)
    await terminal.done(*_called(case_no, "result=reached", "note=已告知"))
    assert "目前没有待办" in await terminal.done("tasks", "--as", HOTLINE)
    history = json.loads(await terminal.done("history", case_no, "--json"))
    assert [entry["event"] for entry in history["entries"]].count("callback_triggered") == 1


async def test_an_anonymous_review_has_nobody_to_call(open_terminal: OpenTerminal) -> None:
    anonymous = {"anonymityFlag": "1", "userName": "", "mobile": ""}
    terminal, [case_no] = await open_terminal(BEFORE_SPRING_FESTIVAL, anonymous)
    said = await terminal.run("callback", case_no, "--as", HOTLINE)
    assert (said.code, said.out) == (Exit.REFUSED, "")
    assert "匿名评价" in said.err
    await terminal.done("act", case_no, "签收", "--as", OFFICER)
    assert "匿名评价，免予回访核实" in await terminal.done("show", case_no)


async def test_someone_without_a_number_is_recorded_as_a_wrong_number(open_terminal: OpenTerminal) -> None:
    terminal, [case_no] = await open_terminal(BEFORE_SPRING_FESTIVAL, {"mobile": ""})
    said = await terminal.done("callback", case_no, "--as", HOTLINE)
    assert "没有留下电话号码。请登记为“号码有误”。" in said


async def test_a_missed_limit_shows_everywhere_and_lands_on_the_supervisors_list(open_terminal: OpenTerminal) -> None:
    terminal, [case_no] = await open_terminal(BEFORE_SPRING_FESTIVAL, {})
    assert terminal.office is not None
    await terminal.office.wait_until("2026-02-15 12:00")
    listed = await terminal.done("tasks", "--as", OFFICER)
    assert "其中 1 件已逾期" in listed
    assert "已逾期 12小时" in listed
    watched = await terminal.done("tasks", "--as", SUPERVISOR)
    assert "督促逾期案件" in watched
    urge = lines_with(watched, ["办理", "urge"])[0].split("starter.py ")[1].split()
    await terminal.done(*urge)
    assert "有时限已逾期" in await terminal.done("show", case_no)
    history = await terminal.done("history", case_no)
    assert "催办" in history
    assert lines_with(history, ["计时到点", "签收时限 到期"])
    limits = json.loads(await terminal.done("show", case_no, "--json"))["limits"]
    assert {limit["kind"] for limit in limits if limit["missed"]} == {"sign_off", "verification"}


async def test_a_date_in_a_year_without_notice_is_marked(open_terminal: OpenTerminal) -> None:
    terminal, [case_no] = await open_terminal("2026-12-30 09:00", {"assessTime": "2026-12-30 08:40:00"})
    await _founded(terminal, case_no)
    assert "2027年1月7日（周四）24:00（暂定）" in await terminal.done("tasks", "--as", OFFICER)
    shown = await terminal.done("show", case_no)
    assert "放假安排尚未公布" in shown
    task = json.loads(await terminal.done("tasks", "--as", OFFICER, "--json"))[0]
    assert (task["deadline"], task["provisional"]) == ("2027-01-08T00:00:00+08:00", True)


async def test_the_supervisor_decides_on_a_mistaken_review(open_terminal: OpenTerminal) -> None:
    terminal, [case_no] = await open_terminal(BEFORE_SPRING_FESTIVAL, {})
    await terminal.done(*_called(case_no, "result=reached", "finding=误评"))
    shown = await terminal.done("tasks", "--as", SUPERVISOR)
    assert len(lines_with(shown, ["办理"])) == 2
    shown = await terminal.done("show", case_no)
    assert "监督人员：确认不予采纳（confirm_finding）、不同意不予采纳（reject_finding）\n    必要时还可以：" in shown
    unproven = await terminal.run("act", case_no, "确认不予采纳", "--as", SUPERVISOR, "--set", "理由=确系误点")
    assert (unproven.code, "至少要有一份证据" in unproven.err) == (Exit.REFUSED, True)
    given = ["理由=确系误点", "证据=录音20260213-01、登记表"]
    await terminal.done("act", case_no, "确认不予采纳", "--as", SUPERVISOR, "--set", *given)
    assert "证据：录音20260213-01；登记表" in await terminal.done("history", case_no)
    shown = await terminal.done("show", case_no, "--as", SUPERVISOR)
    assert lines_with(shown, ["阶段", "不予采纳"])
    assert "案件已结束，没有可办的事项。" in shown


async def test_what_is_possible_agrees_with_the_engine_at_every_stage(open_terminal: OpenTerminal) -> None:
    terminal, [case_no] = await open_terminal(BEFORE_SPRING_FESTIVAL, {})
    assert terminal.office is not None
    script = [
        ("act", case_no, "签收", "--as", OFFICER),
        _called(case_no, "result=reached", "finding=founded"),
        ("act", case_no, "提交整改情况", "--as", OFFICER, "--set", "measures=一"),
        _called(case_no, "result=reached", "satisfied=false"),
        ("act", case_no, "提交整改情况", "--as", OFFICER, "--set", "measures=二"),
        _called(case_no, "result=reached", "satisfied=false"),
    ]
    stages = []
    for step in script:
        await terminal.done(*step)
        state = await terminal.office.desk.state(case_no)
        shown = json.loads(await terminal.done("show", case_no, "--json"))
        stages.append(shown["stage"])
        assert _possible_in(state, terminal.installation.moment) == shown["possible"]
    assert stages == [
        Stage.DISPATCHED,
        Stage.REMEDIATION,
        Stage.POST_CALLBACK,
        Stage.REMEDIATION,
        Stage.POST_CALLBACK,
        Stage.ESCALATED,
    ]


def _possible_in(state: CaseState, now: datetime) -> dict[str, list[str]]:
    order = an_order()
    found = {role.value: [action.value for action in possible_actions(state, order, role, now)] for role in Role}
    return {role: actions for role, actions in found.items() if actions}


async def test_a_case_that_the_engine_has_forgotten_is_told_from_its_file(open_terminal: OpenTerminal) -> None:
    terminal, [case_no] = await open_terminal(BEFORE_SPRING_FESTIVAL, {})
    assert terminal.office is not None
    await terminal.done("act", case_no, "签收", "--as", OFFICER)
    handle = terminal.office.client.get_workflow_handle(case_no)
    description, history = await handle.describe(), await handle.fetch_history()
    keep_history(terminal.office.engine, "ezhou-forgotten-1", description.run_id, history)
    installation: Commands = terminal.installation

    alive = await asyncio.to_thread(installation.engine_history, case_no)
    filed = await asyncio.to_thread(installation.engine_history, "ezhou-forgotten-1")
    assert (alive.archived, filed.archived) == (False, True)
    assert filed.shown == alive.shown
    assert any(event.text == "签收，整改责任人 演示·人社整改责任人" for event in filed.shown)
    numbers = [event.number for event in filed.shown]
    assert numbers == sorted(numbers)
    assert filed.shown[0].at - at(BEFORE_SPRING_FESTIVAL) < timedelta(minutes=2)


async def test_the_officer_reads_the_complaint_but_not_the_evaluators_numbers(open_terminal: OpenTerminal) -> None:
    text = "自助机看不懂，没人帮忙，请打13812345678找我，身份证000000199001011234"
    terminal, [case_no] = await open_terminal(BEFORE_SPRING_FESTIVAL, {"writingEvaluation": text})
    shown = await terminal.done("show", case_no, "--as", OFFICER)
    assert lines_with(shown, ["差评原因", "服务态度差效率低"])
    assert lines_with(shown, ["文字评价", "自助机看不懂，没人帮忙，请打138******78找我，身份证000*************34"])
