"""The whole procedure at the terminal: who sees an appeal, an extension, a return, an escalation, and can act on it."""

import json
import re
import shlex
from typing import Any

from cli.app import Exit
from models.clocks import ClockKind, RungKind
from models.due import in_shanghai
from tests.cli.conftest import OpenTerminal
from tests.cli.terminal import HOTLINE, MOBILE, OFFICER, OTHER_OFFICER, SUPERVISOR, Terminal, lines_with

MONDAY = "2026-03-02 09:00"
SECOND_OFFICER, HEAD, CLERK, REVIEWER = "officer-renshe-2", "head-renshe", "clerk-renshe", "reviewer-01"
OTHER_SUPERVISOR = "supervisor-02"
FOUNDED = ("--set", "result=reached", "finding=founded")


async def _act(terminal: Terminal, case_no: str, action: str, user: str, *given: str) -> str:
    return await terminal.done("act", case_no, action, "--as", user, *(["--set", *given] if given else []))


async def _in_remediation(terminal: Terminal, case_no: str) -> None:
    await _act(terminal, case_no, "签收", OFFICER)
    await terminal.done("act", case_no, "record_callback", "--as", HOTLINE, *FOUNDED)


async def _json(terminal: Terminal, *arguments: str) -> Any:
    return json.loads(await terminal.done(*arguments, "--json"))


async def _do_first_command(terminal: Terminal, user: str, *parts: str) -> str:
    """Copy a line of the person's worklist."""
    listed = await terminal.done("tasks", "--as", user)
    line = lines_with(listed, ["办理", *parts])[0].split("starter.py ")[1].split("    #")[0]
    return await terminal.done(*shlex.split(line))


async def _timers_are_what_why_says(terminal: Terminal, case_no: str) -> None:
    """For every running limit the last line of its explanation is the timer that the engine has set."""
    assert terminal.office is not None
    state = await terminal.office.desk.state(case_no)
    shown = await terminal.done("show", case_no, "--why")
    explained = {
        block.split("：")[0]: block.splitlines()[-1].strip() for block in shown.split("\n\n") if "\n  2" in block
    }
    assert state.clocks
    for clock in state.clocks:
        last = explained[clock.kind.label]
        limits = [rung.at for rung in clock.rungs if rung.kind is RungKind.LIMIT]
        if clock.due.is_paused:
            assert (last, limits) == ("暂停计时，没有到期时刻；恢复计时后接着计算", [])
            continue
        speaks = clock.kind is not ClockKind.APPEAL_WINDOW  # the right to appeal lapses without a word
        assert limits == ([clock.due.deadline] if speaks else [])
        assert last == f"到期时刻 {in_shanghai(clock.due.deadline).isoformat()}"


async def test_an_extension_shows_the_old_date_the_new_one_and_who_granted_it(open_terminal: OpenTerminal) -> None:
    terminal, [case_no] = await open_terminal(MONDAY, {})
    await _in_remediation(terminal, case_no)
    await _act(terminal, case_no, "申请延期", OFFICER, "延期至=2026年3月12日", "理由=设备三月十一日到货")
    shown = await terminal.done("show", case_no)
    assert lines_with(shown, ["延期", "演示·人社整改责任人（officer-renshe）申请延期至 2026-03-12，等待审批"])
    await _do_first_command(terminal, SUPERVISOR, "decide_extension", "准予延期")

    shown = await terminal.done("show", case_no)
    moved = "整改时限 2026年3月9日（周一）24:00 → 2026年3月12日（周四）24:00（延期）"
    assert lines_with(shown, [moved, "演示·监督员一号（supervisor-01）"])
    assert lines_with(shown, ["整改时限", "5 个工作日", "至 2026年3月12日（周四）24:00", "延期 3 个工作日"])
    assert lines_with(shown, ["延期", "已延期 1 次"])
    await _timers_are_what_why_says(terminal, case_no)
    why = await terminal.done("show", case_no, "--why")
    assert lines_with(why, ["2026-03-12", "延期第3日"])
    facts = await _json(terminal, "show", case_no, "--why")
    assert (facts["extensions"], facts["extension_request"]) == (1, None)
    [change] = facts["date_changes"]
    assert (change["change"], change["new_deadline"]) == ("extended", "2026-03-13T00:00:00+08:00")
    [limit] = [each for each in facts["limits"] if each["kind"] == "remediation"]
    assert (limit["extension"], limit["why"][-1]["day"]) == (3, "2026-03-12")
    history = await terminal.done("history", case_no)
    assert lines_with(history, [f"期限变动：{moved}"])
    again = await terminal.run("act", case_no, "申请延期", "--as", OFFICER, "--set", "until=2026-03-20", "reason=x")
    assert (again.code, "每件最多延期 1 次" in again.err) == (Exit.REFUSED, True)


async def test_a_pause_stands_in_every_view_and_its_end_gives_a_date_back(open_terminal: OpenTerminal) -> None:
    terminal, [case_no] = await open_terminal(MONDAY, {})
    assert terminal.office is not None
    await _in_remediation(terminal, case_no)
    await terminal.office.wait_until("2026-03-03 10:00")
    await _act(terminal, case_no, "暂停计时", SUPERVISOR, "理由代码=等待评价人补充材料或到场", "备注=等身份证复印件")
    shown = await terminal.done("show", case_no)
    paused = terminal.office.clock(case_no, "remediation").due.pauses[-1].since
    why = f"2026-03-03（周二）{paused:%H:%M} 起暂停计时（等待评价人补充材料或到场）"
    assert lines_with(shown, ["整改时限", why, "暂停 1 次"])
    assert lines_with(shown, ["整改时限 2026年3月9日（周一）24:00 → 暂停计时"])
    assert lines_with(await terminal.done("cases"), [case_no, "暂停"])
    assert "截止 暂停计时" in await terminal.done("tasks", "--as", OFFICER)
    facts = await _json(terminal, "show", case_no)
    [task] = [each for each in facts["tasks"] if each["task"] == "remediate"]
    assert (facts["paused"], facts["held"], task["paused"], task["deadline"]) == (True, ["暂停"], True, None)
    await _timers_are_what_why_says(terminal, case_no)

    await terminal.office.wait_until("2026-03-05 10:00")
    await _act(terminal, case_no, "恢复计时", SUPERVISOR, "reason=材料已补齐")
    shown = await terminal.done("show", case_no, "--why")
    assert lines_with(shown, ["整改时限", "至 2026年3月12日（周四）24:00", "暂停 1 次"])
    assert lines_with(shown, ["2026-03-04", "暂停（等待评价人补充材料或到场），不计"])
    await _timers_are_what_why_says(terminal, case_no)


async def test_an_appeal_goes_from_the_clerk_to_the_reviewer_and_takes_the_review_out(
    open_terminal: OpenTerminal,
) -> None:
    own = {"proManagerNo": "DEMO-renshe-02"}
    colleagues = {"projectNo": "EZ20260302-0002", "proManagerNo": "DEMO-renshe-99"}
    terminal, [case_no, other_no] = await open_terminal(MONDAY, own, colleagues)
    assert [case["case_no"] for case in await _json(terminal, "cases", "--as", CLERK)] == [case_no]
    hidden = await terminal.run("show", other_no, "--as", CLERK)
    assert (hidden.code, "评价的不是您本人" in hidden.err) == (Exit.REFUSED, True)
    assert "提出申诉（file_appeal）" in await terminal.done("show", case_no, "--as", CLERK)
    await _in_remediation(terminal, case_no)
    await _act(terminal, case_no, "提出申诉", CLERK, "理由=评价人当日未到窗口", "证据=监控20260302、叫号记录")

    shown = await terminal.done("show", case_no)
    assert lines_with(shown, ["提出", "2026-03-02", f"（{CLERK}）"])
    assert lines_with(shown, ["结果", "等待复核"])
    assert lines_with(shown, ["整改时限", "起暂停计时（申诉复核）"])
    assert lines_with(shown, ["申诉复核：", f"（{REVIEWER}）", "截止 2026年3月5日（周四）24:00"])
    await _do_first_command(terminal, REVIEWER, "upheld=成立")
    shown = await terminal.done("show", case_no)
    assert lines_with(shown, ["阶段", "不予采纳"])
    assert lines_with(shown, ["结果", "申诉成立，认定误评，不予采纳"])
    facts = await _json(terminal, "show", case_no)
    assert facts["appeal"] | {"filed_at": "", "decided_at": ""} == {
        "filed_at": "",
        "filed_by": CLERK,
        "by_unit": False,
        "late_allowed_by": None,
        "has_evidence": True,
        "finding": "mistaken",
        "reviewed_by": REVIEWER,
        "upheld": True,
        "decided_at": "",
    }
    history = await terminal.done("history", case_no)
    assert "理由：评价人当日未到窗口\n      证据：监控20260302；叫号记录" in history
    assert "申诉是否成立：成立" in history
    assert "受理操作  申诉复核，申诉复核人员" in history


async def test_a_deputy_sees_and_does_the_absent_colleagues_tasks(open_terminal: OpenTerminal) -> None:
    terminal, [case_no] = await open_terminal(MONDAY, {})
    await _in_remediation(terminal, case_no)
    assert "目前没有待办" in await terminal.done("tasks", "--as", SECOND_OFFICER)
    submit = ("act", case_no, "提交整改情况", "--as", SECOND_OFFICER, "--set", "整改情况=已上门说明")
    refused = await terminal.run(*submit)
    assert (refused.code, "本案的经办人是 officer-renshe" in refused.err) == (Exit.REFUSED, True)
    refused = await terminal.run(*submit, "--for", OFFICER)
    assert (refused.code, "您今天不是演示·人社整改责任人（officer-renshe）的代理人" in refused.err) == (
        Exit.REFUSED,
        True,
    )
    days = ("--from", "2026-03-02", "--to", "2026-03-06", "--reason", "出差", "--as", HEAD)
    await terminal.done("deputy", "add", "--absent", OFFICER, "--deputy", SECOND_OFFICER, *days)

    listed = await terminal.done("tasks", "--as", SECOND_OFFICER)
    assert "今天代理演示·人社整改责任人（officer-renshe）：待办 1 件" in listed
    assert lines_with(listed, ["经办 演示·人社整改责任人（officer-renshe），由您代理"])
    [task] = await _json(terminal, "tasks", "--as", SECOND_OFFICER)
    assert (task["assignee"], task["on_behalf_of"]) == (OFFICER, OFFICER)
    shown = await terminal.done("show", case_no)
    assert lines_with(shown, ["经办人", f"（{OFFICER}），今天由", f"（{SECOND_OFFICER}）代理"])
    assert lines_with(shown, ["整改并书面反馈：", f"（{OFFICER}）", f"（{SECOND_OFFICER}）"])
    assert "提交整改情况" in await terminal.done(*submit)
    history = await terminal.done("history", case_no)
    assert "代理：演示·人社整改责任人（officer-renshe）" in history
    assert lines_with(history, ["受理操作  提交整改情况，整改责任人 ", "（代理演示·人社整改责任人）"])


async def test_a_returned_case_goes_to_another_unit_which_signs_for_the_second_time(
    open_terminal: OpenTerminal,
) -> None:
    terminal, [case_no] = await open_terminal(MONDAY, {})
    await _act(terminal, case_no, "退单", OFFICER, "理由代码=不属本单位事项", "备注=属医保局职责")
    listed = await terminal.done("tasks", "--as", SUPERVISOR)
    assert len(lines_with(listed, ["办理", "redispatch"])) == 2
    nowhere = ("act", case_no, "改派", "--as", SUPERVISOR, "--set", "to_unit=nowhere", "reason=x")
    unknown = await terminal.run(*nowhere)
    assert (unknown.code, "目录中没有单位“nowhere”" in unknown.err) == (Exit.BAD_INPUT, True)
    await _act(terminal, case_no, "改派", SUPERVISOR, "改派单位=yibao", "理由=属医保局职责")

    assert f"第2次签收  {case_no}" in await terminal.done("tasks", "--as", OTHER_OFFICER)
    shown = await terminal.done("show", case_no, "--as", OTHER_OFFICER)
    assert lines_with(shown, ["退单", "1 次，承办单位已由监督人员指定，不得再退"])
    assert lines_with(shown, ["签收时限（第2次签收）"])
    hidden = await terminal.run("show", case_no, "--as", OFFICER)
    assert hidden.code == Exit.REFUSED
    history = await terminal.done("history", case_no)
    assert "改派单位：演示·鄂州市医疗保障局" in history


async def test_a_measure_shows_its_document_its_deadline_and_what_came_of_it(open_terminal: OpenTerminal) -> None:
    terminal, [case_no] = await open_terminal(MONDAY, {})
    await _in_remediation(terminal, case_no)
    given = ["督查措施=约谈", "文号=鄂政督〔2026〕8号", "理由=整改不力"]
    await _act(terminal, case_no, "下达督查措施", SUPERVISOR, *given)
    shown = await terminal.done("show", case_no)
    assert lines_with(shown, ["约谈", "鄂政督〔2026〕8号", "至 2026年3月9日（周一）24:00", "尚未销号"])
    await _act(terminal, case_no, "督查措施销号", SUPERVISOR, "kind=interview", "outcome=单位已说明并致歉")
    assert lines_with(await terminal.done("show", case_no), ["约谈", "已销号：单位已说明并致歉"])
    [measure] = (await _json(terminal, "show", case_no))["measures"]
    assert (measure["document_no"], measure["outcome"]) == ("鄂政督〔2026〕8号", "单位已说明并致歉")


async def test_several_units_a_leader_and_a_conference_where_the_place_has_them(open_terminal: OpenTerminal) -> None:
    terminal, [case_no, later_no] = await open_terminal(
        MONDAY, {}, {"projectNo": "EZ20260302-0002"}, jurisdiction="gonghe"
    )
    call = await terminal.done("callback", later_no, "--as", SUPERVISOR)
    assert MOBILE in call
    refused = await terminal.run("callback", later_no, "--as", OFFICER)
    assert (refused.code, MOBILE in refused.out + refused.err) == (Exit.REFUSED, False)
    await terminal.done("act", later_no, "record_callback", "--as", SUPERVISOR, *FOUNDED)
    await _act(terminal, later_no, "签收", OFFICER)
    await _act(terminal, later_no, "确定优先级", SUPERVISOR, "优先级=急诉速办", "理由=涉及待遇发放")
    listed = await terminal.done("tasks", "--as", OFFICER)
    assert re.search(rf"1\. 【急诉速办】整改并书面反馈  {later_no}", listed)
    await _act(terminal, later_no, "确定协办单位", SUPERVISOR, "单位=yibao", "理由=涉及医保数据")
    assert lines_with(await terminal.done("tasks", "--as", OTHER_OFFICER), ["协办", later_no])
    shown = await terminal.done("show", later_no, "--as", OTHER_OFFICER)
    assert lines_with(shown, ["整改责任人：提交协办意见（submit_co_opinion）"])
    assert lines_with(shown, ["协办单位", "演示·鄂州市医疗保障局，尚未提交意见"])
    await _do_first_command(terminal, OTHER_OFFICER, "submit_co_opinion")
    await _act(terminal, later_no, "召开联席会议", SUPERVISOR, "units=renshe、yibao", "reason=责任不清")
    await _act(terminal, later_no, "领导领办", HEAD, "reason=群众反映强烈")
    await _do_first_command(terminal, SUPERVISOR, "conclude_conference")
    shown = await terminal.done("show", later_no)
    for parts in (
        ["优先级", "急诉速办"],
        ["协办单位", "已提交意见：本单位做了什么、结果如何"],
        ["联席会议", "第 1 次（演示·鄂州市人力资源和社会保障局、演示·鄂州市医疗保障局），结论：会议结论"],
        ["主要领导领办", f"（{HEAD}）"],
    ):
        assert lines_with(shown, parts), parts
    marked = await terminal.done("cases")
    assert lines_with(marked, [later_no, "急诉速办"])
    assert not lines_with(marked, [case_no, "急诉速办"])
    facts = await _json(terminal, "show", later_no)
    assert facts["co_units"] == [{"unit": "yibao", "done": True, "opinion": "本单位做了什么、结果如何"}]
    assert (facts["leader"], facts["conferences"][0]["conclusion"]) == (HEAD, "会议结论")


async def test_a_mistake_in_the_call_needs_two_people_and_evidence(open_terminal: OpenTerminal) -> None:
    terminal, [case_no] = await open_terminal(MONDAY, {}, jurisdiction="gonghe")
    call = await terminal.done("callback", case_no, "--as", SUPERVISOR)
    mistaken = lines_with(call, ["finding=mistaken", "evidence='证据名称或编号，如录音编号'"])[0]
    await terminal.done(*shlex.split(mistaken.split("starter.py ")[1]))
    confirm = ("act", case_no, "确认不予采纳", "--set", "理由=确系误点", "--as")
    same = await terminal.run(*confirm, SUPERVISOR)
    assert (same.code, "须由两个人分别办理" in same.err) == (Exit.REFUSED, True)
    assert "confirm_finding" not in await terminal.done("show", case_no, "--as", SUPERVISOR)
    assert "confirm_finding" in await terminal.done("show", case_no, "--as", OTHER_SUPERVISOR)
    assert "不予采纳" in await terminal.done(*confirm, OTHER_SUPERVISOR)
