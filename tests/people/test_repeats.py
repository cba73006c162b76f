"""Repeated bad reviews (重复差评) in the read model: what counts, what is covered, and a parent case only once."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from adapters.links import link, links_of
from adapters.policies import load_policy
from adapters.repeats import find_repeats, parent_orders
from models.case import CaseOrder
from models.due import Limit
from models.ids import is_safe_number
from models.kinds import CaseClass, CaseSource
from models.links import LinkKind
from models.policy import Policy, RepeatBy, RepeatRule
from tests.people.support import NOW, days_before, put_case

ITEM, CLERK, WINDOW = {"task_code": "DEMO1001"}, {"staff_no": "RS-0217"}, {"window_no": "03"}


def policy_with(count: int = 3, within: str = "90 cd", by: tuple[RepeatBy, ...] = tuple(RepeatBy)) -> Policy:
    """Ezhou's policy with another rule for repetitions."""
    rule = RepeatRule(count=count, within=Limit.parse(within), by=by)
    return load_policy("ezhou").policy.model_copy(update={"repeats": rule})


def orders(engine: Engine, policy: Policy | None = None) -> list[CaseOrder]:
    with engine.connect() as connection:
        return parent_orders(connection, policy or policy_with(), "test", NOW)


def dispatch(engine: Engine, order: CaseOrder) -> None:
    """What the ledger writes when a parent case is dispatched."""
    put_case(engine, order.case_no, project_no=order.project_no, source=order.source, assessed_at=order.assessed_at)
    with engine.begin() as connection:
        assert link(connection, order.case_no, order.repeats, LinkKind.REPEAT, NOW) == len(order.repeats)


def test_three_bad_reviews_of_one_item_raise_a_parent_case(engine: Engine) -> None:
    numbers = [put_case(engine, f"ezhou-{n}-1", assessed_at=days_before(n), **ITEM) for n in (3, 2, 1)]
    (order,) = orders(engine)
    assert order.source is CaseSource.REPEATED
    assert order.repeats == tuple(numbers)
    assert order.task_name == "重复差评根源治理：事项“社会保障卡补换”，3 件"
    assert (order.unit, order.anonymous, order.satisfaction) == ("ez-renshe", True, None)
    assert order.case_class is CaseClass.DIFFICULT
    assert is_safe_number(order.project_no)


def test_two_are_not_enough(engine: Engine) -> None:
    for number in (1, 2):
        put_case(engine, f"ezhou-{number}-1", **ITEM)
    assert orders(engine) == []


@pytest.mark.parametrize(("subject", "by"), [(CLERK, "staff"), (WINDOW, "window")])
def test_clerks_and_windows_are_numbered_within_their_unit(engine: Engine, subject: dict[str, str], by: str) -> None:
    for number in (1, 2):
        put_case(engine, f"ezhou-{number}-1", **subject)
    put_case(engine, "ezhou-3-1", unit="ez-shichang", **subject)
    assert orders(engine) == []
    put_case(engine, "ezhou-4-1", **subject)
    (order,) = orders(engine)
    assert order.project_no.startswith(f"R-{by}-")
    assert order.repeats == ("ezhou-1-1", "ezhou-2-1", "ezhou-4-1")
    assert next(iter(subject.values())) not in order.case_no


def test_the_unit_with_most_of_the_reviews_of_an_item_finds_the_cause(engine: Engine) -> None:
    put_case(engine, "ezhou-1-1", unit="ez-renshe", **ITEM)
    for number in (2, 3):
        put_case(engine, f"ezhou-{number}-1", unit="ez-shichang", **ITEM)
    (order,) = orders(engine)
    assert order.unit == "ez-shichang"


NOT_COUNTED = [
    ({"ending": "not_adopted", "ended_at": NOW}, "it was not adopted"),
    ({"source": "unresolved_window"}, "it is no rating"),
    ({"jurisdiction": "elsewhere"}, "it is another place's"),
    ({"assessed_at": days_before(91, hour=23)}, "it is too long ago"),
    ({"task_code": "DEMO2002"}, "it is another item"),
]


@pytest.mark.parametrize("changes", [row[0] for row in NOT_COUNTED], ids=[row[1] for row in NOT_COUNTED])
def test_a_case_does_not_count_when(engine: Engine, changes: dict[str, object]) -> None:
    for number in (1, 2):
        put_case(engine, f"ezhou-{number}-1", **ITEM)
    put_case(engine, "ezhou-3-1", **(ITEM | changes))
    assert orders(engine) == []
    put_case(engine, "ezhou-4-1", assessed_at=days_before(90, hour=0), ended_at=NOW, ending="satisfied", **ITEM)
    assert len(orders(engine)) == 1


def test_cases_without_a_number_of_the_kind_are_nobodys_repetition(engine: Engine) -> None:
    for number in range(5):
        put_case(engine, f"ezhou-{number}-1")
    assert orders(engine) == []


def test_a_second_look_before_the_dispatch_gives_the_same_parent_case(engine: Engine) -> None:
    for number in (1, 2, 3):
        put_case(engine, f"ezhou-{number}-1", **ITEM)
    first = orders(engine)
    put_case(engine, "ezhou-4-1", **ITEM)
    assert [order.case_no for order in orders(engine)] == [order.case_no for order in first]


def test_what_a_parent_case_covers_raises_no_second_one_and_three_more_do(engine: Engine) -> None:
    for number in (1, 2, 3):
        put_case(engine, f"ezhou-{number}-1", **ITEM)
    (first,) = orders(engine)
    dispatch(engine, first)
    assert orders(engine) == []
    more = [put_case(engine, f"ezhou-{number}-1", **ITEM) for number in (4, 5, 6)]
    (second,) = orders(engine)
    assert second.repeats == tuple(more)
    assert (first.case_no[-4:], second.case_no[-4:]) == ("-1-1", "-2-1")
    dispatch(engine, second)
    assert orders(engine) == []


def test_a_case_that_is_covered_for_its_item_still_counts_for_its_clerk(engine: Engine) -> None:
    for number in (1, 2):
        put_case(engine, f"ezhou-{number}-1", **ITEM, **CLERK)
    put_case(engine, "ezhou-3-1", **ITEM)
    (of_the_item,) = orders(engine)
    dispatch(engine, of_the_item)
    put_case(engine, "ezhou-4-1", **CLERK)
    (of_the_clerk,) = orders(engine)
    assert of_the_clerk.repeats == ("ezhou-1-1", "ezhou-2-1", "ezhou-4-1")
    assert of_the_clerk.task_name == "重复差评根源治理：工号 RS-0217 的工作人员，3 件"


def test_the_rule_of_the_policy_decides(engine: Engine) -> None:
    for number in (1, 2):
        put_case(engine, f"ezhou-{number}-1", assessed_at=days_before(5), **ITEM, **CLERK)
    assert [order.project_no[:6] for order in orders(engine, policy_with(2))] == ["R-item", "R-staf"]
    assert [order.project_no[:7] for order in orders(engine, policy_with(2, by=(RepeatBy.STAFF,)))] == ["R-staff"]
    assert orders(engine, policy_with(2, "4 cd")) == []
    never = load_policy("ezhou").policy.model_copy(update={"repeats": RepeatRule()})
    with engine.connect() as connection:
        assert find_repeats(connection, never, NOW + timedelta(days=1)) == []


def test_links_are_written_once_and_read_from_both_ends(engine: Engine) -> None:
    with engine.begin() as connection:
        assert link(connection, "ezhou-R-1", ["ezhou-1-1", "ezhou-2-1"], LinkKind.REPEAT, NOW) == 2
        assert link(connection, "ezhou-R-1", ["ezhou-2-1", "ezhou-3-1"], LinkKind.REPEAT, NOW) == 1
        assert link(connection, "ezhou-R-1", [], LinkKind.REPEAT, NOW) == 0
        assert [each.linked_no for each in links_of(connection, "ezhou-R-1")] == ["ezhou-1-1", "ezhou-2-1", "ezhou-3-1"]
        (seen,) = links_of(connection, "ezhou-2-1")
        assert (seen.case_no, seen.kind, seen.at, seen.level) == ("ezhou-R-1", LinkKind.REPEAT, NOW, None)
        assert links_of(connection, "ezhou-9-1") == []
