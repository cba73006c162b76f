"""Reading a notice: every slip is refused with the file, the line and what to correct."""

import re
from datetime import date

import pytest

from adapters.calendar_files import load_calendar
from calendars import NoticeRefused, Status, check_against, parse_notice

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
        pytest.param("last = 2026-01-03", "last = 2026-01-3x", 11, "不是有效的 TOML", id="no date at all"),
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


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("# nothing but a remark\n\n", 2),
        (GOOD[: GOOD.index("[[holiday]]")], 7),
        ("year = 2027\nholiday = []\ntitle = 'x'\n", 2),
    ],
)
def test_an_empty_file_is_no_coverage(text: str, line: int) -> None:
    with pytest.raises(NoticeRefused, match=f"^2027.toml 第{line}行：没有任何放假安排；空文件不算已公布"):
        parse_notice(text, "2027.toml")


def test_a_file_that_breaks_off_is_refused_at_its_end() -> None:
    with pytest.raises(NoticeRefused, match=r"^2026\.toml 第2行：不是有效的 TOML 文件"):
        parse_notice("year = 2026\ntitle = [\n", "2026.toml")


AMENDMENT = """\
year = 2026
number = "试验〔2026〕2号"
title = "关于调整2026年国庆节放假的通知"
amends = "国办发明电〔2025〕7号"
issued = 2026-08-01
source = "https://www.gov.cn/y"
status = "official"

[[holiday]]
name = "国庆节"
first = 2026-10-08
last = 2026-10-09
makeup = [2026-10-11]
"""

LOCAL = """\
year = 2026
title = "关于2026年自治州成立纪念日放假的通知"
issued = 2026-08-01
source = "https://www.gov.cn/z"
status = "official"
area = "gonghe"

[[holiday]]
name = "州庆"
first = 2026-12-07
last = 2026-12-07
"""


def test_a_notice_that_fits_is_put_over_the_calendar() -> None:
    calendar = load_calendar(None)
    amended = check_against(parse_notice(AMENDMENT, "a.toml"), AMENDMENT, "a.toml", calendar)
    days = [date(2026, 10, 8), date(2026, 10, 9), date(2026, 10, 11)]
    assert [amended.is_working_day(day) for day in days] == [False, False, True]
    local = check_against(parse_notice(LOCAL, "l.toml"), LOCAL, "l.toml", calendar)
    assert not local.is_working_day(date(2026, 12, 7))
    assert len({amended.version, local.version, calendar.version}) == 3


def test_a_notice_that_is_in_force_changes_nothing() -> None:
    notice = parse_notice(AMENDMENT, "a.toml")
    amended = check_against(notice, AMENDMENT, "a.toml", load_calendar(None))
    assert check_against(notice, AMENDMENT, "a.toml", amended) is amended
    moved = notice.model_copy(update={"source": "https://www.gov.cn/moved"})
    assert check_against(moved, AMENDMENT, "a.toml", amended) is amended


def test_the_published_year_replaces_the_provisional_one_and_no_other() -> None:
    text = _year(2027)
    published = check_against(parse_notice(text, "2027.toml"), text, "2027.toml", load_calendar(None))
    assert published.valid_through == date(2027, 12, 31)
    other = text.replace("试验〔2025〕1号", "试验〔2025〕9号")
    with pytest.raises(NoticeRefused, match=r"^2027\.toml 第1行：2027年已有正式安排（试验〔2025〕1号）"):
        check_against(parse_notice(other, "2027.toml"), other, "2027.toml", published)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        pytest.param(GOOD, 1, "2026年已有正式安排（国办发明电〔2025〕7号）", id="a second arrangement of a year"),
        pytest.param("2029", 1, "缺少2028年的放假安排，年份必须连续（已有2019年至2027年）", id="a gap after"),
        pytest.param("2016", 1, "缺少2018年的放假安排", id="a gap before"),
        pytest.param("provisional", 6, "暂定的安排不能施行", id="not published"),
        pytest.param(
            AMENDMENT.replace("〔2025〕7号", "〔2025〕70号"),
            4,
            "所修改的通知国办发明电〔2025〕70号不在数据中",
            id="of nothing",
        ),
        pytest.param(
            AMENDMENT.replace("〔2025〕7号", "〔2024〕12号"), 1, "是2025年的安排，不是2026年的", id="of another year"
        ),
        pytest.param(
            AMENDMENT.replace("试验〔2026〕2号", "国办发明电〔2025〕7号"),
            2,
            "已用于另一份内容不同的通知",
            id="a number twice",
        ),
        pytest.param(
            AMENDMENT.replace("2026-10-11", "2026-10-12"), 13, "2026-10-12（周一）本来就是工作日", id="worked anyway"
        ),
        pytest.param(LOCAL.replace("2026", "2031"), 1, "没有2031年的全国放假安排", id="a place before the country"),
    ],
)
def test_a_notice_that_does_not_fit_the_others_is_refused_with_its_line(text: str, line: int, reason: str) -> None:
    if text.isdigit():
        text = _year(int(text))
    elif text == "provisional":
        text = _year(2028).replace('"official"', '"provisional"')
    with pytest.raises(NoticeRefused) as refusal:
        check_against(parse_notice(text, "n.toml"), text, "n.toml", load_calendar(None))
    assert str(refusal.value).startswith(f"n.toml 第{line}行：")
    assert reason in str(refusal.value)


def test_people_may_be_called_back_on_a_day_that_was_to_be_off() -> None:
    text = AMENDMENT.replace("2026-10-11", "2026-10-07").replace("2026-10-08", "2026-10-09")
    amended = check_against(parse_notice(text, "a.toml"), text, "a.toml", load_calendar(None))
    assert amended.is_working_day(date(2026, 10, 7))


def _year(year: int) -> str:
    """A whole year of the right shape, without make-up days; it claims nothing about any real year."""
    text = re.sub(r"makeup = .*\n", "", GOOD)
    return re.sub(r"2026(?=-|年)|(?<=year = )2026", str(year), text)
