"""Monthly points reach the unit: its head sees the unit, its windows and clerks, a clerk the unit and the own ones."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.outbox import PostgresOutbox
from models.notices import NoticeKind
from models.rhythm import JobPeriod
from tests.figures.month import AT_THE_END, LATER, Month
from tests.figures.scored import POINTS, points_job, score_book, scoring_desk
from tests.figures.stored import MARCH as MONTH
from tests.figures.stored import PLACE
from tests.support.engine import at
from tests.web.pages import Pages, text_of
from web.routes.points import PointsPage

MARCH = {"place": "ezhou", "period": "2026-03"}


@pytest.fixture
def desk(fresh_month: Month, tmp_path: Path) -> Iterator[Pages]:
    """The desk of the month with a supervisor before it."""
    with scoring_desk(fresh_month, tmp_path, POINTS) as pages:
        yield pages


def seen(desk: Pages, user: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The months that a user sees, with names and points."""
    desk.log_in(user)
    page = desk.get("/points").context["page"]
    assert isinstance(page, PointsPage)
    return [(month.heading, [(line.name, line.total) for line in month.lines]) for month in page.months]


def test_before_anything_is_kept_nobody_is_led_there(desk: Pages) -> None:
    assert seen(desk, "head-renshe") == []
    assert "还没有登记过" in text_of(desk.get("/points"))
    assert "/points" not in desk.get("/overview").text
    desk.log_in("clerk-renshe")
    assert "/points" not in desk.get("/mine").text


def test_a_head_sees_the_whole_unit_and_a_clerk_the_own_points(desk: Pages) -> None:
    assert desk.post("/scores/keep", MARCH).status_code == 303
    ((heading, lines),) = seen(desk, "head-renshe")
    assert heading == "鄂州市2026年3月"
    # As of 5 April, after F's appeal; window and clerk have A's bad review (−2) and its satisfied evaluator (+1).
    assert lines == [("测试人社局", "81 分"), ("测试人社局 03号窗口", "99 分"), ("测试人社局，工号 RS-0217", "99 分")]
    assert text_of(desk.get("/points")).count("基础分") == len(lines)
    assert "/points" in desk.get("/overview").text
    ((_, own),) = seen(desk, "clerk-renshe")
    assert own == [lines[0], lines[2]]
    assert "/points" in desk.get("/mine").text
    ((_, others),) = seen(desk, "head-shichang")
    assert [name for name, _ in others] == ["测试市场监管局", "测试市场监管局，工号 SC-0305"]


def test_each_month_heads_and_clerks_are_told_theirs_once(desk: Pages, fresh_month: Month, tmp_path: Path) -> None:
    job = points_job(fresh_month, score_book(fresh_month, tmp_path, POINTS))
    for _ in range(2):
        job.run(PLACE, JobPeriod.of(MONTH), LATER)
    told = PostgresOutbox(fresh_month.pages.installation.engine).list_messages()
    notices = [each.message for each in told if each.message.kind is NoticeKind.POINTS_KEPT]
    assert {each.recipient: each.context["result"] for each in notices} == {
        "head-renshe": "测试人社局 81 分。",
        "clerk-renshe": "测试人社局 81 分，您 99 分。",
        "head-shichang": "测试市场监管局 89 分。",
        "clerk-shichang": "测试市场监管局 89 分，您 93 分。",  # E: a bad review (−2) that was not put right (−5)
    }
    assert {each.not_before for each in notices} == {at("2026-04-05 08:00")}, "counted at midnight, told in the morning"
    channels = [(each.recipient, each.channel) for each in notices]
    assert sorted(channels) == sorted(set(channels))
    desk.log_in("clerk-renshe")
    assert "2026年3月" in text_of(desk.get("/inbox"))
    notice = next(each.key for each in notices if each.recipient == "clerk-renshe")
    answer = desk.post("/inbox/open", {"notice": notice})
    assert (answer.status_code, answer.headers["location"]) == (303, "/points")


def test_what_was_kept_last_is_shown(desk: Pages, fresh_month: Month, tmp_path: Path) -> None:
    job = points_job(fresh_month, score_book(fresh_month, tmp_path, POINTS))
    job.run(PLACE, JobPeriod.of(MONTH), AT_THE_END)
    assert seen(desk, "head-renshe")[0][1][0] == ("测试人社局", "79 分")
    job.run(PLACE, JobPeriod.of(MONTH), LATER)
    assert seen(desk, "head-renshe")[0][1][0] == ("测试人社局", "81 分")


@pytest.mark.parametrize("user", ["supervisor-01", "hotline-01", "officer-renshe"])
def test_others_have_no_such_page(desk: Pages, user: str) -> None:
    desk.log_in(user)
    assert desk.get("/points").status_code == 403
