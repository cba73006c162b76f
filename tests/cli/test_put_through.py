"""Where the policy makes the unit call: at the terminal, too, it reads who connects the call and never the number."""

import pytest

from cli.app import Exit
from tests.cli.conftest import OpenTerminal
from tests.cli.terminal import HOTLINE, MOBILE, OFFICER, lines_with

MONDAY = "2026-03-02 09:00"


@pytest.mark.parametrize("place", ["taian", "tianjin"])
async def test_the_unit_s_caller_gets_the_script_and_no_number(open_terminal: OpenTerminal, place: str) -> None:
    terminal, [case_no] = await open_terminal(MONDAY, {}, jurisdiction=place)
    call = await terminal.done("callback", case_no, "--as", OFFICER, "--purpose", "回访核实")
    assert "已发起回访" in call
    assert f"请联系12345话务员（演示·鄂州市12345市长专线办），报案件编号 {case_no}，由其拨通后转接给您。" in call
    assert [word for word in (MOBILE, "演示评价人九", "演**", "拨打：") if word in call] == []
    assert "回访核实问什么" in call
    assert terminal.installation.reveals.log() == []

    missed = lines_with(call, ["result=no_answer"])[0].split("starter.py ")[1].split()
    await terminal.done(*missed)
    founded = lines_with(call, ["result=reached finding=founded"])[0].split("starter.py ")[1].split()
    await terminal.done(*founded)
    assert lines_with(await terminal.done("show", case_no), ["核实结论", "属实"])


async def test_the_hotline_gets_the_number_and_reads_that_it_only_connects(open_terminal: OpenTerminal) -> None:
    terminal, [case_no] = await open_terminal(MONDAY, {}, jurisdiction="taian")
    call = await terminal.done("callback", case_no, "--as", HOTLINE, "--purpose", "为承办单位转接")
    assert f"拨打：演**  {MOBILE}" in call
    assert "整改责任人请您转接的，接通后由其询问，不要把号码告诉对方。" in call
    [look] = terminal.installation.reveals.log()
    assert (look.user_id, look.purpose) == (HOTLINE, "为承办单位转接")


async def test_no_other_unit_s_officer_gets_that_far(open_terminal: OpenTerminal) -> None:
    terminal, [case_no] = await open_terminal(MONDAY, {}, jurisdiction="taian")
    refused = await terminal.run("callback", case_no, "--as", "officer-yibao")
    assert (refused.code, MOBILE in refused.out + refused.err) == (Exit.REFUSED, False)
