"""A holiday notice in the browser: previewed, put in force by a supervisor, and seen on the case page."""

from datetime import date
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenSite
from tests.browser.walk import rated, sign_off
from tests.support.engine import SUPERVISOR
from tests.support.holidays import one_more_day_off

WRONG = "year = 2026\nholidays = []\n"

pytestmark = pytest.mark.timeout(600)


async def test_a_supervisor_puts_a_notice_in_force(site: OpenSite, tmp_path: Path) -> None:
    at = await site("2026-03-09 10:00")
    case_no = await rated(at, tmp_path)
    await sign_off(at, case_no)
    page = await at.of(SUPERVISOR)

    await at.show(page, "/notices")
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(WRONG)
    await page.get_by_label("通知文件").set_input_files(wrong)
    await page.get_by_role("button", name="预览").click()
    await expect(page.get_by_role("alert")).to_contain_text("什么都没有改变")

    file = tmp_path / "notice.toml"
    file.write_text(one_more_day_off(at.office.calendar, date(2026, 3, 11)).text, encoding="utf-8")
    await page.get_by_label("通知文件").set_input_files(file)
    await page.get_by_role("button", name="预览").click()
    await expect(page.get_by_role("link", name=case_no).first).to_be_visible()
    await page.get_by_role("button", name="施行这份通知").click()
    await expect(page.get_by_role("status").filter(has_text="本次重新计算 1 件案件")).to_be_visible()

    await at.show(page, f"/cases/{case_no}")
    await expect(page.get_by_text("期限变动").first).to_be_visible()
    await expect(page.get_by_role("region", name="办理经过").get_by_text("试验〔2026〕1号").first).to_be_visible()
    assert at.faults == []
