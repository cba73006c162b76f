"""Deputies (代理): who may appoint whom, on which days somebody stands in, and calling it off."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from adapters.deputies import Deputies
from adapters.directory import Directory
from cli import deputy as command
from models.errors import ActionRefused, BadInput, HaochapingError, UnknownUser
from models.people import Deputy
from tests.people.support import NOW, arguments, screens

TODAY = NOW.date()
ABSENT, DEPUTY, HEAD = "officer-renshe", "officer-renshe-2", "head-renshe"


@pytest.fixture
def deputies(engine: Engine, directory: Directory) -> Deputies:
    return Deputies(engine, directory)


def appoint(deputies: Deputies, first: int = 0, last: int = 4, by: str = HEAD, **people: str) -> Deputy:
    """From and to so many days from today."""
    days = TODAY + timedelta(days=first), TODAY + timedelta(days=last)
    return deputies.appoint(people.get("absent", ABSENT), people.get("deputy", DEPUTY), *days, "年休假", by, NOW)


def test_a_deputy_stands_in_from_the_first_to_the_last_day(deputies: Deputies) -> None:
    made = appoint(deputies, 1, 3)
    days = [deputies.acting_for(DEPUTY, TODAY + timedelta(days=number)) for number in range(5)]
    assert days == [[], [ABSENT], [ABSENT], [ABSENT], []]
    assert deputies.acting_for(ABSENT, made.first_day) == []
    assert deputies.all() == [made]


@pytest.mark.parametrize("by", [ABSENT, HEAD, "supervisor-01", "admin-01"])
def test_the_absent_person_the_head_and_the_overseers_may_appoint(deputies: Deputies, by: str) -> None:
    assert appoint(deputies, by=by).made_by == by


REFUSED = [
    ({"by": DEPUTY}, "由本人、本单位负责人、监督人员或管理员办理，您是整改责任人", "the deputy"),
    ({"by": "head-shichang"}, "您是单位负责人", "another unit's head"),
    ({"by": "hotline-01"}, "您是12345话务员", "an operator"),
    ({"deputy": ABSENT}, "代理人不能是请假人本人", "oneself"),
    ({"deputy": "officer-shichang"}, "外单位的整改责任人", "another unit"),
    ({"deputy": HEAD}, "本单位的单位负责人", "another role"),
    ({"first": 4, "last": 3}, "早于起始日期", "days the wrong way round"),
    ({"first": -3, "last": -1}, "已经过去", "days that are over"),
]


@pytest.mark.parametrize(("changes", "said"), [row[:2] for row in REFUSED], ids=[row[2] for row in REFUSED])
def test_a_wrong_appointment_is_refused_and_leaves_nothing(
    deputies: Deputies, changes: dict[str, object], said: str
) -> None:
    with pytest.raises(ActionRefused, match=said):
        appoint(deputies, **changes)  # type: ignore[arg-type]
    assert deputies.all() == []


def test_a_reason_and_known_people_are_needed(deputies: Deputies) -> None:
    with pytest.raises(BadInput, match="理由"):
        deputies.appoint(ABSENT, DEPUTY, TODAY, TODAY, " ", HEAD, NOW)
    with pytest.raises(UnknownUser):
        appoint(deputies, deputy="nobody")


def test_one_day_has_one_deputy(deputies: Deputies) -> None:
    first = appoint(deputies, 0, 4)
    with pytest.raises(ActionRefused, match=f"编号 {first.id}.*同一天只能有一名代理人"):
        appoint(deputies, 4, 6)
    assert appoint(deputies, 5, 6).id != first.id


def test_two_people_who_appoint_at_once_make_one_deputy(deputies: Deputies) -> None:
    def try_it(by: str) -> str | None:
        try:
            return appoint(deputies, by=by).id
        except ActionRefused:
            return None

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(try_it, [HEAD, "supervisor-01", "supervisor-02", ABSENT]))
    assert len([each for each in made if each]) == 1
    assert len(deputies.all()) == 1


def test_who_is_called_off_stands_in_no_longer_but_did_before(deputies: Deputies) -> None:
    made = appoint(deputies, 0, 10)
    ended = deputies.end(made.id, ABSENT, NOW + timedelta(days=2))
    assert ended.ended_at == NOW + timedelta(days=2)
    assert deputies.acting_for(DEPUTY, TODAY + timedelta(days=1)) == [ABSENT]
    assert deputies.acting_for(DEPUTY, TODAY + timedelta(days=2)) == []
    assert deputies.end(made.id, HEAD, NOW + timedelta(days=5)) == ended
    assert appoint(deputies, 3, 4).ended_at is None


def test_a_deputy_cannot_shake_it_off(deputies: Deputies) -> None:
    made = appoint(deputies)
    with pytest.raises(ActionRefused, match="您是整改责任人"):
        deputies.end(made.id, DEPUTY, NOW)
    with pytest.raises(BadInput, match="没有编号为“D9999”的代理"):
        deputies.end("D9999", HEAD, NOW)
    assert deputies.acting_for(DEPUTY, TODAY) == [ABSENT]


def test_standing_in_does_not_pass_on(deputies: Deputies) -> None:
    appoint(deputies)
    appoint(deputies, absent=DEPUTY, deputy=ABSENT)
    assert deputies.acting_for(DEPUTY, TODAY) == [ABSENT]
    assert deputies.acting_for(ABSENT, TODAY) == [DEPUTY]


def call(deputies: Deputies, *words: str) -> str:
    """What the command printed."""
    out, err = screens()
    ports = command.DeputyPorts(deputies, deputies.directory, lambda: NOW)
    assert command.run(arguments(command.configure, *words), ports, out, err) == 0
    return out.getvalue()


def test_the_command_appoints_lists_and_ends(deputies: Deputies) -> None:
    who = ("--absent", ABSENT, "--deputy", DEPUTY, "--reason", "年休假", "--as", HEAD)
    said = call(deputies, "add", *who, "--from", "2026-11-20", "--to", "2026-11-25")
    assert said == (
        "已设定代理 D0001：测试·人社整改责任人二代理测试·人社整改责任人，2026-11-20 至 2026-11-25，两天都算在内。\n"
    )
    call(deputies, "add", *who, "--from", "2026-11-26", "--to", "2026-11-27")
    listed = json.loads(call(deputies, "list", "--json"))
    assert [(each["id"], each["status"]) for each in listed] == [("D0002", "未开始"), ("D0001", "代理中")]
    assert call(deputies, "end", "D0001", "--as", HEAD).startswith("代理 D0001 已结束")
    assert "已提前结束" in call(deputies, "list")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "--absent", ABSENT), "还须填写 --deputy、--from、--to、--reason、--as"),
        (("end", "--as", HEAD), "用法"),
        (("end", "D0001"), "还须填写 --as"),
        (("end", "D0001", "--as", HEAD, "--from", "2026-11-20"), "不用填写 --from"),
        (("change",), "用法"),
    ],
)
def test_a_mistyped_command_says_how_it_goes(deputies: Deputies, words: tuple[str, ...], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        call(deputies, *words)


def test_a_day_that_cannot_be_read_is_named() -> None:
    with pytest.raises(HaochapingError, match="--from 的日期“2026-13-01”无法识别"):
        command.read_day("2026-13-01", "--from")
    assert command.read_day("2026-02-09", "--from") == date(2026, 2, 9)
