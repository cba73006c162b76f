"""Reports by hand: registering, numbering, opening after an interruption, and who gets to know the reporter."""

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from adapters.citizen_reports import (
    CitizenReports,
    mark_report_opened,
    pending_report_jurisdictions,
    pending_reports,
)
from adapters.directory import Directory
from adapters.policies import load_policy
from adapters.rating_store import complaint, evaluator_contact
from casework.reports import RegisterPorts
from cli import register as command
from models.errors import ActionRefused, BadInput, EngineUnavailable
from models.ids import is_safe_number
from models.kinds import CaseClass, CaseSource, Priority
from models.policy import Policy
from models.reports import CitizenReport, ReportForm
from tests.people.support import NOW, arguments, screens
from tests.support.keys import PERSONAL

MOBILE = "13800000099"
FORM = ReportForm(
    jurisdiction="gonghe",
    source=CaseSource.UNRESOLVED_WINDOW,
    unit="ez-renshe",
    task_name="社会保障卡补换",
    matter="三次来办都说系统故障，请回电 13800000099",
    case_class=CaseClass.GENERAL,
    reporter_name="演示反映人",
    mobile=MOBILE,
)
NAMELESS = FORM.model_copy(update={"reporter_name": "", "mobile": ""})


@pytest.fixture
def reports(engine: Engine) -> CitizenReports:
    return CitizenReports(engine, PERSONAL)


def test_numbers_run_through_the_day_of_a_jurisdiction(reports: CitizenReports) -> None:
    tomorrow, late = NOW + timedelta(days=1), NOW.replace(hour=23, minute=59)
    elsewhere = FORM.model_copy(update={"jurisdiction": "ezhou"})
    made = [
        reports.register(form, "hotline-01", now)
        for form, now in ((FORM, NOW), (FORM, late), (elsewhere, NOW), (FORM, tomorrow))
    ]
    assert [each.case_no for each in made] == [
        "gonghe-W20261121-0001-1",
        "gonghe-W20261121-0002-1",
        "ezhou-W20261121-0001-1",
        "gonghe-W20261122-0001-1",
    ]
    assert all(is_safe_number(each.report_no) for each in made)


def test_each_source_counts_for_itself_and_has_its_letter(reports: CitizenReports) -> None:
    reported = [each for each in CaseSource if each.is_reported]
    made = [
        reports.register(FORM.model_copy(update={"source": each}), "hotline-01", NOW)
        for each in (*reported, CaseSource.HOTLINE)
    ]
    assert [each.source for each in made] == [*reported, CaseSource.HOTLINE]
    assert (made[0].report_no, made[-1].report_no) == ("H20261121-0001", "H20261121-0002")
    letters = [each.report_no.removesuffix("20261121-0001") for each in made[:-1]]
    assert letters == ["H", "W", "P", "M", "B", "V", "Q", "S"]
    assert all(is_safe_number(each.report_no) for each in made)


def test_a_rating_and_a_repetition_are_not_registered_by_hand() -> None:
    for source in (CaseSource.RATING, CaseSource.REPEATED):
        with pytest.raises(ValueError, match=f"{source.label}不能由人工登记"):
            ReportForm.model_validate(FORM.model_dump() | {"source": source})


def test_the_count_goes_on_after_9999(reports: CitizenReports, engine: Engine) -> None:
    reports.register(FORM, "hotline-01", NOW)
    with engine.begin() as connection:
        connection.exec_driver_sql("update citizen_reports set report_no = 'W20261121-9999', case_no = 'gonghe-x-1'")
    assert [reports.register(FORM, "hotline-01", NOW).report_no for _ in range(2)] == [
        "W20261121-10000",
        "W20261121-10001",
    ]


def test_who_registers_at_once_gets_different_numbers(reports: CitizenReports) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: reports.register(FORM, "hotline-01", NOW).report_no, range(12)))
    assert sorted(made) == [f"W20261121-{number:04d}" for number in range(1, 13)]


def test_a_report_stays_pending_until_its_case_runs(reports: CitizenReports, engine: Engine) -> None:
    first, second = reports.register(FORM, "hotline-01", NOW), reports.register(NAMELESS, "hotline-02", NOW)
    with engine.begin() as connection:
        assert pending_reports(connection, "gonghe", 10) == [first, second]
        assert pending_reports(connection, "gonghe", 1) == [first]
        assert pending_reports(connection, "ezhou", 10) == []
        assert pending_report_jurisdictions(connection) == ["gonghe"]
        assert mark_report_opened(connection, first.case_no)
        assert not mark_report_opened(connection, first.case_no)
        assert pending_reports(connection, "gonghe", 10) == [second]


def test_the_reporter_is_known_to_the_callback_and_to_nobody_else(reports: CitizenReports, engine: Engine) -> None:
    named, nameless = reports.register(FORM, "hotline-01", NOW), reports.register(NAMELESS, "hotline-01", NOW)
    with engine.connect() as connection:
        contact = evaluator_contact(connection, PERSONAL, named.case_no)
        assert contact is not None
        assert (contact.name, contact.mobile) == ("演示反映人", MOBILE)
        assert evaluator_contact(connection, PERSONAL, nameless.case_no) is None
        assert complaint(connection, named.case_no).text == "三次来办都说系统故障，请回电 138******99"
    assert (named.anonymous, nameless.anonymous) == (False, True)
    assert MOBILE not in f"{named!r}{FORM!r}".replace(FORM.matter, "")
    assert "演示反映人" not in f"{named!r}{FORM!r}"


@dataclass
class Counter:
    """A place at which somebody registers; `opened` are the cases that the engine took."""

    engine: Engine
    directory: Directory
    sources: Collection[str] = ("channels", "unresolved_window", "sample_callback")
    engine_is_down: bool = False
    opened: list[CitizenReport] = field(default_factory=list)
    said: str = ""
    complained: str = ""

    def register(self, *more: str, user: str = "hotline-01", **changes: str) -> int:
        """Run the command."""
        given = {"--jurisdiction": "gonghe", "--unit": "ez-renshe", "--item": "社会保障卡补换"}
        given |= {"--matter": "三次来办都说系统故障", "--class": "general", "--as": user}
        given |= {f"--{name}": value for name, value in changes.items()}
        out, err = screens()
        ports = RegisterPorts(
            people=self.directory,
            policy_of=lambda _: a_policy(),
            sources_of=lambda _: self.sources,
            register=CitizenReports(self.engine, PERSONAL).register,
            open_case=self.open,
            now=lambda: NOW,
        )
        words = [word for pair in given.items() for word in pair]
        try:
            return command.run(arguments(command.configure, *words, *more), ports, out, err)
        finally:
            self.said, self.complained = out.getvalue(), err.getvalue()

    def open(self, report: CitizenReport) -> None:
        if self.engine_is_down:
            raise EngineUnavailable("流程引擎没有应答。")
        self.opened.append(report)

    def stored(self) -> int:
        """How many reports are in the register."""
        with self.engine.connect() as connection:
            return len(pending_reports(connection, "gonghe", 100))


def a_policy() -> Policy:
    """A policy with two classes and two priorities."""
    policy = load_policy("ezhou").policy
    limits = dict.fromkeys((CaseClass.GENERAL, CaseClass.COMPLEX), policy.class_limits[CaseClass.GENERAL])
    changes = {"class_limits": limits, "priorities": (Priority.NORMAL, Priority.URGENT), "name": "示例县"}
    return policy.model_copy(update=changes)


@pytest.fixture
def counter(engine: Engine, directory: Directory) -> Counter:
    return Counter(engine, directory)


@pytest.mark.parametrize("user", ["hotline-01", "supervisor-01"])
def test_reception_registers_and_the_case_is_opened_at_once(counter: Counter, user: str) -> None:
    given = ("--name", "演示反映人", "--mobile", MOBILE, "--item-code", "DEMO1001", "--priority", "急诉速办")
    assert counter.register(*given, user=user) == 0
    (report,) = counter.opened
    assert counter.said == (
        "已登记：W20261121-0001（办不成事反映窗口，一般，急诉速办）。\n"
        "已立案转办：gonghe-W20261121-0001-1，承办单位 测试人社局；已留电话，供回访使用。\n"
    )
    assert (report.unit, report.task_code, report.registered_by) == ("ez-renshe", "DEMO1001", user)
    assert (report.priority, report.case_class, report.anonymous) == (Priority.URGENT, CaseClass.GENERAL, False)
    assert report.registered_at == NOW


def test_without_a_number_the_report_is_anonymous(counter: Counter) -> None:
    counter.register()
    assert counter.opened[0].anonymous
    assert "按匿名办理" in counter.said


def test_while_the_engine_is_down_the_report_is_kept_and_said_to_be_safe(counter: Counter) -> None:
    counter.engine_is_down = True
    with pytest.raises(EngineUnavailable):
        counter.register()
    assert "已登记：W20261121-0001" in counter.said
    assert "不要重复登记" in counter.complained
    assert counter.stored() == 1


Try = Callable[[Counter], int]
REFUSED: list[tuple[str, Try, type[Exception], str]] = [
    ("an officer", lambda c: c.register(user="officer-renshe"), ActionRefused, "您是整改责任人"),
    ("a head", lambda c: c.register(user="head-renshe"), ActionRefused, "您是单位负责人"),
    ("an admin", lambda c: c.register(user="admin-01"), ActionRefused, "您是管理员"),
    ("an unknown unit", lambda c: c.register(unit="nowhere"), BadInput, "目录中没有单位“nowhere”"),
    ("a unit without officers", lambda c: c.register(unit="ez-12345"), BadInput, "派去无人签收"),
    ("no such class", lambda c: c.register(**{"class": "huge"}), BadInput, "--class 的值“huge”不对"),
    ("a class of others", lambda c: c.register(**{"class": "疑难"}), BadInput, "示例县没有“疑难”这一类别"),
    ("a priority of others", lambda c: c.register(priority="fast"), BadInput, "示例县没有“有诉快办”这一优先级"),
    (
        "a source of others",
        lambda c: c.register(source="mailbox"),
        BadInput,
        "示例县的规则（case_sources）没有“领导信箱”",
    ),
    (
        "no such source",
        lambda c: c.register(source="fax"),
        BadInput,
        "--source 的值“fax”不对，应为 hotline（12345热线）",
    ),
    ("a rating by hand", lambda c: c.register(source="rating"), BadInput, "--source 的值“rating”不对"),
    ("nothing said", lambda c: c.register(matter="  "), BadInput, "反映的问题（--matter）须填写"),
    ("no item", lambda c: c.register(item=" "), BadInput, "事项名称（--item）须填写"),
    ("a name without a number", lambda c: c.register(name="演示反映人"), BadInput, "还须填写联系电话"),
    ("a number that is none", lambda c: c.register(mobile="请致电"), BadInput, "联系电话（--mobile）只能含"),
]


@pytest.mark.parametrize(("attempt", "error", "said"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_cannot_be_registered_is_refused_and_not_stored(
    counter: Counter, attempt: Try, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        attempt(counter)
    assert counter.stored() == 0
    assert counter.opened == []


def test_a_place_without_any_source_of_reports_says_so(counter: Counter) -> None:
    counter.sources = ("channels", "sample_callback", "satisfaction_survey", "public_appraisal")
    with pytest.raises(ActionRefused, match="示例县的规则（case_sources）没有可以由人工登记的来源（12345热线、"):
        counter.register()
    assert counter.stored() == 0


def test_without_a_word_the_report_came_over_the_hotline_or_from_the_only_source(counter: Counter) -> None:
    counter.register()
    counter.sources = ("unresolved_window", "hotline", "petition")
    counter.register()
    counter.register(source="信访")
    assert [each.source for each in counter.opened] == ["unresolved_window", "hotline", "petition"]


def test_where_there_are_several_without_the_hotline_the_source_must_be_said(counter: Counter) -> None:
    counter.sources = ("petition", "mailbox")
    with pytest.raises(BadInput, match=r"请用 --source 说明来源：petition（信访）、mailbox（领导信箱）。"):
        counter.register()
    assert counter.stored() == 0


BY_HAND = {
    "ezhou": ["hotline"],
    "gonghe": [
        "hotline", "unresolved_window", "petition", "mailbox", "message_board", "short_video", "questionnaire",
    ],
    "taian": ["hotline", "petition", "mailbox"],
    "xintai": ["hotline"],
    "tianjin": ["hotline"],
}  # fmt: skip


@pytest.mark.parametrize("place", BY_HAND)
def test_the_files_of_the_jurisdictions_say_what_is_registered_there(counter: Counter, place: str) -> None:
    counter.sources = load_policy(place).surroundings.case_sources
    for source in BY_HAND[place]:
        assert counter.register(source=source) == 0
    others = [each for each in CaseSource if each.is_by_hand and each not in BY_HAND[place]]
    for other in others:
        with pytest.raises(BadInput, match=f"没有“{other.label}”这一来源"):
            counter.register(source=other)
    assert [each.source for each in counter.opened] == BY_HAND[place]
