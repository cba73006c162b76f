"""The item directory: taken as a whole, replaced as a whole, refused with every bad row."""

from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import Engine, func, select

from adapters.items import ItemStore
from adapters.tables.quality import ITEMS
from models.quality import DirectoryItem, ItemsRefused
from models.ratings import FileRefused
from policy.items import item_columns, read_items
from tests.quality.support import DIRECTORY, NOW, RENSHE, YIBAO, items_file

HEAD = ["taskCode", "taskHandleItem", "taskName", "deptCode", "proDepart"]
COLUMNS = item_columns(HEAD)


def refused(*rows: list[str]) -> list[tuple[int, str, str]]:
    """Number, field and reason of everything that is wrong with these rows."""
    _, faults = read_items([(number, row, None) for number, row in enumerate(rows, start=2)], COLUMNS)
    return [(number, fault.field, fault.reason) for number, fault in faults]


GOOD = ["A1", "A1-1", "社会保障卡补换", RENSHE, "人社局"]


def test_a_good_row_is_an_item() -> None:
    items, faults = read_items([(2, [f" {cell} " for cell in GOOD], None)], COLUMNS)
    assert (items, faults) == ([DIRECTORY[0]], [])


def test_chinese_titles_and_field_names_stand_for_the_same_columns() -> None:
    assert item_columns(["事项名称", "部门名称", "事项编码", "统一社会信用代码", "业务办理项编码", "备注"]) == {
        "task_name": 0,
        "dept_name": 1,
        "task_code": 2,
        "dept_code": 3,
        "handle_item": 4,
    }


def test_a_missing_column_and_one_that_stands_twice_refuse_the_file() -> None:
    with pytest.raises(ItemsRefused, match="表头缺少：业务办理项编码、部门名称"):
        item_columns(["taskCode", "taskName", "deptCode"])
    with pytest.raises(ItemsRefused, match="“事项编码”出现了两次"):
        item_columns([*HEAD, "事项编码"])


WRONG = [
    (["", *GOOD[1:]], "事项编码", "没有填写"),
    ([*GOOD[:2], "", *GOOD[3:]], "事项名称", "没有填写"),
    ([*GOOD[:4], ""], "部门名称", "没有填写"),
    (["A" * 65, *GOOD[1:]], "事项编码", "超过 64 个字符"),
    ([*GOOD[:2], "补\x07换", *GOOD[3:]], "事项名称", "含有看不见的控制字符"),
    ([*GOOD[:3], RENSHE[:-1], GOOD[4]], "统一社会信用代码", "不是有效的统一社会信用代码（长度、字符或校验位不对）"),
    (
        [*GOOD[:3], f"{RENSHE[:-1]}?", GOOD[4]],
        "统一社会信用代码",
        "不是有效的统一社会信用代码（长度、字符或校验位不对）",
    ),
]


@pytest.mark.parametrize(("row", "field", "reason"), WRONG, ids=[f"{row[1]} {row[2]}" for row in WRONG])
def test_a_bad_row_is_refused_with_its_number_and_reason(row: list[str], field: str, reason: str) -> None:
    assert refused(GOOD, row) == [(3, field, reason)]


def test_the_same_item_at_the_same_department_stands_once_whatever_its_name() -> None:
    again = [*GOOD[:2], "另一个名称", *GOOD[3:]]
    elsewhere = [*GOOD[:3], YIBAO, "医保局"]
    assert refused(GOOD, elsewhere, again) == [(4, "事项编码", "与第 2 行的事项编码、业务办理项编码和部门代码都相同")]


def test_a_loaded_directory_replaces_the_one_before_for_its_place_only(
    items: ItemStore, engine: Engine, tmp_path: Path
) -> None:
    items.load(items_file(tmp_path / "first.csv"), "ezhou")
    items.load(items_file(tmp_path / "other.csv"), "taian")
    loaded = items.load(items_file(tmp_path / "second.csv", DIRECTORY[2:]), "ezhou", by="admin-01")
    assert items.of("ezhou") == loaded
    assert (loaded.items, loaded.file_name, loaded.loaded_by, loaded.loaded_at) == (1, "second.csv", "admin-01", NOW)
    with engine.connect() as connection:
        counted = connection.execute(select(ITEMS.c.jurisdiction, func.count()).group_by(ITEMS.c.jurisdiction))
        assert {tuple(row) for row in counted} == {("ezhou", 1), ("taian", 3)}
    assert items.of("gonghe") is None


def test_one_bad_row_leaves_the_directory_as_it_was(items: ItemStore, tmp_path: Path) -> None:
    before = items.load(items_file(tmp_path / "good.csv"), "ezhou")
    bad = items_file(tmp_path / "bad.csv", [GOOD, ["", "", "", "", "x"], ["C3", "", "新事项", "123", "人社局"]])
    with pytest.raises(ItemsRefused) as caught:
        items.load(bad, "ezhou")
    said = str(caught.value).splitlines()
    assert said[0] == "bad.csv 有 2 行不能收下，原有的事项目录没有改变。请更正后重新导入："
    assert said[1] == "第 3 行：事项编码没有填写。请补填事项编码。"
    assert said[-1].startswith("第 4 行：统一社会信用代码“123”不是有效的统一社会信用代码")
    assert items.of("ezhou") == before


def test_a_long_list_of_bad_rows_is_cut_and_says_so(items: ItemStore, tmp_path: Path) -> None:
    bad = items_file(tmp_path / "bad.csv", [["", "", "名称", RENSHE, "人社局"]] * 60)
    with pytest.raises(ItemsRefused) as caught:
        items.load(bad, "ezhou")
    assert str(caught.value).splitlines()[-1] == "……另有 10 处，更正以上各处后会再列出。"
    assert len(caught.value.faults) == 60


def test_a_workbook_is_taken_too(items: ItemStore, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEAD, GOOD):
        sheet.append(row)
    book.save(tmp_path / "items.xlsx")
    content = (tmp_path / "items.xlsx").read_bytes()
    assert items.load_content(r"C:\目录\事项.xlsx", content, "ezhou", "admin-01").file_name == "事项.xlsx"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.csv", "事项编码,业务办理项编码,事项名称,统一社会信用代码,部门名称\n", "只有表头，没有事项"),
        ("x.csv", "", "空文件"),
        ("x.jsonl", '{"projectNo": "1", "assessNumber": 1, "satisfaction": 5, "pf": 1}\n', "须为 CSV 或 XLSX"),
        ("x.docx", "x", "须为 CSV 或 XLSX"),
    ],
)
def test_what_is_no_directory_is_refused(items: ItemStore, name: str, content: str, said: str) -> None:
    with pytest.raises((ItemsRefused, FileRefused), match=said):
        items.load_content(name, content.encode(), "ezhou", "admin-01")
    assert items.of("ezhou") is None


def test_an_item_knows_its_columns() -> None:
    assert set(COLUMNS) == set(DirectoryItem._fields)
