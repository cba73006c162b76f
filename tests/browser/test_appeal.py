"""An appeal in the browser: the rated clerk contests a review without learning who wrote it, a reviewer upholds it."""

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from models.case import Ending
from tests.browser.conftest import OpenSite
from tests.browser.walk import confirm, rated, sign_off
from tests.support.engine import CLERK, REVIEWER

TEXT = "窗口的王某态度恶劣"

pytestmark = pytest.mark.timeout(600)


async def test_a_clerk_appeals_and_a_reviewer_upholds_it(site: OpenSite, tmp_path: Path) -> None:
    at = await site("2026-03-09 10:00")
    number = at.office.directory.user(CLERK).staff_no
    case_no = await rated(at, tmp_path, proManagerNo=number, writingEvaluation=TEXT)
    await sign_off(at, case_no)

    page = await at.of(CLERK)
    await at.show(page, "/mine")
    await expect(page.get_by_text(case_no)).to_be_visible()
    await page.get_by_role("link", name="社会保障卡补换").click()
    await page.wait_for_url(f"{at.address}/cases/{case_no}")
    shown = await page.locator("main").inner_text()
    assert TEXT not in shown
    assert "演示评价人九" not in shown
    await page.get_by_role("link", name="提出申诉").first.click()
    await page.locator("[name=reason]").fill("当时系统故障，已当场说明并登记")
    await page.get_by_label("证据").fill("系统故障登记 0309")
    await confirm(page)
    assert at.office.reader.case(case_no).paused

    page = await at.of(REVIEWER)
    await at.show(page, "/tasks")
    await page.get_by_role("link", name=re.compile("申诉成立")).click()
    await page.get_by_role("radio", name="成立", exact=True).check()
    await page.locator("select[name=finding]").select_option(label="误评")
    await page.locator("[name=reason]").fill("故障登记与值班记录一致")
    await confirm(page)
    assert at.office.reader.case(case_no).ending is Ending.NOT_ADOPTED
    assert at.faults == []
