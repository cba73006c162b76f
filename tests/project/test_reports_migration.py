"""Reports from before other sources were registered by hand: kept, from the window, and readable with the same keys."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

import adapters
from adapters.citizen_reports import pending_reports
from adapters.database import make_engine, migrate
from adapters.personal import report_place
from adapters.rating_store import evaluator_contact
from models.kinds import CaseSource
from models.ratings import EvaluatorContact
from tests.support.keys import PERSONAL

CASE = "gonghe-W20261121-0001-1"
_REPORT = text(
    "insert into window_reports (case_no, jurisdiction, report_no, unit, task_code, task_name, matter, case_class,"
    " priority, reporter_name, mobile, registered_by, registered_at, case_state, request_key) values (:case_no,"
    " 'gonghe', 'W20261121-0001', 'ez-renshe', '', '社会保障卡补换', '办不成', 'general', 'normal', :name, :mobile,"
    " 'hotline-01', now(), 'pending', 'k1')"
)


def test_a_report_stays_the_windows_there_and_back_and_its_reporter_can_be_called(empty_database_url: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(adapters.__file__).parent / "migrations"))
    config.attributes["url"] = empty_database_url
    command.upgrade(config, "0007")
    name = PERSONAL.close("演示反映人", report_place(CASE, "reporter_name"))
    mobile = PERSONAL.close("13800000099", report_place(CASE, "mobile"))
    engine = make_engine(empty_database_url)
    with engine.begin() as connection:
        connection.execute(_REPORT, {"case_no": CASE, "name": name, "mobile": mobile})
    command.upgrade(config, "0008")
    command.downgrade(config, "0007")
    migrate(empty_database_url)
    with engine.connect() as connection:
        [report] = pending_reports(connection, "gonghe", 10)
        contact = evaluator_contact(connection, PERSONAL, CASE)
    engine.dispose()
    assert (report.case_no, report.source) == (CASE, CaseSource.UNRESOLVED_WINDOW)
    assert contact == EvaluatorContact(name="演示反映人", mobile="13800000099")
