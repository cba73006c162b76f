"""Reading a notice: every slip is refused with the file, the line and what to correct."""

from datetime import date

import pytest

from calendars import NoticeRefused, Status, parse_notice

GOOD = """\
year = 2026
number = "试验〔2025〕1号"
title = "关于2026年部分节假日安排的通知"
issued = 2025-11-04
source = "https://www.gov.cn/x"
status = "official"

[[holiday]]
name = "元旦"
first = 2026-01-01
last = 2026-01-03
makeup = [2026-01-04]

[[holiday]]
name = "春节"
first = 2026-02-15
last = 2026-02-23
makeup = [2026-02-14, 2026-02-28]

[[holiday]]
name = "清明节、劳动节、端午节"
first = 2026-04-04
last = 2026-04-06

[[holiday]]
name = "中秋节、国庆节"
first = 2026-10-01
last = 2026-10-07
makeup = [2026-09-20, 2026-10-10]
"""


def test_a_good_notice_is_taken_as_it_stands() -> None:
    notice = parse_notice(GOOD, "2026.toml")
    assert (notice.year, notice.label, notice.status) == (2026, "试验〔2025〕1号", Status.OFFICIAL)
    assert [holiday.name for holiday in notice.holiday][:2] == ["元旦", "春节"]
    assert notice.holiday[1].makeup == (date(2026, 2, 14), date(2026, 2, 28))
    assert notice.covers_its_year


def test_a_notice_without_a_number_is_cited_by_its_title() -> None:
    text = GOOD.replace('number = "试验〔2025〕1号"\n', "")
    assert parse_notice(text, "2026.toml").label == "《关于2026年部分节假日安排的通知》"


@pytest.mark.parametrize(
    ("was", "becomes", "line", "reason"),
    [
        pytest.param("2026-01-03\n", "2025-12-28\n", 11, "早于第一天", id="ends before it begins"),
        pytest.param("last = 2026-01-03", "last = 2026-01-3x", None, "不是有效的 TOML", id="no date at all"),
        pytest.param("2026-02-15", "2027-02-15", 16, "2027-02-15不属于2026年", id="one year slipped"),
        pytest.param("[2026-01-04]", "[2027-01-03]", 12, "2027-01-03不属于2026年", id="make-up day in another year"),
        pytest.param("2026-04-04", "2025-04-04", 22, "2025-04-04不属于2026年", id="break in another year"),
        pytest.param("2026-02-28]", "2026-02-27]", 18, "是周五，调休上班日只能是周六或周日", id="make-up on a weekday"),
        pytest.param(
            "2026-02-28]",
            "2026-02-21]",
            18,
            "既列为放假日（春节）又列为",
            id="make-up in a break",
        ),
        pytest.param("2026-02-28]", "2026-02-14]", 18, "调休上班日2026-02-14重复", id="make-up day twice"),
        pytest.param("first = 2026-04-04", "first = 2026-02-24", 23, "连续放假超过15天", id="a month too long"),
        pytest.param("2026-04-04\nlast = 2026-04-06", "2026-02-23\nlast = 2026-02-24", 22, "重叠", id="overlap"),
        pytest.param('name = "春节"\n', "", 14, "缺少 name", id="no name"),
        pytest.param('name = "春节"\n', 'nam = "春节"\n', 14, "缺少 name", id="a mistyped key"),
        pytest.param("makeup = [2026-01-04]", "makup = [2026-01-04]", 12, "不认识的字段 makup", id="an unknown key"),
        pytest.param('"official"', '"certain"', 6, "status 的值无效", id="an unknown status"),
        pytest.param("issued = 2025-11-04\n", "", None, "缺少 issued", id="no date of issue"),
        pytest.param("元旦", "新年", None, "缺少元旦的安排", id="an unfinished year"),
    ],
)
def test_a_slip_is_refused_with_its_line(was: str, becomes: str, line: int | None, reason: str) -> None:
    assert GOOD.count(was) == 1
    with pytest.raises(NoticeRefused) as refusal:
        parse_notice(GOOD.replace(was, becomes), "2026.toml")
    sentence = str(refusal.value)
    assert sentence.startswith(f"2026.toml 第{line}行：" if line else "2026.toml：")
    assert reason in sentence


@pytest.mark.parametrize("text", ["", GOOD[: GOOD.index("[[holiday]]")], "year = 2027\nholiday = []\n"])
def test_an_empty_file_is_no_coverage(text: str) -> None:
    with pytest.raises(NoticeRefused, match="空文件不算已公布"):
        parse_notice(text, "2027.toml")
