"""What a row must have to be taken, and what is said about one that has not."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.ratings import Fault, FileRefused, Rating
from policy.code_systems import ACTIVE_TAGS, RETIRED_TAGS
from policy.intake import match_columns
from policy.rating_fields import FIELDS
from tests.intake.support import BAD, ROW, UNLISTED, reader

REJECTED = [
    ("a row needs its case number", {"projectNo": ""}, "projectNo", "缺少办件编号"),
    (
        "a case number becomes an id and has safe characters",
        {"projectNo": "鄂州1号"},
        "projectNo",
        "不允许的字符",
    ),
    ("a case number has no path in it", {"projectNo": "../x"}, "projectNo", "不允许的字符"),
    ("a case number has at most 50 characters", {"projectNo": "E" * 51}, "projectNo", "超过 50"),
    ("a spreadsheet may have rounded it", {"projectNo": "4.20704E+17"}, "projectNo", "不完整"),
    ("a certificate number is no case number", {"projectNo": ROW["certKey"]}, "projectNo", "证件号"),
    ("a phone number is no case number", {"projectNo": ROW["mobile"]}, "projectNo", "手机号"),
    ("evaluations are counted from 1", {"assessNumber": "0"}, "assessNumber", "1 至 99"),
    ("evaluations are counted to 99", {"assessNumber": "100"}, "assessNumber", "1 至 99"),
    ("half an evaluation is none", {"assessNumber": "1.5"}, "assessNumber", "1 至 99"),
    ("a sixth level does not exist", {"satisfaction": "6"}, "satisfaction", "编码体系"),
    ("a level needs a digit", {"satisfaction": "满意"}, "satisfaction", "编码体系"),
    ("a level must be there", {"satisfaction": ""}, "satisfaction", "缺少代码"),
    ("an eighth channel does not exist", {"pf": "8"}, "pf", "编码体系"),
    ("a time must be there", {"assessTime": ""}, "assessTime", "缺少"),
    ("a day alone is no time", {"assessTime": "2026-09-20"}, "assessTime", "格式"),
    ("30 February is no day", {"assessTime": "2026-02-30 09:00:00"}, "assessTime", "格式"),
    ("25 o'clock is no time", {"assessTime": "2026-09-20 25:00:00"}, "assessTime", "格式"),
    ("nobody rates tomorrow", {"assessTime": "2026-11-22 09:00:00"}, "assessTime", "晚于"),
    ("nor a minute from now elsewhere", {"assessTime": "2026-11-21T04:01:00Z"}, "assessTime", "晚于"),
    ("nobody rated in 1926", {"assessTime": "1926-09-20 09:00:00"}, "assessTime", "早于"),
    ("tags are those of the national set", {"evalDetail": "599"}, "evalDetail", "标签集"),
    ("403 is in neither set", {"satisfaction": "4", "evalDetail": "403"}, "evalDetail", "标签集"),
    ("tags begin with the level", {"evalDetail": "113"}, "evalDetail", "首位与满意度"),
    ("tags are all of one level", {"evalDetail": "510,113"}, "evalDetail", "不同的星级"),
    ("a department has a code", {"deptCode": ""}, "deptCode", "缺少部门代码"),
    ("its check character is right", {"deptCode": "11420700DEM0000144"}, "deptCode", "校验位"),
    ("it has 18 characters", {"deptCode": "11420700DEM"}, "deptCode", "统一社会信用代码"),
    ("a bad rating goes to a known unit", BAD | {"deptCode": UNLISTED}, "deptCode", "单位目录"),
    ("a bad rating says if it is anonymous", BAD | {"anonymityFlag": ""}, "anonymityFlag", "是否匿名"),
    ("anonymous is yes or no", {"anonymityFlag": "3"}, "anonymityFlag", "允许范围"),
    ("an area code has digits", {"areaCode": "鄂州"}, "areaCode", "格式"),
    ("a phone number has no words", {"mobile": "没有留"}, "mobile", "格式"),
    ("a certificate number has no blanks", {"certKey": "0000 0001"}, "certKey", "格式"),
    ("text has no control characters", {"writingEvaluation": "好\x1b[31m"}, "writingEvaluation", "控制字符"),
    ("text has no half characters", {"userName": "演示\ud800"}, "userName", "控制字符"),
    ("text has no zero character", {"taskName": "社保\x00卡"}, "taskName", "控制字符"),
    ("a comment ends somewhere", {"writingEvaluation": "好" * 4001}, "writingEvaluation", "超过 4000"),
]

TAKEN = [
    ("the plain row", {}, "level", "5"),
    ("a second evaluation", {"assessNumber": "02"}, "assess_number", "2"),
    (
        "T between day and time",
        {"assessTime": "2026-09-20T09:12:40"},
        "assessed_at",
        "2026-09-20T09:12:40+08:00",
    ),
    ("the form of GB/T 39046", {"assessTime": "20260920T091240"}, "assessed_at", "2026-09-20T09:12:40+08:00"),
    (
        "a spreadsheet's short time",
        {"assessTime": "2026/9/20 9:12"},
        "assessed_at",
        "2026-09-20T09:12:00+08:00",
    ),
    ("another zone", {"assessTime": "2026-09-20T01:12:40Z"}, "assessed_at", "2026-09-20T09:12:40+08:00"),
    ("the very present", {"assessTime": "2026-11-21 12:00:00"}, "assessed_at", "2026-11-21T12:00:00+08:00"),
    ("a Chinese comma between tags", {"evalDetail": "510，517"}, "tags", "510,517"),
    ("a tag of the first version", {"evalDetail": "501"}, "tags", "501"),
    ("no tags", {"evalDetail": ""}, "tags", ""),
    ("a good rating of a unit nobody knows", {"deptCode": UNLISTED}, "dept_code", UNLISTED),
    ("a good rating without a word on anonymity", {"anonymityFlag": ""}, "anonymous", ""),
    ("a code in small letters", {"deptCode": ROW["deptCode"].lower()}, "dept_code", ROW["deptCode"]),
    ("a masked phone number", {"mobile": "138****0001"}, "mobile", "138****0001"),
    ("a comment of several lines", {"writingEvaluation": "好\r\n很好"}, "comment", "好\n很好"),
    ("a bad rating of a known unit", BAD, "level", "1"),
]


@pytest.mark.parametrize(("sentence", "change", "field", "reason"), REJECTED, ids=[row[0] for row in REJECTED])
def test_a_row_is_rejected(sentence: str, change: dict[str, str], field: str, reason: str) -> None:
    result = reader().read(list((ROW | change).values()))
    assert not isinstance(result, Rating)
    assert [fault.field for fault in result] == [field]
    assert reason in result[0].reason
    assert result[0].fix


@pytest.mark.parametrize(("sentence", "change", "attribute", "value"), TAKEN, ids=[row[0] for row in TAKEN])
def test_a_row_is_taken(sentence: str, change: dict[str, str], attribute: str, value: str) -> None:
    rating = reader().read(list((ROW | change).values()))
    assert isinstance(rating, Rating), rating
    assert getattr(rating, attribute) == value


def test_every_fault_of_a_row_is_listed_and_not_just_the_first() -> None:
    row = ROW | BAD | {"projectNo": "", "pf": "9", "assessTime": "gestern", "deptCode": UNLISTED, "anonymityFlag": ""}
    result = reader().read(list(row.values()))
    assert not isinstance(result, Rating)
    assert {fault.field for fault in result} == {"projectNo", "pf", "assessTime", "deptCode", "anonymityFlag"}


def test_an_anonymous_evaluator_is_not_kept() -> None:
    rating = reader().read(list((ROW | BAD | {"anonymityFlag": "1"}).values()))
    assert isinstance(rating, Rating)
    assert (rating.user_name, rating.cert_number, rating.mobile) == ("", "", "")
    assert rating.comment == BAD["writingEvaluation"]


def test_all_forty_active_tags_are_known_and_none_is_retired() -> None:
    assert len(ACTIVE_TAGS) == 40
    assert not RETIRED_TAGS & set(ACTIVE_TAGS)
    assert len(RETIRED_TAGS) == 7 + 6 + 6 + 4 + 9


@pytest.mark.parametrize("missing", [field.name for field in FIELDS if field.needed])
def test_a_header_without_a_needed_column_is_refused(missing: str) -> None:
    with pytest.raises(FileRefused, match=missing):
        match_columns([name for name in ROW if name != missing])


@pytest.mark.parametrize(("field", "alias"), [(f.name, a) for f in FIELDS for a in f.aliases])
def test_a_documented_other_name_is_the_same_field(field: str, alias: str) -> None:
    header = [name for name in ROW if name != field]
    assert match_columns([*header, alias]).index_of[field] == len(header)


def test_two_columns_for_one_field_are_refused() -> None:
    with pytest.raises(FileRefused, match=r"satisfaction.*apprate.*满意度"):
        match_columns([*ROW, "apprate"])


def test_columns_nobody_knows_are_named_and_the_remarks_of_a_rejects_file_are_not() -> None:
    columns = match_columns(["行号", "字段", "原因", "如何更正", "原文", *ROW, "queueNo", ""])
    assert columns.unknown == ("queueNo",)


_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
_CELL = st.one_of(
    st.text(max_size=20),
    st.sampled_from([*ROW.values(), *BAD.values(), "", "1", "2", "108,113", UNLISTED, "a\\b\tc\nd", "\ud800", "\x00"]),
)
_ROW = st.lists(_CELL, min_size=len(ROW), max_size=len(ROW))


@_PATIENT
@given(_ROW)
def test_any_row_is_taken_or_has_its_faults_and_nothing_else(cells: list[str]) -> None:
    result = reader().read(cells)
    if isinstance(result, Rating):
        text = "".join(result)
        assert "\t" not in text
        assert "\r" not in text
        text.encode()
        assert 1 <= int(result.level) <= 5
    else:
        assert result
        assert all(isinstance(fault, Fault) and fault.reason and fault.fix for fault in result)


@_PATIENT
@given(st.lists(_ROW | st.permutations(list(ROW.values())) | st.just(list(ROW.values())), max_size=8))
def test_reading_rows_together_is_reading_them_one_by_one(cells: list[list[str]]) -> None:
    assert reader().read_all(cells) == [reader().read(row) for row in cells]
