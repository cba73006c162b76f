"""Steps that stories in the browser share: a rating comes in, people sign, call and hand in through the pages."""

import re
from pathlib import Path

from playwright.async_api import Page, expect

from tests.browser.site import Site
from tests.cli.terminal import Terminal, ratings_file
from tests.support.engine import HOTLINE, OFFICER

MEASURES = "已更换叫号设备，窗口增加一名引导员，并向评价人致歉。"


async def rated(site: Site, folder: Path, **rating: str) -> str:
    """A bad rating is imported and dispatched; the number of its case."""
    terminal = Terminal(site.working.pages.installation, site.office)
    project_no = rating.setdefault("projectNo", "EZ20260309-0001")
    unit = site.office.directory.unit("ez-renshe")
    row = {"assessTime": "2026-03-09 08:40:00", "deptCode": unit.uscc, **rating}
    file = ratings_file(folder / "ratings.csv", row)
    await terminal.done("import", str(file), "--jurisdiction", "ezhou")
    case_no = f"ezhou-{project_no}-1"
    await site.office.settled(case_no, steps=1)
    return case_no


async def log_in(site: Site, user_id: str, password: str) -> Page:
    """Log in through the login page; the window."""
    page = await site.of_nobody()
    await site.show(page, "/")
    await page.get_by_label("用户名").fill(user_id)
    await page.get_by_label("密码").fill(password)
    await page.get_by_role("button", name="登录").click()
    await expect(page.get_by_role("button", name="退出")).to_be_visible()
    return page


async def sign_off(site: Site, case_no: str) -> None:
    """The officer signs for the case from the worklist."""
    page = await site.of(OFFICER)
    await site.show(page, "/tasks")
    await page.get_by_label(f"选择 {case_no} 一并签收").check()
    await page.get_by_role("button", name="签收所选案件").click()
    await expect(page.get_by_role("heading", name="批量签收结果")).to_be_visible()


async def call(site: Site, case_no: str, result: str) -> Page:
    """The hotline makes the call that is due and records its result; the page that follows."""
    page = await site.of(HOTLINE)
    await site.show(page, "/callbacks")
    await page.get_by_role("link", name=f"打电话：{case_no}").click()
    await expect(page.get_by_role("heading", name="问什么")).to_be_visible()
    await page.get_by_role("radio", name=result, exact=True).check()
    await page.get_by_role("button", name="登记结果").click()
    await expect(page.get_by_role("link", name="下一个电话")).to_be_visible()
    return page


async def hand_in(site: Site, case_no: str, attachment: Path | None = None) -> Page:
    """The officer hands in what was put right; the case page that follows."""
    page = await site.of(OFFICER)
    await site.show(page, f"/cases/{case_no}")
    await page.get_by_role("link", name="提交整改情况").first.click()
    await page.wait_for_url(re.compile("/act/submit_remediation$"))
    await page.get_by_label("整改情况").fill(MEASURES)
    if attachment is not None:
        await page.get_by_label(re.compile("上传文件")).set_input_files(attachment)
    await page.get_by_role("button", name="提交整改情况").click()
    await recorded(page)
    return page


async def confirm(page: Page) -> None:
    """Send a form that is looked at once more before it counts."""
    await page.get_by_role("button", name="下一步：核对").click()
    await expect(page.get_by_text("办理后不能撤回")).to_be_visible()
    await page.get_by_role("button", name="确认办理").click()
    await recorded(page)


async def recorded(page: Page) -> None:
    """Wait for the page to which a form leads that the case has taken."""
    await page.wait_for_url(re.compile(r"\?done=\d+$"))
    await expect(page.get_by_role("status")).to_be_visible()
