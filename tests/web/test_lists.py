"""Lists of cases and tasks: every filter finds its rows and no others, page by page; search finds what people type."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Select, text

from adapters.directory import Directory, read_directory
from adapters.lists import CaseLists
from adapters.reading import CaseReader
from adapters.search_words import give_words_to_all, query_of, terms_of, words_of
from adapters.tables.cases import CASES, TASKS
from adapters.worklists import _places, _whose
from models.actors import Actor, Role
from models.case import Stage
from models.errors import BadInput
from models.kinds import CaseClass, CaseSource
from models.lists import CaseFilter, Order
from models.steps import TaskKind
from tests.support.engine import DIRECTORY
from tests.web.many_cases import NOW, Shelf

OFFICER = Actor(user="officer-renshe", role=Role.OFFICER, unit="ez-renshe")


@pytest.fixture
def shelf(database_url: str) -> Iterator[Shelf]:
    """A database to put cases into."""
    shelf = Shelf(database_url)
    Directory(shelf.engine).fill(read_directory(DIRECTORY))
    yield shelf
    shelf.close()


@pytest.fixture
def lists(shelf: Shelf) -> CaseLists:
    """The lists over it."""
    return CaseLists(shelf.engine, Directory(shelf.engine))


@pytest.fixture
def reader(shelf: Shelf) -> CaseReader:
    """The worklists over it."""
    return CaseReader(shelf.engine, Directory(shelf.engine))


def found(lists: CaseLists, **chosen: Any) -> list[str]:
    """The numbers of the cases of a filter, by its pages of two."""
    numbers: list[str] = []
    after = ""
    while True:
        page = lists.page(CaseFilter(**chosen), NOW, after, limit=2)
        numbers += [case.case_no for case in page.cases]
        after = page.next
        if not after:
            return numbers


def test_the_pages_of_a_list_hold_every_case_once_in_one_order(shelf: Shelf, lists: CaseLists) -> None:
    """Three cases are dispatched at the same moment; none is lost or shown twice where a page ends between them."""
    numbers = [shelf.case(each, dispatched_at=NOW - timedelta(hours=each // 3)) for each in range(7)]
    assert found(lists) == sorted(numbers, key=lambda no: (-(int(no[10:18]) // 3), no), reverse=True)
    assert str(lists.count(CaseFilter(), NOW)) == "7"
    assert str(lists.count(CaseFilter(), NOW, most=5)) == "5+"


DIFFERENCES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"jurisdiction": "taian"}, {"jurisdiction": "taian"}),
    ({"unit": "ez-shichang"}, {"unit": "ez-shichang"}),
    ({"case_class": "complex"}, {"case_class": CaseClass.COMPLEX}),
    ({"stage": "escalated"}, {"stage": Stage.ESCALATED}),
    ({"source": "unresolved_window"}, {"source": CaseSource.UNRESOLVED_WINDOW}),
    ({"channel": "sms"}, {"channel": "sms"}),
    ({"overdue": True}, {"overdue": True}),
    ({"dispatched_at": NOW.replace(month=1, day=31, hour=23, minute=59)}, {"month": date(2026, 1, 1)}),
    ({"dispatched_at": NOW.replace(year=2025, month=12, day=1, hour=0, minute=0)}, {"month": date(2025, 12, 1)}),
    ({"deadline": NOW + timedelta(hours=3)}, {"soon_until": NOW + timedelta(hours=3)}),
]
"""In what one case differs from the others, and the filter that finds it alone."""


def test_a_filter_finds_the_one_case_that_differs(shelf: Shelf, lists: CaseLists) -> None:
    shelf.case(0)
    numbers = [shelf.case(each, **difference) for each, (difference, _) in enumerate(DIFFERENCES, start=1)]
    for number, (_, chosen) in zip(numbers, DIFFERENCES, strict=True):
        assert found(lists, **chosen) == [number], chosen


def test_what_is_over_or_ended_does_not_run_out_soon(shelf: Shelf, lists: CaseLists) -> None:
    shelf.case(1, deadline=NOW - timedelta(hours=1))
    shelf.case(2, deadline=NOW + timedelta(hours=1), ended_at=NOW)
    later = shelf.case(3, deadline=NOW + timedelta(hours=2))
    sooner = shelf.case(4, deadline=NOW + timedelta(hours=1))
    shelf.case(5)
    assert found(lists, soon_until=NOW + timedelta(days=1), order=Order.NEXT_DUE) == [sooner, later]


def test_the_people_of_a_unit_see_what_it_handles_or_helps_with_and_nothing_else(
    shelf: Shelf, lists: CaseLists
) -> None:
    own = shelf.case(1)
    shelf.case(2, unit="ez-shichang")
    helped = shelf.case(3, unit="ez-shichang", co_units=["ez-renshe"])
    both = shelf.case(4, co_units=["ez-renshe"])
    assert found(lists, seen_by="ez-renshe") == [own, helped, both]
    assert found(lists, seen_by="ez-renshe", unit="ez-shichang") == [helped]
    assert str(lists.count(CaseFilter(seen_by="ez-renshe"), NOW)) == "3"


TYPED = [
    ("社保卡", True),
    ("保卡补", True),
    ("卡", True),
    ("办卡 系统", True),
    ("系统　故障", True),
    ("人社局", True),
    ("人社局 故障", True),
    ("ezhou-420700000002-1", True),
    ("EZHOU-4207", True),
    ("420700000002", True),
    ("hr系统", True),
    ("社保局", False),
    ("统故障报", False),
    ("13812345678", False),
    ("5678", False),
    ("障系", False),
    ("人社局 税务", False),
]
"""What somebody types, and whether it finds the second case."""


def test_search_finds_numbers_items_units_and_any_piece_of_the_text(shelf: Shelf, lists: CaseLists) -> None:
    shelf.case(1, task_name="不动产登记", unit="ez-shichang")
    other = shelf.case(2, "办卡三次，HR系统故障。报修电话13812345678", task_name="社保卡补换")
    for typed, finds in TYPED:
        assert (other in found(lists, text=typed)) is finds, typed


def test_the_words_of_a_case_hold_no_telephone_number() -> None:
    words = words_of((), ("请打 13812345678 或证件 42070119800101123X",))
    assert "12345678" not in words
    assert "19800101" not in words


def test_whatever_is_typed_is_looked_for_and_never_breaks_the_search(shelf: Shelf, lists: CaseLists) -> None:
    shelf.case(1)
    for typed in ("'", "\\", "!", "a & | !b", "():*", "社保'); drop table cases; --", "' <-> '", "·", "%_", "\x00"):
        assert len(found(lists, text=typed)) <= 1, typed


def test_a_query_of_signs_alone_does_not_narrow_the_list() -> None:
    assert [query_of(term) for term in terms_of("！？")] == [None]


def test_cases_from_before_the_column_get_their_words(shelf: Shelf, lists: CaseLists) -> None:
    case_no = shelf.case(1)
    with shelf.engine.begin() as connection:
        connection.execute(text("update cases set words = ''"))
        assert give_words_to_all(connection, reports="citizen_reports") == 1
    assert found(lists, text="社会保险") == [case_no]


def test_a_place_that_nobody_handed_out_is_refused_with_what_to_do(lists: CaseLists, reader: CaseReader) -> None:
    for place in ("x", "WyJ4Il0", "bm90IGpzb24"):
        with pytest.raises(BadInput, match="请从第一页重新打开"):
            lists.page(CaseFilter(), NOW, place)
        with pytest.raises(BadInput, match="请从第一页重新打开"):
            reader.tasks(OFFICER, after=place)


def worklist(reader: CaseReader, actor: Actor, **options: Any) -> list[str]:
    """The cases of a worklist by its pages of two."""
    numbers: list[str] = []
    after = ""
    while True:
        tasks = reader.tasks(actor, 2, after, **options)
        numbers += [task.id for task in tasks]
        if len(tasks) < 2:
            return numbers
        after = tasks[-1].place


def test_a_worklist_has_priority_first_then_what_runs_out_first_then_what_has_no_date(
    shelf: Shelf, reader: CaseReader
) -> None:
    usual: dict[str, Any] = {"role": "officer", "unit": "ez-renshe"}
    numbers = [shelf.case(each) for each in range(6)]
    dated = [NOW + timedelta(hours=hours) for hours in (5, 1, 9)]
    undated = shelf.task(numbers[0], TaskKind.REMEDIATE, **usual)
    late = shelf.task(numbers[1], TaskKind.REMEDIATE, **usual, deadline=dated[0])
    soon = shelf.task(numbers[2], TaskKind.REMEDIATE, **usual, deadline=dated[1])
    urgent = shelf.task(numbers[3], TaskKind.REMEDIATE, **usual, deadline=dated[2], rank=0)
    same = shelf.task(numbers[4], TaskKind.REMEDIATE, **usual, deadline=dated[1])
    shelf.task(numbers[5], TaskKind.REMEDIATE, **usual, closed_at=NOW)
    assert worklist(reader, OFFICER) == [urgent, soon, same, late, undated]


def test_an_officer_sees_what_nobody_has_in_hand_the_own_and_what_a_colleague_left_behind(
    shelf: Shelf, reader: CaseReader
) -> None:
    usual: dict[str, Any] = {"role": "officer", "unit": "ez-renshe"}
    numbers = [shelf.case(each) for each in range(5)]
    free = shelf.task(numbers[0], TaskKind.SIGN_OFF, **usual)
    mine = shelf.task(numbers[1], TaskKind.REMEDIATE, **usual, holder="officer-renshe")
    theirs = shelf.task(numbers[2], TaskKind.REMEDIATE, **usual, holder="officer-renshe-2")
    shelf.task(numbers[3], TaskKind.REMEDIATE, "officer", unit="ez-shichang")
    shelf.task(numbers[4], TaskKind.TAKE_OVER, "head", unit="ez-renshe")
    assert worklist(reader, OFFICER) == [free, mine]
    assert worklist(reader, OFFICER, stands_in_for=["officer-renshe-2"]) == [free, mine, theirs]
    assert worklist(reader, OFFICER, kinds=[TaskKind.REMEDIATE]) == [mine]


def test_a_head_also_sees_the_remediation_that_the_head_leads(shelf: Shelf, reader: CaseReader) -> None:
    head = Actor(user="head-renshe", role=Role.HEAD, unit="ez-renshe")
    led = shelf.task(
        shelf.case(1), TaskKind.REMEDIATE, "officer", unit="ez-renshe", holder="officer-renshe", leader="head-renshe"
    )
    shelf.task(shelf.case(2), TaskKind.REMEDIATE, "officer", unit="ez-renshe", holder="officer-renshe")
    assert worklist(reader, head) == [led]


def test_every_list_is_read_in_the_order_of_an_index(shelf: Shelf) -> None:
    """With sorting made dear, a plan that still sorts has no index to read from."""
    lists = CaseLists(shelf.engine, Directory(shelf.engine))
    filters = [
        CaseFilter(),
        CaseFilter(unit="ez-renshe"),
        CaseFilter(jurisdiction="ezhou"),
        CaseFilter(case_class=CaseClass.GENERAL),
        CaseFilter(stage=Stage.REMEDIATION),
        CaseFilter(source=CaseSource.RATING),
        CaseFilter(channel="phone"),
        CaseFilter(overdue=True),
        CaseFilter(month=date(2026, 2, 1)),
        CaseFilter(order=Order.NEXT_DUE),
        CaseFilter(order=Order.NEXT_DUE, unit="ez-renshe"),
    ]
    with shelf.engine.connect() as connection:
        connection.execute(text("set enable_sort = off"))
        connection.execute(text("set enable_seqscan = off"))
        for chosen in filters:
            plan = _plan(connection, lists._query(connection, chosen, NOW, "", 50, CASES.c.case_no))
            assert "Sort" not in plan, f"{chosen}\n{plan}"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CLERK])
def test_every_stretch_of_a_worklist_is_read_in_the_order_of_an_index(shelf: Shelf, role: Role) -> None:
    actor = Actor(user="somebody", role=role, unit="ez-renshe")
    with shelf.engine.connect() as connection:
        connection.execute(text("set enable_sort = off"))
        connection.execute(text("set enable_seqscan = off"))
        for stretch in _whose(actor, ["somebody-else"]):
            plan = _plan(connection, _places(stretch, [TASKS.c.closed_at.is_(None)], 50))
            assert "Sort" not in plan, plan


def _plan(connection: Connection, query: Select[Any]) -> str:
    compiled = query.compile(connection, compile_kwargs={"literal_binds": True})
    return "\n".join(connection.execute(text(f"explain {str(compiled).replace(':', chr(92) + ':')}")).scalars())
