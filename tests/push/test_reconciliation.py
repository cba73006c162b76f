"""对账 with the real platform: planted differences are found, shown, and put right by pushing again."""

import asyncio
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from openpyxl import load_workbook
from pydantic import SecretStr
from sqlalchemy import text

from adapters.courier import utc_now
from models.errors import BadInput, EngineUnavailable
from models.pushes import PushFinding, PushKey, PushRecord, RecordKind
from policy.pushing import digest_of
from tests.cli.terminal import At, Terminal
from tests.messages.support import Counterparts
from tests.push.support import DAY, Shop
from tests.support.engine import OFFICER, SUPERVISOR
from tests.web.pages import Pages, Shown, open_pages, text_of
from web.routes.push import DayPage, PushPage

KEY = "rating:ezhou-M1-{}-1"


def planted(number: str, version: int = 1, **fields: str) -> PushRecord:
    """A record that did not come from here."""
    said = {"projectNo": number, **fields}
    return PushRecord(PushKey(RecordKind.RATING, "ezhou", number, 1), DAY.date(), version, said, digest_of(said))


async def plant(shop: Shop) -> None:
    """Four records agree, one was lost there, one is other there, one is only there, one is not acknowledged here."""
    shop.rate(7)
    await shop.push_all()
    httpx.post(f"{shop.platform.url}/forget", json={"keys": [KEY.format(1)]}, trust_env=False).raise_for_status()
    await shop.platform.push([planted("M1-2", version=2, taskName="别的事项"), planted("EZ-stranger")])
    with shop.engine.begin() as connection:
        lost_answer = "update pushes set state = 'waiting', digest = null, receipt = null where project_no = 'M1-3'"
        connection.execute(text(lost_answer))


async def test_planted_differences_are_found_and_nothing_else(shop: Shop) -> None:
    await plant(shop)
    found = await asyncio.to_thread(shop.desk.reconcile, DAY.date())
    assert {each.key: each.finding for each in found.differences} == {
        KEY.format(1): PushFinding.MISSING_THERE,
        KEY.format(2): PushFinding.DIFFERS,
        KEY.format(3): PushFinding.UNACKNOWLEDGED,
        "rating:ezhou-EZ-stranger-1": PushFinding.MISSING_HERE,
    }
    assert (found.ours, found.theirs, found.agreed, found.to_come) == (7, 7, 4, 0)


async def test_pushing_again_puts_right_what_can_be(shop: Shop) -> None:
    await plant(shop)
    found = await asyncio.to_thread(shop.desk.reconcile, DAY.date())
    keys = [PushKey(RecordKind.RATING, "ezhou", f"M1-{number}", 1) for number in (1, 2)]
    assert sorted(shop.desk.resend(keys, utc_now())) == keys
    assert found.count(PushFinding.MISSING_THERE) == 1
    with shop.engine.begin() as connection:
        connection.execute(text("update pushes set version = 3 where project_no = 'M1-2'"))
    await shop.push_all()
    left = await asyncio.to_thread(shop.desk.reconcile, DAY.date())
    assert [each.finding for each in left.differences] == [PushFinding.MISSING_HERE]


async def test_a_long_list_is_read_to_its_end(shop: Shop) -> None:
    shop.rate(1001)
    await shop.push_all(batch=500)
    found = await asyncio.to_thread(shop.desk.reconcile, DAY.date())
    assert (found.theirs, found.agreed, found.differences) == (1001, 1001, ())


def test_a_platform_that_does_not_answer_is_said_so(shop: Shop) -> None:
    shop.counterparts.misbehave("500", 1, "platform")
    with pytest.raises(EngineUnavailable, match="对账没有完成：省平台暂时不能接收（HTTP 500）"):
        shop.desk.reconcile(DAY.date())


def test_without_a_platform_there_is_nothing_to_compare_with(shop: Shop) -> None:
    with pytest.raises(BadInput, match="HAOCHAPING_PLATFORM_URL"):
        replace(shop.desk, platform=None).reconcile(DAY.date())


@pytest.fixture
def pages(database_url: str, tmp_path: Path, shop: Shop) -> Iterator[Pages]:
    """A supervisor before the desk, with the platform behind it."""
    with open_pages(database_url, tmp_path) as browser:
        browser.desk = replace(browser.desk, pushes=shop.desk)
        browser.app.state.desk = browser.desk
        browser.installation.moment = utc_now()
        browser.log_in(SUPERVISOR)
        yield browser


def day_of(response: Shown, status: int = 200) -> DayPage:
    """The context of the page of a day."""
    assert (response.status_code, response.template.name) == (status, "push_day.html")
    page = response.context["page"]
    assert isinstance(page, DayPage)
    return page


async def test_a_supervisor_reads_the_differences_takes_them_away_and_pushes_again(pages: Pages, shop: Shop) -> None:
    await plant(shop)
    shown = await asyncio.to_thread(pages.get, "/push/day", day="2026-02-13")
    assert day_of(shown).can_resend == 2
    for words in ("有 4 处不一致。", "我方有回执，省平台没有", "省平台有，我方没有", KEY.format(2)):
        assert words in text_of(shown)
    book = await asyncio.to_thread(pages.get, "/push/day.xlsx", day="2026-02-13")
    sheet = load_workbook(io.BytesIO(book.content)).active
    assert sheet is not None
    assert {row[0] for row in sheet.iter_rows(min_row=3, values_only=True)} == {
        *(KEY.format(number) for number in (1, 2, 3)),
        "rating:ezhou-EZ-stranger-1",
    }
    sent = await asyncio.to_thread(pages.post, "/push/resend", {"what": "day", "day": "2026-02-13"})
    assert (sent.status_code, sent.headers["location"]) == (303, "/push?queued=2")
    assert shop.states() == {"waiting": 3, "accepted": 4}


async def test_what_was_refused_is_listed_with_its_reason_and_pushed_again_by_a_click(pages: Pages, shop: Shop) -> None:
    shop.rate(2)
    shop.counterparts.misbehave("refuse", -1, "platform")
    async with shop.at_work():
        await shop.until(refused=2)
    shown = await asyncio.to_thread(pages.get, "/push")
    page = shown.context["page"]
    assert isinstance(page, PushPage)
    assert {row.why for row in page.rows} == {"省平台拒收：演示：按要求拒收"}
    one, other = (row.key for row in page.rows)
    sent = await asyncio.to_thread(pages.post, "/push/resend", {"what": "chosen", "record": one})
    assert sent.headers["location"] == "/push?queued=1"
    assert "已重新排队 1 条" in text_of(await asyncio.to_thread(pages.get, sent.headers["location"]))
    again = await asyncio.to_thread(pages.post, "/push/resend", {"what": "chosen", "record": one})
    assert again.headers["location"] == "/push?queued=0"
    await asyncio.to_thread(pages.post, "/push/resend", {"what": "stuck"})
    assert shop.states() == {"waiting": 2}, other


def test_a_day_that_is_none_is_refused_with_what_was_typed(pages: Pages) -> None:
    page = day_of(pages.get("/push/day", day="13.2."), 422)
    assert (page.given, "2026-02-13" in page.refusal) == ("13.2.", True)


def test_without_a_day_the_reader_is_led_back_to_choose_one(pages: Pages) -> None:
    answer = pages.get("/push/day")
    assert (answer.status_code, answer.headers["location"]) == (303, "/push")


def test_a_platform_that_is_down_says_so_on_the_page(pages: Pages, counterparts: Counterparts) -> None:
    counterparts.misbehave("500", 1, "platform")
    assert "对账没有完成" in day_of(pages.get("/push/day", day="2026-02-13"), 503).refusal


def test_an_officer_does_not_get_there(pages: Pages) -> None:
    pages.log_in(OFFICER)
    assert pages.get("/push").status_code == 403


def test_without_a_platform_the_page_says_how_to_switch_it_on(pages: Pages, shop: Shop) -> None:
    pages.app.state.desk = replace(pages.desk, pushes=replace(shop.desk, platform=None))
    assert "HAOCHAPING_PLATFORM_URL" in text_of(pages.get("/push"))


@pytest.fixture
def terminal(pages: Pages, shop: Shop) -> Iterator[Terminal]:
    """The commands of an installation with that platform."""
    settings = pages.installation.settings.model_copy(
        update={"platform_url": shop.platform.url, "platform_secret": SecretStr(shop.platform.secret)}
    )
    here = At(settings, moment=utc_now())
    yield Terminal(here)
    here.close()


async def test_the_command_shows_compares_and_pushes_again(terminal: Terminal, shop: Shop) -> None:
    await plant(shop)
    assert "待推送 1 条；需要人工处理 0 条。" in await terminal.done("push", "status")
    found = await terminal.run("push", "reconcile", "2026-02-13")
    assert (found.code, "有 4 处不一致。" in found.out) == (1, True)
    assert "已重新排队 2 条。" in await terminal.done("push", "resend", "--day", "2026-02-13")
    assert "已重新排队 1 条。" in await terminal.done("push", "resend", KEY.format(5))
    assert "没有重新排队" in await terminal.done("push", "resend", KEY.format(5))
    assert "已重新排队 0 条。" in await terminal.done("push", "resend", "--stuck")


async def test_the_command_speaks_to_scripts(terminal: Terminal, shop: Shop) -> None:
    shop.rate(1)
    await shop.push_all()
    status = json.loads(await terminal.done("push", "status", "--json"))
    assert (status["is_on"], status["waiting"], status["needs_a_person"]) == (True, 0, [])
    found = json.loads(await terminal.done("push", "reconcile", "2026-02-13", "--json"))
    assert (found["agreed"], found["differences"]) == (1, [])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("show",), "没有“show”这个用法"),
        (("reconcile",), "请写明要核对哪一天的评价"),
        (("reconcile", "13.2."), "不是日期"),
        (("resend",), "请选一种"),
        (("resend", "--stuck", "--day", "2026-02-13"), "请选一种"),
        (("resend", "M1"), "不是推送记录的编号"),
    ],
)
def test_what_the_command_cannot_do_it_says_with_what_to_write(
    terminal: Terminal, words: tuple[str, ...], says: str
) -> None:
    said = terminal.run_now("push", *words)
    assert (said.code, says in said.err) == (2, True), said
