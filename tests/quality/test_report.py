"""The data quality report over a small set whose every count is worked out by hand."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from adapters.items import ItemStore
from adapters.quality import RatingQuality
from models.errors import BadInput
from models.quality import Check, ItemField, Match, QualityFinding, read_finding
from tests.quality.support import NOON, NOVEMBER, RENSHE, YIBAO, items_file, later, rating, store

COMPARED = [
    # All five fields as the directory has them.
    rating(1),
    # An item that has no handling items, and none is given: all five match.
    rating(2, task_code="B2", task_handle_item="", task_name="医保关系转移", dept_code=YIBAO, dept_name="医保局"),
    # The item has handling items, and none is given: the handling item is missing, the other four match.
    rating(3, task_handle_item=""),
    # The name differs from the directory's; the other four match.
    rating(4, task_name="社保卡补办"),
    # The item is not the department's that was rated; code, name and the department's own name match.
    rating(5, dept_code=YIBAO, dept_name="医保局"),
    # The handling item belongs to another item: contradicting; the item's name does so too; the department holds A1,
    # not B2, so its code contradicts. Code and department name match.
    rating(6, task_code="B2"),
    # A code that is not in the directory: it is unknown, and there is nothing to compare the name and the department
    # with. The handling item is known, of another item. The department's name matches.
    rating(7, task_code="X9"),
    # No item at all: code and name are missing; nothing to compare the handling item and the department with.
    rating(8, task_code="", task_handle_item="", task_name="", dept_name="人力资源局"),
    # A handling item that nobody has, a department that the directory does not know, no department name.
    rating(9, task_handle_item="A1-9", dept_code="11420700MB0000009X", dept_name=""),
]


def test_the_five_fields_are_counted_by_how_they_stand_to_the_directory(
    quality: RatingQuality, items: ItemStore, engine: Engine, tmp_path: Path
) -> None:
    items.load(items_file(tmp_path / "items.csv"), "ezhou")
    store(engine, COMPARED)
    store(engine, [rating(1, assessed_at=NOON - timedelta(days=30), project_no="October")])
    store(engine, [rating(1, task_name="别处")], jurisdiction="taian")
    report = quality.report(NOVEMBER)
    assert report.ratings == 9
    counted = {each.field: tuple(each.counts[match] for match in Match) for each in report.fields}
    assert counted == {
        #                       matching, missing, unknown, contradicting
        ItemField.TASK_CODE: (7, 1, 1, 0),  # missing 8, unknown 7
        ItemField.HANDLE_ITEM: (4, 1, 2, 2),  # 1 2 4 5; missing 3; unknown 8 9; contradicting 6 7
        ItemField.TASK_NAME: (5, 1, 1, 2),  # 1 2 3 5 9; missing 8; unknown 7; contradicting 4 6
        ItemField.DEPT_CODE: (4, 0, 2, 3),  # 1 2 3 4; unknown 7 8; contradicting 5 6 9
        ItemField.DEPT_NAME: (7, 1, 0, 1),  # 1-7; missing 9; contradicting 8
    }


def test_every_count_against_the_directory_opens_to_its_ratings(
    quality: RatingQuality, items: ItemStore, engine: Engine, tmp_path: Path
) -> None:
    items.load(items_file(tmp_path / "items.csv"), "ezhou")
    store(engine, COMPARED)

    def behind(field: ItemField, match: Match) -> list[str]:
        page = quality.rows(NOVEMBER, QualityFinding(field=field, match=match), "", 50)
        return sorted(row.project_no[-1] for row in page.rows)

    assert behind(ItemField.HANDLE_ITEM, Match.CONTRADICTING) == ["6", "7"]
    assert behind(ItemField.DEPT_CODE, Match.UNKNOWN) == ["7", "8"]
    for each in quality.report(NOVEMBER).fields:
        for match in Match:
            assert len(behind(each.field, match)) == each.counts[match], (each.field, match)


def test_without_a_directory_nothing_is_said_of_the_five_fields(quality: RatingQuality, engine: Engine) -> None:
    store(engine, COMPARED)
    report = quality.report(NOVEMBER)
    assert (report.directory, report.fields, report.ratings) == (None, (), 9)


CHECKED = [
    rating(1),  # nothing
    rating(2, accepted_at=later(0.5)),  # rated half a minute before it was accepted
    rating(3, accepted_at=None),  # nothing: the moment of acceptance may be left out
    rating(4, is_listed=False, unit=RENSHE),  # the unit directory does not know the department
    rating(5, tags="501,510", tag_version="2"),  # a retired tag beside one in use
    rating(6, tags="501"),  # a retired tag, and no version
    rating(7, tags="510,517"),  # tags, and no version
    rating(8, tags="510", tag_version="2"),  # nothing
    rating(9, anonymous=None),  # nobody said whether it is anonymous
    rating(10, handler=""),  # no clerk
    rating(11, channel="system_default", has_text=False),  # a default that is not marked as one
    rating(12, channel="system_default", default_flag="1", has_text=False),  # nothing
    rating(13, default_flag="1"),  # a default with a text
    rating(14, default_flag="0", channel="system_default", has_text=False, tags="510", tag_version="2"),  # both
]


def test_the_other_checks_are_counted(quality: RatingQuality, engine: Engine) -> None:
    store(engine, CHECKED)
    report = quality.report(NOVEMBER)
    assert {each.check: each.ratings for each in report.checks} == {
        Check.BEFORE_ACCEPTANCE: 1,  # 2
        Check.UNLISTED_UNIT: 1,  # 4
        Check.RETIRED_TAGS: 2,  # 5 6
        Check.MIXED_TAGS: 1,  # 5
        Check.NO_TAG_VERSION: 2,  # 6 7
        Check.ANONYMITY_UNSTATED: 1,  # 9
        Check.NO_HANDLER: 1,  # 10
        Check.DEFAULT_UNMARKED: 2,  # 11 14
        Check.DEFAULT_WITH_WORDS: 2,  # 13 14
    }
    # Version 2: 5 8 14, of which 5 has a retired tag and is mixed. Without a version: 6 7, of which 6 is retired.
    assert [(each.version, each.ratings, each.retired, each.mixed) for each in report.versions] == [
        ("2", 3, 1, 1),
        ("", 2, 1, 0),
    ]
    for each in report.checks:
        rows = quality.rows(NOVEMBER, QualityFinding(each.check), "", 50).rows
        assert len(rows) == each.ratings, each.check


def test_pages_of_ratings_go_on_where_the_one_before_ended(quality: RatingQuality, engine: Engine) -> None:
    store(engine, [rating(number, handler="", assessed_at=later(number // 3)) for number in range(11)])
    seen: list[str] = []
    after, pages = "", 0
    while pages == 0 or after:
        page = quality.rows(NOVEMBER, QualityFinding(Check.NO_HANDLER), after, 4)
        seen += [row.project_no for row in page.rows]
        after, pages = page.next, pages + 1
    assert pages == 3
    assert seen == [f"P{number:06d}" for number in reversed(range(11))]


def test_an_unknown_finding_and_a_made_up_place_are_refused(quality: RatingQuality) -> None:
    for text in ("", "x", "taskCode.x", "x.missing"):
        with pytest.raises(BadInput, match="没有这项检查结果"):
            read_finding(text)
    with pytest.raises(BadInput, match="翻页的位置"):
        quality.rows(NOVEMBER, QualityFinding(Check.NO_HANDLER), "x", 4)


def test_a_finding_is_found_again_by_its_key() -> None:
    findings = [QualityFinding(check) for check in Check]
    findings += [QualityFinding(field=field, match=match) for field in ItemField for match in Match]
    assert [read_finding(each.key) for each in findings] == findings
