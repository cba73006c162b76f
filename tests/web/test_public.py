"""The public page and its open data: what counts, what is hidden, what a place publishes, and that it stays so."""

import csv
import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from models.outside import FigureRow, PublicMonth
from policy.publishing import SMALL
from tests.people.support import put_case
from tests.support.engine import at
from tests.web.pages import Pages, text_of
from web.routes.public import PublicPage

NOW = at("2026-12-11 10:00")
IN_NOVEMBER = at("2026-11-05 10:00")


def put_ratings(pages: Pages, count: int, level: int, **changes: object) -> None:
    """So many ratings of the social security office."""
    row = {
        "unit": "ez-renshe",
        "channel": "qr_code",
        "at": IN_NOVEMBER,
        "place": "ezhou",
        "tags": None,
        "case_no": None,
        "state": None,
    }
    sql = text(
        "insert into ratings (jurisdiction, project_no, assess_number, content_digest, import_id, row_no, code_system,"
        " level, satisfaction_code, channel, channel_code, assessed_at, tags, unit, dept_code, case_no, case_state)"
        " values (:place, :matter, 1, ''::bytea, 1, 1, 'national', :level, '1', :channel, '3', :at, :tags, :unit, '',"
        " :case_no, :state)"
    )
    with pages.installation.engine.begin() as connection:
        before = connection.execute(text("select count(*) from ratings")).scalar_one()
        for number in range(before, before + count):
            connection.execute(sql, row | {"matter": f"M{number}", "level": level} | changes)


@pytest.fixture(autouse=True)
def now(pages: Pages) -> None:
    pages.installation.moment = NOW


def public(pages: Pages, **query: str) -> PublicPage:
    response = pages.get("/public", **query)
    assert (response.status_code, response.template.name) == (200, "public.html")
    page = response.context["page"]
    assert isinstance(page, PublicPage)
    return page


def month(pages: Pages, **query: str) -> PublicMonth:
    """The month that the page shows."""
    found = public(pages, **query).month
    assert found is not None
    return found


def row(name: str, good: int, bad: int) -> FigureRow:
    return FigureRow(name=name, total=good + bad, good=good, bad=bad)


def test_everybody_reads_the_figures_of_a_month_by_unit_and_channel(pages: Pages) -> None:
    put_ratings(pages, 30, 5, tags="510")
    put_ratings(pages, 10, 3, tags="310")
    put_ratings(pages, 20, 1, channel="phone", tags="113")
    put_ratings(pages, 40, 1, at=IN_NOVEMBER - timedelta(days=31))
    figures = month(pages)
    assert (figures.month, figures.total) == ("2026-11", row("合计", 40, 20))
    assert (figures.total.good_percent, figures.total.bad_percent) == ("66.6%", "33.4%")
    assert figures.units == (row("测试人社局", 40, 20),)
    assert figures.channels == (row("二维码", 40, 0), row("电话", 0, 20))
    assert {(tag.good, tag.count) for tag in figures.tags} == {(True, 30), (True, 10), (False, 20)}
    assert month(pages, month="2026-10").total == row("合计", 0, 40)


def test_what_was_not_adopted_leaves_both_sides(pages: Pages) -> None:
    put_ratings(pages, 20, 5)
    put_ratings(pages, 10, 1)
    put_case(pages.installation.engine, "ezhou-M40-1", ending="not_adopted")
    put_ratings(pages, 1, 1, case_no="ezhou-M40-1", state="opened")
    assert month(pages).total == row("合计", 20, 10)


def test_one_person_with_a_batch_is_one_person(pages: Pages) -> None:
    put_ratings(pages, 60, 5)
    put_ratings(pages, 1, 1)
    with pages.installation.engine.begin() as connection:
        connection.execute(text("update ratings set covered_matters = 'a,b,c,d,e,f' where level = 1"))
    assert month(pages).total == FigureRow(name="合计", total=61, good=None, bad=None)


def test_a_default_counts_until_somebody_has_rated_the_matter(pages: Pages) -> None:
    put_ratings(pages, 20, 5, channel="system_default")
    with pages.installation.engine.begin() as connection:
        connection.execute(text("update ratings set project_no = 'M0', assess_number = 2 where project_no = 'M1'"))
        connection.execute(text("update ratings set channel = 'qr_code' where assess_number = 2"))
    assert month(pages).total == row("合计", 19, 0)


def test_a_month_is_public_when_it_is_over_and_settled(pages: Pages) -> None:
    put_ratings(pages, 20, 5)
    pages.installation.moment = at("2026-12-10 23:59")
    early = public(pages)
    assert (early.months, early.month) == ((), None)
    assert "现在还没有已经公开的月份" in text_of(pages.get("/public"))
    assert pages.get("/public", month="2026-11").status_code == 200
    assert pages.get("/public/data.json", place="ezhou", **{"from": "2026-11"}).status_code == 422
    pages.installation.moment = at("2026-12-11 00:00")
    assert month(pages).total.total == 20


def test_what_was_published_does_not_move_with_a_late_rating_or_an_upheld_appeal(pages: Pages) -> None:
    put_ratings(pages, 20, 5)
    put_case(pages.installation.engine, "ezhou-M20-1")
    put_ratings(pages, 10, 1, case_no=None)
    before = month(pages)
    put_ratings(pages, 1, 1)
    with pages.installation.engine.begin() as connection:
        connection.execute(text("delete from ratings where project_no = 'M3'"))
    pages.installation.moment += timedelta(days=30)
    assert month(pages, month="2026-11") == before


def test_a_month_without_ratings_can_still_be_imported(pages: Pages) -> None:
    put_ratings(pages, 20, 5, at=IN_NOVEMBER - timedelta(days=62))
    assert month(pages, month="2026-10").total.total == 0
    put_ratings(pages, 30, 5, at=IN_NOVEMBER - timedelta(days=31))
    assert month(pages, month="2026-10").total.total == 30


def test_only_what_may_be_shown_is_kept(pages: Pages) -> None:
    put_ratings(pages, 60, 5)
    put_ratings(pages, 3, 1)
    month(pages)
    with pages.installation.engine.connect() as connection:
        kept = connection.execute(text("select figures from public_months")).scalar_one()
    assert (kept["total"]["total"], kept["total"]["bad"], kept["units"][0]["bad"]) == (63, None, None)


def test_a_tag_that_few_people_gave_is_not_listed(pages: Pages) -> None:
    put_ratings(pages, SMALL, 1, tags="113")
    put_ratings(pages, SMALL - 1, 1, tags="115")
    figures = month(pages)
    assert [tag.count for tag in figures.tags] == [SMALL]
    assert figures.rare_tags == 1


def test_nothing_is_there_yet(pages: Pages) -> None:
    assert public(pages).month is None
    assert "还没有收到评价" in text_of(pages.get("/public"))


def test_what_was_put_right_is_counted_in_the_month_in_which_it_was_closed(pages: Pages) -> None:
    put_ratings(pages, 60, 1)
    endings = ["satisfied"] * 8 + ["unreachable"] * 6 + ["not_adopted"] * 7
    for number, ending in enumerate(endings):
        put_case(pages.installation.engine, f"ezhou-C{number}-1", ending=ending)
    with pages.installation.engine.begin() as connection:
        connection.execute(text("update cases set ended_at = :at"), {"at": IN_NOVEMBER})
    assert month(pages).put_right == row("合计", 8, 6)
    assert "办结并整改的差评数 其中回访满意数 回访满意率 合计 14 8 57.1%" in text_of(pages.get("/public"))


def test_a_small_number_is_hidden_together_with_the_one_that_would_give_it_away(pages: Pages) -> None:
    put_ratings(pages, 60, 5, place="taian")
    put_ratings(pages, 30, 1, place="taian")
    put_ratings(pages, 50, 5, unit="ez-shichang", place="taian")
    put_ratings(pages, 3, 1, unit="ez-shichang", place="taian")
    put_ratings(pages, 40, 5, unit="ez-12345", place="taian")
    put_ratings(pages, 12, 1, unit="ez-12345", place="taian")
    shown = {each.name: each for each in month(pages).units}
    assert (shown["测试市场监管局"].total, shown["测试市场监管局"].bad) == (53, None)
    assert (shown["测试12345市长专线办"].total, shown["测试12345市长专线办"].bad) == (52, None)
    assert shown["测试人社局"] == row("测试人社局", 60, 30)
    assert "测试市场监管局 53 * * * *" in text_of(pages.get("/public"))


@pytest.mark.parametrize(
    ("place", "titles"),
    [
        ("ezhou", ["评价结果", "整改情况"]),
        ("taian", ["评价结果", "各单位收到的评价"]),
        ("tianjin", ["评价结果", "各渠道的评价", "热门评价标签"]),
        ("gonghe", []),
    ],
)
def test_each_place_shows_what_its_document_says(pages: Pages, place: str, titles: list[str]) -> None:
    put_ratings(pages, 30, 5, place=place, tags="510")
    page = public(pages, place=place)
    assert [table.title for table in page.tables] == titles
    if not titles:
        assert "本地文件没有规定公开内容" in text_of(pages.get("/public", place=place))
        assert pages.get("/public/data.csv", place=place, **{"from": "2026-11"}).status_code == 422


def test_open_data_has_the_same_numbers_in_every_form(pages: Pages) -> None:
    put_ratings(pages, 60, 5, place="taian")
    put_ratings(pages, 3, 1, place="taian")
    put_ratings(pages, 50, 5, place="taian", at=IN_NOVEMBER - timedelta(days=31))
    asked = {"place": "taian", "from": "2026-10", "to": "2026-11"}
    numbers = pages.get("/public/data.json", **asked).json()["numbers"]
    assert {each["month"] for each in numbers} == {"2026-10", "2026-11"}
    assert {each["table"] for each in numbers} == {"合计", "单位"}
    found = {(each["month"], each["table"], each["measure"]): each["value"] for each in numbers}
    assert (found["2026-11", "合计", "评价数"], found["2026-11", "合计", "差评数"]) == (63, None)
    assert found["2026-10", "合计", "好评率"] == "100.0%"
    cells = [["*" if value is None else str(value) for value in each.values()] for each in numbers]
    lines = pages.get("/public/data.csv", **asked).content.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(lines)))[1:] == cells
    sheet = load_workbook(io.BytesIO(pages.get("/public/data.xlsx", **asked).content)).active
    assert [[str(cell) for cell in line] for line in sheet.iter_rows(min_row=3, values_only=True)] == cells


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"place": "atlantis", "from": "2026-11"}, "没有这个地区"),
        ({"place": "ezhou", "from": "2030-01"}, "没有已经公开的月份"),
        ({"place": "ezhou", "from": ""}, "没有已经公开的月份"),
    ],
)
def test_what_cannot_be_exported_is_said(pages: Pages, query: dict[str, str], sentence: str) -> None:
    put_ratings(pages, 30, 5)
    answer = pages.get("/public/data.xlsx", **query)
    assert answer.status_code == 422
    assert sentence in text_of(answer)


def test_supervisors_see_what_is_published_by_which_source_and_export_it(pages: Pages) -> None:
    put_ratings(pages, 30, 5)
    pages.log_in("supervisor-01")
    seen = text_of(pages.get("/publications"))
    assert "评价结果、整改情况" in seen
    assert "鄂州政办函〔2020〕27号 二(七)4" in seen
    assert "2026-11" in seen
    assert "不公开" in text_of(pages.get("/publications", place="gonghe"))
    assert pages.get("/publications", place="atlantis").status_code == 422
