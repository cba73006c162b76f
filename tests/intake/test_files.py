"""Files as offices deliver them: encodings, delimiters, spreadsheets, broken lines, and files that are none."""

import json
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from adapters.rating_files import SourceRow, open_ratings
from models.ratings import FileRefused
from policy.cells import BEIJING
from policy.intake import match_columns
from policy.rating_fields import FIELDS
from tests.intake.support import ROW, rows, write_csv


def read(path: Path) -> tuple[list[str], list[SourceRow]]:
    """Header and rows of a file."""
    with open_ratings(path) as file:
        return file.header, list(file.rows())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_an_encoding_and_a_delimiter_are_found_without_being_told(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    header, found = read(write_csv(tmp_path / "r.csv", rows(3), encoding, delimiter))
    assert header == list(ROW)
    assert [row.cells for row in found] == [list(row.values()) for row in rows(3)]
    assert [row.number for row in found] == [2, 3, 4]


def test_quoted_line_ends_and_blank_lines_are_no_rows_of_their_own(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "r.csv", [ROW | {"writingEvaluation": '第一行\n第二行，含"引号"'}, ROW])
    path.write_bytes(path.read_bytes() + b"\r\n,,,\r\n")
    _, found = read(path)
    assert [row.cells[6] for row in found] == ['第一行\n第二行，含"引号"', ROW["writingEvaluation"]]


@pytest.mark.parametrize(
    ("sentence", "broken", "reason"),
    [
        ("an opening quotation mark never closed", 'EZ-9,1,5,4,2026-09-20 09:00:00,"510,好', "引号"),
        ("text behind a closing quotation mark", 'EZ-9,"1"1,5,4', "引号"),
        ("too few columns", "EZ-9,1,5", "列数"),
        ("too many columns", ",".join([*ROW.values(), "x"]).replace("510,517", "510"), "列数"),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value and "," not in value else "",
)
def test_a_broken_line_costs_no_other_row(tmp_path: Path, sentence: str, broken: str, reason: str) -> None:
    path = write_csv(tmp_path / "r.csv", rows(20))
    lines = path.read_text(encoding="utf-8").splitlines()
    for place in (20, 10, 1):
        lines.insert(place, broken)
    path.write_text("\n".join(lines), encoding="utf-8")
    _, found = read(path)
    faulty = [row for row in found if row.fault]
    assert [row.cells[0] for row in found if not row.fault] == [row["projectNo"] for row in rows(20)]
    assert [row.number for row in faulty] == [2, 12, 23]
    assert all(row.fault and reason in row.fault.reason and row.raw == broken for row in faulty)


def test_cells_of_a_spreadsheet_become_the_text_that_people_see(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["projectNo", "assessNumber", "satisfaction", "pf", "assessTime", "deptCode", "acceptDate"])
    at = datetime(2026, 9, 20, 9, 12, 40, tzinfo=BEIJING).replace(tzinfo=None)
    sheet.append(["EZ-1", 1, 5.0, "4", at, ROW["deptCode"], date(2026, 9, 18)])
    sheet.append([])
    sheet.append([420704202609160001, 1, 5, 4, "2026-09-20 09:12:40"])
    book.save(tmp_path / "r.xlsx")
    _, found = read(tmp_path / "r.xlsx")
    assert found[0].cells == [
        "EZ-1", "1", "5", "4", "2026-09-20 09:12:40", ROW["deptCode"], "2026-09-18 00:00:00",
    ]  # fmt: skip
    assert found[1].number == 4
    assert found[1].cells[0] == "4.20704E+17", "digits that the spreadsheet has lost must not look complete"


def test_only_the_worksheet_with_ratings_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    first, second = book.active, book.create_sheet("评价")
    assert first is not None
    first.append(["说明"])
    second.append(list(ROW))
    second.append(list(ROW.values()))
    book.save(tmp_path / "r.xlsx")
    assert [row.cells for row in read(tmp_path / "r.xlsx")[1]] == [list(ROW.values())]
    first.append(["x"])
    book.create_sheet("评价二").append(list(ROW))
    book.save(tmp_path / "r.xlsx")
    with pytest.raises(FileRefused, match=r"评价.*评价二"):
        read(tmp_path / "r.xlsx")


def test_json_lines_take_numbers_lists_and_other_names(tmp_path: Path) -> None:
    lines = [
        json.dumps({"projectNo": "EZ-1", "levelCode": 5, "serviceNumber": 1, "pf": 4.0, "evalDetail": [510, "517"],
                    "assessTime": "2026-09-20 09:12:40", "deptCode": ROW["deptCode"], "extra": {"a": 1}}),
        "",
        '{"projectNo": "EZ-2", "projectNo": "EZ-3"}',
        "{not json",
        '["EZ-4"]',
        '{"projectNo": {"a": 1}}',
    ]  # fmt: skip
    path = tmp_path / "r.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    with open_ratings(path) as file:
        found = list(file.rows())
        assert file.unknown_names() == ("extra",)
        at = match_columns(file.header).index_of
    cells = found[0].cells
    assert [cells[at[n]] for n in ("projectNo", "satisfaction", "assessNumber", "pf", "evalDetail")] == [
        "EZ-1", "5", "1", "4", "510,517",
    ]  # fmt: skip
    assert [(row.number, row.fault.reason) for row in found[1:] if row.fault] == [
        (3, "同一个字段出现了两次"),
        (4, "不是正确的 JSON"),
        (5, "不是 JSON 对象"),
        (6, "字段的值不是文字或数字"),
    ]


REFUSED = [
    ("no such file", "r.csv", None, "找不到"),
    ("an empty file", "r.csv", b"", "空文件"),
    ("an unknown suffix", "r.pdf", b"x", "不认识"),
    ("an old spreadsheet", "r.xls", b"\xd0\xcf", "另存为"),
    ("plain JSON", "r.json", b"{}", "每行一个"),
    ("a JSON array", "r.jsonl", b'[{"projectNo": "1"}]', "JSON 数组"),
    ("JSON Lines without the needed fields", "r.jsonl", b'{"projectNo": "1"}', "assessNumber"),
    ("no JSON at all", "r.jsonl", b"projectNo,pf\n1,2\n", "没有一个 JSON 对象"),
    ("a text that calls itself a workbook", "r.xlsx", b"projectNo,pf", "不是有效的 XLSX"),
    ("a workbook that calls itself a text", "r.csv", b"PK\x03\x04....", "XLSX 工作簿"),
    ("UTF-16", "r.csv", "projectNo,办件".encode("utf-16"), "UTF-16"),
    ("neither UTF-8 nor GB18030", "r.csv", b"projectNo\n\xff\xff\xff\n", "第 2 行"),
    ("damaged UTF-8", "r.csv", "projectNo\n鄂州市人力资源和社会保障局\n".encode() + b"\xe9\x84\n", "第 3 行"),
    ("a header that never ends", "r.csv", b'"projectNo,pf\n1,2\n', "表头"),
    ("a blank header", "r.csv", b"\r\nprojectNo,pf\n", "第 1 行"),
    ("one line of a million characters", "r.csv", b"x" * (1 << 20) + b"\n", "没有换行"),
]


@pytest.mark.parametrize(("sentence", "name", "content", "said"), REFUSED, ids=[row[0] for row in REFUSED])
def test_a_file_that_is_none_is_refused_in_one_sentence(
    tmp_path: Path, sentence: str, name: str, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(FileRefused, match=said) as refused:
        read(tmp_path / name)
    assert "\n" not in str(refused.value)


def test_the_word_that_fooled_an_editor_is_read_as_gb18030(tmp_path: Path) -> None:
    """联通 in GB18030 is also two right UTF-8 characters; the rest of such a file is not."""
    row = ROW | {"taskName": "联通", "writingEvaluation": ""}
    _, found = read(write_csv(tmp_path / "r.csv", [row], "gb18030"))
    assert found[0].cells == list(row.values())


def test_every_field_of_the_interface_has_one_place_in_the_table() -> None:
    names = [name.lower() for field in FIELDS for name in (field.name, *field.aliases)]
    assert len(names) == len(set(names))
