"""Takes the pictures of the documents from a running demo: `python -m tests.browser.pictures http://127.0.0.1:18080`.

Plays one case and a quarter's periodic work on the way, so that the pages have something to show. The periodic work is
Xintai's, so its ratings have to be there first: `import samples/ezhou-2026-10.csv --jurisdiction xintai`. Writes to
`docs/images`; what is there is replaced.
"""

import argparse
import asyncio
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright, expect

from cli.demo import PASSWORD
from tests.browser.conftest import CHROMIUM
from tests.browser.site import OFFICE_SCREEN, PHONE

_TRIES, _PAUSE = 60, 1000
"""How often, and after how many milliseconds, it is looked whether work is done."""

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
OFFICER, HOTLINE, SUPERVISOR, CLERK, ADMIN = "officer-renshe", "hotline-01", "supervisor-01", "clerk-renshe", "admin-01"


class Photographer:
    """Windows of the demo's people, and a camera."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser = browser
        self._address = address

    async def window(self, user_id: str = "", screen: dict[str, int] = OFFICE_SCREEN) -> Page:
        """The window of one of the demo's people, or of nobody."""
        context = await self._browser.new_context(
            viewport={"width": screen["width"], "height": screen["height"]},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        page = await context.new_page()
        await page.goto(f"{self._address}/login")
        if user_id:
            await page.get_by_label("用户名").fill(user_id)
            await page.get_by_label("密码").fill(PASSWORD)
            await page.get_by_role("button", name="登录").click()
            await expect(page.get_by_role("button", name="退出")).to_be_visible()
        return page

    async def take(self, page: Page, path: str, name: str, whole: bool = False) -> None:
        """A picture of a page: what the screen shows, or the whole page."""
        await page.goto(f"{self._address}{path}")
        await page.wait_for_load_state("networkidle")
        await page.screenshot(path=IMAGES / f"{name}.png", full_page=whole)

    async def run_now(self, page: Page, place: str, kinds: int) -> None:
        """Have every kind of a place's periodic work done, and wait until nothing is under way."""
        address = f"{self._address}/rhythm?place={place}"
        for number in range(kinds):
            await page.goto(address)
            await page.get_by_role("button", name="立即办理").nth(number).click()
            await expect(page.get_by_text("已经开始办理")).to_be_visible()
        for _ in range(_TRIES):
            await page.goto(address)
            done, under_way = page.get_by_text("已完成"), page.get_by_text("进行中")
            if await done.count() >= kinds and not await under_way.count():
                return
            await page.wait_for_timeout(_PAUSE)
        raise TimeoutError(f"the periodic work of {place} is not done")


async def take_all(address: str) -> None:
    """Take every picture."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        camera = Photographer(browser, address)
        officer, hotline = await camera.window(OFFICER), await camera.window(HOTLINE)
        await camera.take(officer, "/tasks", "desk-officer-tasks")
        link = officer.locator("a[href^='/cases/ezhou-EZ']").first
        case = await link.get_attribute("href")
        assert case is not None
        await camera.take(hotline, "/callbacks", "desk-hotline-callbacks")
        await camera.take(hotline, f"{case}/call", "desk-hotline-call", whole=True)
        await hotline.get_by_role("radio", name="已接通，属实", exact=True).check()
        await hotline.get_by_role("button", name="登记结果").click()
        await expect(hotline.get_by_role("link", name="下一个电话")).to_be_visible()
        await officer.goto(f"{address}{case}/act/sign_off")
        await officer.get_by_role("button", name="签收", exact=True).click()
        await expect(officer.get_by_role("status")).to_be_visible()
        await camera.take(officer, case, "desk-case", whole=True)
        await camera.take(officer, f"{case}/why/remediation/1", "desk-why", whole=True)
        await camera.take(officer, f"{case}/act/submit_remediation", "desk-remediation")
        await camera.take(await camera.window(OFFICER, PHONE), case, "desk-case-phone")
        supervisor = await camera.window(SUPERVISOR)
        await camera.take(supervisor, "/overview", "desk-overview", whole=True)
        await camera.take(supervisor, "/ledger", "desk-ledger")
        await camera.take(supervisor, "/notices", "desk-notices")
        await camera.take(supervisor, "/figures?period=2026-10", "desk-figures")
        await camera.take(supervisor, "/quality", "desk-quality")
        await camera.take(supervisor, "/messages", "desk-messages")
        await camera.take(officer, "/inbox", "desk-inbox")
        await camera.run_now(supervisor, "xintai", kinds=4)
        await camera.take(supervisor, "/rhythm?place=xintai", "desk-rhythm", whole=True)
        await camera.take(supervisor, "/samples/xintai-2026-10", "desk-sample")
        await camera.take(supervisor, "/push/day?day=2026-10-09", "desk-push")
        await camera.take(supervisor, "/circulars?place=xintai", "desk-circulars")
        await camera.take(supervisor, f"{case}/engine", "desk-engine", whole=True)
        await camera.take(await camera.window(CLERK), "/mine", "desk-clerk")
        await camera.take(await camera.window(ADMIN), "/admin/users", "desk-users")
        await camera.take(await camera.window(), "/public", "desk-public")
        await browser.close()


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.pictures", description="pictures of a running demo")
    parser.add_argument("address", help="the desk's address, e.g. http://127.0.0.1:18080")
    asyncio.run(take_all(parser.parse_args().address.rstrip("/")))


if __name__ == "__main__":
    main()
