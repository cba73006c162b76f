"""`calendar show`, `preview` and `apply` as people type them: what they print, refuse, and answer to scripts."""

import argparse
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from adapters.calendar_desk import CalendarDesk
from adapters.calendar_files import load_calendar
from adapters.database import make_engine
from adapters.tables.cases import HOLIDAY_NOTICES
from cli import calendar
from models.actors import Actor, Role
from models.errors import ActionRefused, BadInput, EngineUnavailable, HaochapingError
from tests.calendar.support import (
    BEFORE,
    LOCAL,
    ORDERED_AT,
    SPRING_FESTIVAL_2020,
    YEAR_2027,
    RecordingDesk,
    add_case,
    due,
    notice_file,
)
from tests.support.engine import at

ROLES = {"supervisor-01": Role.SUPERVISOR, "admin-01": Role.ADMIN, "officer-renshe": Role.OFFICER}


@dataclass
class Terminal:
    """Runs the command over a real database; the cases' front door is a stand-in."""

    engine: Engine
    moment: datetime = ORDERED_AT
    code: int = 0
    err: str = ""

    def __post_init__(self) -> None:
        self.front_door = RecordingDesk(self.engine)

    def __call__(self, *words: str) -> str:
        """What the command printed; its exit code and error stream are kept."""
        parser = argparse.ArgumentParser()
        calendar.configure(parser)
        out, err = io.StringIO(), io.StringIO()

        async def connect() -> RecordingDesk:
            return self.front_door

        desk = CalendarDesk(self.engine, lambda: self.moment, connect)
        ports = calendar.CalendarPorts(desk, actor, "starter.py")
        self.code = calendar.run(parser.parse_args(words), ports, out, err)
        self.err = err.getvalue()
        return out.getvalue()


def actor(user: str) -> Actor:
    return Actor(user=user, role=ROLES[user], unit="ez-shenpi")


@pytest.fixture
def terminal(database_url: str) -> Iterator[Terminal]:
    engine = make_engine(database_url)
    yield Terminal(engine)
    engine.dispose()


def add_one(terminal: Terminal, number: int = 1) -> str:
    with terminal.engine.begin() as connection:
        return add_case(connection, number, BEFORE, due("2020-01-20 10:00", "5 wd", BEFORE))


def test_a_year_is_shown_as_it_stands_with_its_notices_and_make_up_days(terminal: Terminal) -> None:
    shown = terminal("show", "2020")
    assert f"2020年放假安排（全国），日历版本 {load_calendar(None).version}" in shown
    assert "国办发明电〔2019〕16号《国务院办公厅关于2020年部分节假日安排的通知》" in shown
    assert "修改国办发明电〔2019〕16号" in shown
    [spring] = [line.split() for line in shown.splitlines() if line.startswith("春节")]
    assert spring == ["春节", "1月24日（周五）至2月2日（周日）", "10", "1月19日（周日）"]
    assert "全年 249 个工作日。" in shown
    assert "暂定" not in shown


def test_a_year_without_a_notice_is_shown_as_provisional(terminal: Terminal) -> None:
    shown = terminal("show", "2027")
    assert "暂定，只按法规推出" in shown
    assert "2027年的放假安排尚未正式公布" in shown


def test_a_year_that_was_put_in_force_names_who_and_when(terminal: Terminal, tmp_path: Path) -> None:
    terminal.moment = at("2026-11-21 09:00")
    terminal("apply", str(notice_file(tmp_path, YEAR_2027)), "--as", "admin-01")
    shown = terminal("show", "2027")
    assert "正式公布，admin-01 于 2026-11-21（周六）09:00 施行" in shown
    assert "尚未正式公布" not in shown
    [spring] = [line.split() for line in shown.splitlines() if line.startswith("春节")]
    assert spring[-1] == "1月31日（周日）、2月20日（周六）"


def test_a_local_day_is_shown_for_its_place_only(terminal: Terminal, tmp_path: Path) -> None:
    terminal("apply", str(notice_file(tmp_path, LOCAL)), "--as", "supervisor-01")
    assert "地方安排" in terminal("show", "2026", "--jurisdiction", "gonghe")
    assert "地方" not in terminal("show", "2026", "--jurisdiction", "ezhou")
    assert "地方" not in terminal("show", "2026")


def test_scripts_get_the_year_as_one_object(terminal: Terminal) -> None:
    shown = json.loads(terminal("show", "2020", "--json"))
    assert (shown["working_days"], shown["provisional"]) == (249, False)
    assert [each["number"] for each in shown["notices"]] == ["国办发明电〔2019〕16号", "国办发明电〔2020〕1号"]
    spring = next(each for each in shown["breaks"] if each["name"] == "春节")
    assert (spring["first"], spring["last"], spring["makeup"]) == ("2020-01-24", "2020-02-02", ["2020-01-19"])


def test_a_december_day_of_the_next_years_holiday_is_shown_in_its_own_year(terminal: Terminal) -> None:
    shown = terminal("show", "2022")
    assert "国务院办公厅关于2023年部分节假日安排的通知" in shown
    assert "12月31日（周六）" in shown


@pytest.mark.parametrize("year", ["1999", "20x0", "２０２０", "2040"])
def test_a_year_that_nobody_knows_is_refused(terminal: Terminal, year: str) -> None:
    with pytest.raises(BadInput):
        terminal("show", year)


def test_a_preview_lists_old_and_new_dates_and_changes_nothing(terminal: Terminal) -> None:
    case_no = add_one(terminal)
    shown = terminal("preview", str(SPRING_FESTIVAL_2020))
    assert "会变动：1 件案件的 1 个时限（推迟 3 天的 1 个）" in shown
    [line] = [line.split() for line in shown.splitlines() if line.startswith(case_no)]
    assert line[1:] == ["整改时限", "2020-02-01（周六）24:00", "2020-02-04（周二）24:00", "推迟", "3", "天"]
    assert "以上只是预览，什么都没有改变" in shown
    with terminal.engine.connect() as connection:
        assert connection.execute(select(HOLIDAY_NOTICES)).all() == []


def test_a_long_preview_is_cut_and_says_so(terminal: Terminal) -> None:
    for number in range(1, 4):
        add_one(terminal, number)
    shown = terminal("preview", str(SPRING_FESTIVAL_2020), "--limit", "2")
    assert sum("整改时限" in line for line in shown.splitlines()) == 2
    assert "只列出前 2 个" in shown
    assert len(json.loads(terminal("preview", str(SPRING_FESTIVAL_2020), "--json"))["shifts"]) == 3


def test_scripts_get_the_preview_as_one_object(terminal: Terminal) -> None:
    case_no = add_one(terminal)
    shown = json.loads(terminal("preview", str(SPRING_FESTIVAL_2020), "--json"))
    [shift] = shown["shifts"]
    assert (shift["case_no"], shift["old"], shift["new"], shift["days"]) == (
        case_no,
        "2020-02-02T00:00:00+08:00",
        "2020-02-05T00:00:00+08:00",
        3,
    )
    assert shown["totals"]["days"] == {"3": 1}
    assert shown["ordered"] is None


def test_applying_says_what_moved_and_a_second_time_that_nothing_did(terminal: Terminal) -> None:
    add_one(terminal)
    first = terminal("apply", str(SPRING_FESTIVAL_2020), "--as", "supervisor-01")
    assert terminal.code == 0
    assert "国办发明电〔2020〕1号已施行，由 supervisor-01 于 2020-01-27（周一）09:00 决定。" in first
    assert "本次重新计算 1 件案件。变动：1 件案件的 1 个时限（推迟 3 天的 1 个）" in first
    assert "正在重新计算：1 / 1 件" in terminal.err
    terminal.moment = at("2020-01-28 09:00")
    second = terminal("apply", str(SPRING_FESTIVAL_2020), "--as", "admin-01")
    assert "此前已由 supervisor-01 于 2020-01-27（周一）09:00 施行" in second
    assert "什么都没有改变" in second
    assert len(terminal.front_door.keys) == 1


def test_scripts_get_the_outcome_as_one_object(terminal: Terminal) -> None:
    add_one(terminal)
    done = json.loads(terminal("apply", str(SPRING_FESTIVAL_2020), "--as", "supervisor-01", "--json"))
    assert (done["is_new"], done["cases"], done["totals"]["days"], done["failures"]) == (True, 1, {"3": 1}, [])


@pytest.mark.parametrize(
    ("failure", "count", "code"),
    [(ActionRefused("不允许"), 1, 1), (EngineUnavailable("没有应答"), 40, 75)],
)
def test_cases_that_fail_are_named_and_the_exit_code_tells(
    terminal: Terminal, failure: HaochapingError, count: int, code: int
) -> None:
    cases = [add_one(terminal, number) for number in range(1, count + 1)]
    terminal.front_door.fails = dict.fromkeys(cases, failure)
    shown = terminal("apply", str(SPRING_FESTIVAL_2020), "--as", "supervisor-01")
    assert terminal.code == code
    assert f"{cases[0]} 没有重新计算：{failure}" in terminal.err
    assert "再执行一次同样的命令" in shown


def test_an_officer_may_not_order_a_notice(terminal: Terminal) -> None:
    with pytest.raises(ActionRefused, match="监督人员、管理员"):
        terminal("apply", str(SPRING_FESTIVAL_2020), "--as", "officer-renshe")
    with terminal.engine.connect() as connection:
        assert connection.execute(select(HOLIDAY_NOTICES)).all() == []


Words = Callable[[Path], tuple[str, ...]]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        pytest.param(lambda folder: ("apply", str(SPRING_FESTIVAL_2020)), "--as 用户", id="nobody orders it"),
        pytest.param(lambda folder: ("shw", "2020"), "用法", id="no such thing to do"),
        pytest.param(lambda folder: ("preview", str(folder / "none.toml")), "无法读取", id="no file"),
        pytest.param(
            lambda folder: ("preview", str(notice_file(folder, YEAR_2027.replace("2027-02-20]", "2027-02-19]")))),
            "notice.toml 第17行",
            id="a slip in the file",
        ),
        pytest.param(lambda folder: ("preview", "x", "--limit", "0"), "大于 0", id="nothing to list"),
    ],
)
def test_wrong_input_is_refused(terminal: Terminal, tmp_path: Path, words: Words, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        terminal(*words(tmp_path))
