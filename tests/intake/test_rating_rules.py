"""Rules of ratings, one row at a time: origin, visits, batches and themes, two rated objects, versions of the tags."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.policies import load_policy
from models.ratings import ADDED, Fault, Rating, RatingOrigin, RatingRules, ReviewChannel
from policy.intake import match_columns
from policy.rating_fields import FIELDS
from policy.rating_rules import covered_by, origin_of, rules_of, visit_of, without_itself
from tests.intake.support import BAD, ROW, RULES, UNLISTED, reader

OTHERS = RatingRules(rates_staff=False, batch_min=3, once_per_visit=False)
"""A place that rates no clerks, calls three matters a batch, and counts by matter."""


def taken(row: dict[str, str], rules: RatingRules = RULES) -> Rating:
    """The rating in a row that has nothing wrong with it."""
    rating = reader(row, rules=rules).read(list(row.values()))
    assert isinstance(rating, Rating), rating
    return rating


def faults(row: dict[str, str], rules: RatingRules = RULES) -> tuple[Fault, ...]:
    """All that is wrong with a row."""
    result = reader(row, rules=rules).read(list(row.values()))
    assert not isinstance(result, Rating)
    return result


TAKEN: list[tuple[str, dict[str, str], str, str]] = [
    ("an origin by its code", {"origin": "backfill"}, "origin", "backfill"),
    ("an origin by its Chinese word", {"origin": "抽样回访"}, "origin", "sample"),
    ("an origin that says nothing", {"origin": " "}, "origin", ""),
    ("a default rating that says so twice", {"origin": "default", "isProtion": "1"}, "origin", "default"),
    ("a default rating whose flag nobody sent", {"origin": "default"}, "origin", "default"),
    ("a visit", {"visitNo": "Q-0917"}, "visit_no", "Q-0917"),
    ("two matters", {"coveredMatters": "EZ-2"}, "covered_matters", "EZ-2"),
    ("a list in any order and with any comma", {"coveredMatters": "EZ-3， EZ-2；EZ-3"}, "covered_matters", "EZ-2,EZ-3"),
    ("a list that names the matter itself", {"coveredMatters": f"{ROW['projectNo']},EZ-2"}, "covered_matters", "EZ-2"),
    ("a batch that repeats its item", {"coveredMatters": "EZ-2=DEMO1001"}, "covered_matters", "EZ-2=DEMO1001"),
    (
        "a theme with an item for each matter",
        {"themeName": "我要开餐馆", "coveredMatters": "EZ-3=B;EZ-2＝A"},
        "covered_matters",
        "EZ-2=A,EZ-3=B",
    ),
    ("one item of a theme rated by itself", {"themeName": "我要开餐馆"}, "theme_name", "我要开餐馆"),
    ("stars for the clerk", {"staffSatisfaction": "4", "staffEvalDetail": "413"}, "staff_level", "4"),
    ("tags of the version that is stated", {"evaVersion": "2"}, "tag_version", "2"),
    ("old tags of the old version", {"evaVersion": "1", "evalDetail": "501"}, "tag_version", "1"),
    ("a version that nobody knows", {"evaVersion": "7"}, "tag_version", "7"),
    ("a window by its number", {"windowNo": " 03 "}, "window_no", "03"),
    ("a window by its name", {"windowNo": "综合窗口 A"}, "window_no", "综合窗口 A"),
]

REJECTED: list[tuple[str, dict[str, str], str, str, str]] = [
    ("an origin is one of five", {"origin": "someone"}, "origin", "允许范围", "default（默认评价）"),
    ("what is marked a default is no user's", {"origin": "user", "isProtion": "1"}, "origin", "不一致", "isProtion"),
    ("a visit has a plain number", {"visitNo": "九月/17"}, "visitNo", "格式", "1 至 64 位"),
    (
        "one matter is no batch",
        {"coveredMatters": ROW["projectNo"]},
        "coveredMatters",
        "办件数不足",
        "从 2 件起，本条只有 1 件",
    ),
    (
        "a batch is of one item",
        {"coveredMatters": "EZ-2=OTHER"},
        "coveredMatters",
        "不是同一事项",
        "EZ-2 是另一个事项",
    ),
    (
        "matters of a theme have items of their own",
        {"themeName": "我要开餐馆", "coveredMatters": "EZ-2,EZ-3=B"},
        "coveredMatters",
        "没有写明事项编码",
        "EZ-2 写明",
    ),
    ("a covered matter has a safe number", {"coveredMatters": "鄂州1号"}, "coveredMatters", "不允许的字符", "字母"),
    ("an item code follows the sign", {"coveredMatters": "EZ-2="}, "coveredMatters", "事项编码不正确", "办件编号="),
    ("a matter has one item", {"coveredMatters": "EZ-2=A,EZ-2=B"}, "coveredMatters", "不同的事项编码", "只写一次"),
    ("somebody's number is no matter", {"coveredMatters": ROW["mobile"]}, "coveredMatters", "手机号", "个人信息"),
    (
        "a thousand matters are the most",
        {"coveredMatters": ",".join(f"EZ-{n}" for n in range(1000))},
        "coveredMatters",
        "超过 999 件",
        "分成几条",
    ),
    ("a clerk's sixth star does not exist", {"staffSatisfaction": "6"}, "staffSatisfaction", "编码体系", "--codes"),
    ("tags need stars", {"staffEvalDetail": "413"}, "staffSatisfaction", "没有人员满意度", "补填"),
    (
        "the clerk's tags begin with the clerk's level",
        {"staffSatisfaction": "1", "staffEvalDetail": "413"},
        "staffEvalDetail",
        "首位与人员满意度",
        "以 1 开头",
    ),
    ("new tags are not of the first version", {"evaVersion": "1"}, "evaVersion", "不属于", "没有 510、517"),
    ("nor old ones of the second", {"evaVersion": "2", "evalDetail": "501"}, "evaVersion", "不属于", "没有 501"),
    (
        "nor the clerk's",
        {"evaVersion": "1", "evalDetail": "", "staffSatisfaction": "5", "staffEvalDetail": "517"},
        "evaVersion",
        "不属于",
        "没有 517",
    ),
    ("a window is no story", {"windowNo": "3" * 65}, "windowNo", "超过 64 个字符", "缩短到 64 个字符"),
]


@pytest.mark.parametrize(("sentence", "change", "attribute", "value"), TAKEN, ids=[row[0] for row in TAKEN])
def test_is_taken(sentence: str, change: dict[str, str], attribute: str, value: str) -> None:
    assert getattr(taken(ROW | change), attribute) == value


@pytest.mark.parametrize(("sentence", "change", "field", "reason", "fix"), REJECTED, ids=[row[0] for row in REJECTED])
def test_is_rejected_and_told_what_to_do(
    sentence: str, change: dict[str, str], field: str, reason: str, fix: str
) -> None:
    [fault] = faults(ROW | change)
    assert fault.field == field
    assert reason in fault.reason
    assert fix in fault.fix


def test_a_batch_begins_where_the_place_says() -> None:
    [fault] = faults(ROW | {"coveredMatters": "EZ-2"}, OTHERS)
    assert (fault.field, "从 3 件起，本条只有 2 件" in fault.fix) == ("coveredMatters", True)
    assert taken(ROW | {"coveredMatters": "EZ-2,EZ-3"}, OTHERS).covered_matters == "EZ-2,EZ-3"


def test_a_place_that_rates_no_clerks_takes_no_stars_for_them() -> None:
    [fault] = faults(ROW | {"staffSatisfaction": "4"}, OTHERS)
    assert (fault.field, "rated_objects" in fault.fix) == ("staffSatisfaction", True)


def test_a_bad_star_for_the_clerk_alone_makes_a_bad_rating_with_all_that_it_needs() -> None:
    given = {"staffSatisfaction": "1", "staffEvalDetail": "115"}
    assert reader(ROW | given).is_bad(taken(ROW | given))
    assert not reader(ROW).is_bad(taken(ROW))
    told = faults(ROW | given | {"deptCode": UNLISTED, "anonymityFlag": ""})
    assert {fault.field for fault in told} == {"deptCode", "anonymityFlag"}


def test_faults_of_the_added_fields_are_listed_beside_the_others() -> None:
    told = faults(ROW | {"projectNo": "", "coveredMatters": "EZ-2=OTHER", "evaVersion": "1"})
    assert [fault.field for fault in told] == ["projectNo", "evaVersion", "coveredMatters"]


def test_the_clerks_digits_are_read_in_the_declared_code_system() -> None:
    row = ROW | {"satisfaction": "1", "staffSatisfaction": "2"}
    rating = reader(row, codes="gbt39046").read(list(row.values()))
    assert isinstance(rating, Rating)
    assert (rating.level, rating.staff_level, rating.staff_satisfaction_code) == ("5", "4", "2")


@pytest.mark.parametrize(
    ("stated", "channel", "flag", "expected"),
    [
        ("", "pc", "", RatingOrigin.USER),
        ("", "pc", "0", RatingOrigin.USER),
        ("", "pc", "1", RatingOrigin.DEFAULT),
        ("", "system_default", "", RatingOrigin.DEFAULT),
        ("sample", "phone", "", RatingOrigin.SAMPLE),
    ],
)
def test_the_origin_is_what_the_source_says_or_else_what_channel_and_flag_say(
    stated: str, channel: str, flag: str, expected: RatingOrigin
) -> None:
    assert origin_of(stated, channel, flag) is expected


@pytest.mark.parametrize("channel", ReviewChannel)
def test_a_visit_is_rated_over_the_counter_only_and_where_the_place_says_so(channel: ReviewChannel) -> None:
    rating = taken(ROW | {"visitNo": "V1"})._replace(channel=channel.value)
    over_the_counter = channel.value in {"hall_tablet", "self_service", "qr_code"}
    assert visit_of(rating, RULES) == ("V1" if over_the_counter else "")
    assert visit_of(rating, OTHERS) == ""


def test_the_rules_are_those_of_the_places_documents() -> None:
    tianjin, taian = (rules_of(load_policy(place).surroundings) for place in ("tianjin", "taian"))
    assert (tianjin.rates_staff, tianjin.batch_min, tianjin.once_per_visit) == (True, 2, True)
    assert (taian.rates_staff, taian.batch_min, taian.once_per_visit) == (True, 2, False)


@given(st.dictionaries(st.from_regex(r"[A-Z][A-Z0-9]{0,4}", fullmatch=True), st.sampled_from(["", "T1"]), max_size=5))
def test_covered_matters_come_out_as_they_went_in(matters: dict[str, str]) -> None:
    told = ",".join(f"{number}={code}" if code else number for number, code in matters.items())
    row = ROW | {"themeName": "", "taskCode": "T1", "coveredMatters": told}
    rating = reader(row).read(list(row.values()))
    if matters:
        assert isinstance(rating, Rating)
        found = covered_by(rating.covered_matters)
        assert {each.project_no: each.task_code for each in found} == matters
        assert without_itself(rating) == rating


def test_a_file_without_the_added_columns_is_read_without_them() -> None:
    plain, row = reader(ROW), ROW | {"origin": ""}
    assert not plain.reads_added
    assert reader(row).reads_added
    assert plain.read_all([list(ROW.values())]) == reader(row).read_all([list(row.values())])


def test_every_added_field_has_a_column_of_a_name_that_stands_in_no_interface() -> None:
    made = {attribute: field for field in FIELDS for attribute in field.attributes}
    assert set(ADDED) <= made.keys()
    assert all(match_columns([*ROW, made[attribute].name]).unknown == () for attribute in ADDED)


def test_rows_with_added_columns_read_together_are_read_one_by_one() -> None:
    changes = [row[1] for row in TAKEN] + [row[1] for row in REJECTED] + [BAD, {"anonymityFlag": "1", **BAD}]
    header = dict.fromkeys([*ROW, *(name for change in changes for name in change)], "")
    lines = [list((header | ROW | change).values()) for change in changes]
    assert reader(header).read_all(lines) == [reader(header).read(line) for line in lines]
    good = [line for line in lines if isinstance(reader(header).read(line), Rating)]
    assert len(good) > len(TAKEN)
    assert reader(header).read_all(good) == [reader(header).read(line) for line in good]
