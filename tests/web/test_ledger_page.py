"""The ledger's page: filters in the address, pages, saved filters, the file to take away, and whose cases are in it."""

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import insert

from adapters.tables.cases import ENTRIES
from tests.web.many_cases import NOW, Shelf
from tests.web.pages import Pages, Shown, text_of
from web.ledger_book import COLUMNS


@pytest.fixture
def shelf(database_url: str) -> Iterator[Shelf]:
    """The desk's database, to put cases into."""
    shelf = Shelf(database_url)
    yield shelf
    shelf.close()


def numbers(shown: Shown) -> list[str]:
    """The cases of a page."""
    return [row.case.case_no for row in shown.context["page"].rows]


def book_rows(shown: Shown) -> list[list[Any]]:
    """The rows of the file."""
    sheet = load_workbook(io.BytesIO(shown.content)).active
    assert sheet is not None
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_every_filter_stands_in_the_address_and_comes_back_in_the_form(pages: Pages, shelf: Shelf) -> None:
    pages.log_in("supervisor-01")
    shelf.case(1)
    late = shelf.case(2, unit="ez-shichang", overdue=True, deadline=NOW - timedelta(hours=2))
    shown = pages.get("/ledger", unit="ez-shichang", show="overdue", q="社会")
    assert shown.template.name == "ledger.html"
    assert numbers(shown) == [late]
    assert "已逾期 2小时" in text_of(shown)
    assert '<option value="ez-shichang" selected>' in shown.text
    assert 'value="社会"' in shown.text
    assert shown.context["page"].query == "q=%E7%A4%BE%E4%BC%9A&unit=ez-shichang&show=overdue"


def test_a_wrong_filter_is_refused_with_what_to_do(pages: Pages) -> None:
    pages.log_in("supervisor-01")
    for query in ({"show": "x"}, {"class": "x"}, {"month": "x"}, {"jurisdiction": "x"}, {"after": "x"}):
        shown = pages.get("/ledger", **query)
        assert shown.status_code == 422, query
        assert shown.template.name == "message.html"
        assert "请从" in text_of(shown) or "应写成" in text_of(shown)


def test_the_next_page_goes_on_where_the_first_one_ended(pages: Pages, shelf: Shelf) -> None:
    pages.log_in("hotline-01")
    made = [shelf.case(each) for each in range(51)]
    first = pages.get("/ledger")
    assert numbers(first) == made[:50]
    assert "共 51 件" in text_of(first)
    second = pages.get(first.context["page"].older)
    assert numbers(second) == made[50:]
    assert second.context["page"].older == ""
    assert numbers(pages.get(second.context["page"].first)) == made[:50]


def test_an_officer_and_a_head_have_the_ledger_of_their_unit_also_as_a_file(pages: Pages, shelf: Shelf) -> None:
    own, _ = shelf.case(1), shelf.case(2, unit="ez-shichang")
    for user in ("officer-renshe", "head-renshe"):
        pages.log_in(user)
        assert numbers(pages.get("/ledger")) == [own]
        assert numbers(pages.get("/ledger", unit="ez-shichang")) == []
        assert [row[0] for row in book_rows(pages.get("/ledger.xlsx"))[2:]] == [own]


def test_the_file_has_the_filtered_cases_with_their_calls_and_remediation(pages: Pages, shelf: Shelf) -> None:
    pages.log_in("supervisor-01")
    case_no = shelf.case(1, task_name="=HYPERLINK(1)")
    shelf.case(2, case_class="complex")
    told = [
        (2, "callback_recorded", {"callback": "回访核实", "result": "已接通", "finding": "属实"}),
        (3, "remediated", {"measures": "已当场补办\x02"}),
    ]
    with shelf.engine.begin() as connection:
        for seq, event, details in told:
            row = {"case_no": case_no, "seq": seq, "at": NOW, "event": event, "stage": "remediation"}
            connection.execute(insert(ENTRIES).values(row | {"details": details, "recorded": {}}))
    shown = pages.get("/ledger.xlsx", **{"class": "general"})
    assert shown.headers["content-type"].startswith("application/vnd.openxmlformats")
    note, head, *rows = book_rows(shown)
    assert "测试·监督人员 导出" in note[0]
    assert head == [name for name, _ in COLUMNS]
    cells = dict(zip(head, rows[0], strict=True))
    assert len(rows) == 1
    assert cells["案件编号"] == case_no
    assert cells["事项名称"] == "=HYPERLINK(1)"
    assert cells["回访记录"] == "2026-02-13 17:50，回访核实，已接通，属实"
    assert cells["整改情况"] == "已当场补办"
    sheet = load_workbook(io.BytesIO(shown.content)).active
    assert sheet is not None
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_the_file_is_set_up_to_be_filtered_and_printed(pages: Pages, shelf: Shelf) -> None:
    pages.log_in("supervisor-01")
    for number in range(3):
        shelf.case(number)
    sheet = load_workbook(io.BytesIO(pages.get("/ledger.xlsx").content)).active
    assert sheet is not None
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", int(sheet.PAPERSIZE_A4))
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert (sheet.print_title_rows, sheet.freeze_panes) == ("$1:$2", "B3")
    assert sheet.auto_filter.ref == "A2:W5"
    assert sheet.oddFooter.center.text == "第 &P 页，共 &N 页"


def test_a_file_that_would_be_too_long_is_cut_and_says_so(
    pages: Pages, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.books.MOST_ROWS", 2)
    pages.log_in("supervisor-01")
    made = [shelf.case(each) for each in range(3)]
    rows = book_rows(pages.get("/ledger.xlsx"))[2:]
    assert [row[0] for row in rows[:2]] == made[:2]
    assert rows[2][0].startswith("只导出前 2 件")


def test_a_saved_filter_is_the_own_and_can_be_opened_and_deleted(pages: Pages, shelf: Shelf) -> None:
    pages.log_in("supervisor-01")
    complex_case, _ = shelf.case(1, case_class="complex"), shelf.case(2)
    saved = pages.post("/ledger/filters", {"name": "复杂件", "query": "class=complex&after=x&junk=1"})
    assert (saved.status_code, saved.headers["location"]) == (303, "/ledger?class=complex")
    (kept,) = pages.get("/ledger").context["page"].saved
    assert (kept.name, kept.query) == ("复杂件", "class=complex")
    assert numbers(pages.get(f"/ledger?{kept.query}")) == [complex_case]
    pages.log_in("hotline-01")
    assert pages.get("/ledger").context["page"].saved == ()
    pages.post("/ledger/filters/delete", {"name": "复杂件"})
    pages.log_in("supervisor-01")
    assert len(pages.get("/ledger").context["page"].saved) == 1
    pages.post("/ledger/filters/delete", {"name": "复杂件"})
    assert pages.get("/ledger").context["page"].saved == ()


def test_a_filter_without_a_name_is_not_saved(pages: Pages) -> None:
    pages.log_in("supervisor-01")
    shown = pages.post("/ledger/filters", {"name": " ", "query": "class=complex"})
    assert shown.status_code == 422
    assert "起一个名称" in text_of(shown)


def test_nobody_has_the_ledger_whose_work_does_not_need_it(pages: Pages) -> None:
    for user in ("clerk-renshe", "reviewer-01", "admin-01"):
        pages.log_in(user)
        for path in ("/ledger", "/ledger.xlsx"):
            assert pages.get(path).status_code == 403
