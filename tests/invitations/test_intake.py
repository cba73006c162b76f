"""Matters are taken in: what a row must have, once is once, all or nothing of a file, numbers closed."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError

from adapters.database import make_engine
from adapters.default_ratings import give_default_rating
from adapters.key_change import KeyChange
from adapters.matters import MatterStore, mobile_of, pending_invitations
from adapters.personal import PersonalData
from adapters.policies import load_calendar, load_policy
from adapters.tables.matters import MATTERS
from models.errors import BadInput
from models.keys import ClosedKind
from models.matters import InvitationState, Matter, MatterRef, MattersRefused, MattersTaken
from models.outside import TakenStatus
from policy.matters import FIELDS, read_matter
from tests.support.engine import at
from tests.support.keys import PERSONAL
from tests.web.test_key_change import BOTH, NEW

DEPARTMENT, UNIT = "11420700DEM0000143", "ez-renshe"
NOW = at("2026-03-02 12:00")
MOBILE = "13800000009"
ROW = {
    "projectNo": "TA-1",
    "deptCode": DEPARTMENT,
    "taskCode": "T1",
    "taskName": "社会保障卡补换",
    "proManagerNo": "RS-0217",
    "finishTime": "2026-03-02 10:00:00",
    "leaveTime": "",
    "canEvaluate": "1",
    "mobile": MOBILE,
}


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A database."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def store(engine: Engine, now: datetime = NOW, personal: PersonalData = PERSONAL) -> MatterStore:
    return MatterStore(engine, lambda: {DEPARTMENT: UNIT}, load_policy, load_calendar, personal, lambda: now)


def file_of(path: Path, *rows: dict[str, str]) -> Path:
    """A file with these rows, in the columns of the first."""
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_row_is_read_with_its_unit_and_its_times() -> None:
    read = read_matter({name.upper(): value for name, value in ROW.items()}, {DEPARTMENT: UNIT}, NOW)
    assert read == Matter(
        project_no="TA-1",
        unit=UNIT,
        dept_code=DEPARTMENT,
        task_code="T1",
        task_name="社会保障卡补换",
        staff_no="RS-0217",
        closed_at=at("2026-03-02 10:00"),
        left_at=None,
        rateable=True,
        mobile=MOBILE,
    )


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("projectNo", "", "缺少办件编号"),
        ("projectNo", "张三的办件", "办件编号含有不允许的字符"),
        ("projectNo", MOBILE, "办件编号与手机号相同"),
        ("deptCode", "1142", "部门代码不是有效的统一社会信用代码（长度、字符或校验位不对）"),
        ("deptCode", "11420700MB0000001B", "部门代码不在单位目录"),
        ("taskName", " ", "缺少该字段"),
        ("finishTime", "", "缺少该字段"),
        ("finishTime", "昨天", "时间格式不正确"),
        ("finishTime", "2026-03-02 12:00:01", "时间晚于当前时间"),
        ("leaveTime", "2026-13-01 00:00:00", "时间格式不正确"),
        ("canEvaluate", "是", "取值不在允许范围内"),
        ("windowNo", "3" * 65, "超过 64 个字符"),
        ("mobile", "我的电话", "格式不正确"),
    ],
)
def test_a_row_that_cannot_be_taken_says_what_to_correct(field: str, value: str, said: str) -> None:
    read = read_matter(ROW | {field: value}, {DEPARTMENT: UNIT}, NOW)
    assert not isinstance(read, Matter)
    [fault] = read
    assert (fault.field, fault.reason) == (field, said)
    assert fault.fix


def test_each_matter_of_a_delivery_is_answered_by_itself(engine: Engine) -> None:
    other = ROW | {"projectNo": "TA-2"}
    rows = [ROW, ROW | {"finishTime": ""}, other, other, ROW | {"taskName": "别的事项"}]
    taken = store(engine).take("taian", rows)
    stored, already, rejected = TakenStatus.STORED, TakenStatus.ALREADY_STORED, TakenStatus.REJECTED
    assert [each.status for each in taken] == [stored, rejected, stored, already, rejected]
    assert [each.index for each in taken] == [0, 1, 2, 3, 4]
    assert taken[4].faults[0].reason == "与已有的同一办件内容不同"
    assert [each.status for each in store(engine).take("taian", [ROW, other])] == [already, already]
    with pytest.raises(BadInput):
        store(engine).take("nowhere", [ROW])


def test_a_matter_keeps_its_window_and_lends_it_to_its_default_rating(engine: Engine) -> None:
    at_three = ROW | {"windowNo": "03"}
    stored, already, rejected = TakenStatus.STORED, TakenStatus.ALREADY_STORED, TakenStatus.REJECTED
    taken = store(engine).take("taian", [ROW | {"projectNo": "TA-0"}, at_three])
    assert [each.status for each in taken] == [stored, stored]
    # TA-0 came before its window was read; another window than the one that is kept contradicts it.
    again = [at_three | {"projectNo": "TA-0"}, at_three, ROW | {"windowNo": "04"}]
    assert [each.status for each in store(engine).take("taian", again)] == [already, already, rejected]
    read = read_matter(at_three, {DEPARTMENT: UNIT}, NOW)
    assert isinstance(read, Matter)
    with engine.begin() as connection:
        give_default_rating(connection, PERSONAL, "taian", read, 4, NOW + timedelta(days=9))
    with engine.connect() as connection:
        windows = connection.execute(select(MATTERS.c.project_no, MATTERS.c.window_no).order_by(MATTERS.c.project_no))
        assert windows.all() == [("TA-0", ""), ("TA-1", "03")]
        assert connection.execute(text("select window_no from ratings")).scalars().all() == ["03"]


def test_only_what_somebody_can_still_be_asked_about_waits_to_be_begun(engine: Engine) -> None:
    rows = [
        ROW,
        ROW | {"projectNo": "TA-2", "canEvaluate": "2"},
        ROW | {"projectNo": "TA-3", "finishTime": "2026-01-05 10:00:00"},
        ROW | {"projectNo": "TA-4", "mobile": ""},
    ]
    store(engine).take("taian", rows)
    store(engine).take("ezhou", rows)
    with engine.connect() as connection:
        pending = pending_invitations(connection, "taian", 10)
        assert [(each.ref.project_no, each.first_look_at) for each in pending] == [
            ("TA-1", at("2026-03-04 08:00")),
            ("TA-4", at("2026-03-04 08:00")),
        ]
        assert pending_invitations(connection, "ezhou", 10) == []


def test_a_file_is_taken_as_a_whole_or_not_at_all(engine: Engine, tmp_path: Path) -> None:
    good = file_of(tmp_path / "good.csv", ROW, ROW | {"projectNo": "TA-2", "canEvaluate": "2"})
    assert store(engine).load(good, "taian") == MattersTaken(stored=2, already_stored=0, invited=1)
    assert store(engine).load(good, "taian") == MattersTaken(stored=0, already_stored=2, invited=0)
    bad = file_of(tmp_path / "bad.csv", ROW | {"projectNo": "TA-3"}, ROW | {"projectNo": "TA-4", "mobile": "？"})
    with pytest.raises(
        MattersRefused, match=r"bad\.csv 有 1 行不能收下，整个文件都没有导入.*\n第 3 行：mobile格式不正确"
    ):
        store(engine).load(bad, "taian")
    other = file_of(tmp_path / "other.csv", ROW | {"projectNo": "TA-3"}, ROW | {"taskName": "别的事项"})
    with pytest.raises(MattersRefused, match="第 3 行：projectNo与已有的同一办件内容不同"):
        store(engine).load(other, "taian")
    with engine.connect() as connection:
        assert sorted(connection.execute(select(MATTERS.c.project_no)).scalars()) == ["TA-1", "TA-2"]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("projectNo,deptCode,taskName", "缺少必需的列：finishTime（办结时间）"),
        ("projectNo,deptCode,taskName,finishTime,PROJECTNO", "“projectNo”出现了两次"),
    ],
)
def test_a_file_without_the_columns_is_refused(engine: Engine, tmp_path: Path, header: str, said: str) -> None:
    path = tmp_path / "m.csv"
    path.write_text(f"{header}\n{','.join('x' for _ in header.split(','))}\n", encoding="utf-8")
    with pytest.raises(MattersRefused, match=said):
        store(engine).load(path, "taian")
    with pytest.raises(MattersRefused, match="CSV 或 XLSX"):
        store(engine).load(tmp_path / "m.jsonl", "taian")


def test_the_number_is_closed_in_its_row_and_opens_only_there(engine: Engine) -> None:
    store(engine).take("taian", [ROW, ROW | {"projectNo": "TA-2", "mobile": "13800000010"}])
    first, second = (MatterRef(jurisdiction="taian", project_no=number) for number in ("TA-1", "TA-2"))
    with engine.connect() as connection:
        stored = connection.execute(select(MATTERS.c.mobile)).scalars().all()
        assert [each for each in stored if MOBILE in each or not each.startswith("v1.")] == []
        assert mobile_of(connection, PERSONAL, first) == MOBILE
        assert mobile_of(connection, PERSONAL, second) == "13800000010"
        assert mobile_of(connection, PERSONAL, first.model_copy(update={"project_no": "TA-3"})) == ""
    with engine.begin() as connection:
        copied = "update matters set mobile = (select mobile from matters where project_no = 'TA-1')"
        connection.execute(text(copied))
    with engine.connect() as connection, pytest.raises(BadInput, match="不属于它所在的行"):
        mobile_of(connection, PERSONAL, second)
    with pytest.raises(IntegrityError, match="matters_closed"), engine.begin() as connection:
        connection.execute(text("update matters set mobile = '13800000009'"))


def test_numbers_and_defaults_go_over_to_another_key(engine: Engine) -> None:
    store(engine).take("taian", [ROW])
    read = read_matter(ROW, {DEPARTMENT: UNIT}, NOW)
    assert isinstance(read, Matter)
    with engine.begin() as connection:
        for _ in range(2):  # a second time changes nothing
            give_default_rating(connection, PERSONAL, "taian", read, 4, NOW + timedelta(days=9))
    change = KeyChange(engine, BOTH, lambda: None)
    assert {each.kind for each in change.status().left} == {ClosedKind.MATTERS, ClosedKind.DIGESTS}
    change.rewrite(lambda far: None)
    status = KeyChange(engine, NEW, lambda: None).status()
    assert (status.left, status.out_of_reach) == ((), ())
    with engine.connect() as connection:
        ref = MatterRef(jurisdiction="taian", project_no="TA-1")
        assert mobile_of(connection, PersonalData(NEW), ref) == MOBILE


def test_every_state_and_field_has_a_chinese_name() -> None:
    assert len({state.label for state in InvitationState}) == len(InvitationState)
    assert len({field.meaning for field in FIELDS}) == len(FIELDS)
