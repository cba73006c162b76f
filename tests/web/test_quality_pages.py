"""The pages of data quality: the report, the flags, the ratings behind both, and the item directory."""

import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine

from models.patterns import LONGEST_NOTE
from tests.quality.support import NOW, RENSHE, items_file, later, rating, store
from tests.web.pages import Pages, Shown, hidden_of, text_of
from web.rating_book import COLUMNS
from web.routes.patterns import FlagPage, PatternsPage
from web.routes.quality import QualityPage, RowsPage

MONTH = {"jurisdiction": "ezhou", "from": "2026-11", "to": "2026-11"}


@pytest.fixture(autouse=True)
def engine(pages: Pages) -> Engine:
    """The desk's database; the desk's clock stands in December."""
    pages.installation.moment = NOW
    return pages.installation.engine


def upload(pages: Pages, path: Path) -> Shown:
    """Send an item directory."""
    file = [("file", (path.name, path.read_bytes(), "text/csv"))]
    return pages.post("/quality/items", {"jurisdiction": "ezhou"}, file)


def book_rows(shown: Shown) -> list[list[Any]]:
    """The rows of the file."""
    sheet = load_workbook(io.BytesIO(shown.content)).active
    assert sheet is not None
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def bad_series(engine: Engine, count: int = 3, **changes: object) -> None:
    """So many bad ratings on one clerk on one day."""
    store(engine, [rating(n, level=1, assessed_at=later(2 * n), **changes) for n in range(count)])


def test_the_report_counts_and_each_count_opens_to_its_ratings(pages: Pages, engine: Engine, tmp_path: Path) -> None:
    pages.log_in("admin-01")
    assert upload(pages, items_file(tmp_path / "items.csv")).status_code == 303
    store(engine, [rating(1), rating(2, task_name="别的名称"), rating(3, handler="")])
    pages.log_in("supervisor-01")
    shown = pages.get("/quality", **MONTH)
    page = shown.context["page"]
    assert isinstance(page, QualityPage)
    assert (shown.template.name, page.report.ratings) == ("quality.html", 3)
    name = page.fields[2]
    assert [(cell.number, cell.share) for cell in name.cells] == [("2", "66.6%"), ("0", ""), ("0", ""), ("1", "33.3%")]
    assert name.cells[0].address == ""
    behind = pages.get(name.cells[3].address)
    rows = behind.context["page"]
    assert isinstance(rows, RowsPage)
    assert [row.rating.project_no for row in rows.rows] == ["P000002"]
    assert rows.title == "事项名称：与目录不一致"
    (no_handler,) = [row for row in page.checks if row.cell.label == "没有受理人员"]
    assert [row.rating.project_no for row in pages.get(no_handler.cell.address).context["page"].rows] == ["P000003"]


def test_without_a_directory_the_page_says_who_loads_it(pages: Pages) -> None:
    pages.log_in("supervisor-01")
    shown = text_of(pages.get("/quality"))
    assert "鄂州市 · 2026年12月" in shown
    assert "还没有事项目录，五个字段没有比对。请管理员在 事项目录 中上传" in shown


def test_nothing_that_the_evaluator_wrote_or_is_reaches_the_page_or_the_file(pages: Pages, engine: Engine) -> None:
    store(engine, [rating(1, handler="")])
    names = "user_name = 'v1.k.NAME', cert_number = 'v1.k.CERT', mobile = 'v1.k.MOBILE', comment = 'MYWORDS'"
    with engine.begin() as connection:
        connection.exec_driver_sql(f"update ratings set {names}, content_digest = 'DIGEST'")
    pages.log_in("supervisor-01")
    shown = pages.get("/quality/rows", finding="no_handler", **MONTH)
    cells = {str(cell) for row in book_rows(pages.get(shown.context["page"].book)) for cell in row}
    for secret in ("NAME", "CERT", "MOBILE", "MYWORDS", "DIGEST"):
        assert secret not in shown.text
        assert not [cell for cell in cells if secret in cell]
    assert "，有文字" in text_of(shown)


def test_rows_go_on_page_by_page_and_as_a_file(pages: Pages, engine: Engine) -> None:
    store(engine, [rating(n, handler="", task_name="=1+1", assessed_at=later(n)) for n in range(51)])
    pages.log_in("supervisor-01")
    first = pages.get("/quality/rows", finding="no_handler", **MONTH).context["page"]
    assert len(first.rows) == 50
    second = pages.get(first.older).context["page"]
    assert [row.rating.project_no for row in second.rows] == ["P000000"]
    assert second.older == ""
    assert len(pages.get(second.first).context["page"].rows) == 50
    note, head, *rows = book_rows(pages.get(first.book))
    assert "数据质检：鄂州市2026年11月，没有受理人员" in note[0]
    assert head == [name for name, _ in COLUMNS]
    assert len(rows) == 51
    assert rows[0][head.index("事项名称")] == "=1+1"


def test_a_file_that_would_be_too_long_is_cut_and_says_so(
    pages: Pages, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.books.MOST_ROWS", 2)
    store(engine, [rating(n, handler="") for n in range(3)])
    pages.log_in("supervisor-01")
    rows = book_rows(pages.get("/quality/rows.xlsx", finding="no_handler", **MONTH))[2:]
    assert [row[0] for row in rows[:2]] == ["P000002", "P000001"]
    assert rows[2][0].startswith("只导出前 2 条")


def test_a_flag_says_what_was_seen_and_opens_to_its_ratings(pages: Pages, engine: Engine) -> None:
    bad_series(engine)
    pages.log_in("supervisor-01")
    shown = pages.get("/quality/patterns", **MONTH)
    page = shown.context["page"]
    assert isinstance(page, PatternsPage)
    (row,) = page.rows
    assert row.sentence == "2026年11月10日，测试人社局，RS-01：当天经大厅平板电脑收到的 3 条评价中，有 3 条是差评。"
    assert dict(page.counts)["同一人员一天内多条差评"] == 1
    assert "提示只说明统计到了什么，不是结论" in text_of(shown)
    opened = pages.get(row.address)
    flag = opened.context["page"]
    assert isinstance(flag, FlagPage)
    assert len(flag.rows) == 3
    assert len(book_rows(pages.get(flag.book))) == 2 + 3
    assert pages.get("/quality/patterns", kind="same_tags", **MONTH).context["page"].rows == ()


def test_a_supervisor_notes_a_look_and_nothing_else_happens(pages: Pages, engine: Engine) -> None:
    bad_series(engine)
    pages.log_in("supervisor-01")
    address = pages.get("/quality/patterns", **MONTH).context["page"].rows[0].address
    shown = pages.get(address)
    form = {name: hidden_of(shown, name) for name in ("jurisdiction", "flag", "key")}
    for _ in range(2):
        assert pages.post("/quality/flag/note", {**form, "note": "已与窗口核对"}).headers["location"] == address
    (line,) = pages.get(address).context["page"].notes
    assert (line.note.note, line.note.at, line.user) == ("已与窗口核对", NOW, "测试·监督人员（supervisor-01）")
    assert pages.get("/quality/patterns", show="unseen", **MONTH).context["page"].rows == ()
    (row,) = pages.get("/quality/patterns", **MONTH).context["page"].rows
    assert row.seen == line


@pytest.mark.parametrize("note", ["", " ", "长" * (LONGEST_NOTE + 1)])
def test_an_empty_or_endless_note_is_refused_and_not_lost(pages: Pages, engine: Engine, note: str) -> None:
    bad_series(engine)
    pages.log_in("supervisor-01")
    shown = pages.get(pages.get("/quality/patterns", **MONTH).context["page"].rows[0].address)
    form = {name: hidden_of(shown, name) for name in ("jurisdiction", "flag", "key")}
    refused = pages.post("/quality/flag/note", {**form, "note": note})
    assert (refused.status_code, refused.template.name) == (422, "flag.html")
    assert "请写明看过以后的情况" in text_of(refused)
    assert refused.context["page"].typed == note.strip()
    assert refused.context["page"].notes == ()


def test_a_flag_that_the_ratings_no_longer_make_is_said_plainly(pages: Pages, engine: Engine) -> None:
    bad_series(engine)
    pages.log_in("supervisor-01")
    address = pages.get("/quality/patterns", **MONTH).context["page"].rows[0].address
    with engine.begin() as connection:
        connection.exec_driver_sql("update ratings set default_flag = '1' where project_no = 'P000001'")
    shown = pages.get(address)
    assert shown.status_code == 422
    assert "这条提示不成立" in text_of(shown)


def test_an_administrator_reads_the_flags_but_notes_nothing(pages: Pages, engine: Engine) -> None:
    bad_series(engine)
    pages.log_in("admin-01")
    address = pages.get("/quality/patterns", **MONTH).context["page"].rows[0].address
    shown = pages.get(address)
    assert 'action="/quality/flag/note"' not in shown.text
    assert pages.post("/quality/flag/note", {"note": "x"}).status_code == 403


def test_a_bad_directory_is_refused_on_the_page_with_every_row(pages: Pages, tmp_path: Path) -> None:
    pages.log_in("admin-01")
    bad = items_file(tmp_path / "坏.csv", [["", "", "名称", RENSHE, "人社局"], ["A", "", "", RENSHE, "人社局"]])
    refused = upload(pages, bad)
    assert (refused.status_code, refused.template.name) == (422, "items.html")
    said = text_of(refused)
    assert "坏.csv 有 2 行不能收下，原有的事项目录没有改变" in said
    assert "第 2 行：事项编码没有填写" in said
    assert "第 3 行：事项名称没有填写" in said
    assert "请选择事项目录的文件" in text_of(pages.post("/quality/items", {"jurisdiction": "ezhou"}))


def test_the_directory_says_of_which_file_it_is_and_who_loaded_it(pages: Pages, tmp_path: Path) -> None:
    pages.log_in("admin-01")
    assert "还没有导入" in text_of(pages.get("/quality/items"))
    upload(pages, items_file(tmp_path / "事项.csv"))
    pages.log_in("supervisor-01")
    shown = pages.get("/quality/items", jurisdiction="ezhou")
    assert "事项.csv" in text_of(shown)
    assert "测试·管理员（admin-01）" in text_of(shown)
    assert 'type="file"' not in shown.text
    assert upload(pages, items_file(tmp_path / "x.csv")).status_code == 403


def test_a_wrong_question_is_refused_with_what_to_do(pages: Pages) -> None:
    pages.log_in("supervisor-01")
    wrong = (
        ("/quality", {"jurisdiction": "x"}),
        ("/quality", {"from": "x"}),
        ("/quality", {"from": "2026-11", "to": "2026-10"}),
        ("/quality", {"from": "2020-11", "to": "2026-10"}),
        ("/quality/rows", {"finding": "x"}),
        ("/quality/rows", {"finding": "no_handler", "after": "x"}),
        ("/quality/patterns", {"kind": "x"}),
        ("/quality/flag", {"jurisdiction": "ezhou", "flag": "x"}),
        ("/quality/flag", {"jurisdiction": "x"}),
        ("/quality/items", {"jurisdiction": "x"}),
    )
    for path, query in wrong:
        shown = pages.get(path, **query)
        assert shown.status_code == 422, (path, query)
        assert "请" in text_of(shown) or "应写成" in text_of(shown)
