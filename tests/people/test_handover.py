"""Hand-over (移交): all cases of an officer in one act, some of which may refuse, and again after an interruption."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from sqlalchemy import Engine, update

from adapters.assignments import open_cases_of
from adapters.directory import Directory
from adapters.tables.cases import CASES
from cli import handover as command
from models.actions import Action, HumanAction, Reassign, Receipt
from models.case import Stage
from models.errors import ActionRefused, BadInput, EngineUnavailable, UnknownUser
from tests.people.support import NOW, arguments, put_case, screens

SOURCE, TARGET, HEAD = "officer-renshe", "officer-renshe-2", "head-renshe"


@dataclass
class Cases:
    """The door of cases that take every reassignment but those named; one action for one key."""

    engine: Engine
    refusing: frozenset[str] = frozenset()
    answers: int = 1000
    taken: dict[str, HumanAction] = field(default_factory=dict)

    def __call__(self, case_no: str, action: Action, message: HumanAction, key: str) -> Receipt:
        assert action is Action.REASSIGN
        assert isinstance(message, Reassign)
        if len(self.taken) >= self.answers:
            raise EngineUnavailable("流程引擎没有应答。")
        if case_no in self.refusing:
            raise ActionRefused(f"案件 {case_no} 已结束，不能再办理。")
        self.taken[key] = message
        with self.engine.begin() as connection:
            connection.execute(update(CASES).where(CASES.c.case_no == case_no).values(assignee=message.to))
        return Receipt(case_no=case_no, seq=5, at=NOW, stage=Stage.REMEDIATION, said="")


@pytest.fixture
def office(engine: Engine, directory: Directory) -> Callable[..., tuple[int, str, str]]:
    """Runs the command over these cases: exit code, output, complaints."""

    def run(cases: Cases, user: str = HEAD, source: str = SOURCE, target: str = TARGET) -> tuple[int, str, str]:
        def held(officer: str) -> list[str]:
            with engine.connect() as connection:
                return open_cases_of(connection, officer)

        out, err = screens()
        ports = command.HandoverPorts(directory, held, cases, lambda: NOW)
        args = arguments(command.configure, source, target, "--reason", "调离岗位", "--as", user)
        code = command.run(args, ports, out, err)
        return code, out.getvalue(), err.getvalue()

    return run


Run = Callable[..., tuple[int, str, str]]


def test_only_running_cases_of_that_officer_are_meant(engine: Engine) -> None:
    put_case(engine, "ezhou-2-1", assignee=SOURCE)
    put_case(engine, "ezhou-1-1", assignee=SOURCE)
    put_case(engine, "ezhou-3-1", assignee=SOURCE, ended_at=NOW, ending="satisfied")
    put_case(engine, "ezhou-4-1", assignee=TARGET)
    put_case(engine, "ezhou-5-1")
    with engine.connect() as connection:
        assert open_cases_of(connection, SOURCE) == ["ezhou-1-1", "ezhou-2-1"]
        assert open_cases_of(connection, "nobody") == []


def test_all_cases_go_in_one_act_under_keys_of_that_act(engine: Engine, office: Run) -> None:
    numbers = [put_case(engine, f"ezhou-{number:03d}-1", assignee=SOURCE) for number in range(1, 46)]
    cases = Cases(engine)
    code, said, progress = office(cases)
    assert code == 0
    id_ = command.handover_id(SOURCE, TARGET, NOW.date(), "调离岗位")
    assert list(cases.taken) == [f"handover-{id_}-{case_no}" for case_no in numbers]
    assert all(message.actor.user == HEAD for message in cases.taken.values())
    assert said == f"移交 {id_}：测试·人社整改责任人 → 测试·人社整改责任人二，共 45 件，已移交 45 件。\n"
    assert progress == "  已处理 20/45 件\n  已处理 40/45 件\n"
    with engine.connect() as connection:
        assert open_cases_of(connection, SOURCE) == []
        assert open_cases_of(connection, TARGET) == numbers


def test_a_case_that_refuses_is_named_and_holds_no_other_back(engine: Engine, office: Run) -> None:
    for number in (1, 2, 3):
        put_case(engine, f"ezhou-{number}-1", assignee=SOURCE)
    code, said, _ = office(Cases(engine, refusing=frozenset({"ezhou-2-1"})))
    assert code == 1
    assert "共 3 件，已移交 2 件" in said
    assert "未移交 ezhou-2-1：案件 ezhou-2-1 已结束" in said


def test_after_an_interruption_the_rest_goes_under_the_same_number(engine: Engine, office: Run) -> None:
    for number in (1, 2, 3):
        put_case(engine, f"ezhou-{number}-1", assignee=SOURCE)
    cases = Cases(engine, answers=1)
    with pytest.raises(EngineUnavailable):
        office(cases)
    cases.answers = 1000
    code, said, _ = office(cases)
    assert code == 0
    assert "共 2 件，已移交 2 件" in said
    assert len({key.split("-ezhou")[0] for key in cases.taken}) == 1
    assert len(cases.taken) == 3
    code, said, _ = office(cases)
    assert (code, said) == (0, "测试·人社整改责任人手上没有在办案件，没有可移交的。\n")


REFUSED = [
    ({"user": "supervisor-01"}, "由经办人本人或本单位负责人办理，您是监督人员", "an overseer"),
    ({"user": "head-shichang"}, "您是单位负责人", "another unit's head"),
    ({"user": TARGET}, "您是整改责任人", "who would get them"),
    ({"target": SOURCE}, "同一个人", "oneself"),
    ({"target": "officer-shichang"}, "应当退单、改派", "another unit"),
    ({"target": HEAD}, "测试·人社单位负责人是单位负责人", "no officer"),
]


@pytest.mark.parametrize(("changes", "said"), [row[:2] for row in REFUSED], ids=[row[2] for row in REFUSED])
def test_a_wrong_hand_over_reaches_no_case(engine: Engine, office: Run, changes: dict[str, str], said: str) -> None:
    put_case(engine, "ezhou-1-1", assignee=SOURCE)
    cases = Cases(engine)
    with pytest.raises(ActionRefused, match=said):
        office(cases, **changes)
    assert cases.taken == {}


def test_the_officer_may_hand_over_the_own_cases(engine: Engine, office: Run) -> None:
    put_case(engine, "ezhou-1-1", assignee=SOURCE)
    assert office(Cases(engine), user=SOURCE)[0] == 0


def test_people_have_to_be_known_and_a_reason_given(engine: Engine, office: Run, directory: Directory) -> None:
    with pytest.raises(UnknownUser):
        office(Cases(engine), target="nobody")
    out, err = screens()
    ports = command.HandoverPorts(directory, lambda user: ["ezhou-1-1"], Cases(engine), lambda: NOW)
    with pytest.raises(BadInput, match="移交事由"):
        command.run(arguments(command.configure, SOURCE, TARGET, "--reason", " ", "--as", HEAD), ports, out, err)


def test_another_day_or_reason_is_another_hand_over() -> None:
    ids = {
        command.handover_id(SOURCE, TARGET, NOW.date(), "调离岗位"),
        command.handover_id(SOURCE, TARGET, NOW.date(), "休假"),
        command.handover_id(TARGET, SOURCE, NOW.date(), "调离岗位"),
    }
    assert len(ids) == 3
