"""The public page: what counts, what is hidden."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from models.outside import FigureRow
from policy.publishing import SMALL
from tests.people.support import put_case
from tests.support.engine import at
from tests.web.pages import Pages, text_of
from web.routes.public import PublicPage

NOW = at("2026-11-21 10:00")


def put_ratings(pages: Pages, count: int, level: int, **changes: object) -> None:
    """So many ratings of the social security office."""
    row = {
        "unit": "ez-renshe",
        "channel": "qr_code",
        "at": NOW - timedelta(days=20),
        "tags": None,
        "case_no": None,
        "state": None,
    }
    sql = text(
        "insert into ratings (jurisdiction, project_no, assess_number, content_digest, import_id, row_no, code_system,"
        " level, satisfaction_code, channel, channel_code, assessed_at, tags, unit, dept_code, case_no, case_state)"
        " values ('ezhou', :matter, 1, ''::bytea, 1, 1, 'national', :level, '1', :channel, '3', :at, :tags, :unit, '',"
        " :case_no, :state)"
    )
    with pages.installation.engine.begin() as connection:
        before = connection.execute(text("select count(*) from ratings")).scalar_one()
        for number in range(before, before + count):
            connection.execute(sql, row | {"matter": f"M{number}", "level": level} | changes)


@pytest.fixture(autouse=True)
def now(pages: Pages) -> None:
    pages.installation.moment = NOW


def public(pages: Pages) -> PublicPage:
    response = pages.get("/public")
    assert (response.status_code, response.template.name) == (200, "public.html")
    page = response.context["page"]
    assert isinstance(page, PublicPage)
    return page


def row(name: str, good: int, bad: int) -> FigureRow:
    return FigureRow(name=name, total=good + bad, good=good, bad=bad)


def test_everybody_reads_totals_by_unit_month_and_channel(pages: Pages) -> None:
    put_ratings(pages, 30, 5, tags="510")
    put_ratings(pages, 10, 3, tags="310")
    put_ratings(pages, 20, 1, channel="phone", at=NOW - timedelta(days=40), tags="113")
    figures = public(pages).figures
    assert figures.total == row("合计", 40, 20)
    assert (figures.total.good_percent, figures.total.bad_percent) == ("66.6%", "33.4%")
    assert figures.units == (row("测试人社局", 40, 20),)
    assert figures.months == (row("2026-11", 40, 0), row("2026-10", 0, 20))
    assert [each.name for each in figures.channels] == ["二维码", "电话"]
    assert {(tag.good, tag.count) for tag in figures.tags} == {(True, 30), (True, 10), (False, 20)}
    assert "测试人社局" in text_of(pages.get("/public"))


def test_what_was_not_adopted_leaves_both_sides(pages: Pages) -> None:
    put_ratings(pages, 20, 5)
    put_ratings(pages, 10, 1)
    put_case(pages.installation.engine, "ezhou-M40-1", ending="not_adopted")
    put_ratings(pages, 1, 1, case_no="ezhou-M40-1", state="opened")
    assert public(pages).figures.total == row("合计", 20, 10)


def test_today_is_not_counted_and_the_numbers_are_kept_for_ten_minutes(pages: Pages) -> None:
    put_ratings(pages, 20, 5)
    put_ratings(pages, 20, 5, at=NOW.replace(hour=0))
    assert public(pages).figures.total.total == 20
    pages.installation.moment += timedelta(days=1)
    assert public(pages).figures.total.total == 40
    put_ratings(pages, 20, 5)
    pages.installation.moment += timedelta(minutes=9)
    assert public(pages).figures.total.total == 40
    pages.installation.moment += timedelta(minutes=1)
    assert public(pages).figures.total.total == 60


def test_a_tag_that_few_people_gave_is_not_listed(pages: Pages) -> None:
    put_ratings(pages, SMALL, 1, tags="113")
    put_ratings(pages, SMALL - 1, 1, tags="115")
    figures = public(pages).figures
    assert [tag.count for tag in figures.tags] == [SMALL]
    assert figures.rare_tags == 1


def test_nothing_is_there_yet(pages: Pages) -> None:
    figures = public(pages).figures
    assert (figures.total.total, figures.total.good_percent, figures.units) == (0, "—", ())


def test_a_small_number_is_hidden_together_with_the_one_that_would_give_it_away(pages: Pages) -> None:
    put_ratings(pages, 60, 5)
    put_ratings(pages, 30, 1)
    put_ratings(pages, 50, 5, unit="ez-shichang")
    put_ratings(pages, 3, 1, unit="ez-shichang")
    put_ratings(pages, 40, 5, unit="ez-12345")
    put_ratings(pages, 12, 1, unit="ez-12345")
    shown = {each.name: each for each in public(pages).figures.units}
    assert (shown["测试市场监管局"].total, shown["测试市场监管局"].bad) == (53, None)
    assert (shown["测试12345市长专线办"].total, shown["测试12345市长专线办"].bad) == (52, None)
    assert shown["测试人社局"] == row("测试人社局", 60, 30)
    seen = text_of(pages.get("/public"))
    assert "53 * * — —" in seen
