"""The overview: its numbers are those of the cases, its charts hold no script, and a head sees the own unit only."""

from collections.abc import Iterator
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from models.steps import TaskKind
from tests.support.engine import at
from tests.web.many_cases import NOW, Shelf
from tests.web.pages import Pages, text_of
from web.ledger_filters import working_days_from
from web.routes.overview import months_until, rate_text

CHARTS = ("/charts/stages.svg", "/charts/on-time.svg", "/charts/load.svg")


@pytest.fixture
def shelf(database_url: str) -> Iterator[Shelf]:
    """The desk's database with a few cases of two units."""
    shelf = Shelf(database_url)
    yield shelf
    shelf.close()


def fill(shelf: Shelf) -> None:
    """An escalated and a late case of one unit, one that runs out today of another, and one that has ended."""
    shelf.task(shelf.case(1, stage="escalated"), TaskKind.CONCLUDE, "supervisor")
    late = shelf.case(2, overdue=True, deadline=NOW - timedelta(days=1))
    today = shelf.case(3, unit="ez-shichang", case_class="simple", deadline=NOW.replace(hour=20))
    shelf.case(4, ended_at=NOW, ending="satisfied", stage="closed")
    met = shelf.clock(shelf.case(5), "remediation", at("2026-01-05 09:00"), "5 wd")
    with shelf.engine.begin() as connection:
        connection.exec_driver_sql("update clocks set ended_at = deadline - interval '1 hour'")
    assert met == at("2026-01-13 00:00")
    shelf.clock(late, "remediation", at("2026-01-05 09:00"), "4 wd")
    shelf.clock(today, "sign_off", at("2026-02-12 09:00"), "1 wd")
    shelf.clock(today, "advisory", at("2026-02-12 09:00"), "1 wd")


def test_the_numbers_are_those_of_the_cases_and_lead_to_them(pages: Pages, shelf: Shelf) -> None:
    fill(shelf)
    pages.log_in("supervisor-01")
    shown = pages.get("/overview")
    page = shown.context["page"]
    assert shown.template.name == "overview.html"
    assert {tile.label: tile.number for tile in page.tiles} == {
        "在办": 4,
        "今天到期": 1,
        "已逾期": 1,
        "待监督处理": 1,
        "等我办理": 1,
    }
    assert [(row.label, row.open, row.overdue, row.escalated) for row in page.by_unit] == [
        ("测试人社局", 3, 1, 1),
        ("测试市场监管局", 1, 0, 0),
    ]
    assert [(row.label, row.open) for row in page.by_class] == [("简易", 1), ("一般", 3)]
    assert dict(page.by_stage)["整改中"] == 3
    for tile in page.tiles[:-1]:
        listed = pages.get(tile.path).context["page"]
        assert listed.count == str(tile.number), tile.label
    for row in page.by_unit:
        assert pages.get(f"/ledger?{row.query}&show=open").context["page"].count == str(row.open)


def test_the_on_time_rate_counts_limits_of_the_month_and_says_both_numbers(pages: Pages, shelf: Shelf) -> None:
    fill(shelf)
    pages.log_in("supervisor-01")
    page = pages.get("/overview").context["page"]
    assert page.months[-2:] == ("2026年1月", "2026年2月")
    (row,) = page.rates
    assert row.unit_name == "测试人社局"
    assert row.rates == ("—", "—", "—", "—", "50.0%（1/2）", "—")


def test_the_load_counts_limits_per_day_without_those_that_only_remind(pages: Pages, shelf: Shelf) -> None:
    fill(shelf)
    pages.log_in("supervisor-01")
    load = dict(pages.get("/overview").context["page"].load)
    assert load["2月13日（周五）"] == 1
    assert load["2月14日（周六）"] == 0
    assert "2月15日（周日）" not in load


def test_a_head_sees_the_own_unit_only_also_in_the_charts(pages: Pages, shelf: Shelf) -> None:
    fill(shelf)
    pages.log_in("head-shichang")
    shown = pages.get("/overview")
    assert [row.label for row in shown.context["page"].by_unit] == ["测试市场监管局"]
    assert "测试人社局" not in shown.text
    assert "测试人社局" not in pages.get("/charts/on-time.svg").text


def test_a_chart_is_a_picture_without_script_that_fetches_nothing(pages: Pages, shelf: Shelf) -> None:
    fill(shelf)
    pages.log_in("supervisor-01")
    for path in CHARTS:
        shown = pages.get(path)
        assert shown.headers["content-type"] == "image/svg+xml"
        assert shown.headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'"
        drawing = ElementTree.fromstring(shown.content)
        assert not [each for each in drawing.iter() if each.tag.endswith("script")]
        addresses = [value for each in drawing.iter() for name, value in each.items() if name.endswith("href")]
        assert addresses == []
        assert "@import" not in shown.text
        assert "url(" not in shown.text.replace("url(#", "")
    assert "整改中" in pages.get(CHARTS[0]).text


def test_an_empty_office_has_an_overview_too(pages: Pages) -> None:
    pages.log_in("supervisor-01")
    assert "没有在办案件" in text_of(pages.get("/overview"))
    assert all(pages.get(path).status_code == 200 for path in CHARTS)


def test_others_have_no_overview(pages: Pages) -> None:
    for user in ("officer-renshe", "clerk-renshe", "reviewer-01", "admin-01"):
        pages.log_in(user)
        assert all(pages.get(path).status_code == 403 for path in ("/overview", *CHARTS))


def test_a_rate_is_cut_off_and_never_rounded_up_to_all() -> None:
    assert rate_text(10000, 9999) == "99.9%（9,999/10,000）"
    assert rate_text(3, 3) == "100.0%（3/3）"
    assert rate_text(0, 0) == "—"


def test_months_go_back_over_the_turn_of_the_year() -> None:
    assert [f"{each:%Y-%m}" for each in months_until(NOW)] == [
        "2025-09", "2025-10", "2025-11", "2025-12", "2026-01", "2026-02",
    ]  # fmt: skip


def test_soon_is_counted_in_working_days_with_make_up_days_and_holidays(shelf: Shelf) -> None:
    """Friday, 13 February 2026: Saturday the 14th is worked for Spring Festival, which lasts until the 23rd."""
    calendar = shelf.calendar
    assert working_days_from(NOW, 1, calendar) == at("2026-02-14 00:00")
    assert working_days_from(NOW, 2, calendar) == at("2026-02-15 00:00")
    assert working_days_from(NOW, 3, calendar) == at("2026-02-25 00:00")
    assert working_days_from(at("2026-02-16 10:00"), 1, calendar) == at("2026-02-25 00:00")
