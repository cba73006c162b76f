"""Notices that people put in force: what is refused, what counts for whom, and under which calendar a case begins."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text

from adapters.calendar_files import load_calendar
from adapters.database import make_engine
from adapters.holiday_notices import CALENDAR_LOCK, NoticeStore, in_force_version, read_notice, targets
from adapters.policies import Versions, keep, load_policy
from adapters.tables.cases import CALENDARS, HOLIDAY_NOTICES
from calendars import Kind, NoticeRefused
from tests.calendar.support import BEFORE, LOCAL, SPRING_FESTIVAL_2020, YEAR_2027, add_case, due, notice_file
from tests.support.engine import at

NOW = at("2026-11-21 09:00")
MAKEUP_2026, MAKEUP_2030 = (f"makeup = [{year}-01-31, {year}-02-20]\n" for year in (2026, 2030))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> NoticeStore:
    return NoticeStore(engine)


def test_a_year_that_is_put_in_force_is_no_longer_provisional(store: NoticeStore, tmp_path: Path) -> None:
    assert store.calendar("ezhou").is_provisional(date(2027, 3, 1))
    order, is_new = store.put_in_force(read_notice(notice_file(tmp_path, YEAR_2027)), "supervisor-01", NOW)
    calendar = store.calendar("ezhou")
    assert is_new
    assert (order.label, order.ordered_by, order.ordered_at) == ("试验〔2026〕9号", "supervisor-01", NOW)
    assert not calendar.is_provisional(date(2027, 3, 1))
    assert calendar.day_kind(date(2027, 2, 20)).kind is Kind.MAKEUP
    assert store.orders(None) == [order]
    assert load_calendar("ezhou").is_provisional(date(2027, 3, 1)), "the shipped data themselves are left alone"


def test_the_same_content_twice_is_one_notice_in_the_name_of_the_first(store: NoticeStore, tmp_path: Path) -> None:
    first, _ = store.put_in_force(read_notice(notice_file(tmp_path, YEAR_2027)), "supervisor-01", NOW)
    other_words = "# 抄录\n" + YEAR_2027.replace("example.invalid/2027", "example.invalid/elsewhere")
    again = read_notice(notice_file(tmp_path, other_words, "copy.toml"))
    assert store.put_in_force(again, "admin-01", at("2026-11-22 09:00")) == (first, False)
    with store.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(HOLIDAY_NOTICES)).scalar_one() == 1


def test_a_local_notice_counts_for_its_place_only(store: NoticeStore, tmp_path: Path) -> None:
    store.put_in_force(read_notice(notice_file(tmp_path, LOCAL)), "supervisor-01", NOW)
    assert store.calendar("gonghe").day_kind(date(2026, 3, 12)).kind is Kind.HOLIDAY
    assert store.calendar(None).day_kind(date(2026, 3, 12)).kind is Kind.WORKDAY
    assert (len(store.orders("gonghe")), store.orders("ezhou"), store.orders(None)) == (1, [], [])


@pytest.mark.parametrize(
    ("was", "becomes", "line", "reason"),
    [
        pytest.param("", "", 1, "空文件不算已公布", id="empty"),
        pytest.param("last = 2027-02-11", "last = 2027-05-02", 16, "连续放假超过", id="far too long"),
        pytest.param(
            "first = 2027-05-01\nlast = 2027-05-05",
            "first = 2027-02-11\nlast = 2027-02-12",
            21,
            "重叠",
            id="overlapping",
        ),
        pytest.param("first = 2027-01-01", "first = 2026-06-01", 10, "不属于2027年", id="another year"),
        pytest.param("2027-02-20]", "2027-02-19]", 17, "是周五", id="make-up day on a weekday"),
        pytest.param("year = 2027", "year = 2027\nyer = 1", 2, "不认识的字段", id="unknown field"),
        pytest.param('"official"', '"provisional"', 6, "暂定的安排不能施行", id="not published"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line_and_nothing_is_written(
    store: NoticeStore, tmp_path: Path, was: str, becomes: str, line: int, reason: str
) -> None:
    wrong = YEAR_2027.replace(was, becomes) if was else ""
    assert wrong != YEAR_2027
    with pytest.raises(NoticeRefused) as refusal:
        store.put_in_force(read_notice(notice_file(tmp_path, wrong)), "supervisor-01", NOW)
    assert str(refusal.value).startswith(f"notice.toml 第{line}行：")
    assert reason in str(refusal.value)
    assert store.orders("ezhou") == []


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        pytest.param(
            YEAR_2027.replace("2027", "2026").replace(MAKEUP_2026, ""),
            1,
            "2026年已有正式安排",
            id="a year that is arranged already",
        ),
        pytest.param(
            YEAR_2027.replace("2027", "2030").replace(MAKEUP_2030, ""), 1, "缺少2028年", id="years between are missing"
        ),
        pytest.param(
            YEAR_2027.replace("source =", 'amends = "国办发明电〔1999〕1号"\nsource ='),
            5,
            "国办发明电〔1999〕1号",
            id="changes a notice that nobody knows",
        ),
        pytest.param(
            LOCAL.replace('area = "gonghe"', 'amends = "国办发明电〔2025〕7号"') + "makeup = [2026-03-11]\n",
            13,
            "本来就是工作日",
            id="calls people to work on a day on which they work",
        ),
        pytest.param(LOCAL.replace('"gonghe"', '"nowhere"'), 7, "nowhere", id="a place that does not exist"),
        pytest.param(LOCAL.replace('"gonghe"', '"ezhou"'), 7, "只按全国放假安排", id="a place without local holidays"),
    ],
)
def test_what_does_not_go_with_the_notices_in_force_is_refused_with_its_line(
    store: NoticeStore, tmp_path: Path, text: str, line: int, reason: str
) -> None:
    with pytest.raises(NoticeRefused) as refusal:
        store.put_in_force(read_notice(notice_file(tmp_path, text)), "supervisor-01", NOW)
    assert str(refusal.value).startswith(f"notice.toml 第{line}行：")
    assert reason in str(refusal.value)
    assert store.orders("ezhou") == []


def test_a_shipped_but_provisional_year_cannot_be_ordered(store: NoticeStore) -> None:
    with pytest.raises(NoticeRefused, match="暂定的安排不能施行"):
        store.put_in_force(read_notice(Path("calendars/notices/2027.toml")), "supervisor-01", NOW)


def test_another_content_under_a_number_in_force_is_refused(store: NoticeStore, tmp_path: Path) -> None:
    store.put_in_force(read_notice(notice_file(tmp_path, LOCAL)), "supervisor-01", NOW)
    other = notice_file(tmp_path, LOCAL.replace("2026-03-12", "2026-03-13"), "other.toml")
    with pytest.raises(NoticeRefused, match=r"^other\.toml 第2行：.*内容与此文件不同"):
        store.put_in_force(read_notice(other), "supervisor-01", NOW)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoticeRefused, match="无法读取"):
        read_notice(tmp_path / "missing.toml")
    bad = tmp_path / "gbk.toml"
    bad.write_bytes('title = "放假"'.encode("gbk"))
    with pytest.raises(NoticeRefused, match="UTF-8"):
        read_notice(bad)


def test_a_case_begins_under_its_own_calendar_until_a_notice_is_ordered(store: NoticeStore) -> None:
    with store.engine.begin() as connection:
        keep(connection, load_policy("ezhou"), BEFORE)
        assert in_force_version(connection, "ezhou", BEFORE.version) is None


def test_a_case_dispatched_after_a_notice_begins_under_it(store: NoticeStore) -> None:
    with store.engine.begin() as connection:
        keep(connection, load_policy("ezhou"), BEFORE)
    file = read_notice(SPRING_FESTIVAL_2020)
    store.put_in_force(file, "supervisor-01", NOW)
    with store.engine.begin() as connection:
        version = in_force_version(connection, "ezhou", BEFORE.version)
        assert version == BEFORE.with_notice(file.notice).version
        assert in_force_version(connection, "ezhou", version) is None
    rules = Versions(store.engine).rules(load_policy("ezhou").policy.digest(), version)
    assert rules.calendar.day_kind(date(2020, 2, 1)).kind is Kind.HOLIDAY


def test_a_notice_waits_for_a_dispatch_that_is_being_recorded(store: NoticeStore, database_url: str) -> None:
    """The dispatch holds the lock shared; the notice, which takes it alone, cannot pass before it commits."""
    impatient = make_engine(database_url)
    with impatient.connect() as dispatch:
        dispatch.execute(select(func.pg_advisory_xact_lock_shared(CALENDAR_LOCK)))
        with store.engine.connect() as other:
            free = select(func.pg_try_advisory_xact_lock(CALENDAR_LOCK))
            assert not other.execute(free).scalar_one()
            assert other.execute(select(func.pg_try_advisory_xact_lock_shared(CALENDAR_LOCK))).scalar_one()
        dispatch.execute(text("commit"))
        with store.engine.connect() as other:
            assert other.execute(free).scalar_one()
    impatient.dispose()


def test_the_calendars_of_open_cases_are_kept_when_a_notice_is_ordered(store: NoticeStore) -> None:
    with store.engine.begin() as connection:
        add_case(connection, 1, BEFORE, due("2020-01-20 10:00", "5 wd", BEFORE))
    file = read_notice(SPRING_FESTIVAL_2020)
    after = BEFORE.with_notice(file.notice)
    store.put_in_force(file, "supervisor-01", NOW)
    with store.engine.begin() as connection:
        assert connection.execute(select(CALENDARS.c.version).where(CALENDARS.c.version == after.version)).one()
        [((place, version), target)] = targets(connection).items()
    assert (place, version) == ("ezhou", BEFORE.version)
    assert (target.calendar.version, target.citation) == (after.version, "国办发明电〔2020〕1号")


def test_a_software_update_alone_moves_no_case(store: NoticeStore) -> None:
    """The shipped files know later notices than the case's own calendar; nobody ordered them."""
    with store.engine.begin() as connection:
        add_case(connection, 1, BEFORE, due("2020-01-20 10:00", "5 wd", BEFORE))
        assert load_calendar("ezhou").version != BEFORE.version
        assert targets(connection) == {}
