"""One case through officer, hotline and supervisor in the browser: with scripts, without them, and on a telephone."""

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from models.case import Ending, Stage
from models.steps import Event
from tests.browser.conftest import OpenSite
from tests.browser.site import OFFICE_SCREEN, PHONE
from tests.browser.walk import MEASURES, call, confirm, hand_in, log_in, rated, sign_off
from tests.support.engine import SUPERVISOR

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f6"
    "45400000000049454e44ae426082"
)
"""A PNG of one pixel."""

PASSWORD = "correct-horse-演示"

pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize(
    ("screen", "javascript"),
    [(OFFICE_SCREEN, True), (OFFICE_SCREEN, False), (PHONE, True)],
    ids=["office screen", "without scripts", "telephone"],
)
async def test_a_case_goes_through_all_hands_in_the_browser(
    site: OpenSite, tmp_path: Path, screen: dict[str, int], javascript: bool
) -> None:
    at = await site("2026-03-09 10:00")
    at.screen, at.javascript = screen, javascript
    case_no = await rated(at, tmp_path)
    photo = tmp_path / "现场照片.png"
    photo.write_bytes(PICTURE)

    await sign_off(at, case_no)
    await call(at, case_no, "已接通，属实")
    page = await hand_in(at, case_no, photo)
    await expect(page.get_by_role("link", name="附件 1 现场照片.png")).to_be_visible()

    page = await call(at, case_no, "已接通，不满意")
    await expect(page.get_by_text("第二轮").or_(page.get_by_text("第2轮")).first).to_be_visible()
    assert at.office.reader.case(case_no).round == 2

    await hand_in(at, case_no)
    await call(at, case_no, "已接通，不满意")
    assert at.office.reader.case(case_no).stage is Stage.ESCALATED

    page = await at.of(SUPERVISOR)
    await at.show(page, "/tasks")
    await page.get_by_role("link", name=re.compile("监督处理办结")).click()
    await page.locator("[name=reason]").fill("约谈窗口负责人，纳入季度考核")
    await confirm(page)
    assert at.office.reader.case(case_no).ending is Ending.CONCLUDED

    timeline = page.get_by_role("region", name="办理经过")
    events = (Event.SIGNED_OFF, Event.CALLBACK_RECORDED, Event.REMEDIATED, Event.CONCLUDED)
    for said in (*(event.label for event in events), MEASURES):
        await expect(timeline.get_by_text(said).first).to_be_attached()
    await page.get_by_role("link", name="与流程引擎的记录对照").click()
    await expect(page.get_by_role("heading", name="流程引擎", exact=True)).to_be_visible()
    assert at.faults == []


async def test_people_log_in_with_a_password_and_out_again(site: OpenSite, tmp_path: Path) -> None:
    at = await site("2026-03-09 10:00")
    await rated(at, tmp_path)
    accounts = at.working.pages.installation.accounts
    accounts.set(SUPERVISOR, PASSWORD, by="test", must_change=False)
    page = await log_in(at, SUPERVISOR, PASSWORD)
    await expect(page).to_have_url(f"{at.address}/overview")
    await page.get_by_role("button", name="退出").click()
    await page.wait_for_url(f"{at.address}/login?why=out")
    await at.show(page, "/overview")
    await expect(page.get_by_label("密码")).to_be_visible()
    assert at.faults == []
