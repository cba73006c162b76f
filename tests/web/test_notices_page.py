"""Holiday notices on the desk: a year as it stands, a preview that changes nothing, putting one in force, refusals."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import func, select

from adapters.database import make_engine
from adapters.tables.cases import HOLIDAY_NOTICES
from models.actions import Action
from models.clocks import ClockKind
from tests.calendar.support import YEAR_2027
from tests.support.engine import OFFICER, SUPERVISOR
from tests.web.conftest import OpenOffice
from tests.web.pages import Pages, Shown, WorkingOffice, text_of


def upload(text: str | bytes, name: str = "2027.toml") -> list[tuple[str, tuple[str, bytes, str]]]:
    """The file of the form."""
    data = text.encode() if isinstance(text, str) else text
    return [("file", (name, data, "application/toml"))]


def ordered(database_url: str) -> int:
    """How many notices somebody put in force."""
    engine = make_engine(database_url)
    with engine.connect() as connection:
        number = connection.execute(select(func.count()).select_from(HOLIDAY_NOTICES)).scalar_one()
    engine.dispose()
    return int(number)


def test_a_year_is_shown_with_its_breaks_make_up_days_and_notices(pages: Pages) -> None:
    pages.log_in(SUPERVISOR)
    shown = pages.get("/notices", year="2026")
    assert shown.template.name == "notices.html"
    assert "春节" in text_of(shown)
    assert "2月14日（周六）" in text_of(shown)
    assert "国办发明电〔2025〕7号" in text_of(shown)
    assert "尚未正式公布" in text_of(pages.get("/notices", year="2027"))


def test_a_wrong_year_is_refused(pages: Pages) -> None:
    pages.log_in(SUPERVISOR)
    assert "应写成四位数字" in text_of(pages.get("/notices", year="26"))
    assert "没有2031年" in text_of(pages.get("/notices", year="2031"))


def test_a_wrong_file_is_refused_with_its_line_and_changes_nothing(pages: Pages, database_url: str) -> None:
    pages.log_in(SUPERVISOR)
    wrong: dict[str, str | bytes] = {
        "2027.toml 第11行": YEAR_2027.replace("last = 2027-01-03", "last = 2027-01-00"),
        "文件编码必须是 UTF-8": "放假".encode("gbk"),
        "文件太大": b"#" * 200_000,
        "只有正式公布的通知": YEAR_2027.replace("official", "provisional"),
    }
    for sentence, content in wrong.items():
        for_preview = pages.post("/notices/preview", files=upload(content))
        assert for_preview.status_code == 422
        assert for_preview.template.name == "notices.html"
        assert sentence in text_of(for_preview), text_of(for_preview)[:600]
    assert "请选择放假通知的文件" in text_of(pages.post("/notices/preview"))
    assert pages.post("/notices/apply", {"text": "x = ", "name": "x.toml"}).status_code == 422
    assert ordered(database_url) == 0


def test_only_supervisors_and_administrators_have_the_notices(pages: Pages) -> None:
    for user in ("officer-renshe", "head-renshe", "hotline-01", "clerk-renshe", "reviewer-01"):
        pages.log_in(user)
        assert pages.get("/notices").status_code == 403
        assert pages.post("/notices/preview", files=upload(YEAR_2027)).status_code == 403
        assert pages.post("/notices/apply", {"text": YEAR_2027}).status_code == 403


def test_a_job_that_nobody_knows_says_what_to_do(pages: Pages) -> None:
    pages.log_in(SUPERVISOR)
    assert "接着做完" in text_of(pages.get("/notices/progress/0123456789abcdef"))


@pytest.mark.timeout(300)
async def test_a_notice_is_previewed_put_in_force_and_reaches_the_open_case(
    working_office: OpenOffice, database_url: str
) -> None:
    office = await working_office("2026-12-30 09:00")
    case_no = await office.office.dispatch()
    await office.office.act(case_no, Action.SIGN_OFF, OFFICER)
    assert office.office.clock(case_no, ClockKind.APPEAL_WINDOW).due.provisional
    office.log_in(SUPERVISOR)

    previewed = await office.post("/notices/preview", files=upload(YEAR_2027))
    assert previewed.template.name == "notice_preview.html"
    assert case_no in {row.case_no for row in previewed.context["page"].rows}
    assert "取消暂定标记" in text_of(previewed)
    assert ordered(database_url) == 0

    applied = await office.post("/notices/apply", {"text": previewed.context["page"].text, "name": "2027.toml"})
    assert applied.status_code == 303
    shown = await _when_done(office, applied.headers["location"])
    assert "试验〔2026〕9号已施行，由 supervisor-01" in text_of(shown)
    assert "本次重新计算 1 件案件" in text_of(shown)
    assert not office.office.clock(case_no, ClockKind.APPEAL_WINDOW).due.provisional
    assert ordered(database_url) == 1

    again = await office.post("/notices/apply", {"text": previewed.context["page"].text, "name": "2027.toml"})
    assert "没有重复录入" in text_of(await _when_done(office, again.headers["location"]))


async def _when_done(office: WorkingOffice, path: str) -> Shown:
    async with asyncio.timeout(90):
        while (shown := await office.get(path)).context["page"].running:
            assert shown.headers["refresh"] == "2"
            assert "正在重新计算" in text_of(shown)
            await asyncio.sleep(0.05)
    return shown


def test_the_policies_are_readable_with_their_sources(pages: Pages) -> None:
    pages.log_in("head-renshe")
    listed = pages.get("/policies")
    assert [each.id for each in listed.context["page"].policies] == sorted(
        each.parent.name for each in Path("jurisdictions").glob("*/policy.toml")
    )
    shown = pages.get("/policies/ezhou")
    assert shown.template.name == "policy.html"
    rows = [row for group in shown.context["page"].groups for row in group.rows]
    assert all(row.grounds for row in rows)
    assert {row.basis for row in rows} == {"文件规定", "参照", "暂定"}
    assert pages.get("/policies/atlantis").status_code == 422
