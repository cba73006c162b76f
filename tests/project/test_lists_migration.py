"""Cases and tasks from before lists were fast get what the lists are sorted and searched by."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

import adapters
from adapters.database import make_engine, migrate

_CASE = text(
    "insert into cases (case_no, jurisdiction, project_no, assess_number, unit, task_code, task_name, channel,"
    " satisfaction, case_class, anonymous, assessed_at, policy_digest, calendar_version, dispatched_at, seq, stage,"
    " round, overdue, priority, assignee, state) values ('ezhou-1-1', 'ezhou', '1', 1, 'ez-renshe', '', '社保卡补换',"
    " 'phone', 1, 'general', false, now(), 'x', 'x', now(), 1, 'remediation', 1, false, 'urgent', 'officer-renshe',"
    """ '{"co_units"\\: {"b"\\: true, "a"\\: false}, "leader"\\: "head-renshe"}')"""
)
_CLOCKS = text(
    "insert into clocks (case_no, kind, round, deadline, due, provisional, started_seq) values"
    " ('ezhou-1-1', 'remediation', 1, '2026-03-10T00:00:00+08:00', '{}', false, 1),"
    " ('ezhou-1-1', 'advisory', 1, '2026-03-01T00:00:00+08:00', '{}', false, 1)"
)
_TASKS = text(
    "insert into tasks (id, case_no, kind, role, unit, clock, round, opened_at) values"
    " ('t1', 'ezhou-1-1', 'remediate', 'officer', 'ez-renshe', 'remediation', 1, now()),"
    " ('t2', 'ezhou-1-1', 'co_handle', 'officer', 'a', null, 1, now())"
)


def test_what_was_there_before_is_sorted_and_found_like_what_comes_later(empty_database_url: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(adapters.__file__).parent / "migrations"))
    config.attributes["url"] = empty_database_url
    command.upgrade(config, "0004")
    engine = make_engine(empty_database_url)
    with engine.begin() as connection:
        for statement in (_CASE, _CLOCKS, _TASKS):
            connection.execute(statement)
    migrate(empty_database_url)
    with engine.connect() as connection:
        case = connection.execute(
            text("select deadline, co_units, words @@ '''社保'' <-> ''保卡'''::tsquery as found from cases")
        ).one()
        tasks = connection.execute(text("select rank, deadline, holder, leader from tasks order by id")).all()
    engine.dispose()
    assert (f"{case.deadline:%Y-%m-%d %H:%M}", case.co_units, case.found) == ("2026-03-09 16:00", ["a", "b"], True)
    assert [(each.rank, each.deadline.year, each.holder, each.leader) for each in tasks] == [
        (0, 2026, "officer-renshe", "head-renshe"),
        (0, 9999, None, None),
    ]
