"""The pages of the figures: asked for by a form, opened to their rows, given out once, taken away as files."""

import io
from typing import Any
from xml.etree import ElementTree

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from models.figures import FigureKind
from policy.figures import DEFINITIONS
from tests.figures.month import LATER, Month
from tests.support.engine import at
from tests.web.pages import Pages, Shown, text_of

MARCH = {"place": "ezhou", "period": "2026-03"}


def cells_of(shown: Shown) -> dict[str, Any]:
    """The figures of a page by their names."""
    assert (shown.status_code, shown.template.name) == (200, "figures.html")
    return {cell.label: cell for cell in shown.context["page"].cells}


def sheet_of(shown: Shown) -> list[list[Any]]:
    """The rows of a file."""
    assert shown.status_code == 200
    sheet = load_workbook(io.BytesIO(shown.content)).active
    assert sheet is not None
    return [list(row) for row in sheet.iter_rows(values_only=True)]


@pytest.fixture
def desk(month: Month) -> Pages:
    """The desk of the month, on 5 April, with a supervisor before it."""
    month.pages.log_in("supervisor-01")
    return month.pages


def test_a_supervisor_reads_every_figure_with_what_was_divided(desk: Pages) -> None:
    cells = cells_of(desk.get("/figures", **MARCH, as_of="2026-03-31"))
    assert list(cells) == [kind.label for kind in DEFINITIONS]
    assert cells["差评率"].said == "31.5%（6/19）"
    closed_loop = cells["实名差评回访整改率"]
    assert (closed_loop.said, closed_loop.target, closed_loop.met) == ("75.0%（3/4）", "100%", False)
    assert (cells["好评率"].target, cells["好评率"].met) == ("", None)
    said = text_of(desk.get("/figures", **MARCH, as_of="2026-03-31"))
    assert "鄂州市 · 2026年3月" in said
    assert "按 2026-04-01（周三）00:00 所知统计" in said
    assert "75.0%（3/4） 100% 未达标" in said


def test_without_a_word_it_is_this_month_as_of_now(desk: Pages) -> None:
    page = desk.get("/figures").context["page"]
    assert (page.given["place"], page.given["period"]) == ("ezhou", "2026-04")
    assert page.heading == "鄂州市 · 2026年4月"
    # The one good rating of 1 April.
    assert cells_of(desk.get("/figures"))["评价总量"].said == "1"
    assert cells_of(desk.get("/figures"))["差评整改率"].said == "—"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"place": "nowhere"}, "没有名为“nowhere”的地区"),
        ({"period": "2026-3"}, "应写成“2026-11”（月）"),
        ({"from": "2026-03-01"}, "起止日期要两个都填"),
        ({"from": "2026-03-09", "to": "2026-03-01"}, "起始日期不能晚于截止日期"),
        ({"period": "2026-03", "from": "2026-03-01", "to": "2026-03-02"}, "只填一种"),
        ({"as_of": "2026-04-06"}, "还没有到"),
        ({"by": "x"}, "请从页面上重新选择"),
        ({"rank": "x"}, "请从页面上重新选择"),
        ({"only": "ez-renshe"}, "先选分组"),
    ],
)
def test_a_wrong_choice_is_refused_above_the_form_with_what_was_typed(
    desk: Pages, query: dict[str, str], said: str
) -> None:
    shown = desk.get("/figures", **query)
    page = shown.context["page"]
    assert (shown.status_code, shown.template.name) == (422, "figures.html")
    assert said in page.refusal
    assert page.cells == ()
    assert all(page.given[key] == value for key, value in query.items() if key in page.given)


def test_groups_are_ranked_and_each_leads_to_its_own_figures(desk: Pages) -> None:
    shown = desk.get("/figures", **MARCH, as_of="2026-03-31", by="unit", rank="bad_rate")
    page = shown.context["page"]
    assert [(row.place, row.name, row.said, row.total) for row in page.groups] == [
        ("1", "测试人社局", "28.5%（4/14）", "14"),
        ("2", "测试市场监管局", "40.0%（2/5）", "5"),
    ]
    assert page.bottom_rule == "本地没有末位名单的规定，只列名次。"
    one = desk.get(f"/figures?{page.groups[1].query}")
    assert cells_of(one)["差评率"].said == "40.0%（2/5）"
    assert "鄂州市 · 测试市场监管局 · 2026年3月" in text_of(one)
    assert one.context["page"].groups == ()
    nobody = desk.get("/figures", **MARCH, by="unit", only="nobody")
    assert cells_of(nobody)["评价总量"].said == "0"


def test_a_window_has_its_own_figures_rows_and_line_in_the_file(desk: Pages, month: Month) -> None:
    by_window = {**MARCH, "as_of": "2026-03-31", "by": "window"}
    [window, nobody] = desk.get("/figures", **by_window, rank="bad_rate").context["page"].groups
    assert (window.place, window.name, window.said) == ("1", "测试人社局 03号窗口", "33.3%（2/6）")
    assert (nobody.name, nobody.said) == ("（未注明）", "30.7%（4/13）")
    assert cells_of(desk.get(f"/figures?{window.query}"))["评价总量"].said == "6"
    behind = {"kind": "signoff_on_time", "only": "ez-renshe/03"}
    rows = desk.get("/figures/rows", **by_window, **behind).context["page"].rows
    assert [case_no for case_no, _ in rows] == [month.cases[name] for name in "FCA"]
    file = sheet_of(desk.get("/figures.xlsx", **by_window))
    assert [file[1][0], *(row[0] for row in file[2:])] == ["窗口", "测试人社局 03号窗口", "（未注明）"]


def test_the_chart_shows_the_ranking_and_holds_no_script(desk: Pages) -> None:
    shown = desk.get("/charts/figures.svg", **MARCH, as_of="2026-03-31", by="unit", rank="bad_rate")
    assert shown.headers["content-type"] == "image/svg+xml"
    drawn = ElementTree.fromstring(shown.content)
    assert not [each for each in drawn.iter() if str(each.tag).endswith("script")]
    said = "".join(drawn.itertext())
    assert "28.5%" in said
    assert "测试市场监管局" in said


def test_a_figure_opens_to_its_rows_and_they_to_their_cases(desk: Pages, month: Month) -> None:
    query = {**MARCH, "as_of": "2026-03-31", "kind": "signoff_on_time"}
    shown = desk.get("/figures/rows", **query)
    page = shown.context["page"]
    assert shown.template.name == "figure_rows.html"
    assert [case_no for case_no, _ in page.rows] == [month.cases[name] for name in "GFEDCBA"]
    assert f'<a href="/cases/{month.cases["B"]}">' in shown.text
    assert [cells[7] for _, cells in page.rows][:2] == ["2026年3月31日（周二）24:00", "2026年3月24日（周二）24:00"]
    rest = desk.get("/figures/rows", **query, part="rest").context["page"]
    assert [case_no for case_no, _ in rest.rows] == [month.cases["G"], month.cases["B"]]
    unit = desk.get("/figures/rows", **query, by="unit", only="ez-shichang").context["page"]
    assert [case_no for case_no, _ in unit.rows] == [month.cases["G"], month.cases["E"]]


def test_long_lists_of_rows_go_on_where_the_page_before_ended(fresh_month: Month) -> None:
    desk = fresh_month.pages
    desk.log_in("supervisor-01")
    with desk.installation.engine.begin() as connection:
        connection.execute(
            text(
                "insert into ratings (jurisdiction, project_no, assess_number, content_digest, import_id, row_no,"
                " code_system, level, satisfaction_code, channel, channel_code, assessed_at, dept_code)"
                " select 'ezhou', 'many-' || n, 1, '', 1, 1, '', 5, '5', 'phone', '6',"
                " timestamptz '2026-03-20 08:00+08' - n * interval '1 minute', '' from generate_series(1, 60) n"
            )
        )
    first = desk.get("/figures/rows", **MARCH, kind="n_eval").context["page"]
    second = desk.get(f"/figures/rows?{first.older}").context["page"]
    numbers = [cells[0] for page in (first, second) for _, cells in page.rows]
    assert (len(first.rows), len(second.rows), second.older) == (50, 29, "")
    assert len(set(numbers)) == 79
    assert desk.get("/figures/rows", **MARCH, kind="n_eval", after="x").status_code == 422


def test_rows_of_no_figure_lead_back_and_of_an_unknown_one_are_refused(desk: Pages) -> None:
    assert desk.get("/figures/rows", **MARCH).headers["location"] == "/figures?place=ezhou&period=2026-03"
    assert desk.get("/figures/rows.xlsx", **MARCH).status_code == 422
    for query in ({"kind": "x"}, {"kind": "good_rate", "part": "x"}):
        shown = desk.get("/figures/rows", **MARCH, **query)
        assert (shown.status_code, shown.template.name) == (422, "message.html"), query


def test_what_was_given_out_stays_beside_what_is_counted_now(fresh_month: Month) -> None:
    desk = fresh_month.pages
    desk.log_in("supervisor-01")
    desk.installation.moment = at("2026-04-01 09:00")
    assert "登记公布" in text_of(desk.get("/figures", **MARCH))
    answer = desk.post("/figures/publish", MARCH)
    assert (answer.status_code, answer.headers["location"]) == (303, "/figures?place=ezhou&period=2026-03")
    unchanged = desk.get("/figures", **MARCH)
    assert not [cell for cell in cells_of(unchanged).values() if cell.published]
    desk.installation.moment = LATER
    cells = cells_of(desk.get("/figures", **MARCH))
    assert (cells["差评率"].said, cells["差评率"].published) == ("26.3%（5/19）", "31.5%（6/19）")
    assert cells["签收及时率"].published == ""
    said = text_of(desk.get("/figures", **MARCH))
    assert "2026-04-01（周三）09:00 由测试·监督人员（supervisor-01）登记公布" in said
    assert "有变化 31.5%（6/19）" in said
    # The first time stands, whoever sends it again.
    desk.post("/figures/publish", MARCH)
    assert "2026-04-01（周三）09:00" in text_of(desk.get("/figures", **MARCH))
    # Counted as of a moment before, nothing has changed since.
    assert not [cell for cell in cells_of(desk.get("/figures", **MARCH, as_of="2026-03-31")).values() if cell.published]


def test_a_period_that_is_not_over_cannot_be_given_out(desk: Pages) -> None:
    answer = desk.post("/figures/publish", {"place": "ezhou", "period": "2026-04"})
    assert answer.status_code == 422
    assert "还没有结束" in text_of(answer)


def test_the_files_have_every_group_and_every_row(desk: Pages, month: Month) -> None:
    rows = sheet_of(desk.get("/figures.xlsx", **MARCH, as_of="2026-03-31", by="unit"))
    assert "鄂州市 · 2026年3月" in rows[0][0]
    assert rows[1][:4] == ["单位", "评价总量", "评价总量·分子", "评价总量·分母"]
    bad = rows[1].index("差评率")
    assert [[row[0], *row[bad : bad + 3]] for row in rows[2:]] == [
        ["测试人社局", "28.5%", 4, 14],
        ["测试市场监管局", "40.0%", 2, 5],
    ]
    rows = sheet_of(desk.get("/figures/rows.xlsx", **MARCH, as_of="2026-03-31", kind="remediation_days_mean"))
    assert [(row[1], row[9]) for row in rows[2:]] == [
        (month.cases["F"], 2),
        (month.cases["D"], 8),
        (month.cases["B"], 6),
        (month.cases["A"], 3),
    ]


def test_only_supervisors_read_them(desk: Pages) -> None:
    for user in ("officer-renshe", "hotline-01", "clerk-renshe", "head-renshe", "reviewer-01", "admin-01"):
        desk.log_in(user)
        assert desk.get("/figures", **MARCH).status_code == 403
        assert desk.post("/figures/publish", MARCH).status_code == 403
        assert desk.get("/figures/rows", **MARCH, kind=FigureKind.BAD_RATE.value).status_code == 403
